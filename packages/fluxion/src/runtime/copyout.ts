/**
 * Values of compiled code read back: the result as the caller gets it, and what the program has done to captured objects.
 * Invariant: an object of the caller's is itself, not a copy, or is not given out at all.
 */
import type { Space } from '../ir/types.ts';
import { bytesOfCell, nullRef, undefinedRef } from '../ir/types.ts';
import { boxOf } from '../lower/lists/boxes.ts';
import { collectionKind, keysField, listsOf, listTypeIn, valuesField } from '../lower/lists/entries.ts';
import type { ArrayType } from '../lower/types/array.ts';
import {
  arrayData,
  arrayLength,
  arrayStates,
  elementStates,
  irTypes,
  presentState,
  typedData,
  typedLength,
  typedSpaces,
  undefinedState,
} from '../lower/types/cells.ts';
import { type RecordType, tupleLength } from '../lower/types/record.ts';
import type { JsType, ObjectType, TypedName } from '../lower/types/types.ts';
import { Mismatch } from './copyin.ts';
import { isPrivate } from './fields.ts';
import { cellsOf, type Heap, Left, readCell } from './heap.ts';

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

/** Reads values of compiled code back. */
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

  /** A value from the numbers that carry it. */
  value(type: JsType, carried: readonly number[]): unknown {
    switch (type.kind) {
      case 'number':
        return carried[0];
      case 'maybe':
        return carried[1] ? carried[0] : undefined;
      case 'boolean':
        return carried[0] !== 0;
      case 'string':
        return this.strings(carried[0]);
      case 'constant':
        return type.value;
      case 'object':
        return this.object(type, carried[0]);
      case 'union': {
        let at = 1;
        for (let i = 0; i < carried[0]; i++) at += irTypes(type.members[i]).length;
        return this.value(type.members[carried[0]], carried.slice(at));
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
      const float = floatOf(root);
      const list = object as unknown[];
      // What is cut off comes back with the length.
      for (let i = length; i < list.length; i++) puts.push({ key: i, value: undefined, space: undefined });
      put('length', length);
      for (let i = 0; i < length; i++) {
        const state = this.stateOf(root, ref, i);
        if (state === presentState) put(i, this.element(root, data, i), float);
        else if (state === undefinedState) put(i, undefined, float);
      }
    } else if (collectionKind(type.root) !== undefined) {
      const now = this.entries(type.root, ref);
      const lists = listsOf(object as Map<unknown, unknown>);
      const same = Object.entries(lists).every(
        ([name, list]) => list.length === now[name].length && list.every((v, i) => Object.is(v, now[name][i])),
      );
      if (!same) throw new Left('a captured Map or Set is written');
    } else {
      const { root } = type;
      const variant = root.tag === undefined ? root.variants[0] : root.variants[this.get(root.tag, ref)];
      for (const name of [...variant.keys, ...variant.late]) {
        const spaces = root.spaces(name);
        if (!spaces.some((space) => written.has(space))) continue;
        if (isPrivate(name)) throw new Left('a private field of a captured object is written');
        const value = this.field(root, name, ref);
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

  /** The entries of a Map or Set, as lists. */
  private entries(root: RecordType, ref: number): Record<string, unknown[]> {
    const found: Record<string, unknown[]> = {};
    for (const { name } of root.fields)
      found[name] = this.elements(listTypeIn(root, name), this.get(root.space(name), ref));
    return found;
  }

  private elements(root: ArrayType, ref: number, into: unknown[] = []): unknown[] {
    const length = this.get(arrayLength, ref);
    const data = this.get(arrayData, ref);
    into.length = length;
    if (root.element.type.kind === 'number' && !root.holey) {
      const { f64 } = this.heap.views;
      const from = data >>> 3;
      for (let i = 0; i < length; i++) into[i] = f64[from + i];
      return into;
    }
    for (let i = 0; i < length; i++) {
      const state = this.stateOf(root, ref, i);
      if (state === presentState) into[i] = this.element(root, data, i);
      else if (state === undefinedState) into[i] = undefined;
    }
    return into;
  }

  private get(space: Space, object: number, index = 0): number {
    return readCell(this.heap.views, space, this.heap.address(space, object, index));
  }

  /** What an element of an array is: where none can be missing, it is there. */
  private stateOf(type: ArrayType, ref: number, index: number): number {
    return type.holey ? this.get(elementStates, this.get(arrayStates, ref), index) : presentState;
  }

  private cell(type: JsType, space: Space, object: number, index: number): unknown {
    if (type.kind === 'number' || type.kind === 'maybe') return this.get(space, object, index);
    return this.value(type, irTypes(type).length === 0 ? [] : [this.get(space, object, index)]);
  }

  private element(root: ArrayType, data: number, index: number): unknown {
    const box = boxOf(root);
    if (box === undefined) return this.cell(root.element.type, root.space, data, index);
    return this.field(box.record, 'v', this.get(root.space, data, index));
  }

  private field(root: RecordType, name: string, ref: number): unknown {
    const type = root.field(name)!.type.type;
    const spaces = root.spaces(name);
    if (spaces.length <= 1) return this.cell(type, spaces[0], ref, 0);
    return this.value(
      type,
      spaces.map((space) => this.get(space, ref)),
    );
  }

  private object(type: JsType & { kind: 'object' }, ref: number): unknown {
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
        const { cell } = typedSpaces[name];
        const from = this.heap.address(typedSpaces[name], data, 0) / bytesOfCell(cell);
        array.set(cellsOf(this.heap.views, cell).subarray(from, from + length));
        return array;
      }
      case 'array': {
        const array: unknown[] = new Array(this.get(arrayLength, ref));
        this.made.set(ref, array);
        return this.elements(type.type.root, ref, array);
      }
      case 'record': {
        const { root } = type.type;
        const kind = collectionKind(root);
        if (kind !== undefined) {
          const made: Map<unknown, unknown> | Set<unknown> = kind === 'Map' ? new Map() : new Set();
          this.made.set(ref, made);
          const { [keysField]: keys, [valuesField]: values } = this.entries(root, ref);
          keys.forEach((key, i) => void (made instanceof Map ? made.set(key, values[i]) : made.add(key)));
          return made;
        }
        const tuple = tupleLength(root) >= 0;
        const variant = root.tag === undefined ? root.variants[0] : root.variants[this.get(root.tag, ref)];
        const record = (tuple ? [] : Object.create(variant.prototype)) as Record<string, unknown>;
        this.made.set(ref, record);
        if (variant.keys.some(isPrivate)) throw new Left('an object with private fields is returned');
        for (const name of [...variant.keys, ...variant.late]) {
          if (tuple && name === 'length') continue;
          const part = this.field(root, name, ref);
          if (part !== undefined || !variant.late.has(name)) record[name] = part;
        }
        return record;
      }
    }
  }
}

/** Where the numbers among the elements of an array are. */
function floatOf(root: ArrayType): Space | undefined {
  const spaces = boxOf(root)?.spaces ?? [root.space];
  return spaces.find(({ cell }) => cell === 'f64');
}

/** The number that the cell of an integer array stands for. */
function toElement(name: TypedName, cell: number): number {
  return name === 'Uint32Array' ? cell >>> 0 : cell;
}
