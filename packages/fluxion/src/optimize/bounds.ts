/**
 * What each round of a counted loop would check of an index that goes up with the counter, or of what does not change, is checked
 * before the loop, for the first round and the last.
 * Invariant: what is checked before holds only if it holds in each round, and fails otherwise, but for fractions that are lost in rounding.
 * Only loops that run to their end have it moved, and in which the program neither throws nor asks the host; so the tier is left as often
 * as before, and nobody can tell where.
 */
import type { Compare, Func, Guard, Loop, Module, Op, Reason, Region, Value } from '../ir/ops.ts';
import { regionsOf } from '../ir/ops.ts';
import type { Type } from '../ir/types.ts';
import { eachOp, eachRegion, Fresh, mapFunctions, withBody } from './rewrite.ts';

export function bounds(module: Module): Module {
  let known: ReadonlySet<string> | undefined;
  const noticed = (callee: string): boolean => (known ??= noticedFunctions(module)).has(callee);
  return mapFunctions(module, (func) => new Bounds(func, module.reasons, noticed).run());
}

function isThrow({ code }: Reason): boolean {
  return code === 'throw' || code === 'type';
}

/** Functions that may throw what the user's program throws, or ask the host, or call one that does. */
function noticedFunctions(module: Module): ReadonlySet<string> {
  const found = new Set<string>();
  for (let size = -1; size < found.size; ) {
    size = found.size;
    for (const func of module.functions.values())
      eachOp(func.body, (op) => {
        if (isNoticed(op, module.reasons, (callee) => found.has(callee))) found.add(func.name);
      });
  }
  return found;
}

function isNoticed(op: Op, reasons: readonly Reason[], noticed: (callee: string) => boolean): boolean {
  if (op.op === 'guard') return isThrow(reasons[op.reason]);
  return op.op === 'host' || (op.op === 'call' && noticed(op.callee));
}

/** A value that is carried through the rounds and is one more in each. */
interface Counter {
  readonly value: Value;
  readonly from: Value;
}

/** An index of a round: `times · counter ± plus` as a number that is converted, or counter ± plus as an integer. */
interface Linear {
  readonly kind: 'number' | 'integer';
  readonly counter: Counter;
  readonly times?: Value;
  readonly plus?: Value;
  /** `plus` is taken away. */
  readonly less?: boolean;
}

class Bounds {
  private readonly func: Func;
  private readonly reasons: readonly Reason[];
  private readonly noticed: (callee: string) => boolean;
  private readonly fresh: Fresh;

  constructor(func: Func, reasons: readonly Reason[], noticed: (callee: string) => boolean) {
    this.func = func;
    this.reasons = reasons;
    this.noticed = noticed;
    this.fresh = new Fresh(func);
  }

  /** Operations by their results; gone through the function for it once there is a loop that checks something. */
  private get definitions(): ReadonlyMap<number, Op> {
    if (this.defined === undefined) {
      const defined = new Map<number, Op>();
      eachOp(this.func.body, (op) => {
        for (const { id } of op.results) defined.set(id, op);
      });
      this.defined = defined;
    }
    return this.defined;
  }
  private defined: ReadonlyMap<number, Op> | undefined;

  run(): Func {
    const body = this.region(this.func.body);
    return withBody(this.func, body, this.fresh);
  }

  private region(region: Region): Region {
    const ops: Op[] = [];
    let changed = false;
    for (const op of region.ops) {
      const next = this.op(op, ops);
      changed ||= next !== op;
      ops.push(next);
    }
    return changed ? { ...region, ops } : region;
  }

  private op(op: Op, before: Op[]): Op {
    if (op.op === 'if') {
      const then = this.region(op.then);
      const otherwise = this.region(op.else);
      return then === op.then && otherwise === op.else ? op : { ...op, then, else: otherwise };
    }
    if (op.op === 'block') {
      const body = this.region(op.body);
      return body === op.body ? op : { ...op, body };
    }
    if (op.op !== 'loop') return op;
    const body = this.region(op.body);
    const inner = body === op.body ? op : { ...op, body };
    const guards = body.ops.filter((one) => one.op === 'guard');
    return guards.length > 0 && this.isWhole(inner) ? this.loop(inner, guards, before) : inner;
  }

  /** Whether all rounds run, unless the tier is left for the dynamic one to answer. */
  private isWhole(loop: Loop): boolean {
    if (loop.trips === undefined || loop.test.end.kind !== 'yield' || loop.body.end.kind !== 'yield') return false;
    const inside = new Set<number>();
    const left = new Set<number>();
    let seen = false;
    for (const part of [loop.test, loop.body]) {
      eachRegion(part, ({ end }) => {
        if (end.kind === 'br') left.add(end.label.id);
      });
      eachOp(part, (op) => {
        if (op.op === 'block') inside.add(op.label.id);
        seen ||= isNoticed(op, this.reasons, this.noticed);
      });
    }
    return !seen && [...left].every((label) => inside.has(label));
  }

