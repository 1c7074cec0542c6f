/**
 * The tracked number as the rest of the dynamic tier sees it: a box with a level and a primal.
 * Invariants: a box is never mutated; every native conversion of one throws, so that a derivative can't be lost in silence; and
 * asking whether a value is a box runs no user code (no Proxy trap), which is why a brand is asked and not the prototype.
 *
 * Both kinds of tracked number are one class, with the tape's index or the tangent in one slot, so the operators see one hidden class
 * whatever has run before (two cost 12 ns an operation); and it has no base class, since with a brand in a derived
 * constructor an allocation takes 55 ns in place of 15. A box takes 64 bytes.
 */
import { fluxionError } from '../../errors/error.ts';
import type { Level } from './level.ts';

/** "Slow": an object whose S is not undefined must be read and written through the dispatch table. */
export const S: unique symbol = Symbol('fluxion.slow');

/** A number, or a tracked number of an outer level. */
export type Value = number | Box;

/** A tracked number of any kind. Its native conversions throw. */
export class Box {
  readonly level: Level;
  readonly primal: Value;
  readonly #slot: unknown;
  declare readonly [S]: true;

  constructor(level: Level, primal: Value, slot: unknown) {
    this.level = level;
    this.primal = primal;
    this.#slot = slot;
  }

  static is(v: unknown): v is Box {
    return typeof v === 'object' && v !== null && #slot in v;
  }

  static {
    const get = function (this: Box): unknown {
      return this.#slot;
    };
    Object.defineProperties(Box.prototype, { [S]: { value: true }, index: { get }, tangent: { get } });
  }

  [Symbol.toPrimitive](hint: string): never {
    throw fluxionError('LostDerivative', {
      operation: hint === 'default' ? 'a native conversion to a primitive' : `a native conversion to a ${hint}`,
    });
  }

  valueOf(): never {
    throw fluxionError('LostDerivative', { operation: 'valueOf, called natively' });
  }

  toString(): never {
    throw fluxionError('LostDerivative', { operation: 'toString, called natively' });
  }

  toLocaleString(): never {
    throw fluxionError('LostDerivative', { operation: 'toLocaleString, called natively' });
  }

  toJSON(): never {
    throw fluxionError('LostDerivative', { operation: 'JSON.stringify, called natively' });
  }
}

/** Reverse mode: a node of its level's tape. */
export interface Tracked extends Box {
  readonly index: number;
}

/** Forward mode: a number with one tangent. */
export interface Dual extends Box {
  readonly tangent: Value;
}

interface Kind<B extends Box, Slot> {
  new (level: Level, primal: Value, slot: Slot): B;
  is(v: unknown): v is B;
}

function kind(name: Level['kind']): unknown {
  return Object.assign(Box.bind(undefined), { is: (v: unknown) => Box.is(v) && v.level.kind === name });
}

export const Tracked = kind('reverse') as Kind<Tracked, number>;
export const Dual = kind('forward') as Kind<Dual, Value>;

/** Whether `v` is a tracked number; runs no user code. */
export function isBox(v: unknown): v is Box {
  return Box.is(v);
}

/** The plain number under all levels of a tracked number; anything else is itself. */
export function primalOf(v: unknown): unknown {
  return isBox(v) ? numberOf(v) : v;
}

/** As primalOf, for what is known to be a number or a box. */
export function numberOf(v: Value): number {
  let at = v;
  while (typeof at !== 'number') at = at.primal;
  return at;
}

/**
 * A box as it counts now: one whose derivative has ended while an enclosing one still runs is its primal.
 * @throws GradientEnded if the outermost derivative has ended too.
 */
export function settle(v: Box): Value {
  let at: Value = v;
  while (typeof at !== 'number' && at.level.ended) {
    if (at.level.run.root.ended) throw fluxionError('GradientEnded', {});
    at = at.primal;
  }
  return at;
}
