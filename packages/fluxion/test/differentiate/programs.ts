/**
 * Random programs of the IR, from a list of decisions: numbers, elements, objects, branches, loops of every kind, blocks left from any
 * depth, calls and recursion. Values stay within bounds, and indexes within their elements.
 */
import fc from 'fast-check';
import { Builder, newLabel } from '../../src/ir/build.ts';
import type { End, Func, Label, Module, Value } from '../../src/ir/ops.ts';
import { elements, field, type Shape } from '../../src/ir/types.ts';
import type { Program } from './derivatives.ts';

const x = elements('x', 'f64');
const y = elements('y', 'f64');
const counts = elements('counts', 'i32');
const value = field('pair.value', 'f64', 0);
const weight = field('pair.weight', 'f64', 1);
const next = field('pair.next', 'ref', 2);
const pair: Shape = { name: 'pair', fields: [value, weight, next] };
const length = 4;

/** What can be used at a place of the program. */
interface Scope {
  readonly numbers: readonly Value[];
  readonly ints: readonly Value[];
  /** f64 elements of `length`, by their space. */
  readonly xs: readonly Value[];
  readonly ys: readonly Value[];
  readonly pairs: readonly Value[];
  readonly conditions: readonly Value[];
  readonly exits: readonly { label: Label; types: number }[];
}

type Scopes = { -readonly [K in keyof Scope]: Scope[K] extends readonly (infer T)[] ? T[] : never };

class Writer {
  private readonly b = new Builder();
  private next = 0;
  private left: number;
  private readonly decisions: readonly number[];
  private readonly name: string;
  private readonly callees: readonly string[];

  constructor(decisions: readonly number[], name: string, callees: readonly string[], size: number) {
    this.decisions = decisions;
    this.name = name;
    this.callees = callees;
    this.left = size;
  }

  private choose(n: number): number {
    const d = this.decisions[this.next++ % this.decisions.length];
    return (d + this.next * 7) % n;
  }

  private pick<T>(list: readonly T[]): T {
    // The latest are the likeliest.
    const back = Math.min(this.choose(list.length), this.choose(list.length));
    return list[list.length - 1 - back];
  }

  func(): Func {
    const { b } = this;
    const params = [
      b.value('ref', 'xs'),
      b.value('ref', 'ys'),
      b.value('i32', 'depth'),
      b.value('f64', 'p'),
      b.value('f64', 'q'),
    ];
    return b.func(this.name, params, ['f64', 'f64'], () => {
      const scope: Scopes = {
        numbers: [params[3], params[4]],
        ints: [params[2]],
        xs: [params[0]],
        ys: [params[1]],
        pairs: [],
        conditions: [],
        exits: [],
      };
      this.statements(scope, 0);
      return [this.pick(scope.numbers), this.pick(scope.numbers)];
    });
  }

  private inner(scope: Scope): Scopes {
    return {
      numbers: [...scope.numbers],
      ints: [...scope.ints],
      xs: [...scope.xs],
      ys: [...scope.ys],
      pairs: [...scope.pairs],
      conditions: [...scope.conditions],
      exits: [...scope.exits],
    };
  }

  private statements(scope: Scopes, depth: number): void {
    const count = 2 + this.choose(5);
    for (let i = 0; i < count && this.left > 0; i++) this.statement(scope, depth);
  }

  private bounded(v: Value): Value {
    return this.b.math('sin', v);
  }

  private index(scope: Scope): Value {
    const { b } = this;
    if (this.choose(2) === 0) {
      // A step from another index: what tells cells apart has to know from which.
      const from = b.integer('and', this.pick(scope.ints), b.int(1));
      return b.integer('add', from, b.int(this.choose(length - 1)));
    }
    return b.integer('and', this.pick([...scope.ints, b.int(this.choose(length))]), b.int(length - 1));
  }

