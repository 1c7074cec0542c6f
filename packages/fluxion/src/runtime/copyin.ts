/**
 * Values of JavaScript copied into the memory of compiled code.
 * Invariant: what is copied in has exactly the type that was compiled for, or the call is refused here, before anything has run.
 */
import { privateState } from '../capture/capture.ts';
import type { Shape, Space } from '../ir/types.ts';
import { nullRef, undefinedRef } from '../ir/types.ts';
import { boxOf } from '../lower/boxes.ts';
import { type CollectionKind, collectionKind, listsOf, listTypeIn } from '../lower/entries.ts';
import { isProxy } from '../lower/known.ts';
import {
  type ArrayType,
  arrayCapacity,
  arrayData,
  arrayLength,
  arrayShape,
  arrayStates,
  elementStates,
  type JsType,
  type ObjectType,
  presentState,
  type RecordType,
  type TypedName,
  typedBuffer,
  typedData,
  typedLength,
  typedShape,
  typedSpaces,
  typedStart,
  typedType,
  type UnionType,
  undefinedState,
  type Variant,
} from '../lower/types.ts';
import { irTypes } from '../lower/values.ts';
import { type Heap, readCell, writeCell } from './heap.ts';

/** The value is not of the type that was compiled for. */
export class Mismatch extends Error {}

/** Whether a glance rules the value out: what is left is tried, and costs an exception where it fails. */
function mayHold(type: JsType, value: unknown): boolean {
  switch (type.kind) {
    case 'number':
    case 'boolean':
    case 'string':
      return typeof value === type.kind;
    case 'constant':
      return Object.is(type.value, value);
    case 'object':
      return typeof value === 'object' || (value === undefined && type.orUndefined);
    default:
      return true;
  }
}

/** One copy in: objects that are reached twice are one object. */
export class CopyIn {
  readonly heap: Heap;
  /** Where each object stands; typed arrays and their buffers both. */
  readonly at = new Map<object, number>();
  /** Where the elements of each array stand: the program may move them to more room. */
  readonly data = new Map<object, number>();
  /** Where the boxes of the elements of an array stood: the program may put others there. */
  readonly boxes = new Map<object, number[]>();
  /** The entries of Maps and Sets as they were. */
  readonly lists = new Map<object, Readonly<Record<string, readonly unknown[]>>>();
  /** All of them, with their types. */
  readonly copied: { readonly object: object; readonly type: ObjectType; readonly ref: number }[] = [];
  private readonly tags: (text: string) => number;

  constructor(heap: Heap, tags: (text: string) => number) {
    this.heap = heap;
    this.tags = tags;
  }

  /** The numbers that carry a value of this type: what compiled code takes as parameters. */
  values(type: JsType, value: unknown): number[] {
    switch (type.kind) {
      case 'number':
        if (typeof value !== 'number') throw new Mismatch();
        return [value];
      case 'boolean':
        if (typeof value !== 'boolean') throw new Mismatch();
        return [value ? 1 : 0];
      case 'string':
        if (typeof value !== 'string') throw new Mismatch();
        return [this.tags(value)];
      case 'maybe':
        if (value === undefined) return [Number.NaN, 0];
        if (typeof value !== 'number') throw new Mismatch();
        return [value, 1];
      case 'object':
        return [this.reference(type, value)];
      case 'constant':
        if (!Object.is(type.value, value)) throw new Mismatch();
        return [];
      case 'union':
        return this.union(type, value);
      default:
        throw new Mismatch();
    }
  }

  /** Which member it is, and the numbers of all: those of the others are 0. */
  private union(type: UnionType, value: unknown): number[] {
    for (const [tag, member] of type.members.entries()) {
      if (!mayHold(member, value)) continue;
      try {
        const own = this.values(member, value);
        return [tag, ...type.members.flatMap((m) => (m === member ? own : irTypes(m).map(() => 0)))];
      } catch (e) {
        if (!(e instanceof Mismatch)) throw e;
      }
    }
    throw new Mismatch();
  }

