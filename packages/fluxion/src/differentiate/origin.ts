/**
 * Which references lead to memory that was there before the entry was called, and which to memory made since.
 * Invariant: errs on the side of neither; nothing that is written to what is new can be read in what is old.
 */
import type { Func, Load, Op, Value } from '../ir/ops.ts';
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

/** Begins with the best that can be hoped for, and takes back what an operation speaks against until none does. */
class Origins {
  private readonly definitions = new Map<Func, Map<number, Op>>();
  private readonly params = new Map<Func, { readonly fresh: boolean[]; readonly old: boolean[] }>();
  /** Spaces of references that lead to what is old, or may. */
  private readonly mixed = new Set<Space>();
  /** Spaces that are written in objects that may be old. */
  private readonly written = new Set<Space>();
  private changed = true;

  constructor(functions: ReadonlyMap<string, Func>, entry: string) {
    for (const func of functions.values()) {
      const own = new Map<number, Op>();
      eachOp(func.body, (op) => {
        if ('results' in op) for (const result of op.results) own.set(result.id, op);
      });
      this.definitions.set(func, own);
      this.params.set(func, {
        fresh: func.params.map(() => func.name !== entry),
        old: func.params.map(() => true),
      });
    }
    while (this.changed) {
      this.changed = false;
      for (const func of functions.values()) eachOp(func.body, (op) => this.see(functions, func, op));
    }
  }

  isUntouched(func: Func, { space, args }: Load): boolean {
    return !this.written.has(space) && this.isOld(func, args[0]);
  }

  private see(functions: ReadonlyMap<string, Func>, func: Func, op: Op): void {
    if (op.op === 'store') {
      if (!this.isFresh(func, op.args[0])) this.note(this.written, op.space);
      const value = op.args[op.args.length - 1];
      if (value.type === 'ref' && !this.isFresh(func, value)) this.note(this.mixed, op.space);
    } else if (op.op === 'copy') {
      if (!this.isFresh(func, op.args[0])) this.note(this.written, op.space);
      this.note(this.mixed, op.space);
    } else if (op.op === 'call') {
      const { fresh, old } = this.params.get(functions.get(op.callee)!)!;
      op.args.forEach((arg, i) => {
        if (arg.type !== 'ref') return;
        if (fresh[i] && !this.isFresh(func, arg)) this.refute(fresh, i);
        if (old[i] && !this.isOld(func, arg)) this.refute(old, i);
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

  private isOld(func: Func, value: Value): boolean {
    const op = this.definitions.get(func)!.get(value.id);
    switch (op?.op) {
      case 'offset':
        return this.isOld(func, op.args[0]);
      case 'load':
        return this.isUntouched(func, op);
      case undefined:
        return this.isParam(func, value, 'old');
      default:
        return false;
    }
  }

  private isParam(func: Func, value: Value, which: 'fresh' | 'old'): boolean {
    const index = func.params.findIndex(({ id }) => id === value.id);
    return index >= 0 && this.params.get(func)![which][index];
  }
}
