/**
 * What is known of cells where a pass has got to: which value a load of them would give.
 * Invariant: what is remembered is what the cell holds, whichever way the program came; a store forgets all cells it may be.
 */
import type { Op, Value } from '../ir/ops.ts';
import type { Space } from '../ir/types.ts';
import { constantOf, type Known } from './fold.ts';

interface Entry {
  readonly base: Value;
  readonly index: Value | undefined;
  readonly value: Value;
}

type State = Map<Space, readonly Entry[]>;

/** So many cells are remembered in each space. */
const most = 64;

export class Memory {
  private state: State = new Map();
  private readonly known: Known;
  private readonly isParam: (value: Value) => boolean;

  constructor(known: Known, isParam: (value: Value) => boolean) {
    this.known = known;
    this.isParam = isParam;
  }

  /** What is known here, to come back to. */
  get here(): ReadonlyMap<Space, readonly Entry[]> {
    return this.state;
  }

  enter(state: ReadonlyMap<Space, readonly Entry[]>): void {
    this.state = new Map(state);
  }

  /** Goes on where several ways meet, all of which began with `before`: what was known then and still is on each of them. */
  join(before: ReadonlyMap<Space, readonly Entry[]>, ways: readonly ReadonlyMap<Space, readonly Entry[]>[]): void {
    const state: State = new Map();
    for (const [space, entries] of before) {
      const lists = ways.map((way) => way.get(space) ?? []);
      if (lists.every((list) => list === entries)) state.set(space, entries);
      else {
        const kept = entries.filter((entry) => lists.every((list) => list === entries || list.includes(entry)));
        if (kept.length > 0) state.set(space, kept);
      }
    }
    this.state = state;
  }

  read(space: Space, base: Value, index: Value | undefined): Value | undefined {
    return this.state.get(space)?.find((entry) => entry.base.id === base.id && entry.index?.id === index?.id)?.value;
  }

  /** The cell is known to hold the value. */
  learn(space: Space, base: Value, index: Value | undefined, value: Value): void {
    const entries = this.state.get(space) ?? [];
    const kept = entries.length < most ? entries : entries.slice(entries.length - most + 1);
    this.state.set(space, [...kept, { base, index, value }]);
  }

  write(space: Space, base: Value, index: Value | undefined, value: Value): void {
    const entries = this.state.get(space);
    if (entries !== undefined) {
      const kept = entries.filter((entry) => this.apart(entry, base, index));
      this.state.set(space, kept.length === entries.length ? entries : kept);
    }
    // What narrow cells give back has been cut.
    const { cell } = space;
    if (cell === 'f64' || cell === 'i32' || cell === 'ref' || cell === 'bool') this.learn(space, base, index, value);
  }

  forget(space: Space): void {
    this.state.delete(space);
  }

  private apart(entry: Entry, base: Value, index: Value | undefined): boolean {
    if (entry.base.id === base.id) {
      return index !== undefined && entry.index !== undefined && this.unequal(entry.index, index);
    }
    const [a, b] = [this.origin(entry.base), this.origin(base)];
    if (a.id === b.id) return false;
    const [madeA, madeB] = [this.isMade(a), this.isMade(b)];
    return (madeA && madeB) || (madeA && this.isParam(b)) || (madeB && this.isParam(a));
  }

  private unequal(i: Value, j: Value): boolean {
    const [a, b] = [this.linear(i), this.linear(j)];
    return a.value?.id === b.value?.id && a.plus !== b.plus;
  }

  private linear(i: Value): { value: Value | undefined; plus: number } {
    const c = constantOf(this.known, i);
    if (c !== undefined) return { value: undefined, plus: c };
    const op = this.known.definition(i);
    if (op?.op === 'int' && (op.fn === 'add' || op.fn === 'sub')) {
      const step = constantOf(this.known, op.args[1]);
      if (step !== undefined) return { value: op.args[0], plus: op.fn === 'add' ? step : -step | 0 };
    }
    return { value: i, plus: 0 };
  }

  private origin(reference: Value): Value {
    let value = reference;
    for (let op = this.known.definition(value); op?.op === 'offset'; op = this.known.definition(value)) {
      value = op.args[0];
    }
    return value;
  }

  private isMade(value: Value): boolean {
    const op: Op | undefined = this.known.definition(value);
    return op?.op === 'alloc' || op?.op === 'elements';
  }
}
