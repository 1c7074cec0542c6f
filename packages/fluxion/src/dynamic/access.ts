/**
 * Reading and writing properties as twin code does it: getters and setters run as their twins, tracked numbers come out of
 * typed memory and go into it, and writes that have to be undone are noted first.
 * Invariant: on values that nothing is tracked in, everything is exactly the language's, the native errors included.
 */
import { proxyParts } from '../capture/capture.ts';
import { refuseReadBack, toPrimitive, writeNumber } from './conversions.ts';
import { hooks, noteInactive } from './hooks.ts';
import { identityOf } from './identity.ts';
import { touch } from './journal.ts';
import { type Box, isBox, numberOf, primalOf, S, settle, type Value } from './numbers/box.ts';
import { truthy } from './operators.ts';
import { OriginalMark, SharedMark } from './originals.ts';
import { admit, mayMark, type Site } from './plain.ts';
import { isProxy, madeProxy } from './proxies.ts';
import { ensureShadow, lookAtBuffer, shadowOfView, ViewShadow } from './shadow.ts';
import { roundTo } from './storing.ts';
import { isObject } from './strip.ts';
import { cut, writeKey } from './texts.ts';
import { isTypedArray, kindOf, lengthOf, pureGetters, type TypedArray } from './views.ts';

export { S };

export type Bag = Record<PropertyKey, unknown>;
type Getter = (this: unknown) => unknown;
type Setter = (this: unknown, value: unknown) => void;

const { getOwnPropertyDescriptor, getPrototypeOf } = Reflect;
const { isArray } = Array;
const { hasOwn } = Object;
const { isPrototypeOf } = Object.prototype;
export const lookupGetter = Object.prototype['__lookupGetter__' as never] as (
  this: unknown,
  key: PropertyKey,
) => Getter | undefined;
const lookupSetter = Object.prototype['__lookupSetter__' as never] as (
  this: unknown,
  key: PropertyKey,
) => Setter | undefined;

/** What S of an object holds that is only to be handled by the table: a Proxy of twin code, an array with accessors. */
export const slowMark = { slow: true };

function findsGetter(o: object, k: PropertyKey): boolean {
  const getter = lookupGetter.call(o, k);
  return getter !== undefined && !pureGetters.has(getter);
}

function findsAccessor(o: object, k: PropertyKey): boolean {
  return lookupGetter.call(o, k) !== undefined || lookupSetter.call(o, k) !== undefined;
}

/** Whether a native read of `o[k]` is right: no tracked memory, no accessor of the user's on the way. */
export function g(o: unknown, k: PropertyKey, site?: Site): boolean {
  if (typeof o === 'object') {
    if (o === null || (site !== undefined && admit(site, o, k, findsGetter))) return true;
    // In this order: the traps of a Proxy that is older than the gradient know nothing of S.
    if (isProxy(o) || (o as Bag)[S] !== undefined) return false;
    if (k === 'length' && isArray(o)) return true;
    if (site !== undefined) mayMark(o);
    // Most reads are of own data, and a descriptor costs half of what the accessor lookup does.
    const own = getOwnPropertyDescriptor(o, k);
    if (own !== undefined) return own.get === undefined || pureGetters.has(own.get as Getter);
  } else if (o === undefined) {
    return true;
  } else if (typeof o === 'function' && hasOwn(o, k)) {
    // `caller` of a sloppy function is its own although the lookup finds the accessor of all functions.
    return getOwnPropertyDescriptor(o, k)?.get === undefined;
  }
  const getter = lookupGetter.call(o, k);
  return getter === undefined || pureGetters.has(getter);
}

/** A property key: the string of a tracked number's primal; objects are converted by their twins. */
export function keyOf(k: unknown): PropertyKey {
  if (typeof k === 'string' || typeof k === 'number' || typeof k === 'symbol') return k;
  if (isBox(k)) {
    const index = numberOf(k);
    // A fraction can't be an index: it is there to be read again.
    if (!Number.isInteger(index)) writeNumber(k);
    else writeKey(k, String(index));
    return index;
  }
  if (isObject(k)) {
    const primitive = toPrimitive(k, 'string');
    return typeof primitive === 'symbol' ? primitive : String(primalOf(primitive));
  }
  return String(k);
}

/** `o[k]` */
export function get(o: unknown, k: unknown): unknown {
  if (typeof k === 'number' && typeof o === 'object' && o !== null) {
    const s = (o as Bag)[S];
    if (s instanceof ViewShadow) return s.read(o as TypedArray, k);
  }
  if (o === undefined || o === null) return (o as unknown as Bag)[isObject(k) ? '[object]' : (k as PropertyKey)];
  const key = keyOf(k);
  return getFrom(o, key, o);
}

