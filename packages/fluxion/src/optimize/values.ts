/**
 * Each value is computed once: what has been computed, loaded, stored or checked before is not computed, loaded, stored or checked again.
 * Invariant: a value stands for another only where it is visible and equal to it bit for bit; a load is the same only if nothing that
 * may have written its cell has run since.
 */
import { ById } from '../ir/ids.ts';
import type { Block, Compare, End, Func, Label, Loop, Module, Op, Region, Test, Value } from '../ir/ops.ts';
import type { Space, Type } from '../ir/types.ts';
import { type EffectsOf, eachWritten, effectsOf, writtenIn } from './effects.ts';
import { constantOf, mirrored, opposite } from './fold.ts';
import { Memory } from './memory.ts';
import { Numbered } from './numbered.ts';
import { Fresh, mapFunctions, regionWith, Substitution, withBody } from './rewrite.ts';

export function values(module: Module): Module {
  const effects = effectsOf(module);
  return mapFunctions(module, (func) => new Numbering(func, effects).run());
}

/** Scoped map: what a region has put in goes with it. */
class Scoped<K, V> {
  private readonly map = new Map<K, V>();
  /** Keys, and what each stood for before, to be taken back. */
  private readonly keys: K[] = [];
  private readonly before: (V | undefined)[] = [];

  get(key: K): V | undefined {
    return this.map.get(key);
  }

  set(key: K, value: V): void {
    this.keys.push(key);
    this.before.push(this.map.get(key));
    this.map.set(key, value);
  }

  get mark(): number {
    return this.keys.length;
  }

  back(mark: number): void {
    while (this.keys.length > mark) {
      const key = this.keys.pop()!;
      const before = this.before.pop();
      if (before === undefined) this.map.delete(key);
      else this.map.set(key, before);
    }
  }
}

class Numbering {
  private readonly func: Func;
  private readonly effects: EffectsOf;
  private readonly by: Substitution;
  private readonly fresh: Fresh;
  private readonly definitions: ById<Op>;
  private readonly known = { definition: (value: Value): Op | undefined => this.definitions.get(value.id) };
  private readonly table = new Numbered();
  /** Constants by their type and what they are; -0 has a name. */
  private readonly constants: Record<Type, Scoped<number | '-0', Value>> = {
    f64: new Scoped(),
    i32: new Scoped(),
    bool: new Scoped(),
    ref: new Scoped(),
  };
  /** bools that are known where the walk is. */
  private readonly facts = new Scoped<number, boolean>();
  private readonly memory: Memory;
  private readonly written: (loop: Loop) => ReadonlySet<Space>;
  private readonly spaces = new Map<Space, number>();
  private readonly left = new Map<Label, Memory['here'][]>();
  private readonly truths: Partial<Record<'true' | 'false', Value>> = {};
  /** Those of them that something stands for. */
  private readonly needed = new Set<Value>();
  private out: Op[] = [];

  constructor(func: Func, effects: EffectsOf) {
    this.func = func;
    this.by = new Substitution(func);
    this.effects = effects;
    this.written = writtenIn(effects);
    this.fresh = new Fresh(func);
    this.definitions = new ById(func);
    const params = new Set(func.params.map(({ id }) => id));
    this.memory = new Memory(this.known, ({ id }) => params.has(id));
  }

  run(): Func {
    const body = this.region(this.func.body);
    const constants = [...this.needed].map((value) => this.definitions.get(value.id)!);
    const whole = constants.length > 0 ? { ...body, ops: [...constants, ...body.ops] } : body;
    return withBody(this.func, whole, this.fresh);
  }

  private region(region: Region, begin?: () => void): Region {
    const outer = this.out;
    const marks = [this.table.mark, this.facts.mark] as const;
    const constants = types.map((type) => this.constants[type].mark);
    const ops: Op[] = [];
    this.out = ops;
    begin?.();
    for (const op of region.ops) this.op(op);
    const end: End = this.by.end(region.end);
    if (end.kind === 'br') this.left.get(end.label)?.push(this.memory.here);
    this.table.back(marks[0]);
    this.facts.back(marks[1]);
    types.forEach((type, n) => {
      this.constants[type].back(constants[n]);
    });
    this.out = outer;
    return regionWith(region, region.params, ops, end);
  }

  private emit(op: Op): void {
    this.out.push(op);
    for (const { id } of op.results) this.definitions.set(id, op);
  }

