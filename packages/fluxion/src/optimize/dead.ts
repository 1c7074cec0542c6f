/**
 * What nothing needs is left out: pure operations, loads, values that go round loops or come out of regions unread, loops and calls
 * without effects, objects that are only written.
 * Invariant: guards, host calls, stores that may be read, and whatever may never end stay, in their order.
 */
import { ById } from '../ir/ids.ts';
import type { Func, Label, Loop, Module, Op, Region, Value } from '../ir/ops.ts';
import { operandsOf, regionsOf } from '../ir/ops.ts';
import { type EffectsOf, effectsOf } from './effects.ts';
import { mapFunctions, withBody } from './rewrite.ts';

export function dead(module: Module): Module {
  const effects = effectsOf(module);
  return mapFunctions(module, (func) => new Marker(func, effects).run());
}

/** What a value is: a result of an operation, or a parameter of the test or of the body of a loop. */
type Role = 'tested' | 'passed';

interface Branch {
  readonly region: Region;
  /** The operation it is in. */
  readonly within: number;
}

function operationsIn(region: Region): number {
  let count = region.ops.length;
  for (const op of region.ops) for (const inner of regionsOf(op)) count += operationsIn(inner);
  return count;
}

/** What is in no other operation. */
const outermost = -1;

/** Operations go by their numbers in the order of the text, each before what is inside it. */
class Marker {
  private readonly func: Func;
  private readonly effects: EffectsOf;
  private readonly ops: Op[];
  /** The operation around each one, and the number that comes after all that is inside it. */
  private readonly around: Int32Array;
  private readonly next: Int32Array;
  /** The operation that gives a value, as what, if as no result, and as which of several. */
  private readonly givenBy: ById<number>;
  private readonly roles: ById<Role>;
  private readonly places: ById<number>;
  private readonly blocks = new Map<Label, number>();
  private readonly branches = new Map<number, Branch[]>();
  /** Stores into objects made here, which count once the object does. */
  private readonly pending = new Map<number, number[]>();
  private readonly roots: number[] = [];
  private readonly live: Uint8Array;
  private readonly needed: ById<true>;
  private readonly work: Value[] = [];
  /** The next operation: to be numbered, and later to be written or left out. */
  private at = 0;

  constructor(func: Func, effects: EffectsOf) {
    this.func = func;
    this.effects = effects;
    const count = operationsIn(func.body);
    this.ops = new Array<Op>(count);
    this.around = new Int32Array(count);
    this.next = new Int32Array(count);
    this.live = new Uint8Array(count);
    this.givenBy = new ById(func);
    this.roles = new ById(func);
    this.places = new ById(func);
    this.needed = new ById(func);
  }

  run(): Func {
    const { body } = this.func;
    this.collect(body, outermost);
    for (const n of this.roots) this.keep(n);
    if (body.end.kind === 'yield') this.needAll(body.end.values);
    for (let value = this.work.pop(); value !== undefined; value = this.work.pop()) this.define(value);
    this.at = 0;
    const next = this.region(body);
    return withBody(this.func, next);
  }

  private collect(region: Region, within: number): void {
    for (const op of region.ops) {
      const n = this.at++;
      this.ops[n] = op;
      this.around[n] = within;
      this.defines(op.results, n);
      if (op.op === 'if') {
        this.collect(op.then, n);
        this.collect(op.else, n);
      } else if (op.op === 'block') {
        this.blocks.set(op.label, n);
        this.branches.set(n, []);
        this.collect(op.body, n);
      } else if (op.op === 'loop') {
        this.defines(op.test.params, n, 'tested');
        this.defines(op.body.params, n, 'passed');
        this.collect(op.test, n);
        this.collect(op.body, n);
      }
      this.next[n] = this.at;
      this.classify(op, n);
    }
    const { end } = region;
    if (end.kind !== 'br') return;
    const block = this.blocks.get(end.label);
    if (block !== undefined) this.branches.get(block)!.push({ region, within });
  }

  private defines(values: readonly Value[], by: number, role?: Role): void {
    for (let n = 0; n < values.length; n++) {
      const { id } = values[n];
      this.givenBy.set(id, by);
      this.places.set(id, n);
      if (role !== undefined) this.roles.set(id, role);
    }
  }

  private classify(op: Op, n: number): void {
    switch (op.op) {
      case 'guard':
      case 'host':
      case 'release':
        this.roots.push(n);
        return;
      case 'loop':
        if (op.trips === undefined) this.roots.push(n);
        return;
      case 'call': {
        const { stays, writes } = this.effects(op.callee);
        if (stays || writes.size > 0) this.roots.push(n);
        return;
      }
      case 'store':
      case 'copy': {
        const made = this.madeHere(op.args[0]);
        if (made === undefined) this.roots.push(n);
        else {
          const list = this.pending.get(made.id);
          if (list === undefined) this.pending.set(made.id, [n]);
          else list.push(n);
        }
      }
    }
  }

  /** The object that the reference is to, or a part of, if it was made in this function. */
  private madeHere(reference: Value): Value | undefined {
    let value = reference;
    for (;;) {
      const n = this.givenBy.get(value.id);
      if (n === undefined || this.roles.get(value.id) !== undefined) return undefined;
      const op = this.ops[n];
      if (op.op === 'alloc' || op.op === 'elements') return value;
      if (op.op !== 'offset') return undefined;
      value = op.args[0];
    }
  }

