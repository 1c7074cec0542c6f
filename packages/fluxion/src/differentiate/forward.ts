/**
 * Forward mode: each active number is followed by its tangents, one for each lane.
 * Invariant: the primal's operations are all there, in their order; an inactive value has no tangents, and zeros stand for them where
 * an active one may come from elsewhere. Every cell of an active space is written together with its tangents.
 */
import { Builder } from '../ir/build.ts';
import { lastId } from '../ir/ids.ts';
import type { End, Func, Module, Op, Primitive, Region, Value } from '../ir/ops.ts';
import { type Level, shadowOf, type Type } from '../ir/types.ts';
import { type Active, type Activity, activityOf } from './activity.ts';
import { type Interface, interfaceOf } from './conventions.ts';
import { Structure } from './structure.ts';
import { leaf, partialsOf, plus, type Term, times, Writer } from './terms.ts';

/**
 * The entry's pushforward: every f64 parameter is followed by its tangents, and so is every f64 result. Tangents of inactive parameters are
 * taken for zero.
 */
export function forward(
  module: Module,
  entry: string,
  active: Active,
  level: Level,
): { readonly module: Module; readonly entry: string } {
  const activity = activityOf(module, entry, active);
  const names = pushforwards(activity, level);
  const functions = new Map(module.functions);
  const write = (func: Func, name: string, outside: Interface) => {
    functions.set(name, new Pushforward(func, activity, level, names).write(name, outside));
  };
  for (const func of activity.functions.values()) {
    const name = names.get(func.name);
    if (name !== undefined) write(func, name, interfaceOf(func, activity));
  }
  const own = module.functions.get(entry)!;
  const name = `${entry}.pushforward${level.index}`;
  write(own, name, interfaceOf(own, undefined));
  const levels = module.levels.includes(level) ? module.levels : [...module.levels, level];
  return { module: { ...module, functions, levels }, entry: name };
}

/** The functions that have a pushforward of their own because they are called, and something active is in them. */
function pushforwards(activity: Activity, level: Level): Map<string, string> {
  const called = new Set<string>();
  const lively = new Set<string>();
  const callers = new Map<string, string[]>();
  for (const func of activity.functions.values()) {
    const active = (v: Value) => activity.value(func, v);
    const walk = (region: Region): void => {
      for (const op of region.ops) {
        if (op.op === 'call') {
          called.add(op.callee);
          callers.set(op.callee, [...(callers.get(op.callee) ?? []), func.name]);
        }
        if (op.results.some(active)) lively.add(func.name);
        if ((op.op === 'store' || op.op === 'copy') && op.space.cell === 'f64' && activity.space(op.space))
          lively.add(func.name);
        if (op.op === 'if') [op.then, op.else].forEach(walk);
        else if (op.op === 'loop') [op.test, op.body].forEach(walk);
        else if (op.op === 'block') walk(op.body);
      }
    };
    walk(func.body);
    if (func.params.some(active)) lively.add(func.name);
  }
  for (const name of lively) for (const caller of callers.get(name) ?? []) lively.add(caller);
  return new Map([...lively].filter((name) => called.has(name)).map((name) => [name, `${name}.tangent${level.index}`]));
}

class Pushforward {
  private readonly tangents = new Map<number, Value[]>();
  private readonly outs = new Map<number, readonly Value[]>();
  private readonly b: Builder;
  private readonly terms: Writer;
  private readonly func: Func;
  private readonly activity: Activity;
  private readonly level: Level;
  private readonly names: ReadonlyMap<string, string>;
  private readonly structure: Structure;

  constructor(func: Func, activity: Activity, level: Level, names: ReadonlyMap<string, string>) {
    this.func = func;
    this.activity = activity;
    this.level = level;
    this.names = names;
    this.structure = new Structure(func);
    const b = new Builder({ next: lastId(func) + 1 });
    this.b = b;
    this.terms = new Writer({ builder: b, read: (value) => value, number: (value) => b.number(value) });
  }

  write(name: string, outside: Interface): Func {
    const params = this.func.params.flatMap((value, i) => {
      if (!outside.params.includes(i)) return [value];
      const tangents = this.fresh(value);
      if (this.isActive(value)) this.tangents.set(value.id, tangents);
      return [value, ...tangents];
    });
    const results = this.func.results.flatMap((type, i): Type[] =>
      outside.results.includes(i) ? [type, ...Array<Type>(this.level.lanes).fill('f64')] : [type],
    );
    const body = this.b.region([], () => {
      for (const op of this.func.body.ops) this.op(op);
      const { end } = this.func.body;
      if (end.kind !== 'yield') return end;
      const values = end.values.flatMap((v, i) => (outside.results.includes(i) ? [v, ...this.of(v)] : [v]));
      return { kind: 'yield', values };
    });
    return { name, params, results, body };
  }

  private isActive(value: Value): boolean {
    return this.activity.value(this.func, value);
  }

  private fresh(value: Value): Value[] {
    return Array.from({ length: this.level.lanes }, () =>
      this.b.value('f64', value.name === undefined ? undefined : `${value.name}'`),
    );
  }

  /** The tangents of a value, zeros if it has none. */
  private of(value: Value): Value[] {
    const known = this.tangents.get(value.id);
    if (known !== undefined) return known;
    const zero = this.b.number(0);
    return Array<Value>(this.level.lanes).fill(zero);
  }

  /** Definitions: each active value is followed by its new tangents. */
  private defined(values: readonly Value[]): Value[] {
    return values.flatMap((value) => {
      if (!this.isActive(value)) return [value];
      const tangents = this.fresh(value);
      this.tangents.set(value.id, tangents);
      return [value, ...tangents];
    });
  }

