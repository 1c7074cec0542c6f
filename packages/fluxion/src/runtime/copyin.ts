/**
 * Values of JavaScript copied into the memory of compiled code.
 * Invariant: what is copied in has exactly the type that was compiled for, or the call is refused here, before anything has run.
 */
import { privateState } from '../capture/capture.ts';
import { isDetached } from '../dynamic/outline.ts';
import type { Shape, Space } from '../ir/types.ts';
import { bytesOfCell, nullRef, undefinedRef } from '../ir/types.ts';
import { boxOf } from '../lower/lists/boxes.ts';
import { type CollectionKind, collectionKind, listsOf, listTypeIn } from '../lower/lists/entries.ts';
import { isProxy } from '../lower/outside/known.ts';
import type { ArrayType } from '../lower/types/array.ts';
import {
  arrayCapacity,
  arrayData,
  arrayLength,
  arrayShape,
  arrayStates,
  elementStates,
  irTypes,
  presentState,
  typedBuffer,
  typedData,
  typedLength,
  typedShape,
  typedSpaces,
  typedStart,
  undefinedState,
} from '../lower/types/cells.ts';
import type { RecordType } from '../lower/types/record.ts';
import { type JsType, type ObjectType, type TypedName, typedType, type UnionType } from '../lower/types/types.ts';
import { fieldsOf, type Origin } from './fields.ts';
import { cellsOf, type Heap, Left, readCell, writeCell } from './heap.ts';

