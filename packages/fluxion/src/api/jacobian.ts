/** All first derivatives of a function of any shape. */

import { runsAsItIs } from '../dynamic/calls.ts';
import { isBox, type Value } from '../dynamic/numbers/box.ts';
import { type FloatsOutline, fill, leafOf, type Outline, outlineOf } from '../dynamic/outline.ts';
import { forward, numbersOf, reverse } from '../runtime/evaluate.ts';
import { checkFunction } from './arguments.ts';
import type { JacobianOperator, JacobianOptions } from './types.ts';

/** A list with one entry per element: what stands for a typed array of numbers when each entry is a gradient. */
export function listOf(outline: FloatsOutline, at: (leaf: number) => unknown): unknown[] {
  return Array.from({ length: outline.source.length }, (_, i) => at(leafOf(outline, i)));
}

function byReverse(f: Function, args: readonly unknown[], options: JacobianOptions | undefined): unknown {
  return reverse(f, args, [0], options, ({ result, pull }) => {
    const { outline, leaves } = numbersOf(result);
    return fill(outline, (leaf) => pull(isBox(leaves[leaf]) ? [[leaves[leaf], 1]] : [])[0], listOf);
  });
}

interface Column {
  readonly outline: Outline;
  readonly values: Value[];
}

function byForward(f: Function, args: readonly unknown[], options: JacobianOptions | undefined): unknown {
  const input = outlineOf(args[0]);
  const column = (leaf: number): Column | Promise<Column> => {
    const direction = fill(input.outline, (l) => (l === leaf ? 1 : 0));
    return forward(f, args, [direction], options, ({ result, tangent }) => {
      const { outline, leaves } = numbersOf(result);
      return { outline, values: leaves.map(tangent) };
    });
  };
  const columns = input.leaves.map((_, leaf) => column(leaf));
  const assemble = (all: Column[]): unknown => {
    if (all.length === 0) return byReverse(f, args, options);
    return fill(all[0].outline, (out) => fill(input.outline, (leaf) => all[leaf].values[out]), listOf);
  };
  return columns.some((c) => c instanceof Promise)
    ? Promise.all(columns).then(assemble)
    : assemble(columns as Column[]);
}

/**
 * The Jacobian of f with respect to its first argument: the result's structure, with the gradient of each number in its place.
 *
 * @param options `mode`: `'forward'` costs one evaluation per input number, `'reverse'` one sweep per output number;
 *   `'auto'` is forward for a single input number, else reverse
 *
 * @example
 * ```ts
 * jacobian((x: number[]) => [x[0] * x[1], x[0]])([2, 3]); // [[3, 2], [1, 0]]
 * ```
 */
export const jacobian: JacobianOperator = runsAsItIs((f: Function, options?: JacobianOptions) => {
  checkFunction('jacobian', f);
  return runsAsItIs((...args: unknown[]) => {
    const mode = options?.mode ?? 'auto';
    const forwards = mode === 'forward' || (mode === 'auto' && (typeof args[0] === 'number' || isBox(args[0])));
    return forwards ? byForward(f, args, options) : byReverse(f, args, options);
  });
}) as never;