  private condition(scope: Scopes): Value {
    const { b } = this;
    // What has been decided before, perhaps by leaving, may be asked again.
    if (scope.conditions.length > 0 && this.choose(3) === 0) return this.pick(scope.conditions);
    const made =
      this.choose(3) === 0
        ? b.compare('lt', b.integer('and', this.pick(scope.ints), b.int(7)), b.int(this.choose(8)))
        : b.compare(this.choose(2) === 0 ? 'lt' : 'ge', this.pick(scope.numbers), this.pick(scope.numbers));
    scope.conditions.push(made);
    return made;
  }

  private statement(scope: Scopes, depth: number): void {
    const { b } = this;
    this.left--;
    const kind = this.choose(depth > 3 ? 17 : 28);
    const [a, c] = [this.pick(scope.numbers), this.pick(scope.numbers)];
    switch (kind) {
      case 0:
        return void scope.numbers.push(b.math('add', a, c));
      case 1:
        return void scope.numbers.push(this.bounded(b.math('mul', a, c)));
      case 2:
        return void scope.numbers.push(b.math('sub', a, b.number(this.choose(9) / 4 - 1)));
      case 3:
        return void scope.numbers.push(this.bounded(b.math('exp', this.bounded(a))));
      case 4:
        return void scope.numbers.push(b.math('div', a, b.math('add', b.math('mul', c, c), b.number(1))));
      case 5:
        return void scope.numbers.push(b.math(this.choose(2) === 0 ? 'max' : 'min', a, c));
      case 6:
        return void scope.numbers.push(b.select(this.condition(scope), a, c));
      case 7: {
        const [space, list] = this.choose(2) === 0 ? ([x, scope.xs] as const) : ([y, scope.ys] as const);
        return void scope.numbers.push(b.load(space, this.pick(list), this.index(scope)));
      }
      case 8:
      case 9: {
        const [space, list] = this.choose(2) === 0 ? ([x, scope.xs] as const) : ([y, scope.ys] as const);
        const to = this.pick(list);
        const at = this.index(scope);
        b.store(space, to, at, this.bounded(a));
        if (this.choose(2) === 0) return;
        // What was written may have been written over.
        b.store(space, this.pick(list), this.index(scope), this.bounded(c));
        return void scope.numbers.push(b.load(space, to, at));
      }
      case 10: {
        const [space, list] = this.choose(2) === 0 ? ([x, scope.xs] as const) : ([y, scope.ys] as const);
        list.push(b.elements(space, b.int(length)));
        return;
      }
      case 11: {
        const [space, list] = this.choose(2) === 0 ? ([x, scope.xs] as const) : ([y, scope.ys] as const);
        const half = b.int(this.choose(3));
        const count = b.int(2);
        return b.copy(space, this.pick(list), half, this.pick(list), b.int(this.choose(3)), count);
      }
      case 12: {
        const object = b.alloc(pair);
        b.store(value, object, a);
        if (this.choose(2) === 0) b.store(weight, object, c);
        scope.pairs.push(object);
        return;
      }
      case 13: {
        if (scope.pairs.length === 0) return;
        const object = this.pick(scope.pairs);
        if (this.choose(2) === 0) return b.store(this.choose(2) === 0 ? value : weight, object, this.bounded(a));
        return void scope.numbers.push(b.load(this.choose(2) === 0 ? value : weight, object));
      }
      case 14: {
        // A reference through memory.
        if (scope.pairs.length < 2) return;
        const object = this.pick(scope.pairs);
        b.store(next, object, this.pick(scope.pairs));
        scope.pairs.push(b.load(next, object));
        return;
      }
      case 15:
        scope.ints.push(b.integer('add', this.pick(scope.ints), b.int(this.choose(3))));
        return void scope.numbers.push(b.math('pow', b.math('abs', a), b.number(2 + this.choose(2))));
      case 16: {
        const cells = b.elements(counts, b.int(2));
        b.store(counts, cells, b.int(1), this.pick(scope.ints));
        return void scope.ints.push(b.load(counts, cells, b.int(1)));
      }
      case 17:
      case 18:
        return this.branch(scope, depth);
      case 19:
        return this.block(scope, depth);
      case 20:
      case 21:
        return this.counted(scope, depth);
      case 26:
        return void scope.numbers.push(...b.host(0, [a], ['f64']));
      case 27: {
        // A way out that is never taken.
        const impossible = b.compare('lt', a, a);
        const then = b.region([], () => {
          this.statement(this.inner(scope), 9);
          b.guard(b.bool(false), 0);
          return { kind: 'never' };
        });
        const otherwise = b.region([], () => ({ kind: 'yield', values: [this.bounded(c)] }));
        b.guard(b.not(impossible), 0);
        return void scope.numbers.push(...b.if(impossible, ['f64'], then, otherwise));
      }
      case 22:
      case 23:
        return this.searching(scope, depth);
      default:
        return this.call(scope);
    }
  }

