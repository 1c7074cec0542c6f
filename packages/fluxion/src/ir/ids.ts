/**
 * What is noted of the values of a function, by their ids.
 * Invariant: the ids of a function that stays as it is are counted once.
 */
import { type Func, type Region, regionsOf, type Value } from './ops.ts';

interface Ids {
  /** None is larger; at least -1. */
  readonly last: number;
  /** About so many, none too few. */
  readonly count: number;
}

const known = new WeakMap<Func, Ids>();

function idsOf(func: Func): Ids {
  let ids = known.get(func);
  if (ids === undefined) known.set(func, (ids = counted(func)));
  return ids;
}

function counted(func: Func): Ids {
  const ids = { last: -1, count: 0 };
  count(func.params, ids);
  countIn(func.body, ids);
  return ids;
}

function countIn(region: Region, ids: { last: number; count: number }): void {
  count(region.params, ids);
  for (const op of region.ops) {
    count(op.results, ids);
    for (const inner of regionsOf(op)) countIn(inner, ids);
  }
}

function count(values: readonly Value[], ids: { last: number; count: number }): void {
  ids.count += values.length;
  for (let n = 0; n < values.length; n++) if (values[n].id > ids.last) ids.last = values[n].id;
}

/** `to` has values of `from`, and new ones from the id behind the last on, up to `last`: so they need not be counted. */
export function passOn(from: Func, to: Func, last: number): void {
  const ids = known.get(from);
  if (ids !== undefined) known.set(to, { last, count: ids.count + last - ids.last });
}

/** An id that no value of the function lies above, at least -1. */
export function lastId(func: Func): number {
  return idsOf(func).last;
}

/** Where ids have larger gaps than this on average, a list of all of them is mostly empty. */
const widest = 16;

/** One thing for each value: in a list, or in a table where the ids lie far apart. */
export class ById<T> {
  private readonly list: (T | undefined)[] | undefined;
  private readonly table: Map<number, T> | undefined;

  constructor(func: Func) {
    const { last, count } = idsOf(func);
    if (last <= widest * count) this.list = new Array<T | undefined>(last + 1).fill(undefined);
    else this.table = new Map();
  }

  get(id: number): T | undefined {
    return this.list === undefined ? this.table!.get(id) : this.list[id];
  }

  /** Also for values that are new to the function. */
  set(id: number, what: T): void {
    const { list } = this;
    if (list === undefined) this.table!.set(id, what);
    else {
      while (list.length < id) list.push(undefined);
      list[id] = what;
    }
  }
}
