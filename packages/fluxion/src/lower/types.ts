/**
 * The static types that lowering gives to JavaScript values, and how two of them become one.
 * Invariant: types of memory (elements, fields, cells, results) only ever grow; growth is noted in `Growth`, and whoever lowers
 * begins again until nothing grows any more.
 */
import type { CellKind, Shape, Space } from '../ir/types.ts';
import { elements, field } from '../ir/types.ts';

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

/** Notes that a type of memory has grown, so that what was lowered before may be wrong. */
export class Growth {
  changed = false;
  private ids = 0;
  next(): number {
    return ++this.ids;
  }
}

/** What a place in memory may hold; places that are unified share one. */
export class TypeVariable {
  private forward: TypeVariable | undefined;
  private held: JsType = never;
  private readonly growth: Growth;
  constructor(growth: Growth, type: JsType = never) {
    this.growth = growth;
    this.held = widen(type);
  }
  private get root(): TypeVariable {
    let v: TypeVariable = this;
    while (v.forward !== undefined) v = v.forward;
    return v;
  }
  get type(): JsType {
    return this.root.held;
  }
  same(other: TypeVariable): boolean {
    return this.root === other.root;
  }
  /** Something of this type is put here. */
  add(type: JsType): void {
    const root = this.root;
    const joined = join(root.held, widen(type));
    if (!sameType(joined, root.held)) {
      root.held = joined;
      this.growth.changed = true;
    }
  }
  unify(other: TypeVariable): void {
    const a = this.root;
    const b = other.root;
    if (a === b) return;
    b.forward = a;
    this.growth.changed = true;
    const joined = join(a.held, b.held);
    a.held = joined;
  }
}

/** In memory a known number is a number, a known string a string of the table. */
export function widen(type: JsType): JsType {
  if (type.kind !== 'constant') return type;
  if (typeof type.value === 'number') return number;
  if (typeof type.value === 'boolean') return boolean;
  if (typeof type.value === 'string') return string;
  return type;
}

/** Shape of a growing array's head: its length, how many elements there is room for, and where they are. */
export const arrayLength = field('array.length', 'i32', 0);
export const arrayCapacity = field('array.capacity', 'i32', 1);
export const arrayData = field('array.data', 'ref', 2);
export const arrayShape: Shape = { name: 'array', fields: [arrayLength, arrayCapacity, arrayData] };

/** Head of a typed array: never changed once made. */
export const typedLength = field('typed.length', 'i32', 0, true);
export const typedData = field('typed.data', 'ref', 1, true);
/** Where in its buffer it begins, in elements; and the length of the buffer, in bytes. */
export const typedStart = field('typed.start', 'i32', 2, true);
export const typedBuffer = field('typed.buffer', 'ref', 3, true);
export const typedShape: Shape = { name: 'typed', fields: [typedLength, typedData, typedStart, typedBuffer] };

/** Elements by cell kind: arrays of numbers share one space, so do all Float64Array views. */
export const elementSpaces = {
  /** Elements of arrays, by what they hold. */
  numbers: elements('number[]', 'f64'),
  booleans: elements('boolean[]', 'bool'),
  strings: elements('string[]', 'i32'),
  references: elements('object[]', 'ref'),
} as const;

export const typedSpaces: Readonly<Record<TypedName, Space>> = {
  Float64Array: elements('Float64Array', 'f64'),
  Float32Array: elements('Float32Array', 'f64'),
  Int32Array: elements('Int32Array', 'i32'),
  Uint32Array: elements('Uint32Array', 'i32'),
  Int16Array: elements('Int16Array', 'i16'),
  Uint16Array: elements('Uint16Array', 'u16'),
  Int8Array: elements('Int8Array', 'i8'),
  Uint8Array: elements('Uint8Array', 'u8'),
  Uint8ClampedArray: elements('Uint8ClampedArray', 'u8'),
};

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

