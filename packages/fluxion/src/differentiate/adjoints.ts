/**
 * The adjoints of the primal's values as the reverse sweep goes on: for each value the sum so far, a value of the reverse code.
 * Invariant: none is zero. What is set inside a region stays in that region's layer until the region's results carry it out.
 */
import type { Value } from '../ir/ops.ts';

export class Adjoints {
  /** By the id of the primal value; an explicit undefined hides what an outer layer has. */
  private readonly own = new Map<number, Value | undefined>();
  private readonly outer: Adjoints | undefined;

  constructor(outer?: Adjoints) {
    this.outer = outer;
  }

  get(id: number): Value | undefined {
    for (let layer: Adjoints | undefined = this; layer !== undefined; layer = layer.outer)
      if (layer.own.has(id)) return layer.own.get(id);
    return undefined;
  }

  set(id: number, sum: Value | undefined): void {
    this.own.set(id, sum);
  }

  /** The whole adjoint of a value whose definition has been reached. */
  take(id: number): Value | undefined {
    const sum = this.get(id);
    if (sum !== undefined) this.own.set(id, undefined);
    return sum;
  }

  /** What this layer has changed. */
  changed(): Iterable<number> {
    return this.own.keys();
  }
}
