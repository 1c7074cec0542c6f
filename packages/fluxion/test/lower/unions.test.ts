/** Values of several kinds on their way through loops, calls, memory and closures. */
import { describe, expect, it } from 'vitest';
import { agrees, declined } from './harness.ts';

describe('values of several kinds', () => {
  it('in loops', () => {
    agrees(
      (n: number, x: number) => {
        let v: number | string | { w: number } | null = null;
        let s = 0;
        for (let i = 0; i < n; i++) {
          if (v === null) v = x * i;
          else if (typeof v === 'number') v = i % 2 ? 'text' : { w: v + 1 };
          else if (typeof v === 'string') {
            s += v === 'text' ? 1 : 100;
            v = { w: x };
          } else {
            s += v.w;
            v = null;
          }
        }
        return s + (typeof v === 'number' ? v : 0);
      },
      [0, 2],
      [5, 2],
      [12, -0.5],
    );
  });
  it('through calls and results', () => {
    agrees(
      (x: number) => {
        const pick = (k: number): number | boolean | undefined => (k > 1 ? k : k > 0 ? true : undefined);
        const show = (v: number | boolean | undefined): number => {
          if (v === undefined) return -1;
          return typeof v === 'boolean' ? (v ? 7 : 8) : v * 2;
        };
        return show(pick(x)) * 100 + show(pick(x - 1)) * 10 + show(pick(x - 2));
      },
      [2],
      [1],
      [3.5],
    );
  });
  it('in fields that are written again', () => {
    agrees(
      (x: number) => {
        const o: { v: number | string | null; f: (() => number) | null } = { v: null, f: null };
        let s = o.v === null ? 1 : 0;
        o.v = 'a';
        s += o.v === 'a' ? 10 : 0;
        o.v = x;
        s += o.v;
        o.f = () => x * 3;
        const before = o.f;
        o.f = () => x + (o.v as number);
        return s + before() + o.f();
      },
      [2],
      [-1],
    );
  });
  it('variables that closures change', () => {
    agrees(
      (x: number) => {
        let best: { at: number } | undefined;
        let last: string | number = 'none';
        const note = (v: number): void => {
          if (best === undefined || v > best.at) best = { at: v };
          last = v > 2 ? v : 'small';
        };
        for (const v of [x, 2 * x, 1]) note(v);
        return (best === undefined ? 0 : best.at) + (last === 'small' ? 0.5 : 9);
      },
      [2],
      [-3],
    );
  });
  it('closures over each round', () => {
    agrees(
      (x: number) => {
        const first: { f: (() => number) | undefined } = { f: undefined };
        let s = 0;
        for (let i = 0; i < 4; i++) {
          const k = i * x;
          if (i === 1) first.f = () => k + i;
          s += first.f?.() ?? 100;
        }
        return s;
      },
      [2],
    );
  });
  it('objects with and without a property', () => {
    agrees(
      (x: number) => {
        const at = (p: { u: number; scale?: number; sub?: { w: number } }) =>
          p.u * (p.scale ?? 2) + (p.sub ? p.sub.w : 0);
        const list = [{ u: x }, { u: 1, scale: x }, { u: 3, sub: { w: x } }];
        let s = at({ u: 5 });
        for (const p of list) s += at(p);
        return s;
      },
      [2],
      [-1],
    );
    type P = { u: number; scale?: number };
    agrees((p: P, q: P) => p.u * (p.scale ?? 2) + q.u * (q.scale ?? 3), [{ u: 1 }, { u: 2, scale: 5 }]);
    agrees((p: P[]) => p.map((o) => o.u * (o.scale ?? 2)).reduce((a, b) => a + b, 0), [[{ u: 1 }, { u: 2, scale: 5 }]]);
  });
  it('one of two functions with different captures, called later', () => {
    agrees(
      (x: number, n: number) => {
        let f: (y: number) => number = (y) => y + x;
        for (let i = 0; i < n; i++) {
          const k = i + x;
          f = i % 2 ? (y) => y * k : (y) => y - k;
        }
        return f(3);
      },
      [2, 0],
      [2, 1],
      [2, 2],
    );
  });
  it('members where only some objects have the method', () => {
    class A {
      v = 2;
      get size(): number {
        return this.v * 2;
      }
    }
    agrees(
      (x: number) => {
        const list = [new A(), { size: x }];
        return list[0].size * 10 + list[1].size;
      },
      [3],
    );
  });
  it('what can not be told is declined, what throws leaves', () => {
    expect(declined((x: number) => ({ a: x })[JSON.stringify(x) as 'a'], 1)).not.toBe('compiled');
  });
  it('frozen objects', () => {
    agrees((x: number) => Object.freeze({ a: x }).a, [2]);
    expect(
      declined((x: number) => {
        const o = { a: x };
        Object.freeze(o);
        o.a = 2;
        return o.a;
      }, 1),
    ).toMatch(/frozen/);
    expect(
      declined(
        (o: { a: number }) => {
          o.a = 2;
          return o.a;
        },
        Object.freeze({ a: 1 }),
      ),
    ).toMatch(/frozen/);
  });
});