export class ArrayType {
  readonly kind = 'array';
  readonly id: number;
  readonly element: TypeVariable;
  private forward: ArrayType | undefined;
  private holes = false;
  private readonly growth: Growth;
  constructor(growth: Growth, element: JsType = never) {
    this.growth = growth;
    this.id = growth.next();
    this.element = new TypeVariable(growth, element);
  }
  get root(): ArrayType {
    let a: ArrayType = this;
    while (a.forward !== undefined) a = a.forward;
    return a;
  }
  /** Some elements may never have been written. */
  get holey(): boolean {
    return this.root.holes;
  }
  makeHoley(): void {
    if (!this.root.holes) {
      this.root.holes = true;
      this.growth.changed = true;
    }
  }
  unify(other: ArrayType): void {
    const a = this.root;
    const b = other.root;
    if (a === b) return;
    b.forward = a;
    if (b.holes) a.holes = true;
    this.growth.changed = true;
    a.element.unify(b.element);
  }
  /** The space of its elements; for elements of no type yet, that of numbers. */
  get space(): Space {
    return spaceFor(this.root.element.type);
  }
}

export function spaceFor(type: JsType): Space {
  switch (cellFor(type)) {
    case 'bool':
      return elementSpaces.booleans;
    case 'i32':
      return elementSpaces.strings;
    case 'ref':
      return elementSpaces.references;
    default:
      return elementSpaces.numbers;
  }
}

/** The cell that holds a value of this type; undefined where the type says it all. */
export function cellFor(type: JsType): CellKind | undefined {
  switch (type.kind) {
    case 'number':
      return 'f64';
    case 'boolean':
      return 'bool';
    case 'string':
      return 'i32';
    case 'object':
      return 'ref';
    case 'constant':
      // null and undefined may grow to references.
      return type.value === null || type.value === undefined ? 'ref' : undefined;
    default:
      return undefined;
  }
}

/** A captured variable that is assigned: one for each declaration. */
export class CellVariable {
  readonly content: TypeVariable;
  private readonly name: string;
  private known: { cell: CellKind; space: Space; shape: Shape } | undefined;
  constructor(growth: Growth, name: string) {
    this.name = `${name}${growth.next()}`;
    this.content = new TypeVariable(growth);
  }
  private get current(): { space: Space; shape: Shape } {
    const cell = cellFor(this.content.type) ?? 'i32';
    if (this.known?.cell !== cell) {
      const space = field(`var ${this.name}`, cell, 0);
      this.known = { cell, space, shape: { name: this.name, fields: [space] } };
    }
    return this.known;
  }
  get space(): Space {
    return this.current.space;
  }
  get shape(): Shape {
    return this.current.shape;
  }
}

export interface RecordField {
  readonly name: string;
  readonly type: TypeVariable;
  readonly slot: number;
}

/** Objects with one prototype and one list of own data properties, in order. Private fields are fields named `#x`. */
export class RecordType {
  readonly kind = 'record';
  readonly id: number;
  readonly name: string;
  readonly prototype: object | null;
  /** What lowered code made the prototype of: a class of its own. */
  readonly owner: unknown;
  readonly list: RecordField[] = [];
  private readonly byName = new Map<string, RecordField>();
  private readonly spaces = new Map<string, { cell: CellKind; space: Space }>();
  private forward: RecordType | undefined;
  private readonly growth: Growth;
  private made: Shape | undefined;
  constructor(growth: Growth, name: string, prototype: object | null, owner?: unknown) {
    this.growth = growth;
    this.id = growth.next();
    this.name = name;
    this.prototype = prototype;
    this.owner = owner;
  }
  get root(): RecordType {
    let r: RecordType = this;
    while (r.forward !== undefined) r = r.forward;
    return r;
  }
  field(name: string): RecordField | undefined {
    return this.root.byName.get(name);
  }
  get fields(): readonly RecordField[] {
    return this.root.list;
  }
  addField(name: string, type: JsType = never): RecordField {
    const root = this.root;
    let known = root.byName.get(name);
    if (known === undefined) {
      known = { name, type: new TypeVariable(this.growth, type), slot: root.list.length };
      root.byName.set(name, known);
      root.list.push(known);
      root.made = undefined;
      this.growth.changed = true;
    } else known.type.add(type);
    return known;
  }
  /** The space of a field, for the type it has now. */
  space(name: string): Space {
    const root = this.root;
    const f = root.byName.get(name)!;
    const cell = cellFor(f.type.type) ?? 'i32';
    const known = root.spaces.get(name);
    if (known?.cell === cell) return known.space;
    const space = field(`${root.name}${root.id}.${name}`, cell, f.slot);
    root.spaces.set(name, { cell, space });
    root.made = undefined;
    return space;
  }
  get shape(): Shape {
    const root = this.root;
    const fields = root.list.map((f) => root.space(f.name));
    if (root.made === undefined || root.made.fields.some((f, i) => f !== fields[i])) {
      root.made = { name: `${root.name}${root.id}`, fields };
    }
    return root.made;
  }
  /** Both become one, if they have the same properties. */
  unify(other: RecordType): boolean {
    const a = this.root;
    const b = other.root;
    if (a === b) return true;
    if (a.prototype !== b.prototype || a.owner !== b.owner || a.list.length !== b.list.length) return false;
    if (a.list.some((f, i) => f.name !== b.list[i].name)) return false;
    b.forward = a;
    this.growth.changed = true;
    a.list.forEach((f, i) => f.type.unify(b.list[i].type));
    return true;
  }
}

