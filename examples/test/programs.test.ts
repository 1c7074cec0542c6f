import { derivative, grad } from 'fluxion';
import { describe, expect, it } from 'vitest';
import * as programs from '../src/programs/programs.ts';
import { expectGradient } from './differences.ts';

describe('the programs of the Zygote paper', () => {
  const powers = [programs.powByLoop, programs.powByRecursion, programs.powBySquaring, programs.powByMutation];

  it.each(powers.map((pow) => [pow.name, pow] as const))('%s', (_, pow) => {
    for (const [x, n] of [
      [2, 5],
      [-1.5, 3],
      [0.7, 12],
      [3, 1],
    ]) {
      expect(grad(pow)(x, n)).toBeCloseTo(n * x ** (n - 1), 10);
      expect(derivative(pow)(x, n)).toBeCloseTo(n * x ** (n - 1), 10);
      expect(derivative(derivative(pow))(x, n)).toBeCloseTo(n * (n - 1) * x ** (n - 2), 8);
    }
    expect(grad(pow)(2, 0)).toBe(0);
  });

  it('a Taylor series with an early return', () => {
    const slope = grad(programs.taylorSine);
    for (const x of [-2, -0.5, 0.3, 1, 2.5]) {
      expect(slope(x)).toBeCloseTo(Math.cos(x), 6);
      expect(derivative(derivative(programs.taylorSine))(x)).toBeCloseTo(-Math.sin(x), 4);
    }
  });

  it('recursion, mutation, aliasing and branches at once', () => {
    const gradient = grad(programs.everythingAtOnce);
    for (const x of [[0.5, 3, 1.2, 2.5, 0.1], [3, 2, 1], [1.3], [-1, 4, -2, 0.3, 0.2, 5, 1.1, 2.2]]) {
      const before = [...x];
      const got = gradient(x);
      expect(x).toEqual(before);
      expectGradient((v: number[]) => programs.everythingAtOnce([...v]), x, got, { tolerance: 1e-8 });
    }
  });
});