  private loop(loop: Loop, guards: readonly Guard[], before: Op[]): Loop {
    const inside = new Set<number>();
    const define = (region: Region): void => {
      for (const { id } of region.params) inside.add(id);
      for (const op of region.ops) {
        for (const { id } of op.results) inside.add(id);
        for (const inner of regionsOf(op)) define(inner);
      }
    };
    for (const part of [loop.test, loop.body]) define(part);
    const counters = countersOf(loop, this.definitions);
    const isZero = (v: Value): boolean => {
      const op = this.definitions.get(v.id);
      return op?.op === 'const' && op.value === 0;
    };
    const out = new Outside(before, this.fresh, loop.trips!, isZero);
    const isFixed = (v: Value): boolean => !inside.has(v.id);
    const instead = new Map<Op, readonly Op[]>();
    for (const guard of guards) {
      const [condition] = guard.args;
      if (isFixed(condition)) {
        out.guard(guard, [condition]);
        instead.set(guard, []);
        continue;
      }
      const test = this.definitions.get(condition.id);
      if (test?.op !== 'compare' || test.test !== 'lt' || test.unsigned !== true || !isFixed(test.args[1])) continue;
      const index = this.linear(test.args[0], counters, isFixed);
      if (index === undefined) continue;
      const made = this.definitions.get(test.args[0].id);
      const again = out.within(guard, test, index);
      instead.set(guard, []);
      instead.set(test, [{ op: 'const', value: 1, results: test.results, at: test.at }]);
      if (made !== undefined && index.kind === 'number' && !instead.has(made)) instead.set(made, again(made));
    }
    if (instead.size === 0) return loop;
    return { ...loop, body: { ...loop.body, ops: loop.body.ops.flatMap((op) => instead.get(op) ?? [op]) } };
  }

  /** The index as it follows from a counter. */
  private linear(index: Value, counters: readonly Counter[], isFixed: (v: Value) => boolean): Linear | undefined {
    const counterOf = (value: Value) => counters.find(({ value: { id } }) => id === value.id);
    const own = counterOf(index);
    if (own !== undefined) return { kind: 'integer', counter: own };
    const op = this.definitions.get(index.id);
    if (op?.op === 'int' && (op.fn === 'add' || op.fn === 'sub')) {
      const [a, b] = op.args;
      const [counter, other] = [counterOf(a), counterOf(b)];
      if (counter !== undefined && isFixed(b)) return { kind: 'integer', counter, plus: b, less: op.fn === 'sub' };
      return other !== undefined && isFixed(a) && op.fn === 'add'
        ? { kind: 'integer', counter: other, plus: a }
        : undefined;
    }
    if (op?.op !== 'convert' || op.fn !== 'toIndex') return undefined;
    const sum = this.definitions.get(op.args[0].id);
    if (sum?.op !== 'math') return undefined;
    if (sum.fn === 'mul') return this.product(op.args[0], counterOf, isFixed);
    if (sum.fn !== 'add' && sum.fn !== 'sub') return undefined;
    for (const [a, b] of sum.fn === 'add' ? [sum.args, [...sum.args].reverse()] : [sum.args]) {
      const part = isFixed(b) ? this.product(a, counterOf, isFixed) : undefined;
      if (part !== undefined) return { ...part, plus: b, less: sum.fn === 'sub' };
    }
    return undefined;
  }

  /** A counter as a number, or that times something. */
  private product(
    value: Value,
    counterOf: (value: Value) => Counter | undefined,
    isFixed: (v: Value) => boolean,
  ): Linear | undefined {
    const op = this.definitions.get(value.id);
    if (op?.op === 'convert' && op.fn === 'toNumber') {
      const counter = counterOf(op.args[0]);
      return counter && { kind: 'number', counter };
    }
    if (op?.op !== 'math' || op.fn !== 'mul') return undefined;
    for (const [a, times] of [op.args, [...op.args].reverse()]) {
      const factor = this.definitions.get(a.id);
      if (!isFixed(times) || factor?.op !== 'convert' || factor.fn !== 'toNumber') continue;
      const counter = counterOf(factor.args[0]);
      if (counter !== undefined) return { kind: 'number', counter, times };
    }
    return undefined;
  }
}

function countersOf({ args, test, body }: Loop, definitions: ReadonlyMap<number, Op>): Counter[] {
  if (test.end.kind !== 'yield' || body.end.kind !== 'yield') return [];
  const passed = test.end.values;
  const next = body.end.values;
  return body.params.flatMap((value, n) => {
    const k = test.params.findIndex(({ id }) => id === passed[n + 1].id);
    const step = k < 0 ? undefined : definitions.get(next[k].id);
    if (step?.op !== 'int' || step.fn !== 'add' || step.args[0].id !== value.id) return [];
    const by = definitions.get(step.args[1].id);
    return by?.op === 'const' && by.value === 1 ? [{ value, from: args[k] }] : [];
  });
}

