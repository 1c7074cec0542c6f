/**
 * Gradients by one argument, which `grad(f)` gave: a derivative of one is compiled as a derivative of a derivative.
 * Invariant: what was asked to be verified is not among them, since it verifies each call.
 */
import { derivedFrom } from '../lower/derivatives/derived.ts';

export interface Derived {
  readonly of: Function;
  /** The one argument it is the gradient by. */
  readonly index: number;
}

/** The user's function behind f, and what a derivative of that kind of f is to it. */
export function kindOf(
  f: Function,
  kind: string,
): { readonly of: Function; readonly kind: string; readonly first: boolean } {
  const derived = derivedOf(f);
  if (derived === undefined) return { of: f, kind, first: true };
  return { of: derived.of, kind: `${kind} of the gradient ${derived.index}`, first: false };
}

export function derivedOf(f: Function): Derived | undefined {
  const made = derivedFrom(f);
  if (made?.operator !== 'grad') return undefined;
  const { wrt = 0, verify } = (made.options ?? {}) as { wrt?: unknown; verify?: unknown };
  return typeof wrt === 'number' && verify !== true ? { of: made.of, index: wrt } : undefined;
}
