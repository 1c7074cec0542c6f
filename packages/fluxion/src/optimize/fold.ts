/**
 * What an operation gives when some of its operands are known, or are made by operations that undo it.
 * Invariant: the result is that of the operation bit for bit, NaN and -0 included; no sum is taken in another order.
 */

import { conversionOf, holds, integerOf } from '../ir/meaning.ts';
import type { Compare, ConversionName, Integer, Op, Select, Test, Value } from '../ir/ops.ts';
import type { Type } from '../ir/types.ts';
import { table } from '../rules/table.ts';

/** What the folding may ask. */
export interface Known {
  /** The operation that defines the value, where one does. */
  definition(value: Value): Op | undefined;
}

/** A value that is there already, a constant, another operation, or one that takes a constant which has to be written before it. */
export type Folded =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'const'; readonly value: number }
  | { readonly kind: 'op'; readonly op: Op }
  | { readonly kind: 'with'; readonly before: Before; readonly make: (constant: Value) => Op };

/** A constant that the new operation needs. */
interface Before {
  readonly type: Type;
  readonly value: number;
}

export function constantOf(known: Known, value: Value): number | undefined {
  const op = known.definition(value);
  return op?.op === 'const' ? op.value : undefined;
}

const is = (value: Value): Folded => ({ kind: 'value', value });
const constant = (value: number): Folded => ({ kind: 'const', value });
const bool = (value: boolean): Folded => constant(value ? 1 : 0);
const instead = (op: Op): Folded => ({ kind: 'op', op });

export function fold(op: Op, known: Known): Folded | undefined {
  switch (op.op) {
    case 'math':
      return math(op, known);
    case 'int':
      return op.args[0].type === 'bool' ? logic(op, known) : integer(op, known);
    case 'compare':
      return comparison(op, known);
    case 'convert':
      return conversion(op.fn, op.args[0], op, known);
    case 'select':
      return selection(op, known);
    default:
      return undefined;
  }
}

function selection(op: Select, known: Known): Folded | undefined {
  const [condition, a, b] = op.args;
  const c = constantOf(known, condition);
  if (c !== undefined) return is(c !== 0 ? a : b);
  if (a === b) return is(a);
  const x = constantOf(known, a);
  const y = constantOf(known, b);
  if (a.type === 'bool') {
    if (x === 1 && y === 0) return is(condition);
    if (x === 0 && y === 1) return not(condition, op);
  }
  if (x !== undefined && y !== undefined && Object.is(x, y)) return is(a);
  const inner = negated(known, condition);
  return inner && instead({ ...op, args: [inner, b, a] });
}

/** What all of them are, if all are constant. */
function constantsOf(known: Known, values: readonly Value[]): number[] | undefined {
  const found = values.map((value) => constantOf(known, value));
  return found.every((v) => v !== undefined) ? (found as number[]) : undefined;
}

function math(op: Op & { op: 'math' }, known: Known): Folded | undefined {
  const { fn, args } = op;
  const a = constantOf(known, args[0]);
  const b = args.length > 1 ? constantOf(known, args[1]) : undefined;
  if (a !== undefined && (b !== undefined || args.length === 1)) {
    const values = constantsOf(known, args);
    if (values !== undefined) return constant((table[fn].value as (...xs: number[]) => number)(...values));
  }
  switch (fn) {
    case 'add':
      if (Object.is(a, -0)) return is(args[1]);
      if (Object.is(b, -0)) return is(args[0]);
      return undefined;
    case 'sub':
      if (Object.is(b, 0)) return is(args[0]);
      if (Object.is(a, -0)) return instead({ ...op, fn: 'neg', args: [args[1]] });
      return undefined;
    case 'mul':
      if (a === 1) return is(args[1]);
      if (b === 1) return is(args[0]);
      if (a === -1) return instead({ ...op, fn: 'neg', args: [args[1]] });
      if (b === -1) return instead({ ...op, fn: 'neg', args: [args[0]] });
      return undefined;
    case 'div':
      if (b === 1) return is(args[0]);
      if (b === -1) return instead({ ...op, fn: 'neg', args: [args[0]] });
      return undefined;
    case 'pow':
      // Engines give x ** 2 as x * x, exactly; other powers are their own matter.
      if (b === 2) return instead({ ...op, fn: 'mul', args: [args[0], args[0]] });
      if (b === 1) return is(args[0]);
      if (b === 0) return constant(1);
      return undefined;
    case 'neg': {
      const inner = known.definition(args[0]);
      return inner?.op === 'math' && inner.fn === 'neg' ? is(inner.args[0]) : undefined;
    }
    case 'floor':
    case 'ceil':
    case 'trunc':
    case 'round': {
      const inner = known.definition(args[0]);
      return inner?.op === 'convert' ? is(args[0]) : undefined;
    }
    default:
      return undefined;
  }
}

