/**
 * The adjoints of one sweep: a typed array as long as all are plain numbers, and a list of values once one is tracked itself.
 * Invariant: an adjoint that nothing has reached is the plain number -0, and is never propagated; one that is zero because
 * zeros were added to it is +0, and goes on, so that an infinite partial derivative turns it into NaN and not into nothing.
 */

import { values } from './apply.ts';
import { isBox, type Value } from './box.ts';

export class Adjoints {
  numbers: Float64Array;
  /** Takes over from `numbers` when a tracked adjoint comes up. */
  boxed: Value[] | undefined = undefined;

  constructor(length: number) {
    this.numbers = new Float64Array(length).fill(-0);
  }

  /** The adjoint of a node; +0 if nothing has reached it. */
  at(index: number): Value {
    const v = this.raw(index);
    return typeof v === 'number' ? v + 0 : v;
  }

  /** The adjoint of a node; -0 if nothing has reached it. */
  raw(index: number): Value {
    return this.boxed === undefined ? this.numbers[index]! : this.boxed[index]!;
  }

  range(first: number, count: number): Value[] {
    return Array.from({ length: count }, (_, k) => this.at(first + k));
  }

  add(index: number, v: Value): void {
    const { boxed } = this;
    if (boxed !== undefined) {
      const old = boxed[index]!;
      boxed[index] =
        typeof v === 'number' && typeof old === 'number' ? old + (v + 0) : old === 0 ? v : values.add(old, v);
    } else if (isBox(v)) {
      this.#box()[index] = this.numbers[index] === 0 ? v : values.add(this.numbers[index]!, v);
    } else {
      this.numbers[index] = this.numbers[index]! + (v + 0);
    }
  }

  addProduct(index: number, partial: Value, adjoint: Value): void {
    this.add(index, partial === 1 ? adjoint : values.mul(partial, adjoint));
  }

  /** Makes room for nodes up to `length`, with adjoint zero. */
  extend(length: number): void {
    if (this.boxed !== undefined) {
      while (this.boxed.length < length) this.boxed.push(-0);
    } else if (this.numbers.length < length) {
      const wider = new Float64Array(Math.max(length, Math.ceil(this.numbers.length * 1.5))).fill(-0);
      wider.set(this.numbers);
      this.numbers = wider;
    }
  }

  /** Sets all adjoints from node `from` on to zero. */
  clear(from: number): void {
    if (this.boxed !== undefined) this.boxed.length = Math.min(this.boxed.length, from);
    else this.numbers.fill(-0, from);
  }

  #box(): Value[] {
    this.boxed = Array.from(this.numbers);
    return this.boxed;
  }
}
