/**
 * What one object holds of its own, taken down so that it can be compared and put back: properties with their attributes,
 * elements and holes, the entries of Map and Set.
 * Invariant: nothing here runs user code (getters, traps), and putting back never throws: what has been frozen since stays.
 */
import { S } from './numbers/box.ts';
import { isMap, isProxy, isSet } from './proxies.ts';

const { isArray } = Array;
const { ownKeys, getOwnPropertyDescriptor, defineProperty, deleteProperty, getPrototypeOf } = Reflect;
const sliceOf = Array.prototype.slice;

const mapForEach = Map.prototype.forEach;
const setForEach = Set.prototype.forEach;
const mapClear = Map.prototype.clear;
const setClear = Set.prototype.clear;
const mapSet = Map.prototype.set;
const setAdd = Set.prototype.add;

/** Above this length an array is taken not to have named properties of its own: listing its keys costs more than copying it. */
const longArray = 100_000;

/** Whether `o` is a Map or a Set; runs no user code. */
export function collectionKind(o: object): 'map' | 'set' | undefined {
  if (typeof o === 'function' || isArray(o) || ArrayBuffer.isView(o)) return undefined;
  const proto = getPrototypeOf(o);
  if (proto === null || proto === Object.prototype) return undefined;
  return isMap(o) ? 'map' : isSet(o) ? 'set' : undefined;
}

export interface Contents {
  /** The elements of an array that has nothing else; a copy with its holes. */
  readonly elements: unknown[] | undefined;
  readonly keys: PropertyKey[];
  /** The values of data properties with ordinary attributes, in the order of `keys`. */
  readonly values: unknown[];
  /** Other properties' descriptors, by index into `keys`. */
  readonly odd: Map<number, PropertyDescriptor> | undefined;
  /** Keys and values of a Map in turn, or the members of a Set. */
  readonly entries: unknown[] | undefined;
}

const noKeys: PropertyKey[] = [];
const noValues: unknown[] = [];

/** Takes down what `o` holds. A Proxy holds nothing of its own. */
export function contentsOf(o: object): Contents {
  if (isProxy(o)) return { elements: undefined, keys: noKeys, values: noValues, odd: undefined, entries: undefined };
  if (isArray(o) && isSimpleArray(o)) {
    return { elements: sliceElements(o), keys: noKeys, values: noValues, odd: undefined, entries: undefined };
  }
  const keys: PropertyKey[] = [];
  const values: unknown[] = [];
  let odd: Map<number, PropertyDescriptor> | undefined;
  const typed = ArrayBuffer.isView(o);
  for (const key of ownKeys(o)) {
    if (key === S || (typed && isIndex(key))) continue;
    const d = getOwnPropertyDescriptor(o, key);
    if (d === undefined) continue;
    if (!('value' in d) || !d.writable || !d.enumerable || !d.configurable) (odd ??= new Map()).set(keys.length, d);
    keys.push(key);
    values.push(d.value);
  }
  return { elements: undefined, keys, values, odd, entries: entriesOf(o) };
}

function isSimpleArray(o: unknown[]): boolean {
  if ((o as unknown as Record<symbol, unknown>)[S] !== undefined) return false;
  if (o.length > longArray) return true;
  const keys = ownKeys(o);
  // Only elements and `length`: a key that is no index comes after all indices.
  return keys[keys.length - 1] === 'length' && (keys.length === 1 || isIndex(keys[keys.length - 2] as PropertyKey));
}

function isIndex(key: PropertyKey): boolean {
  return typeof key === 'string' && String(Number(key) >>> 0) === key;
}

function sliceElements(o: unknown[]): unknown[] {
  if (getPrototypeOf(o) === Array.prototype) return sliceOf.call(o) as unknown[];
  const copy = new Array(o.length);
  for (let i = 0; i < o.length; i++) if (Object.hasOwn(o, i)) copy[i] = o[i];
  return copy;
}

/** Keys and values of a Map in turn, or the members of a Set. */
export function entriesOf(o: object): unknown[] | undefined {
  const kind = collectionKind(o);
  if (kind === undefined) return undefined;
  const entries: unknown[] = [];
  if (kind === 'map') mapForEach.call(o as Map<unknown, unknown>, (v: unknown, k: unknown) => entries.push(k, v));
  else setForEach.call(o as Set<unknown>, (v: unknown) => entries.push(v));
  return entries;
}

/** Calls `visit` with every value that the contents hold directly. */
export function eachValue(c: Contents, visit: (value: unknown) => void): void {
  if (c.elements !== undefined) for (let i = 0; i < c.elements.length; i++) visit(c.elements[i]);
  for (const v of c.values) visit(v);
  if (c.odd !== undefined) {
    for (const d of c.odd.values()) {
      visit(d.get);
      visit(d.set);
    }
  }
  if (c.entries !== undefined) for (const v of c.entries) visit(v);
}

/** Makes `o` hold again what was taken down, and nothing else. */
export function putBack(o: object, c: Contents): void {
  if (c.elements !== undefined) {
    putBackElements(o as unknown[], c.elements);
    return;
  }
  const present = ownKeys(o).filter((k) => k !== S && !(ArrayBuffer.isView(o) && isIndex(k)));
  if (!sameKeys(present, c.keys)) {
    for (const key of present) deleteProperty(o, key);
  }
  for (let i = 0; i < c.keys.length; i++) {
    const key = c.keys[i] as PropertyKey;
    const d = getOwnPropertyDescriptor(o, key);
    const odd = c.odd?.get(i);
    if (odd !== undefined) {
      defineProperty(o, key, odd);
    } else if (d === undefined || !d.configurable || !d.enumerable || !d.writable || !Object.is(d.value, c.values[i])) {
      const ordinary = { value: c.values[i], writable: true, enumerable: true, configurable: true };
      if (!defineProperty(o, key, ordinary) && d?.writable) defineProperty(o, key, { value: c.values[i] });
    }
  }
  if (c.entries !== undefined) putBackEntries(o, c.entries);
}

function putBackElements(o: unknown[], elements: unknown[]): void {
  if (o.length <= longArray) {
    for (const key of ownKeys(o)) if (key !== 'length' && !isIndex(key) && key !== S) deleteProperty(o, key);
  }
  if (o.length !== elements.length && !Reflect.set(o, 'length', elements.length)) return;
  for (let i = 0; i < elements.length; i++) {
    const v = elements[i];
    if (v === undefined && !(i in elements)) {
      deleteProperty(o, i);
    } else if (!Object.is(o[i], v) || !Object.hasOwn(o, i)) {
      defineProperty(o, i, { value: v, writable: true, enumerable: true, configurable: true }) ||
        defineProperty(o, i, { value: v });
    }
  }
}

function putBackEntries(o: object, entries: unknown[]): void {
  const now = entriesOf(o);
  if (now === undefined || (now.length === entries.length && now.every((v, i) => Object.is(v, entries[i])))) return;
  if (isMap(o)) {
    mapClear.call(o as Map<unknown, unknown>);
    for (let i = 0; i < entries.length; i += 2) mapSet.call(o as Map<unknown, unknown>, entries[i], entries[i + 1]);
  } else {
    setClear.call(o as Set<unknown>);
    for (const v of entries) setAdd.call(o as Set<unknown>, v);
  }
}

function sameKeys(a: PropertyKey[], b: PropertyKey[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