  /** Ends a region: mostly with its values, now and then by leaving a block around it. */
  private end(scope: Scope, values: () => readonly Value[], mayLeave: boolean): End {
    if (mayLeave && scope.exits.length > 0 && this.choose(3) === 0) {
      const { label, types } = this.pick(scope.exits);
      return { kind: 'br', label, values: Array.from({ length: types }, () => this.pick(scope.numbers)) };
    }
    return { kind: 'yield', values: values() };
  }

  private branch(scope: Scopes, depth: number): void {
    const { b } = this;
    const count = this.choose(3);
    const condition = this.condition(scope);
    const region = (mayLeave: boolean) =>
      b.region([], () => {
        const inside = this.inner(scope);
        this.statements(inside, depth + 1);
        return this.end(inside, () => Array.from({ length: count }, () => this.pick(inside.numbers)), mayLeave);
      });
    const [then, otherwise] = this.choose(2) === 0 ? [region(true), region(false)] : [region(false), region(true)];
    scope.numbers.push(...b.if(condition, Array(count).fill('f64'), then, otherwise));
  }

  private block(scope: Scopes, depth: number): void {
    const { b } = this;
    const label = newLabel();
    const types = this.choose(3);
    const body = b.region([], () => {
      const inside = this.inner(scope);
      inside.exits.push({ label, types });
      this.statements(inside, depth + 1);
      this.branch(inside, depth + 1);
      this.statements(inside, depth + 1);
      return { kind: 'yield', values: Array.from({ length: types }, () => this.pick(inside.numbers)) };
    });
    scope.numbers.push(...b.block(label, Array(types).fill('f64'), body));
  }

  /** A loop whose rounds are known, perhaps left early; sometimes its counter comes last or starts elsewhere. */
  private counted(scope: Scopes, depth: number): void {
    const { b } = this;
    const trips = this.choose(4) === 0 ? b.integer('and', this.pick(scope.ints), b.int(3)) : b.int(this.choose(4));
    const from = this.choose(3) === 0 ? b.int(2) : b.int(0);
    const carried = [this.pick(scope.numbers), this.pick(scope.numbers)].slice(0, 1 + this.choose(2));
    const p = [b.value('i32'), ...carried.map(() => b.value('f64'))];
    const test = b.region(p, () => ({
      kind: 'yield',
      values: [b.compare('lt', p[0], b.integer('add', from, trips)), ...p],
    }));
    const q = [b.value('i32'), ...carried.map(() => b.value('f64'))];
    const body = b.region(q, () => {
      const inside = this.inner(scope);
      inside.ints.push(q[0]);
      inside.numbers.push(...q.slice(1));
      this.statements(inside, depth + 1);
      const values = () => [
        b.integer('add', q[0], b.int(1)),
        ...carried.map(() => this.bounded(this.pick(inside.numbers))),
      ];
      return { kind: 'yield', values: values() };
    });
    const results = b.loop([from, ...carried], ['i32', ...carried.map(() => 'f64' as const)], test, body, trips);
    scope.ints.push(results[0]);
    scope.numbers.push(...results.slice(1));
  }

