/** All second derivatives of a number-valued function. */
import { runsAsItIs } from '../dynamic/calls.ts';
import { fill, outlineOf } from '../dynamic/outline.ts';
import { registerDerivative } from '../lower/builtins/derivative.ts';
import { registerDerived } from '../lower/derivatives/derived.ts';
import { inTurn } from '../runtime/inturn.ts';
import { columnsInPlace } from '../runtime/jacobian.ts';
import { checkFunction, checkOptions, indexOf } from './arguments.ts';
import { gradientBy, verifyGradientOf } from './hvp.ts';
import { listOf } from './jacobian.ts';
import type { HessianOperator, OneArgumentOptions } from './types.ts';

/**
 * The Hessian of f with respect to its first argument (or the one that `wrt` names): in the place of each number of the
 * argument, the gradient of that partial derivative. One Hessian-vector product per number.
 *
 * @example
 * ```ts
 * hessian((x: number[]) => x[0] ** 2 * x[1])([1, 2]); // [[4, 2], [2, 0]]
 * ```
 */
export const hessian: HessianOperator = runsAsItIs((f: Function, options?: OneArgumentOptions) => {
  checkFunction('hessian', f);
  checkOptions('hessian', options, ['wrt']);
  const second = runsAsItIs((...args: unknown[]) => {
    const index = indexOf('hessian', options?.wrt, args.length);
    const { outline } = outlineOf(args[index]);
    return inTurn(
      (function* () {
        yield* verifyGradientOf(f, args, options);
        const gradient = gradientBy(f, index, options);
        const rows = (yield columnsInPlace(gradient, args, index, options)) as readonly unknown[];
        return fill(outline, (leaf) => rows[leaf], listOf);
      })(),
    );
  });
  registerDerived(second, 'hessian', f, options);
  return second;
}) as never;

registerDerivative(hessian as unknown as Function, 'hessian');
