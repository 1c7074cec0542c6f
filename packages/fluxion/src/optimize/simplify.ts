/**
 * Folding of constants, and of the control flow that hangs on them: branches that are decided, blocks that nothing leaves, values that go
 * round a loop without changing, branches so cheap that computing both is cheaper.
 * Invariant: what stays is done in the order and under the conditions in which it was done before; only pure operations are done more often.
 */
import { ById } from '../ir/ids.ts';
import type { Block, End, Func, If, Label, Loop, Module, Op, Region, Value } from '../ir/ops.ts';
import { constantOf, fold, negated } from './fold.ts';
import { Fresh, mapFunctions, regionWith, Substitution, withBody } from './rewrite.ts';

export function simplify(module: Module): Module {
  return mapFunctions(module, (func) => new Simplifier(func).run());
}

/** Branches with no more than this inside are computed on both sides. */
const cheap = 4;

class Simplifier {
  private readonly func: Func;
  private readonly values: Substitution;
  private readonly fresh: Fresh;
  private readonly definitions: ById<Op>;
  private readonly taken = new Set<Label>();
  private readonly known = { definition: (value: Value): Op | undefined => this.definitions.get(value.id) };
  private out: Op[] = [];
  /** Set when what follows in the region being written is never reached. */
  private ended: End | undefined;

  constructor(func: Func) {
    this.func = func;
    this.values = new Substitution(func);
    this.fresh = new Fresh(func);
    this.definitions = new ById(func);
  }

  run(): Func {
    const body = this.region(this.func.body);
    return withBody(this.func, body, this.fresh);
  }

  private region(region: Region, params = region.params): Region {
    const outer = this.out;
    const outerEnd = this.ended;
    const ops: Op[] = [];
    this.out = ops;
    this.ended = undefined;
    const end = this.inside(region);
    this.out = outer;
    this.ended = outerEnd;
    if (end.kind === 'br') this.taken.add(end.label);
    return regionWith(region, params, ops, end);
  }

  /** Writes the operations of a region where the walk is, and says how it ends. */
  private inside(region: Region): End {
    return this.again(region.ops) ?? this.values.end(region.end);
  }

  /** The region in the place of the operation whose results it gives. */
  private splice(region: Region, results: readonly Value[]): void {
    const end = this.inside(region);
    if (end.kind === 'yield') this.replace(results, end.values);
    else this.ended = end;
  }

  private replace(results: readonly Value[], values: readonly Value[]): void {
    results.forEach((result, n) => {
      this.values.set(result, values[n]);
    });
  }

  private emit(op: Op): void {
    this.out.push(op);
    for (const { id } of op.results) this.definitions.set(id, op);
  }

  private op(original: Op): void {
    const op = this.values.op(original);
    switch (op.op) {
      case 'if':
        this.branch(op);
        return;
      case 'block':
        this.block(op);
        return;
      case 'loop':
        this.loop(op);
        return;
      case 'guard': {
        const held = constantOf(this.known, op.args[0]);
        if (held === 1) return;
        this.emit(op);
        if (held === 0) this.ended = { kind: 'never' };
        return;
      }
      default:
        this.simple(op);
    }
  }

  private simple(first: Op): void {
    let op = first;
    for (let again = 0; again < 4; again++) {
      const folded = fold(op, this.known);
      if (folded === undefined) break;
      if (folded.kind === 'value') {
        this.values.set(op.results[0], folded.value);
        return;
      }
      if (folded.kind === 'const') {
        this.emit({ op: 'const', value: folded.value, results: op.results, at: op.at });
        return;
      }
      op = folded.kind === 'op' ? folded.op : folded.make(this.constant(folded.before.type, folded.before.value));
    }
    this.emit(op);
  }

  private constant(type: Value['type'], value: number): Value {
    const result = this.fresh.value(type);
    this.emit({ op: 'const', value, results: [result] });
    return result;
  }

