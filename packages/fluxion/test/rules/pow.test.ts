/** `x ** y` at x = 0: the mixed derivative is the limit from the right, in any order and either mode. */
import { expect, test } from 'vitest';
import { derivative, grad } from '../../src/index.ts';

type Operator = (f: (v: number) => number) => (v: number) => number;

const operators: Record<string, Operator> = { reverse: (f) => grad(f), forward: (f) => derivative(f) as never };

/** x^(y-1)·(1 + y·log x) from the right. */
const limits: [y: number, limit: number][] = [
  [0, Number.POSITIVE_INFINITY],
  [0.5, Number.NEGATIVE_INFINITY],
  [1, Number.NEGATIVE_INFINITY],
  [1.5, 0],
  [2, 0],
  [3, 0],
];

for (const [outer, A] of Object.entries(operators)) {
  for (const [inner, B] of Object.entries(operators)) {
    test.each(limits)(`${inner} in ${outer}, y = %d`, (y, limit) => {
      expect(A((x) => B((e) => x ** e)(y))(0)).toBe(limit);
      expect(A((e) => B((x) => x ** e)(0))(y)).toBe(limit);
    });
  }
}

test('of third order', () => {
  const thrice = (y: number) => grad((x: number) => grad((v: number) => grad((e: number) => v ** e)(y))(x))(0);
  expect(thrice(1.5)).toBe(Number.NEGATIVE_INFINITY);
  expect(thrice(2)).toBe(Number.NEGATIVE_INFINITY);
  expect(thrice(2.5)).toBe(0);
  expect(thrice(3)).toBe(0);
});
