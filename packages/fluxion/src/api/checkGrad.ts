/** A gradient against central differences, on demand. */
import { inTurn } from '../runtime/inturn.ts';
import { agreed, compare, readNumber } from '../runtime/verify.ts';
import { indexesOf } from './arguments.ts';
import { configurable } from './configurable.ts';
import type { CheckGradOperator, CheckReport, GradOptions, ValueAndGrad, Wrt } from './types.ts';
import { evaluateGradient } from './valueAndGrad.ts';

/**
 * Compares the gradient of f with central differences over a grid of steps: with respect to every argument, or those that
 * `checkGrad.with({ wrt })` names.
 *
 * @returns every number with both derivatives
 * @throws Disagreement at the first number where they differ
 *
 * @example
 * ```ts
 * checkGrad((x: number) => Math.exp(x), 1).largestError < 1e-6; // true
 * ```
 */
export const checkGrad = configurable<GradOptions<Wrt>>('checkGrad', ['wrt'], (f, args, options) => {
  const all = args.map((_, i) => i);
  const wrt = options?.wrt === undefined ? all : indexesOf('checkGrad', options.wrt, args.length);
  return inTurn(
    (function* (): Generator<unknown, CheckReport, unknown> {
      const parts = yield evaluateGradient('checkGrad', f, args, { ...options, wrt });
      return agreed(yield* compare(f, args, wrt, (parts as ValueAndGrad<unknown[]>).grad, readNumber));
    })(),
  );
}) as unknown as CheckGradOperator;
