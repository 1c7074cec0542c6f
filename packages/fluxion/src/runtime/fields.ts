/**
 * Where the fields of a record lie in memory, and which keys its objects have: worked out once for each shape.
 * Invariant: a shape that has changed is another one, so nothing here grows old.
 */
import type { Shape, Space } from '../ir/types.ts';
import type { RecordType, Variant } from '../lower/types/record.ts';
import type { JsType } from '../lower/types/types.ts';

export interface Field {
  readonly name: string;
  readonly isPrivate: boolean;
  readonly variable: { readonly type: JsType };
  readonly spaces: readonly Space[];
  /** From the object to the first cell, in bytes. */
  readonly offset: number;
  /** To the cell that holds a number; -1 if none does. */
  readonly number: number;
}

export interface Origin {
  readonly variant: Variant;
  /** Own keys in their order, without private names. */
  readonly keys: readonly string[];
  readonly hasPrivate: boolean;
  /** To be copied, where objects are plain: that is quicker than adding one property after the other. */
  readonly template: object | undefined;
}

export interface Fields {
  readonly list: readonly Field[];
  readonly byName: ReadonlyMap<string, Field>;
  readonly origins: readonly Origin[];
}

/** A field that is named in a class's body only. */
export const isPrivate = (name: string): boolean => name.startsWith('#');

const known = new WeakMap<Shape, Fields>();

export function fieldsOf(type: RecordType): Fields {
  const { shape } = type;
  let fields = known.get(shape);
  if (fields === undefined || fields.origins.length !== type.variants.length) known.set(shape, (fields = made(type)));
  return fields;
}

function made(type: RecordType): Fields {
  const list = type.fields.map(({ name, type: variable }): Field => {
    const spaces = type.spaces(name);
    const number = spaces.find(({ cell }) => cell === 'f64');
    return {
      name,
      isPrivate: isPrivate(name),
      variable,
      spaces,
      offset: 8 * (spaces[0]?.slot ?? 0),
      number: number === undefined ? -1 : 8 * number.slot,
    };
  });
  const origins = type.variants.map((variant): Origin => {
    const keys = variant.keys.filter((key) => !isPrivate(key));
    const isPlain = variant.prototype === Object.prototype && !keys.includes('__proto__');
    const template = isPlain ? Object.fromEntries(keys.map((key) => [key, undefined])) : undefined;
    return { variant, keys, hasPrivate: keys.length < variant.keys.length, template };
  });
  return { list, byName: new Map(list.map((field) => [field.name, field])), origins };
}
