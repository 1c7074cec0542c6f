/**
 * The types of Maps and Sets, and their entries as lists.
 * Invariant: a Map has as many values as keys, a Set has keys only.
 */
import { ArrayType } from '../types/array.ts';
import type { Growth } from '../types/growth.ts';
import { RecordType } from '../types/record.ts';
import { objectOf } from '../types/types.ts';

export const keysField = '#keys';
export const valuesField = '#values';

export type CollectionKind = 'Map' | 'Set';

/** Whether objects of this type are Maps or Sets. */
export function collectionKind(type: RecordType): CollectionKind | undefined {
  const { prototype } = type;
  return prototype === Map.prototype ? 'Map' : prototype === Set.prototype ? 'Set' : undefined;
}

export function newCollectionType(growth: Growth, kind: CollectionKind): RecordType {
  const record = new RecordType(growth, kind, globalThis[kind].prototype);
  record.addField(keysField, objectOf(new ArrayType(growth)));
  if (kind === 'Map') record.addField(valuesField, objectOf(new ArrayType(growth)));
  record.variant.closed = true;
  return record;
}

/** The entries of one that exists, under the names of the fields. */
export function listsOf(value: Map<unknown, unknown> | Set<unknown>): Record<string, unknown[]> {
  if (value instanceof Set) return { [keysField]: [...Set.prototype.values.call(value)] };
  const { keys, values } = Map.prototype;
  return { [keysField]: [...keys.call(value)], [valuesField]: [...values.call(value)] };
}

/** The type of one of its lists. */
export function listTypeIn(root: RecordType, name: string): ArrayType {
  const held = root.field(name)!.type.type;
  if (held.kind !== 'object' || held.type.kind !== 'array') throw new Error('a collection has lists');
  return held.type.root;
}
