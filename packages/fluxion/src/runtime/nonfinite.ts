/** Finds the operation by which a gradient became NaN or infinite, by running the function once more under observation. */

import { type SourceLocation, userLocation } from '../errors/locate.ts';
import { reverse } from './evaluate.ts';
import type { Options } from './options.ts';

interface Origin {
  readonly operation: string;
  readonly detail?: string;
}

/** The first recorded operation with a partial derivative that is not finite, and where it stands. */
export function firstNonFinite(
  f: Function,
  args: readonly unknown[],
  wrt: readonly number[],
  options: Options | undefined,
): Origin | Promise<Origin> {
  let first: { operation: string; where: SourceLocation | undefined } | undefined;
  const observe = (operation: string, finite: boolean): void => {
    if (!finite && first === undefined) first = { operation, where: userLocation(observe) };
  };
  const told = (): Origin => {
    if (first === undefined) return { operation: 'the function', detail: 'by sums of large terms' };
    const { operation, where } = first;
    return where === undefined
      ? { operation }
      : { operation, detail: `at ${where.file}:${where.line}:${where.column}` };
  };
  const done = reverse(f, args, wrt, options, () => undefined, observe);
  return done instanceof Promise ? done.then(told) : told();
}
