/** Value and gradient in one evaluation; grad is its gradient. */

import { runsAsItIs } from '../dynamic/calls.ts';
import { describe } from '../errors/describe.ts';
import { fluxionError } from '../errors/error.ts';
import { registerDerivative } from '../lower/builtins/derivative.ts';
import { registerDerived } from '../lower/derivatives/derived.ts';
import { reverse } from '../runtime/evaluate.ts';
import { gradientOf, type ValueAndGradients } from '../runtime/gradient.ts';
import { inTurn } from '../runtime/inturn.ts';
import { pullbackOf } from '../runtime/pullback.ts';
import { readNumber, verifyGradients } from '../runtime/verify.ts';
import { checkFunction, checkOptions, indexesOf, numberResult } from './arguments.ts';
import type { GradOptions, ValueAndGradOperator, ValueAndGradOptions, Wrt } from './types.ts';

interface Parts {
  value: unknown;
  grad: unknown;
  aux?: unknown;
}

/** One evaluation of f in reverse mode. */
export function evaluateGradient(
  operator: string,
  f: Function,
  args: readonly unknown[],
  options: ValueAndGradOptions<Wrt> | undefined,
): Parts | Promise<Parts> {
  const wrt = indexesOf(operator, options?.wrt, args.length);
  const several = typeof options?.wrt === 'object';
  const hasAux = options?.hasAux === true;
  const shaped = ({ value, gradients }: ValueAndGradients): Parts => ({
    value,
    grad: several ? gradients : gradients[0],
  });
  const answer = hasAux ? undefined : gradientOf(f, args, wrt, options, () => onTape(operator, f, args, wrt, options));
  const parts =
    answer === undefined
      ? withAux(operator, f, args, wrt, options)
      : answer instanceof Promise
        ? answer.then(shaped)
        : shaped(answer);
  if (options?.verify !== true) return parts;
  return inTurn(
    (function* () {
      const done = (yield parts) as Parts;
      const gradients = several ? (done.grad as unknown[]) : [done.grad];
      const read = hasAux ? (result: unknown) => [(result as number[])[0]] : readNumber;
      yield* verifyGradients(f, args, wrt, gradients, options, read);
      return done;
    })(),
  );
}

function onTape(
  operator: string,
  f: Function,
  args: readonly unknown[],
  wrt: readonly number[],
  options: ValueAndGradOptions<Wrt> | undefined,
): ValueAndGradients | Promise<ValueAndGradients> {
  return reverse(f, args, wrt, options, ({ result, pull, plain, tape }): ValueAndGradients => {
    const value = numberResult(operator, result);
    const gradients = pull([[value, 1]]);
    tape.release();
    return { value: plain(value), gradients };
  });
}

/** f gives a pair, the number and something beside it. */
function withAux(
  operator: string,
  f: Function,
  args: readonly unknown[],
  wrt: readonly number[],
  options: ValueAndGradOptions<Wrt> | undefined,
): Parts | Promise<Parts> {
  return pullbackOf(f, args, wrt, options, ({ result, plain, outline, pull, release }): Parts => {
    if (!Array.isArray(result)) {
      const pair = `${operator} with hasAux (a pair [number, aux])`;
      throw fluxionError('NotANumber', { operator: pair, got: describe(result) });
    }
    const value = plain(numberResult(operator, result[0]));
    const number = outline.kind === 'list' ? outline.parts[0] : undefined;
    const gradients = pull((put) => {
      if (number?.kind === 'leaf') put(number.index, 1);
    });
    release();
    return { value, grad: typeof options?.wrt === 'object' ? gradients : gradients[0], aux: plain(result[1]) };
  });
}

/**
 * The value and the gradient of a number-valued function.
 *
 * @param f any function that returns a number (or a promise of one; or `[number, aux]` with `hasAux`)
 * @returns a function of f's arguments that gives `{ value, grad }`: `grad` has the shape of the argument named by `wrt`
 *   (default the first); for a list of indexes, a list of such shapes
 * @throws NotANumber if f returns something else; LostDerivative, NoRule and the like where a derivative would be lost;
 *   whatever f throws, as it is
 *
 * @example
 * ```ts
 * const line = (p: { a: number; b: number }, x: number) => p.a + p.b * x;
 * valueAndGrad(line)({ a: 1, b: 2 }, 10); // { value: 21, grad: { a: 1, b: 10 } }
 * ```
 */
export const valueAndGrad: ValueAndGradOperator = runsAsItIs((f: Function, options?: ValueAndGradOptions<Wrt>) => {
  checkFunction('valueAndGrad', f);
  checkOptions('valueAndGrad', options, ['wrt', 'hasAux']);
  const both = runsAsItIs((...args: unknown[]) => evaluateGradient('valueAndGrad', f, args, options));
  registerDerived(both, 'valueAndGrad', f, options);
  return both;
}) as never;

registerDerivative(valueAndGrad as unknown as Function, 'valueAndGrad');

export type { GradOptions };