  /** A loop that goes on while a value asks for it, a few rounds at most; its test computes too. */
  private searching(scope: Scopes, depth: number): void {
    const { b } = this;
    const most = b.int(1 + this.choose(4));
    const start = [b.int(0), this.pick(scope.numbers), this.pick(scope.numbers)];
    const p = [b.value('i32'), b.value('f64'), b.value('f64')];
    const busy = this.choose(2) === 0;
    const test = b.region(p, () => {
      const inside = this.inner(scope);
      inside.numbers.push(p[1], p[2]);
      inside.ints.push(p[0]);
      if (busy) this.statements(inside, depth + 1);
      const goes = b.integer('and', b.compare('lt', p[0], most), this.condition(inside));
      return { kind: 'yield', values: [goes, p[0], this.pick(inside.numbers), this.pick(inside.numbers)] };
    });
    const q = [b.value('i32'), b.value('f64'), b.value('f64')];
    const body = b.region(q, () => {
      const inside = this.inner(scope);
      inside.ints.push(q[0]);
      inside.numbers.push(q[1], q[2]);
      this.statements(inside, depth + 1);
      return {
        kind: 'yield',
        values: [b.integer('add', q[0], b.int(1)), this.bounded(this.pick(inside.numbers)), this.pick(inside.numbers)],
      };
    });
    const results = b.loop(start, ['i32', 'f64', 'f64'], test, body);
    scope.ints.push(results[0]);
    scope.numbers.push(results[1], results[2]);
  }

  private call(scope: Scopes): void {
    const { b } = this;
    if (this.callees.length === 0) return;
    const [xs, ys] = [this.pick(scope.xs), this.pick(scope.ys)];
    const depth = scope.ints[0];
    // Recursion ends: each call has less depth, and none is made at depth 0.
    const goes = b.compare('gt', depth, b.int(0));
    const then = b.region([], () => {
      const args = [xs, ys, b.integer('sub', depth, b.int(1)), this.pick(scope.numbers), this.pick(scope.numbers)];
      const results = b.call(this.pick(this.callees), args, ['f64', 'f64']);
      return { kind: 'yield', values: results.map((v) => this.bounded(v)) };
    });
    const otherwise = b.region([], () => ({ kind: 'yield', values: [this.pick(scope.numbers), b.number(0.5)] }));
    scope.numbers.push(...b.if(goes, ['f64', 'f64'], then, otherwise));
  }
}

const reasons: Module['reasons'] = [{ code: 'throw', message: 'never' }];
const hosts: Module['hosts'] = [{ name: 'sign', params: ['f64'], results: ['f64'], callee: Math.sign }];

export function programFrom(decisions: readonly number[], inputs: readonly number[]): Program {
  const functions = new Map<string, Func>();
  const leaf = new Writer(decisions.slice(5), 'leaf', [], 8).func();
  const inner = new Writer(decisions.slice(3), 'inner', ['leaf', 'inner', 'main'], 12).func();
  const main = new Writer(decisions, 'main', ['leaf', 'inner', 'leaf'], 40).func();
  for (const func of [main, inner, leaf]) functions.set(func.name, func);
  const module: Module = { functions, levels: [], reasons, hosts };
  return {
    module,
    entry: 'main',
    args: [
      { space: x, contents: inputs.slice(0, length) },
      { space: y, contents: inputs.slice(length, 2 * length) },
      { int: 2 },
      inputs[2 * length],
      inputs[2 * length + 1],
    ],
  };
}

export const programs: fc.Arbitrary<Program> = fc
  .tuple(
    fc.array(fc.nat(1000), { minLength: 20, maxLength: 120 }),
    fc.array(fc.nat(1000), { minLength: 2 * length + 2, maxLength: 2 * length + 2 }),
  )
  // No two inputs are the same, and none is 0, so that nothing ties that does not tie everywhere.
  .map(([decisions, inputs]) => {
    const distinct = inputs.map((n, i) => (3 * n) / 1000 - 1.5 + Math.SQRT2 * 1e-3 * (i + 1));
    return programFrom(decisions, distinct);
  });
