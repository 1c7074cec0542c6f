// Random modules of the IR, valid by construction, from a list of choices that fast-check can shrink.
import { Builder, newLabel } from '../../src/ir/build.ts';
import type { End, Func, IntegerName, Label, Module, Region, Test, Value } from '../../src/ir/ops.ts';
import { elements, field, type Level, type Shape, type Space, shadowOf, type Type } from '../../src/ir/types.ts';
import type { PrimitiveName } from '../../src/rules/rule.ts';
import { table } from '../../src/rules/table.ts';

const levels: Level[] = [
  { index: 0, mode: 'reverse', lanes: 1 },
  { index: 1, mode: 'forward', lanes: 3 },
  { index: 2, mode: 'reverse', lanes: 1 },
];

/** All elements have this many. */
export const size = 8;

export const x = elements('x', 'f64');
export const k = elements('k', 'i32');
export const b = elements('b', 'i8');
export const w = elements('w', 'u16');
const flags = elements('flags', 'bool');
const value = field('P.value', 'f64', 0);
const count = field('P.count', 'i16', 1);
const flag = field('P.flag', 'bool', 2);
const next = field('P.next', 'ref', 3);
const shape: Shape = { name: 'P', fields: [value, count, flag, next] };
const tag = field('Q.tag', 'i32', 0);
const plain: Shape = { name: 'Q', fields: [tag] };
const slot = field('slot', 'f64', 0);
const frame: Shape = { name: 'frame', fields: [slot], tape: levels[0] };
const outer: Shape = { name: 'outer', fields: [field('outer slot', 'f64', 0)], tape: levels[2] };
const taped = elements('taped', 'f64');

const shadows = (space: Space): Space[] => [
  shadowOf(space, levels[0]),
  shadowOf(space, levels[1], 0),
  shadowOf(space, levels[1], 2),
  shadowOf(shadowOf(space, levels[0]), levels[1], 1),
  shadowOf(shadowOf(shadowOf(space, levels[0]), levels[1], 2), levels[2]),
  shadowOf(space, levels[2]),
];
/** What of a space of the arguments is looked at afterwards. */
export const watched = (space: Space): Space[] => (space.cell === 'f64' ? [space, ...shadows(space)] : [space]);

const xs = [x, ...shadows(x)];
const values = [value, ...shadows(value)];
const slots = [
  slot,
  ...[1, 2].flatMap((n) => shadowOf(slot, levels[n])),
  shadowOf(shadowOf(slot, levels[1], 2), levels[2]),
];
const outers = [outer.fields[0]];
const tapes = [taped, shadowOf(taped, levels[1], 1), shadowOf(taped, levels[2])];

const primitives = Object.keys(table) as PrimitiveName[];
const integers: IntegerName[] = ['add', 'sub', 'mul', 'and', 'or', 'xor', 'shl', 'shr', 'shru', 'min', 'max', 'clz'];
const tests: Test[] = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'];
const constants = [0, -0, 1, -1, 0.5, 3, Number.NaN, Number.POSITIVE_INFINITY, 1e10, -2.5];

type Kind = 'f64' | 'i32' | 'bool' | 'xs' | 'ks' | 'bs' | 'ws' | 'flags' | 'P' | 'Q' | 'frame' | 'outer' | 'taped';
type Pools = Record<Kind, Value[]>;

interface Target {
  readonly label: Label;
}

export function randomModule(choices: readonly number[]): Module {
  return new Random(choices).module();
}

class Random {
  private at = 0;
  private readonly choices: readonly number[];
  private ir = new Builder();
  private pools: Pools = emptyPools();
  private blocks: Target[] = [];
  private helpers: string[] = [];

  constructor(choices: readonly number[]) {
    this.choices = choices;
  }

  module(): Module {
    const functions = new Map<string, Func>();
    for (const name of ['h', 'g', 'main']) {
      functions.set(name, this.func(name));
      this.helpers.push(name);
    }
    const reasons = ['bounds', 'range', 'type'].map((code) => ({ code: code as 'bounds', message: code }));
    const hosts = [
      { name: 'half', params: ['f64' as Type], results: ['f64' as Type], callee: (n: number) => n / 2 },
      {
        name: 'mix',
        params: ['i32' as Type, 'bool' as Type],
        results: ['i32' as Type],
        callee: (n: number, c: number) => n ^ c,
      },
    ];
    return { functions, levels, reasons, hosts };
  }