  private reference(type: JsType & { kind: 'object' }, value: unknown): number {
    if (value === null && type.orNull) return nullRef;
    if (value === undefined && type.orUndefined) return undefinedRef;
    if (typeof value !== 'object' || value === null) throw new Mismatch();
    const known = this.at.get(value);
    if (known !== undefined) return known;
    switch (type.type.kind) {
      case 'typed':
        return this.typed(type.type.name, value);
      case 'array':
        return this.array(type.type.root, value);
      case 'record':
        return this.record(type.type.root, value);
    }
  }

  private put(space: Space, object: number, index: number, value: number): void {
    writeCell(this.heap.views, space, this.heap.address(space, object, index), value);
  }

  private typed(name: TypedName, value: object): number {
    if (Object.getPrototypeOf(value) !== globalThis[name].prototype) throw new Mismatch();
    const source = value as Float64Array;
    const space = typedSpaces[name];
    const { heap } = this;
    const { buffer } = source;
    const width = source.BYTES_PER_ELEMENT;
    let base = this.at.get(buffer);
    const whole = base !== undefined || buffer.byteLength !== source.byteLength;
    const ref = heap.object(typedShape);
    this.at.set(value, ref);
    this.copied.push({ object: value, type: typedType(name), ref });
    const Kind = globalThis[name] as Float64ArrayConstructor;
    const kindOfBuffer = this.bufferKinds.get(buffer);
    if (kindOfBuffer !== undefined && kindOfBuffer !== name) throw new Mismatch();
    if (base === undefined) {
      const all = whole
        ? new Kind(
            buffer,
            source.byteOffset % width,
            Math.floor((buffer.byteLength - (source.byteOffset % width)) / width),
          )
        : source;
      base = heap.elements(space, all.length);
      this.at.set(buffer, base);
      this.bufferKinds.set(buffer, name);
      copyElements(heap, space, base, all);
    }
    const start = Math.floor(source.byteOffset / width);
    this.put(typedLength, ref, 0, source.length);
    this.put(typedData, ref, 0, heap.address(space, base, start));
    this.put(typedStart, ref, 0, start);
    this.put(typedBuffer, ref, 0, base);
    return ref;
  }
  private readonly bufferKinds = new Map<ArrayBufferLike, TypedName>();

  /** Its entries, as lists that nobody else has. */
  private collection(type: RecordType, kind: CollectionKind, value: object): number {
    if (isProxy(value) || Object.getPrototypeOf(value) !== globalThis[kind].prototype) throw new Mismatch();
    if (Reflect.ownKeys(value).length > 0 || type.variants.length > 1) throw new Mismatch();
    const ref = this.heap.object(type.shape);
    this.at.set(value, ref);
    this.copied.push({ object: value, type, ref });
    const lists = listsOf(value as Map<unknown, unknown>);
    this.lists.set(value, lists);
    for (const [name, list] of Object.entries(lists)) {
      this.put(type.space(name), ref, 0, this.array(listTypeIn(type, name), list, false));
    }
    return ref;
  }

  private array(type: ArrayType, value: object, isOwn = true): number {
    if (!Array.isArray(value) || isProxy(value) || Object.getPrototypeOf(value) !== Array.prototype)
      throw new Mismatch();
    const { heap } = this;
    const { length } = value;
    const ref = heap.object(arrayShape);
    this.at.set(value, ref);
    if (isOwn) this.copied.push({ object: value, type, ref });
    const element = type.element.type;
    const { space } = type;
    const data = heap.elements(space, length);
    this.put(arrayLength, ref, 0, length);
    this.put(arrayCapacity, ref, 0, length);
    this.put(arrayData, ref, 0, data);
    this.data.set(value, data);
    if (type.holey) {
      const states = heap.elements(elementStates, length);
      this.put(arrayStates, ref, 0, states);
      for (let i = 0; i < length; i++) {
        this.put(
          elementStates,
          states,
          i,
          value[i] === undefined && element.kind === 'maybe' ? undefinedState : presentState,
        );
      }
    }
    if (element.kind === 'number') {
      const start = heap.address(space, data, 0) / 8;
      const { f64 } = heap.views;
      for (let i = 0; i < length; i++) {
        const v = value[i] as unknown;
        if (typeof v !== 'number') throw new Mismatch();
        f64[start + i] = v;
      }
      return ref;
    }
    const box = boxOf(type);
    if (box !== undefined) this.boxes.set(value, []);
    for (let i = 0; i < length; i++) {
      if (!Object.hasOwn(value, i)) throw new Mismatch();
      if (box !== undefined) {
        const at = heap.object(box.record.shape);
        this.boxes.get(value)!.push(at);
        const cells = this.values(box.held, value[i]);
        box.spaces.forEach((s, n) => {
          this.put(s, at, 0, cells[n]);
        });
        this.put(space, data, i, at);
        continue;
      }
      const [v] = this.values(element, value[i]);
      if (v !== undefined) this.put(space, data, i, v);
    }
    return ref;
  }