/** Thrown where a value is not of the type that was compiled for; no error, since one takes long to make and nobody reads it. */
export class Mismatch {}

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
  boxes: Map<object, number[]> | undefined;
  /** The entries of Maps and Sets as they were. */
  lists: Map<object, Readonly<Record<string, readonly unknown[]>>> | undefined;
  /** All of them, with their types; empty if nothing of them is written. */
  readonly copied: { readonly object: object; readonly type: ObjectType; readonly ref: number }[] = [];
  private readonly tags: (text: string) => number;
  private readonly isWritten: boolean;
  private bufferKinds: Map<ArrayBufferLike, TypedName> | undefined;

  /** `isWritten`: whether the program may write what it is given. */
  constructor(heap: Heap, tags: (text: string) => number, isWritten: boolean) {
    this.heap = heap;
    this.tags = tags;
    this.isWritten = isWritten;
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
    if (isDetached(buffer)) throw new Left('memory of a typed array is detached', false);
    const width = source.BYTES_PER_ELEMENT;
    let base = this.at.get(buffer);
    const whole = base !== undefined || buffer.byteLength !== source.byteLength;
    const ref = heap.object(typedShape);
    this.at.set(value, ref);
    this.note(value, typedType(name), ref);
    const Kind = globalThis[name] as Float64ArrayConstructor;
    const kindOfBuffer = this.bufferKinds?.get(buffer);
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
      (this.bufferKinds ??= new Map()).set(buffer, name);
      cellsOf(heap.views, space.cell).set(all, base / bytesOfCell(space.cell));
    }
    const start = Math.floor(source.byteOffset / width);
    const { i32 } = heap.views;
    i32[fieldAt(ref, typedLength)] = source.length;
    i32[fieldAt(ref, typedData)] = heap.address(space, base, start);
    i32[fieldAt(ref, typedStart)] = start;
    i32[fieldAt(ref, typedBuffer)] = base;
    return ref;
  }

  /** Its entries, as lists that nobody else has. */
  private collection(type: RecordType, kind: CollectionKind, value: object): number {
    if (isProxy(value) || Object.getPrototypeOf(value) !== globalThis[kind].prototype) throw new Mismatch();
    if (Reflect.ownKeys(value).length > 0 || type.variants.length > 1) throw new Mismatch();
    const ref = this.heap.object(type.shape);
    this.at.set(value, ref);
    this.note(value, type, ref);
    const lists = listsOf(value as Map<unknown, unknown>);
    (this.lists ??= new Map()).set(value, lists);
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
    if (isOwn) this.note(value, type, ref);
    const element = type.element.type;
    const { space } = type;
    const data = heap.elements(space, length);
    const { f64, i32 } = heap.views;
    i32[fieldAt(ref, arrayLength)] = length;
    i32[fieldAt(ref, arrayCapacity)] = length;
    i32[fieldAt(ref, arrayData)] = data;
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
      const start = data / 8;
      for (let i = 0; i < length; i++) {
        const v = value[i] as unknown;
        if (typeof v !== 'number') throw new Mismatch();
        f64[start + i] = v;
      }
      return ref;
    }
    const box = boxOf(type);
    const boxes: number[] = [];
    if (box !== undefined) (this.boxes ??= new Map()).set(value, boxes);
    for (let i = 0; i < length; i++) {
      if (value[i] === undefined && !Object.hasOwn(value, i)) throw new Mismatch();
      if (element.kind === 'object') {
        i32[(data >>> 2) + i] = this.reference(element, value[i]);
        continue;
      }
      if (box !== undefined) {
        const at = heap.object(box.record.shape);
        boxes.push(at);
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
    const { list, origins } = fieldsOf(type);
    const { variant, hasPrivate } = originOf(origins, value);
    const ref = this.heap.object(type.shape);
    this.at.set(value, ref);
    this.note(value, type, ref);
    if (type.tag !== undefined) this.put(type.tag, ref, 0, type.tagOf(variant));
    const secret = hasPrivate ? privateState(value) : undefined;
    const { f64, i32 } = this.heap.views;
    for (const { name, isPrivate, variable, spaces, offset } of list) {
      const held = variable.type;
      let part: unknown;
      if (variant.keys.includes(name)) {
        if (!isPrivate) part = dataOf(value, name);
        else if (secret === undefined) throw new Mismatch();
        else part = secret.get(name);
      } else if (!holdsUndefined(held)) continue;
      if (held.kind === 'number') {
        if (typeof part !== 'number') throw new Mismatch();
        f64[(ref + offset) >>> 3] = part;
      } else if (held.kind === 'object') i32[(ref + offset) >>> 2] = this.reference(held, part);
      else {
        const cells = this.values(held, part);
        for (let i = 0; i < spaces.length; i++) this.put(spaces[i], ref, 0, cells[i]);
      }
    }
    return ref;
  }

  private note(object: object, type: ObjectType, ref: number): void {
    if (this.isWritten) this.copied.push({ object, type, ref });
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

/** The index of a field's cell among those of 32 bits. */
function fieldAt(ref: number, { slot }: Space): number {
  return (ref + 8 * slot) >>> 2;
}

/** Of which origin an object is. It may still have accessors. */
function originOf(origins: readonly Origin[], value: object): Origin {
  if (isProxy(value)) throw new Mismatch();
  const prototype = Object.getPrototypeOf(value) as object | null;
  // Several times as quick as Reflect.ownKeys.
  const keys = Object.getOwnPropertyNames(value);
  if (Object.getOwnPropertySymbols(value).length > 0) throw new Mismatch();
  for (const origin of origins) {
    if (origin.variant.prototype !== prototype || origin.keys.length !== keys.length) continue;
    let same = 0;
    while (same < keys.length && keys[same] === origin.keys[same]) same++;
    if (same === keys.length) return origin;
  }
  throw new Mismatch();
}

const { __lookupGetter__: getterOf } = Object.prototype as unknown as {
  __lookupGetter__?: (this: object, key: string) => unknown;
};

/** The value of an own property, which has to be one of data. */
function dataOf(object: object, key: string): unknown {
  if (getterOf === undefined || Reflect.apply(getterOf, object, [key]) === undefined) {
    const value = (object as Record<string, unknown>)[key];
    // What has a setter only reads as undefined, too.
    if (value !== undefined && getterOf !== undefined) return value;
  }
  const descriptor = Object.getOwnPropertyDescriptor(object, key);
  if (descriptor === undefined || !('value' in descriptor)) throw new Mismatch();
  return descriptor.value;
}

function holdsUndefined(type: JsType): boolean {
  if (type.kind === 'maybe') return true;
  if (type.kind === 'object') return type.orUndefined;
  if (type.kind === 'union') return type.members.some(holdsUndefined);
  return type.kind === 'constant' && type.value === undefined;
}
