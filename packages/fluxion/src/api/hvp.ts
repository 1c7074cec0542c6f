/** Hessian-vector products, forward over reverse. */
import { runsAsItIs } from '../dynamic/calls.ts';
import { checkFunction } from './arguments.ts';
import { grad } from './grad.ts';
import { evaluateTangent } from './jvp.ts';
import type { HvpOperator, Options } from './types.ts';

/**
 * The Hessian of f with respect to its first argument, times a direction: a few times the cost of f, whatever the number of
 * inputs (forward mode over reverse mode; Pearlmutter, Fast exact multiplication by the Hessian, 1994).
 *
 * @example
 * ```ts
 * hvp((x: number[]) => x[0] ** 2 * x[1])([1, 2], [1, 0]); // [4, 2]
 * ```
 */
export const hvp: HvpOperator = runsAsItIs((f: Function, options?: Options) => {
  checkFunction('hvp', f);
  const gradient = grad(f as never, options) as unknown as Function;
  return runsAsItIs((x: unknown, direction: unknown, ...rest: unknown[]) => {
    const out = evaluateTangent(gradient, [x, ...rest], [direction], options);
    return out instanceof Promise ? out.then((o) => o.tangent) : out.tangent;
  });
}) as never;
