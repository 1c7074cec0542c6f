/**
 * Where the numbers of a value stand in memory, by their leaves in the outline that the dynamic tier makes of it.
 * Invariant: a leaf has a place exactly if the memory holds its number.
 */
import { leafOf, type Outline } from '../dynamic/outline.ts';
import type { Space } from '../ir/types.ts';
import {
  type JsType,
  type ObjectType,
  type RecordType,
  tupleLength,
  typedSpaces,
  type Variant,
} from '../lower/types.ts';
import { isPrivate } from './copyin.ts';
import type { Heap } from './heap.ts';

export interface Place {
  readonly space: Space;
  readonly object: number;
  readonly index: number;
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
