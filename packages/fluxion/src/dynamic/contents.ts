/**
 * What one object holds of its own, taken down so that it can be compared and put back: properties with their attributes,
 * elements and holes, the entries of Map and Set.
 * Invariant: nothing here runs user code (getters, traps), and putting back never throws: what has been frozen since stays.
 */
import { hasElementsOnly, isIndex, isSparse, viewHasNoNames } from './elements.ts';
import { S } from './numbers/box.ts';
import { OwnMap } from './own.ts';
import { isMap, isProxy, isSet } from './proxies.ts';
import { isTypedArray, lengthOf, typedArrayConstructors } from './views.ts';

const { isArray, from: arrayFrom } = Array;
const { ownKeys, getOwnPropertyDescriptor, defineProperty, deleteProperty, getPrototypeOf } = Reflect;
const { hasOwn } = Object;
const sliceOf = Array.prototype.slice;

const mapForEach = Map.prototype.forEach;
const setForEach = Set.prototype.forEach;
const mapClear = Map.prototype.clear;
const setClear = Set.prototype.clear;
const mapSet = Map.prototype.set;
const setAdd = Set.prototype.add;

/** Above this length it is worth while to ask whether a typed array has names before listing all its keys as strings. */
const longView = 64;

const viewClasses = new OwnMap<object | null, new (length: number) => object>(
  typedArrayConstructors.map(([, C]) => [C.prototype, C]),
);

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
  readonly keys: readonly PropertyKey[];
  /** The values of data properties with ordinary attributes, in the order of `keys`. */
  readonly values: unknown[];
  /** Other properties' descriptors, by index into `keys`. */
  readonly odd: Map<number, PropertyDescriptor> | undefined;
  /** Keys and values of a Map in turn, or the members of a Set. */
  readonly entries: unknown[] | undefined;
}

const noKeys: PropertyKey[] = [];
const noValues: unknown[] = [];

/** Made without asking Array.prototype for anything: what is taken down may be that very object, changed by the program. */
function listOf<T>(length: number, element: (i: number) => T): T[] {
  return arrayFrom({ length }, (_, i) => element(i));
}

/** Takes down what `o` holds. A Proxy holds nothing of its own. */
export function contentsOf(o: object): Contents {
  if (isProxy(o)) return { elements: undefined, keys: noKeys, values: noValues, odd: undefined, entries: undefined };
  if (isArray(o) && isSimpleArray(o)) {
    return { elements: sliceElements(o), keys: noKeys, values: noValues, odd: undefined, entries: undefined };
  }
  let odd: Map<number, PropertyDescriptor> | undefined;
  const all = ArrayBuffer.isView(o) ? namedKeys(o) : ownKeys(o);
  const mark = all.indexOf(S);
  const keys = mark < 0 ? all : listOf(all.length - 1, (i) => all[i < mark ? i : i + 1] as PropertyKey);
  const values = listOf(keys.length, (i) => {
    const d = getOwnPropertyDescriptor(o, keys[i] as PropertyKey) as PropertyDescriptor;
    if (!hasOwn(d, 'value') || !d.writable || !d.enumerable || !d.configurable) (odd ??= new OwnMap()).set(i, d);
    return d.value;
  });
  return { elements: undefined, keys, values, odd, entries: entriesOf(o) };
}

/** Arrays that were given elements which are accessors: reading them runs the program's code. */
export const withAccessors = new WeakSet<object>();

function isSimpleArray(o: unknown[]): boolean {
  if ((o as unknown as Record<symbol, unknown>)[S] !== undefined || withAccessors.has(o)) return false;
  return !isSparse(o) && hasElementsOnly(o);
}

/** The keys of an array or a view other than its elements'. */
export function namedKeys(o: object): readonly PropertyKey[] {
  if (isArray(o)) {
    if (hasElementsOnly(o)) return noKeys;
  } else if (isTypedArray(o)) {
    const Kind = viewClasses.get(getPrototypeOf(o));
    const length = lengthOf(o);
    if (Kind !== undefined && length > longView && viewHasNoNames(o, length, Kind)) {
      return Object.getOwnPropertySymbols(o);
    }
  }
  return ownKeys(o).filter((key) => !isIndex(key));
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

/** Calls `visit` with every object (tracked numbers and functions among them) that the contents hold directly. */
export function eachObject(c: Contents, visit: (value: object) => void): void {
  if (c.elements !== undefined) eachObjectOf(c.elements, visit);
  eachObjectOf(c.values, visit);
  if (c.odd !== undefined) {
    for (const d of c.odd.values()) {
      visitObject(d.get, visit);
      visitObject(d.set, visit);
    }
  }
  if (c.entries !== undefined) eachObjectOf(c.entries, visit);
}

function eachObjectOf(values: readonly unknown[], visit: (value: object) => void): void {
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    if (typeof v === 'number') continue;
    if ((typeof v === 'object' && v !== null) || typeof v === 'function') visit(v);
  }
}

/**
 * Calls `visit` with the objects that `o` holds directly, looking at `most` places or so; gives how many it has looked at. What
 * begins and ends with numbers is taken to be a list of numbers.
 */
export function eachReference(o: object, visit: (value: object) => void, most: number): number {
  if (ArrayBuffer.isView(o) || isProxy(o)) return 1;
  if (isArray(o)) {
    const n = o.length;
    if ((o as unknown as Record<symbol, unknown>)[S] !== undefined || withAccessors.has(o)) return 1;
    if (n > 0 && typeof o[0] === 'number' && typeof o[n - 1] === 'number') return 1;
    for (let i = 0; i < n && i < most; i++) visitObject(o[i], visit);
    return n;
  }
  const keys = ownKeys(o);
  for (const key of keys) {
    const d = getOwnPropertyDescriptor(o, key);
    if (d === undefined) continue;
    if ('value' in d) visitObject(d.value, visit);
    else {
      visitObject(d.get, visit);
      visitObject(d.set, visit);
    }
  }
  const entries = entriesOf(o);
  if (entries === undefined) return keys.length;
  for (const v of entries) visitObject(v, visit);
  return keys.length + entries.length;
}

function visitObject(value: unknown, visit: (value: object) => void): void {
  if ((typeof value === 'object' && value !== null) || typeof value === 'function') visit(value);
}

/** Makes `o` hold again what was taken down, and nothing else. */
export function putBack(o: object, c: Contents): void {
  if (c.elements !== undefined) {
    putBackElements(o as unknown[], c.elements);
    return;
  }
  const present = (ArrayBuffer.isView(o) ? namedKeys(o) : ownKeys(o)).filter((k) => k !== S);
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
  if (!hasElementsOnly(o)) {
    for (const key of ownKeys(o)) if (key !== 'length' && !isIndex(key) && key !== S) deleteProperty(o, key);
  }
  if (o.length !== elements.length && !Reflect.set(o, 'length', elements.length)) return;
  for (let i = 0; i < elements.length; i++) {
    const v = elements[i];
    const now = o[i];
    if (v === now && v !== undefined && v !== 0) continue;
    if (v === undefined && !(i in elements)) {
      deleteProperty(o, i);
    } else if (!Object.is(now, v) || (v === undefined && !Object.hasOwn(o, i))) {
      defineProperty(o, i, { value: v, writable: true, enumerable: true, configurable: true }) ||
        defineProperty(o, i, { value: v });
    }
  }
}

/** Makes a Map or a Set hold these entries, in this order. */
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

function sameKeys(a: readonly PropertyKey[], b: readonly PropertyKey[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
