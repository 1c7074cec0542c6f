/**
 * Reverse mode: making the independent variables of a level, and reading off their adjoints.
 * Invariant: a number that a tape has never seen is a constant to it and has adjoint zero.
 */
import type { Tape } from '../tape.ts';
import type { Adjoints } from './adjoints.ts';
import { Tracked, type Value } from './box.ts';
import type { Level } from './level.ts';

export { Tracked };

/** An independent variable of a reverse level. */
export function variable(level: Level, primal: Value): Tracked {
  return new Tracked(level, primal, tapeOf(level).leaf());
}

export function tapeOf(level: Level): Tape {
  if (level.tape === undefined) throw new TypeError('A forward level has no tape');
  return level.tape;
}

/** The adjoint of `v` at `level`, zero if it does not belong there. */
export function adjointOf(adjoints: Adjoints, level: Level, v: unknown): Value {
  return Tracked.is(v) && v.level === level ? adjoints.at(tapeOf(level).place(v.index)) : 0;
}
