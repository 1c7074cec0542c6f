/**
 * The types of growing arrays: what their elements may be, whether there may be holes among them, whether they grow.
 * Invariant: arrays that may be one another are one type.
 */
import type { Space } from '../../ir/types.ts';
import { spaceFor } from './cells.ts';
import { type Growth, TypeVariable } from './growth.ts';
import { RecordType } from './record.ts';
import { type JsType, never } from './types.ts';

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
