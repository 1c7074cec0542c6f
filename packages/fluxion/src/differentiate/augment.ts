/**
 * The augmented forward function: the primal's operations as they are, with stores of just the values that the reverse sweep asked for.
 * Invariant: written after the sweep, so the tape is known; each slot is written where its value is defined.
 */
import { Builder } from '../ir/build.ts';
import type { Block, Call, End, Loop, Op, Region, Store, Value } from '../ir/ops.ts';
import { nullRef, shadowOf } from '../ir/types.ts';
import { isMadeAgain } from './pairs.ts';
import type { Activation, Within } from './structure.ts';
import type { SweepParts } from './sweep.ts';
import type { Slot } from './tape.ts';

export interface AugmentParts extends SweepParts {
  /** The frame of the function's activation. */
  readonly frame: Value;
  /** Spaces of the tapes of inner levels: their cells have shadows that nothing has cleared. */
  readonly tapes: ReadonlySet<unknown>;
}

export class Augment {
  /** Whether anything has been added. */
  changed = false;
  private readonly b: Builder;
  private readonly frames = new Map<Activation, { frame?: Value; index?: Value }>();
  private readonly exits = new Map<number, Block>();
  private readonly parts: AugmentParts;

  constructor(parts: AugmentParts) {
    this.parts = parts;
    this.b = new Builder(parts.structure.ids);
  }

  /** The function's operations; the frame is among them if there is one, or if it has to be. */
  function(mustHaveFrame: boolean): readonly Op[] {
    const { structure, tape, frame, func } = this.parts;
    const { activation } = structure.root;
    return this.b.region([], () => {
      this.frames.set(activation, { frame });
      if (tape.isUsed(activation)) this.allocate(activation, frame);
      else if (mustHaveFrame) this.b.append({ op: 'const', value: nullRef, results: [frame] });
      this.keep(func.params);
      this.ops(structure.root);
      return { kind: 'yield', values: [] };
    }).ops;
  }

  private allocate(activation: Activation, frame: Value): void {
    this.changed = true;
    this.b.append({ op: 'alloc', shape: this.parts.tape.layout(activation).shape, results: [frame] });
  }

  private write({ space, base, activation }: Slot, value: Value): void {
    this.changed = true;
    const { frame, index } = this.frames.get(activation)!;
    if (base === undefined) this.b.store(space, frame!, value);
    else this.b.store(space, base, index!, value);
  }

  private read({ space, base, activation }: Slot): Value {
    const { frame, index } = this.frames.get(activation)!;
    return base === undefined ? this.b.load(space, frame!) : this.b.load(space, base, index!);
  }

  private keep(values: readonly Value[]): void {
    for (const value of values) {
      const slot = this.parts.tape.slots.get(value.id);
      if (slot !== undefined) this.write(slot, value);
    }
  }

  private ops({ region }: Within): void {
    for (const op of region.ops) {
      this.b.at = op.at;
      this.op(op);
      this.keep(op.results);
    }
  }

  /** A region in the primal's form; `normal` is yielded besides, if it is there. */
  private region(within: Within, normal?: number): Region {
    const { region } = within;
    return this.b.region(region.params, () => {
      this.keep(region.params);
      this.ops(within);
      return this.end(within, normal === undefined ? [] : [this.b.int(normal)]);
    });
  }

  /** How a region ends; `more` is yielded after the primal's values. */
  private end({ region: { end }, site }: Within, more: readonly Value[]): End {
    if (end.kind === 'never') return end;
    if (end.kind === 'yield') return more.length === 0 ? end : { ...end, values: [...end.values, ...more] };
    return this.exits.has(end.label.id) ? { ...end, values: [...end.values, this.b.int(site)] } : end;
  }

  private op(op: Op): void {
    const { structure } = this.parts;
    switch (op.op) {
      case 'call':
        this.call(op);
        return;
      case 'mark':
      case 'release':
        // The reverse sweep may read it once more.
        this.changed = true;
        return;
      case 'store':
        this.store(op);
        return;
      case 'if': {
        const [then, otherwise] = structure.inner(op).regions;
        this.b.append({ ...op, then: this.region(then), else: this.region(otherwise) });
        return;
      }
      case 'block':
        this.block(op);
        return;
      case 'loop':
        this.loop(op);
        return;
      default:
        this.b.append(op);
    }
  }

  private call(op: Call): void {
    const pair = this.parts.liveness.op(op) ? this.parts.pairs.get(op.callee) : undefined;
    if (isMadeAgain(op, pair)) return void this.checkpoint(op);
    if (pair === undefined || pair.forward === op.callee) return void this.b.append(op);
    this.changed = true;
    const frame = this.parts.structure.frameOf(op);
    this.b.append({ ...op, callee: pair.forward, results: pair.frame ? [...op.results, frame] : op.results });
    if (pair.frame) this.keep([frame]);
  }

