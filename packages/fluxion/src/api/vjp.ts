/** The vector-Jacobian product: reverse mode for results of any shape. */

import { runsAsItIs } from '../dynamic/calls.ts';
import { isBox, type Value } from '../dynamic/numbers/box.ts';
import { project } from '../dynamic/outline.ts';
import { numbersOf, reverse } from '../runtime/evaluate.ts';
import { checkFunction } from './arguments.ts';
import type { VjpOperator } from './types.ts';

/**
 * Runs f and gives its value with a pullback: the linear map from cotangents of the value to cotangents of all arguments.
 *
 * @returns `{ value, pullback }`; the pullback takes a cotangent of the value's shape (missing parts are zero) and may be
 *   called any number of times
 *
 * @example
 * ```ts
 * const { value, pullback } = vjp((x: number, y: number) => [x * y, x + y], 3, 4);
 * value; // [12, 7]
 * pullback([1, 0]); // [4, 3]
 * ```
 */
export const vjp: VjpOperator = runsAsItIs((f: Function, ...args: unknown[]) => {
  checkFunction('vjp', f);
  const wrt = args.map((_, i) => i);
  return reverse(f, args, wrt, undefined, ({ result, pull, plain }) => {
    const { outline, leaves } = numbersOf(result);
    const value = plain(result);
    const pullback = (cotangent: unknown): unknown[] => {
      const seeds: [Value, Value][] = [];
      project(outline, cotangent, (leaf, seed) => {
        if (isBox(leaves[leaf])) seeds.push([leaves[leaf], seed]);
      });
      return pull(seeds);
    };
    return { value, pullback: runsAsItIs(pullback) };
  });
}) as never;
