/** `for await` over what the program has written by hand: each step is a promise of an object. */
import { describe, expect, test } from 'vitest';
import { valueAndGrad } from '../../src/index.ts';

const counting = (values: readonly number[], step: (result: object) => unknown) => ({
  [Symbol.asyncIterator]() {
    let i = 0;
    return {
      next: () => step(i < values.length ? { value: values[i++], done: false } : { value: undefined, done: true }),
    };
  },
});

const steps: Record<string, (result: object) => unknown> = {
  'a promise': (result) => Promise.resolve(result),
  'a promise that takes its time': (result) => new Promise((resolve) => setTimeout(resolve, 0, result)),
  'the result itself': (result) => result,
  'a thenable': (result) => ({ then: (fulfil: (r: object) => void) => fulfil(result) }),
};

describe('for await', () => {
  for (const [name, step] of Object.entries(steps)) {
    test(name, async () => {
      const f = async (x: number): Promise<number> => {
        let sum = 0;
        for await (const v of counting([1, x, 3], step) as AsyncIterable<number>) sum += v * x;
        return sum;
      };
      expect(await valueAndGrad(f)(2)).toEqual({ value: 12, grad: 8 });
    });
  }

  test('a step that fails', async () => {
    const failing = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new RangeError('no more')) }) };
    const f = async (x: number): Promise<number> => {
      try {
        for await (const v of failing as unknown as AsyncIterable<number>) x += v;
      } catch (error) {
        return (error as Error).message.length * x;
      }
      return x;
    };
    expect(await valueAndGrad(f)(2)).toEqual({ value: 14, grad: 7 });
  });
});

test('a failure that holds a tracked number', async () => {
  const f = async (x: number): Promise<number> => {
    const failing = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject({ left: 3 * x }) }) };
    try {
      for await (const v of failing as unknown as AsyncIterable<number>) return v;
    } catch (error) {
      return (error as { left: number }).left;
    }
    return 0;
  };
  expect(await valueAndGrad(f)(2)).toEqual({ value: 6, grad: 3 });
});