export function sameObjectType(a: ObjectType, b: ObjectType): boolean {
  if (a.kind === 'typed' || b.kind === 'typed') return a === b;
  return a.root === b.root;
}

export function sameType(a: JsType, b: JsType): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'constant':
      return Object.is(a.value, (b as ConstantType).value);
    case 'object': {
      const o = b as ObjectTypeUse;
      return a.orNull === o.orNull && a.orUndefined === o.orUndefined && sameObjectType(a.type, o.type);
    }
    case 'closure':
      return a.key === (b as ClosureType).key;
    case 'cell':
      return a.cell === (b as CellType).cell;
    default:
      return true;
  }
}

const isNull = (t: JsType): boolean => t.kind === 'constant' && t.value === null;
const isUndefined = (t: JsType): boolean => t.kind === 'constant' && t.value === undefined;

/** The least type that holds both. Objects of two types become one type where they can. */
export function join(a: JsType, b: JsType): JsType {
  if (a.kind === 'never') return b;
  if (b.kind === 'never' || sameType(a, b)) return a;
  if (a.kind === 'conflict') return a;
  if (b.kind === 'conflict') return b;
  if (a.kind === 'object' && b.kind === 'object') {
    const type = unifyObjects(a.type, b.type);
    if (type === undefined) return { kind: 'conflict', a, b };
    return objectOf(type, a.orNull || b.orNull, a.orUndefined || b.orUndefined);
  }
  if (a.kind === 'object' && isNull(b)) return objectOf(a.type, true, a.orUndefined);
  if (b.kind === 'object' && isNull(a)) return objectOf(b.type, true, b.orUndefined);
  if (a.kind === 'object' && isUndefined(b)) return objectOf(a.type, a.orNull, true);
  if (b.kind === 'object' && isUndefined(a)) return objectOf(b.type, b.orNull, true);
  const wa = widen(a);
  const wb = widen(b);
  if (sameType(wa, wb) && wa.kind !== 'constant') return wa;
  const numeric = (t: JsType): boolean => t.kind === 'number' || t.kind === 'maybe';
  if ((numeric(wa) || isUndefined(wa)) && (numeric(wb) || isUndefined(wb))) return maybe;
  return { kind: 'conflict', a, b };
}

function unifyObjects(a: ObjectType, b: ObjectType): ObjectType | undefined {
  if (a.kind === 'typed' || b.kind === 'typed') return a === b ? a : undefined;
  if (a.kind === 'array' && b.kind === 'array') {
    a.unify(b);
    return a.root;
  }
  if (a.kind === 'record' && b.kind === 'record') return a.unify(b) ? a.root : undefined;
  return undefined;
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
    case 'conflict':
      return `${describeType(t.a)} or ${describeType(t.b)}`;
    default:
      return t.kind;
  }
}
