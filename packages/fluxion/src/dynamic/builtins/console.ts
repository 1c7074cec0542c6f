/**
 * `console`. Prints what the user's objects hold, with the plain number wherever a tracked one is.
 * Invariant: printing changes nothing and is done at once, in order; objects without tracked numbers are printed themselves.
 */

import { collectionKind } from '../contents.ts';
import { noteInactive } from '../hooks.ts';
import { isProxy } from '../proxies.ts';
import { isBox, isObject, primalOf, S, truthy } from './adapt.ts';
import { ownFunctions } from './entries.ts';
import { define } from './registry.ts';
import { findTracked } from './search.ts';

/** A value to be printed: itself, or a copy of the same look with primals. */
export function printable(value: unknown): unknown {
  if (!isObject(value)) return value;
  if (isBox(value)) return primalOf(value);
  return findTracked(value, 20_000) === 'tracked' ? copy(value, new Map()) : value;
}

function copy(value: unknown, made: Map<object, object>): unknown {
  if (isBox(value)) return primalOf(value);
  if (!isObject(value) || typeof value === 'function' || isProxy(value) || ArrayBuffer.isView(value)) return value;
  const known = made.get(value);
  if (known !== undefined) return known;
  const proto = Object.getPrototypeOf(value) as object | null;
  const kind = collectionKind(value);
  const like: object = Array.isArray(value)
    ? new Array(value.length)
    : kind === 'map'
      ? new Map()
      : kind === 'set'
        ? new Set()
        : value instanceof Error
          ? new Error()
          : Object.create(proto);
  made.set(value, like);
  if (Object.getPrototypeOf(like) !== proto) Object.setPrototypeOf(like, proto);
  for (const key of Reflect.ownKeys(value)) {
    if (key === S) continue;
    const descriptor = Reflect.getOwnPropertyDescriptor(value, key);
    if (descriptor === undefined) continue;
    if ('value' in descriptor) descriptor.value = copy(descriptor.value, made);
    Reflect.defineProperty(like, key, descriptor);
  }
  if (kind === 'map') {
    Map.prototype.forEach.call(
      value as Map<unknown, unknown>,
      (v, k) => void Map.prototype.set.call(like as Map<unknown, unknown>, copy(k, made), copy(v, made)),
    );
  } else if (kind === 'set') {
    Set.prototype.forEach.call(
      value as Set<unknown>,
      (v) => void Set.prototype.add.call(like as Set<unknown>, copy(v, made)),
    );
  }
  return like;
}

/** What twin code runs for a method of `console`, the language's or one that a test runner has put in its place. */
export function printing(native: Function, key: string = native.name): Function {
  return function (this: unknown, ...args: unknown[]): unknown {
    const shown = args.map((arg, i) => (key === 'assert' && i === 0 ? truthy(arg) : printable(arg)));
    if (shown.some((arg, i) => arg !== args[i] && isBox(args[i]))) noteInactive(`console.${key}`);
    return Reflect.apply(native, this, shown);
  };
}

if (typeof console === 'object') {
  for (const [key, native, role] of ownFunctions(console)) {
    if (role !== 'method' || key === 'Console' || typeof key === 'symbol' || key.startsWith('_')) continue;
    define(native, printing(native, key), 'primal');
  }
}
