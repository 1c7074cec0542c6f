/**
 * Functions that are derivatives of others: what `grad(f)` gave. So a derivative of one is compiled as a derivative of a derivative.
 * Invariant: a function is registered before anybody else can call it.
 */
export interface Derived {
  readonly of: Function;
  /** The one argument it is the gradient by. */
  readonly index: number;
}

const derived = new WeakMap<Function, Derived>();

export function registerGradient(gradient: Function, of: Function, index: number): void {
  derived.set(gradient, { of, index });
}

export function derivedOf(f: Function): Derived | undefined {
  return derived.get(f);
}
