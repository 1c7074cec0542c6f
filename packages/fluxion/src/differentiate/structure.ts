/**
 * Where everything in a function stands: the region each value is defined in, the activation it belongs to, the sites at which
 * blocks are left, and values that are known to equal others.
 * Invariant: sites are numbered in the program's order, a block's normal end after the sites inside it; so an operation that was reached
 * ended early exactly if the number of the exit is at most its `last`, and what follows it ran exactly if it is greater.
 */

import { lastId } from '../ir/ids.ts';
import type { Block, Call, Func, Label, Loop, Op, Region, Value } from '../ir/ops.ts';

/** One run of a function's body, of a loop's test, or of a loop's body: what has values of its own on the tape. */
export interface Activation {
  readonly kind: 'function' | 'test' | 'body';
  readonly loop?: Loop | undefined;
  readonly outer?: Activation | undefined;
}

export interface Within {
  readonly region: Region;
  readonly activation: Activation;
  /** The region around the operation that this one is part of. */
  readonly outer?: Within | undefined;
  /** First and last number of the sites inside. */
  first: number;
  last: number;
  /** If the region ends by leaving a block: the number of that site. */
  site: number;
  escapes: boolean;
  /** Places of the operations that may be left early with the region. */
  readonly cuts: number[];
}

/** What is known of an operation that has regions. */
export interface Inner {
  readonly regions: readonly Within[];
  readonly first: number;
  readonly last: number;
  /** Something inside leaves a block that is outside. */
  readonly escapes: boolean;
  /** For blocks: the number of their normal end, and whether they are left early at all. */
  readonly normal: number;
  readonly targeted: boolean;
}

/** A carried value that goes up by the same step in each round. */
export interface Counter {
  readonly loop: Loop;
  readonly from: Value;
  readonly step: Value;
  readonly down: boolean;
}

export interface Definition {
  readonly value: Value;
  readonly within: Within;
  readonly op?: Op | undefined;
  /** The place of a function's parameter. */
  readonly param?: number | undefined;
  /** How many operations of its region that can be left early come before it. */
  readonly segment: number;
  /** Known to be the same value. */
  alias?: Value | undefined;
  counter?: Counter | undefined;
  /** The value of a counter when its loop has ended. */
  ended?: Counter | undefined;
}

/** What values can be defined beside. */
type Beside = Call | Loop | Block;

/** Larger than the number of any site: what ended, ended normally. */
export const normally = 0x7fffffff;

export class Structure {
  readonly func: Func;
  readonly root: Within;
  readonly definitions: Definition[] = [];
  /** For values made along with the function. */
  readonly ids: { next: number };
  private readonly inners = new Map<Op, Inner>();
  private readonly labels = new Map<number, { depth: number; targeted: boolean }>();
  private readonly exits = new Map<Op, Value>();
  private readonly frames = new Map<Op, Value>();
  private readonly arrays = new Map<Op, { readonly length: Value; readonly data: Value }>();
  private open = 0;
  private site = 0;

  constructor(func: Func) {
    this.func = func;
    this.ids = { next: lastId(func) + 1 };
    const activation: Activation = { kind: 'function' };
    this.root = this.region(func.body, activation, undefined).within;
  }

  definition(value: Value): Definition {
    return this.definitions[value.id];
  }

  inner(op: Op): Inner {
    return this.inners.get(op)!;
  }

  /** The value itself, or the first one that it is known to equal. */
  resolve(value: Value): Value {
    let v = value;
    for (let alias = this.definitions[v.id].alias; alias !== undefined; alias = this.definitions[v.id].alias) v = alias;
    return v;
  }

  constant(value: Value): number | undefined {
    const { op } = this.definitions[this.resolve(value).id];
    return op?.op === 'const' ? op.value : undefined;
  }

  /** The number of the site by which a block was left, or of its normal end: a value beside the block's results. */
  exitOf(block: Block): Value {
    return this.beside(this.exits, block, { id: this.ids.next++, type: 'i32', name: 'exit' });
  }

  /** The frame of a call: a value beside its results. */
  frameOf(call: Call): Value {
    return this.beside(this.frames, call, { id: this.ids.next++, type: 'ref', name: 'frame' });
  }

  /** The length and the data of the array that a call gives, as it gives it: values beside its results. */
  arrayOf(call: Call): { readonly length: Value; readonly data: Value } {
    let known = this.arrays.get(call);
    if (known === undefined) {
      const value = (type: Value['type'], name: string) => this.define({ id: this.ids.next++, type, name }, call);
      this.arrays.set(call, (known = { length: value('i32', 'length'), data: value('ref', 'data') }));
    }
    return known;
  }

  /** A new value that is defined where the results of `op` are. */
  define(value: Value, op: Beside): Value {
    const { within, segment } = this.places.get(op)!;
    this.definitions[value.id] = { value, within, op, segment };
    return value;
  }

  within(op: Beside): Within {
    return this.places.get(op)!.within;
  }

