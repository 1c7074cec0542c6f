/** All second derivatives of a number-valued function. */
import { runsAsItIs } from '../dynamic/calls.ts';
import { fill, outlineOf } from '../dynamic/outline.ts';
import { checkFunction } from './arguments.ts';
import { hvp } from './hvp.ts';
import { listOf } from './jacobian.ts';
import type { HessianOperator, Options } from './types.ts';

/**
 * The Hessian of f with respect to its first argument: in the place of each number of the argument, the gradient of that
 * partial derivative. One Hessian-vector product per number.
 *
 * @example
 * ```ts
 * hessian((x: number[]) => x[0] ** 2 * x[1])([1, 2]); // [[4, 2], [2, 0]]
 * ```
 */
export const hessian: HessianOperator = runsAsItIs((f: Function, options?: Options) => {
  checkFunction('hessian', f);
  const product = hvp(f as never, options) as unknown as (...args: unknown[]) => unknown;
  return runsAsItIs((x: unknown, ...rest: unknown[]) => {
    const { outline, leaves } = outlineOf(x);
    const rows = leaves.map((_, leaf) =>
      product(
        x,
        fill(outline, (l) => (l === leaf ? 1 : 0)),
        ...rest,
      ),
    );
    const assemble = (all: unknown[]): unknown => fill(outline, (leaf) => all[leaf], listOf);
    return rows.some((r) => r instanceof Promise) ? Promise.all(rows).then(assemble) : assemble(rows);
  });
}) as never;
