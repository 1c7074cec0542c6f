/** The derivative of a function of one number. */
import { runsAsItIs } from '../dynamic/calls.ts';
import { registerDerivative } from '../lower/builtins/derivative.ts';
import { registerDerived } from '../lower/derivatives/derived.ts';
import { checkFunction, checkOptions, indexOf } from './arguments.ts';
import { evaluateTangent } from './jvp.ts';
import type { DerivativeOperator, OneArgumentOptions } from './types.ts';

/**
 * The derivative of f with respect to its first argument (or the one that `wrt` names), a number. The result may have any
 * shape; nests to any order.
 *
 * @example
 * ```ts
 * derivative(Math.sin)(0); // 1
 * derivative((t: number) => [t * t, t ** 3])(2); // [4, 12]
 * derivative(derivative((x: number) => x ** 4))(1); // 12
 * ```
 */
export const derivative: DerivativeOperator = runsAsItIs((f: Function, options?: OneArgumentOptions) => {
  checkFunction('derivative', f);
  checkOptions('derivative', options, ['wrt']);
  const slope = runsAsItIs((...args: unknown[]) => {
    const index = indexOf('derivative', options?.wrt, args.length);
    const tangents = args.map((_, i) => (i === index ? 1 : undefined));
    const out = evaluateTangent(f, args, tangents, options, `[${index}]`);
    return out instanceof Promise ? out.then((o) => o.tangent) : out.tangent;
  });
  registerDerived(slope, 'derivative', f, options);
  return slope;
}) as never;

registerDerivative(derivative as unknown as Function, 'derivative');
