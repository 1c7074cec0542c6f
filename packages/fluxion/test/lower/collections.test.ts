/** Maps and Sets. */
import { expect, it } from 'vitest';
import { grad } from '../../src/index.ts';
import { judged } from './judged.ts';

const keyA = { id: 'a' };

judged([
  [
    'memo',
    (x: number) => {
      const m = new Map<number, number>();
      const fib = (n: number): number => {
        if (n < 2) return n === 0 ? x : x * x;
        const k = m.get(n);
        if (k !== undefined) return k;
        const v = fib(n - 1) + fib(n - 2);
        m.set(n, v);
        return v;
      };
      return fib(12);
    },
    0.9,
  ],
  [
    'string keys',
    (x: number) => {
      const m = new Map<string, number>([
        ['a', x],
        ['b', x * x],
      ]);
      m.set('c', 3 * x);
      m.set('a', (m.get('a') as number) * 2);
      let s = 0;
      for (const [k, v] of m) s += k === 'b' ? v : v * 2;
      return s * m.size + (m.has('d') ? 1 : 0) + (m.get('zz') ?? x);
    },
    0.7,
  ],
  [
    'unique',
    (x: number[]) => {
      const unique = new Set(x.map((v) => v * 2));
      return [...unique].reduce((s, v, i) => s + v * (i + 1), 0) * unique.size;
    },
    [0.5, 1.5, 2.5, 0.5],
  ],
  [
    'set ops',
    (x: number[]) => {
      const s = new Set<number>();
      for (const v of x) {
        s.add(v);
        if (v > 2) s.delete(1);
      }
      let t = 0;
      s.forEach((v) => {
        t += v * v;
      });
      for (const v of s) t *= v;
      return t + (s.has(1) ? 5 : x[0]);
    },
    [1, 2, 3, 2],
  ],
  [
    'by object',
    (x: number) => {
      const keyB = { id: 'b' };
      const by = new Map<object, number>([
        [keyA, x],
        [keyB, x * x],
      ]);
      const seen = new Set<object>([keyB]);
      let s = 0;
      by.forEach((v, k) => {
        s += seen.has(k) ? v * v : v * 3;
      });
      return s;
    },
    1.3,
  ],
  [
    'grow in loop',
    (x: number) => {
      const m = new Map<number, number>([[1, x]]);
      let s = 0;
      for (const [k, v] of m) {
        s += v * k;
        if (k < 4) m.set(k + 1, v * x);
      }
      return s;
    },
    1.3,
  ],
  [
    'values max',
    (x: number[]) => {
      const m = new Map<number, number>();
      x.forEach((v, i) => m.set(i, v * v));
      return (
        Math.max(...m.values()) + [...m.keys()].reduce((a, b) => a + b, 0) + Array.from(m.values(), (v) => v * 2)[1]
      );
    },
    [1, 3, 2],
  ],
  [
    'copy',
    (x: number) => {
      const a = new Map([
        [1, x],
        [2, 2 * x],
      ]);
      const b = new Map(a);
      b.set(1, 7);
      b.delete(2);
      return (a.get(1) as number) * (a.get(2) as number) + (b.get(1) as number) * b.size * x;
    },
    1.3,
  ],
  [
    'map of arrays',
    (x: number[]) => {
      const g = new Map<string, number[]>();
      for (const v of x) {
        const k = v > 1 ? 'big' : 'small';
        let l = g.get(k);
        if (!l) {
          l = [];
          g.set(k, l);
        }
        l.push(v);
      }
      let s = 0;
      for (const [k, l] of g) s += (k === 'big' ? 2 : 3) * l.reduce((a, b) => a * b, 1);
      return s;
    },
    [0.5, 2, 0.3, 4],
  ],
  [
    'map of functions',
    (x: number) => {
      const r = new Map<string, (x: number) => number>([
        ['half', (v) => v / 2],
        ['mul', (v) => v * x],
      ]);
      let y = x;
      for (const n of ['half', 'mul', 'none']) y = (r.get(n) ?? Math.sin)(y);
      return y;
    },
    1.3,
  ],
  [
    'adjacency',
    (w: number[]) => {
      const g = new Map<number, { to: number; w: number }[]>();
      w.forEach((v, i) => {
        const l = g.get(i) ?? [];
        l.push({ to: i + 1, w: v });
        g.set(i, l);
      });
      const visit = (n: number): number => {
        let s = 1;
        for (const e of g.get(n) ?? []) s += e.w * visit(e.to);
        return s;
      };
      return visit(0);
    },
    [0.5, 2, 0.3],
  ],
  [
    'entries arr',
    (x: number) => {
      const m = new Map([
        ['a', x],
        ['b', 2 * x],
      ]);
      const e = [...m.entries()].map(([k, v]) => (k === 'a' ? v * v : v));
      return e[0] * e[1] + [...m].length;
    },
    1.3,
  ],
  [
    'clear',
    (x: number) => {
      const m = new Set([x, 2 * x]);
      m.clear();
      m.add(x * 3);
      return [...m][0] + m.size;
    },
    1.3,
  ],
  [
    'counts',
    (x: number[]) => {
      const c = new Map<number, number>();
      for (const v of x) c.set(v, (c.get(v) ?? 0) + 1);
      let s = 0;
      for (const [v, n] of c) s += v * n * n;
      return s;
    },
    [1, 2, 1, 3],
  ],
  [
    'class with map',
    (x: number) => {
      class Cache {
        m = new Map<string, number>();
        once(k: string, f: () => number) {
          if (!this.m.has(k)) this.m.set(k, f());
          return this.m.get(k)!;
        }
      }
      const c = new Cache();
      return c.once('a', () => x * x) + c.once('a', () => x) + c.once('b', () => 3 * x);
    },
    1.3,
  ],
  [
    'two maps',
    (x: number) => {
      const a = new Map<string, number>();
      const b = new Map<number, string>();
      a.set('p', x);
      b.set(1, 'p');
      return a.get(b.get(1) as string) as number;
    },
    1.3,
  ],
  [
    'map arg',
    (m: Map<string, number>) => {
      let s = 0;
      for (const [k, v] of m) s += k === 'x' ? v * v : v;
      return s + (m.get('y') as number);
    },
    new Map([
      ['x', 1.5],
      ['y', 2],
    ]),
  ],
  [
    'map arg copy',
    (m: Map<string, number>, x: number) => {
      const c = new Map(m);
      c.set('sum', (c.get('a') as number) + x);
      let s = 0;
      for (const [, v] of c) s += v * v;
      return s + c.size;
    },
    new Map([
      ['a', 1],
      ['b', 2],
    ]),
    3,
  ],
  [
    'set arg',
    (m: Set<number>) => {
      let s = 0;
      for (const v of m) s += v * v;
      return s;
    },
    new Set([1.5, 2]),
  ],
  [
    'map in obj',
    (o: { m: Map<number, number[]>; k: number }) => {
      let s = o.k;
      for (const [k, l] of o.m) s += k * l.reduce((a, b) => a * b, o.k);
      return s;
    },
    {
      m: new Map([
        [1, [2, 3]],
        [2, [4, 5]],
      ]),
      k: 2,
    },
  ],
  [
    'map arg written',
    (m: Map<string, number>) => {
      m.set('z', m.get('x')! * 2);
      return m.get('z')! * m.get('y')!;
    },
    new Map([
      ['x', 1.5],
      ['y', 2],
    ]),
  ],
  [
    'keys that are NaN, and -0',
    (x: number) => {
      const m = new Map<number, number>();
      m.set(Math.sqrt(-1), 2);
      m.set(Math.sqrt(-2), 2 * x);
      m.set(x * 0 * -1, 3 * x);
      m.set(0 * x, x * x);
      let s = 0;
      for (const [k, v] of m) s += v + (Object.is(k, -0) ? 100 : 0);
      return s * m.size;
    },
    1.3,
  ],
  [
    'the characters of a text',
    (x: number) => {
      let s = 0;
      for (const c of '123') s += Number(c) * x;
      return s;
    },
    1.3,
  ],
]);

it('entries taken out while they are gone through, and captured Maps that are written, are declined', () => {
  const f = (x: number) => {
    const s = new Set([1, 2, 3]);
    for (const v of s) if (v === 2) s.delete(1);
    return s.size * x;
  };
  expect(() => grad(f, { tier: 'compiled' })(1)).toThrow(/taking entries out/);
  const cache = new Map<string, number>();
  const g = (x: number) => {
    cache.set('k', 2);
    return x * cache.get('k')!;
  };
  expect(() => grad(g, { tier: 'compiled' })(1)).toThrow(/a captured Map or Set is written/);
  expect(cache.size).toBe(0);
});

it('a captured Map is read as it is at each call', () => {
  const table = new Map([['k', 2]]);
  const gradient = grad((x: number) => x * table.get('k')!, { tier: 'compiled' });
  expect(gradient(3)).toBe(2);
  table.set('k', 5);
  expect(gradient(3)).toBe(5);
  table.set('l', 7);
  expect(gradient(3)).toBe(5);
});
