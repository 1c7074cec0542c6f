/** All first derivatives of a function of any shape. */

import { runsAsItIs } from '../dynamic/calls.ts';
import { isBox } from '../dynamic/numbers/box.ts';
import { type FloatsOutline, fill, leafOf } from '../dynamic/outline.ts';
import { fluxionError } from '../errors/error.ts';
import { registerDerivative } from '../lower/builtins/derivative.ts';
import { registerDerived } from '../lower/derivatives/derived.ts';
import { places, unitDirection } from '../runtime/differences.ts';
import { inTurn } from '../runtime/inturn.ts';
import { type Rows, rowsByForward, rowsByReverse } from '../runtime/jacobian.ts';
import { isInside, numbersIn, verifyTangent } from '../runtime/verify.ts';
import { checkFunction, checkOptions, indexOf } from './arguments.ts';
import type { JacobianOperator, JacobianOptions } from './types.ts';

/** A list with one entry per element: what stands for a typed array of numbers when each entry is a gradient. */
export function listOf(outline: FloatsOutline, at: (leaf: number) => unknown): unknown[] {
  return Array.from({ length: outline.source.length }, (_, i) => at(leafOf(outline, i)));
}

/** Column by column against differences. */
function* verifyRows(
  f: Function,
  args: readonly unknown[],
  index: number,
  { gradients }: Rows,
  options: JacobianOptions,
): Generator<unknown, void, unknown> {
  if (isInside(args)) return;
  const rows = gradients.map((gradient) => numbersIn(args[index], gradient));
  for (const place of places(args, [index])) {
    const column = rows.map((row) => row[place.leaf]);
    yield* verifyTangent(f, args, unitDirection(args, place), column, options, place.path);
  }
}

function isForward(options: JacobianOptions | undefined, argument: unknown): boolean {
  const mode = options?.mode ?? 'auto';
  if (mode !== 'auto' && mode !== 'forward' && mode !== 'reverse') {
    throw fluxionError('BadArgument', {
      operator: 'jacobian',
      problem: `there is no mode called ${String(mode)}`,
      fix: "Use 'auto', 'forward' or 'reverse'.",
    });
  }
  return mode === 'forward' || (mode === 'auto' && (typeof argument === 'number' || isBox(argument)));
}

/**
 * The Jacobian of f with respect to its first argument (or the one that `wrt` names): the result's structure, with the
 * gradient of each number in its place.
 *
 * @param options `mode`: `'forward'` costs one evaluation per input number (compiled, one for up to sixteen of them), `'reverse'`
 *   one sweep per output number; `'auto'` is forward for a single input number, else reverse
 *
 * @example
 * ```ts
 * jacobian((x: number[]) => [x[0] * x[1], x[0]])([2, 3]); // [[3, 2], [1, 0]]
 * ```
 */
export const jacobian: JacobianOperator = runsAsItIs((f: Function, options?: JacobianOptions) => {
  checkFunction('jacobian', f);
  checkOptions('jacobian', options, ['wrt', 'mode']);
  const rows = runsAsItIs((...args: unknown[]) => {
    const index = indexOf('jacobian', options?.wrt, args.length);
    const evaluate = isForward(options, args[index]) ? rowsByForward : rowsByReverse;
    return inTurn(
      (function* () {
        const rows = (yield evaluate(f, args, index, options)) as Rows;
        if (options?.verify === true) yield* verifyRows(f, args, index, rows, options);
        return fill(rows.outline, (leaf) => rows.gradients[leaf], listOf);
      })(),
    );
  });
  registerDerived(rows, 'jacobian', f, options);
  return rows;
}) as never;

registerDerivative(jacobian as unknown as Function, 'jacobian');
