/**
 * Whether the calls under `checkpoint` may be made once more when the reverse sweep gets to them.
 * Invariant: a call that is let through changes nothing that was there before, asks the host for nothing, and finds all that it reads
 * as it was. For any other the function is declined.
 */
import type { Call, Func, Host, Op, Region, Value } from '../ir/ops.ts';
import { regionsOf } from '../ir/ops.ts';
import type { Space } from '../ir/types.ts';
import { Decline } from '../lower/decline.ts';
import { eachOp } from './activity.ts';
import { Backward } from './stability.ts';

/** Throws Decline. */
export function checkCheckpoints(functions: ReadonlyMap<string, Func>, hosts: readonly Host[]): void {
  const calls: Call[] = [];
  for (const func of functions.values())
    eachOp(func.body, (op) => {
      if (op.op === 'call' && op.checkpoint !== undefined) calls.push(op);
    });
  if (calls.length === 0) return;
  const extents = extentsOf(functions, hosts);
  for (const { callee, checkpoint, results, at } of calls) {
    const { writes, host, old } = extents.get(callee)!;
    if (checkpoint === 'numbers' ? results.some(({ type }) => type === 'ref') : results.length > 1)
      throw new Decline('a function under checkpoint returns something else than a number or an array of numbers', at);
    if (old.size > 0) throw new Decline('a function under checkpoint returns what was made outside it', at);
    if (writes.size > 0) throw new Decline('a function under checkpoint changes what was made outside it', at);
    if (host !== undefined) throw new Decline(`a function under checkpoint calls ${hosts[host].name} as it is`, at);
  }
  const later = laterOf(functions, extents);
  for (const call of calls)
    for (const space of extents.get(call.callee)!.reads)
      if (later.get(call)!.has(space))
        throw new Decline('what a function under checkpoint reads may be changed after it was called', call.at);
}

/** What happens from the call of a function until it returns, in other functions as well. */
interface Extent {
  /** Spaces that are read, or written, in objects that may have been there before. */
  readonly reads: Set<Space>;
  readonly writes: Set<Space>;
  /** Spaces into which references are written that may lead to such objects. */
  readonly mixed: Set<Space>;
  /** Results that may be such references. */
  readonly old: Set<number>;
  host: number | undefined;
}

function extentsOf(functions: ReadonlyMap<string, Func>, hosts: readonly Host[]): ReadonlyMap<string, Extent> {
  const extents = new Map<string, Extent>();
  for (const name of functions.keys())
    extents.set(name, { reads: new Set(), writes: new Set(), mixed: new Set(), old: new Set(), host: undefined });
  const ages = [...functions.values()].map((func) => new Ages(func, extents, hosts));
  while (ages.filter((one) => one.grow()).length > 0);
  return extents;
}

/** Which references of a function may lead to what was there before its call. Begins with its parameters, and follows where they go. */
class Ages {
  private readonly old = new Set<number>();
  private readonly labels = new Map<number, readonly Value[]>();
  private readonly func: Func;
  private readonly extents: ReadonlyMap<string, Extent>;
  private readonly own: Extent;
  private readonly hosts: readonly Host[];
  private changed = false;

  constructor(func: Func, extents: ReadonlyMap<string, Extent>, hosts: readonly Host[]) {
    this.func = func;
    this.hosts = hosts;
    this.extents = extents;
    this.own = extents.get(func.name)!;
    for (const { id } of func.params) this.old.add(id);
  }

  /** Goes over the function once; gives whether that has told anything new. */
  grow(): boolean {
    this.changed = false;
    this.region(this.func.body);
    const { end } = this.func.body;
    if (end.kind === 'yield')
      end.values.forEach((value, i) => {
        if (value.type === 'ref' && this.old.has(value.id)) this.add(this.own.old, i);
      });
    return this.changed;
  }

  private add<T>(set: Set<T>, ...items: readonly T[]): void {
    for (const item of items) {
      if (set.has(item)) continue;
      set.add(item);
      this.changed = true;
    }
  }

  private flow(from: readonly Value[], to: readonly Value[]): void {
    to.forEach((value, i) => {
      if (value.type === 'ref' && this.old.has(from[i].id)) this.add(this.old, value.id);
    });
  }

