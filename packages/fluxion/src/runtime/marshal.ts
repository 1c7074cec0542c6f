/**
 * Values of JavaScript copied into the memory of compiled code, and back.
 * Invariant: what is copied in has exactly the type that was compiled for, or the call is refused here, before anything has run.
 */
import { privateState } from '../capture/capture.ts';
import { leafOf, type Outline } from '../dynamic/outline.ts';
import type { Level, Shape, Space } from '../ir/types.ts';
import { nullRef, shadowOf, undefinedRef } from '../ir/types.ts';
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
  tupleLength,
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
import { type Heap, Left } from './heap.ts';

/** The value is not of the type that was compiled for. */
export class Mismatch extends Error {}

type Views = Heap['views'];

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
    write(this.heap.views, space, this.heap.address(space, object, index), value);
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

  private array(type: ArrayType, value: object): number {
    if (!Array.isArray(value) || isProxy(value) || Object.getPrototypeOf(value) !== Array.prototype)
      throw new Mismatch();
    const { heap } = this;
    const { length } = value;
    const ref = heap.object(arrayShape);
    this.at.set(value, ref);
    this.copied.push({ object: value, type, ref });
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
    for (let i = 0; i < length; i++) {
      if (!Object.hasOwn(value, i)) throw new Mismatch();
      const [v] = this.values(element, value[i]);
      if (v !== undefined) this.put(space, data, i, v);
    }
    return ref;
  }

  private record(type: RecordType, value: object): number {
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
    return read(heap.views, typedData, heap.address(typedData, this.at.get(array)!, 0));
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

function write(views: Views, space: Space, address: number, value: number): void {
  switch (space.cell) {
    case 'f64':
      views.f64[address >>> 3] = value;
      return;
    case 'i32':
    case 'ref':
      views.i32[address >>> 2] = value;
      return;
    case 'i16':
      views.i16[address >>> 1] = value;
      return;
    case 'u16':
      views.u16[address >>> 1] = value;
      return;
    case 'i8':
      views.i8[address] = value;
      return;
    case 'u8':
    case 'bool':
      views.u8[address] = value;
  }
}

function read(views: Views, space: Space, address: number): number {
  switch (space.cell) {
    case 'f64':
      return views.f64[address >>> 3];
    case 'i32':
    case 'ref':
      return views.i32[address >>> 2];
    case 'i16':
      return views.i16[address >>> 1];
    case 'u16':
      return views.u16[address >>> 1];
    case 'i8':
      return views.i8[address];
    case 'u8':
    case 'bool':
      return views.u8[address];
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

const isPrivate = (name: string): boolean => name.startsWith('#');

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

/** The type of an object among the members of a union. */
function memberFor(type: JsType, value: unknown): JsType {
  if (type.kind !== 'union' || typeof value !== 'object' || value === null) return type;
  const objects = type.members.filter((m) => m.kind === 'object');
  return (objects.length > 1 ? objects.find((m) => isOf(m.type, value)) : objects[0]) ?? type;
}

function isOf(type: ObjectType, value: object): boolean {
  if (type.kind === 'typed') return Object.getPrototypeOf(value) === globalThis[type.name].prototype;
  const { root } = type;
  if (root.kind === 'array') return Array.isArray(value);
  return root.variants.some((v) => (tupleLength(root) >= 0 ? Array.isArray(value) : fitsVariant(v, value)));
}

function fitsVariant(variant: Variant, value: object): boolean {
  if (variant.prototype !== Object.getPrototypeOf(value)) return false;
  const keys = Object.keys(value);
  const own = variant.keys.filter((key) => !isPrivate(key));
  return own.every((key) => keys.includes(key)) && keys.every((key) => own.includes(key) || variant.late.has(key));
}

/** The number that the cell of an integer array stands for. */
function toElement(name: TypedName, cell: number): number {
  return name === 'Uint32Array' ? cell >>> 0 : cell;
}

/** What a number becomes on the way out: itself, its adjoint, its place among the results. */
export type NumberAt = (space: Space, object: number, index: number) => unknown;

/** A property that a program has written, and the space its number came from. */
interface Put {
  readonly key: string | number;
  readonly value: unknown;
  readonly space: Space | undefined;
}

/** What a program writes: which spaces, and into which of them what may depend on the input. */
export interface Writing {
  readonly spaces: ReadonlySet<Space>;
  readonly receiving: ReadonlySet<Space>;
}

/** Reads values of compiled code back: the result as the caller gets it, or a gradient in the shape of an argument. */
export class CopyOut {
  private readonly heap: Heap;
  private readonly strings: (tag: number) => string;
  /** Objects that the caller has already. */
  private readonly existing: ReadonlyMap<number, object>;
  private readonly made = new Map<number, object>();
  /** Objects of the caller's that may not be met: what of them is shared is not known here. */
  foreign: ReadonlySet<number> | undefined;

  constructor(heap: Heap, strings: (tag: number) => string, existing: ReadonlyMap<number, object> = new Map()) {
    this.heap = heap;
    this.strings = strings;
    this.existing = existing;
  }

  /** The objects given out, and where they stand. */
  get at(): ReadonlyMap<object, number> {
    return new Map([...this.existing, ...this.made].map(([ref, object]) => [object, ref] as const));
  }

  /** Where the elements of the array at this place stand now. */
  dataAt(ref: number, typed: boolean): number {
    return this.get(typed ? typedData : arrayData, ref);
  }

  /** A value from the numbers that carry it. `number` gives what a number in memory becomes, `own` what one of those given does. */
  value(type: JsType, carried: readonly number[], number: NumberAt, own: (n: number) => unknown = (n) => n): unknown {
    switch (type.kind) {
      case 'number':
        return own(carried[0]);
      case 'maybe':
        return carried[1] ? own(carried[0]) : undefined;
      case 'boolean':
        return carried[0] !== 0;
      case 'string':
        return this.strings(carried[0]);
      case 'constant':
        return type.value;
      case 'object':
        return this.object(type, carried[0], number);
      case 'union': {
        let at = 1;
        for (let i = 0; i < carried[0]; i++) at += irTypes(type.members[i]).length;
        return this.value(type.members[carried[0]], carried.slice(at), number, own);
      }
      default:
        throw new Mismatch();
    }
  }

  /**
   * An object that was copied in gets what the program has written into its copy. Gives what makes it as it was, or undefined if it was
   * not changed. When an object was first given a number that depends on the input, and is to be put back to, is not known here.
   */
  into(object: object, type: ObjectType, ref: number, writing: Writing): (() => void) | undefined {
    const puts = this.changes(object, type, ref, writing.spaces);
    if (puts.length === 0) return undefined;
    if (puts.some(({ space }) => space !== undefined && writing.receiving.has(space)))
      throw new Left('a captured object is given a number that may depend on the input');
    if (!Object.isExtensible(object)) throw new Left('a captured object is written that is not extensible');
    const held = object as Record<string | number, unknown>;
    const before = puts.map(({ key }) => [key, Object.hasOwn(held, key), held[key]] as const);
    for (const { key, value } of puts) held[key] = value;
    return () => {
      for (const [key, was, value] of before.toReversed()) {
        if (was) held[key] = value;
        else delete held[key];
      }
    };
  }

  private changes(object: object, type: ObjectType, ref: number, written: ReadonlySet<Space>): Put[] {
    const puts: Put[] = [];
    const held = object as Record<string | number, unknown>;
    const number: NumberAt = (space, at, index) => this.get(space, at, index);
    const put = (key: string | number, value: unknown, space?: Space): void => {
      if (!Object.is(held[key], value) || !Object.hasOwn(held, key)) puts.push({ key, value, space });
    };
    if (type.kind === 'typed') {
      const space = typedSpaces[type.name];
      if (!written.has(space)) return puts;
      const data = this.get(typedData, ref);
      const { length } = object as Float64Array;
      const float = space.cell === 'f64' ? space : undefined;
      for (let i = 0; i < length; i++) put(i, toElement(type.name, this.get(space, data, i)), float);
    } else if (type.kind === 'array') {
      const { root } = type;
      if (!written.has(root.space) && !written.has(arrayLength) && !(root.holey && written.has(elementStates)))
        return puts;
      const length = this.get(arrayLength, ref);
      const data = this.get(arrayData, ref);
      const float = root.space.cell === 'f64' ? root.space : undefined;
      const list = object as unknown[];
      // What is cut off comes back with the length.
      for (let i = length; i < list.length; i++) puts.push({ key: i, value: undefined, space: undefined });
      put('length', length);
      for (let i = 0; i < length; i++) {
        const state = this.stateOf(root, ref, i);
        if (state === presentState) put(i, this.cell(root.element.type, root.space, data, i, number), float);
        else if (state === undefinedState) put(i, undefined, float);
      }
    } else {
      const { root } = type;
      const variant = root.tag === undefined ? root.variants[0] : root.variants[this.get(root.tag, ref)];
      for (const name of [...variant.keys, ...variant.late]) {
        const spaces = root.spaces(name);
        if (!spaces.some((space) => written.has(space))) continue;
        if (isPrivate(name)) throw new Left('a private field of a captured object is written');
        const value = this.field(root, name, ref, number);
        if (value === undefined && variant.late.has(name)) continue;
        put(
          name,
          value,
          spaces.find(({ cell }) => cell === 'f64'),
        );
      }
    }
    return puts;
  }

  private get(space: Space, object: number, index = 0): number {
    return read(this.heap.views, space, this.heap.address(space, object, index));
  }

  /** What an element of an array is: where none can be missing, it is there. */
  private stateOf(type: ArrayType, ref: number, index: number): number {
    return type.holey ? this.get(elementStates, this.get(arrayStates, ref), index) : presentState;
  }

  private cell(type: JsType, space: Space, object: number, index: number, number: NumberAt): unknown {
    if (type.kind === 'number' || type.kind === 'maybe') return number(space, object, index);
    return this.value(type, irTypes(type).length === 0 ? [] : [this.get(space, object, index)], number);
  }

  private field(root: RecordType, name: string, ref: number, number: NumberAt): unknown {
    const type = root.field(name)!.type.type;
    const spaces = root.spaces(name);
    if (spaces.length <= 1) return this.cell(type, spaces[0], ref, 0, number);
    const carried = spaces.map((space) => this.get(space, ref));
    // The number among the cells of a union, or of a number that may be missing, has its place as any other has.
    return this.value(type, carried, number, (n) =>
      number(spaces.find((s, i) => s.cell === 'f64' && Object.is(carried[i], n))!, ref, 0),
    );
  }

  private object(type: JsType & { kind: 'object' }, ref: number, number: NumberAt): unknown {
    if (ref === nullRef) return null;
    if (ref === undefinedRef) return undefined;
    if (this.foreign?.has(ref)) throw new Left('an object that was there before is returned or kept', true);
    const known = this.existing.get(ref) ?? this.made.get(ref);
    if (known !== undefined) return known;
    switch (type.type.kind) {
      case 'typed': {
        const { name } = type.type;
        const length = this.get(typedLength, ref);
        const data = this.get(typedData, ref);
        const array = new (globalThis[name] as Float64ArrayConstructor)(length);
        this.made.set(ref, array);
        for (let i = 0; i < length; i++) {
          const v = number(typedSpaces[name], data, i);
          array[i] = v as number;
        }
        return array;
      }
      case 'array': {
        const { root } = type.type;
        const length = this.get(arrayLength, ref);
        const data = this.get(arrayData, ref);
        const array: unknown[] = new Array(length);
        this.made.set(ref, array);
        const element = root.element.type;
        for (let i = 0; i < length; i++) {
          const state = this.stateOf(root, ref, i);
          if (state === presentState) array[i] = this.cell(element, root.space, data, i, number);
          else if (state === undefinedState) array[i] = undefined;
        }
        return array;
      }
      case 'record': {
        const { root } = type.type;
        const tuple = tupleLength(root) >= 0;
        const variant = root.tag === undefined ? root.variants[0] : root.variants[this.get(root.tag, ref)];
        const record = (tuple ? [] : Object.create(variant.prototype)) as Record<string, unknown>;
        this.made.set(ref, record);
        if (variant.keys.some(isPrivate)) throw new Left('an object with private fields is returned');
        for (const name of [...variant.keys, ...variant.late]) {
          if (tuple && name === 'length') continue;
          const part = this.field(root, name, ref, number);
          if (part !== undefined || !variant.late.has(name)) record[name] = part;
        }
        return record;
      }
    }
  }
}

/** Reads the number of a cell. */
export function numberIn(heap: Heap, space: Space, object: number, index: number): number {
  return read(heap.views, space, heap.address(space, object, index));
}

/** The gradient of an argument, in its shape: adjoints for numbers, undefined for what is none. -0 counts as 0. */
export class GradientOut {
  private readonly heap: Heap;
  private readonly copied: CopyIn;
  private readonly level: Level;
  private readonly made = new Map<object, unknown>();
  /** Whether every number of it is finite. */
  finite = true;

  constructor(copied: CopyIn, level: Level) {
    this.heap = copied.heap;
    this.copied = copied;
    this.level = level;
  }

  /** `adjoint` is that of a number handed over as itself. */
  of(type: JsType, value: unknown, adjoint: number): unknown {
    if (type.kind === 'number' || type.kind === 'maybe')
      return typeof value === 'number' ? this.noted(adjoint + 0) : undefined;
    if (type.kind !== 'object' || typeof value !== 'object' || value === null) return undefined;
    return this.object(type, value);
  }

  private shadow(space: Space, object: number, index: number): number {
    const { heap } = this;
    return this.noted(heap.views.f64[heap.address(shadowOf(space, this.level), object, index) >>> 3] + 0);
  }

  private noted(n: number): number {
    if (!Number.isFinite(n)) this.finite = false;
    return n;
  }

  private part(type: JsType, space: Space, object: number, index: number, value: unknown): unknown {
    if (typeof value === 'number') {
      return type.kind === 'number' || type.kind === 'maybe' ? this.shadow(space, object, index) : 0;
    }
    return this.of(type, value, 0);
  }

  private object(type: JsType & { kind: 'object' }, value: object): unknown {
    if (this.made.has(value)) return this.made.get(value);
    const ref = this.copied.at.get(value);
    if (ref === undefined) throw new Mismatch();
    const { heap } = this;
    switch (type.type.kind) {
      case 'typed': {
        const { name } = type.type;
        if (name !== 'Float64Array' && name !== 'Float32Array') return undefined;
        const space = typedSpaces[name];
        const source = value as Float64Array;
        const data = read(heap.views, typedData, heap.address(typedData, ref, 0));
        const from = heap.address(shadowOf(space, this.level), data, 0) / 8;
        const out = new (globalThis[name] as Float64ArrayConstructor)(source.length);
        const { f64 } = heap.views;
        // Zero times what is not finite is NaN, and adding 0 makes 0 of -0.
        let zero = 0;
        for (let i = 0; i < out.length; i++) {
          const adjoint = f64[from + i] + 0;
          zero += adjoint * 0;
          out[i] = adjoint;
        }
        if (zero !== 0) this.finite = false;
        this.made.set(value, out);
        return out;
      }
      case 'array': {
        const source = value as unknown[];
        const { root } = type.type;
        const out: unknown[] = new Array(source.length);
        this.made.set(value, out);
        const element = root.element.type;
        const data = this.copied.data.get(value)!;
        for (let i = 0; i < source.length; i++) out[i] = this.part(element, root.space, data, i, source[i]);
        return out;
      }
      case 'record': {
        const { root } = type.type;
        const out = Object.create(Object.getPrototypeOf(value)) as Record<string, unknown>;
        this.made.set(value, out);
        for (const name of Object.keys(value)) {
          const part = (value as Record<string, unknown>)[name];
          const held = root.field(name)!.type.type;
          const number = root.spaces(name).find(({ cell }) => cell === 'f64');
          out[name] =
            typeof part === 'number' && number ? this.shadow(number, ref, 0) : this.of(memberFor(held, part), part, 0);
        }
        return out;
      }
    }
  }
}

/** Objects and where they stand. */
export interface Standing {
  readonly heap: Heap;
  readonly at: ReadonlyMap<object, number>;
  /** Of an array, where its elements stand. */
  dataOf(array: object): number;
}

/** Where each number of a value stands in memory, by its leaf in the value's outline. */
export function leafPlaces(
  type: JsType,
  outline: Outline,
  count: number,
  standing: Standing,
): readonly (Place | undefined)[] {
  const places = new Array<Place | undefined>(count).fill(undefined);
  const seen = new Set<Outline>();
  const record = (root: RecordType, source: object, parts: readonly (readonly [string, Outline])[]): void => {
    const object = standing.at.get(source)!;
    for (const [name, part] of parts) {
      const held = root.field(name);
      if (held === undefined) continue;
      const space = root.spaces(name).find(({ cell }) => cell === 'f64');
      if (part.kind !== 'leaf') visit(memberFor(held.type.type, part.source), part);
      else if (space !== undefined) places[part.index] = { space, object, index: 0 };
    }
  };
  const visit = (of: JsType, part: Outline | undefined): void => {
    if (part === undefined || of.kind !== 'object' || seen.has(part)) return;
    seen.add(part);
    const { type: object } = of;
    if (part.kind === 'list' && object.kind === 'record') {
      record(
        object.root,
        part.source,
        part.parts.flatMap((p, i) => (p === undefined ? [] : [[String(i), p] as const])),
      );
    } else if (part.kind === 'list' && object.kind === 'array') {
      const data = standing.dataOf(part.source);
      const { root } = object;
      part.parts.forEach((p, index) => {
        if (p?.kind === 'leaf') places[p.index] = { space: root.space, object: data, index };
        else visit(root.element.type, p);
      });
    } else if (part.kind === 'record' && object.kind === 'record') {
      record(
        object.root,
        part.source,
        part.keys.map((key, i) => [String(key), part.parts[i]] as const),
      );
    } else if (part.kind === 'floats' && object.kind === 'typed') {
      const data = standing.dataOf(part.source);
      for (let index = 0; index < part.source.length; index++) {
        places[leafOf(part, index)] = { space: typedSpaces[object.name], object: data, index };
      }
    }
  };
  visit(type, outline);
  return places;
}

export interface Place {
  readonly space: Space;
  readonly object: number;
  readonly index: number;
}
