/**
 * Derivatives taken straight on tracked numbers, without rewriting anything: what the tests of rules, operators and the tape
 * are written with.
 */

import { Box, Dual, isBox, Tracked, type Value } from '../../../src/dynamic/numbers/box.ts';
import { tangentOf } from '../../../src/dynamic/numbers/dual.ts';
import { forwardLevel, type Level, type LevelRun, reverseLevel } from '../../../src/dynamic/numbers/level.ts';
import { Tape } from '../../../src/dynamic/tape.ts';

/** A run that goes on, and is its own root. */
export function newRun(): { ended: boolean; readonly root: LevelRun } {
  const run = { ended: false, root: undefined as unknown as LevelRun };
  run.root = run;
  return run;
}

const always = newRun();

export type Scalar = (...xs: Value[]) => unknown;

/** The derivative of `f` along `direction` in forward mode. */
export function forward(f: Scalar, xs: readonly Value[], direction: readonly Value[], run: LevelRun = always): Value {
  const level = forwardLevel(run, undefined);
  const y = f(...xs.map((x, i) => new Dual(level, x, direction[i]!)));
  const result = tangentOf(level, y);
  level.ended = true;
  return result;
}

/** The gradient of `f` in reverse mode. */
export function reverse(f: Scalar, xs: readonly Value[], run: LevelRun = always): Value[] {
  const level = reverseLevel(run, undefined, new Tape());
  const inputs = xs.map((x) => new Tracked(level, x, level.tape!.leaf()));
  const y = f(...inputs);
  const gradient = backward(level, y, inputs);
  level.ended = true;
  return gradient;
}

export function backward(level: Level, y: unknown, inputs: readonly Tracked[], seed: Value = 1): Value[] {
  if (!Tracked.is(y) || y.level !== level) return inputs.map(() => 0);
  const adjoints = level.tape!.sweep([[y.index, seed]]);
  return inputs.map((x) => adjoints.at(x.index));
}

export type Mode = 'f' | 'r';

/** d/dt of a function of one number in either mode. */
export function slope(mode: Mode, f: (t: Value) => unknown, t: Value): Value {
  return mode === 'f' ? forward(f, [t], [1]) : reverse(f, [t])[0]!;
}

/** The derivative of order `modes.length`, the first mode outermost. */
export function higher(modes: readonly Mode[], f: (t: Value) => unknown, t: Value): Value {
  const [mode, ...rest] = modes;
  if (mode === undefined) return f(t) as Value;
  return slope(mode, (u) => higher(rest, f, u), t);
}

export function allModes(order: number): Mode[][] {
  return order === 0
    ? [[]]
    : allModes(order - 1).flatMap((rest) => [['f', ...rest] as Mode[], ['r', ...rest] as Mode[]]);
}

/** The central difference nearest to what is expected, over a grid of steps. */
export function difference(f: (t: number) => number, t: number, expected: number): number {
  let best = Number.NaN;
  for (let h = 1e-1; h > 1e-8; h /= 10) {
    const d = (f(t + h) - f(t - h)) / (t + h - (t - h));
    if (Number.isNaN(best) || Math.abs(d - expected) < Math.abs(best - expected)) best = d;
  }
  return best;
}

/** Equal to rounding, NaN equal to NaN. */
export function near(a: number, b: number, tolerance = 1e-9): boolean {
  if (Object.is(a, b) || a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  return Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b));
}

export { Box, isBox };
