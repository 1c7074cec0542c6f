/** Sorting by functions that are not only an order: how often they are called, and what NaN does, is the engine's business. */
import { expect, it } from 'vitest';
import { grad, valueAndGrad } from '../../src/index.ts';
import { compiledFirst } from '../runtime/both.ts';
import { declined } from './harness.ts';

it('a comparator that changes something, or calls the host, is declined', () => {
  const counting = (a: number[], s: number): number => {
    let n = 0;
    a.sort((p, q) => {
      n++;
      return p - q;
    });
    return n * s + a[0];
  };
  expect(declined(counting, [5, 3, 8], 1)).toMatch(/a function that changes something/);
  expect(valueAndGrad(counting, { wrt: 1 })([5, 3, 8, 1, 9, 2, 7], 1).value).toBe(counting([5, 3, 8, 1, 9, 2, 7], 1));
  const shuffled = (a: number[]): number => a.sort(() => Math.random() - 0.5)[0];
  expect(declined(shuffled, [5, 3, 8])).toMatch(/a function that changes something/);
});

it('seed 6001309: where elements are sorted by NaN, the order is that of the engine', () => {
  const f = (a: number[]): number => {
    a.sort((p, q) => q - p);
    return a[0] + 2 * a[1] + 3 * a[2] + 4 * a[3];
  };
  for (const a of [
    [1, Number.NaN, 3, 2, Number.NaN, 7],
    [Infinity, 1, Infinity, 2, 5],
  ]) {
    const { got, left } = compiledFirst(() => grad(f)(a));
    expect(got).toEqual(grad(f, { tier: 'dynamic' })(a));
    expect(left).toEqual(['elements are sorted by NaN']);
  }
  expect(grad(f, { tier: 'compiled' })([1, 4, 3, 2])).toEqual([4, 1, 2, 3]);
});
