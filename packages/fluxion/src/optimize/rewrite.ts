/**
 * Writing functions anew: other values in the place of old ones, and the walk through regions that every pass needs.
 * Invariant: an operation that stays as it is stays the same object.
 */
import { ById, lastId, passOn } from '../ir/ids.ts';
import type { End, Func, Label, Module, Op, Region, Value } from '../ir/ops.ts';
import { regionsOf } from '../ir/ops.ts';
import type { Type } from '../ir/types.ts';

/** Values that stand for others. */
export class Substitution {
  private readonly func: Func | undefined;
  /** Made when the first is put in: in most functions that a pass looks at, nothing is. */
  private by: ById<Value> | Map<number, Value> | undefined;

  /** `func`: where values of all of a function may be put in, not just a few. */
  constructor(func?: Func) {
    this.func = func;
  }

  set(old: Value, value: Value): void {
    this.setForeign(old, this.get(value));
  }

  /** By a value of another function, whose ids mean other values here. */
  setForeign(old: Value, value: Value): void {
    this.by ??= this.func === undefined ? new Map<number, Value>() : new ById<Value>(this.func);
    this.by.set(old.id, value);
  }

  get(value: Value): Value {
    return this.by?.get(value.id) ?? value;
  }

  all(values: readonly Value[]): readonly Value[] {
    const { by } = this;
    if (by === undefined) return values;
    for (let i = 0; i < values.length; i++) {
      if (by.get(values[i].id) === undefined) continue;
      const found = values.slice();
      for (let n = i; n < found.length; n++) found[n] = by.get(values[n].id) ?? values[n];
      return found;
    }
    return values;
  }

  op(op: Op): Op {
    if (this.by === undefined || !('args' in op)) return op;
    const args = this.all(op.args);
    const trips = op.op === 'loop' && op.trips !== undefined ? this.get(op.trips) : undefined;
    if (args === op.args && (op.op !== 'loop' || trips === op.trips)) return op;
    return op.op === 'loop' ? { ...op, args, trips } : ({ ...op, args } as Op);
  }

  end(end: End): End {
    if (end.kind === 'never') return end;
    const values = this.all(end.values);
    return values === end.values ? end : { ...end, values };
  }
}

/** The function with that body: itself, if it is its own. `fresh` is where new values in it come from. */
export function withBody(func: Func, body: Region, fresh?: Fresh): Func {
  if (body === func.body) return func;
  const next = { ...func, body };
  passOn(func, next, fresh?.last ?? lastId(func));
  return next;
}

/** New values of a function. Which ids are free is found out when the first is asked for. */
export class Fresh {
  private readonly func: Func;
  private next: number | undefined;

  constructor(func: Func) {
    this.func = func;
  }

  value(type: Type, name?: string): Value {
    return { id: this.id(), type, name };
  }

  like(value: Value): Value {
    return { ...value, id: this.id() };
  }

  /** The last id that has been given out, or that the function had. */
  get last(): number {
    return this.next === undefined ? lastId(this.func) : this.next - 1;
  }

  private id(): number {
    const id = this.last + 1;
    this.next = id + 1;
    return id;
  }
}

/** The region with these in their places: itself, if they are what it has. */
export function regionWith(region: Region, params: readonly Value[], ops: readonly Op[], end: End): Region {
  const same =
    end === region.end &&
    params === region.params &&
    ops.length === region.ops.length &&
    ops.every((op, n) => op === region.ops[n]);
  return same ? region : { params, ops, end };
}

/** Every operation inside, those of inner regions after the one they belong to. */
export function eachOp(region: Region, see: (op: Op) => void): void {
  for (const op of region.ops) {
    see(op);
    for (const inner of regionsOf(op)) eachOp(inner, see);
  }
}

/** Every region inside, this one first. */
export function eachRegion(region: Region, see: (region: Region) => void): void {
  see(region);
  for (const op of region.ops) for (const inner of regionsOf(op)) eachRegion(inner, see);
}

/** The module with each function as `change` makes it. */
export function mapFunctions(module: Module, change: (func: Func) => Func): Module {
  let changed = false;
  const functions = new Map<string, Func>();
  for (const [name, func] of module.functions) {
    const next = change(func);
    changed ||= next !== func;
    functions.set(name, next);
  }
  return changed ? { ...module, functions } : module;
}

/** How many branches lead to each label. */
export function branchCounts(region: Region): Map<Label, number> {
  const counts = new Map<Label, number>();
  eachRegion(region, ({ end }) => {
    if (end.kind === 'br') counts.set(end.label, (counts.get(end.label) ?? 0) + 1);
  });
  return counts;
}
