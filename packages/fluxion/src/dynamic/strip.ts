/**
 * Taking tracked numbers out of values: boxes become primals, stand-ins their originals, throughout what can be reached.
 * Invariant: objects keep their identity; only a frozen object that holds a tracked number is replaced, by a frozen copy.
 */
import { type Contents, eachObject, entriesOf, namedKeys, withAccessors } from './contents.ts';
import { hasElementsOnly, isSparse } from './elements.ts';
import { hooks } from './hooks.ts';
import { isBox, numberOf, type Value } from './numbers/box.ts';
import { OwnMap, OwnSet } from './own.ts';
import { isMap, isProxy, madeProxy } from './proxies.ts';

const { ownKeys, getOwnPropertyDescriptor, defineProperty } = Reflect;
const { isArray } = Array;

/** What shadow.ts does for typed storage when it is reached. */
export const storage = {
  /** Forgets what is tracked in the memory of this view or buffer; the primals are there already. */
  detach: (_view: object): void => {},
  /** Whether something in it is tracked. */
  isTracked: (_view: object): boolean => false,
  /** Takes down the bytes of a view or a buffer and what is tracked in them; the result puts both back. */
  keep:
    (_o: ArrayBufferView | ArrayBufferLike): (() => void) =>
    () => {},
};

/** A predicate on boxes: which ones are to be taken out. All, if absent. */
export type Which = (box: Value) => Value;

const toPrimal: Which = (box) => numberOf(box);

/**
 * One walk: objects already visited are remembered, so that several values can be stripped at the cost of one.
 */
export class Stripper {
  readonly #done = new OwnMap<object, object>();
  readonly #open: object[] = [];
  readonly #convert: Which;

  constructor(convert: Which = toPrimal) {
    this.#convert = convert;
  }

  /** The value without tracked numbers. */
  strip(value: unknown): unknown {
    const result = this.#replacement(value);
    this.#drain();
    return result;
  }

  /** Takes tracked numbers out of what `o` holds, not of what it was known to hold before (`known`). */
  stripIn(o: object, known?: Contents): void {
    const skip = known === undefined ? undefined : new OwnSet<unknown>();
    if (known !== undefined) eachObject(known, (v) => isObject(v) && skip?.add(v));
    this.#inside(o, skip);
    this.#drain();
  }

  #drain(): void {
    for (let o = this.#open.pop(); o !== undefined; o = this.#open.pop()) this.#inside(o, undefined);
  }

  /** What to write in place of `value`; objects are queued to be looked into. */
  #replacement(value: unknown): unknown {
    if (typeof value === 'number' || !isObject(value)) return value;
    if (isBox(value)) return this.#convert(value);
    const known = this.#done.get(value);
    if (known !== undefined) return known;
    if (value === globalThis) return value;
    const original = hooks.identityOf(value);
    if (original !== value) return original;
    this.#done.set(value, value);
    if (ArrayBuffer.isView(value) || isBuffer(value)) {
      storage.detach(value);
    } else if (Object.isFrozen(value) && !isProxy(value)) {
      const copy = this.#frozenCopy(value);
      if (copy !== undefined) {
        this.#done.set(value, copy);
        return copy;
      }
      this.#open.push(value);
      return value;
    }
    this.#open.push(value);
    return value;
  }

  /** A frozen object that holds tracked numbers can't be written: it gets a frozen copy, without them. */
  #frozenCopy(o: object): object | undefined {
    if (typeof o === 'function') return undefined;
    const descriptors = Object.getOwnPropertyDescriptors(o) as Record<PropertyKey, PropertyDescriptor>;
    let changed = false;
    for (const key of ownKeys(descriptors)) {
      const d = descriptors[key as string] as PropertyDescriptor;
      if (!('value' in d)) continue;
      const value = this.#replacement(d.value);
      if (value !== d.value && !Object.is(value, d.value)) {
        d.value = value;
        changed = true;
      }
    }
    if (!changed) return undefined;
    const proto = Object.getPrototypeOf(o);
    const copy: object = isArray(o) ? Object.setPrototypeOf([], proto) : Object.create(proto);
    if (isArray(o)) {
      for (const key of ownKeys(descriptors))
        defineProperty(copy, key, descriptors[key as string] as PropertyDescriptor);
    } else {
      Object.defineProperties(copy, descriptors);
    }
    return Object.freeze(copy);
  }

  #inside(o: object, skip: Set<unknown> | undefined): void {
    const parts = madeProxy(o);
    if (parts !== undefined) {
      this.#replacement(parts.target);
      this.#replacement(parts.handler);
      return;
    }
    if (isProxy(o)) return;
    const ordinary = isArray(o) && !withAccessors.has(o) && !isSparse(o) && isOrdinary(o);
    if (ordinary) {
      for (let i = 0; i < o.length; i++) {
        const v = o[i];
        if (typeof v !== 'object' && typeof v !== 'function') continue;
        if (v === null || skip?.has(v)) continue;
        const r = this.#replacement(v);
        if (r !== v) store(o, i, r);
      }
      if (hasElementsOnly(o)) return;
    }
    const typed = ArrayBuffer.isView(o);
    for (const key of typed || ordinary ? namedKeys(o) : ownKeys(o)) {
      const d = getOwnPropertyDescriptor(o, key);
      if (d === undefined) continue;
      if ('value' in d) {
        if (!isObject(d.value) || skip?.has(d.value)) continue;
        const r = this.#replacement(d.value);
        if (r === d.value) continue;
        if (d.writable) (o as Record<PropertyKey, unknown>)[key] = r;
        else defineProperty(o, key, { value: r });
      } else {
        if (d.get !== undefined && !skip?.has(d.get)) this.#replacement(d.get);
        if (d.set !== undefined && !skip?.has(d.set)) this.#replacement(d.set);
      }
    }
    if (!typed && !isArray(o)) this.#insideCollection(o, skip);
  }

  #insideCollection(o: object, skip: Set<unknown> | undefined): void {
    const entries = contentsOfCollection(o);
    if (entries === undefined) return;
    let changed = false;
    for (let i = 0; i < entries.length; i++) {
      const v = entries[i];
      if (!isObject(v) || skip?.has(v)) continue;
      const r = this.#replacement(v);
      if (r !== v) {
        entries[i] = r;
        changed = true;
      }
    }
    if (!changed) return;
    if (isMap(o)) {
      Map.prototype.clear.call(o);
      for (let i = 0; i < entries.length; i += 2) Map.prototype.set.call(o, entries[i], entries[i + 1]);
    } else {
      Set.prototype.clear.call(o);
      for (const v of entries) Set.prototype.add.call(o, v);
    }
  }
}

function contentsOfCollection(o: object): unknown[] | undefined {
  if (typeof o === 'function') return undefined;
  return entriesOf(o);
}

function store(o: unknown[], i: number, value: unknown): void {
  try {
    o[i] = value;
  } catch {
    defineProperty(o, i, { value });
  }
}

/** An array whose elements are plain data properties as far as can be seen cheaply. */
function isOrdinary(o: unknown[]): boolean {
  return !Object.isFrozen(o);
}

export function isObject(v: unknown): v is object {
  return (typeof v === 'object' && v !== null) || typeof v === 'function';
}

export function isBuffer(v: object): v is ArrayBuffer {
  return v instanceof ArrayBuffer || (typeof SharedArrayBuffer === 'function' && v instanceof SharedArrayBuffer);
}

/** The value without tracked numbers, at any depth; objects are changed in place and keep their identity. */
export function strip(value: unknown): unknown {
  return isObject(value) ? new Stripper().strip(value) : value;
}
