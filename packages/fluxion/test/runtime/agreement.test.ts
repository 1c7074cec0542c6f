import { afterEach, beforeEach, expect, test } from 'vitest';
import { derivative, grad, hessian, hvp, jacobian, jvp, valueAndGrad } from '../../src/index.ts';
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
  expect([...specialisation.agreed]).toEqual(['gradient 0']);
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

test('other derivatives have to agree by themselves', () => {
  const f = (x: number[]): number => x[0] * Math.sin(x[1]);
  const g = (x: number[]): { readonly y: readonly number[]; readonly name: string } => ({
    y: [x[0] * x[1], Math.exp(x[0])],
    name: 'g',
  });
  const h = (t: number): number[] => [t * t, Math.cos(t)];
  const x = [2, 3];
  const cases: [Function, string, (tier: 'auto' | 'dynamic') => unknown][] = [
    [f, 'pushforward 0 of the gradient 0', (tier) => hvp(f, { tier })(x, [1, -1])],
    [f, 'columns 0 of the gradient 0', (tier) => hessian(f, { tier })(x)],
    [f, 'pushforward 0', (tier) => jvp(f, [x], [[1, 2]], { tier })],
    [g, 'rows 0', (tier) => jacobian(g, { tier })(x)],
    [g, 'columns 0', (tier) => jacobian(g, { tier, mode: 'forward' })(x)],
    [g, 'pushforward 0', (tier) => jvp(g, [x], [[1, 2]], { tier })],
    [h, 'pushforward 0', (tier) => derivative(h, { tier })(2)],
    [h, 'columns 0', (tier) => jacobian(h, { tier })(2)],
  ];
  for (const [of, kind, take] of cases) {
    const meaning = take('dynamic');
    for (let n = 0; n < 3; n++) expect(take('auto')).toEqual(meaning);
    const [specialisation] = specialisationsOf(of);
    expect([...specialisation.agreed]).toContain(kind);
    expect(take('auto')).toEqual(meaning);
  }
  expect(specialisationsOf(f)).toHaveLength(1);
});

test('where tangents, columns or rows disagree auto gives those of the dynamic tier', () => {
  const wrongOf = (part: 'forward' | 'reverse'): ((x: number[]) => number[]) => {
    const f = (x: number[]): number[] => [x[0] * x[0]];
    const specialisation = specialise(f, [[2]]);
    const wrong = specialise((x: number[]) => [x[0] * x[0] + (x[0] - 2) * 0.5], [[2]]);
    specialisation[part] = wrong[part].bind(wrong) as never;
    return f;
  };
  for (const part of ['forward', 'reverse'] as const) {
    const mode = part;
    const f = wrongOf(part);
    expect(jacobian(f, { mode, tier: 'compiled' })([2])).toEqual([[4.5]]);
    for (let n = 0; n < 4; n++) expect(jacobian(f, { mode })([2])).toEqual([[4]]);
    expect(specialisationsOf(f)[0].givenUp).toBe(true);
  }
  const f = wrongOf('forward');
  for (let n = 0; n < 3; n++) expect(jvp(f, [[2]], [[1]])).toMatchObject({ value: [4], tangent: [4] });
  expect(specialisationsOf(f)[0].givenUp).toBe(true);
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
  for (let n = 0; n < 3; n++) expect(derivative(f)(3)).toBe(6);
  expect(log).toEqual([1, 2, 3, 4, 5]);
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
