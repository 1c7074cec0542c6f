/**
 * Stand-ins: what a differentiated argument is replaced by while the function runs. Deep copies with tracked numbers at
 * the leaves; aliases, cycles, views of one buffer, prototypes and frozenness as in the original.
 * Invariant: the original is never written to; `identityOf(standIn)` is the original.
 */
import { noteCopy, type Range } from './copies.ts';
import { identityOf, standFor } from './identity.ts';
import { atEnd } from './journal.ts';
import { isBox, S, type Value } from './numbers/box.ts';
import { markOriginal, OriginalMark, sealShared } from './originals.ts';
import { type FloatsOutline, firstSlot, type Outline, setTrackedFloats } from './outline.ts';
import { addView, attachShadow, releaseAtEnd, shadowOf } from './shadow.ts';
import { storage } from './strip.ts';
import { bufferOf, type Kind, kindOf, type TypedArray } from './views.ts';

/** The object a stand-in stands for; anything else is itself. */
export const originalOf = identityOf;

/** A stand-in of the outlined value with `values[leaf]` for its numbers; originals are marked until the run ends. */
export function standIn(outline: Outline, values: ArrayLike<Value>): unknown {
  return rebuild(outline, (leaf) => values[leaf], true);
}

/** A copy of the outlined value with other numbers in it: same prototypes, frozenness, aliases; what is no number stays. */
export function copyWith(outline: Outline, at: (leaf: number) => unknown): unknown {
  return rebuild(outline, at, false);
}

function rebuild(outline: Outline, at: (leaf: number) => unknown, link: boolean): unknown {
  const made = new Map<Outline, object>();
  const buffers = new Map<ArrayBufferLike, ArrayBuffer>();
  const ranges = new Map<ArrayBufferLike, Range[]>();
  const others: TypedArray[] = [];
  const locks: (() => void)[] = [];

  const enter = <T extends object>(o: Outline & { source: object }, copy: T): T => {
    made.set(o, copy);
    if (link) {
      standFor(copy, identityOf(o.source));
      // Inside another derivative the source is a stand-in itself, and it is the one that the program can reach.
      const s = (o.source as { [S]?: unknown })[S];
      if (s === undefined || s instanceof OriginalMark) markOriginal(o.source, copy, (key) => isTracked(o, key));
    }
    const { source } = o;
    if (!Object.isExtensible(source)) {
      const lock = Object.isFrozen(source)
        ? Object.freeze
        : Object.isSealed(source)
          ? Object.seal
          : Object.preventExtensions;
      if (!ArrayBuffer.isView(source)) locks.push(() => void lock(copy));
    }
    return copy;
  };

  /** Whether a property of the copy is given a tracked number. */
  const isTracked = (o: Outline | undefined, key: PropertyKey): boolean => {
    const name = typeof key === 'number' ? String(key) : key;
    let part: Outline | undefined;
    if (o?.kind === 'list') part = typeof name === 'symbol' ? undefined : o.parts[Number(name)];
    else if (o?.kind === 'record') part = o.parts[o.keys.indexOf(name)];
    if (part === undefined && o?.kind === 'list') return isTracked(o.extra, name);
    return part?.kind === 'leaf' && isBox(at(part.index));
  };

  const bufferFor = (source: ArrayBufferLike): ArrayBuffer => {
    let copy = buffers.get(source);
    if (copy === undefined) buffers.set(source, (copy = source.slice(0) as ArrayBuffer));
    return copy;
  };

  const build = (o: Outline | undefined): unknown => {
    if (o === undefined) return undefined;
    if (o.kind === 'leaf') return at(o.index);
    if (o.kind === 'nothing') return o.source;
    const known = made.get(o);
    if (known !== undefined) return known;
    switch (o.kind) {
      case 'list': {
        const list = enter(o, new Array<unknown>(o.parts.length));
        withPrototype(list, o.source);
        for (let i = 0; i < o.parts.length; i++) {
          const part = o.parts[i];
          if (part !== undefined) list[i] = part.kind === 'leaf' ? at(part.index) : build(part);
        }
        if (o.extra !== undefined) fields(o.extra, list);
        return list;
      }
      case 'record': {
        const record = enter(o, Object.create(Object.getPrototypeOf(o.source)) as object);
        fields(o, record);
        return record;
      }
      case 'map': {
        const map = withPrototype(enter(o, new Map<unknown, unknown>()), o.source);
        o.keys.forEach((key, i) => Map.prototype.set.call(map, key, build(o.parts[i])));
        return map;
      }
      case 'set': {
        const set = withPrototype(enter(o, new Set<unknown>()), o.source);
        o.parts.forEach((part) => Set.prototype.add.call(set, build(part)));
        return set;
      }
      case 'bytes': {
        const { source } = o;
        if (link && o.buffer.width === 0) return lend(o, source);
        if (!ArrayBuffer.isView(source)) noteRange(source, 0, source.byteLength, undefined);
        else noteRange(source.buffer, source.byteOffset, source.byteLength, undefined);
        if (!ArrayBuffer.isView(source)) return enter(o as typeof o & { source: object }, bufferFor(source));
        const Kind = intrinsicOf(source);
        const length = source instanceof DataView ? source.byteLength : (source as Int8Array).length;
        const view = new Kind(bufferFor(source.buffer), source.byteOffset, length);
        if (!(view instanceof DataView)) others.push(view as TypedArray);
        return withPrototype(enter(o as typeof o & { source: object }, view as object), source);
      }
      case 'floats':
        return floats(o);
    }
  };

  /** Memory without a number of the derivative is used itself, and put back when the run ends. */
  const lend = <T extends ArrayBufferView | ArrayBufferLike>(o: Outline, source: T): T => {
    made.set(o, source);
    if (!lent.has(source)) {
      lent.add(source);
      const bringBack = storage.keep(source);
      atEnd(() => {
        lent.delete(source);
        bringBack();
      });
    }
    return source;
  };

  const noteRange = (buffer: ArrayBufferLike, from: number, length: number, kind: Kind | undefined): void => {
    if (!link || length === 0) return;
    const list = ranges.get(buffer);
    if (list === undefined) ranges.set(buffer, [{ from, to: from + length, kind }]);
    else list.push({ from, to: from + length, kind });
  };

  const fields = (o: Outline & { kind: 'record' }, target: object): void => {
    for (const key of o.accessors) {
      Object.defineProperty(target, key, Object.getOwnPropertyDescriptor(o.source, key) as PropertyDescriptor);
    }
    o.keys.forEach((key, i) => {
      const d = Object.getOwnPropertyDescriptor(o.source, key) as PropertyDescriptor;
      const value = build(o.parts[i]);
      if (d.writable && d.enumerable && d.configurable && key !== '__proto__')
        (target as Record<PropertyKey, unknown>)[key] = value;
      else Object.defineProperty(target, key, { ...d, value, configurable: true });
    });
  };

  const floats = (o: FloatsOutline): object => {
    const { source } = o;
    const Kind = source instanceof Float64Array ? Float64Array : Float32Array;
    const view = new Kind(bufferFor(source.buffer), source.byteOffset, source.length);
    enter(o, view);
    withPrototype(view, source);
    const { leaves } = o.buffer;
    const first = firstSlot(o);
    const { length } = source;
    const values: unknown[] = [];
    let tracked = false;
    for (let i = 0; i < length; i++) {
      const v = at(leaves[first + i]);
      values.push(v);
      if (typeof v === 'number') view[i] = v;
      else tracked = true;
    }
    if (tracked || link) attachShadow(view, values as Value[]);
    if (link) {
      noteRange(source.buffer, source.byteOffset, source.byteLength, kindOf(view));
      sealShared(view);
      releaseAtEnd(view);
    }
    return view;
  };

  const result = build(outline);
  for (const view of others) addView(bufferOf(view), view);
  for (const [source, list] of ranges) {
    const shadow = shadowOf(bufferFor(source));
    if (shadow !== undefined) noteCopy(shadow, source, list);
  }
  for (const lock of locks) lock();
  return result;
}

