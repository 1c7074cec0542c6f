import { afterEach, beforeEach, expect, test } from 'vitest';
import { grad, valueAndGrad } from '../../src/index.ts';
import { specialisationsOf, specialise } from '../../src/runtime/specialisation.ts';
import { onAuto } from '../../src/runtime/tier.ts';

const { now } = onAuto;
beforeEach(() => {
  onAuto.now = () => 0;
});
afterEach(() => {
  onAuto.now = now;
});

test('a function that the dynamic tier is quicker at is left to it', () => {
  let reads = 0;
  // The compiled run takes 5, the dynamic one 1.
  onAuto.now = () => [0, 5, 6][reads++];
  const f = (x: number): number => x * x;
  expect([grad(f)(3), grad(f)(3), grad(f)(3)]).toEqual([6, 6, 6]);
  expect(reads).toBe(3);
  expect([...specialisationsOf(f)[0].agreed]).toEqual([]);
});

test('auto takes compiled numbers once both tiers have agreed on a call', () => {
  const f = (x: number[]): number => x[0] * Math.sin(x[1]);
  const gradient = grad(f);
  const first = gradient([2, 3]);
  expect(specialisationsOf(f)).toEqual([]);
  expect(gradient([2, 3])).toEqual(first);
  const [specialisation] = specialisationsOf(f);
  expect([...specialisation.agreed]).toEqual(['0']);
  expect(gradient([2, 3])).toEqual(first);
  expect(grad(f, { tier: 'dynamic' })([2, 3])).toEqual(first);
});

test('where the tiers disagree auto gives the dynamic answer, then and later', () => {
  const f = (x: number): number => x * x;
  const other = (x: number): number => x * x + Math.sin(x) - Math.sin(x) + (x - 2) * 0.5;
  const specialisation = specialise(f, [2]);
  const wrong = specialise(other, [2]);
  specialisation.gradient = (wrt) => wrong.gradient(wrt);
  expect(grad(f, { tier: 'compiled' })(2)).toBe(4.5);
  expect(grad(f)(2)).toBe(4);
  expect(valueAndGrad(f)(2)).toEqual({ value: 4, grad: 4 });
  expect(specialisation.givenUp).toBe(true);
  expect(grad(f)(3)).toBe(6);
});

test('what has effects stays on the dynamic tier, and happens once', () => {
  const log: number[] = [];
  const counts = { calls: 0 };
  const f = (x: number): number => {
    counts.calls += 1;
    log.push(counts.calls);
    return x * x;
  };
  expect(grad(f)(3)).toBe(6);
  expect(grad(f)(3)).toBe(6);
  expect(log).toEqual([1, 2]);
});

test('an array that is only made shorter has changed too', () => {
  const stack = [1, 2, 3];
  const f = (x: number): number => x * (stack.pop() ?? 0);
  expect(grad(f)(3)).toBe(3);
  expect(grad(f)(3)).toBe(2);
  expect(stack).toEqual([1]);
});

test('an array of numbers is compiled after an array of something else was declined', () => {
  const f = (a: unknown[]): number => {
    let s = 0;
    for (const v of a) s += typeof v === 'number' ? v * v : Number(v);
    return s;
  };
  const gradient = grad(f as never, { tier: 'compiled' }) as (a: unknown[]) => unknown;
  const strange = [new Proxy({}, {})];
  expect(() => gradient(strange)).toThrow('NotCompiled');
  expect(gradient([2, 3])).toEqual([4, 6]);
  expect(() => gradient(strange)).toThrow('NotCompiled');
});
