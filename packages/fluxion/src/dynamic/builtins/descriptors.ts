/**
 * Own properties and their attributes, as `Object`, `Reflect` and Proxies ask for them and define them.
 * Invariant: the slow symbol, which marks objects for the table, is seen by no program, and no trap is asked for it.
 */
import { ownDescriptor as askedDescriptor, ownKeysOf } from '../asking.ts';
import { withAccessors } from '../contents.ts';
import { currentJournal, refuseLock, touch } from '../journal.ts';
import { key as keyOf } from '../operators.ts';
import { slowMark } from '../properties.ts';
import { isProxy } from '../proxies.ts';
import { keysGiven } from '../texts.ts';
import { get, isBox, isObject, primalOf, S, scalar, set, truthy, writing } from './adapt.ts';
import { type Key, type Native, nativeOf } from './entries.ts';

const { isArray } = Array;
const { apply } = Reflect;
const nativeDefine = Object.defineProperty;
const isEnumerable = nativeOf(Object.prototype, 'propertyIsEnumerable') as Native;

/** The own keys a program may know of. */
export function keysOf(o: object): Key[] {
  const keys = isProxy(o) ? [...ownKeysOf(o)] : Reflect.ownKeys(o);
  const at = keys.indexOf(S);
  if (at >= 0) keys.splice(at, 1);
  return named(o, keys);
}

/** Keys that the program gets as values; those of a list are no texts that numbers were written into. */
export function named(o: object, keys: Key[]): Key[] {
  return isArray(o) ? keys : keysGiven(keys);
}

export function enumerates(o: object, k: Key): unknown {
  return isProxy(o) ? askedDescriptor(o, k)?.enumerable : apply(isEnumerable, o, [k]);
}

/** Calls `visit` with each own enumerable key, those that are symbols too if `symbols`. */
export function eachEnumerable(o: object, symbols: boolean, visit: (k: Key) => void): void {
  for (const k of keysOf(o)) {
    if ((symbols || typeof k !== 'symbol') && enumerates(o, k)) visit(k);
  }
}

/** A property like those of an object literal, whatever setters are on the way. */
export function addOwn(o: object, k: Key, value: unknown): void {
  nativeDefine(o, k, { value, writable: true, enumerable: true, configurable: true });
}

/** Attributes as a native takes them, read from the user's object in the order of the language. */
export function readDescriptor(attributes: unknown): PropertyDescriptor {
  if (!isObject(attributes) || isBox(attributes))
    throw new TypeError(`Property description must be an object: ${String(primalOf(attributes))}`);
  const made = Object.create(null) as Record<string, unknown>;
  for (const name of ['enumerable', 'configurable', 'value', 'writable', 'get', 'set']) {
    if (!Reflect.has(attributes, name)) continue;
    const value = get(attributes, name);
    made[name] = name === 'value' ? value : name === 'get' || name === 'set' ? primalOf(value) : truthy(value);
  }
  return made;
}

/** The same attributes with another value; they inherit nothing that a program may have put on Object.prototype. */
function withValue(descriptor: PropertyDescriptor, value: unknown): PropertyDescriptor {
  return { __proto__: null, ...descriptor, value } as PropertyDescriptor;
}

/** Whether the property will be one that can't be changed again. */
function isLocking(o: object, k: Key, given: PropertyDescriptor): boolean {
  const own = Reflect.getOwnPropertyDescriptor(o, k);
  return !(given.configurable ?? own?.configurable) && !(given.writable ?? own?.writable);
}

/** What a property holds that can't be changed, if the language takes `value` to be the same: defining it again does nothing. */
function heldValue(o: object, k: Key, value: unknown): unknown {
  const own = Reflect.getOwnPropertyDescriptor(o, k);
  if (own === undefined || own.configurable || own.writable !== false) return value;
  return Object.is(keyOf(own.value), keyOf(value)) ? own.value : value;
}

function define(o: object, k: Key, descriptor: PropertyDescriptor, strict: boolean): boolean {
  return strict ? nativeDefine(o, k, descriptor) === o : Reflect.defineProperty(o, k, descriptor);
}

/**
 * Defines a property as twin code may: journaled, and into the shadow where there is one. What can't be defined gives
 * false, or (with `strict`) the native's own error.
 */
export function defineOwn(o: object, k: Key, given: PropertyDescriptor, strict: boolean): boolean {
  const isLength = isArray(o) && k === 'length' && 'value' in given;
  const descriptor = isLength ? withValue(given, scalar(given.value)) : given;
  if (!isLength)
    for (const part of [descriptor.value, descriptor.get, descriptor.set]) if (isObject(part)) touch(o, part);
  if (isProxy(o)) return define(o, k, descriptor, strict);
  if (isObject(descriptor.value) || typeof descriptor.value === 'number') {
    const held = heldValue(o, k, descriptor.value);
    if (held !== descriptor.value) return define(o, k, withValue(descriptor, held), strict);
  }
  if (isBox(descriptor.value) && isLocking(o, k, descriptor)) refuseLock(o, 'Object.defineProperty', true);
  const mark = (o as Record<symbol, unknown>)[S];
  if (ArrayBuffer.isView(o)) {
    const isElement = typeof k === 'string' && String(Number(k)) === k;
    if (!isElement || !('value' in descriptor) || (mark === undefined && !isBox(descriptor.value))) {
      return define(o, k, descriptor, strict);
    }
    if (!define(o, k, withValue(descriptor, primalOf(descriptor.value)), strict)) return false;
    set(o, k, descriptor.value);
    return true;
  }
  // Where another owner of this object is differentiated, the property has to be seen there.
  const to = mark === undefined ? o : writing(o);
  if (to !== o) return defineOwn(to, k, descriptor, strict);
  const done = define(o, k, descriptor, strict);
  if (done && mark === undefined && (descriptor.get ?? descriptor.set) !== undefined && isArray(o)) markAccessors(o);
  return done;
}

/** Elements that are accessors are only to be read through the table. */
function markAccessors(o: unknown[]): void {
  withAccessors.add(o);
  if (Reflect.defineProperty(o, S, { value: slowMark, configurable: true, writable: true, enumerable: false })) {
    currentJournal()?.root.last.push(() => void Reflect.deleteProperty(o, S));
  }
}

/** The descriptor of an own property; the value of a shadowed element is tracked. */
export function ownDescriptor(o: object, k: Key): PropertyDescriptor | undefined {
  if (k === S) return undefined;
  if (isProxy(o)) return askedDescriptor(o, k);
  const found = Reflect.getOwnPropertyDescriptor(o, k);
  if (found === undefined || !('value' in found)) return found;
  if ((o as Record<symbol, unknown>)[S] !== undefined) found.value = get(o, k);
  return found;
}
