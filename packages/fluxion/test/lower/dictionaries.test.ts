/** Objects whose names are found out at run time. */
import { expect, it } from 'vitest';
import { grad } from '../../src/index.ts';
import { judged } from './judged.ts';

type Nested = { [key: string]: number | Nested };
const total = (d: Nested): number =>
  Object.values(d).reduce<number>((s, v) => s + (typeof v === 'number' ? v * v : 2 * total(v)), 0);
const table: Record<string, (x: number) => number> = { square: (x) => x * x, cube: (x) => x ** 3 };
const registry = new Map<string, (x: number) => number>([['half', (x) => x / 2]]);

judged([
  [
    'by name',
    (x: number, names: string[]) => names.reduce((v, n) => (table[n] ?? registry.get(n) ?? Math.sin)(v), x),
    1.2,
    ['square', 'half', 'cube', 'other'],
  ],
  ['nested', total, { a: 1, b: { c: 2, d: { e: 3 } } }],
  ['values of array', (x: number[]) => Object.values(x).reduce((s, v) => s + v * v, 0), [1, 2]],
  [
    'entries',
    (o: { a: number; b: number }) => Object.entries(o).reduce((s, [k, v]) => s + (k === 'a' ? v * v : v), 0),
    { a: 2, b: 3 },
  ],
  [
    'weights by key',
    (o: { a: number; b: number }, keys: string[]) => {
      const w: Record<string, number> = { a: 2, b: 3 };
      return keys.reduce((s, k) => s + (w[k] ?? 1) * (o as any)[k], 0);
    },
    { a: 2, b: 3 },
    ['a', 'b', 'a'],
  ],
  [
    'memo',
    (x: number) => {
      const memo: Record<number, number> = {};
      const fib = (n: number): number => {
        if (n < 2) return n === 0 ? x : x * x;
        memo[n] ??= fib(n - 1) + fib(n - 2);
        return memo[n];
      };
      return fib(12);
    },
    0.9,
  ],
  [
    'counts',
    (x: number[]) => {
      const c: Record<string, number> = {};
      for (const v of x) {
        const k = v > 1 ? 'big' : 'small';
        c[k] = (c[k] ?? 0) + v * v;
      }
      return c.big * (c.small ?? 3) + ('none' in c ? 1 : 2) + Object.keys(c).length;
    },
    [0.5, 2, 3],
  ],
  [
    'groups',
    (x: number[]) => {
      const g: Record<string, number[]> = {};
      x.forEach((v, i) => {
        (g[`k${i % 2}`] ||= []).push(v);
      });
      let s = 0;
      for (const l of Object.values(g)) s += l.reduce((a, b) => a * b, 1);
      return s;
    },
    [0.5, 2, 3],
  ],
  [
    'fromEntries',
    (m: Map<string, number>) => {
      const d: Record<string, number> = Object.fromEntries(m);
      return d.x * d.y + (d.z ?? 1);
    },
    new Map([
      ['x', 1.5],
      ['y', 2],
    ]),
  ],
  [
    'fromEntries tuple',
    (x: number) => {
      const d = Object.fromEntries([
        ['a', x],
        ['b', 2 * x],
      ]) as any;
      return d.a * d.b;
    },
    1.5,
  ],
  [
    'delete',
    (x: number) => {
      const d: Record<string, number> = {};
      for (const k of ['a', 'b', 'c']) d[k] = x;
      const gone = ['a'][0];
      delete d[gone];
      return (d.a ?? 1) + d.b * d.c;
    },
    1.5,
  ],
  [
    'known keys still fixed',
    (x: number) => {
      const d: Record<string, number> = {};
      for (const k of Object.keys({ a: 1, b: 2 })) d[k] = x * 2;
      return d.a * d.b;
    },
    1.5,
  ],
  [
    'default obj',
    (x: number) => {
      const cache: { [k: string]: number } = { start: x };
      const f = (k: string) => {
        if (!(k in cache)) cache[k] = cache.start * 2;
        return cache[k];
      };
      return f('p') + f('start') * f('p');
    },
    1.5,
  ],
  [
    'polynomial terms',
    (x: number) => {
      const t: Record<number, number> = {};
      for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) t[i + j] = (t[i + j] ?? 0) + x ** i;
      let s = 0;
      for (let k = 0; k < 5; k++) s += t[k] * k;
      return s;
    },
    1.5,
  ],
  [
    'loops over names',
    (x: number[]) => {
      const g: Record<string, number> = {};
      x.forEach((v, i) => {
        g[`k${i % 2}`] = (g[`k${i % 2}`] ?? 1) * v;
      });
      let s = 0;
      for (const k in g) s += g[k] * (k === 'k0' ? 2 : 3);
      for (const k of Object.keys(g)) s += g[k];
      for (const [k, v] of Object.entries(g)) s += k.length * v;
      return s;
    },
    [0.5, 2, 3],
  ],
]);

it('what every object inherits is found by its name, on the dynamic tier', () => {
  const f = (x: number, names: string[]) => {
    const seen: Record<string, number> = {};
    let sum = 0;
    for (const name of names) {
      sum += name in seen ? 2 * x : x;
      seen[name] = x;
    }
    return sum;
  };
  expect(grad(f, { tier: 'compiled' })(3, ['a', 'b', 'a'])).toBe(4);
  expect(grad(f)(3, ['a', 'toString'])).toBe(3);
  expect(() => grad(f, { tier: 'compiled' })(3, ['a', 'toString'])).toThrow(/all objects have/);
});

it('numerals among the names come first when they are listed, on the dynamic tier', () => {
  const f = (x: number, names: string[]) => {
    const found: Record<string, number> = {};
    names.forEach((name, i) => {
      found[name] = x ** i;
    });
    return Object.values(found).reduce((sum, v, i) => sum + v * i, 0);
  };
  expect(grad(f, { tier: 'compiled' })(3, ['a', 'b', 'c'])).toBe(1 + 2 * 6);
  expect(() => grad(f, { tier: 'compiled' })(3, ['a', '7', 'c'])).toThrow(/numerals/);
});

it('what throws on every way throws what it throws', () => {
  expect(() => grad((x: number) => (undefined as unknown as { y: number }).y * x, { tier: 'compiled' })(1)).toThrow(
    TypeError,
  );
  expect(() => grad((x: number) => (x as unknown as () => number)(), { tier: 'compiled' })(1)).toThrow(
    /is not a function/,
  );
});
