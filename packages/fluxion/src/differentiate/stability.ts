/**
 * Which loads would give the same again when the reverse sweep runs.
 * Invariant: a load is stable only if no store to its space can run after it within the call of the entry. Reverse code never stores to
 * the primal's spaces.
 */
import type { Call, Func, Load, Op, Region } from '../ir/ops.ts';
import type { Space } from '../ir/types.ts';
import { eachOp } from './activity.ts';
import { isWrittenOnce } from './tape.ts';

export function stableLoads(functions: ReadonlyMap<string, Func>): (load: Load) => boolean {
  const written = new Map<string, Set<Space>>();
  const callers = new Map<string, Set<string>>();
  for (const func of functions.values()) {
    const own = new Set<Space>();
    eachOp(func.body, (op) => {
      if (op.op === 'store' || op.op === 'copy') own.add(op.space);
      if (op.op !== 'call') return;
      let of = callers.get(op.callee);
      if (of === undefined) callers.set(op.callee, (of = new Set()));
      of.add(func.name);
    });
    written.set(func.name, own);
  }
  const work = [...functions.keys()];
  while (work.length > 0) {
    const name = work.pop()!;
    for (const caller of callers.get(name) ?? []) {
      const all = written.get(caller)!;
      const before = all.size;
      for (const space of written.get(name)!) all.add(space);
      if (all.size > before) work.push(caller);
    }
  }
  if ([...written.values()].every((spaces) => spaces.size === 0)) return () => true;

  // What may be written after a function has returned; a load is looked at again whenever that grows.
  const after = new Map<string, Set<Space>>([...functions.keys()].map((name) => [name, new Set<Space>()]));
  const unstable = new Set<Load>();
  const again = new Set(functions.keys());
  for (const name of again) {
    again.delete(name);
    const see = (op: Load | Call, later: ReadonlySet<Space>): void => {
      if (op.op === 'load') {
        if (later.has(op.space)) unstable.add(op);
        return;
      }
      const all = after.get(op.callee)!;
      const before = all.size;
      for (const space of later) all.add(space);
      if (all.size > before) again.add(op.callee);
    };
    new Backward(written, see).region(functions.get(name)!.body, new Set(after.get(name)!));
  }
  return (load) => load.space.constant || isWrittenOnce(load.space) || !unstable.has(load);
}

/** Goes through a function from its end, with the spaces that may still be written; shows them at each load and each call. */
export class Backward {
  private readonly labels = new Map<number, Set<Space>>();
  private readonly written: ReadonlyMap<string, ReadonlySet<Space>>;
  private readonly see: (op: Load | Call, later: ReadonlySet<Space>) => void;
  private readonly counts: (store: Op) => boolean;

  /** `written`: by each function. `counts`: whether a store, or a copy, is to be followed at all. */
  constructor(
    written: ReadonlyMap<string, ReadonlySet<Space>>,
    see: (op: Load | Call, later: ReadonlySet<Space>) => void,
    counts: (store: Op) => boolean = () => true,
  ) {
    this.written = written;
    this.see = see;
    this.counts = counts;
  }

  /** Adds to `later` what the region writes. */
  region(region: Region, later: Set<Space>): Set<Space> {
    if (region.end.kind === 'br') add(later, this.labels.get(region.end.label.id)!);
    for (let i = region.ops.length - 1; i >= 0; i--) this.op(region.ops[i], later);
    return later;
  }

  private op(op: Op, later: Set<Space>): void {
    switch (op.op) {
      case 'load':
        this.see(op, later);
        return;
      case 'store':
      case 'copy':
        if (this.counts(op)) later.add(op.space);
        return;
      case 'call':
        this.see(op, later);
        add(later, this.written.get(op.callee)!);
        return;
      case 'if': {
        const other = this.region(op.else, new Set(later));
        this.region(op.then, later);
        add(later, other);
        return;
      }
      case 'loop':
        for (const part of [op.test, op.body])
          eachOp(part, (inner) => {
            if (inner.op === 'store' || inner.op === 'copy') {
              if (this.counts(inner)) later.add(inner.space);
            } else if (inner.op === 'call') add(later, this.written.get(inner.callee)!);
          });
        this.region(op.body, later);
        this.region(op.test, later);
        return;
      case 'block':
        this.labels.set(op.label.id, new Set(later));
        this.region(op.body, later);
        return;
    }
  }
}

function add(to: Set<Space>, spaces: Iterable<Space>): void {
  for (const space of spaces) to.add(space);
}
