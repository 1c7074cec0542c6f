/**
 * Cells of objects that nobody else sees become values: objects, variables shared with closures, and short arrays that are made in
 * a function and never leave it.
 * Invariant: only an object whose reference does nothing but name cells to load and store is taken apart; each load becomes the value
 * that was stored last, on whichever way the program came, or 0. Frames of the tape are objects like others, once both sweeps are in
 * one function.
 */
import type { Func, Label, Module, Op, Region, Value } from '../ir/ops.ts';
import { operandsOf, regionsOf } from '../ir/ops.ts';
import { type Space, typeOfCell } from '../ir/types.ts';
import { eachRegion, Fresh, mapFunctions, Substitution, withBody } from './rewrite.ts';

export function scalars(module: Module): Module {
  return mapFunctions(module, (func) => {
    const cells = new Cells(func);
    return cells.any ? new Replacer(func, cells).run() : func;
  });
}

/** Arrays of no more elements are taken apart. */
const longest = 16;

/** One cell of an object that is taken apart. */
interface Variable {
  readonly object: number;
  readonly space: Space;
}

/** Which objects are taken apart, and which cells each operation with regions writes. */
class Cells {
  private readonly objects = new Map<number, Map<string, Variable>>();
  private readonly constants = new Map<number, number>();
  private readonly spaces = new Map<Space, number>();
  private readonly made = new Map<number, Op>();
  /** Objects of which more is made than cells are named. */
  private readonly spoilt = new Set<number>();
  readonly written = new Map<Op, ReadonlySet<Variable>>();

  constructor(func: Func) {
    this.definitions(func.body);
    if (this.made.size === 0) return;
    eachRegion(func.body, (region) => {
      for (const op of region.ops) this.uses(op);
      if (region.end.kind !== 'never') for (const value of region.end.values) this.spoil(value);
    });
    for (const id of this.spoilt) this.objects.delete(id);
    this.collect(func.body, new Set());
  }

  get any(): boolean {
    return this.objects.size > 0;
  }

  /** The cells of the object, if it is taken apart. */
  of(object: Value): ReadonlyMap<string, Variable> | undefined {
    return this.objects.get(object.id);
  }

  variable(op: Op & { op: 'load' | 'store' }): Variable | undefined {
    const cells = this.objects.get(op.args[0].id);
    return cells?.get(this.key(op));
  }

  private key(op: Op & { op: 'load' | 'store' }): string {
    let n = this.spaces.get(op.space);
    if (n === undefined) this.spaces.set(op.space, (n = this.spaces.size));
    return op.space.kind === 'field' ? `${n}` : `${n} ${this.constants.get(op.args[1].id)}`;
  }

  private definitions(region: Region): void {
    for (const op of region.ops) {
      const [result] = op.results;
      if (op.op === 'const') this.constants.set(result.id, op.value);
      else if (op.op === 'alloc') this.candidate(result, op);
      else if (op.op === 'elements') {
        const count = this.constants.get(op.args[0].id);
        if (count !== undefined && count <= longest) this.candidate(result, op);
      }
      for (const inner of regionsOf(op)) this.definitions(inner);
    }
  }

  private candidate(result: Value, op: Op): void {
    this.made.set(result.id, op);
    this.objects.set(result.id, new Map());
  }

  private uses(op: Op): void {
    if (op.op !== 'load' && op.op !== 'store') {
      for (const value of operandsOf(op)) this.spoil(value);
      return;
    }
    const [base] = op.args;
    if (op.op === 'store') this.spoil(op.args[op.args.length - 1]);
    const made = this.made.get(base.id);
    if (made === undefined) return;
    if (made.op === 'elements' && op.args.length > 1) {
      const count = this.constants.get(made.args[0].id)!;
      const index = this.constants.get(op.args[1].id);
      if (index === undefined || index < 0 || index >= count) this.spoilt.add(base.id);
    }
    if (!isWhole(op.space)) this.spoilt.add(base.id);
    const cells = this.objects.get(base.id)!;
    const key = this.key(op);
    if (!cells.has(key)) cells.set(key, { object: base.id, space: op.space });
  }

  private spoil(value: Value): void {
    if (value.type === 'ref' && this.made.has(value.id)) this.spoilt.add(value.id);
  }

  private collect(region: Region, into: Set<Variable>): void {
    for (const op of region.ops) {
      if (op.op === 'store') {
        const variable = this.variable(op);
        if (variable !== undefined) into.add(variable);
      }
      const regions = regionsOf(op);
      if (regions.length === 0) continue;
      const own = new Set<Variable>();
      for (const inner of regions) this.collect(inner, own);
      this.written.set(op, own);
      for (const variable of own) into.add(variable);
    }
  }
}