function integer(op: Integer, known: Known): Folded | undefined {
  const { fn, args } = op;
  const x = args[0];
  const y = args[1];
  const a = constantOf(known, x);
  const b = y === undefined ? 0 : constantOf(known, y);
  if (a !== undefined && b !== undefined) return constant(integerOf[fn](a, b));
  switch (fn) {
    case 'add':
    case 'or':
    case 'xor':
      if (b === 0) return is(x);
      if (a === 0) return is(y);
      if (x === y && fn !== 'add') return fn === 'or' ? is(x) : constant(0);
      break;
    case 'sub':
      if (b === 0) return is(x);
      if (x === y) return constant(0);
      break;
    case 'shl':
    case 'shr':
    case 'shru':
      if (b !== undefined && (b & 31) === 0) return is(x);
      break;
    case 'mul':
      if (b === 1) return is(x);
      if (a === 1) return is(y);
      if (a === 0 || b === 0) return constant(0);
      break;
    case 'and':
      if (a === 0 || b === 0) return constant(0);
      if (a === -1) return is(y);
      if (b === -1 || x === y) return is(x);
      break;
    case 'min':
    case 'max':
      if (x === y) return is(x);
      if (holdsAlready(known.definition(y), fn, x)) return is(y);
      if (holdsAlready(known.definition(x), fn, y)) return is(x);
      break;
  }
  if (fn !== 'add' && fn !== 'sub') return undefined;
  // Modulo 2^32 sums may be taken in any order: (x + a) + b is x + (a + b).
  if (b === undefined) return undefined;
  const inner = known.definition(x);
  if (inner?.op !== 'int' || (inner.fn !== 'add' && inner.fn !== 'sub')) return undefined;
  const c = constantOf(known, inner.args[1]);
  if (c === undefined) return undefined;
  const sum = ((inner.fn === 'add' ? c : -c) + (fn === 'add' ? b : -b)) | 0;
  if (sum === 0) return is(inner.args[0]);
  return plus(op, inner.args[0], sum);
}

function plus(op: Integer, value: Value, sum: number): Folded {
  return {
    kind: 'with',
    before: { type: 'i32', value: sum },
    make: (step) => ({ ...op, fn: 'add', args: [value, step] }),
  };
}

/** Whether that is the least, or the largest, of this and others. */
function holdsAlready(op: Op | undefined, fn: 'min' | 'max', value: Value): boolean {
  return op?.op === 'int' && op.fn === fn && op.args.includes(value);
}

function logic(op: Integer, known: Known): Folded | undefined {
  const { fn, args } = op;
  const x = args[0];
  const y = args[1];
  const a = constantOf(known, x);
  const b = constantOf(known, y);
  if (a !== undefined && b !== undefined) return constant(integerOf[fn](a, b));
  if (x === y) return fn === 'xor' ? bool(false) : is(x);
  const [c, other] = a !== undefined ? [a, y] : [b, x];
  if (c === undefined) return undefined;
  if (fn === 'and') return c === 0 ? bool(false) : is(other);
  if (fn === 'or') return c === 0 ? is(other) : bool(true);
  if (c === 0) return is(other);
  // Not: of a not, and of what has an opposite.
  const inner = known.definition(other);
  if (inner?.op === 'int' && inner.fn === 'xor') {
    if (constantOf(known, inner.args[1]) === 1) return is(inner.args[0]);
    if (constantOf(known, inner.args[0]) === 1) return is(inner.args[1]);
  }
  if (inner?.op === 'compare' && (inner.args[0].type !== 'f64' || inner.test === 'eq' || inner.test === 'ne')) {
    return instead({ ...inner, test: opposite[inner.test], results: op.results, at: op.at });
  }
  return undefined;
}

/** What is denied by the value, if it is a denial. */
export function negated(known: Known, value: Value): Value | undefined {
  const op = known.definition(value);
  if (op?.op !== 'int' || op.fn !== 'xor') return undefined;
  if (constantOf(known, op.args[1]) === 1) return op.args[0];
  return constantOf(known, op.args[0]) === 1 ? op.args[1] : undefined;
}

