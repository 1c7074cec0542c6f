/**
 * What the reverse sweep computes again and what it reads from the tape.
 * Invariant: a value that is computed again comes from constants, parameters, counters, stable loads, kept values and values of outer
 * activations by cheap operations alone, in a chain of bounded length.
 */
import type { Func, Load, Op, Primitive, Region, Value } from '../ir/ops.ts';
import type { PrimitiveName } from '../rules/rule.ts';
import type { Liveness } from './liveness.ts';
import type { Structure, Within } from './structure.ts';
import { eachLeaf, type Partials } from './terms.ts';

/** Dearer to compute than to write to the tape and read again. */
const dear: ReadonlySet<PrimitiveName> = new Set<PrimitiveName>([
  ...(['pow', 'mod', 'atan2', 'hypot', 'cbrt', 'exp', 'expm1', 'log', 'log10', 'log1p', 'log2', 'sin', 'cos'] as const),
  ...(['tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh', 'sumPrecise'] as const),
]);

const longest = 24;

export interface Keeping {
  /** Whether the value is computed again rather than read from the tape. */
  isRecomputed(value: Value): boolean;
}

export interface KeepingParts {
  readonly func: Func;
  readonly structure: Structure;
  readonly liveness: Liveness;
  readonly stable: (load: Load) => boolean;
  readonly partials: (op: Primitive) => Partials;
  /** The arguments of a call that its reverse takes. */
  readonly passed: (op: Op) => readonly Value[];
  /** The values of the function's own region are at hand in the reverse sweep. */
  readonly direct: boolean;
}

/** Whether an operation may be made again with the same result. */
export function isRepeatable(op: Op, stable: (load: Load) => boolean): boolean {
  switch (op.op) {
    case 'math':
      return !dear.has(op.fn);
    case 'compare':
    case 'int':
    case 'convert':
    case 'select':
    case 'offset':
      return true;
    case 'load':
      return stable(op);
    default:
      return false;
  }
}

export function keepingOf(parts: KeepingParts): Keeping {
  const { func, structure } = parts;
  const needed = new Set<number>();
  const need = (value: Value) => {
    needed.add(structure.resolve(value).id);
  };
  eachNeed(structure.root, parts, need);

  // The length of the chain that computes a value again; 0 for what is at hand or kept, undefined for what is neither.
  const chain: (number | undefined)[] = [];
  const keep = (value: Value) => {
    if (needed.has(value.id)) chain[value.id] = 0;
  };
  const recomputed = new Set<number>();
  const atHand = (value: Value) => {
    chain[value.id] = 0;
    recomputed.add(value.id);
  };
  const define = (op: Op, within: Within) => {
    const [result] = op.results;
    if (result === undefined) return;
    if (op.op === 'const') return atHand(result);
    if (op.results.length === 1 && isRepeatable(op, parts.stable) && 'args' in op) {
      let length = 1;
      for (const arg of op.args) {
        const definition = structure.definition(structure.resolve(arg));
        if (definition.within.activation !== within.activation) continue;
        const before = chain[definition.value.id];
        length = before === undefined ? longest : Math.max(length, before + 1);
      }
      if (length < longest) {
        chain[result.id] = length;
        recomputed.add(result.id);
        return;
      }
    }
    op.results.forEach(keep);
  };
  const walk = (region: Region, within: Within): void => {
    for (const param of region.params) {
      if (structure.definition(param).counter !== undefined) atHand(param);
      else keep(param);
    }
    for (const op of region.ops) {
      if (op.op === 'if' || op.op === 'loop' || op.op === 'block')
        for (const inner of structure.inner(op).regions) walk(inner.region, inner);
      if (parts.direct && within === structure.root) op.results.forEach(atHand);
      else define(op, within);
      for (const result of op.results) if (structure.definition(result).ended !== undefined) atHand(result);
    }
  };
  func.params.forEach(atHand);
  walk(func.body, structure.root);
  return { isRecomputed: (value) => recomputed.has(value.id) };
}

/** The values that the reverse of a region uses. */
function eachNeed({ region }: Within, parts: KeepingParts, need: (value: Value) => void): void {
  const { structure, liveness } = parts;
  for (const op of region.ops) {
    if (!liveness.op(op)) continue;
    switch (op.op) {
      case 'math': {
        for (const partial of parts.partials(op)) if (partial !== undefined) eachLeaf(partial, need);
        break;
      }
      case 'select':
        need(op.args[0]);
        break;
      case 'load':
        op.args.forEach(need);
        break;
      case 'store':
        op.args.slice(0, -1).forEach(need);
        break;
      case 'copy':
        op.args.forEach(need);
        break;
      case 'elements':
        need(op.args[0]);
        need(op.results[0]);
        break;
      case 'alloc':
        need(op.results[0]);
        break;
      case 'call':
        parts.passed(op).forEach(need);
        break;
      case 'if':
        need(op.args[0]);
        break;
      case 'loop':
        if (op.trips !== undefined) need(op.trips);
        break;
    }
    if (op.op === 'if' || op.op === 'loop' || op.op === 'block')
      for (const inner of structure.inner(op).regions) eachNeed(inner, parts, need);
  }
}