  private region({ ops, end }: Region, ...out: (readonly Value[])[]): void {
    for (const op of ops) this.op(op);
    if (end.kind === 'yield') for (const to of out) this.flow(end.values, to);
    else if (end.kind === 'br') this.flow(end.values, this.labels.get(end.label.id)!);
  }

  private op(op: Op): void {
    const { old, own } = this;
    switch (op.op) {
      case 'load':
        if (old.has(op.args[0].id)) {
          if (!op.space.constant) this.add(own.reads, op.space);
        } else if (!own.mixed.has(op.space)) return;
        this.add(old, op.results[0].id);
        return;
      case 'store': {
        if (old.has(op.args[0].id)) this.add(own.writes, op.space);
        const value = op.args[op.args.length - 1];
        if (value.type === 'ref' && old.has(value.id)) this.add(own.mixed, op.space);
        return;
      }
      case 'copy':
        if (old.has(op.args[0].id)) this.add(own.writes, op.space);
        if (!old.has(op.args[2].id)) return;
        this.add(own.reads, op.space);
        if (op.space.cell === 'ref') this.add(own.mixed, op.space);
        return;
      case 'offset':
        this.flow(op.args, op.results);
        return;
      case 'select':
        this.flow([op.args[1]], op.results);
        this.flow([op.args[2]], op.results);
        return;
      case 'host':
        if (own.host !== undefined || this.hosts[op.host].pure === true) return;
        own.host = op.host;
        this.changed = true;
        return;
      case 'call': {
        const inner = this.extents.get(op.callee)!;
        this.add(own.reads, ...inner.reads);
        this.add(own.writes, ...inner.writes);
        this.add(own.mixed, ...inner.mixed);
        for (const i of inner.old) this.add(old, op.results[i].id);
        if (own.host === undefined && inner.host !== undefined) {
          own.host = inner.host;
          this.changed = true;
        }
        return;
      }
      case 'if':
        this.region(op.then, op.results);
        this.region(op.else, op.results);
        return;
      case 'block':
        this.labels.set(op.label.id, op.results);
        this.region(op.body, op.results);
        return;
      case 'loop': {
        this.flow(op.args, op.test.params);
        this.region(op.test);
        const { end } = op.test;
        if (end.kind === 'yield') for (const to of [op.body.params, op.results]) this.flow(end.values.slice(1), to);
        this.region(op.body, op.test.params);
        return;
      }
    }
  }
}

/** By call: the spaces that may be written after it, in objects that were there when it was made. */
function laterOf(
  functions: ReadonlyMap<string, Func>,
  extents: ReadonlyMap<string, Extent>,
): ReadonlyMap<Call, ReadonlySet<Space>> {
  const written = new Map([...extents].map(([name, { writes }]) => [name, writes]));
  const after = new Map([...functions.keys()].map((name) => [name, new Set<Space>()]));
  const found = new Map<Call, Set<Space>>();
  const again = new Set(functions.keys());
  for (const name of again) {
    again.delete(name);
    const { body } = functions.get(name)!;
    const begun = begunHere(body);
    const see = (op: Op, later: ReadonlySet<Space>): void => {
      if (op.op !== 'call') return;
      if (op.checkpoint !== undefined) found.set(op, new Set([...(found.get(op) ?? []), ...later]));
      const all = after.get(op.callee)!;
      const before = all.size;
      for (const space of later) all.add(space);
      if (all.size > before) again.add(op.callee);
    };
    new Backward(written, see, (store) => !begun.has(store)).region(body, new Set(after.get(name)!));
  }
  return found;
}

/** The stores to objects that were made in the same region, with no call since: whatever was called before can not have met those. */
function begunHere(region: Region, found = new Set<Op>()): ReadonlySet<Op> {
  const made = new Set<number>();
  for (const op of region.ops) {
    let calls = op.op === 'call';
    for (const inner of regionsOf(op)) {
      begunHere(inner, found);
      eachOp(inner, (one) => {
        calls ||= one.op === 'call';
      });
    }
    if (calls) made.clear();
    if (op.op === 'alloc' || op.op === 'elements') made.add(op.results[0].id);
    else if (op.op === 'offset' && made.has(op.args[0].id)) made.add(op.results[0].id);
    else if ((op.op === 'store' || op.op === 'copy') && made.has(op.args[0].id)) found.add(op);
  }
  return found;
}
