/** A derivative that is refused is refused, also where the program catches what is thrown. */
import { expect, test } from 'vitest';
import { grad } from '../../src/index.ts';

const tier = 'dynamic' as const;

test('in a handler around the place, with or without a parameter', () => {
  const shared = [1, 2];
  const write = (a: number[], b: number[]) => {
    try {
      a[0] = a[0] * 2;
    } catch (e) {
      return Number((e as Error).message.length);
    }
    return b[0] * a[1];
  };
  const ambiguous = expect.objectContaining({ code: 'AmbiguousAlias' });
  expect(() => grad(write, { wrt: [0, 1], tier })(shared, shared)).toThrow(ambiguous);
  const silent = (a: number[], b: number[]) => {
    let sum = 1;
    try {
      a[0] = a[0] * 2;
      sum = b[0];
    } catch {
      sum = 0;
    } finally {
      sum += 1;
    }
    return sum * a[1];
  };
  expect(() => grad(silent, { wrt: [0, 1], tier })(shared, shared)).toThrow(ambiguous);
  expect(shared).toEqual([1, 2]);
});

test('what the program throws itself is caught as ever', () => {
  const f = (x: number) => {
    try {
      if (x > 1) throw new RangeError('large');
      return x;
    } catch (e) {
      return x * x * (e as Error).message.length;
    }
  };
  expect(grad(f, { tier })(2)).toBe(20);
});

test('a number read from a text is refused, however it is wrapped', () => {
  const f = (x: number) => {
    try {
      return Number(`${x}`) * x;
    } catch {
      return x;
    }
  };
  expect(() => grad(f, { tier })(2.5)).toThrow(expect.objectContaining({ code: 'LostDerivative' }));
});
