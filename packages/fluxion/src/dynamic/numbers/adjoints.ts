/**
 * The adjoints of one sweep: a typed array as long as all are plain numbers, and a list of values once one is tracked itself.
 * Invariant: an adjoint that nothing was added to is the plain number 0, and a plain 0 is never propagated.
 */

import { values } from './apply.ts';
import { isBox, type Value } from './box.ts';

export class Adjoints {
  numbers: Float64Array;
  /** Takes over from `numbers` when a tracked adjoint comes up. */
  boxed: Value[] | undefined = undefined;

  constructor(length: number) {
    this.numbers = new Float64Array(length);
  }

  at(index: number): Value {
    return this.boxed === undefined ? this.numbers[index]! : this.boxed[index]!;
  }

  range(first: number, count: number): Value[] {
    return Array.from({ length: count }, (_, k) => this.at(first + k));
  }

  add(index: number, v: Value): void {
    const { boxed } = this;
    if (boxed !== undefined) {
      const old = boxed[index]!;
      boxed[index] = old === 0 ? v : values.add(old, v);
    } else if (isBox(v)) {
      this.#box()[index] = this.numbers[index] === 0 ? v : values.add(this.numbers[index]!, v);
    } else {
      this.numbers[index] = this.numbers[index]! + v;
    }
  }

  addProduct(index: number, partial: Value, adjoint: Value): void {
    if (partial === 0 || adjoint === 0) return;
    this.add(index, partial === 1 ? adjoint : values.chain(partial, adjoint));
  }

  /** Makes room for nodes up to `length`, with adjoint zero. */
  extend(length: number): void {
    if (this.boxed !== undefined) {
      while (this.boxed.length < length) this.boxed.push(0);
    } else if (this.numbers.length < length) {
      const wider = new Float64Array(Math.max(length, Math.ceil(this.numbers.length * 1.5)));
      wider.set(this.numbers);
      this.numbers = wider;
    }
  }

  /** Sets all adjoints from node `from` on to zero. */
  clear(from: number): void {
    if (this.boxed !== undefined) this.boxed.length = Math.min(this.boxed.length, from);
    else this.numbers.fill(0, from);
  }

  #box(): Value[] {
    this.boxed = Array.from(this.numbers);
    return this.boxed;
  }
}
