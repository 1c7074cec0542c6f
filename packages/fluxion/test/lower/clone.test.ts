/** structuredClone. */
import { expect, it } from 'vitest';
import { grad } from '../../src/index.ts';
import { judged } from './judged.ts';

judged([
  [
    'clone',
    (p: { w: number[]; o: { k: number } }) => {
      const c = structuredClone(p);
      c.w[0] *= p.o.k;
      c.o.k = c.w[0] + c.w[1];
      const s = { ...p, o: { ...p.o } };
      s.o.k = 5;
      return c.o.k * p.o.k + p.w[0] * s.w[1] + s.o.k * c.w[1];
    },
    { w: [1, 2], o: { k: 3 } },
  ],
  [
    'clone list',
    (x: number[]) => {
      const c = structuredClone(x);
      c[0] = 7;
      return c[0] * x[0] + c[1] * x[1];
    },
    [1, 2],
  ],
  [
    'clone typed',
    (x: Float64Array) => {
      const c = structuredClone(x);
      c[0] = 7;
      return c[0] * x[0] + c[1] * x[1];
    },
    Float64Array.of(1, 2),
  ],
]);

it('what may be reached by two ways is declined', () => {
  const f = (x: { a: { v: number }; b: { v: number } }) => {
    const c = structuredClone(x);
    c.a.v = 7;
    return c.b.v * x.a.v;
  };
  const both = { v: 2 };
  expect(() => grad(f, { tier: 'compiled' })({ a: both, b: both })).toThrow(/by two ways/);
  expect(grad(f)({ a: both, b: both })).toEqual({ a: { v: 7 }, b: { v: 7 } });
});
