/**
 * What a function that is differentiated inside the program may touch: memory of its own, the copies that it was given, and memory
 * from before, which goes on afterwards and is met by the next evaluation at the same level.
 * Invariant: shadows of memory from before are either never read, or 0 when an evaluation begins. So the function changes nothing in it but
 * variables, whose shadows are cleared; everything else is declined.
 */
import type { Copy, Func, Load, Module, Op, Region, Role, Store, Value } from '../ir/ops.ts';
import type { Space } from '../ir/types.ts';
import { Decline } from '../lower/decline.ts';
import { eachOp } from './activity.ts';
import { isWrittenOnce } from './tape.ts';

export interface Inner {
  /** Loads of what was there before and is not changed. */
  readonly still: (load: Load) => boolean;
  /** Loads that give the same for as long as anybody may ask. */
  readonly lasting: (load: Load) => boolean;
  /** Throws Decline where an evaluation could be noticed by another, or by the program around it. */
  check(): void;
}

/** Where the objects that a reference may lead to come from. */
const made = 1;
const copied = 2;
const before = 4;
const variable = 8;

const older = before | variable;

export function innerOf(module: Module, entry: string, roles: readonly Role[]): Inner {
  const from = new Provenance(module, entry, roles);
  const changed = new Set<Space>();
  from.eachChange((op, base) => {
    if ((base & older) !== 0) changed.add(op.space);
  });
  return {
    still: (load) => {
      const base = from.baseOf(load);
      return base !== 0 && (base & ~older) === 0 && !changed.has(load.space);
    },
    lasting: (load) => load.space.constant || isWrittenOnce(load.space) || (from.baseOf(load) & older) === 0,
    check: () => check(from, module.functions.get(entry)!),
  };
}

function check(from: Provenance, entry: Func): void {
  const changedCopies = new Set<Space>();
  from.eachChange((op, base) => {
    // Adjoints and tangents of derivatives further inside: what they collect for older memory is read by nobody.
    if (op.space.shadows !== undefined) return;
    if ((base & copied) !== 0) changedCopies.add(op.space);
    if ((base & older) === 0) return;
    const value = op.op === 'store' ? op.args[op.args.length - 1] : undefined;
    if ((base & before) === 0 && value !== undefined && value.type !== 'ref') return;
    throw new Decline('a function that is differentiated inside the program changes what was there before', op.at);
  });
  from.eachAccess((op, base) => {
    if ((base & before) !== 0 && changedCopies.has(op.space))
      throw new Decline('a differentiated argument is changed, and may also be reached by another way', op.at);
  });
  from.eachComparison((op, a, b) => {
    if (((a & copied) !== 0 && (b & older) !== 0) || ((b & copied) !== 0 && (a & older) !== 0))
      throw new Decline('a differentiated argument is compared with an object from outside', op.at);
  });
  const { end } = entry.body;
  if (end.kind !== 'yield') return;
  const results = end.values.filter((v) => v.type === 'ref');
  if (results.length === 0) return;
  if (from.keepsOlder || results.some((v) => (from.of(entry, v) & older) !== 0))
    throw new Decline('a function that is differentiated inside the program returns what was there before');
}

/** Goes round until nothing is added any more. */
class Provenance {
  /** Functions that the entry calls keep something older in memory that they made. */
  keepsOlder = false;
  private readonly functions = new Map<Func, Map<number, number>>();
  private readonly bases = new Map<Op, number>();
  /** Of what a copy takes its elements from. */
  private readonly sources = new Map<Copy, number>();
  private readonly comparisons: { readonly op: Op; readonly func: Func; readonly args: readonly Value[] }[] = [];
  private readonly changes: (Store | Copy)[] = [];
  /** What references in cells of a space lead to, beside what the object that they are in came from. */
  private readonly held = new Map<Space, number>();
  private readonly module: Module;
  private grown = true;

  constructor(module: Module, entry: string, roles: readonly Role[]) {
    this.module = module;
    const first = module.functions.get(entry)!;
    this.reach(first);
    first.params.forEach((param, i) => {
      if (param.type !== 'ref') return;
      const role = roles[i];
      this.add(first, param, role === 'copy' ? copied : role === 'cell' ? variable : before);
    });
    while (this.grown) {
      this.grown = false;
      for (const func of this.functions.keys()) new Walk(this, func).region(func.body);
    }
    for (const func of this.functions.keys()) {
      eachOp(func.body, (op) => {
        if (op.op === 'compare' && op.args[0].type === 'ref') this.comparisons.push({ op, func, args: op.args });
        if (op.op === 'store' || op.op === 'copy') this.changes.push(op);
      });
    }
  }

  of(func: Func, value: Value): number {
    return this.functions.get(func)!.get(value.id) ?? 0;
  }

  /** Of the object that is read or written. */
  baseOf(op: Load | Store | Copy): number {
    return this.bases.get(op) ?? 0;
  }

  eachChange(see: (op: Store | Copy, base: number) => void): void {
    for (const op of this.changes) see(op, this.baseOf(op));
  }