/** `o[k]` with the receiver that getters see. */
export function getFrom(o: unknown, key: PropertyKey, receiver: unknown): unknown {
  if (!isObject(o)) {
    // Strings have elements and a length of their own; all else of a primitive is its prototype's.
    const getter = lookupGetter.call(o, key);
    if (getter !== undefined) return hooks.callTwin(getter, receiver, []);
    return typeof o === 'string' ? cut(o, (o as unknown as Bag)[key]) : (o as Bag)[key];
  }
  if (isBox(o)) return getFrom(Number.prototype, key, receiver);
  if (isProxy(o)) return getFromProxy(o, key, receiver);
  const s = (o as Bag)[S];
  if (s !== undefined) {
    if (isTypedArray(o)) {
      const i = elementIndex(key);
      if (i !== undefined) {
        if (s instanceof OriginalMark) return readElement(s.forRead(o, i) as TypedArray, i);
        return s instanceof ViewShadow ? s.read(o, i) : readElement(o, i);
      }
    }
    if (s instanceof OriginalMark && hasOwn(o, S)) {
      const target = s.forRead(o, key);
      if (target !== o) return getFrom(target, key, receiver === o ? target : receiver);
    }
  }
  const getter =
    s === slowMark || hasProxyAbove(o, s) || (typeof o === 'function' && hasOwn(o, key))
      ? getterAlong(o, key)
      : lookupGetter.call(o, key);
  if (getter !== undefined) {
    if (typeof getter === 'object') return getFrom(getter.proxy, key, receiver);
    return hooks.callTwin(getter, receiver, []);
  }
  return receiver === o ? (o as Bag)[key] : Reflect.get(o, key, receiver);
}

/** Element i of a typed array that may be shadowed. */
function readElement(view: TypedArray, i: number): unknown {
  const side = shadowOfView(view);
  return side === undefined ? (view as unknown as Bag)[i] : side.read(view, i);
}

/** The number a key is if typed arrays treat it as an index (in range or not). */
function elementIndex(key: PropertyKey): number | undefined {
  if (typeof key === 'number') return key;
  if (typeof key === 'symbol') return undefined;
  if (key === '-0') return -0.5;
  const n = Number(key);
  return String(n) === key ? n : undefined;
}

function hasProxyAbove(o: object, s: unknown): boolean {
  return s !== undefined && !hasOwn(o, S) && s !== lookAtBuffer && !(s instanceof ViewShadow);
}

/** The getter that a read of `key` finds, or the Proxy on the prototype chain that has to be asked. */
function getterAlong(o: object, key: PropertyKey): Getter | { proxy: object } | undefined {
  for (let at: object | null = o; at !== null; at = getPrototypeOf(at)) {
    if (isProxy(at)) return { proxy: at };
    const d = getOwnPropertyDescriptor(at, key);
    if (d !== undefined) return 'value' in d ? undefined : (d.get as Getter | undefined);
  }
  return undefined;
}

const oldProxies = new WeakMap<object, { target: object; handler: object }>();

/** The trap and its handler, if the traps of this Proxy are originals that have to run as twins. */
export function trapOf(
  proxy: object,
  name: string,
): { trap: Function | undefined; handler: object; target: object } | undefined {
  if (madeProxy(proxy) !== undefined) return undefined;
  let parts = oldProxies.get(proxy);
  if (parts === undefined) {
    const found = proxyParts(proxy);
    if (found === undefined || found.target === null || found.handler === null) return undefined;
    parts = { target: found.target, handler: found.handler };
    oldProxies.set(proxy, parts);
  }
  const trap = get(parts.handler, name);
  return { trap: (trap ?? undefined) as Function | undefined, ...parts };
}

export function asKey(key: PropertyKey): string | symbol {
  return typeof key === 'number' ? String(key) : key;
}

function getFromProxy(proxy: object, key: PropertyKey, receiver: unknown): unknown {
  const found = trapOf(proxy, 'get');
  if (found === undefined) return Reflect.get(proxy, key, receiver);
  if (found.trap === undefined) return getFrom(found.target, key, receiver);
  return hooks.callTwin(found.trap, found.handler, [found.target, asKey(key), receiver]);
}

// --- Writing ------------------------------------------------------------------------------------------------------------------

/** `o[k] = v` in strict code. */
export function set(o: unknown, k: unknown, v: unknown, site?: Site): void {
  if (isSimpleWrite(o, k, v)) {
    if (site !== undefined) admit(site, o, k as PropertyKey, findsAccessor);
    if (typeof v === 'object' || typeof v === 'function') touch(o, v);
    (o as Bag)[k as PropertyKey] = v;
    return;
  }
  if (ArrayBuffer.isView(o) && storeQuickly(o, k, v)) return;
  if (o === undefined || o === null) {
    (o as unknown as Bag)[isObject(k) ? '[object]' : (k as PropertyKey)] = v;
    return;
  }
  const key = keyOf(k);
  if (!assign(o, key, v, true)) refuse(o, key, v);
}