  private branch(op: If): void {
    const known = constantOf(this.known, op.args[0]);
    if (known !== undefined) {
      this.splice(known !== 0 ? op.then : op.else, op.results);
      return;
    }
    const inner = negated(this.known, op.args[0]);
    if (inner !== undefined) {
      this.branch({ ...op, args: [inner], then: op.else, else: op.then });
      return;
    }
    const then = this.region(op.then);
    const otherwise = this.region(op.else);
    const [a, b] = [then.end, otherwise.end];
    if (a.kind !== 'yield' && b.kind !== 'yield') {
      this.emit({ ...op, then, else: otherwise, results: [] });
      this.ended = { kind: 'never' };
      return;
    }
    if (a.kind === 'yield' && b.kind === 'yield') {
      this.joined(withBranches(op, then, otherwise), a, b);
      return;
    }
    // Only one side gets here: what it gives and was there before is known.
    const region = a.kind === 'yield' ? then : otherwise;
    const given = (region.end as End & { kind: 'yield' }).values;
    const own = new Set(region.ops.flatMap(({ results }) => results.map(({ id }) => id)));
    const kept = op.results.map((_, n) => n).filter((n) => own.has(given[n].id));
    op.results.forEach((result, n) => {
      if (!own.has(given[n].id)) this.values.set(result, given[n]);
    });
    if (kept.length === op.results.length) {
      this.emit(withBranches(op, then, otherwise));
      return;
    }
    const pick = (r: Region): Region =>
      r.end.kind === 'yield' ? { ...r, end: { kind: 'yield', values: kept.map((n) => given[n]) } } : r;
    this.emit({ ...op, then: pick(then), else: pick(otherwise), results: kept.map((n) => op.results[n]) });
  }

  private joined(op: If, a: End & { kind: 'yield' }, b: End & { kind: 'yield' }): void {
    const [condition] = op.args;
    const kept: number[] = [];
    op.results.forEach((result, n) => {
      const [x, y] = [a.values[n], b.values[n]];
      if (x === y) return this.values.set(result, x);
      const [c, d] = [constantOf(this.known, x), constantOf(this.known, y)];
      if (x.type === 'bool' && c === 1 && d === 0) return this.values.set(result, condition);
      if (c !== undefined && d !== undefined && Object.is(c, d)) {
        return this.values.set(result, this.constant(x.type, c));
      }
      kept.push(n);
    });
    if (isCheap(op.then) && isCheap(op.else) && op.then.ops.length + op.else.ops.length <= cheap) {
      for (const inner of [...op.then.ops, ...op.else.ops]) this.emit(inner);
      for (const n of kept) {
        this.simple({
          op: 'select',
          args: [condition, this.values.get(a.values[n]), this.values.get(b.values[n])],
          results: [op.results[n]],
          at: op.at,
        });
      }
      return;
    }
    if (kept.length === 0 && op.then.ops.length === 0 && op.else.ops.length === 0) return;
    if (kept.length === op.results.length) {
      this.emit(op);
      return;
    }
    const pick = (region: Region, end: End & { kind: 'yield' }): Region => ({
      ...region,
      end: { kind: 'yield', values: kept.map((n) => end.values[n]) },
    });
    this.emit({ ...op, then: pick(op.then, a), else: pick(op.else, b), results: kept.map((n) => op.results[n]) });
  }

  private block(op: Block): void {
    const outer = this.out;
    const ops: Op[] = [];
    this.out = ops;
    let end = this.inside(op.body);
    this.out = outer;
    if (end.kind === 'br' && end.label === op.label) end = { kind: 'yield', values: end.values };
    if (!this.taken.has(op.label)) {
      for (const inner of ops) outer.push(inner);
      if (end.kind === 'yield') this.replace(op.results, end.values);
      else this.ended = end;
      return;
    }
    if (end.kind === 'br') this.taken.add(end.label);
    const body = regionWith(op.body, op.body.params, ops, end);
    this.emit(body === op.body ? op : { ...op, body });
  }

  private loop(op: Loop): void {
    const { test, body } = op;
    const still = unchanged(op, (value) => this.values.get(value));
    for (const [value, by] of still) this.values.set(value, by);
    const carried = test.params.map((_, n) => n).filter((n) => !still.has(test.params[n]));
    const passed = body.params.map((_, n) => n).filter((n) => !still.has(body.params[n]));
    const args = picked(op.args, carried);
    const tested = this.region(test, picked(test.params, carried));
    op.results.forEach((result, n) => {
      const by = still.get(body.params[n]);
      if (by !== undefined) this.values.set(result, by);
    });
    const results = picked(op.results, passed);
    if (tested.end.kind !== 'yield') {
      // The test never gets to its end, so it runs once.
      this.replace(tested.params, args);
      this.ended = this.again(tested.ops) ?? this.values.end(tested.end);
      return;
    }
    const [goes, ...given] = tested.end.values;
    const entered = this.region(body, picked(body.params, passed));
    const end = entered.end;
    const next: Region =
      end.kind === 'yield' && carried.length < end.values.length
        ? { ...entered, end: { kind: 'yield', values: picked(end.values, carried) } }
        : entered;
    const closed: Region =
      passed.length < given.length
        ? { ...tested, end: { kind: 'yield', values: [goes, ...picked(given, passed)] } }
        : tested;
    const known = constantOf(this.known, goes);
    if (known === 0 || end.kind !== 'yield') {
      this.once({ ...op, args, test: closed, body: next, results });
      return;
    }
    const same = args === op.args && results === op.results && closed === test && next === body;
    this.emit(same ? op : { ...op, args, test: closed, body: next, results });
    if (known === 1) this.ended = { kind: 'never' };
  }

