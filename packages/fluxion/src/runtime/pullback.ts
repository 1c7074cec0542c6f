/**
 * A result with its pullback, by the tier that answers: what `vjp`, Jacobians by rows and the like are made of.
 * Invariant: a pullback that is kept may be called at any time, any number of times, and always answers.
 */
import { isBox, type Value } from '../dynamic/numbers/box.ts';
import type { Outline } from '../dynamic/outline.ts';
import { irTypes } from '../lower/types/cells.ts';
import { gradients } from './adjoints.ts';
import { type Compiled, withoutEffects } from './agreement.ts';
import { compiledFirst } from './attempt.ts';
import { call, enter, withMemory } from './entering.ts';
import { numbersOf, reverse } from './evaluate.ts';
import { Evaluation } from './evaluation.ts';
import { Left } from './heap.ts';
import type { Options } from './options.ts';
import { orUndo, outcomeOf } from './outcome.ts';

/** Tells the cotangent of each number of a result that has one, by its leaf. */
export type Cotangents = (put: (leaf: number, cotangent: Value) => void) => void;

export interface Pullback {
  /** What f returned; there may be tracked numbers in it. */
  readonly result: unknown;
  /** A part of it as the caller may have it. */
  plain(part: unknown): unknown;
  readonly outline: Outline;
  /** How many numbers it holds. */
  readonly count: number;
  /** The gradient of each differentiated argument. */
  pull(cotangents: Cotangents): unknown[];
  /** Said where it is not called again. */
  release(): void;
}

/** Runs f in reverse mode with respect to the arguments `wrt`. */
export function pullbackOf<T>(
  f: Function,
  args: readonly unknown[],
  wrt: readonly number[],
  options: Options | undefined,
  finish: (p: Pullback) => T,
): T | Promise<T> {
  return compiledFirst(
    f,
    args,
    options,
    () => compiledPullback(f, args, wrt, options, finish, false).answer,
    () => dynamicPullback(f, args, wrt, options, finish),
  );
}

export function dynamicPullback<T>(
  f: Function,
  args: readonly unknown[],
  wrt: readonly number[],
  options: Options | undefined,
  finish: (p: Pullback) => T,
): T | Promise<T> {
  return reverse(f, args, wrt, options, ({ result, pull, plain, tape }) => {
    const { outline, leaves } = numbersOf(result);
    return finish({
      result,
      plain,
      outline,
      count: leaves.length,
      pull: (cotangents) => {
        const seeds: [Value, Value][] = [];
        cotangents((leaf, seed) => {
          if (isBox(leaves[leaf])) seeds.push([leaves[leaf], seed]);
        });
        return pull(seeds);
      },
      release: () => tape.release(),
    });
  });
}

/** Closes the memory of a pullback when nobody can call it any more. */
const abandoned = new FinalizationRegistry<{ close(): void }>((memory) => memory.close());

/** The same on the compiled tier. Throws Decline or Left, with nothing done. */
export function compiledPullback<T>(
  f: Function,
  args: readonly unknown[],
  wrt: readonly number[],
  options: Options | undefined,
  finish: (p: Pullback) => T,
  careful: boolean,
): Compiled<T> {
  return withMemory(options, () => {
    const { entered, evaluation } = enter(f, args, (s) => new Evaluation(s.reverse(wrt).code));
    const { specialisation } = entered;
    const code = specialisation.reverse(wrt);
    const { segment } = evaluation;
    const given = [...segment.tops];
    let released = false;
    let finished = false;
    try {
      if (careful) withoutEffects(specialisation);
      const out = call(specialisation, evaluation, code.forward, entered.given);
      const types = irTypes(specialisation.lowered.result);
      const outcome = outcomeOf(entered, evaluation, wrt, out);
      return orUndo(outcome.undo, () => {
        const { value, outline, cells, isNumber } = outcome;
        const rest = out.slice(types.length);
        const floats = types.reduce((n, t) => (t === 'f64' ? n + 1 : n), 0);
        const tops = [...segment.tops];
        let pulls = 0;
        /** Whether the last sweep got to its end. */
        let swept = true;
        const pull = (cotangents: Cotangents): unknown[] => {
          if (pulls++ > 0) {
            segment.cutBack(tops);
            // A sweep leaves the shadows of what the run has made as they were.
            segment.clearShadows(code.level.index, swept ? given : tops);
          }
          swept = false;
          const own = new Array<number>(floats).fill(0);
          const { f64 } = segment.views;
          cotangents((leaf, cotangent) => {
            if (typeof cotangent !== 'number') throw new Left('the cotangent is itself being differentiated');
            if (cells[leaf] !== 0) f64[segment.shadow(cells[leaf], code.level) >>> 3] += cotangent;
            else if (isNumber) own[0] += cotangent;
          });
          const adjoints = evaluation.call(code.reverse, [...rest, ...own]);
          swept = true;
          return gradients(entered, args, wrt, adjoints, code.level, finished);
        };
        const release = (): void => {
          released = true;
        };
        const done = finish({ result: value, plain: (part) => part, outline, count: cells.length, pull, release });
        // A pullback that is kept can't be left any more: whether its sweep gets through is seen now.
        if (pulls === 0 && !released) {
          pull((put) => {
            for (let leaf = 0; leaf < cells.length; leaf++) put(leaf, 1);
          });
        }
        finished = true;
        if (!released) abandoned.register(pull, evaluation);
        return { answer: done, specialisation };
      });
    } finally {
      if (released || !finished) evaluation.close();
    }
  });
}