/** Whether a native write does what the language does with twins: no setter, no Proxy, no typed memory, no mark. */
function isSimpleWrite(o: unknown, k: unknown, v: unknown): o is object {
  if (typeof o !== 'object' || o === null || (typeof k !== 'string' && typeof k !== 'number')) return false;
  if (isProxy(o) || (o as Bag)[S] !== undefined) return false;
  if (typeof v === 'object' ? v !== null : typeof v === 'function' || typeof v === 'string') {
    if (isArray(o) ? k === 'length' : ArrayBuffer.isView(o)) return false;
  }
  return lookupSetter.call(o, k) === undefined;
}

/** The commonest write to tracked memory: a number or a box into a float64 element. */
function storeQuickly(o: object, k: unknown, v: unknown): boolean {
  if (!(o instanceof Float64Array)) return false;
  const side = (o as unknown as Bag)[S];
  if (typeof k !== 'number' || !(side instanceof ViewShadow) || side.shadow.stale || o[k] === undefined) return false;
  const value = isBox(v) ? settle(v) : v;
  if (isBox(value)) {
    const primal = numberOf(value);
    side.clear(k);
    o[k] = primal;
    side.put(k, value);
    return true;
  }
  if (typeof value !== 'number') return false;
  side.clear(k);
  o[k] = value;
  return true;
}

/** `o[k] = v` in sloppy code: what can't be written is passed over. */
export function setSloppy(o: unknown, k: unknown, v: unknown, site?: Site): void {
  if (k !== 'length' && isSimpleWrite(o, k, v) && !ArrayBuffer.isView(o)) {
    if (site !== undefined) admit(site, o, k as PropertyKey, findsAccessor);
    if (typeof v === 'object' || typeof v === 'function') touch(o, v);
    try {
      (o as Bag)[k as PropertyKey] = v;
    } catch (error) {
      // What can't be written; a length that is none is an error in sloppy code, too.
      if (!(error instanceof TypeError)) throw error;
    }
    return;
  }
  if (ArrayBuffer.isView(o) && storeQuickly(o, k, v)) return;
  if (o === undefined || o === null) {
    (o as unknown as Bag)[isObject(k) ? '[object]' : (k as PropertyKey)] = v;
    return;
  }
  assign(o, keyOf(k), v, true);
}

/** `o[k] = v` where `o` was made by the code that runs: nothing has to be noted. */
export function setYoung(o: unknown, k: unknown, v: unknown): void {
  if (isSimpleWrite(o, k, v)) {
    (o as Bag)[k as PropertyKey] = v;
    return;
  }
  if (ArrayBuffer.isView(o) && storeQuickly(o, k, v)) return;
  if (o === undefined || o === null) {
    set(o, k, v);
    return;
  }
  const key = keyOf(k);
  if (!assign(o, key, v, false)) refuse(o, key, v);
}

/** The native error of a write that has failed. */
function refuse(o: unknown, key: PropertyKey, v: unknown): void {
  const target = isBox(o) ? numberOf(o) : o;
  if (isObject(target) && isProxy(target)) {
    throw new TypeError(`'set' on proxy: trap returned falsish for property '${String(key)}'`);
  }
  const value = isBox(v) ? numberOf(v) : v;
  const descriptor = isObject(target) ? descriptorAlong(target, key) : undefined;
  if (descriptor !== undefined && descriptor.set !== undefined) return;
  // A failing native write gives the native text; it fails again because nothing has changed.
  (target as Bag)[key] = value;
}

function descriptorAlong(o: object, key: PropertyKey): PropertyDescriptor | undefined {
  for (let at: object | null = o; at !== null && !isProxy(at); at = getPrototypeOf(at)) {
    const d = getOwnPropertyDescriptor(at, key);
    if (d !== undefined) return d;
  }
  return undefined;
}

/** Whether the write went through; false where strict code throws. */
function assign(o: unknown, key: PropertyKey, v: unknown, old: boolean): boolean {
  if (!isObject(o)) return assignTo(Object(o) as object, key, v, o, old);
  if (isBox(o)) return assignTo(Number.prototype, key, v, o, old);
  if (isProxy(o)) return assignToProxy(o, key, v, o);
  const s = (o as Bag)[S];
  if (s !== undefined && hasOwn(o, S)) {
    if (s instanceof OriginalMark) return assign(s.forWrite(o), key, v, old);
    if (s instanceof SharedMark) s.refuse();
  }
  if (ArrayBuffer.isView(o) && isTypedArray(o)) {
    const i = elementIndex(key);
    if (i !== undefined) {
      writeElement(o, i, v);
      return true;
    }
  } else if (key === 'length' && isArray(o) && isObject(v)) {
    // A length is converted twice, says the language.
    return Reflect.set(o, 'length', isBox(v) ? numberOf(v) : { [Symbol.toPrimitive]: () => numberFrom(v) });
  }
  return assignTo(o, key, v, o, old);
}

