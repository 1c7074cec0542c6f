/** Arrays whose length is near the language's limit, with few elements: what they hold is found by its keys. */
import { expect, test } from 'vitest';
import { grad, valueAndGrad } from '../../src/index.ts';

const last = 2 ** 32 - 2;
const older: any[] = [];

test('one made inside', () => {
  const f = (x: number): number => {
    const list: number[] = [];
    list[last] = x;
    list[3] = 2 * x;
    return (list[last] as number) * (list[3] as number);
  };
  expect(valueAndGrad(f)(2)).toEqual({ value: 8, grad: 8 });
});

test('one that was there before is put back', () => {
  const f = (x: number): number => {
    older[last] = x;
    older[3] = { y: 2 * x };
    return older[last] * older[3].y;
  };
  expect(valueAndGrad(f)(2)).toEqual({ value: 8, grad: 8 });
  expect([older.length, Object.keys(older)]).toEqual([0, []]);
});

test('one within what is handed to a native function nobody knows', () => {
  const list: unknown[] = [];
  list[last] = { a: 1 };
  expect(grad((x: number) => x * process.memoryUsage.call(list).rss ** 0)(2)).toBe(1);
});

test('an array of many elements keeps its names', () => {
  const many = new Array(200).fill(1) as number[] & { label?: unknown };
  many.label = 'before';
  const f = (x: number): number => {
    many[7] = x;
    many.label = x;
    return many[7] * (many.label as number);
  };
  expect(valueAndGrad(f)(3)).toEqual({ value: 9, grad: 6 });
  expect([many[7], many.label, many.length]).toEqual([1, 'before', 200]);
});