  /** Uses, in the places of `targets`: where the target is active the tangents follow. */
  private passed(values: readonly Value[], targets: readonly Value[]): Value[] {
    return values.flatMap((value, i) => (this.isActive(targets[i]) ? [value, ...this.of(value)] : [value]));
  }

  private region(region: Region, targets: readonly Value[], head = 0): Region {
    const params = this.defined(region.params);
    return this.b.region(params, () => {
      for (const op of region.ops) this.op(op);
      const { end } = region;
      if (end.kind === 'never') return end;
      if (end.kind === 'br')
        return { ...end, values: this.passed(end.values, this.outs.get(end.label.id)!) } satisfies End;
      const values = [...end.values.slice(0, head), ...this.passed(end.values.slice(head), targets)];
      return { kind: 'yield', values };
    });
  }

  private op(op: Op): void {
    const { b } = this;
    b.at = op.at;
    switch (op.op) {
      case 'math':
        b.append(op);
        if (this.isActive(op.results[0])) this.math(op);
        return;
      case 'select':
        b.append(op);
        if (this.isActive(op.results[0])) {
          const other = this.of(op.args[2]);
          const tangents = this.of(op.args[1]).map((t, lane) => b.select(op.args[0], t, other[lane]));
          this.tangents.set(op.results[0].id, tangents);
        }
        return;
      case 'load':
        b.append(op);
        if (this.isActive(op.results[0])) {
          const [object, index] = op.args;
          this.tangents.set(
            op.results[0].id,
            this.lanes((lane) => b.load(shadowOf(op.space, this.level, lane), object, index)),
          );
        }
        return;
      case 'store': {
        b.append(op);
        if (op.space.cell !== 'f64' || !this.activity.space(op.space)) return;
        const tangents = this.of(op.args[op.args.length - 1]);
        this.lanes((lane) => {
          const args = [...op.args.slice(0, -1), tangents[lane]];
          b.append({ ...op, space: shadowOf(op.space, this.level, lane), args });
        });
        return;
      }
      case 'copy':
        b.append(op);
        if (op.space.cell !== 'f64' || !this.activity.space(op.space)) return;
        this.lanes((lane) => b.append({ ...op, space: shadowOf(op.space, this.level, lane) }));
        return;
      case 'call': {
        const callee = this.names.get(op.callee);
        if (callee === undefined) return void b.append(op);
        const func = this.activity.functions.get(op.callee)!;
        const { params, results } = interfaceOf(func, this.activity);
        const args = op.args.flatMap((v, i) => (params.includes(i) ? [v, ...this.of(v)] : [v]));
        const values = op.results.flatMap((v, i) => {
          if (!results.includes(i)) return [v];
          const tangents = this.fresh(v);
          if (this.isActive(v)) this.tangents.set(v.id, tangents);
          return [v, ...tangents];
        });
        b.append({ ...op, callee, args, results: values });
        return;
      }
      case 'if': {
        const then = this.region(op.then, op.results);
        const otherwise = this.region(op.else, op.results);
        b.append({ ...op, then, else: otherwise, results: this.defined(op.results) });
        return;
      }
      case 'loop': {
        const args = this.passed(op.args, op.test.params);
        // What the test yields goes both to the body and to the results: it has tangents if either is active.
        const both = op.results.map((r, i) => (this.isActive(r) || this.isActive(op.body.params[i]) ? i : -1));
        const follow = (values: readonly Value[]) =>
          values.flatMap((v, i) => {
            if (both[i] < 0) return [v];
            const tangents = this.fresh(v);
            if (this.isActive(v)) this.tangents.set(v.id, tangents);
            return [v, ...tangents];
          });
        const test = b.region(this.defined(op.test.params), () => {
          for (const inner of op.test.ops) this.op(inner);
          const { end } = op.test;
          if (end.kind === 'never') return end;
          if (end.kind === 'br') return { ...end, values: this.passed(end.values, this.outs.get(end.label.id)!) };
          const values = end.values.slice(1).flatMap((v, i) => (both[i] < 0 ? [v] : [v, ...this.of(v)]));
          return { kind: 'yield', values: [end.values[0], ...values] };
        });
        const body = b.region(follow(op.body.params), () => {
          for (const inner of op.body.ops) this.op(inner);
          const { end } = op.body;
          if (end.kind === 'never') return end;
          const targets = end.kind === 'br' ? this.outs.get(end.label.id)! : op.test.params;
          return { ...end, values: this.passed(end.values, targets) };
        });
        b.append({ ...op, args, test, body, results: follow(op.results) });
        return;
      }
      case 'block': {
        this.outs.set(op.label.id, op.results);
        const body = this.region(op.body, op.results);
        b.append({ ...op, body, results: this.defined(op.results) });
        return;
      }
      default:
        b.append(op);
    }
  }

  private lanes<T>(make: (lane: number) => T): T[] {
    return Array.from({ length: this.level.lanes }, (_, lane) => make(lane));
  }

  private math(op: Primitive): void {
    const partials = partialsOf(
      op,
      (v) => this.structure.constant(v),
      (v) => this.tangents.has(v.id),
    );
    const active = op.args.flatMap((arg, i) => {
      const partial = partials[i];
      return partial === undefined ? [] : [{ partial, tangents: this.tangents.get(arg.id)! }];
    });
    // With several lanes a quotient or a product is formed once and used for all of them.
    const sums = this.lanes((lane) =>
      active.reduce<Term>((sum, a) => plus(sum, times(a.partial, leaf(a.tangents[lane]))), 0),
    );
    this.terms.begin();
    this.tangents.set(
      op.results[0].id,
      sums.map((sum) => this.terms.write(sum)),
    );
  }
}