/** OrdinarySet with setters as twins: `target` is where the search begins, `receiver` what is written. */
export function assignTo(target: object, key: PropertyKey, v: unknown, receiver: unknown, old: boolean): boolean {
  if (isProxy(target)) return assignToProxy(target, key, v, receiver);
  const s = (target as Bag)[S];
  if (s === slowMark || hasProxyAbove(target, s)) {
    for (let at: object | null = target; at !== null; at = getPrototypeOf(at)) {
      if (isProxy(at)) return assignToProxy(at, key, v, receiver);
      const d = getOwnPropertyDescriptor(at, key);
      if (d === undefined) continue;
      if ('value' in d) break;
      if (d.set === undefined) return false;
      hooks.callTwin(d.set, receiver, [v]);
      return true;
    }
  } else {
    const setter = setterOf(target, key);
    if (setter !== undefined) {
      hooks.callTwin(setter, receiver, [v]);
      return true;
    }
  }
  if (!isObject(receiver) || isBox(receiver)) return false;
  if (isTypedArray(receiver) && isObject(v)) {
    const i = elementIndex(key);
    if (i !== undefined) {
      // The receiver is a typed array, the search began elsewhere (super, Reflect.set).
      const within = i >= 0 && i < lengthOf(receiver) && Number.isInteger(i);
      if (!within && target !== receiver && !isPrototypeOf.call(receiver, target)) return false;
      writeElement(receiver, i, v);
      return true;
    }
  }
  if (old && isObject(v)) touch(receiver, v);
  return Reflect.set(target, key, v, receiver);
}

function setterOf(o: object, key: PropertyKey): Setter | undefined {
  // `prototype`, `caller` of functions are their own although the lookup passes them over.
  if (typeof o === 'function' && hasOwn(o, key)) return getOwnPropertyDescriptor(o, key)?.set;
  return lookupSetter.call(o, key);
}

function assignToProxy(proxy: object, key: PropertyKey, v: unknown, receiver: unknown): boolean {
  const found = trapOf(proxy, 'set');
  if (found === undefined) {
    if (isObject(receiver) && isObject(v)) touch(receiver, v);
    return Reflect.set(proxy, key, v, receiver);
  }
  if (found.trap === undefined) {
    if (receiver === proxy) return assign(found.target, key, v, true);
    return assignTo(found.target, key, v, receiver, true);
  }
  return truthy(hooks.callTwin(found.trap, found.handler, [found.target, asKey(key), v, receiver]));
}

function numberFrom(v: object): number {
  return Number(primalOf(toPrimitive(v, 'number')));
}

/**
 * Stores in a typed array. A tracked number keeps its derivative in floating-point elements (rounded, if they are narrow);
 * in integer elements it has none. What is out of range is converted and dropped.
 */
export function writeElement(view: TypedArray, i: number, v: unknown): void {
  let value = v;
  if (isObject(value) && !isBox(value)) value = toPrimitive(value, 'number');
  if (typeof value === 'string') refuseReadBack(value);
  const slots = view as unknown as Bag;
  if (isBox(value)) {
    storeTracked(view, i, value);
    return;
  }
  const side = shadowOfView(view);
  if (side === undefined) {
    slots[i] = value;
    return;
  }
  const inRange = slots[i] !== undefined;
  if (inRange) side.clear(i);
  slots[i] = value;
}

function storeTracked(view: TypedArray, i: number, box: Box): void {
  const slots = view as unknown as Bag;
  const kind = kindOf(view);
  if (slots[i] === undefined) {
    // Out of range: converted (a BigInt element refuses a number) and dropped.
    slots[i] = numberOf(box);
    return;
  }
  if (kind.float === undefined) {
    shadowOfView(view)?.clear(i);
    slots[i] = numberOf(box);
    noteInactive(`storing in an ${kind.name} element`);
    return;
  }
  const rounded: Value = roundTo(kind, box);
  if (!isBox(rounded)) {
    writeElement(view, i, rounded);
    return;
  }
  const side = ensureShadow(view);
  side.clear(i);
  slots[i] = numberOf(rounded);
  side.put(i, rounded);
}

hooks.get = get;
hooks.set = set;
hooks.identityOf = identityOf as typeof hooks.identityOf;