  /** A loop that has no second round: its test, then its body if that holds. */
  private once(op: Loop): void {
    const end = op.test.end as End & { kind: 'yield' };
    const [goes, ...given] = end.values;
    this.replace(op.test.params, op.args);
    this.ended = this.again(op.test.ops);
    if (this.ended !== undefined) return;
    const values = this.values.all(given);
    this.replace(op.results, values);
    if (constantOf(this.known, goes) === 0) return;
    this.replace(op.body.params, values);
    const none: Region = { params: [], ops: [], end: { kind: 'yield', values: [] } };
    this.branch({
      op: 'if',
      args: [this.values.get(goes)],
      then: { ...op.body, params: [] },
      else: none,
      results: [],
      at: op.at,
    });
  }

  /** Operations that were written already, once more: with the values that are known by now. */
  private again(ops: readonly Op[]): End | undefined {
    for (const op of ops) {
      this.op(op);
      if (this.ended !== undefined) {
        const end = this.ended;
        this.ended = undefined;
        return end;
      }
    }
    return undefined;
  }
}

/** The values at these places: the list itself, if that is all of them. */
function picked(values: readonly Value[], places: readonly number[]): readonly Value[] {
  return places.length === values.length ? values : places.map((n) => values[n]);
}

function withBranches(op: If, then: Region, otherwise: Region): If {
  return then === op.then && otherwise === op.else ? op : { ...op, then, else: otherwise };
}

function isCheap(region: Region): boolean {
  return region.ops.every((op) => {
    switch (op.op) {
      case 'const':
      case 'compare':
      case 'int':
      case 'select':
        return true;
      case 'convert':
        return op.fn === 'booleanToInt' || op.fn === 'isNonzero' || op.fn === 'isNull';
      default:
        return false;
    }
  });
}

/** The place of a value among a list; most lists are so short that looking through them is quickest. */
function placesOf(values: readonly Value[]): (value: Value) => number | undefined {
  if (values.length > 16) {
    const places = new Map(values.map(({ id }, n) => [id, n]));
    return ({ id }) => places.get(id);
  }
  return ({ id }) => {
    const n = values.findIndex((value) => value.id === id);
    return n < 0 ? undefined : n;
  };
}

function isGivenBy(region: Region, { id }: Value): boolean {
  return region.ops.some(({ results }) => results.some((result) => result.id === id));
}

/** Parameters of the loop that have one value in all rounds, by that value, which was there before. */
function unchanged(op: Loop, resolve: (value: Value) => Value): Map<Value, Value> {
  const { test, body } = op;
  const still = new Map<Value, Value>();
  if (test.end.kind !== 'yield') return still;
  const [, ...passed] = test.end.values;
  const next = body.end.kind === 'yield' ? body.end.values : undefined;
  const placeInTest = placesOf(test.params);
  const steady = test.params.map(() => true);
  const valueOf = (n: number): Value | undefined => {
    const given = passed[n];
    const place = placeInTest(given);
    if (place !== undefined) return steady[place] ? op.args[place] : undefined;
    return isGivenBy(test, given) ? undefined : resolve(given);
  };
  const placeInBody = placesOf(body.params);
  for (let changed = next !== undefined; changed; ) {
    changed = false;
    test.params.forEach((_, n) => {
      if (!steady[n]) return;
      const given = next![n];
      const place = placeInBody(given);
      const value = place !== undefined ? valueOf(place) : resolve(given);
      if (value !== op.args[n]) {
        steady[n] = false;
        changed = true;
      }
    });
  }
  test.params.forEach((param, n) => {
    if (steady[n]) still.set(param, op.args[n]);
  });
  body.params.forEach((param, n) => {
    const value = valueOf(n);
    if (value !== undefined) still.set(param, value);
  });
  return still;
}
