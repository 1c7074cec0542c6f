/** Fluxion's own operators inside a function that is lowered. */
import { expect, it } from 'vitest';
import { checkpoint, derivative, grad, hvp, stopGradient, vjp } from '../../src/index.ts';
import { print } from '../../src/ir/print.ts';
import { verify } from '../../src/ir/verify.ts';
import { lower } from '../../src/lower/lowering.ts';
import { agrees, declined } from './harness.ts';

const step = checkpoint((x: number) => Math.sin(x) * x);

it('stopGradient gives its argument', () => {
  agrees((x: number) => x * stopGradient(x) + stopGradient(2), [3]);
});

it('a checkpointed function gives what it gives', () => {
  agrees((x: number) => step(step(x)) + checkpoint((y: number) => y * x)(2), [3]);
});

/** The operations by which a function asks for derivatives, in the order of the text. */
function derivesIn(f: (x: number) => unknown): string[] {
  const { module } = lower(f, [3]);
  verify(module);
  return [...print(module).matchAll(/derive \w+/g)].map(([text]) => text);
}

it('a derivative inside is asked for by an operation', () => {
  expect(derivesIn((x) => grad((y: number) => y * y * x)(x))).toEqual(['derive gradient']);
  expect(derivesIn((x) => derivative((y: number) => y * y * x)(x))).toEqual(['derive tangent']);
  expect(derivesIn((x) => vjp((y: number) => y * x, x).pullback(x)[0])).toEqual(['derive forward', 'derive reverse']);
  // The gradient is one function, and its tangent another.
  expect(derivesIn((x) => hvp((y: number) => y * y * x)(x, 1)).sort()).toEqual(['derive gradient', 'derive tangent']);
});

it('options that are not known are declined', () => {
  const f = (y: number) => y * y;
  expect(declined((x: number) => grad(f, { verify: true })(x), 3)).toMatch(/the option verify of grad/);
  expect(declined((x: number) => grad(f, { wrt: x > 0 ? 0 : 1 } as never)(x), 3)).toMatch(/the option wrt of grad/);
  expect(declined((x: number) => grad(3 as never)(x), 3)).toMatch(/grad of a 3/);
});

it('nothing flows through stopGradient on the compiled tier', () => {
  expect(grad((x: number) => x * stopGradient(x), { tier: 'compiled' })(3)).toBe(3);
  expect(derivative((x: number) => step(x), { tier: 'compiled' })(1)).toBeCloseTo(Math.sin(1) + Math.cos(1), 14);
});
