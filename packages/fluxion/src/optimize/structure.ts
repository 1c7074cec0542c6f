/**
 * Branches that leave a block just to skip the rest of it become branches that have the rest on their other side.
 * Invariant: no operation is written twice; each way through the block does what it did, in its order, and gives the same results.
 */
import {
  type End,
  type Func,
  type If,
  type Label,
  type Module,
  type Op,
  type Region,
  type Value,
  withRegions,
} from '../ir/ops.ts';
import { branchCounts, Fresh, mapFunctions, Substitution, withBody } from './rewrite.ts';

export function structure(module: Module): Module {
  return mapFunctions(module, (func) => {
    const structurer = new Structurer(func);
    return structurer.run();
  });
}

/** Not so deep that a recursive walk could get into trouble. */
const deepest = 200;

type Yield = End & { kind: 'yield' };

class Structurer {
  private readonly func: Func;
  private readonly fresh: Fresh;
  private readonly values: Substitution;
  private readonly branches: Map<Label, number>;

  constructor(func: Func) {
    this.func = func;
    this.values = new Substitution(func);
    this.fresh = new Fresh(func);
    this.branches = branchCounts(func.body);
  }

  run(): Func {
    if (this.branches.size === 0) return this.func;
    const body = this.region(this.func.body);
    return withBody(this.func, body, this.fresh);
  }

  private region(region: Region): Region {
    const ops: Op[] = [];
    let changed = false;
    for (const original of region.ops) {
      const op = this.values.op(original);
      const next = this.op(op, ops);
      changed ||= next !== original;
      if (next !== undefined) ops.push(next);
    }
    const end = this.values.end(region.end);
    return changed || end !== region.end ? { ...region, ops, end } : region;
  }

  /** What stands in the place of the operation, if anything more than what is put into `ops`. */
  private op(op: Op, ops: Op[]): Op | undefined {
    switch (op.op) {
      case 'if': {
        const then = this.region(op.then);
        const otherwise = this.region(op.else);
        return then === op.then && otherwise === op.else ? op : { ...op, then, else: otherwise };
      }
      case 'loop': {
        const test = this.region(op.test);
        const body = this.region(op.body);
        return test === op.test && body === op.body ? op : { ...op, test, body };
      }
      case 'block': {
        const body = this.tail(this.region(op.body), op.label, op.results);
        if ((this.branches.get(op.label) ?? 0) > 0) return body === op.body ? op : { ...op, body };
        if (body.end.kind !== 'yield') return { ...op, body };
        for (const inner of body.ops) ops.push(inner);
        op.results.forEach((result, n) => {
          this.values.set(result, (body.end as Yield).values[n]);
        });
        return undefined;
      }
      default:
        return op;
    }
  }

  private taken(label: Label): void {
    this.branches.set(label, this.branches.get(label)! - 1);
  }

  /** A region whose values are the results of the block: what leaves the block at its end, or before the rest, need not branch. */
  private tail(region: Region, label: Label, results: readonly Value[], depth = 0): Region {
    const { end } = region;
    if (depth > deepest) return region;
    if (end.kind === 'br' && end.label === label) {
      this.taken(label);
      return this.tail({ ...region, end: { kind: 'yield', values: end.values } }, label, results, depth);
    }
    const at = region.ops.findIndex((op) => op.op === 'if' && (leaves(op.then, label) || leaves(op.else, label)));
    if (at >= 0) return this.split(region, at, region.ops[at] as If, label, results, depth + 1);
    // A branch that comes last may leave from deeper inside.
    const last = region.ops[region.ops.length - 1];
    if (last?.op !== 'if' || end.kind !== 'yield' || !mentions(last, label)) return region;
    const side = (r: Region): Region => {
      if (r.end.kind !== 'yield') return this.tail(r, label, results, depth + 1);
      const own = new Map(last.results.map((result, n) => [result.id, (r.end as Yield).values[n]]));
      const values = end.values.map((value) => own.get(value.id) ?? value);
      return this.tail({ ...r, end: { kind: 'yield', values } }, label, results, depth + 1);
    };
    const given = results.map((result) => this.fresh.like(result));
    const joined: If = { ...last, then: side(last.then), else: side(last.else), results: given };
    return { ...region, ops: [...region.ops.slice(0, -1), joined], end: { kind: 'yield', values: given } };
  }

  /** `if (c) { …; br L } rest` becomes `if (c) { … } else { rest }`. */
  private split(region: Region, at: number, op: If, label: Label, results: readonly Value[], depth: number): Region {
    const rest = region.ops.slice(at + 1);
    const [leaving, staying] = leaves(op.then, label) ? [op.then, op.else] : [op.else, op.then];
    const gone = this.tail(leaving, label, results, depth);
    let other: Region;
    if (staying.end.kind === 'yield') {
      const by = new Substitution();
      op.results.forEach((result, n) => {
        by.set(result, (staying.end as Yield).values[n]);
      });
      const moved = op.results.length === 0 ? rest : rest.map((o) => replaced(o, by));
      const end = by.end(region.end);
      other = this.tail({ ...staying, ops: [...staying.ops, ...moved], end }, label, results, depth);
    } else other = this.tail(staying, label, results, depth);
    const given = results.map((result) => this.fresh.like(result));
    const [then, otherwise] = leaving === op.then ? [gone, other] : [other, gone];
    const joined: If = { ...op, then, else: otherwise, results: given };
    return { ...region, ops: [...region.ops.slice(0, at), joined], end: { kind: 'yield', values: given } };
  }
}

function leaves(region: Region, label: Label): boolean {
  return region.end.kind === 'br' && region.end.label === label;
}

function mentions(op: Op & { op: 'if' }, label: Label): boolean {
  const inside = (region: Region): boolean =>
    leaves(region, label) || region.ops.some((o) => o.op === 'if' && mentions(o, label));
  return inside(op.then) || inside(op.else);
}

function replaced(original: Op, by: Substitution): Op {
  const op = by.op(original);
  const region = (r: Region): Region => ({ ...r, ops: r.ops.map((o) => replaced(o, by)), end: by.end(r.end) });
  return withRegions(op, region);
}
