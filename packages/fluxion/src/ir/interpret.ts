/**
 * Runs IR as it stands, slowly and strictly, so that passes are tested without emitting.
 * Invariant: memory is keyed by (space, object, index), so nothing here depends on a layout; whatever the IR leaves undefined (a
 * cell outside its object, a cell of a tape that nobody wrote, a space the object does not have) throws.
 */

import { table } from '../rules/table.ts';
import { conversionOf, holds, integerOf } from './meaning.ts';
import type { End, Label, Module, Op, Reason, Region, Value } from './ops.ts';
import { printSpace } from './print.ts';
import { type CellKind, nullRef, type Shape, type Space } from './types.ts';

/** A guard failed. */
export class Left extends Error {
  readonly reason: Reason;
  /** Which of the module's reasons. */
  readonly index: number;

  constructor(reason: Reason, index: number) {
    super(`${reason.code}: ${reason.message}`);
    this.reason = reason;
    this.index = index;
  }
}

export interface Run {
  readonly results: readonly number[];
  /** How many operations have been carried out, by name (`math.sin`, `load`) and in all. */
  readonly counts: ReadonlyMap<string, number>;
  readonly ops: number;
}

export interface InterpretOptions {
  readonly memory?: Memory | undefined;
  /** After so many operations the run is given up. */
  readonly limit?: number;
}

/** Runs a function. bools are 0 and 1, references what `memory` gave out. */
export function interpret(
  module: Module,
  name: string,
  args: readonly number[],
  { memory = new Memory(), limit = 1e7 }: InterpretOptions = {},
): Run {
  const run = new Interpreter(module, memory, limit);
  const results = run.call(name, args);
  let ops = 0;
  for (const count of run.counts.values()) ops += count;
  return { results, counts: run.counts, ops };
}

/** References are `object · span + index of an element`; objects are counted from 1. */
const span = 2 ** 28;

interface Thing {
  readonly shape: Shape | undefined;
  /** For elements. */
  readonly space: Space | undefined;
  readonly count: number;
  readonly tape: boolean;
  readonly cells: Map<Space, (number | undefined)[]>;
}

/** The objects of a run, and of the runs that share it. */
export class Memory {
  private readonly things: Thing[] = [];

  object(shape: Shape): number {
    return this.add({ shape, space: undefined, count: 1, tape: shape.tape !== undefined, cells: new Map() });
  }

  elements(space: Space, contents: number | ArrayLike<number>, tape = false): number {
    const count = typeof contents === 'number' ? contents : contents.length;
    if (!(count >= 0 && count < span)) throw new Error(`${count} elements`);
    const ref = this.add({ shape: undefined, space, count, tape, cells: new Map() });
    if (typeof contents !== 'number') for (let i = 0; i < count; i++) this.write(space, ref, contents[i], i);
    return ref;
  }

  read(space: Space, ref: number, index?: number): number {
    const [cells, n] = this.cell(space, ref, index);
    const value = cells[n];
    if (value === undefined) throw new Error(`${printSpace(space)}: read of a cell of the tape that nobody wrote`);
    return value;
  }

  write(space: Space, ref: number, value: number, index?: number): void {
    const [cells, n] = this.cell(space, ref, index);
    cells[n] = stored(space.cell, value);
  }

  /** All elements of an object, from the one referred to. */
  contents(space: Space, ref: number): number[] {
    const thing = this.thing(ref, space);
    return Array.from({ length: thing.count - (ref % span) }, (_, i) => this.read(space, ref, i));
  }

  private add(thing: Thing): number {
    this.things.push(thing);
    return this.things.length * span;
  }

  private thing(ref: number, space: Space): Thing {
    const thing = this.things[Math.floor(ref / span) - 1];
    if (thing === undefined) throw new Error(`${printSpace(space)}: ${ref} is no object`);
    return thing;
  }

  private cell(space: Space, ref: number, index: number | undefined): [(number | undefined)[], number] {
    const thing = this.thing(ref, space);
    let root = space;
    while (root.shadows !== undefined) root = root.shadows.space;
    const has = thing.shape === undefined ? thing.space === root : thing.shape.fields.includes(root);
    if (!has) {
      throw new Error(`${printSpace(space)}: the object is ${thing.shape?.name ?? `elements of ${thing.space?.name}`}`);
    }
    const n = (ref % span) + (index ?? 0);
    if (n < 0 || n >= thing.count) throw new Error(`${printSpace(space)}: cell ${n} of ${thing.count}`);
    let cells = thing.cells.get(space);
    if (cells === undefined) {
      // Shadows begin with 0 on the tape as well: only its own cells are left as they were.
      cells = Array.from({ length: thing.count }, () => (thing.tape && root === space ? undefined : 0));
      thing.cells.set(space, cells);
    }
    return [cells, n];
  }
}

/** What a cell holds after `value` was stored in it. */
export function stored(kind: CellKind, value: number): number {
  switch (kind) {
    case 'i8':
      return (value << 24) >> 24;
    case 'u8':
      return value & 0xff;
    case 'i16':
      return (value << 16) >> 16;
    case 'u16':
      return value & 0xffff;
    default:
      return value;
  }
}

/** A region was left by a branch. */
interface Departure {
  readonly label: Label;
  readonly values: readonly number[];
}

type Env = (number | undefined)[];

class Interpreter {
  readonly counts = new Map<string, number>();
  private readonly module: Module;
  private readonly memory: Memory;
  private left: number;

