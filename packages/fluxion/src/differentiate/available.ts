/**
 * Values of the primal program for the reverse sweep: at hand, computed again, or read from the tape.
 * Invariant: a value is made in the outermost open region of the reverse code that runs only if the value was defined, so it is
 * made once for all that is inside, and never from cells that nothing has written.
 */
import type { Builder } from '../ir/build.ts';
import type { Op, Value } from '../ir/ops.ts';
import type { Keeping } from './keep.ts';
import type { Activation, Counter, Structure, Within } from './structure.ts';
import type { Tape } from './tape.ts';

/** A region of the reverse code that undoes (part of) a region of the primal. */
export interface Scope {
  readonly within: Within;
  readonly builder: Builder;
  /** Runs only if all that comes before that segment's end was run. */
  readonly guarded: boolean;
  /** In loops: the round that is undone, and its frame. */
  readonly round?: (() => Value) | undefined;
  readonly frame?: (() => Value) | undefined;
}

export interface Sources {
  /** The frame of the function's activation. */
  readonly frame: () => Value;
  readonly param: (index: number) => Value | undefined;
  /** The values of the function's own region are in scope. */
  readonly direct: boolean;
}

export class Available {
  /** The values that have been asked for, by their ids. */
  readonly asked = new Set<number>();
  private readonly scopes = new Map<Within, Scope[]>();
  private readonly made = new Map<Scope, Map<number, Value>>();
  private readonly structure: Structure;
  private readonly tape: Tape;
  private readonly keeping: Keeping;
  private readonly sources: Sources;

  constructor(structure: Structure, tape: Tape, keeping: Keeping, sources: Sources) {
    this.structure = structure;
    this.tape = tape;
    this.keeping = keeping;
    this.sources = sources;
  }

  in(scope: Scope, write: () => void): void {
    let open = this.scopes.get(scope.within);
    if (open === undefined) this.scopes.set(scope.within, (open = []));
    open.push(scope);
    this.made.set(scope, new Map());
    try {
      write();
    } finally {
      open.pop();
      this.made.delete(scope);
    }
  }

  /** The value of the primal, for reverse code written in the innermost open scope. */
  value(primal: Value): Value {
    const value = this.structure.resolve(primal);
    const definition = this.structure.definition(value);
    this.asked.add(value.id);
    if (this.isDirect(value, definition.within)) return value;
    const open = this.scopes.get(definition.within)!;
    const outermost = definition.segment === 0 || definition.op?.op === 'const';
    const scope = outermost ? open[0] : open[open.length - 1];
    const made = this.made.get(scope)!;
    let known = made.get(value.id);
    if (known === undefined) made.set(value.id, (known = this.make(value, scope)));
    return known;
  }

  private isDirect(value: Value, within: Within): boolean {
    return this.sources.direct && within === this.structure.root && !this.tape.isRewritten(value);
  }

  private make(value: Value, scope: Scope): Value {
    const { op, param, counter, ended } = this.structure.definition(value);
    if (param !== undefined) return this.sources.param(param) ?? this.load(value, scope);
    if (counter !== undefined) return this.count(counter, scope.round!(), scope.builder);
    if (ended !== undefined) return this.count(ended, this.value(ended.loop.trips!), scope.builder);
    if (op !== undefined && this.keeping.isRecomputed(value)) return this.again(op, scope);
    return this.load(value, scope);
  }

  private count({ from, step, down }: Counter, round: Value, b: Builder): Value {
    const start = this.structure.constant(from);
    const by = this.structure.constant(step);
    const way = by === 1 ? round : b.integer('mul', round, by === undefined ? this.value(step) : b.int(by));
    if (down) return b.integer('sub', this.value(from), way);
    return start === 0 ? way : b.integer('add', this.value(from), way);
  }

  private again(op: Op, scope: Scope): Value {
    const b = scope.builder;
    const result = b.value(op.results[0].type, op.results[0].name);
    const args = 'args' in op ? op.args.map((arg) => this.value(arg)) : [];
    b.append({ ...op, args, results: [result] } as Op);
    return result;
  }

  private load(value: Value, scope: Scope): Value {
    const slot = this.tape.slot(value);
    const b = scope.builder;
    if (slot.base !== undefined)
      return b.load(slot.space, this.value(slot.base), this.roundOf(slot.activation).round!());
    if (slot.activation.kind === 'function') return b.load(slot.space, this.sources.frame());
    return b.load(slot.space, this.roundOf(slot.activation).frame!());
  }

  /** The open scope of the round that an activation is. */
  private roundOf(activation: Activation): Scope {
    const { regions } = this.structure.inner(activation.loop!);
    const open = this.scopes.get(regions[activation.kind === 'test' ? 0 : 1])!;
    return open[0];
  }
}
