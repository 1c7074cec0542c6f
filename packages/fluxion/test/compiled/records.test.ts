/** Records as arguments of compiled derivatives: each test a program that the two tiers once answered differently. */
import { describe, expect, test } from 'vitest';
import { grad, jvp } from '../../src/index.ts';

const compiled = { tier: 'compiled' } as const;
const dynamic = { tier: 'dynamic' } as const;

describe('two arguments with the same keys, of which one holds numbers where the other holds objects', () => {
  interface Point {
    a: number;
    b: number;
  }
  const times = (factor: number) => ({ of: (x: number) => factor * x * x });
  const priors = { a: times(3), b: times(5) };
  const f = ({ a, b }: Point, by: typeof priors): number => by.a.of(a) * b + by.b.of(b);

  test('the gradient by the numbers', () => {
    const at = { a: 2, b: 7 };
    expect(grad(f, compiled)(at, priors)).toEqual({ a: 6 * 2 * 7, b: 3 * 4 + 10 * 7 });
    expect(grad(f, dynamic)(at, priors)).toEqual({ a: 6 * 2 * 7, b: 3 * 4 + 10 * 7 });
  });

  test('the gradient where both are asked for', () => {
    const g = (p: Point, q: { a: Point; b: number }): number => p.a * q.a.b + p.b * q.b;
    const at = [
      { a: 2, b: 7 },
      { a: { a: 1, b: 4 }, b: 5 },
    ] as const;
    const expected = [
      { a: 4, b: 5 },
      { a: { a: 0, b: 2 }, b: 7 },
    ];
    expect(grad(g, { ...compiled, wrt: [0, 1] })(...at)).toEqual(expected);
    expect(grad(g, { ...dynamic, wrt: [0, 1] })(...at)).toEqual(expected);
  });

  test('the tangent', () => {
    const { tangent } = jvp(f, [{ a: 2, b: 7 }, priors], [{ a: 1, b: 10 }], compiled);
    expect(tangent).toBe(84 + 10 * (12 + 70));
  });
});
