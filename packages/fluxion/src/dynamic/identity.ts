/**
 * Which original a stand-in stands for. Invariant: `===`, the keys of Map, Set and weak collections, and whatever is stored
 * in an object that outlives the gradient, see the original.
 */

const originals = new WeakMap<object, object>();

/** Declares `standIn` to stand for `original`. */
export function standFor(standIn: object, original: object): void {
  originals.set(standIn, original);
}

/** The original of a stand-in; anything else is itself. */
export function identityOf<T>(value: T): T {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return value;
  return (originals.get(value as object) as T | undefined) ?? value;
}

export function isStandIn(value: object): boolean {
  return originals.has(value);
}