  /** Only what comes out of the call is kept; what it has allocated can't be more than that, since it writes to nothing else. */
  private checkpoint(op: Call): void {
    this.changed = true;
    const mark = op.results.some(({ type }) => type === 'ref') ? undefined : this.b.mark();
    this.b.append({ ...op, checkpoint: undefined });
    if (mark !== undefined) this.b.release(mark);
    if (typeof op.checkpoint !== 'object') return;
    // What the array is now: the program may change it.
    const { length, data } = this.parts.structure.arrayOf(op);
    const args = op.results;
    this.b.append({ op: 'load', space: op.checkpoint.length, args, results: [length] });
    this.b.append({ op: 'load', space: op.checkpoint.data, args, results: [data] });
    this.keep([length, data]);
  }

  private store(op: Store): void {
    this.b.append(op);
    if (!this.parts.tapes.has(op.space) || !this.parts.liveness.op(op)) return;
    this.changed = true;
    const args = [...op.args.slice(0, -1), this.b.number(0)];
    this.b.append({ ...op, space: shadowOf(op.space, this.parts.level), args });
  }

  private block(op: Block): void {
    const { structure, available } = this.parts;
    const inner = structure.inner(op);
    const exit = inner.targeted ? structure.exitOf(op) : undefined;
    if (exit === undefined || !available.asked.has(exit.id)) {
      this.b.append({ ...op, body: this.region(inner.regions[0]) });
      return;
    }
    this.changed = true;
    this.exits.set(op.label.id, op);
    // Where an outer block is left through this one, the slot is read all the same, and what is read is not used.
    const slot = this.parts.tape.slots.get(exit.id);
    if (inner.escapes && slot !== undefined) this.write(slot, this.b.int(0));
    const body = this.region(inner.regions[0], inner.normal);
    this.b.append({ ...op, body, results: [...op.results, exit] });
    this.keep([exit]);
  }

  private loop(op: Loop): void {
    const { b } = this;
    const { structure, tape } = this.parts;
    const [test, body] = structure.inner(op).regions;
    for (const { activation } of [test, body]) this.arrays(op, activation);
    const count = tape.countIfKept(op);
    for (const { activation } of [test, body]) {
      const newest = tape.newestIfKept(activation);
      if (newest !== undefined) this.write(newest, b.const('ref', nullRef));
    }
    if (count !== undefined) this.write(count, b.int(0));
    const isIndexed =
      count !== undefined || [test, body].some(({ activation }) => tape.layout(activation).arrays.length > 0);
    const unit = isIndexed ? this.unitCounter(op) : undefined;
    const isAdded = isIndexed && unit === undefined;
    const index = { test: b.value('i32'), body: b.value('i32') };
    const more = (value: Value) => (isAdded ? [value] : []);

    this.frames.set(test.activation, { index: unit?.test ?? index.test });
    const newTest = b.region([...test.region.params, ...more(index.test)], () => {
      this.begin(test.activation);
      this.keep(test.region.params);
      this.ops(test);
      return this.end(test, more(index.test));
    });
    const inBody = unit?.body ?? index.body;
    this.frames.set(body.activation, { index: inBody });
    const newBody = b.region([...body.region.params, ...more(index.body)], () => {
      if (count !== undefined) this.write(count, b.integer('add', inBody, b.int(1)));
      this.begin(body.activation);
      this.keep(body.region.params);
      this.ops(body);
      return this.end(body, isAdded ? [b.integer('add', index.body, b.int(1))] : []);
    });
    const args = isAdded ? [...op.args, b.int(0)] : op.args;
    b.append({ ...op, args, test: newTest, body: newBody, results: [...op.results, ...more(b.value('i32'))] });
  }

  /** The arrays of a counted loop, made before it. */
  private arrays(op: Loop, activation: Activation): void {
    const { b } = this;
    const { arrays } = this.parts.tape.layout(activation);
    if (arrays.length === 0) return;
    this.changed = true;
    const count = activation.kind === 'test' ? b.integer('add', op.trips!, b.int(1)) : op.trips!;
    // Side by side, so that they can be taken at once.
    for (const { space, base } of arrays)
      b.append({ op: 'elements', space, args: [count], tape: this.parts.level, results: [base!] });
    for (const { base } of arrays) this.keep([base!]);
  }

  /** A frame for the round that begins, linked to the one before. */
  private begin(activation: Activation): void {
    const { tape } = this.parts;
    const newest = tape.newestIfKept(activation);
    if (newest === undefined) return;
    const frame = this.b.value('ref', 'frame');
    this.allocate(activation, frame);
    this.frames.get(activation)!.frame = frame;
    this.b.store(tape.layout(activation).previous!, frame, this.read(newest));
    this.write(newest, frame);
  }

  /** A counter of the program's own that is the number of the round. */
  private unitCounter(op: Loop): { test: Value; body: Value } | undefined {
    const { structure } = this.parts;
    if (op.test.end.kind !== 'yield') return undefined;
    for (const param of op.test.params) {
      const { counter } = structure.definition(param);
      if (counter === undefined || counter.down) continue;
      if (structure.constant(counter.from) !== 0 || structure.constant(counter.step) !== 1) continue;
      const place = op.test.end.values.indexOf(param, 1);
      if (place > 0) return { test: param, body: op.body.params[place - 1] };
    }
    return undefined;
  }
}
