/**
 * The reverse sweep of one function: its operations undone from last to first, adjoints passed on as values.
 * Invariant: each operation takes the adjoints of its results once and adds to those of its arguments; where a region may have been left
 * early, what follows the exit is undone only if it ran. Primal memory is never written.
 */
import { Builder } from '../ir/build.ts';
import type { Block, Call, Copy, Func, If, Load, Op, Primitive, Select, Store, Value } from '../ir/ops.ts';
import { elements, type Level, type Space, shadowOf } from '../ir/types.ts';
import type { Activity } from './activity.ts';
import { Adjoints } from './adjoints.ts';
import type { Available } from './available.ts';
import type { Liveness } from './liveness.ts';
import { isMadeAgain, type Pair } from './pairs.ts';
import type { Structure, Within } from './structure.ts';
import { sweepLoop } from './sweep-loop.ts';
import type { Tape } from './tape.ts';
import { either, given, leaf, type Partials, type Pen, plus, type Term, times, Writer } from './terms.ts';

/** Adjoints of the values with which something ends, undefined for zero. */
export type Seeds = readonly (Value | undefined)[];

/** The number of the site at which the region being undone was left; undefined if it is known to have ended normally. */
export type Exit = Value | undefined;

export interface SweepParts {
  readonly func: Func;
  readonly structure: Structure;
  readonly activity: Activity;
  readonly liveness: Liveness;
  readonly available: Available;
  readonly tape: Tape;
  readonly level: Level;
  readonly pairs: ReadonlyMap<string, Pair>;
  readonly partials: (op: Primitive) => Partials;
}

const copied = elements('copied', 'f64');

export class Sweep implements Pen {
  readonly parts: SweepParts;
  readonly structure: Structure;
  readonly available: Available;
  builder: Builder;
  adjoints = new Adjoints();
  private readonly root: Builder;
  private readonly terms = new Writer(this);
  private readonly blocks = new Map<number, Seeds>();
  /** Constants by what they are, -0 by its name. They are defined before all else, so that each is there once. */
  private readonly constants = new Map<number | '-0', Op & { op: 'const' }>();

  constructor(parts: SweepParts) {
    this.parts = parts;
    this.structure = parts.structure;
    this.available = parts.available;
    this.builder = this.root = new Builder(parts.structure.ids);
  }

  /** Undoes the whole function; gives the operations and the adjoints of the parameters asked for. */
  function(seeds: Seeds, params: readonly number[]): { ops: readonly Op[]; adjoints: Value[] } {
    const { func, structure } = this.parts;
    let adjoints: Value[] = [];
    const { ops } = this.root.region([], () => {
      this.within(structure.root, () => this.region(structure.root, undefined, seeds));
      adjoints = params.map((i) => this.adjoints.take(func.params[i].id) ?? this.zero());
      return { kind: 'yield', values: [] };
    });
    return { ops: [...this.constants.values(), ...ops], adjoints };
  }

  zero(): Value {
    return this.number(0);
  }

  read(value: Value): Value {
    return this.available.value(value);
  }

  number(value: number): Value {
    const key = Object.is(value, -0) ? '-0' : value;
    let op = this.constants.get(key);
    if (op === undefined) {
      op = { op: 'const', value, results: [this.builder.value('f64')] };
      this.constants.set(key, op);
    }
    return op.results[0];
  }

  isActive(value: Value): boolean {
    return this.parts.activity.value(this.parts.func, value);
  }

  isActiveSpace(space: Space): boolean {
    return space.cell === 'f64' && this.parts.activity.space(space);
  }

  within(within: Within, write: () => void, guarded = false): void {
    this.available.in({ within, builder: this.builder, guarded }, write);
  }

  take(value: Value): Value | undefined {
    return this.isActive(value) ? this.adjoints.take(value.id) : undefined;
  }

  add(value: Value, flow: Term): void {
    if (flow === 0 || !this.isActive(value)) return;
    const sum = this.adjoints.get(value.id);
    this.adjoints.set(value.id, this.terms.write(plus(sum === undefined ? 0 : given(sum), flow)));
  }