export function not(condition: Value, { results, at }: Pick<Op, 'results' | 'at'>): Folded {
  return {
    kind: 'with',
    before: { type: 'bool', value: 1 },
    make: (one) => ({ op: 'int', fn: 'xor', args: [condition, one], results, at }),
  };
}

/** What holds exactly where the test does not; not for the order of f64, where NaN is neither. */
export const opposite: Readonly<Record<Test, Test>> = {
  eq: 'ne',
  ne: 'eq',
  lt: 'ge',
  ge: 'lt',
  gt: 'le',
  le: 'gt',
};

export const mirrored: Readonly<Record<Test, Test>> = { eq: 'eq', ne: 'ne', lt: 'gt', gt: 'lt', le: 'ge', ge: 'le' };

function comparison(op: Compare, known: Known): Folded | undefined {
  const { test } = op;
  const x = op.args[0];
  const y = op.args[1];
  const a = constantOf(known, x);
  const b = constantOf(known, y);
  if (a !== undefined && b !== undefined) return bool(holds(test, a, b, op.unsigned));
  const { type } = x;
  if (x === y && type !== 'f64') return bool(holds(test, 0, 0));
  if (type === 'bool') {
    const [c, other] = a !== undefined ? [a, y] : [b, x];
    if (c === undefined) return undefined;
    return (c === 1) === (test === 'eq') ? is(other) : not(other, op);
  }
  const p = known.definition(x);
  const q = known.definition(y);
  if (type === 'ref') {
    const made = (o: Op | undefined): boolean => o?.op === 'alloc' || o?.op === 'elements';
    const apart = (made(p) && (made(q) || b !== undefined)) || (made(q) && a !== undefined);
    return apart ? bool(test === 'ne') : undefined;
  }
  if (type !== 'f64') return undefined;
  // Numbers that come from integers are compared as integers.
  const i = fromInteger(p);
  const j = fromInteger(q);
  if (i !== undefined && j !== undefined) return instead({ ...op, args: [i, j] });
  const int = i ?? j;
  const c = i !== undefined ? b : a;
  if (int === undefined || c === undefined) return undefined;
  const said = i !== undefined ? test : mirrored[test];
  if (Number.isNaN(c)) return bool(test === 'ne');
  if (c > 2 ** 31 - 1) return bool(said === 'lt' || said === 'le' || said === 'ne');
  if (c < -(2 ** 31)) return bool(said === 'gt' || said === 'ge' || said === 'ne');
  if (!Number.isInteger(c) && (said === 'eq' || said === 'ne')) return bool(said === 'ne');
  const bound = said === 'lt' || said === 'ge' ? Math.ceil(c) : Math.floor(c);
  if (bound > 2 ** 31 - 1) return undefined;
  return compared(op, said, int, bound | 0);
}

function compared(op: Compare, test: Test, value: Value, bound: number): Folded {
  return {
    kind: 'with',
    before: { type: 'i32', value: bound },
    make: (limit) => ({ ...op, test, args: [value, limit] }),
  };
}

function fromInteger(op: Op | undefined): Value | undefined {
  return op?.op === 'convert' && op.fn === 'toNumber' ? op.args[0] : undefined;
}

function conversion(fn: ConversionName, x: Value, op: Op, known: Known): Folded | undefined {
  const c = constantOf(known, x);
  if (c !== undefined) return constant(conversionOf[fn](c));
  const inner = known.definition(x);
  if (fn === 'isNull') return inner?.op === 'alloc' || inner?.op === 'elements' ? bool(false) : undefined;
  if (inner?.op !== 'convert') return undefined;
  const [from] = inner.args;
  if (fn === 'toInt32' && (inner.fn === 'toNumber' || inner.fn === 'toNumberUnsigned')) return is(from);
  if (fn === 'isNonzero' && inner.fn === 'booleanToInt') return is(from);
  if ((fn !== 'toIndex' || inner.fn !== 'toNumber') && !(fn === 'toIndex' && inner.fn === 'toNumberUnsigned')) {
    return undefined;
  }
  // A negative integer is no index, nor is an unsigned one from 2^31 on: -1 in both cases.
  return orLess(op, from);
}

/** The integer itself, or -1 in the place of all below. */
function orLess({ results, at }: Op, value: Value): Folded {
  return {
    kind: 'with',
    before: { type: 'i32', value: -1 },
    make: (least) => ({ op: 'int', fn: 'max', args: [value, least], results, at }),
  };
}
