/**
 * The static types that lowering gives to JavaScript values, and how two of them become one.
 * Invariant: types of memory (elements, fields, cells, results) only ever grow; growth is noted in `Growth`, and whoever lowers
 * begins again until nothing grows any more.
 */
import type { CellKind, Shape, Space, Type } from '../ir/types.ts';
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

/** Notes that a type of memory has grown after somebody had asked for it, so that what was lowered before may be wrong. */
export class Growth {
  /** Counts what has grown, so that what was worked out from types can be kept while it stays the same. */
  version = 0;
  private ids = 0;
  private grown = false;
  get changed(): boolean {
    return this.grown;
  }
  set changed(changed: boolean) {
    if (changed) this.version++;
    this.grown = changed;
  }
  /** Something has grown; `asked`: somebody has been told what it was before. */
  grew(asked: boolean): void {
    if (asked) this.changed = true;
    else this.version++;
  }
  /** Makes a type that nobody can have asked for before it is made. */
  making<T>(make: () => T): T {
    const before = this.grown;
    const made = make();
    this.grown = before;
    return made;
  }
  next(): number {
    return ++this.ids;
  }
}

/** What a place in memory may hold; places that are unified share one. */
export class TypeVariable {
  private forward: TypeVariable | undefined;
  private held: JsType = never;
  private asked = false;
  private readonly growth: Growth;
  /** Whether unions are kept here: where a value may take several cells. */
  private readonly wide: boolean;
  constructor(growth: Growth, type: JsType = never, wide = false) {
    this.growth = growth;
    this.held = widen(type);
    this.wide = wide;
  }
  private get root(): TypeVariable {
    let v: TypeVariable = this;
    while (v.forward !== undefined) v = v.forward;
    return v;
  }
  get type(): JsType {
    const { root } = this;
    root.asked = true;
    return root.held;
  }
  /** The type it would have if something of this type were put here. */
  with(type: JsType): JsType {
    const { root } = this;
    return (root.wide ? unite : join)(root.held, widen(type));
  }
  same(other: TypeVariable): boolean {
    return this.root === other.root;
  }
  /** Something of this type is put here. */
  add(type: JsType): void {
    const { root } = this;
    const joined = root.with(type);
    if (!sameType(joined, root.held)) {
      root.held = joined;
      this.growth.grew(root.asked);
    }
  }
  unify(other: TypeVariable): void {
    const a = this.root;
    const b = other.root;
    if (a === b) return;
    b.forward = a;
    a.asked ||= b.asked;
    this.growth.changed = true;
    const joined = (a.wide ? unite : join)(a.held, b.held);
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

/**
 * Shape of a growing array's head: its length, how many elements there is room for, and where they are; for types that may have holes
 * also what each element is.
 */
export const arrayLength = field('array.length', 'i32', 0);
export const arrayCapacity = field('array.capacity', 'i32', 1);
export const arrayData = field('array.data', 'ref', 2);
export const arrayStates = field('array.states', 'ref', 3);
export const arrayShape: Shape = { name: 'array', fields: [arrayLength, arrayCapacity, arrayData, arrayStates] };

/** What an element is, in arrays of a type that may have holes: never written, written, undefined among numbers. */
export const elementStates = elements('array.state', 'u8');
export const holeState = 0;
export const presentState = 1;
export const undefinedState = 2;

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
  private grows = false;
  private askedHoley = false;
  private askedGrowing = false;
  private readonly growth: Growth;
  constructor(growth: Growth, element: JsType = never) {
    this.growth = growth;
    this.id = growth.next();
    this.element = new TypeVariable(growth, element, true);
  }
  get root(): ArrayType {
    let a: ArrayType = this;
    while (a.forward !== undefined) a = a.forward;
    return a;
  }
  /** Some elements may never have been written, or be undefined among numbers: each has a state. */
  get holey(): boolean {
    const { root } = this;
    root.askedHoley = true;
    return root.holes || root.element.type.kind === 'maybe';
  }
  /** Writing right behind the end makes them longer. Others leave the tier there, so that loops up to their length are counted. */
  get growing(): boolean {
    const { root } = this;
    root.askedGrowing = true;
    return root.grows;
  }
  makeGrowing(): void {
    const { root } = this;
    if (root.grows) return;
    root.grows = true;
    this.growth.grew(root.askedGrowing);
  }
  makeHoley(): void {
    const { root } = this;
    if (root.holes) return;
    root.holes = true;
    this.growth.grew(root.askedHoley);
  }
  unify(other: ArrayType): void {
    const a = this.root;
    const b = other.root;
    if (a === b) return;
    b.forward = a;
    if (b.holes) a.holes = true;
    if (b.grows) a.grows = true;
    a.askedHoley ||= b.askedHoley;
    a.askedGrowing ||= b.askedGrowing;
    this.growth.changed = true;
    a.element.unify(b.element);
  }
  /** A type for the boxes of its elements. */
  boxed(): RecordType {
    return new RecordType(this.growth, 'box', null);
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

/** Whether an element of this type takes more than a cell, and is in a box. */
export function isBoxed(type: JsType): boolean {
  return type.kind === 'union' || (type.kind === 'closure' && type.carried.length > 0);
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
    case 'union':
      return 'ref';
    case 'closure':
      return type.carried.length > 0 ? 'ref' : undefined;
    case 'constant':
      // null and undefined may grow to references.
      return type.value === null || type.value === undefined ? 'ref' : undefined;
    default:
      return undefined;
  }
}

/** The IR types that carry a value of this type. */
export function irTypes(type: JsType): readonly Type[] {
  switch (type.kind) {
    case 'number':
      return ['f64'];
    case 'boolean':
      return ['bool'];
    case 'string':
      return ['i32'];
    case 'maybe':
      return ['f64', 'bool'];
    case 'object':
    case 'cell':
      return ['ref'];
    case 'closure':
      return type.carried;
    case 'union':
      return ['i32', ...type.members.flatMap(irTypes)];
    default:
      return [];
  }
}

/** A captured variable that is assigned: one for each declaration. */
export class CellVariable {
  readonly content: TypeVariable;
  private readonly name: string;
  private known: { key: string; spaces: readonly Space[]; shape: Shape } | undefined;
  constructor(growth: Growth, name: string) {
    this.name = `${name}${growth.next()}`;
    this.content = new TypeVariable(growth, never, true);
  }
  private get current(): { spaces: readonly Space[]; shape: Shape } {
    const cells = irTypes(this.content.type);
    const key = cells.join();
    if (this.known?.key !== key) {
      const spaces = cells.map((cell, i) => field(`var ${this.name}${i === 0 ? '' : `.${i}`}`, cell, i));
      this.known = { key, spaces, shape: { name: this.name, fields: spaces } };
    }
    return this.known;
  }
  /** The cells that carry its value. */
  get spaces(): readonly Space[] {
    return this.current.spaces;
  }
  get shape(): Shape {
    return this.current.shape;
  }
}

export interface RecordField {
  readonly name: string;
  readonly type: TypeVariable;
}

/** What the objects of one origin have in common: their prototype, and their own properties in order. */
export class Variant {
  readonly name: string;
  readonly prototype: object | null;
  /** What lowered code made the prototype of: a class of its own. */
  readonly owner: unknown;
  /** Own properties that are there as soon as anyone sees the object. Private fields are named `#x`. */
  readonly keys: string[] = [];
  /** Own properties that are added at some time, or never: undefined until then. */
  readonly late = new Set<string>();
  /** Whether `keys` is complete; instances of classes get theirs one by one. */
  closed: boolean;
  /** Some of the objects may be frozen: nothing is written to any. */
  frozen = false;
  private forward: Variant | undefined;
  constructor(name: string, prototype: object | null, owner?: unknown) {
    this.name = name;
    this.prototype = prototype;
    this.owner = owner;
    this.closed = prototype === Array.prototype;
  }
  get root(): Variant {
    let v: Variant = this;
    while (v.forward !== undefined) v = v.forward;
    return v;
  }
  has(name: string): boolean {
    const { keys, late } = this.root;
    return keys.includes(name) || late.has(name);
  }
  /** Both become one if they can't be told apart. */
  merge(other: Variant): boolean {
    const a = this.root;
    const b = other.root;
    if (a === b) return true;
    if (!a.closed || !b.closed || a.prototype !== b.prototype || a.owner !== b.owner) return false;
    if (a.keys.length !== b.keys.length || a.keys.some((k, i) => k !== b.keys[i])) return false;
    b.forward = a;
    for (const name of b.late) a.late.add(name);
    if (b.frozen) a.frozen = true;
    return true;
  }
}

/** Objects of fixed shape. Where objects of several origins meet, they are of one type, which has the fields of all. */
export class RecordType {
  readonly kind = 'record';
  readonly id: number;
  readonly name: string;
  /** Of the objects that are made as this type, whatever it has met since. */
  readonly variant: Variant;
  private readonly own: Variant[];
  private readonly list: RecordField[] = [];
  private readonly byName = new Map<string, RecordField>();
  private forward: RecordType | undefined;
  private readonly growth: Growth;
  private made:
    | { version: number; key: string; spaces: Map<string, readonly Space[]>; tag: Space; shape: Shape }
    | undefined;
  constructor(growth: Growth, name: string, prototype: object | null, owner?: unknown) {
    this.growth = growth;
    this.id = growth.next();
    this.name = name;
    this.variant = new Variant(name, prototype, owner);
    this.own = [this.variant];
  }
  get root(): RecordType {
    let r: RecordType = this;
    while (r.forward !== undefined) r = r.forward;
    return r;
  }
  /** Of the only origin, if there is one. */
  get prototype(): object | null {
    return this.variants[0].prototype;
  }
  /** The origins of its objects; an object's tag cell holds the place of its own here, if there are several. */
  get variants(): readonly Variant[] {
    return this.root.own;
  }
  field(name: string): RecordField | undefined {
    return this.root.byName.get(name);
  }
  get fields(): readonly RecordField[] {
    return this.root.list;
  }
  /** Objects of the own origin have this property from the start. */
  addField(name: string, type: JsType = never): RecordField {
    const variant = this.variant.root;
    if (!variant.has(name)) {
      variant.keys.push(name);
      this.growth.changed = true;
    }
    return this.held(name, type);
  }
  /** Objects of this origin have the property as soon as anyone sees them. */
  addKey(variant: Variant, name: string): void {
    variant.root.keys.push(name);
    this.growth.changed = true;
    this.held(name, never);
  }
  /** Objects get this property some time. */
  addLate(name: string): RecordField {
    for (const variant of this.variants) {
      if (variant.has(name)) continue;
      variant.late.add(name);
      this.growth.changed = true;
    }
    return this.held(name, constant(undefined));
  }
  private held(name: string, type: JsType): RecordField {
    const { root } = this;
    let known = root.byName.get(name);
    if (known === undefined) {
      known = { name, type: new TypeVariable(this.growth, type, true) };
      root.byName.set(name, known);
      root.list.push(known);
      this.growth.changed = true;
    } else known.type.add(type);
    return known;
  }
  private get layout() {
    const { root } = this;
    const { made, growth } = root;
    if (made?.version === growth.version) return made;
    const cells = root.list.map((f) => irTypes(f.type.type));
    const key = `${root.own.length > 1}:${root.list.map((f, i) => `${f.name}:${cells[i].join()}`).join(';')}`;
    if (made?.key === key) {
      made.version = growth.version;
      return made;
    }
    let slot = 0;
    const name = `${root.name}${root.id}`;
    const spaces = new Map<string, readonly Space[]>();
    root.list.forEach((f, n) => {
      spaces.set(
        f.name,
        cells[n].map((cell, i) => field(`${name}.${f.name}${i === 0 ? '' : `.${i}`}`, cell, slot++)),
      );
    });
    const tag = field(`${name} tag`, 'i32', slot, true);
    const fields = [...spaces.values()].flat();
    if (root.own.length > 1) fields.push(tag);
    root.made = { version: growth.version, key, spaces, tag, shape: { name, fields } };
    return root.made;
  }
  /** The cells of a field, for the type it has now. */
  spaces(name: string): readonly Space[] {
    return this.layout.spaces.get(name)!;
  }
  /** The first cell of a field, which has just one unless its type is a union or a function that closes over something. */
  space(name: string): Space {
    return this.spaces(name)[0];
  }
  get shape(): Shape {
    return this.layout.shape;
  }
  /** Where an object says which of several variants it is; undefined where there is one. */
  get tag(): Space | undefined {
    return this.variants.length > 1 ? this.layout.tag : undefined;
  }
  /** What stands in the tag cell of objects of this origin. */
  tagOf(variant: Variant): number {
    return this.variants.indexOf(variant.root);
  }
  /** Both become one. */
  unify(other: RecordType): void {
    const a = this.root;
    const b = other.root;
    if (a === b) return;
    b.forward = a;
    this.growth.changed = true;
    for (const variant of b.own) {
      if (!a.own.some((v) => v.merge(variant))) a.own.push(variant);
    }
    for (const f of b.list) {
      const mine = a.byName.get(f.name);
      if (mine !== undefined) mine.type.unify(f.type);
      else {
        a.byName.set(f.name, f);
        a.list.push(f);
      }
    }
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
    case 'union': {
      const { members } = b as UnionType;
      return a.members.length === members.length && a.members.every((m, i) => sameType(m, members[i]));
    }
    case 'cell':
      return a.cell === (b as CellType).cell;
    default:
      return true;
  }
}

const isNull = (t: JsType): boolean => t.kind === 'constant' && t.value === null;
const isUndefined = (t: JsType): boolean => t.kind === 'constant' && t.value === undefined;

/** What closures close over is known to values.ts alone. */
export const closures: { join(a: ClosureType, b: ClosureType): ClosureType | undefined } = { join: () => undefined };

/** The least type that holds both. Objects of two types become one type where they can. */
export function join(a: JsType, b: JsType): JsType {
  if (a.kind === 'never') return b;
  if (b.kind === 'never' || sameType(a, b)) return a;
  if (a.kind === 'conflict') return a;
  if (b.kind === 'conflict') return b;
  if (a.kind === 'closure' && b.kind === 'closure') return closures.join(a, b) ?? { kind: 'conflict', a, b };
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

const mostMembers = 6;

/** As `join`, but types that have nothing in common become a union. */
export function unite(a: JsType, b: JsType): JsType {
  const joined = join(a, b);
  if (joined.kind !== 'conflict' || a.kind === 'conflict' || b.kind === 'conflict') return joined;
  if (a.kind === 'cell' || b.kind === 'cell') return joined;
  const members = a.kind === 'union' ? [...a.members] : [widen(a)];
  for (const one of b.kind === 'union' ? b.members : [widen(b)]) {
    let found = false;
    for (let i = 0; i < members.length && !found; i++) {
      const both = join(members[i], one);
      if (both.kind === 'conflict') continue;
      members[i] = both;
      found = true;
    }
    if (!found) members.push(one);
  }
  if (members.length === 1) return members[0];
  return members.length > mostMembers ? joined : { kind: 'union', members };
}

function unifyObjects(a: ObjectType, b: ObjectType): ObjectType | undefined {
  if (a.kind === 'typed' || b.kind === 'typed') return a === b ? a : undefined;
  if (a.kind === 'array' && b.kind === 'array') {
    a.unify(b);
    return a.root;
  }
  if (a.kind === 'record' && b.kind === 'record' && tupleLength(a) === tupleLength(b)) {
    a.unify(b);
    return a.root;
  }
  return undefined;
}

/** Arrays whose elements are of several kinds are objects with the properties 0, 1, … and length; -1 for every other record. */
export function tupleLength(type: RecordType): number {
  const [variant] = type.variants;
  return variant.prototype === Array.prototype ? variant.keys.length - 1 : -1;
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