  private addAll(values: readonly Value[], seeds: Seeds): void {
    values.forEach((value, i) => {
      const seed = seeds[i];
      if (seed !== undefined) this.add(value, given(seed));
    });
  }

  /** Undoes a region; a scope for it is open. */
  region(within: Within, exit: Exit, seeds: Seeds): void {
    const { cuts, region } = within;
    const { ops } = region;
    const last = cuts.length - 1;
    if (exit === undefined || last < 0) {
      this.end(within, seeds);
      this.ops(ops, ops.length - 1, 0, undefined);
      return;
    }
    for (let m = last; m >= 0; m--) {
      const before = this.structure.inner(ops[cuts[m]]).last;
      if (m === last && region.end.kind === 'never') continue;
      this.fork(
        () => this.builder.compare('gt', exit, this.builder.int(before)),
        () =>
          this.within(
            within,
            () => {
              if (m === last) this.end(within, seeds);
              this.ops(ops, m === last ? ops.length - 1 : cuts[m + 1], cuts[m] + 1, exit);
            },
            true,
          ),
      );
    }
    this.ops(ops, cuts[0], 0, exit);
  }

  private end({ region }: Within, seeds: Seeds): void {
    if (region.end.kind === 'yield') this.addAll(region.end.values, seeds);
    else if (region.end.kind === 'br') this.addAll(region.end.values, this.blocks.get(region.end.label.id)!);
  }

  private ops(ops: readonly Op[], from: number, to: number, exit: Exit): void {
    for (let i = from; i >= to; i--) if (this.parts.liveness.op(ops[i])) this.op(ops[i], exit);
  }

  private op(op: Op, exit: Exit): void {
    this.builder.at = op.at;
    switch (op.op) {
      case 'math':
        this.math(op);
        return;
      case 'select':
        this.select(op);
        return;
      case 'load':
        this.load(op);
        return;
      case 'store':
        this.store(op);
        return;
      case 'copy':
        this.copy(op);
        return;
      case 'elements':
        for (const space of this.parts.activity.beside(op.space)) this.clear(space, op.results[0], op.args[0]);
        return;
      case 'alloc':
        for (const field of op.shape.fields)
          for (const space of this.parts.activity.beside(field)) this.clear(space, op.results[0]);
        return;
      case 'call':
        this.call(op);
        return;
      case 'if':
        this.if(op, this.structure.inner(op).escapes ? exit : undefined);
        return;
      case 'block':
        this.block(op, this.structure.inner(op).escapes ? exit : undefined);
        return;
      case 'loop':
        sweepLoop(this, op, this.structure.inner(op).escapes ? exit : undefined);
        return;
    }
  }

  private math(op: Primitive): void {
    const adjoint = this.take(op.results[0]);
    if (adjoint === undefined) return;
    const partials = this.parts.partials(op);
    const flow = given(adjoint);
    // Its partial derivatives may have been written elsewhere before: a loop's test is undone twice.
    this.terms.begin();
    for (let i = 0; i < partials.length; i++) {
      const partial = partials[i];
      if (partial !== undefined) this.add(op.args[i], times(partial, flow));
    }
  }

  private select(op: Select): void {
    const adjoint = this.take(op.results[0]);
    if (adjoint === undefined) return;
    const [condition, a, b] = op.args;
    this.add(a, either(leaf(condition), given(adjoint), 0));
    this.add(b, either(leaf(condition), 0, given(adjoint)));
  }

  private load(op: Load): void {
    const adjoint = this.take(op.results[0]);
    if (adjoint === undefined) return;
    const { builder: b } = this;
    const shadow = shadowOf(op.space, this.parts.level);
    const [object, index] = op.args.map((v) => this.available.value(v));
    const sum = b.math('add', b.load(shadow, object, index), adjoint);
    b.append({ op: 'store', space: shadow, args: index ? [object, index, sum] : [object, sum], results: [], at: b.at });
  }

