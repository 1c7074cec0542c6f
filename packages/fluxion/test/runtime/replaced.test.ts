import { afterEach, expect, test } from 'vitest';
import { FluxionError, grad } from '../../src/index.ts';

const { sin } = Math;
const { reduceRight } = Array.prototype;
const surroundings = globalThis as { fluxionTestFactor?: number };
afterEach(() => {
  Math.sin = sin;
  Array.prototype.reduceRight = reduceRight;
  delete surroundings.fluxionTestFactor;
});

test('a function of Math that is replaced between two calls', () => {
  const f = (x: number): number => Math.sin(x) * 2;
  const gradient = grad(f, { tier: 'compiled' });
  expect(gradient(0)).toBe(2);
  Math.sin = (x: number) => x * x;
  expect(gradient(1)).toBe(4);
  Math.sin = sin;
  expect(gradient(0)).toBe(2);
});

test('a method of arrays that is replaced between two calls', () => {
  const f = (x: number[]): number => x.reduceRight((sum, v) => sum + v * v, 0);
  const gradient = grad(f, { tier: 'compiled' });
  expect(gradient([3, 1])).toEqual([6, 2]);
  Array.prototype.reduceRight = () => 0;
  expect(() => gradient([3, 1])).toThrow('NotCompiled');
  Array.prototype.reduceRight = reduceRight;
  expect(gradient([3, 1])).toEqual([6, 2]);
});

test('a number that is a property of the global object is read at each call', () => {
  surroundings.fluxionTestFactor = 2;
  const f = (x: number): number => x * surroundings.fluxionTestFactor!;
  const byName = new Function('return (x) => x * fluxionTestFactor')() as (x: number) => number;
  const gradients = [grad(f, { tier: 'compiled' }), grad(byName, { tier: 'compiled' })];
  expect(gradients.map((g) => g(1))).toEqual([2, 2]);
  surroundings.fluxionTestFactor = 5;
  expect(gradients.map((g) => g(1))).toEqual([5, 5]);
});

test('views of two element types on one buffer under two arguments, one of them written', () => {
  const f = (x: Float64Array, y: Int32Array): number => {
    y[3] = 0;
    return x[0] * x[1];
  };
  const gradient = grad(f, { tier: 'compiled' });
  expect(gradient(new Float64Array([2, 3]), new Int32Array(4))).toEqual(new Float64Array([3, 2]));
  const x = new Float64Array([2, 3]);
  expect(() => gradient(x, new Int32Array(x.buffer))).toThrow(FluxionError);
});
