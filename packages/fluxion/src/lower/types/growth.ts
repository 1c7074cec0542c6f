/**
 * What places in memory may hold: types that grow while functions are lowered.
 * Invariant: they only ever grow; growth is noted in `Growth`, and whoever lowers begins again until nothing grows any more.
 */
import { field, type Shape, type Space } from '../../ir/types.ts';
import { irTypes } from './cells.ts';
import { join, sameType, unite } from './join.ts';
import { type JsType, never, widen } from './types.ts';

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
