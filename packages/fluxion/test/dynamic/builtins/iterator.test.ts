/** Iterator helpers, where the engine has them: callbacks run as twins, decisions go by primals. */
import { expect, test } from 'vitest';
import { grad } from '../../../src/index.ts';

type Helpers = {
  map(f: (v: number) => number): Helpers;
  filter(f: (v: number) => unknown): Helpers;
  take(n: number): Helpers;
  drop(n: number): Helpers;
  flatMap(f: (v: number) => number[]): Helpers;
  reduce(f: (a: number, v: number) => number, start: number): number;
  toArray(): number[];
  next(): { value: number };
};
const { Iterator } = globalThis as unknown as { Iterator?: { from(o: unknown): Helpers; prototype: object } };

test.skipIf(Iterator === undefined)('helpers of iterators', () => {
  const f = (x: number) => {
    function* numbers(): Generator<number> {
      for (let i = 1; ; i++) yield x * i;
    }
    const from = (it: unknown): Helpers => it as Helpers;
    const sum = from(numbers())
      .map((v) => v * x)
      .filter((v) => v - x * x)
      .drop(1)
      .take(2)
      .flatMap((v) => [v, v * 2])
      .reduce((a, v) => a + v, 0);
    let n = 0;
    const mine = (Iterator as { from(o: unknown): Helpers }).from({
      next: () => ({ value: x * ++n, done: (n > 3) as unknown }),
    });
    return (
      sum +
      mine.toArray().length * x +
      from([x, 0, 1].values())
        .filter((v) => v)
        .toArray()[0]
    );
  };
  // 3 (3x² + 4x²) + 3x + x
  expect(f(2)).toBe(84 + 6 + 2);
  expect(grad(f)(2)).toBe(84 + 4);
});