  private readonly places = new Map<Beside, { within: Within; segment: number }>();

  private beside(known: Map<Op, Value>, op: Beside, fresh: Value): Value {
    let value = known.get(op);
    if (value === undefined) known.set(op, (value = this.define(fresh, op)));
    return value;
  }

  /** `escape`: the depth of the outermost block that is left from inside. */
  private region(
    region: Region,
    activation: Activation,
    outer: Within | undefined,
  ): { within: Within; escape: number } {
    const cuts: number[] = [];
    const within: Within = { region, activation, outer, first: this.site + 1, last: 0, site: 0, escapes: false, cuts };
    for (const value of region.params) this.definitions[value.id] = { value, within, segment: 0 };
    if (outer === undefined)
      this.func.params.forEach((value, param) => {
        this.definitions[value.id] = { value, within, param, segment: 0 };
      });
    let escape = Number.POSITIVE_INFINITY;
    region.ops.forEach((op, i) => {
      const inside = this.op(op, within);
      if (inside < this.open) cuts.push(i);
      escape = Math.min(escape, inside);
      const segment = cuts.length;
      if (op.op === 'call' || op.op === 'loop' || op.op === 'block') this.places.set(op, { within, segment });
      for (const value of op.results) this.definitions[value.id] = { value, within, op, segment };
      if (op.op === 'loop') this.relate(op);
    });
    if (region.end.kind === 'br') {
      within.site = ++this.site;
      const target = this.label(region.end.label);
      target.targeted = true;
      escape = Math.min(escape, target.depth);
    }
    within.last = this.site;
    within.escapes = escape < this.open;
    return { within, escape };
  }

  private label(label: Label): { depth: number; targeted: boolean } {
    return this.labels.get(label.id)!;
  }

  private op(op: Op, outer: Within): number {
    switch (op.op) {
      case 'if':
        return this.keep(op, [
          this.region(op.then, outer.activation, outer),
          this.region(op.else, outer.activation, outer),
        ]);
      case 'loop':
        return this.keep(op, [
          this.region(op.test, { kind: 'test', loop: op, outer: outer.activation }, outer),
          this.region(op.body, { kind: 'body', loop: op, outer: outer.activation }, outer),
        ]);
      case 'block': {
        const label = { depth: this.open, targeted: false };
        this.labels.set(op.label.id, label);
        this.open++;
        const body = this.region(op.body, outer.activation, outer);
        this.open--;
        return this.keep(op, [body], ++this.site, label.targeted);
      }
      default:
        return Number.POSITIVE_INFINITY;
    }
  }

  private keep(op: Op, inside: { within: Within; escape: number }[], normal = 0, targeted = false): number {
    const escape = Math.min(...inside.map((r) => r.escape));
    const regions = inside.map((r) => r.within);
    this.inners.set(op, {
      regions,
      first: regions[0].first,
      last: regions[regions.length - 1].last,
      escapes: escape < this.open,
      normal,
      targeted,
    });
    return escape;
  }

  /** Finds the carried values that stay the same or count, and those that are passed on from the test to the body. */
  private relate(loop: Loop): void {
    const { test, body } = loop;
    if (test.end.kind !== 'yield') return;
    const passed = test.end.values.slice(1);
    const [inTest, inBody] = this.inner(loop).regions;
    const isInside = (v: Value) => {
      for (let w: Within | undefined = this.definitions[v.id].within; w !== undefined; w = w.outer)
        if (w === inTest || w === inBody) return true;
      return false;
    };
    const params = new Map(test.params.map((p, k) => [p, k]));
    test.params.forEach((param, k) => {
      if (body.end.kind !== 'yield') return;
      const next = this.resolve(body.end.values[k]);
      const isCurrent = (v: Value) => body.params.some((q, m) => q === v && passed[m] === param);
      const own = this.definitions[param.id];
      if (isCurrent(next)) {
        own.alias = loop.args[k];
        return;
      }
      const { op } = this.definitions[next.id];
      if (op?.op !== 'int' || (op.fn !== 'add' && op.fn !== 'sub')) return;
      const [a, b] = op.args;
      const step = isCurrent(a) ? b : isCurrent(b) && op.fn === 'add' ? a : undefined;
      if (step === undefined || (isInside(step) && this.constant(step) === undefined)) return;
      own.counter = { loop, from: loop.args[k], step, down: op.fn === 'sub' };
    });
    passed.forEach((value, m) => {
      const k = params.get(value);
      const param = k === undefined ? undefined : this.definitions[value.id];
      if (k === undefined ? !isInside(value) : param!.alias !== undefined || param!.counter !== undefined)
        this.definitions[body.params[m].id].alias = value;
      const result = this.definitions[loop.results[m].id];
      if (k === undefined && !isInside(value)) result.alias = value;
      else if (param?.alias !== undefined) result.alias = param.alias;
      else if (param?.counter !== undefined && loop.trips !== undefined) result.ended = param.counter;
    });
  }
}
