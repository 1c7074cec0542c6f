/**
 * The tracked number as the rest of the dynamic tier sees it: a box with a level and a primal.
 * Invariants: a box is never mutated; every native conversion of one throws, so that a derivative can't be lost in silence; and
 * asking whether a value is a box runs no user code (no Proxy trap), which is why brands are asked and not prototypes.
 *
 * A tracked number takes 64 bytes. Its classes have no constructor of a base class to call: with a private brand in a derived
 * constructor an allocation costs 55 ns, without 15. They are joined to Box by their prototypes.
 */
import { fluxionError } from '../../errors/error.ts';
import type { Level } from './level.ts';

/** "Slow": an object whose S is not undefined must be read and written through the dispatch table. */
export const S: unique symbol = Symbol('fluxion.slow');

/** A number, or a tracked number of an outer level. */
export type Value = number | Box;

/** A tracked number of any kind. Its native conversions throw. */
export abstract class Box {
  declare readonly level: Level;
  declare readonly primal: Value;
  declare readonly [S]: true;

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

Object.defineProperty(Box.prototype, S, { value: true });

/** Reverse mode: a node of its level's tape. */
export class Tracked implements Box {
  readonly level: Level;
  readonly primal: Value;
  readonly #index: number;
  declare readonly [S]: true;
  declare [Symbol.toPrimitive]: (hint: string) => never;
  declare valueOf: () => never;
  declare toString: () => never;
  declare toLocaleString: () => never;
  declare toJSON: () => never;

  constructor(level: Level, primal: Value, index: number) {
    this.level = level;
    this.primal = primal;
    this.#index = index;
  }

  get index(): number {
    return this.#index;
  }

  static is(v: unknown): v is Tracked {
    return typeof v === 'object' && v !== null && #index in v;
  }
}

/** Forward mode: a number with one tangent. */
export class Dual implements Box {
  readonly level: Level;
  readonly primal: Value;
  readonly #tangent: Value;
  declare readonly [S]: true;
  declare [Symbol.toPrimitive]: (hint: string) => never;
  declare valueOf: () => never;
  declare toString: () => never;
  declare toLocaleString: () => never;
  declare toJSON: () => never;

  constructor(level: Level, primal: Value, tangent: Value) {
    this.level = level;
    this.primal = primal;
    this.#tangent = tangent;
  }

  get tangent(): Value {
    return this.#tangent;
  }

  static is(v: unknown): v is Dual {
    return typeof v === 'object' && v !== null && #tangent in v;
  }
}

for (const kind of [Tracked, Dual]) Object.setPrototypeOf(kind.prototype, Box.prototype);

/** Whether `v` is a tracked number; runs no user code. */
export function isBox(v: unknown): v is Box {
  return typeof v === 'object' && v !== null && (Tracked.is(v) || Dual.is(v));
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