/** What stand-ins hold of their originals themselves. */
const lent = new WeakSet<object>();

function withPrototype<T extends object>(copy: T, source: object): T {
  const proto = Object.getPrototypeOf(source);
  if (Object.getPrototypeOf(copy) !== proto) Object.setPrototypeOf(copy, proto);
  return copy;
}

type ViewConstructor = new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView;

function intrinsicOf(view: ArrayBufferView): ViewConstructor {
  if (view instanceof DataView) return DataView;
  const tag = Object.getOwnPropertyDescriptor(
    Object.getPrototypeOf(Int8Array.prototype),
    Symbol.toStringTag,
  )?.get?.call(view);
  return (globalThis as unknown as Record<string, ViewConstructor>)[tag as string];
}

setTrackedFloats((Kind, values) => {
  const array = new Kind(values.length);
  attachShadow(array, values as Value[]);
  return array;
});

/** True if a stand-in, a tracked number or a shadowed array is reachable from the outlined value. */
export function needsCopy(outline: Outline, leaves: readonly Value[]): boolean {
  if (leaves.some(isBox)) return true;
  const seen = new Set<Outline>();
  const found = (o: Outline | undefined): boolean => {
    if (o === undefined || o.kind === 'leaf' || o.kind === 'nothing' || seen.has(o)) return false;
    seen.add(o);
    if (lent.has(o.source) || identityOf(o.source) !== o.source || (o.source as { [S]?: unknown })[S] !== undefined)
      return true;
    if (o.kind === 'list') return o.parts.some(found) || found(o.extra);
    return 'parts' in o && o.parts.some(found);
  };
  return found(outline);
}
