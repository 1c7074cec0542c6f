/**
 * One random program judged: its value and gradient on both tiers, forward mode against reverse mode, arguments as they were.
 * Invariant: what the plain program throws or can't be compared by is no verdict; each disagreement says what disagrees.
 */
import { compileFunction } from 'node:vm';
import { jvp, valueAndGrad } from '../../src/index.ts';
import { type Program, type Statement, text } from './program.ts';

export type Verdict =
  | { readonly kind: 'agrees'; readonly compiled: boolean; readonly why?: string }
  | { readonly kind: 'skipped'; readonly why: string }
  | { readonly kind: 'disagrees'; readonly what: string };

type Main = (...args: unknown[]) => number;

const wrt = [0, 1, 2, 3];

function compile(program: Program): Main {
  return compileFunction(text(program), [], { filename: `random-${program.seed}.js` })() as Main;
}

/** All numbers in a value, in order. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (value instanceof Float64Array) return [...value];
  if (Array.isArray(value)) return value.flatMap(numbersIn);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

function apart(a: readonly number[], b: readonly number[]): string | undefined {
  if (a.length !== b.length) return `${a.length} numbers and ${b.length}`;
  const norm = Math.max(1, Math.hypot(...a.filter(Number.isFinite)));
  for (let i = 0; i < a.length; i++) {
    const equal =
      Number.isFinite(a[i]) && Number.isFinite(b[i]) ? Math.abs(a[i] - b[i]) <= 1e-9 * norm : Object.is(a[i], b[i]);
    if (!equal) return `[${a.join(', ')}] and [${b.join(', ')}]`;
  }
  return undefined;
}

/** Tangents of the arguments: a number of its own for each of theirs. */
function tangentsOf(value: unknown, next: () => number): unknown {
  if (typeof value === 'number') return next();
  if (value instanceof Float64Array) return value.map(next);
  if (Array.isArray(value)) return value.map((v) => tangentsOf(v, next));
  return Object.fromEntries(Object.entries(value as object).map(([k, v]) => [k, tangentsOf(v, next)]));
}

type Tier = 'dynamic' | 'compiled';

/** The error is one that declines the compiled tier. */
function declined(e: unknown): string | undefined {
  const { code, message } = e as { code?: string; message?: string };
  return code === 'NotCompiled' ? (message ?? '') : undefined;
}

export function judge(program: Program): Verdict {
  let f: Main;
  try {
    f = compile(program);
  } catch (e) {
    return { kind: 'skipped', why: String(e) };
  }
  let verdict: Verdict | undefined;
  for (const args of program.args) {
    const own = judgeAt(f, args);
    if (own.kind === 'disagrees') return own;
    if (verdict === undefined || verdict.kind === 'skipped' || (own.kind === 'agrees' && !own.compiled)) verdict = own;
  }
  return verdict!;
}

function judgeAt(f: Main, given: readonly unknown[]): Verdict {
  const args = structuredClone(given) as unknown[];
  let value: number;
  try {
    value = f(...(structuredClone(args) as unknown[]));
  } catch (e) {
    return { kind: 'skipped', why: String(e) };
  }
  if (typeof value !== 'number' || !Number.isFinite(value) || Math.abs(value) > 1e9)
    return { kind: 'skipped', why: 'too large' };
  let step = 0;
  const tangents = args.map((a) => tangentsOf(a, () => Math.sin(1 + 7.3 * step++)));
  const direction = numbersIn(tangents);

  /** The gradient on a tier, or what is wrong with it. */
  const on = (tier: Tier, expected?: readonly number[]): readonly number[] | string => {
    const options = { tier } as never;
    const result = valueAndGrad(f as never, { tier, wrt } as never)(...(args as never[])) as unknown as {
      value: number;
      grad: unknown;
    };
    const gradient = numbersIn(result.grad);
    if (!Object.is(result.value, value)) return `${tier} value ${result.value}, not ${value}`;
    const differ = expected && apart(expected, gradient);
    if (differ !== undefined) return `${tier} gradient: ${differ}`;
    const forward = jvp(f as never, args as never, tangents as never, options) as unknown as {
      value: number;
      tangent: number;
    };
    if (!Object.is(forward.value, value)) return `${tier} forward value ${forward.value}, not ${value}`;
    const changed = apart(numbersIn(given), numbersIn(args));
    if (changed !== undefined) return `${tier} tier changed an argument: ${changed}`;
    const along = gradient.reduce((sum, g, i) => sum + g * direction[i], 0);
    const scale = gradient.reduce((sum, g, i) => sum + Math.abs(g * direction[i]), 1);
    if (Number.isFinite(along) && !(Math.abs(along - forward.tangent) <= 1e-9 * scale))
      return `${tier} forward ${forward.tangent}, reverse ${along}`;
    return gradient;
  };

  let expected: readonly number[] | string;
  try {
    expected = on('dynamic');
    if (typeof expected === 'string') return { kind: 'disagrees', what: expected };
  } catch (e) {
    const { code } = e as { code?: string };
    // A refusal has the user's line, and a way out.
    if (code !== undefined) return { kind: 'skipped', why: `dynamic: ${code}` };
    return { kind: 'disagrees', what: `dynamic threw ${(e as Error).stack}` };
  }
  try {
    const found = on('compiled', expected);
    return typeof found === 'string' ? { kind: 'disagrees', what: found } : { kind: 'agrees', compiled: true };
  } catch (e) {
    const why = declined(e);
    if (why === undefined) return { kind: 'disagrees', what: `compiled threw ${(e as Error).stack}` };
    return { kind: 'agrees', compiled: false, why };
  }
}

/** The program without what it can do without and still disagree. */
export function shrink(program: Program, disagrees: (p: Program) => boolean): Program {
  let best = program;
  for (let again = true; again; ) {
    again = false;
    for (const smaller of smallerThan(best)) {
      if (!disagrees(smaller)) continue;
      best = smaller;
      again = true;
      break;
    }
  }
  return best;
}

function* smallerThan(program: Program): Generator<Program> {
  for (const outer of without(program.outer)) yield { ...program, outer };
  for (const body of without(program.main.body)) yield { ...program, main: { ...program.main, body } };
}

function* without(list: readonly Statement[]): Generator<readonly Statement[]> {
  for (let i = list.length - 1; i >= 0; i--) yield [...list.slice(0, i), ...list.slice(i + 1)];
  for (const [i, statement] of list.entries()) {
    if (typeof statement === 'string') continue;
    // What is inside, in place of the whole.
    yield [...list.slice(0, i), ...statement.body, ...list.slice(i + 1)];
    for (const body of without(statement.body))
      yield [...list.slice(0, i), { ...statement, body }, ...list.slice(i + 1)];
  }
}
