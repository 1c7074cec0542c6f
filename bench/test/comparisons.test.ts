/** What the bench compares: functions that run on their inputs, and derivatives that agree where there are two. */
import { describe, expect, test } from 'vitest';
import { normwiseError } from '../gradbench/normwise.ts';
import type { Comparison } from '../src/comparison.ts';
import { compiled } from '../src/compiled/compiled.ts';
import { gradbench } from '../src/gradbench/gradbench.ts';

const numbers = (value: unknown): number[] => {
  if (typeof value === 'number') return [value];
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array);
  return Object.values(value as object).flatMap(numbers);
};

const named = (comparisons: readonly Comparison[]) =>
  comparisons.map((comparison) => [comparison.what, comparison] as const);

describe.each([
  ['compiled', compiled()],
  ['gradbench', gradbench()],
])('%s', (_, comparisons) => {
  test.each(named(comparisons.filter(({ plain }) => plain)))('%s gives numbers', (_, { plain }) => {
    for (const input of [0, 1, 5]) expect(numbers(plain?.(input)).every(Number.isFinite)).toBe(true);
  });

  const written = comparisons.filter(({ byHand }) => byHand);
  if (written.length === 0) return;
  test.each(named(written))('%s has the gradient that was written by hand', (_, { derivative, byHand }) => {
    // The largest number of a log-sum-exp has an adjoint that is 1 less the sum of 10 000 shares of 1e-4.
    expect(normwiseError(derivative('dynamic')(3), byHand?.(3))).toBeLessThan(1e-10);
  });
});