  private store(op: Store): void {
    const { builder: b } = this;
    const shadow = shadowOf(op.space, this.parts.level);
    const cell = op.args.slice(0, -1).map((v) => this.available.value(v));
    const value = op.args[op.args.length - 1];
    const adjoint = this.isActive(value) ? b.load(shadow, cell[0], cell[1]) : undefined;
    b.append({ op: 'store', space: shadow, args: [...cell, this.zero()], results: [], at: b.at });
    if (adjoint !== undefined) this.add(value, given(adjoint));
  }

  /** Through a buffer, since the two parts may overlap. */
  private copy(op: Copy): void {
    const { builder: b } = this;
    const shadow = shadowOf(op.space, this.parts.level);
    const [to, toIndex, from, fromIndex, count] = op.args.map((v) => this.available.value(v));
    const buffer = b.elements(copied, count, this.parts.level);
    this.each(count, (i) => {
      const at = b.integer('add', toIndex, i);
      b.store(copied, buffer, i, b.load(shadow, to, at));
      b.store(shadow, to, at, this.zero());
    });
    this.each(count, (i) => {
      const at = b.integer('add', fromIndex, i);
      b.store(shadow, from, at, b.math('add', b.load(shadow, from, at), b.load(copied, buffer, i)));
    });
  }

  private clear(space: Space, object: Value, count?: Value): void {
    const shadow = shadowOf(space, this.parts.level);
    const at = this.available.value(object);
    if (count === undefined) this.builder.store(shadow, at, this.zero());
    else this.each(this.available.value(count), (i) => this.builder.store(shadow, at, i, this.zero()));
  }

  /** A loop over the indexes below `count`. */
  private each(count: Value, write: (index: Value) => void): void {
    const { builder: b } = this;
    const [tested, index] = [b.value('i32'), b.value('i32')];
    const test = b.region([tested], () => ({ kind: 'yield', values: [b.compare('lt', tested, count), tested] }));
    const body = b.region([index], () => {
      write(index);
      return { kind: 'yield', values: [b.integer('add', index, b.int(1))] };
    });
    b.loop([b.int(0)], ['i32'], test, body, count);
  }

  private call(op: Call): void {
    const pair = this.parts.pairs.get(op.callee)!;
    const adjoints = pair.results.map((i) => this.take(op.results[i]));
    if (adjoints.every((d) => d === undefined) && !this.parts.liveness.memory(op.callee)) return;
    const { builder: b } = this;
    const again = isMadeAgain(op, pair);
    const mark = again ? b.mark() : undefined;
    const args = [
      ...(pair.frame ? [again ? this.again(op, pair) : this.available.value(this.structure.frameOf(op))] : []),
      ...pair.passed.map((i) => this.available.value(op.args[i])),
      ...adjoints.map((d) => d ?? this.zero()),
    ];
    const results = b.call(
      pair.reverse,
      args,
      pair.params.map(() => 'f64'),
    );
    if (mark !== undefined) b.release(mark);
    pair.params.forEach((i, k) => {
      this.add(op.args[i], given(results[k]));
    });
  }

  /** Makes a call once more; gives its frame. */
  private again(op: Call, pair: Pair): Value {
    const args = op.args.map((v) => this.available.value(v));
    const { builder: b } = this;
    const results = b.call(pair.forward, args, [...op.results.map(({ type }) => type), 'ref']);
    if (typeof op.checkpoint === 'object' && this.isActiveSpace(op.checkpoint.elements)) {
      // The adjoints are those of the first array; the reverse looks for them in the second.
      const shadow = shadowOf(op.checkpoint.elements, this.parts.level);
      const array = this.structure.arrayOf(op);
      const [length, first] = [this.available.value(array.length), this.available.value(array.data)];
      const second = b.load(op.checkpoint.data, results[0]);
      this.each(length, (i) => {
        b.store(shadow, second, i, b.load(shadow, first, i));
        b.store(shadow, first, i, this.zero());
      });
    }
    return results[results.length - 1];
  }

