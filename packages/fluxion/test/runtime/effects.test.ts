/** Calls of the host happen once and in order, also where the run that made them is given up. */
import { describe, expect, it } from 'vitest';
import { grad, valueAndGrad, vjp } from '../../src/index.ts';
import { compiledFirst, sameOnBoth } from './both.ts';

describe('calls of the host', () => {
  it('a log line and a random draw before the failure happen once', () => {
    for (const first of ['compiled', 'dynamic'] as const) {
      let lines = '';
      const log = (r: number, i: number) => {
        lines += `${r} ${i};`;
        return 0;
      };
      const box = { v: 0 };
      const f = (a: number[], i: number) => {
        const r = Math.random();
        const logged = log(r, i);
        if (i === 7) box.v = a[0];
        return a[0] * r * (a[i] ?? 1) + logged;
      };
      for (const i of [1, 7, 7]) {
        lines = '';
        const { got, left } = compiledFirst(() =>
          valueAndGrad(f, { tier: first === 'dynamic' ? first : 'auto' })([2, 3], i),
        );
        const r = (got.grad as number[])[0] / (i === 1 ? 3 : 1);
        expect(lines.split(';').length).toBe(2);
        expect(Number(lines.split(' ')[0])).toBeCloseTo(r, 14);
        expect(got.value).toBeCloseTo(2 * r * (i === 1 ? 3 : 1), 14);
        expect(left.length).toBe(first === 'compiled' && i === 7 ? 1 : 0);
      }
    }
  });

  it('those of the unpatched host as well', () => {
    const f = (a: number[], i: number) => {
      const r = Math.random();
      const s = Math.random();
      return a[0] * r + s * a[i];
    };
    const { got, left } = compiledFirst(() => valueAndGrad(f)([2, 3], 1));
    expect(left).toEqual([]);
    expect(got.value).toBeCloseTo(2 * (got.grad as number[])[0] + 3 * (got.grad as number[])[1], 12);
  });

  it('a generator of random numbers with captured state goes on by one', () => {
    sameOnBoth(() => {
      let seed = 1;
      let asked = 0;
      const next = () => {
        asked++;
        seed = (seed * 16807) % 2147483647;
        return seed / 2147483647;
      };
      const f = (a: number[], i: number) => a[0] * next() + next() * a[i] * a[i];
      const seen: unknown[] = [];
      for (const i of [1, 5, 0]) seen.push(valueAndGrad(f)([2, 3], i), asked, seed);
      seen.push(vjp(f, [1, 2], 1).pullback(1), asked, seed);
      return seen;
    });
  });

  it('once, however often the memory has to be enlarged', () => {
    sameOnBoth(() => {
      let count = 0;
      const tick = () => ++count;
      const f = (x: number, n: number) => {
        const k = tick();
        const a: number[] = [];
        for (let i = 0; i < n; i++) a.push(x * i);
        let s = tick() * x;
        for (const v of a) s += v * k;
        return s;
      };
      return [grad(f)(2, 20_000), count, grad(f)(2, 10), count];
    });
  });

  it('what the host throws is thrown once, as the same object', () => {
    sameOnBoth(() => {
      let count = 0;
      const error = new RangeError('enough');
      const tick = () => {
        if (++count > 1) throw error;
        return count;
      };
      const f = (x: number) => x * tick();
      const seen: unknown[] = [grad(f)(2), count];
      try {
        grad(f)(2);
      } catch (e) {
        seen.push(e === error, count);
      }
      return seen;
    });
  });

  it('what the host gives is no number', () => {
    sameOnBoth(() => {
      let count = 0;
      const next = () => (++count === 2 ? undefined : count) as number;
      const f = (x: number) => x * (next() ?? 10);
      return [grad(f)(2), grad(f)(2), grad(f)(2), count];
    });
  });

  it('a gradient inside a call of the host has its own calls', () => {
    const doors = globalThis as { gradForTest?: unknown };
    doors.gradForTest = (y: number, i: number) => grad((z: number[], k: number) => (z[k] ?? 1) * z[0])([y, 2], i)[0];
    try {
      let count = 0;
      const inner = (): number => {
        count++;
        return (gradForTest as (y: number, i: number) => number)(count, count === 2 ? 9 : 1);
      };
      const f = (x: number[]) => x[0] * inner() * x[1] * inner();
      const { got, left } = compiledFirst(() => valueAndGrad(f)([3, 5]));
      expect(got).toEqual({ value: 3 * 2 * 5 * 1, grad: [10, 6] });
      expect(left.length).toBeLessThanOrEqual(1);
      expect(count).toBe(2);
    } finally {
      delete doors.gradForTest;
    }
  });
});

declare const gradForTest: unknown;
