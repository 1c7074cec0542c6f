/**
 * Where the numbers of a value stand in memory, by their leaves in the outline that the dynamic tier makes of it.
 * Invariant: a leaf has a place exactly if the memory holds its number.
 */
import { firstSlot, type Outline } from '../dynamic/outline.ts';
import { boxOf } from '../lower/lists/boxes.ts';
import { keysField, listTypeIn, valuesField } from '../lower/lists/entries.ts';
import type { ArrayType } from '../lower/types/array.ts';
import { arrayData, typedSpaces } from '../lower/types/cells.ts';
import { type RecordType, tupleLength, type Variant } from '../lower/types/record.ts';
import type { JsType, ObjectType } from '../lower/types/types.ts';
import { isPrivate } from './fields.ts';
import { type Heap, readCell } from './heap.ts';

/** Objects and where they stand. */
export interface Standing {
  readonly heap: Heap;
  readonly at: ReadonlyMap<object, number>;
  /** Of an array, where its elements stand. */
  dataOf(array: object): number;
  /** Of an array whose elements are in boxes, where those stand that count. */
  readonly boxes?: ReadonlyMap<object, readonly number[]> | undefined;
  /** Of Maps and Sets whose entries may have changed since, the lists that count. */
  readonly lists?: ReadonlyMap<object, Readonly<Record<string, readonly unknown[]>>> | undefined;
}

/** The address of each number's cell, by its leaf in the value's outline; 0 where it is not in memory. */
export function leafCells(type: JsType, outline: Outline, count: number, standing: Standing): Uint32Array {
  const cells = new Uint32Array(count);
  const { heap } = standing;
  const seen = new Set<Outline>();
  const field = (root: RecordType, object: number, name: string, part: Outline): void => {
    const held = root.field(name);
    if (held === undefined) return;
    if (part.kind !== 'leaf') {
      visit(memberFor(held.type.type, part.source), part);
      return;
    }
    const space = root.spaces(name).find(({ cell }) => cell === 'f64');
    if (space !== undefined) cells[part.index] = heap.address(space, object, 0);
  };
  const elements = (
    root: ArrayType,
    data: number,
    boxes: readonly number[] | undefined,
    parts: readonly (Outline | undefined)[],
  ): void => {
    const first = heap.address(root.space, data, 0);
    const box = boxOf(root);
    for (let i = 0; i < parts.length; i++) {
      const held = parts[i];
      if (held?.kind !== 'leaf') visit(held && memberFor(root.element.type, held.source), held);
      else if (box === undefined) cells[held.index] = first + 8 * i;
      else {
        const at = boxes?.[i] ?? readCell(heap.views, root.space, heap.address(root.space, data, i));
        const space = box.spaces.find(({ cell }) => cell === 'f64');
        if (space !== undefined) cells[held.index] = heap.address(space, at, 0);
      }
    }
  };
  const visit = (of: JsType | undefined, part: Outline | undefined): void => {
    if (part === undefined || of?.kind !== 'object' || seen.has(part)) return;
    seen.add(part);
    const { type: object } = of;
    if (part.kind === 'list' && object.kind === 'record') {
      const at = standing.at.get(part.source)!;
      for (let i = 0; i < part.parts.length; i++) {
        const held = part.parts[i];
        if (held !== undefined) field(object.root, at, String(i), held);
      }
    } else if (part.kind === 'list' && object.kind === 'array') {
      elements(object.root, standing.dataOf(part.source), standing.boxes?.get(part.source), part.parts);
    } else if ((part.kind === 'map' || part.kind === 'set') && object.kind === 'record') {
      const name = part.kind === 'map' ? valuesField : keysField;
      const list = standing.lists?.get(part.source)?.[name];
      const type = listTypeIn(object.root, name);
      if (list !== undefined) elements(type, standing.dataOf(list), standing.boxes?.get(list), part.parts);
      else {
        const space = object.root.space(name);
        const ref = readCell(heap.views, space, heap.address(space, standing.at.get(part.source)!, 0));
        elements(type, readCell(heap.views, arrayData, heap.address(arrayData, ref, 0)), undefined, part.parts);
      }
    } else if (part.kind === 'record' && object.kind === 'record') {
      const at = standing.at.get(part.source)!;
      for (let i = 0; i < part.keys.length; i++) field(object.root, at, String(part.keys[i]), part.parts[i]);
    } else if (part.kind === 'floats' && object.kind === 'typed') {
      const first = heap.address(typedSpaces[object.name], standing.dataOf(part.source), 0);
      const { leaves } = part.buffer;
      const slot = firstSlot(part);
      const { length } = part.source;
      for (let i = 0; i < length; i++) cells[leaves[slot + i]] = first + 8 * i;
    }
  };
  visit(type, outline);
  return cells;
}

/** The type of an object among the members of a union. */
export function memberFor(type: JsType, value: unknown): JsType {
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