  private func(name: string): Func {
    this.ir = new Builder();
    this.pools = emptyPools();
    const kinds: Kind[] = ['f64', 'i32', 'xs', 'f64', 'ks', 'bs', 'ws', 'bool'];
    const params = kinds.map((kind) => this.add(kind, this.ir.value(typeOf(kind))));
    const results: Type[] = ['f64', 'i32', 'f64', 'bool'];
    return this.ir.func(name, params, results, () => {
      this.statements(name === 'main' ? 60 : 8, 3);
      return [this.pick('f64'), this.pick('i32'), this.pick('f64'), this.pick('bool')];
    });
  }

  /** A number below n; when the choices are used up, 0. */
  private choose(n: number): number {
    return (this.choices[this.at++] ?? 0) % n;
  }

  private pick(kind: Kind): Value {
    const pool = this.pools[kind];
    if (pool.length > 0 && this.choose(8) > 0) return pool[pool.length - 1 - this.choose(Math.min(pool.length, 6))];
    return this.add(kind, this.make(kind));
  }

  private make(kind: Kind): Value {
    const { ir } = this;
    switch (kind) {
      case 'f64':
        return ir.number(constants[this.choose(constants.length)]);
      case 'i32':
        return ir.int(this.choose(40) - 10);
      case 'bool':
        return ir.bool(this.choose(2) === 1);
      case 'P':
        return ir.alloc(shape);
      case 'Q':
        return ir.alloc(plain);
      case 'frame':
      case 'outer': {
        const ref = ir.alloc(kind === 'frame' ? frame : outer);
        ir.store(kind === 'frame' ? slot : outer.fields[0], ref, this.pick('f64'));
        return ref;
      }
      case 'taped': {
        const ref = ir.elements(taped, ir.int(2), levels[0]);
        for (let n = 0; n < 2; n++) ir.store(taped, ref, ir.int(n), this.pick('f64'));
        return ref;
      }
      default:
        return ir.elements(spaceOf[kind], ir.int(size));
    }
  }

  private add(kind: Kind, made: Value): Value {
    this.pools[kind].push(made);
    return made;
  }

  private statements(most: number, depth: number): void {
    const n = this.choose(most + 1);
    for (let i = 0; i < n; i++) this.statement(depth);
  }

  /** The first of a list more often than the others. */
  private one<T>(list: readonly T[]): T {
    return list[this.choose(2) === 0 ? 0 : this.choose(list.length)];
  }

  private index(below = size): Value {
    const { ir } = this;
    if (this.choose(3) > 0) return ir.int(this.choose(this.choose(3) === 0 ? below : 2));
    return ir.integer('and', this.pick('i32'), ir.int(below - 1));
  }

