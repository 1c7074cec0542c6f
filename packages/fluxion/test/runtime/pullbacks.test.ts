/** Pullbacks own what they need: called again, in any order, late, and given back when nobody has them any more. */
import { describe, expect, it } from 'vitest';
import { grad, vjp } from '../../src/index.ts';
import { compiledFirst, outcome, sameOnBoth } from './both.ts';

const f = (a: Float64Array, s: number) => {
  const out = [0, 0];
  for (let i = 0; i < a.length; i++) {
    out[0] += a[i] * a[i] * s;
    out[1] += Math.sin(a[i]) * out[0];
  }
  return out;
};

describe('pullbacks', () => {
  it('twice, interleaved, while other gradients run, after the arguments were changed', () => {
    const left = sameOnBoth(() => {
      const a = new Float64Array([1, 2, 3]);
      const b = new Float64Array([-1, 0.5]);
      const one = vjp(f, a, 2);
      const two = vjp(f, b, 3);
      a.fill(9);
      const seen: unknown[] = [one.value, two.value];
      const round = (v: unknown) =>
        JSON.stringify(v, (_, n) => (typeof n === 'number' ? Number(n.toPrecision(12)) : n));
      seen.push(round(one.pullback([1, 0])), round(two.pullback([0, 1])), round(one.pullback([1, 0])));
      for (let n = 0; n < 20; n++) grad((x: number[]) => x[0] * x[n % 2])([n, 1]);
      vjp(f, new Float64Array(500).fill(0.1), 1);
      seen.push(round(one.pullback([0, 1])), round(two.pullback([1, 1])), round(one.pullback([0.5, -1])));
      return seen;
    });
    expect(left).toEqual([]);
  });

  it('of what is returned within objects', () => {
    sameOnBoth(() => {
      const g = (p: { a: number; b: number[] }) => ({
        s: p.a * p.b[0],
        list: [p.b[1] * p.a, 3],
        name: 'n',
        none: null,
      });
      const { value, pullback } = vjp(g, { a: 2, b: [3, 4] });
      return [
        value,
        pullback({ s: 1, list: [0, 5] }),
        pullback({ s: 0, list: [1, 7] }),
        pullback({ s: 1, list: [0, 5] }),
      ];
    });
  });

  it('a sweep that would get too deep is known before the pullback is handed out', () => {
    const down = (x: number, n: number): number => (n === 0 ? x : down(x * 0.5, n - 1) * 0.5 + x);
    compiledFirst(() => {
      for (const n of [100, 3000, 6000]) {
        let made: { pullback(s: number): unknown[] };
        try {
          made = vjp(down, 1, n) as never;
        } catch (e) {
          expect(e).toBeInstanceOf(RangeError);
          continue;
        }
        expect(made.pullback(1)[0]).toBeGreaterThan(1);
      }
    });
  });

  it('memory does not grow over 10 000 calls', () => {
    const g = (a: Float64Array) => {
      const list: number[] = [];
      for (let i = 0; i < a.length; i++) list.push(a[i] * a[i]);
      return list.reduce((s, v) => s + v, 0);
    };
    const { left } = compiledFirst(() => {
      const a = new Float64Array(100).fill(1);
      const run = grad(g);
      const { pullback } = vjp(g, a);
      const once = () => {
        run(a);
        pullback(1);
      };
      for (let n = 0; n < 100; n++) once();
      const before = process.memoryUsage().arrayBuffers;
      for (let n = 0; n < 10_000; n++) once();
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
    });
    expect(left).toEqual([]);
  }, 60_000);

  it('a cotangent that is refused half way leaves nothing behind', () => {
    const left = sameOnBoth(() => {
      const f = (x: number[]): number[][] => [[x[0] * x[1]], [x[0]], [x[1] ** 2]];
      const { pullback } = vjp(f, [2, 3]);
      const bad = outcome(() => pullback([[1], [1], ['no']] as never)) as { thrown: Error };
      return [bad.thrown.message.split('\n')[0], pullback([[1], [0], [0]]), pullback([[1], [1], [0]])];
    });
    expect(left).toEqual([]);
  });
});
