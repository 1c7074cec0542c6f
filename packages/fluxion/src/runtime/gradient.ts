/**
 * Value and gradient of a number-valued function in one run of compiled code: forward and reverse sweep written as one function.
 * Invariant: nobody who has not asked for the compiled tier by name is given a number of it before the two tiers have agreed once on a
 * call of the same specialisation.
 */
import { outlineOf } from '../dynamic/outline.ts';
import { Decline } from '../lower/decline.ts';
import { gradients } from './adjoints.ts';
import { attempt, mayCompile } from './attempt.ts';
import { call, enter, withMemory } from './entering.ts';
import { Evaluation } from './evaluation.ts';
import { Unsuited } from './heap.ts';
import type { Options } from './options.ts';
import { writeBack } from './outcome.ts';
import { keyOf, type Specialisation } from './specialisation.ts';
import { onAuto, tierFor } from './tier.ts';

export interface ValueAndGradients {
  readonly value: unknown;
  /** One for each argument differentiated. */
  readonly gradients: readonly unknown[];
}

type Answer = ValueAndGradients | Promise<ValueAndGradients>;

/** The value and the gradients by the arguments `wrt`; `dynamic` asks the dynamic tier. */
export function gradientOf(
  f: Function,
  args: readonly unknown[],
  wrt: readonly number[],
  options: Options | undefined,
  dynamic: () => Answer,
): Answer {
  const tier = tierFor(options);
  const first = tier === 'auto' ? onAuto.first : tier;
  if (first === 'dynamic' || !mayCompile(args)) return dynamic();
  const trusted = first === 'compiled';
  if (first === 'agreed' && (isNew(f) || better.has(f))) return dynamic();
  const key = keyOf(wrt);
  const compiled = (): ReturnType<typeof evaluate> => withMemory(options, () => evaluate(f, args, wrt, !trusted));
  return attempt(f, options, dynamic, () => {
    const { answer, specialisation } = trusted ? compiled() : known(f, compiled);
    if (trusted || specialisation.agreed.has(key)) return answer;
    const { now } = onAuto;
    const begun = now();
    compiled();
    const halfway = now();
    const meaning = dynamic();
    if (meaning instanceof Promise || !agree(answer, meaning, !specialisation.takesDerivatives))
      specialisation.giveUp('the two tiers do not agree');
    else if (halfway - begun > now() - halfway) better.add(f);
    else specialisation.agreed.add(key);
    return meaning;
  });
}

function givesNumber({ lowered: { result } }: Specialisation): boolean {
  return result.kind === 'number' || (result.kind === 'constant' && typeof result.value === 'number');
}

/** Why compiled code of a function answers only where the compiled tier is asked for by name. */
export function onlyByName(specialisation: Specialisation): string | undefined {
  if (specialisation.hasEffects) return 'it changes or calls what is outside of it';
  return givesNumber(specialisation) ? undefined : 'it gives more than a number';
}

/** Functions that the dynamic tier answers at once: they are not compiled, or their captured data takes longer to copy in than to use. */
const better = new WeakSet<Function>();

function known<T>(f: Function, compiled: () => T): T {
  try {
    return compiled();
  } catch (e) {
    if (e instanceof Decline || e instanceof Unsuited) better.add(f);
    throw e;
  }
}

const called = new WeakSet<Function>();

/** A function that is differentiated once only, as one that is made anew for each step, is not worth compiling. */
function isNew(f: Function): boolean {
  if (called.has(f)) return false;
  called.add(f);
  return true;
}

function evaluate(
  f: Function,
  args: readonly unknown[],
  wrt: readonly number[],
  careful: boolean,
): { answer: ValueAndGradients; specialisation: Specialisation } {
  const { entered, evaluation } = enter(f, args, (s) => new Evaluation(s.gradient(wrt).code));
  try {
    const { specialisation, given } = entered;
    const { result } = specialisation.lowered;
    if (!givesNumber(specialisation)) throw new Decline('it does not return a number');
    const why = careful ? onlyByName(specialisation) : undefined;
    if (why !== undefined) throw new Unsuited(why);
    const known = result.kind === 'constant' ? (result.value as number) : undefined;
    const code = specialisation.gradient(wrt);
    const out = call(specialisation, evaluation, code.entry, known === undefined ? [...given, 1] : given);
    const adjoints = known === undefined ? out.slice(1) : out;
    const answer = {
      value: known ?? out[0],
      gradients: gradients(entered, args, wrt, adjoints, code.level, false),
    };
    // Nothing can be left any more.
    writeBack(entered, evaluation, wrt);
    return { answer, specialisation };
  } finally {
    evaluation.close();
  }
}

/** The same value, bit for bit if it is `exact`, and gradients that differ by rounding. */
function agree(a: ValueAndGradients, b: ValueAndGradients, exact: boolean): boolean {
  const [v, w] = [a.value as number, b.value as number];
  if (!Object.is(v, w) && (exact || !(Math.abs(v - w) <= 1e-9 * Math.abs(w)))) return false;
  const x = outlineOf(a.gradients).leaves as number[];
  const y = outlineOf(b.gradients).leaves as number[];
  if (x.length !== y.length) return false;
  const norm = y.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  return x.every((v, i) => Math.abs(v - y[i]) <= 1e-9 * norm);
}
