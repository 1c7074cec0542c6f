/** Random programs that take derivatives themselves: both tiers, both modes, pullbacks called again. */
import { compileFunction } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { derivative, grad, hessian, hvp, jacobian, jvp, type Tier, valueAndGrad, vjp } from '../../src/index.ts';
import { apart } from './compare.ts';
import { type NestedProgram, nestedProgramOf, nestedText } from './nested.ts';

const runs = Number(process.env.FLUXION_RUNS ?? 40);
const operators = { grad, derivative, valueAndGrad, jvp, vjp, hvp, hessian, jacobian };
const wrt = [0, 1, 2, 3];

type Main = (...args: unknown[]) => number;

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (value instanceof Float64Array) return [...value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

/** A number of its own for each. */
function tangentsOf(value: unknown, next: () => number): unknown {
  if (typeof value === 'number') return next();
  if (value instanceof Float64Array) return value.map(next);
  if (Array.isArray(value)) return value.map((v) => tangentsOf(v, next));
  return Object.fromEntries(Object.entries(value as object).map(([k, v]) => [k, tangentsOf(v, next)]));
}

/** Value and gradient, value and tangent, value and two cotangents; and the arguments, which are as they were. */
function outcomes(f: Main, given: readonly unknown[], tier: Tier): Record<string, number[]> {
  const args = structuredClone(given) as never[];
  let step = 0;
  const tangents = tangentsOf(args, () => Math.sin(1 + 7.3 * step++));
  const options = { tier } as never;
  const both = (valueAndGrad(f as never, { tier, wrt } as never) as unknown as Main)(...args);
  const forward = jvp(f as never, args as never, tangents as never, options);
  const { value, pullback } = (vjp.with(options) as unknown as typeof vjp)(f as never, ...(args as [])) as {
    value: unknown;
    pullback(seed: number): unknown;
  };
  const pulled = [pullback(0.5), pullback(1)];
  return {
    gradient: numbersIn(both),
    forward: numbersIn(forward),
    vjp: numbersIn(value),
    'first pullback': numbersIn(pulled[0]).map((v) => 2 * v),
    'second pullback': numbersIn(pulled[1]),
    arguments: numbersIn(args),
    along: [
      numbersIn(both)
        .slice(1)
        .reduce((sum, g, i) => sum + g * numbersIn(tangents)[i], 0),
    ],
  };
}

type Verdict = 'compiled' | 'declined' | 'refused' | { readonly what: string };

function judge(program: NestedProgram): Verdict {
  const names = Object.keys(operators);
  const filename = `nested-${program.seed}.js`;
  const f = compileFunction(nestedText(program), names, { filename })(...Object.values(operators)) as Main;
  let verdict: Verdict = 'compiled';
  for (const args of program.args) {
    let meant: Record<string, number[]>;
    try {
      meant = outcomes(f, args, 'dynamic');
    } catch (e) {
      if ((e as { code?: string }).code === undefined) throw e;
      return 'refused';
    }
    const told = (what: string, a: readonly number[], b: readonly number[]): Verdict | undefined => {
      const differ = apart(a, b);
      return differ === undefined ? undefined : { what: `${what}: ${differ}` };
    };
    const pulled = told('pullback against gradient', meant['second pullback'], meant.gradient.slice(1));
    if (pulled !== undefined) return pulled;
    try {
      const got = outcomes(f, args, 'compiled');
      for (const [name, numbers] of Object.entries(meant)) {
        const wrong = told(name, got[name], numbers);
        if (wrong !== undefined) return wrong;
      }
      const across = told('forward against reverse', got.along, got.forward.slice(1));
      if (across !== undefined) return across;
    } catch (e) {
      if ((e as { code?: string }).code !== 'NotCompiled') throw e;
      verdict = 'declined';
    }
  }
  return verdict;
}

describe('random programs with derivatives inside', () => {
  test('both tiers, both modes', () => {
    const counts = { compiled: 0, declined: 0, refused: 0 };
    for (let seed = 1; seed <= runs; seed++) {
      const program = nestedProgramOf(seed);
      const verdict = judge(program);
      if (typeof verdict === 'object') expect.fail(`seed ${seed}, ${verdict.what}\n${nestedText(program)}`);
      counts[verdict]++;
    }
    expect(counts.refused).toBeLessThan(0.1 * runs);
    expect(counts.compiled).toBeGreaterThan(0.8 * (runs - counts.refused));
  }, 240_000);
});
