/**
 * Decides, before a function is written, which of its values stay on the stack of WebAssembly (those used once, written out where
 * they are used), and which local each other value has.
 * Invariant: nothing is moved across an operation that can change what it reads, and two values share a local only if none is read
 * after the other has been set.
 */

import { lastId } from '../../ir/ids.ts';
import { type Func, type Label, type Op, operandsOf, type Region, regionsOf, type Value } from '../../ir/ops.ts';
import type { Space } from '../../ir/types.ts';
import { type Wasm, wasmOf } from './instructions.ts';

export interface Plan {
  /** Operations by the id of their one result, if it is written out where it is used. */
  readonly inline: readonly (Op | undefined)[];
  /** By id: which local, or -1 if it has none. */
  readonly local: Int32Array;
  /** By id: whether anything reads it. */
  readonly used: (value: Value) => boolean;
  /** The types of the locals, those of the parameters first. */
  readonly locals: Wasm[];
}

/** Expressions are not nested deeper than this, so that writing them can not run out of stack. */
const deepest = 60;

export function planOf(func: Func): Plan {
  const values = lastId(func) + 1;
  const uses = new Uses(values);
  uses.region(func.body);
  const locals = new Locals(func, values, uses);
  return { inline: uses.inline, local: locals.assign(), used: (v) => uses.count[v.id] > 0, locals: locals.types };
}

/** Whether an operation can be left out when its results are not used. */
export function isPure(op: Op): boolean {
  switch (op.op) {
    case 'const':
    case 'math':
    case 'compare':
    case 'int':
    case 'convert':
    case 'select':
    case 'offset':
    case 'load':
      return true;
    default:
      return false;
  }
}

/** What may be written to in part of a function: the spaces, or `undefined` for all. */
type Writes = Set<Space> | undefined;

/** Counts uses from the end to the start, so that what only dead operations use is not counted. */
class Uses {
  readonly count: Int32Array;
  readonly inline: (Op | undefined)[];
  /** By id: the region that has the last use found, and the place in it where the value is needed. */
  private readonly region_: Int32Array;
  private readonly place: Int32Array;
  private readonly depth: Int32Array;
  private readonly results = new Map<Label, readonly Value[]>();
  private regions = 0;

  constructor(values: number) {
    this.count = new Int32Array(values);
    this.inline = new Array<Op | undefined>(values).fill(undefined);
    this.region_ = new Int32Array(values);
    this.place = new Int32Array(values);
    this.depth = new Int32Array(values);
  }

  /** `wanted`: what its values become, where those that nobody uses need not be had. */
  region({ ops, end }: Region, wanted?: readonly Value[]): Writes {
    const me = this.regions++;
    const targets = end.kind === 'br' ? this.results.get(end.label) : wanted;
    if (end.kind !== 'never') {
      end.values.forEach((value, n) => {
        if (targets === undefined || this.count[targets[n].id] > 0) this.use(value, me, ops.length, 0);
      });
    }
    const all = new Set<Space>();
    let everything = false;
    // The next place at which a space, and at which any space, may be written to.
    const next = new Map<Space, number>();
    let nextAny = ops.length;
    for (let n = ops.length - 1; n >= 0; n--) {
      const op = ops[n];
      const pure = isPure(op);
      if (pure && op.results.every(({ id }) => this.count[id] === 0)) continue;
      let place = n;
      let depth = 0;
      if (pure) {
        const { id } = op.results[0];
        const here = op.op === 'const' || (this.count[id] === 1 && this.region_[id] === me && this.depth[id] < deepest);
        const free =
          op.op !== 'load' ||
          op.space.constant ||
          this.place[id] <= Math.min(nextAny, next.get(op.space) ?? ops.length);
        if (here && free) {
          this.inline[id] = op;
          if (op.op === 'const') continue;
          place = this.place[id];
          depth = this.depth[id] + 1;
        }
      }
      for (const value of operandsOf(op)) {
        if (op.op === 'loop' && value === op.trips && !op.args.includes(value)) continue;
        this.use(value, me, place, depth);
      }
      const writes = this.writes(op);
      if (writes === undefined) {
        everything = true;
        nextAny = n;
      } else {
        for (const space of writes) {
          all.add(space);
          next.set(space, n);
        }
      }
    }
    return everything ? undefined : all;
  }

  private use({ id }: Value, region: number, place: number, depth: number): void {
    this.count[id]++;
    this.region_[id] = region;
    this.place[id] = place;
    this.depth[id] = depth;
  }

  private writes(op: Op): Writes {
    switch (op.op) {
      case 'store':
      case 'copy':
        return new Set([op.space]);
      // What is given back is 0 afterwards.
      case 'call':
      case 'release':
        return undefined;
      case 'if': {
        const then = this.region(op.then, op.results);
        return union(then, this.region(op.else, op.results));
      }
      case 'loop': {
        const body = this.region(op.body);
        return union(body, this.region(op.test));
      }
      case 'block':
        this.results.set(op.label, op.results);
        return this.region(op.body, op.results);
      default:
        return nothing;
    }
  }
}

