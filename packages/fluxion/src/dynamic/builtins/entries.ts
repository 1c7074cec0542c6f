/**
 * How a family of built-ins enters the registry: by holder and name, so that a method the engine does not have is skipped.
 * Invariant: the twin implementation is given the native function it stands for as found at import, before any user's patch.
 */
import { type Classification, define } from './registry.ts';

export type Native = (this: unknown, ...args: unknown[]) => unknown;
export type Key = string | symbol;

const { apply, construct, getOwnPropertyDescriptor } = Reflect;

/** The function that `holder[name]` is, if there is one. */
export function nativeOf(holder: object, name: Key): Native | undefined {
  const found = getOwnPropertyDescriptor(holder, name);
  // Some hosts put their functions on the global object behind getters that load them.
  const value: unknown = holder === globalThis && found?.get !== undefined ? Reflect.get(holder, name) : found?.value;
  return typeof value === 'function' ? (value as Native) : undefined;
}

/** Defines the twin of a method; `make` receives the native. */
export function entry(holder: object, name: Key, kind: Classification, make: (native: Native) => Function): void {
  const native = nativeOf(holder, name);
  if (native !== undefined) define(native, make(native), kind);
}

/** Defines the twins of several methods of one holder that do the same to a derivative. */
export function family(
  holder: object,
  kind: Classification,
  makers: Record<string, (native: Native) => Function>,
): void {
  for (const name of Object.keys(makers)) entry(holder, name, kind, makers[name] as (native: Native) => Function);
}

/** Defines the twin of a getter. */
export function getter(holder: object, name: Key, kind: Classification, make: (native: Native) => Function): void {
  const native = getOwnPropertyDescriptor(holder, name)?.get as Native | undefined;
  if (native !== undefined) define(native, make(native), kind);
}

/** Defines the twin of a setter. */
export function setter(holder: object, name: Key, kind: Classification, make: (native: Native) => Function): void {
  const native = getOwnPropertyDescriptor(holder, name)?.set as Native | undefined;
  if (native !== undefined) define(native, make(native), kind);
}

/** Functions that native code runs safely whatever they are given: they store, hand on or ignore, and never convert. */
export function passing(holder: object | undefined, names: readonly Key[]): void {
  if (holder === undefined) return;
  for (const name of names) {
    const found = getOwnPropertyDescriptor(holder, name);
    for (const native of [found?.value, found?.get, found?.set]) {
      if (typeof native === 'function') define(native, native, 'passes');
    }
  }
}

/** Calls a constructor's native as the twin itself was called: as a function, or with the user's `new.target`. */
export function callOrConstruct(
  native: Function,
  thisArg: unknown,
  args: unknown[],
  newTarget: Function | undefined,
): unknown {
  return newTarget === undefined ? apply(native, thisArg, args) : construct(native, args, newTarget);
}

/** Every function that a holder has of its own: methods, getters and setters, with their keys. */
export function ownFunctions(holder: object): [key: Key, fn: Native, role: 'method' | 'get' | 'set'][] {
  const found: [Key, Native, 'method' | 'get' | 'set'][] = [];
  for (const key of Reflect.ownKeys(holder)) {
    const descriptor = getOwnPropertyDescriptor(holder, key);
    if (descriptor === undefined) continue;
    if (typeof descriptor.value === 'function') found.push([key, descriptor.value, 'method']);
    if (descriptor.get !== undefined) found.push([key, descriptor.get as Native, 'get']);
    if (descriptor.set !== undefined) found.push([key, descriptor.set as Native, 'set']);
  }
  return found;
}
