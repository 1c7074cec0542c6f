/**
 * Which references lead to memory that was there before the entry was called, and which to memory made since.
 * Invariant: errs on the side of neither; nothing that is written to what is new can be read in what is old.
 */
import type { Call, Copy, Func, Load, Module, Op, Store, Value } from '../ir/ops.ts';
import type { Space } from '../ir/types.ts';
import { eachOp } from './activity.ts';

/** Whether a load reads a cell that nobody writes from the call of the entry on. */
export function untouchedLoads(functions: ReadonlyMap<string, Func>, entry: string): (load: Load) => boolean {
  const origins = new Origins(functions, entry);
  const untouched = new Set<Load>();
  for (const func of functions.values()) {
    eachOp(func.body, (op) => {
      if (op.op === 'load' && origins.isUntouched(func, op)) untouched.add(op);
    });
  }
  return (load) => untouched.has(load);
}

/**
 * Whether a load reads a cell that nobody writes from the call of the entry on, in an object that no active parameter leads to:
 * `active` tells which of the entry's parameters do. What is reached from two of them is two objects.
 */
export function stillLoads(module: Module, entry: string, active: readonly boolean[]): (load: Load) => boolean {
  const functions = reached(module, entry);
  const origins = new Origins(functions, entry, active);
  const still = new Set<Load>();
  for (const func of functions.values()) {
    eachOp(func.body, (op) => {
      if (op.op === 'load' && op.space.cell === 'f64' && origins.isUntouched(func, op, 'still')) still.add(op);
    });
  }
  return (load) => still.has(load);
}

/** The spaces that are written, from the call of the entry on, in objects that may have been there before. */
export function writtenBefore(module: Module, entry: string): ReadonlySet<Space> {
  return new Origins(reached(module, entry), entry).written;
}

function reached(module: Module, entry: string): Map<string, Func> {
  const functions = new Map([[entry, module.functions.get(entry)!]]);
  for (const func of functions.values()) {
    eachOp(func.body, (op) => {
      if (op.op === 'call') functions.set(op.callee, module.functions.get(op.callee)!);
    });
  }
  return functions;
}

/** What may be hoped for of a reference: that it leads to what is new, to what was there before, to that of it which does not move. */
type Hope = 'fresh' | 'old' | 'still';

/** Begins with the best that can be hoped for, and takes back what an operation speaks against until none does. */
class Origins {
  /** Of references. */
  private readonly definitions = new Map<Func, Map<number, Op>>();
  /** What can speak against a hope. */
  private readonly witnesses: { readonly func: Func; readonly op: Store | Copy | Call }[] = [];
  private readonly params = new Map<Func, Record<Hope, boolean[]>>();
  /** Spaces of references that lead to what is old, or may. */
  private readonly mixed = new Set<Space>();
  /** Spaces that are written in objects that may be old. */
  readonly written = new Set<Space>();
  private changed = true;

  constructor(functions: ReadonlyMap<string, Func>, entry: string, active: readonly boolean[] = []) {
    for (const func of functions.values()) {
      const own = new Map<number, Op>();
      eachOp(func.body, (op) => {
        for (const { id, type } of op.results) if (type === 'ref') own.set(id, op);
        if (op.op === 'store' || op.op === 'copy' || op.op === 'call') this.witnesses.push({ func, op });
      });
      this.definitions.set(func, own);
      this.params.set(func, {
        fresh: func.params.map(() => func.name !== entry),
        old: func.params.map(() => true),
        still: func.params.map((_, i) => func.name !== entry || active[i] === false),
      });
    }
    while (this.changed) {
      this.changed = false;
      for (const { func, op } of this.witnesses) this.see(functions, func, op);
    }
  }

  isUntouched(func: Func, { space, args }: Load, hope: 'old' | 'still' = 'old'): boolean {
    return !this.written.has(space) && this.isOld(func, args[0], hope);
  }

  private see(functions: ReadonlyMap<string, Func>, func: Func, op: Store | Copy | Call): void {
    if (op.op === 'store') {
      if (!this.isFresh(func, op.args[0])) this.note(this.written, op.space);
      const value = op.args[op.args.length - 1];
      if (value.type === 'ref' && !this.isFresh(func, value)) this.note(this.mixed, op.space);
    } else if (op.op === 'copy') {
      if (!this.isFresh(func, op.args[0])) this.note(this.written, op.space);
      this.note(this.mixed, op.space);
    } else {
      const { fresh, old, still } = this.params.get(functions.get(op.callee)!)!;
      op.args.forEach((arg, i) => {
        if (arg.type !== 'ref') return;
        if (fresh[i] && !this.isFresh(func, arg)) this.refute(fresh, i);
        if (old[i] && !this.isOld(func, arg, 'old')) this.refute(old, i);
        if (still[i] && !this.isOld(func, arg, 'still')) this.refute(still, i);
      });
    }
  }

  private note(spaces: Set<Space>, space: Space): void {
    if (spaces.has(space)) return;
    spaces.add(space);
    this.changed = true;
  }

  private refute(hopes: boolean[], index: number): void {
    hopes[index] = false;
    this.changed = true;
  }

  private isFresh(func: Func, value: Value): boolean {
    const op = this.definitions.get(func)!.get(value.id);
    switch (op?.op) {
      case 'alloc':
      case 'elements':
        return true;
      case 'offset':
        return this.isFresh(func, op.args[0]);
      case 'load':
        return !this.mixed.has(op.space) && this.isFresh(func, op.args[0]);
      case undefined:
        return this.isParam(func, value, 'fresh');
      default:
        return false;
    }
  }

  private isOld(func: Func, value: Value, hope: 'old' | 'still'): boolean {
    const op = this.definitions.get(func)!.get(value.id);
    switch (op?.op) {
      case 'offset':
        return this.isOld(func, op.args[0], hope);
      case 'load':
        return this.isUntouched(func, op, hope);
      case undefined:
        return this.isParam(func, value, hope);
      default:
        return false;
    }
  }

  private isParam(func: Func, value: Value, which: Hope): boolean {
    const index = func.params.findIndex(({ id }) => id === value.id);
    return index >= 0 && this.params.get(func)![which][index];
  }
}