  constructor(module: Module, memory: Memory, limit: number) {
    this.module = module;
    this.memory = memory;
    this.left = limit;
  }

  call(name: string, args: readonly number[]): readonly number[] {
    const func = this.module.functions.get(name);
    if (func === undefined) throw new Error(`No function ${name}`);
    if (args.length !== func.params.length) throw new Error(`${name} takes ${func.params.length} arguments`);
    const env: Env = [];
    bind(env, func.params, args);
    const results = this.region(func.body, env);
    if ('label' in results) throw new Error(`${name} branches out of itself`);
    return results;
  }

  private region(region: Region, env: Env): readonly number[] | Departure {
    for (const op of region.ops) {
      const departure = this.op(op, env);
      if (departure !== undefined) return departure;
    }
    return this.end(region.end, env);
  }

  private end(end: End, env: Env): readonly number[] | Departure {
    if (end.kind === 'never') throw new Error('A region ended that never ends');
    const values = end.values.map((v) => read(env, v));
    return end.kind === 'br' ? { label: end.label, values } : values;
  }

  private op(op: Op, env: Env): Departure | undefined {
    const name = 'fn' in op ? `${op.op}.${op.fn}` : op.op;
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    if (this.left-- <= 0) throw new Error('The run has taken too many operations');
    switch (op.op) {
      case 'if':
        return this.leave(op.results, env, this.region(read(env, op.args[0]) !== 0 ? op.then : op.else, env));
      case 'loop':
        return this.loop(op, env);
      case 'block': {
        const outcome = this.region(op.body, env);
        const mine = 'label' in outcome && outcome.label === op.label;
        return this.leave(op.results, env, mine ? outcome.values : outcome);
      }
      default:
        bind(env, op.results, this.simple(op, env));
        return undefined;
    }
  }

  private leave(results: readonly Value[], env: Env, outcome: readonly number[] | Departure): Departure | undefined {
    if ('label' in outcome) return outcome;
    bind(env, results, outcome);
    return undefined;
  }

  private loop(op: Op & { readonly op: 'loop' }, env: Env): Departure | undefined {
    let carried: readonly number[] = op.args.map((v) => read(env, v));
    const trips = op.trips === undefined ? undefined : read(env, op.trips);
    for (let round = 0; ; round++) {
      bind(env, op.test.params, carried);
      const tested = this.region(op.test, env);
      if ('label' in tested) return tested;
      const [again, ...passed] = tested;
      if (again === 0) {
        if (trips !== undefined && trips !== round) throw new Error(`A loop of ${trips} trips took ${round}`);
        bind(env, op.results, passed);
        return undefined;
      }
      bind(env, op.body.params, passed);
      const outcome = this.region(op.body, env);
      if ('label' in outcome) return outcome;
      carried = outcome;
    }
  }

  private simple(op: Exclude<Op, { readonly op: 'if' | 'loop' | 'block' }>, env: Env): readonly number[] {
    const args = 'args' in op ? op.args.map((v) => read(env, v)) : [];
    const { memory } = this;
    switch (op.op) {
      case 'const':
        return [op.value];
      case 'math':
        return [(table[op.fn].value as (...xs: number[]) => number)(...args)];
      case 'compare':
        return [holds(op.test, args[0], args[1], op.unsigned) ? 1 : 0];
      case 'int':
        return [integerOf[op.fn](args[0], args[1])];
      case 'convert':
        return [conversionOf[op.fn](args[0])];
      case 'select':
        return [args[0] !== 0 ? args[1] : args[2]];
      case 'alloc':
        return [memory.object(op.shape)];
      case 'elements':
        return [memory.elements(op.space, args[0], op.tape !== undefined)];
      case 'offset':
        return [args[0] + args[1]];
      case 'load':
        return [memory.read(op.space, args[0], args[1])];
      case 'store':
        memory.write(op.space, args[0], args[args.length - 1], args.length === 3 ? args[1] : undefined);
        return [];
      case 'copy': {
        const [to, toIndex, from, fromIndex, count] = args;
        const values = Array.from({ length: count }, (_, i) => memory.read(op.space, from, fromIndex + i));
        values.forEach((value, i) => memory.write(op.space, to, value, toIndex + i));
        return [];
      }
      case 'guard':
        if (args[0] === 0) throw new Left(this.module.reasons[op.reason], op.reason);
        return [];
      // Here memory is never short.
      case 'mark':
        return [nullRef];
      case 'release':
        return [];
      case 'call':
        return this.call(op.callee, args);
      case 'derive':
        throw new Error('A derivative is run that has not been written');
      case 'host':
        return this.host(op.host, args);
    }
  }

  private host(n: number, args: readonly number[]): readonly number[] {
    const { callee, results } = this.module.hosts[n];
    const result = callee(...args);
    if (results.length > 1) return result as number[];
    return results.map((type) => (type === 'f64' ? Number(result) : Number(result) | 0));
  }
}

function read(env: Env, value: Value): number {
  const found = env[value.id];
  if (found === undefined) throw new Error(`%${value.id} is read before it is defined`);
  return found;
}

function bind(env: Env, values: readonly Value[], contents: readonly number[]): void {
  if (values.length !== contents.length) throw new Error(`${contents.length} values for ${values.length}`);
  values.forEach((value, n) => {
    env[value.id] = value.type === 'f64' || value.type === 'ref' ? contents[n] : contents[n] | 0;
  });
}
