/** The Jacobian-vector product: forward mode along one direction. */
import { runsAsItIs } from '../dynamic/calls.ts';
import type { Value } from '../dynamic/numbers/box.ts';
import { fill } from '../dynamic/outline.ts';
import { forward, numbersOf } from '../runtime/evaluate.ts';
import { checkFunction } from './arguments.ts';
import type { JvpOperator, Options } from './types.ts';

/** Value and tangent of f along `tangents`, one per argument. */
export function evaluateTangent(
  f: Function,
  args: readonly unknown[],
  tangents: readonly unknown[],
  options: Options | undefined,
): { value: unknown; tangent: unknown } | Promise<{ value: unknown; tangent: unknown }> {
  return forward(f, args, tangents, options, ({ result, tangent, plain }) => {
    const { outline, leaves } = numbersOf(result);
    return { value: plain(result), tangent: fill(outline, (leaf) => tangent(leaves[leaf] as Value)) };
  });
}

/**
 * Runs f in forward mode.
 *
 * @param args f's arguments, as a list
 * @param tangents one direction per argument, in its shape; missing parts are zero
 * @returns `{ value, tangent }`: the value and its derivative along the direction, in the value's shape
 *
 * @example
 * ```ts
 * jvp((x: number, y: number) => x * y, [3, 4], [1, 0]); // { value: 12, tangent: 4 }
 * ```
 */
export const jvp: JvpOperator = runsAsItIs((f: Function, args: unknown[], tangents: unknown[], options?: Options) => {
  checkFunction('jvp', f);
  return evaluateTangent(f, args, tangents, options);
}) as never;
