/** Callbacks that run later, promises, and what is printed: inside the gradient while it lasts, as the originals afterwards. */
import { expect, test, vi } from 'vitest';
import { grad } from '../../../src/index.ts';
import { trackedIn } from '../../tracked.ts';

type Async = (x: number) => Promise<number>;
const asyncGrad = (f: Async, x: number): Promise<number> => grad(f as never)(x as never) as unknown as Promise<number>;

test('timers and microtasks', async () => {
  const f: Async = async (x) => {
    let sum = 0;
    await new Promise<void>((done) => {
      setTimeout(
        (v: number) => {
          sum += v * v;
          done();
        },
        x as number,
        x,
      );
    });
    await new Promise<void>((done) =>
      queueMicrotask(() => {
        sum *= x;
        done();
      }),
    );
    await new Promise<void>((done) => {
      let n = 0;
      const id = setInterval(() => {
        sum += x;
        if (++n === 3) {
          clearInterval(id);
          done();
        }
      }, 1);
    });
    return sum;
  };
  expect(await asyncGrad(f, 2)).toBeCloseTo(3 * 4 + 3, 9);
});

test('then, catch, finally and the combinators', async () => {
  const f: Async = (x) => {
    const later = (v: number): Promise<number> => new Promise((resolve) => setTimeout(resolve, 1, v));
    return Promise.all([later(x), x * 2, { then: (r: (v: number) => void) => r(x ** 3) } as unknown as number])
      .then(([a, b, c]) => a * b + c)
      .then((v) => {
        throw { v };
      })
      .catch((e: { v: number }) => e.v * 2)
      .finally(() => later(1))
      .then(async (v) => {
        const settled = await Promise.allSettled([later(x), Promise.reject(x)]);
        const [first, second] = settled as [PromiseFulfilledResult<number>, PromiseRejectedResult];
        const fastest = await Promise.race([later(x), new Promise<number>(() => {})]);
        const any = await Promise.any([Promise.reject(0), later(x * 5)]);
        return v + first.value + second.reason * 2 + fastest + any;
      });
  };
  // 2 (2x² + x³) + x + 2x + x + 5x
  expect(await asyncGrad(f, 1.5)).toBeCloseTo(8 * 1.5 + 6 * 1.5 ** 2 + 9, 9);
});

test('promises of a class of the user', async () => {
  class Task<T> extends Promise<T> {
    twice(this: Task<number>): Task<number> {
      return this.then((v) => v * 2) as Task<number>;
    }
  }
  const f: Async = async (x) => {
    const task = new Task<number>((resolve) => resolve(x));
    const doubled = task.twice();
    return (await doubled) + (doubled instanceof Task ? x : 0);
  };
  expect(await asyncGrad(f, 2)).toBe(3);
});

test('listeners are removed again, and run as the originals afterwards', async () => {
  const target = new EventTarget();
  const heard: string[] = [];
  const listener = (e: Event) => {
    heard.push(e.type);
  };
  const f: Async = async (x) => {
    target.addEventListener('a', listener);
    target.addEventListener('b', listener);
    target.dispatchEvent(new Event('a'));
    target.removeEventListener('a', listener);
    target.dispatchEvent(new Event('a'));
    await null;
    return x;
  };
  expect(await asyncGrad(f, 2)).toBe(1);
  expect(heard).toEqual(['a']);
  target.dispatchEvent(new Event('b'));
  expect(heard).toEqual(['a', 'b']);
});

test('two gradients at the same time, each with its own numbers', async () => {
  const f: Async = async (x) => {
    const parts: number[] = [];
    for (let i = 1; i <= 3; i++) {
      await new Promise((done) => setTimeout(done, 1));
      parts.push(x ** i);
    }
    return parts.reduce((a, b) => a + b, 0);
  };
  const slope = (x: number): number => 1 + 2 * x + 3 * x * x;
  const [a, b] = await Promise.all([asyncGrad(f, 2), asyncGrad(f, 3)]);
  expect([a, b]).toEqual([slope(2), slope(3)]);
});

test('printing shows plain numbers, in order, and keeps what it shows', () => {
  const shown: unknown[][] = [];
  const spy = vi.spyOn(console, 'log').mockImplementation((...args) => void shown.push(args));
  try {
    const f = (x: number) => {
      console.log('x', x, { deep: [x * 2, new Map([['k', x]])] });
      const y = x * x;
      console.log(y, new Float64Array([y]));
      return y;
    };
    expect(grad(f)(3)).toBe(6);
  } finally {
    spy.mockRestore();
  }
  expect(shown[0]).toEqual(['x', 3, { deep: [6, new Map([['k', 3]])] }]);
  expect(shown[1]).toEqual([9, new Float64Array([9])]);
  expect(trackedIn(shown)).toEqual([]);
});

test('errors carry plain messages and the objects they were given', () => {
  class Failure extends Error {
    readonly state: { v: number };
    constructor(message: string, state: { v: number }) {
      super(message, { cause: state.v });
      this.state = state;
    }
  }
  const f = (x: number) => {
    try {
      throw new Failure(`at ${x}`, { v: x * 3 });
    } catch (error) {
      if (!(error instanceof Failure) || error.message !== 'at 2' || `${error}` !== 'Error: at 2') return Number.NaN;
      return error.state.v + (error.cause as number);
    }
  };
  expect(grad(f)(2)).toBe(6);
});
