/** The gradient of a number-valued function. */
import { runsAsItIs } from '../dynamic/calls.ts';
import { registerDerivative } from '../lower/builtins/derivative.ts';
import { registerDerived } from '../lower/derivatives/derived.ts';
import { checkFunction, checkOptions } from './arguments.ts';
import type { GradOperator, GradOptions, Wrt } from './types.ts';
import { evaluateGradient } from './valueAndGrad.ts';

/**
 * The gradient of a number-valued function, with respect to its first argument or those named by `wrt`.
 *
 * @param f any function that returns a number, or a promise of one
 * @returns a function of f's arguments that gives the gradient, in the shape of the argument: number → number,
 *   `Float64Array` → `Float64Array`, objects, arrays, Maps and class instances likewise
 * @throws NotANumber if f returns something else; LostDerivative, NoRule and the like where a derivative would be lost;
 *   whatever f throws, as it is
 *
 * @example
 * ```ts
 * grad((x: number) => x ** 3)(2); // 12
 * grad((p: { a: number; name: string }) => p.a * p.a)({ a: 3, name: 'p' }); // { a: 6, name: undefined }
 * ```
 */
export const grad: GradOperator = runsAsItIs((f: Function, options?: GradOptions<Wrt>) => {
  checkFunction('grad', f);
  checkOptions('grad', options, ['wrt']);
  const gradient = runsAsItIs((...args: unknown[]) => {
    const parts = evaluateGradient('grad', f, args, options);
    return parts instanceof Promise ? parts.then((p) => p.grad) : parts.grad;
  });
  registerDerived(gradient, 'grad', f, options);
  return gradient;
}) as never;

registerDerivative(grad as unknown as Function, 'grad');
