/** A value whose derivative is not wanted. */
import { runsAsItIs } from '../dynamic/calls.ts';
import { noteInactive } from '../dynamic/hooks.ts';
import { numberOf } from '../dynamic/numbers/box.ts';
import { outlineOf } from '../dynamic/outline.ts';
import { copyWith, needsCopy } from '../dynamic/standin.ts';
import { registerOperator } from '../lower/builtins/fluxion.ts';
import type { StopGradientOperator } from './types.ts';

/**
 * The same value as a constant: nothing is differentiated through it, at any order. A structure that holds numbers of the
 * derivative comes back as a copy; anything else is returned itself.
 *
 * @example
 * ```ts
 * grad((x: number) => x * stopGradient(x))(3); // 3
 * ```
 */
export const stopGradient: StopGradientOperator = runsAsItIs(<T>(x: T): T => {
  const { outline, leaves } = outlineOf(x);
  if (!needsCopy(outline, leaves)) return x;
  noteInactive('stopGradient');
  return copyWith(outline, (leaf) => numberOf(leaves[leaf])) as T;
});

registerOperator(stopGradient, 'stopGradient');