  private statement(depth: number): void {
    const { ir } = this;
    switch (this.choose(depth > 0 ? 22 : 17)) {
      case 0:
      case 1:
      case 2: {
        const fn = primitives[this.choose(primitives.length)];
        const { arity } = table[fn];
        const args = Array.from({ length: arity === 'any' ? this.choose(4) : arity }, () => this.pick('f64'));
        this.add('f64', ir.math(fn, ...args));
        break;
      }
      case 3: {
        const fn = integers[this.choose(integers.length)];
        this.add('i32', ir.integer(fn, ...Array.from({ length: fn === 'clz' ? 1 : 2 }, () => this.pick('i32'))));
        break;
      }
      case 4: {
        const test = tests[this.choose(6)];
        const kind = (['f64', 'i32', 'f64', 'P', 'bool'] as const)[this.choose(5)];
        const ordered = kind === 'f64' || kind === 'i32' ? test : test === 'ne' ? 'ne' : 'eq';
        const unsigned = kind === 'i32' && this.choose(2) === 1;
        this.add('bool', ir.compare(ordered, this.pick(kind), this.pick(kind), unsigned || undefined));
        break;
      }
      case 5:
        if (this.choose(2) === 0)
          this.add('i32', ir.convert(this.choose(2) === 0 ? 'toInt32' : 'toIndex', this.pick('f64')));
        else this.add('f64', ir.convert(this.choose(2) === 0 ? 'toNumber' : 'toNumberUnsigned', this.pick('i32')));
        break;
      case 6: {
        const kind = (['f64', 'i32', 'bool', 'xs', 'P'] as const)[this.choose(5)];
        this.add(kind, ir.select(this.pick('bool'), this.pick(kind), this.pick(kind)));
        break;
      }
      case 7:
      case 8:
        this.add('f64', ir.load(this.one(xs), this.pick('xs'), this.index()));
        break;
      case 9:
      case 10:
        ir.store(this.one(xs), this.pick('xs'), this.index(), this.pick('f64'));
        break;
      case 11: {
        const kind = (['ks', 'bs', 'ws'] as const)[this.choose(3)];
        if (this.choose(2) === 0) this.add('i32', ir.load(spaceOf[kind], this.pick(kind), this.index()));
        else ir.store(spaceOf[kind], this.pick(kind), this.index(), this.pick('i32'));
        break;
      }
      case 12:
        this.object();
        break;
      case 13: {
        const kind = (['xs', 'ks', 'bs', 'ws'] as const)[this.choose(4)];
        const space = kind === 'xs' ? this.one(xs) : spaceOf[kind];
        const [to, from] = [this.pick(kind), this.choose(2) === 0 ? this.pick(kind) : this.pools[kind][0]];
        ir.copy(space, to, this.index(4), from, this.index(4), ir.integer('and', this.pick('i32'), ir.int(3)));
        break;
      }
      case 14:
        if (this.choose(6) === 0) ir.guard(this.pick('bool'), this.choose(3));
        else if (this.choose(2) === 0) this.add('f64', ir.host(0, [this.pick('f64')], ['f64'])[0]);
        else this.add('i32', ir.host(1, [this.pick('i32'), this.pick('bool')], ['i32'])[0]);
        break;
      case 15:
        this.tape();
        break;
      case 16:
        this.call();
        break;
      case 17:
      case 18:
        this.branch(depth);
        break;
      case 19:
      case 20:
        this.loop(depth);
        break;
      case 21: {
        const label = newLabel();
        this.blocks.push({ label });
        const body = this.region([], () => {
          this.statements(5, depth - 1);
          return this.end(['f64', 'i32']);
        });
        this.blocks.pop();
        const [a, c] = ir.block(label, ['f64', 'i32'], body);
        this.add('f64', a);
        this.add('i32', c);
        break;
      }
    }
  }

  private object(): void {
    const { ir } = this;
    const p = this.pick('P');
    switch (this.choose(10)) {
      case 0:
      case 1:
        this.add('f64', ir.load(this.one(values), p));
        break;
      case 2:
      case 3:
        ir.store(this.one(values), p, this.pick('f64'));
        break;
      case 4:
        ir.store(count, p, this.pick('i32'));
        break;
      case 5:
        this.add('i32', ir.load(count, p));
        break;
      case 6:
        ir.store(flag, p, this.pick('bool'));
        this.add('bool', ir.load(flag, p));
        break;
      case 7: {
        ir.store(next, p, this.pick('P'));
        this.add('P', ir.load(next, p));
        break;
      }
      case 8: {
        const f = this.pick('flags');
        ir.store(flags, f, this.index(), this.pick('bool'));
        this.add('bool', ir.load(flags, f, this.index()));
        this.add('bool', ir.convert('isNull', ir.load(next, p)));
        break;
      }
      case 9: {
        const q = this.pick('Q');
        ir.store(tag, q, ir.convert('booleanToInt', this.pick('bool')));
        this.add('bool', ir.convert('isNonzero', ir.load(tag, this.pick('Q'))));
        break;
      }
    }
  }

  private tape(): void {
    const { ir } = this;
    switch (this.choose(4)) {
      case 0:
        this.add('f64', ir.load(this.one(slots), this.pick('frame')));
        break;
      case 1:
        ir.store(this.one(slots), this.pick('frame'), this.pick('f64'));
        break;
      case 2: {
        const space = this.one(tapes);
        const ref = this.pick('taped');
        const view = ir.offset(taped, ref, ir.int(1));
        ir.store(space, ref, this.index(2), this.pick('f64'));
        this.add('f64', ir.load(space, view, ir.int(0)));
        break;
      }
      case 3:
        this.add('f64', ir.load(outers[0], this.pick('outer')));
        break;
    }
  }

