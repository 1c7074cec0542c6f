/**
 * Programs judged on the compiled tier by the dynamic one: the value bit for bit, the gradient to 1e-9 of its norm, forward mode against
 * reverse mode, the arguments as they were.
 */
import { expect, it } from 'vitest';
import { jvp, valueAndGrad } from '../../src/index.ts';
import { flatten } from '../shapes/harness.ts';

type AnyFunction = (...args: never[]) => number;
/** A title, a program, and its arguments. */
export type Judged = readonly [string, AnyFunction, ...unknown[]];

export function judged(programs: readonly Judged[]): void {
  it.each(programs.map(([title, f, ...args]) => [title, f, args] as const))('%s', (_, f, args) => judge(f, args));
}

function judge(f: AnyFunction, args: readonly unknown[]): void {
  const wrt = args.map((_, i) => i).filter((i) => flatten(args[i]).length > 0);
  const at = (tier: 'compiled' | 'dynamic') => {
    const given = structuredClone(args);
    const found = valueAndGrad(f as (x: number) => number, { tier, wrt: wrt as never })(...(given as [number]));
    expect(given).toEqual(args);
    return found as unknown as { value: number; grad: unknown };
  };
  const wanted = at('dynamic');
  const got = at('compiled');
  expect(got.value).toBe(wanted.value);
  const gradient = flatten(got.grad);
  const expected = flatten(wanted.grad);
  expect(gradient.length).toBe(expected.length);
  const norm = Math.max(1, Math.hypot(...expected));
  for (const [i, g] of gradient.entries()) expect(Math.abs(g - expected[i]) / norm, `number ${i}`).toBeLessThan(1e-9);
  const tangents = args.map((arg, i) => (wrt.includes(i) ? structuredClone(arg) : undefined));
  const forward = jvp(f as never, structuredClone(args) as never, tangents as never, {
    tier: 'compiled',
  }) as unknown as {
    value: number;
    tangent: number;
  };
  expect(forward.value).toBe(wanted.value);
  const numbers = wrt.flatMap((i) => flatten(args[i]));
  const along = gradient.reduce((sum, g, i) => sum + g * numbers[i], 0);
  expect(forward.tangent).toBeCloseTo(along, 8);
}
