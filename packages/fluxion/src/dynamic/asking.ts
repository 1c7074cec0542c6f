/**
 * Asking for properties, deleting them, copying them, and `super`: as the language does, with traps, getters and
 * `Symbol.hasInstance` run as twins.
 * Invariant: the mark that hangs on objects (S) is never seen, nor copied.
 */
import { capture } from '../capture/capture.ts';
import { asKey, assignTo, type Bag, g, get, getFrom, keyOf, lookupGetter, trapOf } from './access.ts';
import { hooks } from './hooks.ts';
import { isBox, numberOf, primalOf, S } from './numbers/box.ts';
import { truthy } from './operators.ts';
import { OriginalMark, SharedMark } from './originals.ts';
import { isProxy } from './proxies.ts';
import { isObject } from './strip.ts';

const { ownKeys, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;
const { isArray } = Array;

/** The mark that hangs on `o`; the traps of a Proxy are not asked for it. */
function markOf(o: object): unknown {
  return isProxy(o) ? undefined : (o as Bag)[S];
}

/** `k in o` */
export { inOperator as in };
export function inOperator(k: unknown, o: unknown): boolean {
  if (!isObject(o) || isBox(o)) return (isObject(k) ? '[object]' : (k as PropertyKey)) in (primalOf(o) as object);
  return hasProperty(o, keyOf(k));
}

/** Whether `o` or its prototypes have the property; `has` traps run as twins. */
export function hasProperty(o: object, key: PropertyKey): boolean {
  const s = markOf(o);
  if (s instanceof OriginalMark && Object.hasOwn(o, S)) {
    const followed = s.forAll(o, false);
    if (followed !== o) return hasProperty(followed, key);
  }
  if (!isProxy(o)) return key in o;
  const found = trapOf(o, 'has');
  if (found === undefined) return key in o;
  if (found.trap === undefined) return hasProperty(found.target, key);
  return truthy(hooks.callTwin(found.trap, found.handler, [found.target, asKey(key)]));
}

/** `delete o[k]` in strict code. */
export { deleteStrict as delete };
export function deleteStrict(o: unknown, k: unknown): boolean {
  if (!isObject(o) || isBox(o)) return delete (primalOf(o) as Bag)[keyOf(k)];
  const key = keyOf(k);
  if (deleteProperty(o, key)) return true;
  if (isProxy(o)) throw new TypeError(`'deleteProperty' on proxy: trap returned falsish for property '${String(key)}'`);
  return delete (o as Bag)[key];
}

/** `delete o[k]` in sloppy code. */
export function deleteSloppy(o: unknown, k: unknown): boolean {
  if (o === undefined || o === null) return delete (o as unknown as Bag)[isObject(k) ? '[object]' : (k as PropertyKey)];
  const key = keyOf(k);
  return deleteProperty(isBox(o) ? Object(numberOf(o)) : Object(o), key);
}

/** Deletes; false if it can't be. */
export function deleteProperty(o: object, key: PropertyKey): boolean {
  const s = markOf(o);
  if (s !== undefined && Object.hasOwn(o, S)) {
    if (s instanceof OriginalMark) return deleteProperty(s.forWrite(o), key);
    if (s instanceof SharedMark) s.refuse();
  }
  if (isProxy(o)) {
    const found = trapOf(o, 'deleteProperty');
    if (found !== undefined) {
      if (found.trap === undefined) return deleteProperty(found.target, key);
      return truthy(hooks.callTwin(found.trap, found.handler, [found.target, asKey(key)]));
    }
  }
  return Reflect.deleteProperty(o, key);
}

const nativeHasInstance = Function.prototype[Symbol.hasInstance];

/** `v instanceof C` */
export { instanceOf as instanceof };
export function instanceOf(v: unknown, C: unknown): boolean {
  const value = isBox(v) ? numberOf(v) : v;
  if (!isObject(C) || isBox(C)) return (value as object) instanceof (primalOf(C) as Function);
  const method = get(C, Symbol.hasInstance);
  if (method === undefined || method === null || method === nativeHasInstance) {
    if (typeof C !== 'function') return (value as object) instanceof (C as Function);
    return ordinaryHasInstance(value, C);
  }
  if (typeof method !== 'function') return (value as object) instanceof (C as Function);
  return truthy(hooks.callTwin(method, C, [v]));
}

function ordinaryHasInstance(value: unknown, C: Function): boolean {
  if (!Object.hasOwn(C, 'prototype')) {
    const target = isProxy(C) ? undefined : capture(C).bound?.target;
    if (target !== undefined) return instanceOf(value, target);
  }
  if (g(C, 'prototype')) return Function.prototype[Symbol.hasInstance].call(C, value);
  if (!isObject(value)) return false;
  const proto = get(C, 'prototype');
  if (!isObject(proto)) throw new TypeError(`Function has non-object prototype '${String(proto)}' in instanceof check`);
  for (let at = getPrototypeOf(value); at !== null; at = getPrototypeOf(at)) if (at === proto) return true;
  return false;
}

// --- Spread, rest, super --------------------------------------------------------------------------------------------------------

/** What `{...o}` spreads: `o` itself, or an object of what reading its properties gives. */
export function spread(o: unknown): unknown {
  if (!isObject(o)) return o;
  if (isBox(o)) return undefined;
  if (!isProxy(o) && (o as Bag)[S] === undefined && !hasOwnAccessor(o)) return o;
  return copyProperties(Object.create(null) as object, o, []);
}

function hasOwnAccessor(o: object): boolean {
  if (isArray(o)) return false;
  for (const key of ownKeys(o)) if (lookupGetter.call(o, key) !== undefined) return true;
  return false;
}

/** The rest of a destructured object: its own enumerable properties other than `taken`. */
export function rest(o: unknown, taken: readonly unknown[]): object {
  if (o === undefined || o === null) throw new TypeError(`Cannot destructure '${o}' as it is ${o}.`);
  const result: object = {};
  const source: unknown = isBox(o) ? numberOf(o) : o;
  return copyProperties(
    result,
    Object(source) as object,
    taken.map((k) => asKey(keyOf(k))),
  );
}

function copyProperties(result: object, source: object, taken: readonly PropertyKey[]): object {
  const s = markOf(source);
  const from = s instanceof OriginalMark && Object.hasOwn(source, S) ? s.forAll(source) : source;
  for (const key of ownKeysOf(from)) {
    if (key === S || taken.includes(key)) continue;
    const d = ownDescriptor(from, key);
    if (d === undefined || !d.enumerable) continue;
    const value = getFrom(from, key, from);
    Object.defineProperty(result, key, { value, writable: true, enumerable: true, configurable: true });
  }
  return result;
}

export function ownKeysOf(o: object): readonly (string | symbol)[] {
  const found = isProxy(o) ? trapOf(o, 'ownKeys') : undefined;
  if (found === undefined) return ownKeys(o);
  if (found.trap === undefined) return ownKeysOf(found.target);
  const list = hooks.callTwin(found.trap, found.handler, [found.target]) as ArrayLike<string | symbol>;
  return Array.from({ length: Number(primalOf(get(list, 'length'))) }, (_, i) => get(list, i) as string | symbol);
}

export function ownDescriptor(o: object, key: PropertyKey): PropertyDescriptor | undefined {
  const found = isProxy(o) ? trapOf(o, 'getOwnPropertyDescriptor') : undefined;
  if (found === undefined) return getOwnPropertyDescriptor(o, key);
  if (found.trap === undefined) return ownDescriptor(found.target, key);
  return hooks.callTwin(found.trap, found.handler, [found.target, key]) as PropertyDescriptor | undefined;
}

/** `super.k`, in a method whose home object is `home`. */
export function superGet(home: object, k: unknown, thisArg: unknown): unknown {
  const proto = getPrototypeOf(home);
  const key = keyOf(k);
  if (proto === null) return (proto as unknown as Bag)[key];
  return getFrom(proto, key, thisArg);
}

/** `super.k = v`; methods of classes are strict, those of object literals may be sloppy: what can't be written is passed over. */
export function superSet(home: object, k: unknown, thisArg: unknown, v: unknown, strict = true): unknown {
  const proto = getPrototypeOf(home);
  const key = keyOf(k);
  if (proto === null) (proto as unknown as Bag)[key] = v;
  else if (!assignTo(proto, key, v, thisArg, true) && strict) {
    throw new TypeError(`Cannot assign to read only property '${String(key)}' of object`);
  }
  return v;
}