  private call(): void {
    if (this.helpers.length === 0) return;
    const { ir } = this;
    const kinds: Kind[] = ['f64', 'i32', 'xs', 'f64', 'ks', 'bs', 'ws', 'bool'];
    const args = kinds.map((kind) => this.pick(kind));
    const callee = this.helpers[this.choose(this.helpers.length)];
    const [a, c, d, e] = ir.call(callee, args, ['f64', 'i32', 'f64', 'bool']);
    this.add('f64', a);
    this.add('i32', c);
    this.add('f64', d);
    this.add('bool', e);
  }

  private branch(depth: number): void {
    const kinds = (['f64', 'i32', 'xs', 'P'] as const).slice(0, this.choose(5));
    const condition = this.pick('bool');
    const region = () =>
      this.region([], () => {
        this.statements(4, depth - 1);
        return this.end(kinds);
      });
    const then = region();
    const results = this.ir.if(condition, kinds.map(typeOf), then, region());
    results.forEach((result, n) => {
      this.add(kinds[n], result);
    });
  }

  /** A counter to some number of rounds, and values carried beside it, some passed through the test as they are. */
  private loop(depth: number): void {
    const { ir } = this;
    const kinds = (['f64', 'f64', 'i32', 'xs', 'bool'] as const).slice(0, this.choose(6));
    const passed = kinds.slice(0, this.choose(kinds.length + 1));
    const rounds = this.choose(2) === 0 ? ir.int(this.choose(5)) : ir.integer('and', this.pick('i32'), ir.int(3));
    const trips = [undefined, rounds, ir.integer('or', rounds, ir.int(0))][this.choose(3)];
    const starts = [ir.int(0), ...kinds.map((kind) => this.pick(kind))];
    const i = ir.value('i32');
    const params = kinds.map((kind) => ir.value(typeOf(kind)));
    const test = this.region([i, ...params], () => {
      kinds.forEach((kind, n) => {
        this.add(kind, params[n]);
      });
      if (this.choose(3) === 0) this.statements(2, depth - 1);
      const through = passed.map((kind, n) => (this.choose(3) > 0 ? params[n] : this.pick(kind)));
      return { kind: 'yield', values: [ir.compare('lt', i, rounds), i, ...through] };
    });
    const j = ir.value('i32');
    const inner = passed.map((kind) => ir.value(typeOf(kind)));
    const body = this.region([j, ...inner], () => {
      this.add('i32', j);
      passed.forEach((kind, n) => {
        this.add(kind, inner[n]);
      });
      this.statements(5, depth - 1);
      if (this.blocks.length > 0 && this.choose(8) === 0) return this.leaving();
      const up = ir.integer('add', j, ir.int(1));
      return { kind: 'yield', values: [up, ...kinds.map((kind) => this.pick(kind))] };
    });
    const results = ir.loop(starts, ['i32', ...passed.map(typeOf)], test, body, trips);
    this.add('i32', results[0]);
    passed.forEach((kind, n) => {
      this.add(kind, results[n + 1]);
    });
  }

  private end(kinds: readonly Kind[]): End {
    if (this.blocks.length > 0 && this.choose(4) === 0) return this.leaving();
    return { kind: 'yield', values: kinds.map((kind) => this.pick(kind)) };
  }

  private leaving(): End {
    const { label } = this.blocks[this.choose(this.blocks.length)];
    return { kind: 'br', label, values: [this.pick('f64'), this.pick('i32')] };
  }

  private region(params: readonly Value[], write: () => End): Region {
    const outside = this.pools;
    this.pools = Object.fromEntries(Object.entries(outside).map(([kind, pool]) => [kind, [...pool]])) as Pools;
    try {
      return this.ir.region(params, write);
    } finally {
      this.pools = outside;
    }
  }
}

const spaceOf: Record<Exclude<Kind, 'f64' | 'i32' | 'bool' | 'P' | 'Q' | 'frame' | 'outer' | 'taped'>, Space> = {
  xs: x,
  ks: k,
  bs: b,
  ws: w,
  flags,
};

function typeOf(kind: Kind): Type {
  return kind === 'f64' || kind === 'i32' || kind === 'bool' ? kind : 'ref';
}

function emptyPools(): Pools {
  const kinds: Kind[] = ['f64', 'i32', 'bool', 'xs', 'ks', 'bs', 'ws', 'flags', 'P', 'Q', 'frame', 'outer', 'taped'];
  return Object.fromEntries(kinds.map((kind) => [kind, []])) as unknown as Pools;
}