  private op(original: Op): void {
    const op = this.decided(this.by.op(original));
    switch (op.op) {
      case 'const': {
        const [result] = op.results;
        const known = this.constants[result.type];
        const key = Object.is(op.value, -0) ? '-0' : op.value;
        const there = known.get(key);
        if (there !== undefined) {
          this.by.set(result, there);
          return;
        }
        known.set(key, result);
        this.emit(op);
        return;
      }
      case 'math':
      case 'int': {
        const { args } = op;
        if (args.length > 3) {
          this.emit(op);
          return;
        }
        const a = args[0].id;
        const b = args.length > 1 ? args[1].id : none;
        const either =
          op.fn === 'add' || op.fn === 'mul' || (op.op === 'int' && symmetric.has(op.fn) && op.args.length === 2);
        const code = op.op === 'math' ? codeOf(op.fn) : -codeOf(op.fn);
        if (either && a > b) this.once(op, code, b, a, none);
        else this.once(op, code, a, b, args.length > 2 ? args[2].id : none);
        return;
      }
      case 'compare': {
        const [code, a, b, c] = compareKey(op.test, op.args[0], op.args[1], op.unsigned);
        this.once(op, code, a, b, c);
        return;
      }
      case 'convert':
        this.once(op, codeOf(op.fn), op.args[0].id, none, none);
        return;
      case 'select':
        this.once(op, codeOf('select'), op.args[0].id, op.args[1].id, op.args[2].id);
        return;
      case 'offset':
        this.once(op, codeOf('offset'), this.space(op.space), op.args[0].id, op.args[1].id);
        return;
      case 'load': {
        const [base, index] = op.args;
        if (op.space.constant) {
          this.once(op, codeOf('load'), this.space(op.space), base.id, index?.id ?? none);
          return;
        }
        const there = this.memory.read(op.space, base, index);
        if (there !== undefined) {
          this.by.set(op.results[0], there);
          return;
        }
        this.memory.learn(op.space, base, index, op.results[0]);
        this.emit(op);
        return;
      }
      case 'store': {
        const [base] = op.args;
        const index = op.args.length === 3 ? op.args[1] : undefined;
        const value = op.args[op.args.length - 1];
        if (this.memory.read(op.space, base, index)?.id === value.id) return;
        this.memory.write(op.space, base, index, value);
        if (op.space.constant) {
          // Only what is made here is written so: a load before it would have been of an object half made.
          this.table.set(codeOf('load'), this.space(op.space), base.id, index?.id ?? none, value);
        }
        this.emit(op);
        return;
      }
      case 'guard':
        if (constantOf(this.known, op.args[0]) === 1) return;
        this.emit(op);
        this.assert(op.args[0], true);
        return;
      case 'if':
        this.branch(op);
        return;
      case 'block':
        this.block(op);
        return;
      case 'loop':
        this.loop(op, this.written(original as Loop));
        return;
      default:
        this.forgetWritten(op);
        this.emit(op);
    }
  }

  private forgetWritten(op: Op): void {
    eachWritten(op, this.effects, (space) => {
      this.memory.forget(space);
    });
  }

  private block(op: Block): void {
    const before = this.memory.here;
    this.left.set(op.label, []);
    this.memory.enter(before);
    const body = this.region(op.body);
    const ways = this.left.get(op.label)!;
    if (body.end.kind === 'yield') ways.push(this.memory.here);
    this.memory.join(before, ways);
    this.emit(body === op.body ? op : { ...op, body });
  }

  private loop(op: Loop, written: ReadonlySet<Space>): void {
    const before = this.memory.here;
    this.memory.enter(before);
    for (const space of written) this.memory.forget(space);
    const start = this.memory.here;
    this.memory.enter(start);
    const test = this.region(op.test);
    const tested = this.memory.here;
    this.memory.join(start, [tested]);
    const after = this.memory.here;
    this.memory.enter(after);
    const body = this.region(op.body, () => this.tested(test, op.body.params, true));
    this.memory.enter(after);
    this.emit(test === op.test && body === op.body ? op : { ...op, test, body });
    this.tested(test, op.results, false);
  }

  /** The test of a loop as said of the values it passes on: to the body where it holds, to what follows where it does not. */
  private tested({ params, ops, end }: Region, passed: readonly Value[], holds: boolean): void {
    if (end.kind !== 'yield') return;
    const [goes, ...given] = end.values;
    const own = new Map<number, Op | undefined>(params.map(({ id }) => [id, undefined]));
    for (const op of ops) for (const { id } of op.results) own.set(id, op);
    const outside = (value: Value): Value | undefined => {
      const n = given.findIndex(({ id }) => id === value.id);
      if (n >= 0) return passed[n];
      return own.has(value.id) ? undefined : value;
    };
    const say = (value: Value): void => {
      const op = own.get(value.id);
      if (op?.op === 'int' && op.fn === (holds ? 'and' : 'or')) op.args.forEach(say);
      if (op?.op !== 'compare') return;
      const [a, b] = op.args.map(outside);
      if (a === undefined || b === undefined) return;
      this.said(op.test, a, b, op.unsigned, holds);
      this.imply({ ...op, args: [a, b] }, holds);
    };
    say(goes);
  }