/** What is loaded from the cell is what was stored in it. */
function isWhole({ cell }: Space): boolean {
  return cell === 'f64' || cell === 'i32' || cell === 'ref' || cell === 'bool';
}

class Replacer {
  private readonly func: Func;
  private readonly cells: Cells;
  private readonly fresh: Fresh;
  private readonly values: Substitution;
  /** What each cell holds where the walk is; only those of objects that exist there. */
  private current = new Map<Variable, Value>();
  private readonly carried = new Map<Label, readonly Variable[]>();

  constructor(func: Func, cells: Cells) {
    this.func = func;
    this.values = new Substitution(func);
    this.cells = cells;
    this.fresh = new Fresh(func);
  }

  run(): Func {
    return withBody(this.func, this.region(this.func.body, []), this.fresh);
  }

  /** `after` are the cells whose contents the region gives besides its values. */
  private region(region: Region, after: readonly Variable[]): Region {
    const ops: Op[] = [];
    for (const op of region.ops) this.op(op, ops);
    let end = this.values.end(region.end);
    if (end.kind === 'yield' && after.length > 0) end = { ...end, values: [...end.values, ...this.contents(after)] };
    else if (end.kind === 'br') {
      const more = this.carried.get(end.label);
      if (more !== undefined) end = { ...end, values: [...end.values, ...this.contents(more)] };
    }
    return { params: region.params, ops, end };
  }

  private contents(variables: readonly Variable[]): Value[] {
    return variables.map((variable) => this.current.get(variable)!);
  }

  /** The cells that an operation changes and that were there before it. */
  private changed(op: Op): Variable[] {
    return [...this.cells.written.get(op)!].filter((variable) => this.current.has(variable));
  }

  private news(variables: readonly Variable[]): Value[] {
    return variables.map(({ space }) => this.fresh.value(typeOfCell(space.cell)));
  }

  private become(variables: readonly Variable[], values: readonly Value[]): void {
    variables.forEach((variable, n) => {
      this.current.set(variable, values[n]);
    });
  }

  /** Runs with a copy of what the cells hold now. */
  private aside<T>(write: () => T): T {
    const before = this.current;
    this.current = new Map(before);
    const result = write();
    this.current = before;
    return result;
  }

  private op(original: Op, ops: Op[]): void {
    const op = this.values.op(original);
    switch (op.op) {
      case 'alloc':
      case 'elements': {
        const cells = this.cells.of(op.results[0]);
        if (cells === undefined) break;
        for (const variable of cells.values()) {
          const zero = this.fresh.value(typeOfCell(variable.space.cell));
          ops.push({ op: 'const', value: 0, results: [zero], at: op.at });
          this.current.set(variable, zero);
        }
        return;
      }
      case 'load': {
        const variable = this.cells.variable(original as typeof op);
        if (variable === undefined) break;
        this.values.set(op.results[0], this.current.get(variable)!);
        return;
      }
      case 'store': {
        const variable = this.cells.variable(original as typeof op);
        if (variable === undefined) break;
        this.current.set(variable, op.args[op.args.length - 1]);
        return;
      }
      case 'if': {
        const changed = this.changed(original);
        const then = this.aside(() => this.region(op.then, changed));
        const otherwise = this.aside(() => this.region(op.else, changed));
        const results = this.news(changed);
        this.become(changed, results);
        ops.push({ ...op, then, else: otherwise, results: [...op.results, ...results] });
        return;
      }
      case 'block': {
        const changed = this.changed(original);
        this.carried.set(op.label, changed);
        const body = this.aside(() => this.region(op.body, changed));
        const results = this.news(changed);
        this.become(changed, results);
        ops.push({ ...op, body, results: [...op.results, ...results] });
        return;
      }
      case 'loop': {
        const changed = this.changed(original);
        const start = this.contents(changed);
        const [p, q, results] = [this.news(changed), this.news(changed), this.news(changed)];
        const test = this.aside(() => {
          this.become(changed, p);
          return this.region(op.test, changed);
        });
        const body = this.aside(() => {
          this.become(changed, q);
          return this.region(op.body, changed);
        });
        this.become(changed, results);
        ops.push({
          ...op,
          args: [...op.args, ...start],
          test: { ...test, params: [...test.params, ...p] },
          body: { ...body, params: [...body.params, ...q] },
          results: [...op.results, ...results],
        });
        return;
      }
    }
    ops.push(op);
  }
}