  private if(op: If, exit: Exit): void {
    const [then, otherwise] = this.structure.inner(op).regions;
    const seeds = op.results.map((v) => this.take(v));
    const undo = (branch: Within) => () =>
      this.within(branch, () => this.region(branch, branch.escapes ? exit : undefined, seeds));
    if (this.isImpossible(then, exit)) {
      undo(otherwise)();
      return;
    }
    if (this.isImpossible(otherwise, exit)) {
      undo(then)();
      return;
    }
    const { builder: b } = this;
    const condition = () => {
      if (exit === undefined) return this.available.value(op.args[0]);
      if (then.region.end.kind !== 'yield') return b.compare('le', exit, b.int(then.last));
      if (otherwise.region.end.kind === 'yield') return this.available.value(op.args[0]);
      const after = b.compare('gt', exit, b.int(otherwise.last));
      if (!then.escapes) return after;
      return b.integer('or', after, b.compare('lt', exit, b.int(otherwise.first)));
    };
    this.fork(condition, undo(then), undo(otherwise));
  }

  /** A branch that can not have been taken, given how the operation ended. */
  private isImpossible({ region, cuts }: Within, exit: Exit): boolean {
    if (region.end.kind === 'never') return exit === undefined || cuts.length === 0;
    return region.end.kind === 'br' && exit === undefined;
  }

  private block(op: Block, exit: Exit): void {
    const inner = this.structure.inner(op);
    const [body] = inner.regions;
    const { builder: b } = this;
    this.blocks.set(
      op.label.id,
      op.results.map((v) => this.take(v)),
    );
    let inside: Exit = exit;
    if (inner.targeted && body.cuts.length > 0) {
      inside = this.available.value(this.structure.exitOf(op));
      if (exit !== undefined) inside = b.select(b.compare('le', exit, b.int(inner.last)), exit, inside);
    }
    this.within(body, () => this.region(body, inside, this.blocks.get(op.label.id)!));
  }

  /** Writes apart from what is being written; gives the operations, and the layer with the adjoints that they change. */
  detached(write: () => void): { ops: readonly Op[]; adjoints: Adjoints } {
    const { builder, adjoints } = this;
    this.builder = new Builder(this.structure.ids);
    this.builder.at = builder.at;
    this.adjoints = new Adjoints(adjoints);
    try {
      const { ops } = this.builder.region([], () => {
        write();
        return { kind: 'yield', values: [] };
      });
      return { ops, adjoints: this.adjoints };
    } finally {
      this.builder = builder;
      this.adjoints = adjoints;
    }
  }

  /** Two ways to go on; the condition is asked for only if they differ. */
  fork(condition: () => Value, then: () => void, otherwise: () => void = () => {}): void {
    const a = this.detached(then);
    const b = this.detached(otherwise);
    for (const id of [...a.adjoints.taken, ...b.adjoints.taken]) this.adjoints.take(id);
    const merged: { id: number; values: readonly [Value, Value] }[] = [];
    for (const id of new Set([...a.adjoints.changed(), ...b.adjoints.changed()])) {
      const x = a.adjoints.get(id);
      const y = b.adjoints.get(id);
      if (x === y && x !== undefined) this.adjoints.set(id, x);
      else if (x !== y) merged.push({ id, values: [x ?? this.zero(), y ?? this.zero()] });
    }
    if (merged.length === 0 && a.ops.length === 0 && b.ops.length === 0) return;
    const test = condition();
    if (a.ops.length === 0 && b.ops.length === 0) {
      for (const { id, values } of merged) this.adjoints.set(id, this.builder.select(test, ...values));
      return;
    }
    const region = (ops: readonly Op[], way: 0 | 1) =>
      ({ params: [], ops, end: { kind: 'yield', values: merged.map((m) => m.values[way]) } }) as const;
    const types = merged.map(() => 'f64' as const);
    const results = this.builder.if(test, types, region(a.ops, 0), region(b.ops, 1));
    merged.forEach(({ id }, i) => {
      this.adjoints.set(id, results[i]);
    });
  }
}
