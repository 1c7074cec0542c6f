/**
 * The types of objects: their origins, and the fields that objects of each have.
 * Invariant: objects that may be one another are one type, whose layout has room for the fields of all of them.
 */
import { field, type Shape, type Space } from '../../ir/types.ts';
import { irTypes } from './cells.ts';
import { type Growth, TypeVariable } from './growth.ts';
import { constant, type JsType, never } from './types.ts';

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

/** Arrays whose elements are of several kinds are objects with the properties 0, 1, … and length; -1 for every other record. */
export function tupleLength(type: RecordType): number {
  const [variant] = type.variants;
  return variant.prototype === Array.prototype ? variant.keys.length - 1 : -1;
}