  private need(value: Value): void {
    if (this.needed.get(value.id)) return;
    this.needed.set(value.id, true);
    this.work.push(value);
  }

  private needAll(values: readonly Value[]): void {
    for (const value of values) this.need(value);
  }

  private keep(n: number): void {
    if (this.live[n] === 1) return;
    this.live[n] = 1;
    if (this.around[n] !== outermost) this.keep(this.around[n]);
    const op = this.ops[n];
    switch (op.op) {
      case 'loop':
        // Its arguments are needed as far as what goes round is.
        if (op.trips !== undefined) this.need(op.trips);
        if (op.test.end.kind === 'yield') this.need(op.test.end.values[0]);
        break;
      case 'block':
        for (const { within } of this.branches.get(n)!) if (within !== outermost && within !== n) this.keep(within);
        break;
      default:
        this.needAll(operandsOf(op));
    }
  }

  /** What a value that is needed is made of. */
  private define(value: Value): void {
    const by = this.givenBy.get(value.id);
    if (by === undefined) return;
    const op = this.ops[by];
    const n = this.places.get(value.id)!;
    const role = this.roles.get(value.id);
    if (role === undefined) {
      this.keep(by);
      if (op.op === 'if') {
        for (const { end } of [op.then, op.else]) if (end.kind === 'yield') this.need(end.values[n]);
      } else if (op.op === 'block') {
        if (op.body.end.kind === 'yield') this.need(op.body.end.values[n]);
        for (const { region } of this.branches.get(by)!) {
          if (region.end.kind === 'br') this.need(region.end.values[n]);
        }
      } else if (op.op === 'loop') {
        if (op.test.end.kind === 'yield') this.need(op.test.end.values[n + 1]);
      } else if (op.op === 'alloc' || op.op === 'elements') {
        for (const store of this.pending.get(value.id) ?? []) this.keep(store);
        this.pending.delete(value.id);
      }
      return;
    }
    const loop = op as Loop;
    if (role === 'passed') {
      if (loop.test.end.kind === 'yield') this.need(loop.test.end.values[n + 1]);
    } else {
      this.need(loop.args[n]);
      if (loop.body.end.kind === 'yield') this.need(loop.body.end.values[n]);
    }
  }

  private region(region: Region): Region {
    let changed = false;
    const ops: Op[] = [];
    for (const op of region.ops) {
      if (this.live[this.at] === 0) {
        this.at = this.next[this.at];
        changed = true;
        continue;
      }
      this.at++;
      const next = this.rewrite(op);
      changed ||= next !== op;
      ops.push(next);
    }
    return changed ? { ...region, ops } : region;
  }

  private rewrite(op: Op): Op {
    if (op.op === 'if') {
      const kept = this.neededOf(op.results);
      const then = this.yielding(this.region(op.then), kept);
      const otherwise = this.yielding(this.region(op.else), kept);
      if (kept === undefined && then === op.then && otherwise === op.else) return op;
      return { ...op, then, else: otherwise, results: picked(op.results, kept) };
    }
    if (op.op === 'block') {
      const kept = this.neededOf(op.results);
      if (kept !== undefined) this.narrowed.set(op.label, kept);
      const body = this.yielding(this.region(op.body), kept);
      if (kept === undefined && body === op.body) return op;
      return { ...op, body, results: picked(op.results, kept) };
    }
    if (op.op !== 'loop') return op;
    const carried = this.neededOf(op.test.params);
    const passed = this.neededOf(op.body.params, op.results);
    let test = this.region(op.test);
    if (passed !== undefined && test.end.kind === 'yield') {
      const [goes, ...values] = test.end.values;
      test = { ...test, end: { kind: 'yield', values: [goes, ...picked(values, passed)] } };
    }
    test = this.narrow(test);
    const body = this.yielding(this.region(op.body), carried);
    if (carried === undefined && passed === undefined && test === op.test && body === op.body) return op;
    return {
      ...op,
      args: picked(op.args, carried),
      results: picked(op.results, passed),
      test: carried === undefined ? test : { ...test, params: picked(test.params, carried) },
      body: passed === undefined ? body : { ...body, params: picked(body.params, passed) },
    };
  }

  /** The results of blocks that are left, by their labels. */
  private readonly narrowed = new Map<Label, readonly number[]>();

  private yielding(region: Region, kept: readonly number[] | undefined): Region {
    if (kept === undefined || region.end.kind !== 'yield') return this.narrow(region);
    return { ...region, end: { kind: 'yield', values: picked(region.end.values, kept) } };
  }

  private narrow(region: Region): Region {
    const { end } = region;
    if (end.kind !== 'br') return region;
    const kept = this.narrowed.get(end.label);
    return kept === undefined ? region : { ...region, end: { ...end, values: picked(end.values, kept) } };
  }

  /** The places of the values that are needed; undefined if all are. */
  private neededOf(values: readonly Value[], also?: readonly Value[]): readonly number[] | undefined {
    const kept: number[] = [];
    values.forEach(({ id }, n) => {
      if (this.needed.get(id) || (also !== undefined && this.needed.get(also[n].id))) kept.push(n);
    });
    return kept.length === values.length ? undefined : kept;
  }
}

function picked<T>(values: readonly T[], places: readonly number[] | undefined): readonly T[] {
  return places === undefined ? values : places.map((n) => values[n]);
}
