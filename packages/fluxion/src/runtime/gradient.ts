/**
 * Value and gradient of a number-valued function in one run of compiled code: forward and reverse sweep written as one function.
 * Invariant: as for every evaluation of the compiled tier, there is a result, or nothing has happened.
 */
import { Decline } from '../lower/decline.ts';
import { call, enter, gradients, mayCompile, withMemory, writeBack } from './compiled.ts';
import { Evaluation } from './evaluation.ts';
import { CopyOut } from './marshal.ts';
import type { Options } from './options.ts';
import { isDeclined, mustDecline, triesCompiling } from './tier.ts';

export interface ValueAndGradients {
  readonly value: number;
  /** One for each argument differentiated. */
  readonly gradients: unknown[];
}

/** What the compiled tier gives; `undefined` where the dynamic one has to answer. */
export function compiledGradient(
  f: Function,
  args: readonly unknown[],
  wrt: readonly number[],
  options: Options | undefined,
): ValueAndGradients | undefined {
  if (!triesCompiling(options) || !mayCompile(args)) return undefined;
  try {
    return withMemory(options, () => evaluate(f, args, wrt));
  } catch (e) {
    if (!isDeclined(e)) throw e;
    mustDecline(f, options, e);
    return undefined;
  }
}

function evaluate(f: Function, args: readonly unknown[], wrt: readonly number[]): ValueAndGradients {
  const { entered, evaluation } = enter(f, args, (s) => new Evaluation(s.gradient(wrt).code));
  try {
    const { specialisation, globals, given } = entered;
    const { result } = specialisation.lowered;
    const known = result.kind === 'constant' && typeof result.value === 'number' ? result.value : undefined;
    if (known === undefined && result.kind !== 'number') throw new Decline('it does not return a number');
    const code = specialisation.gradient(wrt);
    const out = call(specialisation, evaluation, code.entry, known === undefined ? [...given, 1] : given);
    writeBack(specialisation, globals, new CopyOut(evaluation.segment, specialisation.text));
    const adjoints = known === undefined ? out.slice(1) : out;
    return {
      value: known ?? out[0],
      gradients: gradients(entered, evaluation, args, wrt, adjoints, code.level, false),
    };
  } finally {
    evaluation.close();
  }
}
