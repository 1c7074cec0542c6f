/** Errors of the user's code, wherever it runs, and derivatives asked for within calls of the host. */
import { describe, expect, it } from 'vitest';
import { grad, jvp, valueAndGrad, vjp } from '../../src/index.ts';
import { compiledFirst, sameOnBoth } from './both.ts';

function thrownBy(work: () => unknown): Error {
  try {
    work();
  } catch (e) {
    return e as Error;
  }
  throw new Error('nothing was thrown');
}

describe("the user's errors", () => {
  it('of a function that the host runs: the same object, thrown once, with the frame where it was made', () => {
    let calls = 0;
    const draw = (): number => {
      if (++calls % 2 === 0) throw new RangeError(`draw ${calls}`);
      return calls;
    };
    const f = (x: number) => x * draw();
    for (const tier of ['compiled', 'dynamic'] as const) {
      calls = 0;
      expect(grad(f, { tier })(2)).toBe(1);
      const error = thrownBy(() => grad(f, { tier })(2));
      expect(error).toBeInstanceOf(RangeError);
      expect(error.message).toBe('draw 2');
      expect(calls).toBe(2);
      expect(error.stack?.split('\n')[1]).toMatch(/draw .*thrown\.test\.ts/);
    }
  });

  it('that are caught by f, and errors within what catches them', () => {
    const f = (x: number, how: number) => {
      try {
        if (how === 1) throw new Error('one');
        return x * x;
      } catch (e) {
        return (e as Error).message === 'one' ? x * 3 : 0;
      } finally {
        x += 1;
      }
    };
    sameOnBoth(() => [valueAndGrad(f)(2, 0), valueAndGrad(f)(2, 1)]);
  });

  it('of the language: what is null, no function, a constant assigned, too deep', () => {
    const read = (x: number, p: { u: number } | null) => x * p!.u;
    const call = (x: number, g: unknown) => x * (g as (x: number) => number)(x);
    const fixed = (x: number, on: boolean) => {
      const k = x;
      // @ts-expect-error
      if (on) k = 2;
      return k * x;
    };
    const early = (x: number, on: boolean) => {
      // @ts-expect-error
      if (on) return x * later;
      let later = x;
      later += 1;
      return later;
    };
    const forever = (x: number): number => (x > -1 ? forever(x + 1) : x);
    for (const work of [
      () => valueAndGrad(read)(2, null),
      () => valueAndGrad(call)(2, 3),
      () => valueAndGrad(fixed)(2, true),
      () => valueAndGrad(early)(2, true),
    ]) {
      sameOnBoth(work);
    }
    sameOnBoth(() => [valueAndGrad(read)(2, { u: 3 }), valueAndGrad(fixed)(2, false), valueAndGrad(early)(2, false)]);
    expect(() => compiledFirst(() => grad(forever)(1))).toThrow(RangeError);
  });

  it('leave captured objects and arguments as the plain call leaves them', () => {
    sameOnBoth(() => {
      const counts = { calls: 0, last: 0 };
      const f = (x: number[], bad: boolean) => {
        counts.calls++;
        x[0] = 9;
        if (bad) throw new TypeError(`call ${counts.calls}`);
        counts.last = counts.calls;
        return x[0] * x[1];
      };
      const x = [2, 3];
      const seen: unknown[] = [valueAndGrad(f)(x, false), { ...counts }, [...x]];
      seen.push(thrownBy(() => valueAndGrad(f)(x, true)).message, { ...counts }, [...x]);
      seen.push(thrownBy(() => vjp(f, x, true)).message, { ...counts }, [...x]);
      seen.push(thrownBy(() => jvp(f, [x, true], [[1, 0], undefined as never])).message, { ...counts }, [...x]);
      return seen;
    });
  });
});

describe('mocks', () => {
  it('one of Math.random is asked once for each draw, whichever tier answers in the end', () => {
    const { random } = Math;
    const f = (a: number[], i: number) => a[0] * Math.random() + (a[i] ?? 5) * Math.random();
    const g = (m: WeakMap<object, number>, x: number) => x * Math.random() * (m.get(m) ?? 2);
    let asked = 0;
    Math.random = () => {
      asked++;
      return 0.25 * asked;
    };
    try {
      for (const i of [1, 7, 1]) {
        asked = 0;
        const { got } = compiledFirst(() => valueAndGrad(f)([2, 3], i));
        expect(asked).toBe(2);
        expect(got.value).toBe(2 * 0.25 + (i === 1 ? 3 : 5) * 0.5);
      }
      // What is declined has drawn nothing.
      asked = 0;
      expect(compiledFirst(() => grad(g, { wrt: 1 })(new WeakMap(), 3)).got).toBe(0.5);
      expect(asked).toBe(1);
    } finally {
      Math.random = random;
    }
  });
});

describe('derivatives within calls of the host', () => {
  it('have segments and logs of their own', () => {
    const inner = (y: number[]) => y[0] * y[0] * y[1];
    // What the host runs may reach no object that f knows nothing of.
    const door = globalThis as { gradientForTest?: unknown };
    door.gradientForTest = (y: number) => grad(inner)([y, 2])[0];
    try {
      const { got, left } = compiledFirst(() => {
        let last = 0;
        const tick = (): number => {
          last += (gradientForTest as (y: number) => number)(last + 1);
          return last;
        };
        const f = (x: number[]) => x[0] * tick() + x[1] * tick() * x[0];
        const { value, pullback } = vjp(f, [3, 5]);
        const between = valueAndGrad(f)([1, 2]);
        return [value, pullback(1), between, pullback(2), last];
      });
      expect(left).toEqual([]);
      // The calls of tick give 4, 24; 124, 624.
      expect(got).toEqual([
        3 * 4 + 5 * 24 * 3,
        [[4 + 5 * 24, 24 * 3]],
        { value: 124 + 2 * 624, grad: [124 + 2 * 624, 624] },
        [[2 * (4 + 5 * 24), 2 * 24 * 3]],
        624,
      ]);
    } finally {
      delete door.gradientForTest;
    }
  });
});

declare const gradientForTest: unknown;
