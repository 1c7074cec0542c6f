/**
 * One evaluation of a function on the dynamic tier, with tracked numbers: arguments replaced by stand-ins, the twin run, the result read, and
 * everything put back, whether the function returns, throws or gives a promise.
 * Invariant: when control leaves here, no tracked number of this evaluation can be reached from outside it.
 */

import { bumpEpoch } from '../capture/capture.ts';
import { asRoot, callTwin } from '../dynamic/calls.ts';
import { hooks } from '../dynamic/hooks.ts';
import { strip } from '../dynamic/journal.ts';
import { Dual, isBox, Tracked, type Value } from '../dynamic/numbers/box.ts';
import { tangentOf } from '../dynamic/numbers/dual.ts';
import { forwardLevel, type Level, reverseLevel } from '../dynamic/numbers/level.ts';
import { fill, floatsFrom, type Outline, type Outlined, outlineOf, project } from '../dynamic/outline.ts';
import { forgetPlain } from '../dynamic/plain.ts';
import { restore, snapshotDeep } from '../dynamic/reach.ts';
import {
  beginRun,
  currentRun,
  endRun,
  enterRun,
  leaveRun,
  levelOf,
  type Run,
  setLevel,
  whilePulling,
} from '../dynamic/run.ts';
import { settleStack } from '../dynamic/stacks.ts';
import { copyWith, needsCopy, standIn } from '../dynamic/standin.ts';
import { Tape } from '../dynamic/tape.ts';
import { fluxionError } from '../errors/error.ts';
import type { Options } from './options.ts';
import '../dynamic/table.ts';

/**
 * Runs `f` inside a new run. `begin` makes the arguments, `finish` reads the result while tracked numbers still live.
 * The user's exceptions pass through as they are.
 */
function inRun<T>(
  f: Function,
  level: (run: Run, parent: Level | undefined) => Level,
  begin: (level: Level) => unknown[],
  args: readonly unknown[],
  untouched: readonly unknown[],
  finish: (result: unknown, level: Level) => T,
): T | Promise<T> {
  const parent = levelOf(currentRun());
  // What f has captured may have changed since it was last read.
  if (parent === undefined) bumpEpoch();
  const run = beginRun();
  const snapshot = snapshotDeep(untouched);
  const here = level(run, parent);
  setLevel(run, here);
  const end = (): void => {
    try {
      endRun(run);
    } finally {
      here.ended = true;
      restore(snapshot);
      forgetPlain();
      if (parent === undefined) hooks.afterRun?.(args);
    }
  };
  const conclude = (result: unknown): T => {
    try {
      return finish(result, here);
    } finally {
      end();
    }
  };
  const fail = (error: unknown): never => {
    settleStack(error);
    // Inside another derivative the error may carry numbers of that one; those of this one count as their primals.
    const plain = parent === undefined ? strip(error) : error;
    end();
    throw plain;
  };
  let result: unknown;
  try {
    asRoot(f);
    result = callTwin(f, undefined, begin(here));
  } catch (error) {
    return fail(error);
  }
  if (result instanceof Promise) {
    leaveRun(run);
    return result.then(
      (value) => {
        enterRun(run);
        return conclude(value);
      },
      (error: unknown) => {
        enterRun(run);
        return fail(error);
      },
    );
  }
  return conclude(result);
}

/** The numbers of an argument to be differentiated. */
function argumentOutline(arg: unknown): Outlined {
  const outlined = outlineOf(arg);
  if (outlined.proxied) {
    throw fluxionError('NotDifferentiable', {
      operation: 'An argument that holds a Proxy',
      reason: 'what is in it is what its traps say, so it is not known which numbers are variables',
      fix: 'Make the Proxy inside the function, from an argument that is an ordinary object.',
    });
  }
  return outlined;
}

/** What a reverse evaluation offers while it is being finished. */
export interface ReverseResult {
  /** What f returned, tracked numbers in it. */
  readonly result: unknown;
  /** Gradient of each differentiated argument, from the adjoints given to tracked numbers of the result. */
  pull(seeds: readonly (readonly [Value, Value])[]): unknown[];
  /** The value as the caller may have it: without tracked numbers of this evaluation. */
  plain(value: unknown): unknown;
  /** To be released where the pullback is not called again. */
  readonly tape: Pick<Tape, 'release'>;
  readonly level: Level;
}

