/**
 * The adjoints of the primal's values as the reverse sweep goes on: for each value the sum so far, a value of the reverse code.
 * Invariant: none is zero. What is set inside a region stays in that region's layer until the region's results carry it out.
 */
import type { Value } from '../ir/ops.ts';

export class Adjoints {
  /** By the id of the primal value. */
  private readonly own = new Map<number, Value>();
  /** What an outer layer has and this one has taken. */
  readonly taken = new Set<number>();
  private readonly outer: Adjoints | undefined;

  constructor(outer?: Adjoints) {
    this.outer = outer;
  }

  get(id: number): Value | undefined {
    for (let layer: Adjoints | undefined = this; layer !== undefined; layer = layer.outer) {
      const sum = layer.own.get(id);
      if (sum !== undefined) return sum;
      if (layer.taken.has(id)) return undefined;
    }
    return undefined;
  }

  set(id: number, sum: Value): void {
    this.own.set(id, sum);
  }

  /** The whole adjoint of a value whose definition has been reached. */
  take(id: number): Value | undefined {
    const sum = this.get(id);
    this.own.delete(id);
    if (sum !== undefined && this.outer?.get(id) !== undefined) this.taken.add(id);
    return sum;
  }

  /** What this layer has changed. */
  changed(): Iterable<number> {
    return this.own.keys();
  }
}