const nothing: Writes = new Set();

function union(a: Writes, b: Writes): Writes {
  if (a === undefined || b === undefined) return undefined;
  return a.size === 0 ? b : new Set([...a, ...b]);
}

interface Around {
  readonly start: number;
  /** Units from outside that have to last until its end. */
  readonly kept: number[];
}

/**
 * Gives out locals by scanning the places of the function in the order in which they are written. A unit is what needs a local for
 * itself: a value, or values that are one by construction, as the results of a loop and the parameters of its body.
 */
class Locals {
  readonly types: Wasm[] = [];
  private readonly func: Func;
  private readonly uses: Uses;
  private readonly unit: Int32Array;
  private readonly from: number[] = [];
  private readonly to: number[] = [];
  private readonly type: Wasm[] = [];
  private readonly around: Around[] = [];
  private at = 0;

  constructor(func: Func, values: number, uses: Uses) {
    this.func = func;
    this.uses = uses;
    this.unit = new Int32Array(values).fill(-1);
  }

  assign(): Int32Array {
    for (const param of this.func.params) this.start(param);
    this.region(this.func.body);
    const local = this.scan();
    return this.unit.map((unit) => (unit < 0 ? -1 : local[unit]));
  }

  private region({ ops, end }: Region): void {
    for (const op of ops) this.op(op);
    this.at++;
    if (end.kind !== 'never') for (const value of end.values) this.read(value);
  }

  private op(op: Op): void {
    if (isPure(op)) {
      const { id } = op.results[0];
      if (this.uses.count[id] === 0 || this.uses.inline[id] !== undefined) return;
    }
    this.at++;
    for (const value of operandsOf(op)) this.read(value);
    if (op.op === 'loop') {
      this.loop(op);
      return;
    }
    for (const region of regionsOf(op)) this.region(region);
    if (regionsOf(op).length > 0) this.at++;
    for (const result of op.results) if (this.uses.count[result.id] > 0) this.start(result);
  }

  private loop({ test, body, results }: Op & { readonly op: 'loop' }): void {
    const { count } = this.uses;
    const around: Around = { start: this.at, kept: [] };
    for (const param of test.params) if (count[param.id] > 0) around.kept.push(this.start(param));
    this.around.push(around);
    this.region(test);
    const passed = test.end.kind === 'yield' ? test.end.values : [];
    body.params.forEach((param, n) => {
      if (count[param.id] + count[results[n].id] === 0) return;
      const source = passed[n + 1];
      // What the test only passes on stays in its local, which is set again at the end of the body and not before.
      const carried = source !== undefined && test.params.some(({ id }) => id === source.id);
      if (carried) this.unit[param.id] = this.unit[source.id];
      else this.start(param);
      this.unit[results[n].id] = this.unit[param.id];
    });
    this.region(body);
    this.around.pop();
    this.at++;
    for (const unit of around.kept) this.last(unit);
    this.at++;
    for (const { id } of results) if (this.unit[id] >= 0) this.last(this.unit[id]);
  }

  /** A value is needed here: on the stack, so what it is made of is needed too. */
  private read(value: Value): void {
    const op = this.uses.inline[value.id];
    if (op !== undefined) {
      for (const operand of operandsOf(op)) this.read(operand);
      return;
    }
    const unit = this.unit[value.id];
    if (unit >= 0) this.last(unit);
  }

  private last(unit: number): void {
    this.to[unit] = Math.max(this.to[unit], this.at);
    // In a loop that it comes into from outside it is needed again in the next round.
    for (const loop of this.around) {
      if (this.from[unit] < loop.start) {
        loop.kept.push(unit);
        return;
      }
    }
  }

  private start(value: Value): number {
    const unit = this.from.length;
    this.from.push(this.at);
    this.to.push(this.at);
    this.type.push(wasmOf(value.type));
    this.unit[value.id] = unit;
    return unit;
  }

  private scan(): Int32Array {
    const local = new Int32Array(this.from.length);
    const byEnd = this.to.map((_, unit) => unit).sort((a, b) => this.to[a] - this.to[b]);
    const free: Record<Wasm, number[]> = { i32: [], f64: [] };
    let ended = 0;
    const params = this.func.params.length;
    for (let unit = 0; unit < local.length; unit++) {
      const type = this.type[unit];
      // The parameters have the first locals, one each.
      if (unit >= params) {
        while (ended < byEnd.length && this.to[byEnd[ended]] <= this.from[unit] && byEnd[ended] < unit) {
          free[this.type[byEnd[ended]]].push(local[byEnd[ended]]);
          ended++;
        }
      }
      local[unit] = (unit >= params ? free[type].pop() : undefined) ?? this.types.push(type) - 1;
    }
    return local;
  }
}
