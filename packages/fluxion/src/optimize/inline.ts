/**
 * Calls of functions that are small, or called at one place only, become the bodies of those functions.
 * Invariant: recursion stays calls; each copy has values and labels of its own; functions stay, also those that
 * nothing calls any more, until `reachable` is told which are called from outside.
 */
import { newLabel } from '../ir/build.ts';
import {
  type End,
  type Func,
  type Label,
  type Module,
  type Op,
  type Region,
  type Value,
  withRegions,
} from '../ir/ops.ts';
import { effectsOf } from './effects.ts';
import { eachOp, Fresh, Substitution, withBody } from './rewrite.ts';

/** Functions of no more operations are copied wherever they are called. */
const small = 40;
/** No function grows beyond this by it. */
const large = 20_000;

export function inline(module: Module): Module {
  const effects = effectsOf(module);
  const sizes = new Map<string, number>();
  const calls = new Map<string, number>();
  for (const func of module.functions.values()) {
    let size = 0;
    eachOp(func.body, (op) => {
      size++;
      if (op.op === 'call') calls.set(op.callee, (calls.get(op.callee) ?? 0) + 1);
    });
    sizes.set(func.name, size);
  }
  if (calls.size === 0) return module;
  const functions = new Map(module.functions);
  const done = new Set<string>();
  const copied: Copied = (callee, size) => {
    if (effects(callee).recursive) return undefined;
    finish(callee);
    const own = sizes.get(callee)!;
    if ((own > small && calls.get(callee) !== 1) || size + own > large) return undefined;
    return { func: functions.get(callee)!, size: own };
  };
  /** Callees first, so that what is copied has had its own calls replaced. */
  const finish = (name: string): void => {
    if (done.has(name)) return;
    done.add(name);
    const inliner = new Inliner(functions.get(name)!, sizes.get(name)!, copied);
    functions.set(name, inliner.run());
    sizes.set(name, inliner.size);
  };
  for (const name of module.functions.keys()) finish(name);
  return [...functions].every(([name, func]) => func === module.functions.get(name))
    ? module
    : { ...module, functions };
}

/** Without the functions that nothing calls, but for those named. */
export function reachable(module: Module, entries: readonly string[]): Module {
  const kept = new Set<string>();
  const visit = (name: string): void => {
    const func = module.functions.get(name);
    if (func === undefined || kept.has(name)) return;
    kept.add(name);
    eachOp(func.body, (op) => {
      if (op.op === 'call') visit(op.callee);
    });
  };
  entries.forEach(visit);
  if (kept.size === module.functions.size) return module;
  return { ...module, functions: new Map([...module.functions].filter(([name]) => kept.has(name))) };
}

/** What a call becomes, in a function that has so many operations. */
type Copied = (callee: string, size: number) => { readonly func: Func; readonly size: number } | undefined;

class Inliner {
  size: number;
  private readonly func: Func;
  private readonly copied: Copied;
  private readonly fresh: Fresh;
  private readonly values: Substitution;

  constructor(func: Func, size: number, copied: Copied) {
    this.func = func;
    this.values = new Substitution(func);
    this.size = size;
    this.copied = copied;
    this.fresh = new Fresh(func);
  }

  run(): Func {
    const body = this.region(this.func.body);
    return withBody(this.func, body, this.fresh);
  }

  private region(region: Region): Region {
    let changed = false;
    const ops: Op[] = [];
    for (const original of region.ops) {
      const op = this.values.op(original);
      changed ||= op !== original;
      if (op.op === 'call' && op.checkpoint === undefined) {
        const callee = this.copied(op.callee, this.size);
        if (callee !== undefined) {
          changed = true;
          this.size += callee.size;
          if (!this.call(op, callee.func, ops)) return { ...region, ops, end: { kind: 'never' } };
          continue;
        }
      }
      const next = withRegions(op, (inner) => this.region(inner));
      changed ||= next !== op;
      ops.push(next);
    }
    const end = this.values.end(region.end);
    return changed || end !== region.end ? { ...region, ops, end } : region;
  }

  /** Whether the call comes back. */
  private call(op: Op & { op: 'call' }, callee: Func, ops: Op[]): boolean {
    const copy = new Copy(callee, this.fresh);
    callee.params.forEach((param, n) => {
      copy.values.setForeign(param, op.args[n]);
    });
    const { ops: body, end } = copy.region(callee.body);
    for (const inner of body) ops.push(inner);
    if (end.kind !== 'yield') return false;
    op.results.forEach((result, n) => {
      this.values.set(result, end.values[n]);
    });
    return true;
  }
}

/** Regions of `func` once more, with values and labels of their own. */
export class Copy {
  readonly values: Substitution;
  private readonly labels = new Map<Label, Label>();
  private readonly fresh: Fresh;

  constructor(func: Func, fresh: Fresh) {
    this.values = new Substitution(func);
    this.fresh = fresh;
  }

  region(region: Region): Region {
    const params = this.define(region.params);
    const ops = region.ops.map((op) => this.op(op));
    return { params, ops, end: this.end(region.end) };
  }

  private define(values: readonly Value[]): readonly Value[] {
    return values.map((value) => {
      const own = this.fresh.like(value);
      this.values.setForeign(value, own);
      return own;
    });
  }

  private op(original: Op): Op {
    const op = this.values.op(original);
    switch (op.op) {
      case 'if': {
        const then = this.region(op.then);
        const otherwise = this.region(op.else);
        return { ...op, then, else: otherwise, results: this.define(op.results) };
      }
      case 'loop': {
        const test = this.region(op.test);
        const body = this.region(op.body);
        return { ...op, test, body, results: this.define(op.results) };
      }
      case 'block': {
        const label = newLabel();
        this.labels.set(op.label, label);
        const body = this.region(op.body);
        return { ...op, label, body, results: this.define(op.results) };
      }
      default:
        return { ...op, results: this.define(op.results) };
    }
  }

  private end(original: End): End {
    const end = this.values.end(original);
    if (end.kind !== 'br') return end;
    return { ...end, label: this.labels.get(end.label) ?? end.label };
  }
}
