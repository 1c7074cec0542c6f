/**
 * Value and gradient of a number-valued function in one run of compiled code: forward and reverse sweep written as one function.
 * Invariant: if it throws, nothing has been done.
 */
import { outlineOf } from '../dynamic/outline.ts';
import { Decline } from '../lower/decline.ts';
import { gradients } from './adjoints.ts';
import { agreed, areClose, areSame, type Compiled, outside } from './agreement.ts';
import { call, enter, withMemory } from './entering.ts';
import { Evaluation } from './evaluation.ts';
import { Unsuited } from './heap.ts';
import type { Options } from './options.ts';
import { writeBack } from './outcome.ts';
import { keyOf, type Specialisation } from './specialisation.ts';

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
  return agreed(f, args, options, `gradient ${keyOf(wrt)}`, {
    compiled: (careful) => withMemory(options, () => evaluate(f, args, wrt, careful)),
    dynamic,
    agree: (a, b, exact) =>
      areSame(a.value, b.value, exact) && areClose(outlineOf(a.gradients).leaves, outlineOf(b.gradients).leaves),
  });
}

function givesNumber({ lowered: { result } }: Specialisation): boolean {
  return result.kind === 'number' || (result.kind === 'constant' && typeof result.value === 'number');
}

/** Why compiled code of a function answers only where the compiled tier is asked for by name. */
export function onlyByName(specialisation: Specialisation): string | undefined {
  if (specialisation.hasEffects) return outside;
  return givesNumber(specialisation) ? undefined : 'it gives more than a number';
}

function evaluate(
  f: Function,
  args: readonly unknown[],
  wrt: readonly number[],
  careful: boolean,
): Compiled<ValueAndGradients> {
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