  eachAccess(see: (op: Load | Store | Copy, base: number) => void): void {
    for (const [op, base] of this.bases) see(op as Load | Store | Copy, base);
    for (const [op, base] of this.sources) see(op, base);
  }

  eachComparison(see: (op: Op, a: number, b: number) => void): void {
    for (const { op, func, args } of this.comparisons) see(op, this.of(func, args[0]), this.of(func, args[1]));
  }

  add(func: Func, value: Value, bits: number): void {
    if (value.type !== 'ref' || bits === 0) return;
    const known = this.functions.get(func)!;
    const had = known.get(value.id) ?? 0;
    if ((had | bits) === had) return;
    known.set(value.id, had | bits);
    this.grown = true;
  }

  heldIn(space: Space): number {
    return this.held.get(space) ?? 0;
  }

  hold(space: Space, bits: number): void {
    const had = this.heldIn(space);
    if ((had | bits) === had) return;
    this.held.set(space, had | bits);
    this.grown = true;
  }

  access(op: Op, bits: number): void {
    this.bases.set(op, (this.bases.get(op) ?? 0) | bits);
  }

  copies(op: Copy, bits: number): void {
    this.sources.set(op, (this.sources.get(op) ?? 0) | bits);
  }

  callee(name: string): Func {
    return this.module.functions.get(name)!;
  }

  private reach(func: Func): void {
    if (this.functions.has(func)) return;
    this.functions.set(func, new Map());
    eachOp(func.body, (op) => {
      if (op.op === 'call') this.reach(this.callee(op.callee));
    });
  }
}

class Walk {
  private readonly all: Provenance;
  private readonly func: Func;
  private readonly labels = new Map<number, readonly Value[]>();

  constructor(all: Provenance, func: Func) {
    this.all = all;
    this.func = func;
  }

  private of(value: Value): number {
    return this.all.of(this.func, value);
  }

  private flow(from: readonly Value[], to: readonly Value[]): void {
    to.forEach((value, i) => {
      this.all.add(this.func, value, this.of(from[i]));
    });
  }

  region(region: Region, ...out: (readonly Value[])[]): void {
    for (const op of region.ops) this.op(op);
    const { end } = region;
    if (end.kind === 'yield') for (const to of out) this.flow(end.values, to);
    else if (end.kind === 'br') this.flow(end.values, this.labels.get(end.label.id)!);
  }

  private op(op: Op): void {
    const { all, func } = this;
    switch (op.op) {
      case 'alloc':
      case 'elements':
        all.add(func, op.results[0], made);
        return;
      case 'offset':
        this.flow([op.args[0]], op.results);
        return;
      case 'select':
        this.flow([op.args[1]], op.results);
        this.flow([op.args[2]], op.results);
        return;
      case 'load': {
        const base = this.of(op.args[0]);
        all.access(op, base);
        if (op.results[0].type !== 'ref') return;
        // What hangs on a variable, or on anything older, is older.
        const through = (base & older) !== 0 ? before | (base & ~variable) : base;
        all.add(func, op.results[0], through | all.heldIn(op.space));
        return;
      }
      case 'store': {
        const base = this.of(op.args[0]);
        all.access(op, base);
        this.put(op.space, this.of(op.args[op.args.length - 1]), base);
        return;
      }
      case 'copy': {
        all.access(op, this.of(op.args[0]));
        all.copies(op, this.of(op.args[2]));
        if (op.space.cell !== 'ref') return;
        const from = this.of(op.args[2]);
        const bits = ((from & older) !== 0 ? before | (from & ~variable) : from) | all.heldIn(op.space);
        this.put(op.space, bits, this.of(op.args[0]));
        return;
      }
      case 'if':
        this.region(op.then, op.results);
        this.region(op.else, op.results);
        return;
      case 'loop': {
        this.flow(op.args, op.test.params);
        this.region(op.test);
        const { end } = op.test;
        if (end.kind === 'yield') {
          this.flow(end.values.slice(1), op.body.params);
          this.flow(end.values.slice(1), op.results);
        }
        this.region(op.body, op.test.params);
        return;
      }
      case 'block':
        this.labels.set(op.label.id, op.results);
        this.region(op.body, op.results);
        return;
      case 'call': {
        const callee = all.callee(op.callee);
        callee.params.forEach((param, i) => {
          all.add(callee, param, this.of(op.args[i]));
        });
        const { end } = callee.body;
        if (end.kind !== 'yield') return;
        end.values.forEach((value, i) => {
          all.add(func, op.results[i], all.of(callee, value));
        });
        return;
      }
    }
  }

  private put(space: Space, bits: number, base: number): void {
    if (bits === 0) return;
    this.all.hold(space, bits);
    // Nobody but a reverse sweep looks into a tape.
    if ((bits & older) !== 0 && (base & ~older) !== 0 && !isWrittenOnce(space)) this.all.keepsOlder = true;
  }
}