/** Writes before a loop. */
class Outside {
  private readonly before: Op[];
  private readonly fresh: Fresh;
  private readonly trips: Value;
  private readonly isZero: (value: Value) => boolean;

  constructor(before: Op[], fresh: Fresh, trips: Value, isZero: (value: Value) => boolean) {
    this.before = before;
    this.fresh = fresh;
    this.trips = trips;
    this.isZero = isZero;
  }

  /** The guard, for a loop that has rounds at all. */
  guard(guard: Guard, conditions: readonly Value[]): void {
    const none = this.compare('le', this.trips, this.constant('i32', 0));
    const all = conditions.reduce((a, b) => this.integer('and', a, b));
    this.before.push({ ...guard, args: [this.integer('or', none, all)] });
  }

  /** Checks the index in the first and in the last round; gives the operations that make it again from the first, for numbers. */
  within(guard: Guard, test: Compare, index: Linear): (made: Op) => readonly Op[] {
    const { kind, counter, times, plus } = index;
    const end = this.integer('sub', this.trips, this.constant('i32', 1));
    const [first, last] = [counter.from, this.integer('add', counter.from, end)].map((at) => this.index(index, at));
    const limit = test.args[1];
    const conditions = [this.compare('lt', first, limit, true), this.compare('lt', last, limit, true)];
    if (kind === 'integer') {
      // Between them lie as many as there are rounds only if nothing has wrapped.
      conditions.push(this.compare('le', first, last, true));
      this.guard(guard, conditions);
      return () => [];
    }
    // So that all sums and products are exact, where there are rounds between the two.
    const exact: Value[] = [];
    const whole = (value: Value) => exact.push(this.compare('eq', this.math('floor', value), value));
    if (plus !== undefined) {
      // Where the counter begins at 0, it is an index itself.
      if (!this.isZero(counter.from)) whole(plus);
      if (times !== undefined) exact.push(this.compare('le', this.math('abs', plus), this.constant('f64', 2 ** 31)));
    }
    if (times !== undefined) whole(times);
    if (exact.length > 0) {
      const single = this.compare('eq', this.trips, this.constant('i32', 1));
      conditions.push(
        this.integer(
          'or',
          single,
          exact.reduce((a, b) => this.integer('and', a, b)),
        ),
      );
    }
    this.guard(guard, conditions);
    const step = times === undefined ? undefined : this.convert('toInt32', times);
    return ({ results, at }) => {
      const past = this.fresh.value('i32');
      const ops: Op[] = [{ op: 'int', fn: 'sub', args: [counter.value, counter.from], results: [past], at }];
      let way = past;
      if (step !== undefined) {
        way = this.fresh.value('i32');
        ops.push({ op: 'int', fn: 'mul', args: [past, step], results: [way], at });
      }
      return [...ops, { op: 'int', fn: 'add', args: [first, way], results, at }];
    };
  }

  private index({ kind, times, plus, less }: Linear, counter: Value): Value {
    if (kind === 'integer') return plus === undefined ? counter : this.integer(less ? 'sub' : 'add', counter, plus);
    if (plus !== undefined && times === undefined && !less && this.isZero(counter))
      return this.convert('toIndex', plus);
    let number = this.convert('toNumber', counter);
    if (times !== undefined) number = this.math('mul', number, times);
    if (plus !== undefined) number = this.math(less ? 'sub' : 'add', number, plus);
    return this.convert('toIndex', number);
  }

  private push(op: Op, type: Type): Value {
    const result = this.fresh.value(type);
    this.before.push({ ...op, results: [result] } as Op);
    return result;
  }

  private constant(type: 'i32' | 'f64', value: number): Value {
    return this.push({ op: 'const', value, results: [] }, type);
  }

  private integer(fn: 'add' | 'sub' | 'and' | 'or', a: Value, b: Value): Value {
    return this.push({ op: 'int', fn, args: [a, b], results: [] }, a.type);
  }

  private compare(test: Compare['test'], a: Value, b: Value, unsigned?: boolean): Value {
    return this.push({ op: 'compare', test, unsigned, args: [a, b], results: [] }, 'bool');
  }

  private math(fn: 'add' | 'sub' | 'mul' | 'floor' | 'abs', ...args: Value[]): Value {
    return this.push({ op: 'math', fn, args, results: [] }, 'f64');
  }

  private convert(fn: 'toNumber' | 'toIndex' | 'toInt32', value: Value): Value {
    return this.push({ op: 'convert', fn, args: [value], results: [] }, fn === 'toNumber' ? 'f64' : 'i32');
  }
}
