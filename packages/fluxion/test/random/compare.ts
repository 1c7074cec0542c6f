/**
 * One random program judged: what can be seen of it on both tiers, forward mode against reverse mode, values against the plain program.
 * Invariant: each disagreement says at which step, and what disagrees.
 */
import { compileFunction } from 'node:vm';
import { Left } from '../../src/runtime/heap.ts';
import { onAuto } from '../../src/runtime/tier.ts';
import { along, type Extras, extrasFor, type Observation, observe, plainly } from './observe.ts';
import { type Made, type Program, text } from './program.ts';

export type Verdict =
  | {
      readonly kind: 'agrees';
      /** Why the compiled tier did not answer a call: it declined, or was left. */
      readonly declined: readonly string[];
      readonly left: readonly string[];
      /** How calls ended that gave nothing: errors of the program, and refusals. */
      readonly threw: readonly string[];
    }
  | { readonly kind: 'skipped'; readonly why: string }
  | { readonly kind: 'disagrees'; readonly step: string; readonly what: string };

/** Compiles programs into one script: what is looked up of a script is looked up once. */
export function compile(programs: readonly Program[]): (() => Made)[] {
  const each = programs.map((p) => `() => {\n${text(p)}}`);
  const source = `return [\n${each.join(',\n')}\n];`;
  return compileFunction(source, [], { filename: `random-${programs[0].seed}.js` })() as (() => Made)[];
}

function asking(first: 'compiled' | 'dynamic', work: () => Observation[]) {
  const declined: string[] = [];
  const left: string[] = [];
  const before = { ...onAuto };
  onAuto.first = first;
  onAuto.left = (why) => (why instanceof Left ? left : declined).push(why.message);
  try {
    return { seen: work(), declined, left };
  } finally {
    Object.assign(onAuto, before);
  }
}

const same = (a: unknown, b: unknown): boolean => shown(a) === shown(b);

const shown = (value: unknown): string =>
  JSON.stringify(value, (_, v: unknown) =>
    typeof v === 'number' && !(v + 1 < v) ? (Object.is(v, -0) ? '-0' : String(v)) : v,
  ) ?? 'undefined';

/** How much two lists of numbers differ, where it is more than rounding. */
export function apart(a: readonly number[], b: readonly number[]): string | undefined {
  if (a.length !== b.length) return `${a.length} numbers and ${b.length}`;
  const norm = Math.max(1, Math.hypot(...a.filter(Number.isFinite)));
  for (let i = 0; i < a.length; i++) {
    const finite = Number.isFinite(a[i]) && Number.isFinite(b[i]);
    if (!(finite ? Math.abs(a[i] - b[i]) <= 1e-9 * norm : Object.is(a[i], b[i])))
      return `[${a.join(', ')}] and [${b.join(', ')}]`;
  }
  return undefined;
}

function disagreement(dynamic: readonly Observation[], compiled: readonly Observation[]): Verdict | undefined {
  for (const [i, { step, exact, numbers }] of dynamic.entries()) {
    if (isThrown(exact) && exact.threw === 'AmbiguousAlias') {
      if (same(exact, compiled[i].exact)) continue;
      // An object under two arguments that is given what it holds already, or what is never read: the one tier sees a write, the other none,
      // and goes on. What is captured is then not the same any more.
      return undefined;
    }
    if (!same(exact, compiled[i].exact))
      return { kind: 'disagrees', step, what: `${shown(exact)} and ${shown(compiled[i].exact)}` };
    const differ = apart(numbers, compiled[i].numbers);
    if (differ !== undefined) return { kind: 'disagrees', step, what: differ };
  }
  return undefined;
}

export function judge(program: Program, extras: Extras = extrasFor(program.seed), make = makeOf(program)): Verdict {
  if (make === undefined) return { kind: 'skipped', why: 'it is no program' };
  const plain = plainly(program, make());
  const { seen: wanted } = asking('dynamic', () => observe(program, make(), extras));
  for (const { step, exact } of plain) {
    const found = wanted.find((o) => o.step === step)!.exact;
    const value = Array.isArray(found) ? found[0] : found;
    if (same(exact, value)) continue;
    // A refusal gives no value; and where captured objects were put back, the next call is another one.
    if (isRefused(found) || step.endsWith('captured')) break;
    return { kind: 'disagrees', step: `plain, ${step}`, what: `${shown(exact)} and ${shown(value)}` };
  }
  const { seen, declined, left } = asking('compiled', () => observe(program, make(), extras));
  const between = disagreement(wanted, seen);
  if (between !== undefined) return between;
  const across = forwardAgainstReverse(program, seen);
  if (across !== undefined) return across;
  const threw = seen.flatMap(({ exact }) => (isThrown(exact) ? [exact.threw] : []));
  return { kind: 'agrees', declined, left, threw };
}

function makeOf(program: Program): (() => Made) | undefined {
  try {
    const [make] = compile([program]);
    // What has been made small may lack what others name.
    const made = make();
    made.change();
    made.seen();
    return make;
  } catch (e) {
    if (e instanceof SyntaxError || e instanceof ReferenceError || e instanceof TypeError) return undefined;
    throw e;
  }
}

const isThrown = (exact: unknown): exact is { readonly threw: string } =>
  typeof exact === 'object' && exact !== null && 'threw' in exact;

/** Ended by an error of ours, which has a code. */
const isRefused = (exact: unknown): boolean => isThrown(exact) && !exact.threw.includes(':');

function forwardAgainstReverse(program: Program, seen: readonly Observation[]): Verdict | undefined {
  const forward = seen.find(({ step }) => step === 'forward');
  const reverse = seen.find(({ step }) => step === 'third');
  if (forward?.numbers.length !== 1 || reverse === undefined || reverse.numbers.length === 0) return undefined;
  // What has changed what it captured is another function at the next call.
  const [before, after] = ['second, captured', 'third, captured'].map((name) => seen.find((o) => o.step === name));
  if (!same(before?.exact, after?.exact)) return undefined;
  const { sum, scale } = along(program, reverse.numbers);
  const [tangent] = forward.numbers;
  // A gradient in a Float32Array is rounded.
  const rounding = program.args(2).some((arg) => arg instanceof Float32Array) ? 1e-6 : 1e-9;
  if (!Number.isFinite(sum) || Math.abs(sum - tangent) <= rounding * scale) return undefined;
  return { kind: 'disagrees', step: 'forward against reverse', what: `${tangent} and ${sum}` };
}
