/** Hessian-vector products, forward over reverse. */
import { runsAsItIs } from '../dynamic/calls.ts';
import { registerDerivative } from '../lower/builtins/derivative.ts';
import { registerDerived } from '../lower/derivatives/derived.ts';
import { inTurn } from '../runtime/inturn.ts';
import { checkFunction, checkOptions, indexOf } from './arguments.ts';
import { grad } from './grad.ts';
import { evaluateTangent } from './jvp.ts';
import type { HvpOperator, OneArgumentOptions } from './types.ts';

/** With `verify`: differences of a gradient can not tell that it is wrong itself, so it is checked before. */
export function* verifyGradientOf(
  f: Function,
  args: readonly unknown[],
  options: OneArgumentOptions | undefined,
): Generator<unknown, void, unknown> {
  if (options?.verify === true) yield (grad(f as never, options) as unknown as Function)(...args);
}

/** The gradient by one argument, to be differentiated again. */
export function gradientBy(f: Function, index: number, options: OneArgumentOptions | undefined): Function {
  return grad(f as never, { ...options, wrt: index, verify: false }) as unknown as Function;
}

/** The Hessian of f with respect to the argument `index`, times a direction. */
function hessianTimes(
  f: Function,
  args: readonly unknown[],
  index: number,
  direction: unknown,
  options: OneArgumentOptions | undefined,
): unknown {
  const gradient = gradientBy(f, index, options);
  const tangents = args.map((_, i) => (i === index ? direction : undefined));
  const out = evaluateTangent(gradient, args, tangents, options, `[${index}] along the direction`);
  return out instanceof Promise ? out.then((o) => o.tangent) : out.tangent;
}

/**
 * The Hessian of f with respect to its first argument (or the one that `wrt` names), times a direction: a few times the cost
 * of f, whatever the number of inputs (forward mode over reverse mode; Pearlmutter, Fast exact multiplication by the Hessian,
 * 1994). The direction stands after f's first argument.
 *
 * @example
 * ```ts
 * hvp((x: number[]) => x[0] ** 2 * x[1])([1, 2], [1, 0]); // [4, 2]
 * ```
 */
export const hvp: HvpOperator = runsAsItIs((f: Function, options?: OneArgumentOptions) => {
  checkFunction('hvp', f);
  checkOptions('hvp', options, ['wrt']);
  const product = runsAsItIs((x: unknown, direction: unknown, ...rest: unknown[]) => {
    const args = [x, ...rest];
    const index = indexOf('hvp', options?.wrt, args.length);
    return inTurn(
      (function* () {
        yield* verifyGradientOf(f, args, options);
        return yield hessianTimes(f, args, index, direction, options);
      })(),
    );
  });
  registerDerived(product, 'hvp', f, options);
  return product;
}) as never;

registerDerivative(hvp as unknown as Function, 'hvp');
