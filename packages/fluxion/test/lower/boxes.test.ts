/** Arrays of several kinds of values, and of functions that close over values. */
import { judged } from './judged.ts';

const curry = (a: number) => (b: number) => (c: number) => a * b + c;

type Tensor = number | Tensor[];

judged([
  [
    'closures pushed',
    (x: number[]) => {
      const g: (() => number)[] = [];
      for (let i = 0; i < x.length; i++) g.push(() => x[i] * (i + 1));
      return g.reduce((s, h) => s + h() ** 2, 0);
    },
    [1, 2, 3],
  ],
  [
    'var closures',
    (x: number[]) => {
      const g: (() => number)[] = [];
      for (var j = 0; j < x.length; j++) g.push(() => x[j - 1] * j);
      return g.reduce((s, h) => s + h(), 0);
    },
    [1, 2, 3],
  ],
  ['curry map', (x: number) => [1, 2, 3].map(curry(x)).reduce((s, g) => s + g(x), 0), 0.4],
  [
    'compose',
    (x: number) => {
      const compose =
        (...fs: ((x: number) => number)[]) =>
        (x: number) =>
          fs.reduce((v, f) => f(v), x);
      return compose(curry(x)(2), Math.exp, (v) => v * x)(0.5);
    },
    0.4,
  ],
  [
    'union array',
    (x: number[]) => {
      const a: (number | null)[] = [];
      for (const v of x) a.push(v > 1 ? v * v : null);
      let s = 0;
      for (const v of a) if (v !== null) s += v;
      return s + (a[0] ?? 2) * x[0];
    },
    [1.5, 0.5, 2],
  ],
  [
    'mixed',
    (x: number[]) => {
      const a: (number | string | number[])[] = [];
      for (const v of x) {
        a.push(v);
        a.push('s');
        a.push([v, v * v]);
      }
      let s = 0;
      for (const v of a) s += typeof v === 'number' ? v * 2 : typeof v === 'string' ? 1 : v[0] * v[1];
      return s;
    },
    [1.5, 0.5, 2],
  ],
  ['arg tuple', (t: [number, string, number[]]) => t[0] * t[2][1] + t[1].length, [2, 'ab', [3, 4]]],
  ['arg nulls', (t: (number | null)[]) => t.reduce<number>((s, v) => s + (v === null ? 1 : v * v), 0), [2, null, 4]],
  [
    'arg undef',
    (t: (number | undefined)[]) => t.reduce<number>((s, v) => s + (v === undefined ? 1 : v * v), 0),
    [2, undefined, 4],
  ],
  [
    'nested dict arr',
    (t: (number | number[])[]) =>
      t.reduce<number>((s, v) => s + (typeof v === 'number' ? v * v : v.reduce((a, b) => a + b * b, 0)), 0),
    [2, [3, 4], 5],
  ],
  [
    'listeners',
    (x: number) => {
      const l: ((v: number) => void)[] = [];
      let s = 0;
      l.push((v) => {
        s += v * x;
      });
      l.push((v) => {
        s *= v;
      });
      for (const g of l) g(x * 2);
      return s;
    },
    3,
  ],
  [
    'sort pairs',
    (x: number[]) => {
      const fs = x.map((v) => () => v * v);
      fs.sort((a, b) => a() - b());
      return fs[0]() + 2 * fs[1]() + 3 * fs[2]();
    },
    [3, 1, 2],
  ],
  [
    'slice spread',
    (x: number[]) => {
      const fs = x.map((v) => () => v * v);
      const gs = [...fs.slice(1), ...fs];
      gs.reverse();
      return gs.reduce((s, g, i) => s + i * g(), 0);
    },
    [3, 1, 2],
  ],
  [
    'matrix rows or scalars',
    (x: number[]) => {
      const at = (v: number | number[], i: number) => (typeof v === 'number' ? v : v[i % v.length]);
      const ops: (number | number[])[] = [x[0], x, [x[1]]];
      let s = 0;
      for (const o of ops) for (let i = 0; i < 3; i++) s += at(o, i) * (i + 1);
      return s;
    },
    [3, 1, 2],
  ],
  [
    'arr of fns const',
    (x: number) => {
      const fs = [Math.sin, Math.cos, Math.exp];
      let s = 0;
      for (let i = 0; i < fs.length; i++) s += fs[i](x) * i;
      return s;
    },
    0.3,
  ],
  [
    'pop closures',
    (x: number) => {
      const fs: ((v: number) => number)[] = [];
      fs.push((v) => v * x);
      fs.push((v) => v + x);
      let y = 1;
      while (fs.length > 0) y = fs.pop()!(y);
      return y;
    },
    0.3,
  ],
  [
    'write union',
    (x: number) => {
      const a: (number | null)[] = [1, 2, 3];
      a[1] = null;
      a[0] = x;
      let s = 0;
      for (let i = 0; i < a.length; i++) s += (a[i] ?? x) * (i + 1);
      return s;
    },
    0.3,
  ],
  [
    'fill union',
    (x: number) => {
      const a = new Array<(() => number) | null>(3).fill(null);
      a[1] = () => x * x;
      return a.reduce((s, g) => s + (g ? g() : 1), 0);
    },
    0.3,
  ],
  [
    'bool array',
    (x: number[]) => {
      const seen: boolean[] = [];
      for (let i = 0; i < x.length; i++) seen[i] = x[i] > 1;
      return x.reduce((s, v, i) => s + (seen[i] ? v : v * v), 0);
    },
    [0.5, 2, 3],
  ],
  [
    'str array',
    (x: number[]) => {
      const names: string[] = [];
      for (const v of x) names.push(v > 1 ? 'big' : 'small');
      return x.reduce((s, v, i) => s + (names[i] === 'big' ? v : v * v), 0);
    },
    [0.5, 2, 3],
  ],
  [
    'a tensor of any depth, and which of its parts are arrays',
    (a: number[][], s: number) => {
      const scaled = (t: Tensor): Tensor => {
        if (typeof t === 'number' && s > 0) return t * s;
        return Array.from({ length: Array.isArray(t) ? t.length : 1 }, (_, i) => scaled(Array.isArray(t) ? t[i] : t));
      };
      const sum = (t: Tensor): number => (typeof t === 'number' ? t : t.reduce<number>((so, v) => so + sum(v), 0));
      return sum(scaled(scaled(a)));
    },
    [
      [1, 2],
      [3, 4],
    ],
    2,
  ],
]);
