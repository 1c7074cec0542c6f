/** The derivative of a function of one number. */
import { runsAsItIs } from '../dynamic/calls.ts';
import { checkFunction } from './arguments.ts';
import { evaluateTangent } from './jvp.ts';
import type { DerivativeOperator, Options } from './types.ts';

/**
 * The derivative of f with respect to its first argument, a number. The result may have any shape; nests to any order.
 *
 * @example
 * ```ts
 * derivative(Math.sin)(0); // 1
 * derivative((t: number) => [t * t, t ** 3])(2); // [4, 12]
 * derivative(derivative((x: number) => x ** 4))(1); // 12
 * ```
 */
export const derivative: DerivativeOperator = runsAsItIs((f: Function, options?: Options) => {
  checkFunction('derivative', f);
  return runsAsItIs((...args: unknown[]) => {
    const out = evaluateTangent(f, args, [1], options);
    return out instanceof Promise ? out.then((o) => o.tangent) : out.tangent;
  });
}) as never;
