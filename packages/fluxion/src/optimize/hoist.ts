/**
 * What a loop computes anew in each round, though it is the same each time, is computed before it.
 * Invariant: nothing that can fail is done that was not done before: loads move only if their object is surely there and nothing in the
 * loop writes their cell, guards only if every way into the loop passes them first.
 */
import {
  type Func,
  type Load,
  type Loop,
  type Module,
  type Op,
  type Region,
  type Value,
  withRegions,
} from '../ir/ops.ts';
import type { Space } from '../ir/types.ts';
import { type EffectsOf, effectsOf, isPure, writtenIn } from './effects.ts';
import { eachOp, mapFunctions, withBody } from './rewrite.ts';

export function hoist(module: Module): Module {
  const effects = effectsOf(module);
  return mapFunctions(module, (func) => new Hoister(func, effects).run());
}

interface References {
  readonly definitions: ReadonlyMap<number, Op>;
  /** Those that something compares: they may be null where they are loaded from. */
  readonly doubtful: ReadonlySet<number>;
}

function referencesIn(func: Func): References {
  const definitions = new Map<number, Op>();
  const doubtful = new Set<number>();
  eachOp(func.body, (op) => {
    for (const { id, type } of op.results) if (type === 'ref') definitions.set(id, op);
    if (op.op === 'compare' && op.args[0].type === 'ref') for (const { id } of op.args) doubtful.add(id);
    if (op.op === 'convert' && op.fn === 'isNull') doubtful.add(op.args[0].id);
  });
  return { definitions, doubtful };
}

class Hoister {
  private readonly func: Func;
  private readonly written: (loop: Loop) => ReadonlySet<Space>;
  private references: References | undefined;

  constructor(func: Func, effects: EffectsOf) {
    this.func = func;
    this.written = writtenIn(effects);
  }

  run(): Func {
    const body = this.region(this.func.body);
    return withBody(this.func, body);
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

  /** What moves out of the operation is put into `before`. */
  private op(op: Op, before: Op[]): Op {
    switch (op.op) {
      case 'if': {
        const then = this.region(op.then);
        const otherwise = this.region(op.else);
        return then === op.then && otherwise === op.else ? op : { ...op, then, else: otherwise };
      }
      case 'block': {
        const body = this.region(op.body);
        return body === op.body ? op : { ...op, body };
      }
      case 'loop': {
        const test = this.region(op.test);
        const body = this.region(op.body);
        const inner = test === op.test && body === op.body ? op : { ...op, test, body };
        return new Outward(inner, this.written(op), (load) => this.safe(load), before).run();
      }
      default:
        return op;
    }
  }

  /** The object is surely there, and the cell is one of its own. */
  private safe({ space, args }: Load): boolean {
    const [base] = args;
    if (space.kind !== 'field') return false;
    this.references ??= referencesIn(this.func);
    if (this.references.doubtful.has(base.id)) return false;
    const op = this.references.definitions.get(base.id);
    return op === undefined || (op.op !== 'const' && op.op !== 'select');
  }
}

/** Moves what it can out of one loop. */
class Outward {
  private readonly loop: Loop;
  private readonly written: ReadonlySet<Space>;
  private readonly safe: (load: Load) => boolean;
  private readonly before: Op[];
  private readonly inside = new Set<number>();
  /** Everything so far in the test was moved, so what comes next runs whenever the loop is reached. */
  private first = true;

  constructor(loop: Loop, written: ReadonlySet<Space>, safe: (load: Load) => boolean, before: Op[]) {
    this.loop = loop;
    this.written = written;
    this.safe = safe;
    this.before = before;
  }

  run(): Loop {
    const { loop } = this;
    this.define(loop.test.params);
    const test = this.region(loop.test);
    this.first = false;
    this.define(loop.body.params);
    const body = this.region(loop.body);
    return test === loop.test && body === loop.body ? loop : { ...loop, test, body };
  }

  private define(values: readonly Value[]): void {
    for (const { id } of values) this.inside.add(id);
  }

  private region(region: Region): Region {
    const ops: Op[] = [];
    let changed = false;
    for (const op of region.ops) {
      if (this.moves(op)) {
        this.before.push(op);
        changed = true;
        continue;
      }
      if (!isPure(op) && op.op !== 'load') this.first = false;
      const next = this.nested(op);
      changed ||= next !== op;
      ops.push(next);
      this.define(op.results);
    }
    return changed ? { ...region, ops } : region;
  }

  private moves(op: Op): boolean {
    if (!('args' in op) ? op.op !== 'const' : op.args.some(({ id }) => this.inside.has(id))) return false;
    if (isPure(op)) return true;
    if (op.op === 'guard') return this.first;
    if (op.op !== 'load') return false;
    if (!op.space.constant && this.written.has(op.space)) return false;
    return this.first || this.safe(op);
  }

  /** Only what costs little or is known to be needed moves out of branches: a derivative must not meet what was not asked for. */
  private nested(op: Op): Op {
    if (op.op === 'loop') {
      this.define(op.test.params);
      this.define(op.body.params);
    }
    return withRegions(op, (inner) => (op.op === 'block' ? this.region(inner) : this.branch(inner)));
  }

  private branch(region: Region): Region {
    const ops: Op[] = [];
    let changed = false;
    for (const op of region.ops) {
      if (op.op !== 'math' && op.op !== 'select' && this.moves(op)) {
        this.before.push(op);
        changed = true;
        continue;
      }
      const next = op.op === 'block' ? this.blocked(op) : this.nested(op);
      changed ||= next !== op;
      ops.push(next);
      this.define(op.results);
    }
    return changed ? { ...region, ops } : region;
  }

  private blocked(op: Op & { op: 'block' }): Op {
    const body = this.branch(op.body);
    return body === op.body ? op : { ...op, body };
  }
}