/** Runs f in reverse mode with respect to the arguments `wrt`. */
export function reverse<T>(
  f: Function,
  args: readonly unknown[],
  wrt: readonly number[],
  options: Options | undefined,
  finish: (r: ReverseResult) => T,
  observe?: (operation: string, finite: boolean) => void,
): T | Promise<T> {
  const tape = new Tape(options?.maxTape === undefined ? {} : { limit: options.maxTape, setting: 'maxTape' });
  if (observe !== undefined) tape.onRecord = (index, operation) => observe(operation, tape.isFinite(index));
  const inputs: Outlined[] = wrt.map((i) => argumentOutline(args[i]));
  const first: number[] = [];
  return inRun(
    f,
    (run, parent) => reverseLevel(run, parent, tape),
    (level) => {
      const given = [...args];
      wrt.forEach((index, k) => {
        const { outline, leaves } = inputs[k];
        const at = tape.leaves(leaves.length);
        first.push(at);
        given[index] = standIn(
          outline,
          leaves.map((leaf, i) => new Tracked(level, leaf, at + i)),
        );
      });
      return given;
    },
    args,
    args.filter((_, i) => !wrt.includes(i)),
    (result, level) =>
      finish({
        result,
        tape,
        level,
        pull(seeds) {
          const own = seeds.flatMap(([box, seed]) =>
            Tracked.is(box) && box.level === level ? [[box.index, seed] as [number, Value]] : [],
          );
          const adjoint = whilePulling(() => tape.sweep(own));
          return inputs.map(({ outline }, k) => {
            const floats = adjoint.boxed === undefined ? floatsFrom(adjoint.numbers, first[k]) : undefined;
            return fill(outline, (leaf) => adjoint.at(first[k] + leaf), floats);
          });
        },
        plain: (value) => below(value, level),
      }),
  );
}

/** What a forward evaluation offers while it is being finished. */
export interface ForwardResult {
  readonly result: unknown;
  /** The tangent of a number of the result. */
  tangent(value: Value): Value;
  plain(value: unknown): unknown;
}

/** Runs f in forward mode along one tangent per argument (undefined: that argument is not differentiated). */
export function forward<T>(
  f: Function,
  args: readonly unknown[],
  tangents: readonly unknown[],
  finish: (r: ForwardResult) => T,
): T | Promise<T> {
  const active = args.map((_, i) => tangents[i] !== undefined && tangents[i] !== null);
  return inRun(
    f,
    (run, parent) => forwardLevel(run, parent),
    (level) =>
      args.map((arg, i) => {
        if (!active[i]) return arg;
        const { outline, leaves } = argumentOutline(arg);
        const direction: Value[] = new Array(leaves.length).fill(0);
        project(outline, tangents[i], (leaf, value) => {
          direction[leaf] = value;
        });
        return standIn(
          outline,
          // What does not move is a constant, also where its derivative would be infinite.
          leaves.map((leaf, k) => (direction[k] === 0 ? leaf : new Dual(level, leaf, direction[k]))),
        );
      }),
    args,
    args.filter((_, i) => !active[i]),
    (result, level) =>
      finish({
        result,
        tangent: (value) => tangentOf(level, value),
        plain: (value) => below(value, level),
      }),
  );
}

/** A number as the enclosing evaluation sees it. */
function under(value: Value, level: Level): Value {
  return isBox(value) && value.level === level ? value.primal : value;
}

/**
 * `value` without the tracked numbers of `level`: a copy where it holds any (or a stand-in), else itself. A stand-in that
 * is returned comes out as a copy, too.
 */
export function below(value: unknown, level: Level): unknown {
  if (typeof value === 'number' || isBox(value)) return under(value as Value, level);
  if (typeof value !== 'object' || value === null) return value;
  const { outline, leaves } = outlineOf(value);
  return needsCopy(outline, leaves) ? copyWith(outline, (leaf) => under(leaves[leaf], level)) : value;
}

/** The numbers of a result, tracked or not, with their places. */
export function numbersOf(result: unknown): { outline: Outline; leaves: Value[] } {
  return outlineOf(result);
}
