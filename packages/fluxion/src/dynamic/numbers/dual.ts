/**
 * Forward mode: making dual numbers and reading off their tangents.
 * Invariant: a number that does not belong to a level has tangent zero there.
 */
import { Dual, type Value } from './box.ts';
import type { Level } from './level.ts';

export { Dual };

/** A number that moves with `tangent` at a forward level. */
export function dual(level: Level, primal: Value, tangent: Value): Dual {
  return new Dual(level, primal, tangent);
}

/** The tangent of `v` at `level`, zero if it does not belong there. */
export function tangentOf(level: Level, v: unknown): Value {
  if (!Dual.is(v) || v.level !== level) return 0;
  const { tangent } = v;
  // A product of zeros may be -0: there is one zero derivative.
  return typeof tangent === 'number' ? tangent + 0 : tangent;
}

/** The part of `v` below `level`: the primal of a box that belongs there, anything else as it is. */
export function below(level: Level, v: Value): Value {
  return typeof v !== 'number' && v.level === level ? v.primal : v;
}
