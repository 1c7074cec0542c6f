/** Fluxion's own operators inside a function that is lowered. */
import { expect, it } from 'vitest';
import { checkpoint, derivative, grad, stopGradient } from '../../src/index.ts';
import { agrees, declined } from './harness.ts';

const step = checkpoint((x: number) => Math.sin(x) * x);

it('stopGradient gives its argument', () => {
  agrees((x: number) => x * stopGradient(x) + stopGradient(2), [3]);
});

it('a checkpointed function gives what it gives', () => {
  agrees((x: number) => step(step(x)) + checkpoint((y: number) => y * x)(2), [3]);
});

it('a derivative inside is declined by name', () => {
  expect(declined((x: number) => grad((y: number) => y * y)(x), 3)).toMatch(/inside the function/);
});

it('nothing flows through stopGradient on the compiled tier', () => {
  expect(grad((x: number) => x * stopGradient(x), { tier: 'compiled' })(3)).toBe(3);
  expect(derivative((x: number) => step(x), { tier: 'compiled' })(1)).toBeCloseTo(Math.sin(1) + Math.cos(1), 14);
});
