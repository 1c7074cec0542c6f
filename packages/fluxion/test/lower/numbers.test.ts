/** Math and Number: what is lowered gives what the function gives. */
import { describe, expect, it } from 'vitest';
import { Left } from '../../src/ir/interpret.ts';
import { agrees, lowered } from './harness.ts';

const numbers = [
  0,
  -0,
  1,
  -1.5,
  2.5,
  -0.5,
  0.5,
  1e300,
  -1e-300,
  7,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 53,
  123456.789,
];
const each = numbers.map((x) => [x]);
const pairs = numbers.flatMap((x) => [0, -0, 2, -3.5, Number.NaN].map((y) => [x, y]));

describe('Math', () => {
  it('of one number', () => {
    agrees(
      (x: number) => [Math.floor(x), Math.ceil(x), Math.round(x), Math.trunc(x), Math.sign(x), Math.abs(x)],
      ...each,
    );
    agrees((x: number) => [Math.sin(x), Math.exp(x), Math.log(x), Math.sqrt(x), Math.cbrt(x), Math.tanh(x)], ...each);
    agrees((x: number) => [Math.fround(x), Math.clz32(x), Math.imul(x, 3), Math.log1p(x), Math.hypot(x)], ...each);
  });
  it('of several numbers', () => {
    agrees((x: number, y: number) => [Math.max(x, y), Math.min(x, y, 1), Math.atan2(x, y), Math.hypot(x, y)], ...pairs);
    agrees((x: number, y: number) => [x ** y, x % y, x | y, x >>> y, x << y, ~x], ...pairs);
    agrees(() => [Math.max(), Math.min(), Math.PI, Math.hypot()]);
  });
  it('of integers', () => {
    agrees(
      (a: number[]) => {
        let s = 0;
        for (let i = 0; i < a.length; i++) {
          const left = Math.max(i - 1, 0);
          const right = Math.min(i + 1, a.length - 1);
          s += a[left] * a[right] + a[Math.floor(i)] + 1 / Math.round(i + 1);
        }
        return s;
      },
      [[1, 2, 3]],
      [[5]],
    );
  });
});

describe('Number', () => {
  it('asks what a number is', () => {
    agrees((x: number) => [Number.isNaN(x), Number.isFinite(x), Number.isInteger(x), Number.isSafeInteger(x)], ...each);
    agrees((x: number) => [isNaN(x), isFinite(x), Boolean(x), Number(x)].length + Number.EPSILON, ...each);
    agrees(
      (a: number[], i: number) => {
        const x = a[i];
        return [Number.isInteger(x), x === undefined];
      },
      [[1, 2.5], 0],
      [[1, 2.5], 1],
      [[1, 2.5], 2],
    );
  });
  it('reads numbers of numbers', () => {
    agrees((x: number) => parseFloat(x as unknown as string), ...each);
    agrees(
      (x: number) => parseInt(x as unknown as string),
      [0],
      [-0],
      [3.7],
      [-3.7],
      [-0.5],
      [1e20],
      [Number.NaN],
      [0.001],
    );
    agrees((x: number) => parseInt(x as unknown as string, 10) + parseInt('12px'), [3.7]);
    expect(() => lowered((x: number) => parseInt(x as unknown as string), 1e-7)).toThrow(Left);
    expect(() => lowered((x: number) => parseInt(x as unknown as string), 1e21)).toThrow(Left);
  });
});
