/**
 * The static types that lowering gives to JavaScript values.
 * Invariant: a type of a value never changes; what it refers to in memory (elements, fields, cells) may grow.
 */
import type { Type } from '../../ir/types.ts';
import type { ArrayType } from './array.ts';
import type { CellVariable } from './growth.ts';
import type { RecordType } from './record.ts';

/** A primitive or a function of the engine's or the user's, known by its value. */
export interface ConstantType {
  readonly kind: 'constant';
  readonly value: unknown;
}

export type JsType =
  /** Not known yet: nothing has been seen there (an empty array's elements, the result of a recursion under way). */
  | { readonly kind: 'never' }
  | { readonly kind: 'number' }
  | { readonly kind: 'boolean' }
  /** One of the strings of the module's table. */
  | { readonly kind: 'string' }
  | ConstantType
  /** A number or undefined. */
  | { readonly kind: 'maybe' }
  | ObjectTypeUse
  | ClosureType
  /** A variable that lives in memory, since a closure shares it. Only variables have this type, never expressions. */
  | CellType
  /** One of several, told apart by a number: its place among the members. */
  | UnionType
  /** Two types that have no common one: an error for whoever reads it. */
  | { readonly kind: 'conflict'; readonly a: JsType; readonly b: JsType };

export interface ObjectTypeUse {
  readonly kind: 'object';
  readonly type: ObjectType;
  readonly orNull: boolean;
  readonly orUndefined: boolean;
}

/** A function made by lowered code: its code, and the types of what it closes over, in the order of `captured`. */
export interface ClosureType {
  readonly kind: 'closure';
  /** Identity of code and of the types captured; equal texts are equal types. */
  readonly key: string;
  readonly closure: unknown;
  /** What carries the values it closes over. */
  readonly carried: readonly Type[];
}

export interface UnionType {
  readonly kind: 'union';
  readonly members: readonly JsType[];
}

export interface CellType {
  readonly kind: 'cell';
  readonly cell: CellVariable;
}

export type ObjectType = ArrayType | TypedType | RecordType;

export type TypedName =
  | 'Float64Array'
  | 'Float32Array'
  | 'Int32Array'
  | 'Uint32Array'
  | 'Int16Array'
  | 'Uint16Array'
  | 'Int8Array'
  | 'Uint8Array'
  | 'Uint8ClampedArray';

export const never: JsType = { kind: 'never' };
export const number: JsType = { kind: 'number' };
export const boolean: JsType = { kind: 'boolean' };
export const string: JsType = { kind: 'string' };
export const maybe: JsType = { kind: 'maybe' };

export function constant(value: unknown): ConstantType {
  return { kind: 'constant', value };
}

export function objectOf(type: ObjectType, orNull = false, orUndefined = false): ObjectTypeUse {
  return { kind: 'object', type, orNull, orUndefined };
}

/** In memory a known number is a number, a known string a string of the table. */
export function widen(type: JsType): JsType {
  if (type.kind !== 'constant') return type;
  if (typeof type.value === 'number') return number;
  if (typeof type.value === 'boolean') return boolean;
  if (typeof type.value === 'string') return string;
  return type;
}

export interface TypedType {
  readonly kind: 'typed';
  readonly name: TypedName;
}

const typedTypes = new Map<TypedName, TypedType>();
export function typedType(name: TypedName): TypedType {
  let known = typedTypes.get(name);
  if (known === undefined) typedTypes.set(name, (known = { kind: 'typed', name }));
  return known;
}

/** For messages. */
export function describeType(t: JsType): string {
  switch (t.kind) {
    case 'constant':
      return typeof t.value === 'function' ? `the function ${t.value.name}` : String(t.value);
    case 'maybe':
      return 'number or undefined';
    case 'object': {
      const name = t.type.kind === 'typed' ? t.type.name : t.type.kind === 'array' ? 'array' : t.type.root.name;
      return `${name}${t.orNull ? ' or null' : ''}${t.orUndefined ? ' or undefined' : ''}`;
    }
    case 'closure':
      return 'function';
    case 'union':
      return t.members.map(describeType).join(' or ');
    case 'conflict':
      return `${describeType(t.a)} or ${describeType(t.b)}`;
    default:
      return t.kind;
  }
}
