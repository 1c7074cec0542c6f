import { grad, valueAndGrad } from 'fluxion';
import { describe, expect, it } from 'vitest';
import { branching, straight, straightByMethods } from '../src/benchmark-functions/functions.ts';
import { Random } from '../src/random.ts';

describe('the two benchmark functions', () => {
  const random = new Random(2311);
  const draw = () => Float64Array.from({ length: 1000 }, () => 2 * random.uniform() - 1);
  const slopeA = (v: number) => Math.cos(v) - 2 * v * Math.sin(v ** 2);
  const slopeB = (v: number) => (v > 0 ? Math.cos(v) : -Math.sin(v));
  const largestError = (got: ArrayLike<number>, x: Float64Array, slope: (v: number) => number) =>
    Math.max(...x.map((v, i) => Math.abs(got[i] - slope(v))));

  it('A: sum of sin x + cos x²', () => {
    const x = draw();
    const { value, grad: gradient } = valueAndGrad(straight)(x);
    expect(value).toBe(straight(x));
    expect(gradient).toBeInstanceOf(Float64Array);
    expect(largestError(gradient, x, slopeA)).toBeLessThan(1e-14);
  });

  it('A by map and reduce over a plain array', () => {
    const x = draw();
    const gradient = grad(straightByMethods)(Array.from(x));
    expect(Array.isArray(gradient)).toBe(true);
    expect(largestError(gradient, x, slopeA)).toBeLessThan(1e-14);
  });

  it('B: a branch per element, the same gradient function at inputs that take other branches', () => {
    const gradient = grad(branching);
    for (let k = 0; k < 3; k++) {
      const x = draw();
      expect(largestError(gradient(x), x, slopeB)).toBeLessThan(1e-15);
    }
  });
});
