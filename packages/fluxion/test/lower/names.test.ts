import { expect, test } from 'vitest';
import { grad } from '../../src/index.ts';

// What esbuild and tsx write beside functions, to keep their names.
const defineProperty = Object.defineProperty;
const named = (target: unknown, value: string) =>
  defineProperty(target as object, 'name', { value, configurable: true });

test('a function that calls itself and has its name kept by a bundler', () => {
  const f = (x: number): number => {
    const power = named((n: number): number => (n === 0 ? 1 : x * (power as (n: number) => number)(n - 1)), 'power');
    return (power as (n: number) => number)(3);
  };
  expect(grad(f, { tier: 'compiled' })(2)).toBe(12);
  expect(grad(f, { tier: 'dynamic' })(2)).toBe(12);
});