  private record(type: RecordType, value: object): number {
    const kind = collectionKind(type);
    if (kind !== undefined) return this.collection(type, kind, value);
    const variant = variantOf(type, value);
    const ref = this.heap.object(type.shape);
    this.at.set(value, ref);
    this.copied.push({ object: value, type, ref });
    if (type.tag !== undefined) this.put(type.tag, ref, 0, type.tagOf(variant));
    const secret = variant.keys.some(isPrivate) ? privateState(value) : undefined;
    for (const { name, type: variable } of type.fields) {
      const held = variable.type;
      let part: unknown;
      if (variant.keys.includes(name)) {
        if (!isPrivate(name)) part = (value as Record<string, unknown>)[name];
        else if (secret === undefined) throw new Mismatch();
        else part = secret.get(name);
      } else if (!holdsUndefined(held)) continue;
      const cells = this.values(held, part);
      type.spaces(name).forEach((space, i) => {
        this.put(space, ref, 0, cells[i]);
      });
    }
    return ref;
  }

  dataOf(array: object): number {
    const data = this.data.get(array);
    if (data !== undefined) return data;
    const { heap } = this;
    return readCell(heap.views, typedData, heap.address(typedData, this.at.get(array)!, 0));
  }

  /** The object through which compiled code reaches what f captured. */
  globals(shape: Shape, parts: readonly { readonly space: Space; readonly type: JsType; read(): unknown }[]): number {
    const ref = this.heap.object(shape);
    for (const { space, type, read } of parts) {
      const [v] = this.values(type, read());
      if (v !== undefined) this.put(space, ref, 0, v);
    }
    return ref;
  }
}

function copyElements(heap: Heap, space: Space, base: number, source: ArrayLike<number>): void {
  const { views } = heap;
  const at = heap.address(space, base, 0);
  if (space.cell === 'f64') views.f64.set(source, at / 8);
  else if (space.cell === 'i32') views.i32.set(source, at / 4);
  else if (space.cell === 'i16') views.i16.set(source, at / 2);
  else if (space.cell === 'u16') views.u16.set(source, at / 2);
  else if (space.cell === 'i8') views.i8.set(source, at);
  else views.u8.set(source, at);
}

/** A field that is named in a class's body only. */
export const isPrivate = (name: string): boolean => name.startsWith('#');

/** Of which origin an object is. */
function variantOf(type: RecordType, value: object): Variant {
  if (isProxy(value)) throw new Mismatch();
  const prototype = Object.getPrototypeOf(value) as object | null;
  const keys = Reflect.ownKeys(value);
  for (const key of keys) if (!('value' in Object.getOwnPropertyDescriptor(value, key)!)) throw new Mismatch();
  const found = type.variants.find((variant) => {
    if (variant.prototype !== prototype) return false;
    const own = variant.keys.filter((key) => !isPrivate(key));
    return own.length === keys.length && own.every((key, i) => key === keys[i]);
  });
  if (found === undefined) throw new Mismatch();
  return found;
}

function holdsUndefined(type: JsType): boolean {
  if (type.kind === 'maybe') return true;
  if (type.kind === 'object') return type.orUndefined;
  if (type.kind === 'union') return type.members.some(holdsUndefined);
  return type.kind === 'constant' && type.value === undefined;
}
