/** Finds the operation by which a gradient became NaN or infinite, by running the function once more under observation. */

import { type SourceLocation, userLocation } from '../errors/locate.ts';
import { reverse } from './evaluate.ts';
import type { Options } from './options.ts';

/** The first recorded operation with a partial derivative that is not finite, and where it stands. */
export function firstNonFinite(
  f: Function,
  args: readonly unknown[],
  wrt: readonly number[],
  options: Options | undefined,
): { operation: string; detail?: string } {
  let first: { operation: string; where: SourceLocation | undefined } | undefined;
  const observe = (operation: string, finite: boolean): void => {
    if (!finite && first === undefined) first = { operation, where: userLocation(observe) };
  };
  reverse(f, args, wrt, options, () => undefined, observe);
  if (first === undefined) return { operation: 'the function', detail: 'by sums of large terms' };
  const { operation, where } = first;
  return where === undefined ? { operation } : { operation, detail: `at ${where.file}:${where.line}:${where.column}` };
}
