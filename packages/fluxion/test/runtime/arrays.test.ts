/** Gradients of programs over arrays: the compiled tier gives the dynamic tier's. */
import { expect, it } from 'vitest';
import { grad } from '../../src/index.ts';

const cases: [string, (...args: never[]) => number, unknown[]][] = [
  [
    'sum',
    (x: Float64Array) => {
      let s = 0;
      for (let i = 0; i < x.length; i++) s += Math.sin(x[i]);
      return s;
    },
    [new Float64Array([1, 2, 3])],
  ],
  [
    'map/filter/reduce',
    (x: number[]) =>
      x
        .map((v, i) => v * v * i)
        .filter((v) => v > 1)
        .reduce((a, b) => a + b * b, 0),
    [[1, 2, 3]],
  ],
  [
    'push/pop',
    (x: number[]) => {
      const st: number[] = [];
      for (const v of x) {
        st.push(v * v);
        if (st.length > 2) st.push(st.pop()! * st.pop()!);
      }
      let s = 0;
      for (const v of st) s += v;
      return s;
    },
    [[1, 2, 3, 4]],
  ],
  [
    'holes',
    (x: number[]) => {
      const n = x.length;
      const a = new Array(n);
      for (let i = 0; i < n; i++) a[i] = x[i] ** 2;
      let s = 0;
      for (let i = 0; i < n; i++) s += a[i] * a[n - 1 - i];
      return s;
    },
    [[1, 2, 3]],
  ],
  [
    'sort',
    (x: number[]) => {
      const y = [...x].sort((a, b) => a - b);
      return y.reduce((s, v, i) => s + v * v * (i + 1), 0);
    },
    [[3, 1, 2, 5, 4]],
  ],
  [
    'typed sort',
    (x: Float64Array) => {
      const y = x.slice().sort();
      let s = 0;
      y.forEach((v, i) => {
        s += v * v * i;
      });
      return s;
    },
    [new Float64Array([3, 1, 2])],
  ],
  [
    'matrix',
    (m: number[][]) => {
      const n = m.length;
      const c = Array.from({ length: n }, () => new Array(n).fill(0));
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) for (let k = 0; k < n; k++) c[i][j] += m[i][k] * m[k][j];
      return c.flat().reduce((a, b) => a + b * b);
    },
    [
      [
        [1, 2],
        [3, 4],
      ],
    ],
  ],
  [
    'subarray',
    (x: Float64Array) => {
      const y = new Float64Array(x.length * 2);
      y.set(x);
      y.set(
        x.map((v) => v * v),
        x.length,
      );
      const t = y.subarray(1);
      t[0] *= 3;
      return y.reduce((a, b) => a + b * b, 0);
    },
    [new Float64Array([1, 2, 3])],
  ],
  [
    'splice/shift',
    (x: number[]) => {
      const a = [...x];
      const out = a.splice(1, 2, x[0] * x[1], 7);
      a.unshift(out[0] ** 2);
      const f = a.shift()!;
      return f * 3 + a.reduce((p, v, i) => p + v * i, 0);
    },
    [[1.5, 2, 3, 4]],
  ],
  [
    'memo',
    (x: number) => {
      const memo: (number | undefined)[] = new Array(8);
      const f = (k: number): number => {
        if (k < 2) return x * k;
        const hit = memo[k];
        if (hit !== undefined) return hit;
        const r = f(k - 1) * f(k - 2) + f(k - 1);
        memo[k] = r;
        return r;
      };
      return f(6);
    },
    [1.1],
  ],
  [
    'swap',
    (x: number[]) => {
      const a = [...x];
      for (let i = 0; i < a.length - 1; i++) [a[i], a[i + 1]] = [a[i + 1] * 2, a[i]];
      return a.reduce((s, v, i) => s + v * v * i, 0);
    },
    [[1, 2, 3]],
  ],
  [
    'tuple',
    (x: number[]) => {
      const fs = [Math.sin, (v: number) => v * v, Math.exp];
      let s = 0;
      for (const f of fs) for (const v of x) s += f(v);
      return s;
    },
    [[1, 2]],
  ],
  [
    'entries',
    (x: number[]) => {
      let s = 0;
      for (const [i, v] of x.entries()) s += v ** i;
      return s;
    },
    [[1, 2, 3]],
  ],
  [
    'float32',
    (x: number[]) => {
      const y = new Float32Array(x);
      return y[0] * y[1];
    },
    [[1.1, 2.2]],
  ],
  ['find', (x: number[]) => (x.find((v) => v > 1.5) ?? 3) ** 2 + x.at(-1)! ** 3, [[1, 2, 3]]],
  ['flatMap', (x: number[]) => x.flatMap((v) => [v, v * v]).reduce((a, b) => a * b), [[1.5, 2, 3]]],
  ['max', (x: number[]) => Math.max(...x) * Math.min(...x), [[1.5, 2, 3]]],
  [
    'pushmany',
    (x: number[]) => {
      const a: number[] = [];
      a.push(...x);
      a.push(...x.map((v) => v * v));
      return a.reduce((p, v, i) => p + v * i, 0);
    },
    [[1.5, 2, 3]],
  ],
  [
    'undef',
    (x: number[]) => {
      const a: (number | undefined)[] = x.map((v) => (v > 1 ? v * v : undefined));
      let s = 0;
      for (const v of a) s += v ?? 10;
      return s;
    },
    [[0.5, 2, 3]],
  ],
  ['arraykeys', (x: number[]) => Array.from(x.keys()).reduce((s, i) => s + x[i] * i, 0), [[0.5, 2, 3]]],
  [
    'vec objects',
    (n: number[]) => {
      const ps = n.map((v, i) => ({ pos: [v, v * i], m: v }));
      for (const p of ps) {
        p.pos[0] += p.m;
        p.pos = p.pos.map((q) => q * 2);
      }
      return ps.reduce((s, p) => s + p.pos[0] * p.pos[1], 0);
    },
    [[0.5, 2, 3]],
  ],
  [
    'gauss',
    (m: number[][]) => {
      const a = m.map((r) => [...r]);
      const n = a.length;
      let d = 1;
      for (let k = 0; k < n; k++) {
        let p = k;
        for (let i = k + 1; i < n; i++) if (Math.abs(a[i][k]) > Math.abs(a[p][k])) p = i;
        if (p !== k) {
          [a[p], a[k]] = [a[k], a[p]];
          d = -d;
        }
        d *= a[k][k];
        for (let i = k + 1; i < n; i++) {
          const f = a[i][k] / a[k][k];
          for (let j = k; j < n; j++) a[i][j] -= f * a[k][j];
        }
      }
      return d;
    },
    [
      [
        [2, 1, 3],
        [4, 1, -1],
        [1, 5, 2],
      ],
    ],
  ],
  [
    'conv',
    (x: Float64Array) => {
      const k = [0.25, 0.5, 0.25];
      const y = new Float64Array(x.length);
      for (let i = 1; i < x.length - 1; i++) for (let j = -1; j <= 1; j++) y[i] += k[j + 1] * x[i + j];
      return y.reduce((a, b) => a + b * b, 0);
    },
    [new Float64Array([1, 2, 4, 8])],
  ],
  [
    'bits',
    (x: Float64Array) => {
      let s = 0;
      for (let i = 0; i < x.length; i++) s += (i & 1) === 0 ? x[i] : x[i >> 1] * x[i];
      return s;
    },
    [new Float64Array([1, 2, 4, 8])],
  ],
  [
    'ring',
    (x: number[]) => {
      const n = x.length;
      let s = 0;
      for (let i = 0; i < n; i++) s += x[i] * x[(i + 1) % n];
      return s;
    },
    [[1, 2, 3]],
  ],
  [
    'floor idx',
    (x: number[]) => {
      let s = 0;
      for (let t = 0; t < 2; t += 0.25) {
        const k = Math.floor(t);
        s += x[k] * (1 - (t - k)) + (x[k + 1] ?? 0) * (t - k);
      }
      return s;
    },
    [[1, 2, 3]],
  ],
  [
    'returns arr',
    (x: number[]) => {
      const f = (v: number[]): [number, number] => [v[0] * v[1], v.length];
      const [a, b] = f(x);
      return a * b;
    },
    [[1, 2, 3]],
  ],
  [
    'isArray',
    (x: number[]) => {
      const g = (v: number | number[]): number => (Array.isArray(v) ? v.reduce((a, b) => a + g(b), 0) : v * v);
      return g(x);
    },
    [[1, 2, 3]],
  ],
  [
    'copyWithin',
    (x: Float64Array) => {
      const y = x.slice();
      y.copyWithin(1, 0, 2);
      y.reverse();
      return y[0] * y[1] + y[2] * y[3];
    },
    [new Float64Array([1, 2, 4, 8])],
  ],
  [
    'toSorted',
    (x: number[]) =>
      (x as unknown as { toSorted(f: (a: number, b: number) => number): number[] })
        .toSorted((a, b) => b - a)
        .reduce((s, v, i) => s + v * i, 0),
    [[1, 2, 3]],
  ],
  [
    'length0',
    (x: number[]) => {
      const buf: number[] = [];
      let s = 0;
      for (let t = 0; t < 3; t++) {
        buf.length = 0;
        for (const v of x) buf.push(v * (t + 1));
        s += buf.reduce((a, b) => a * b, 1);
      }
      return s;
    },
    [[1, 2, 3]],
  ],
  [
    'nested fill',
    (x: number) => {
      const g = new Array(3).fill(null).map(() => new Array(3).fill(0));
      g[1][1] = x;
      for (let s = 0; s < 2; s++) {
        for (let i = 1; i < 2; i++)
          for (let j = 1; j < 2; j++) {
            g[i - 1][j] += g[i][j] * 0.1;
            g[i][j] *= 0.9;
          }
      }
      return g[0][1] * g[1][1];
    },
    [2],
  ],
  [
    'arr of arr growth',
    (x: number[]) => {
      const g: number[][] = [[], []];
      x.forEach((v, i) => {
        g[i % 2].push(v * v);
      });
      return g[0].length * g[0][0] + g[1].reduce((a, b) => a + b, 0);
    },
    [[1, 2, 3]],
  ],
  [
    'string keys',
    (x: number[]) => {
      const kinds = ['a', 'b', 'a'];
      let s = 0;
      for (let i = 0; i < x.length; i++) if (kinds[i] === 'a') s += x[i] ** 2;
      return s;
    },
    [[1, 2, 3]],
  ],
];

type Gradient = (...args: unknown[]) => unknown;
const of = (f: (...args: never[]) => number, tier: 'dynamic' | 'compiled'): Gradient =>
  (grad as unknown as (f: unknown, options: object) => Gradient)(f, { tier });

const flat = (v: unknown): number[] => (typeof v === 'number' ? [v] : Array.from(v as Iterable<unknown>).flatMap(flat));

it.each(cases)('%s', (_name, f, args) => {
  const expected = flat(of(f, 'dynamic')(...args));
  const got = flat(of(f, 'compiled')(...args));
  expect(got.length).toBe(expected.length);
  const norm = Math.hypot(...expected);
  got.forEach((v, i) => {
    expect(Math.abs(v - expected[i])).toBeLessThanOrEqual(1e-12 * norm);
  });
});
