/** The vector-Jacobian product: reverse mode for results of any shape. */

import { runsAsItIs } from '../dynamic/calls.ts';
import { project } from '../dynamic/outline.ts';
import { registerDerivative } from '../lower/builtins/derivative.ts';
import { inTurn } from '../runtime/inturn.ts';
import { type Cotangents, pullbackOf } from '../runtime/pullback.ts';
import { readWeighted, verifyGradients, weight } from '../runtime/verify.ts';
import { indexesOf } from './arguments.ts';
import { configurable } from './configurable.ts';
import type { GradOptions, VjpOperator, Wrt } from './types.ts';

interface Parts {
  readonly value: unknown;
  readonly pullback: (cotangent: unknown) => unknown;
}

/** Runs f in reverse mode; also gives the gradients of the weighted sum of its numbers, for the check. */
function evaluate(
  f: Function,
  args: readonly unknown[],
  wrt: readonly number[],
  options: GradOptions<Wrt> | undefined,
): { parts: Parts; weighted: unknown[] | undefined } | Promise<{ parts: Parts; weighted: unknown[] | undefined }> {
  return pullbackOf(f, args, wrt, options, ({ result, plain, outline, count, pull }) => {
    const value = plain(result);
    const pullback = (cotangent: unknown): unknown => {
      const cotangents = pull((put) => project(outline, cotangent, put));
      return typeof options?.wrt === 'number' ? cotangents[0] : cotangents;
    };
    const weights: Cotangents = (put) => {
      for (let leaf = 0; leaf < count; leaf++) put(leaf, weight(leaf));
    };
    const weighted = options?.verify === true ? pull(weights) : undefined;
    return { parts: { value, pullback: runsAsItIs(pullback) }, weighted };
  });
}

/**
 * Runs f and gives its value with a pullback: the linear map from cotangents of the value to cotangents of all arguments.
 * `vjp.with(options)` is the same with options; its `wrt` names the arguments whose cotangents are wanted.
 *
 * @returns `{ value, pullback }`; the pullback takes a cotangent of the value's shape (missing parts are zero) and may be
 *   called any number of times
 *
 * @example
 * ```ts
 * const { value, pullback } = vjp((x: number, y: number) => [x * y, x + y], 3, 4);
 * value; // [12, 7]
 * pullback([1, 0]); // [4, 3]
 * vjp.with({ wrt: 1 })((x: number, y: number) => x * y, 3, 4).pullback(1); // 3
 * ```
 */
export const vjp = configurable<GradOptions<Wrt>>('vjp', ['wrt'], (f, args, options) => {
  const wrt = options?.wrt === undefined ? args.map((_, i) => i) : indexesOf('vjp', options.wrt, args.length);
  return inTurn(
    (function* () {
      const { parts, weighted } = (yield evaluate(f, args, wrt, options)) as Awaited<ReturnType<typeof evaluate>>;
      if (weighted !== undefined) yield* verifyGradients(f, args, wrt, weighted, options, readWeighted);
      return parts;
    })(),
  );
}) as unknown as VjpOperator;

registerDerivative(vjp as unknown as Function, 'vjp');