  private branch(op: Op & { op: 'if' }): void {
    const before = this.memory.here;
    const [condition] = op.args;
    this.memory.enter(before);
    const then = this.region(op.then, () => this.assert(condition, true));
    const afterThen = this.memory.here;
    this.memory.enter(before);
    const otherwise = this.region(op.else, () => this.assert(condition, false));
    const afterElse = this.memory.here;
    const ways: Memory['here'][] = [];
    if (then.end.kind === 'yield') ways.push(afterThen);
    if (otherwise.end.kind === 'yield') ways.push(afterElse);
    this.memory.join(before, ways);
    this.emit(then === op.then && otherwise === op.else ? op : { ...op, then, else: otherwise });
    if (then.end.kind !== 'yield') this.assert(condition, false);
    else if (otherwise.end.kind !== 'yield') this.assert(condition, true);
  }

  /** With constants for the bools that are known here. */
  private decided(op: Op): Op {
    if (op.op !== 'if' && op.op !== 'guard' && op.op !== 'select' && op.op !== 'int') return op;
    let args: Value[] | undefined;
    op.args.forEach((arg, n) => {
      const fact = arg.type === 'bool' ? this.facts.get(arg.id) : undefined;
      if (fact === undefined || constantOf(this.known, arg) !== undefined) return;
      args ??= [...op.args];
      args[n] = this.truth(fact);
      this.needed.add(args[n]);
    });
    return args === undefined ? op : ({ ...op, args } as unknown as Op);
  }

  private truth(value: boolean): Value {
    const name = value ? 'true' : 'false';
    let known = this.truths[name];
    if (known === undefined) {
      this.truths[name] = known = this.fresh.value('bool');
      this.definitions.set(known.id, { op: 'const', value: value ? 1 : 0, results: [known] });
    }
    return known;
  }

  private assert(condition: Value, holds: boolean): void {
    if (constantOf(this.known, condition) !== undefined) return;
    this.facts.set(condition.id, holds);
    const op = this.definitions.get(condition.id);
    if (op?.op === 'int') {
      const [a, b] = op.args;
      if ((op.fn === 'and' && holds) || (op.fn === 'or' && !holds)) {
        this.assert(a, holds);
        this.assert(b, holds);
      } else if (op.fn === 'xor') {
        if (constantOf(this.known, b) === 1) this.assert(a, !holds);
        else if (constantOf(this.known, a) === 1) this.assert(b, !holds);
      }
    } else if (op?.op === 'compare') this.imply(op, holds);
  }

  /** Other comparisons of the same two values, of which one is known. */
  private imply(op: Compare, holds: boolean): void {
    let { test } = op;
    if (!holds) {
      if (op.args[0].type === 'f64' && test !== 'eq' && test !== 'ne') return;
      test = opposite[test];
    }
    const [a, b] = test === 'gt' || test === 'ge' ? [op.args[1], op.args[0]] : op.args;
    const say = (said: Test, truth: boolean): void => this.said(said, a, b, op.unsigned, truth);
    switch (test) {
      case 'eq':
        say('ne', false);
        if (op.args[0].type !== 'f64' && op.args[0].type !== 'i32') return;
        for (const said of ['le', 'ge'] as const) say(said, true);
        for (const said of ['lt', 'gt'] as const) say(said, false);
        return;
      case 'ne':
        say('eq', false);
        return;
      case 'lt':
      case 'gt':
        say('le', true);
        say('ne', true);
        say('eq', false);
        say('gt', false);
        say('ge', false);
        if (!holds) say('lt', true);
        return;
      default:
        say('gt', false);
        if (!holds) say('le', true);
    }
  }

  private said(test: Test, a: Value, b: Value, unsigned: boolean | undefined, truth: boolean): void {
    const key = compareKey(test, a, b, unsigned);
    this.table.set(key[0], key[1], key[2], key[3], this.truth(truth));
  }

  /** An operation of one result, unless it has been done before. */
  private once(op: Op, code: number, a: number, b: number, c: number): void {
    const there = this.table.find(code, a, b, c);
    if (there !== undefined) {
      if (there === this.truths.true || there === this.truths.false) this.needed.add(there);
      this.by.set(op.results[0], there);
      return;
    }
    this.table.set(code, a, b, c, op.results[0]);
    this.emit(op);
  }

  private space(space: Space): number {
    let n = this.spaces.get(space);
    if (n === undefined) this.spaces.set(space, (n = this.spaces.size));
    return n;
  }
}

const types: readonly Type[] = ['f64', 'i32', 'bool', 'ref'];
const symmetric: ReadonlySet<string> = new Set(['and', 'or', 'xor', 'min', 'max']);

/** In the place of an operand that there is not. */
const none = -1;

const codes = new Map<string, number>();
/** A number above 0 for each name of an operation. */
function codeOf(name: string): number {
  let code = codes.get(name);
  if (code === undefined) codes.set(name, (code = codes.size + 1));
  return code;
}

function compareKey(
  test: Test,
  a: Value,
  b: Value,
  unsigned: boolean | undefined,
): [code: number, a: number, b: number, c: number] {
  const sign = unsigned === true ? 1 : 0;
  const turned = test === 'gt' || test === 'ge' || ((test === 'eq' || test === 'ne') && a.id > b.id);
  return turned ? [codeOf(mirrored[test]), b.id, a.id, sign] : [codeOf(test), a.id, b.id, sign];
}
