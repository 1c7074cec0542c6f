/**
 * Derivative rules given by the user, by the function they are for.
 * Invariant: a registered rule has at least one usable part; whoever keeps what to run in place of a function is told when a
 * rule for it comes, so a rule counts from the moment it is defined, whenever that is.
 */
import { fluxionError } from '../errors/error.ts';

type AnyFunction = (...args: never[]) => unknown;

/** At least one part is there. Both modes use whichever there is; `partials` needs a number-valued function of numbers. */
export interface UserRule {
  /** One function for each argument, giving the partial derivative from the arguments. */
  readonly partials?: readonly AnyFunction[] | undefined;
  /** `(cotangent, value, ...args)` → the cotangents of the arguments, as a list. */
  readonly vjp?: AnyFunction | undefined;
  /** `(tangents, value, ...args)` → the tangent of the value. */
  readonly jvp?: AnyFunction | undefined;
}

const rules = new WeakMap<Function, UserRule>();
const listeners: ((f: Function) => void)[] = [];

/** Registers the rule, in place of an older one. @throws RuleShape */
export function registerRule(f: Function, rule: UserRule): void {
  const wrong = problemOf(rule);
  if (wrong !== undefined) throw fluxionError('RuleShape', { rule: f.name, problem: wrong });
  rules.set(f, rule);
  for (const listener of listeners) listener(f);
}

/** The user's rule for `f`, if there is one. */
export function userRule(f: Function): UserRule | undefined {
  return rules.get(f);
}

/** Calls `listener` with every function that is given a rule from now on. */
export function onRule(listener: (f: Function) => void): void {
  listeners.push(listener);
}

function problemOf(rule: unknown): string | undefined {
  if (typeof rule !== 'object' || rule === null)
    return `a rule is an object with partials, vjp or jvp, not ${kind(rule)}`;
  const { partials, vjp, jvp } = rule as Record<string, unknown>;
  if (partials === undefined && vjp === undefined && jvp === undefined) {
    return `it has none of partials, vjp and jvp${unknownParts(rule)}`;
  }
  if (partials !== undefined) {
    if (!Array.isArray(partials))
      return `partials is a list of functions, one for each argument, not ${kind(partials)}`;
    const odd = partials.findIndex((p) => typeof p !== 'function');
    if (odd >= 0) return `partials[${odd}] is ${kind(partials[odd])}, not a function`;
  }
  for (const [name, part] of [
    ['vjp', vjp],
    ['jvp', jvp],
  ] as const) {
    if (part !== undefined && typeof part !== 'function') return `${name} is ${kind(part)}, not a function`;
  }
  return undefined;
}

function unknownParts(rule: object): string {
  const names = Object.keys(rule);
  return names.length === 0 ? '' : `, but ${names.join(', ')}`;
}

/** What a value is, in two or three words. */
export function kind(v: unknown): string {
  if (v === null || v === undefined) return String(v);
  if (Array.isArray(v)) return `an array of length ${v.length}`;
  if (ArrayBuffer.isView(v)) return `a typed array`;
  if (typeof v === 'object') return v instanceof Promise ? 'a promise' : 'an object';
  return typeof v === 'function' ? 'a function' : `a ${typeof v}`;
}
