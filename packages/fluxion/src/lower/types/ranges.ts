/**
 * What is known of integers while lowering: between which numbers they lie, and how far below the length of which list.
 * Invariant: what is said of an integer holds wherever its value can be used; lengths that change are trusted only until they may have.
 */
import type { Value } from '../../ir/ops.ts';
import { bytesOfCell } from '../../ir/types.ts';
import type { Activation } from '../activation.ts';
import type { Abstract, Limit, NumberValue, ObjectValue, Range } from '../values.ts';
import { typedSpaces } from './cells.ts';
import { lengthEffect } from './effects.ts';

export const lowest = -(2 ** 31);
export const highest = 2 ** 31 - 1;
export const anyInteger: Range = { low: lowest, high: highest, limits: [] };

/** Of the length of a list. */
export function lengthRange(act: Activation, list: ObjectValue): Range {
  const { type } = list.type;
  if (type.kind === 'typed') {
    const most = Math.floor(2 ** 32 / bytesOfCell(typedSpaces[type.name].cell));
    return { low: 0, high: Math.min(highest, most), limits: [{ list: list.ref, less: 0 }] };
  }
  if (type.kind !== 'array') return anyInteger;
  const what = lengthEffect(type);
  const most = Math.floor(2 ** 32 / bytesOfCell(type.space.cell));
  const limit: Limit = { list: list.ref, less: 0, until: { what, stamp: act.stampOf(what) } };
  return { low: 0, high: Math.min(highest, most), limits: [limit] };
}

/** Whether the limit still holds here. */
export function holds(act: Activation, { until }: Limit): boolean {
  return until === undefined || (act.stampOf(until.what) === until.stamp && act.isKeptAround(until.what));
}

/** Whether the key is known to be an index of the list. */
export function isInside(act: Activation, list: ObjectValue, key: Abstract): boolean {
  if (key.kind !== 'number' || key.int === undefined || key.range === undefined || key.range.low < 0) return false;
  return key.range.limits.some((l) => l.list === list.ref && l.less >= 1 && holds(act, l));
}

/** The integer and its range, where the value is one. */
export function integerOf(act: Activation, value: Abstract): { int: Value; range: Range } | undefined {
  if (value.kind === 'constant') {
    if (!isInteger(value)) return undefined;
    const n = value.value as number;
    return { int: act.b.int(n), range: { low: n, high: n, limits: [] } };
  }
  if (value.kind !== 'number' || value.int === undefined) return undefined;
  return { int: value.int, range: value.range ?? anyInteger };
}

const exact = { '+': 'add', '-': 'sub', '*': 'mul' } as const;

/** The range of a sum, difference or product: undefined where it may not be an integer of 32 bits. */
function combined(operator: keyof typeof exact, a: Range, b: Range): Range | undefined {
  const limits: Limit[] = [];
  let bounds: number[];
  if (operator === '+') {
    bounds = [a.low + b.low, a.high + b.high];
    limits.push(...a.limits.map((l) => ({ ...l, less: l.less - b.high })));
    limits.push(...b.limits.map((l) => ({ ...l, less: l.less - a.high })));
  } else if (operator === '-') {
    bounds = [a.low - b.high, a.high - b.low];
    limits.push(...a.limits.map((l) => ({ ...l, less: l.less + b.low })));
  } else if (a.low < 0 || b.low < 0) return undefined;
  // A product with a negative factor may be -0, which no integer is.
  else bounds = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high];
  const low = Math.min(...bounds);
  const high = Math.max(...bounds);
  return low >= lowest && high <= highest ? { low, high, limits: limits.slice(0, 4) } : undefined;
}

/** The integer beside a number that is a sum, difference or product of integers, where it is known not to overflow. */
export function integerArithmetic(
  act: Activation,
  operator: string,
  a: Abstract,
  b: Abstract,
): Pick<NumberValue, 'int' | 'range'> {
  if (!Object.hasOwn(exact, operator) || !hasRange(a) || !hasRange(b)) return {};
  const op = operator as keyof typeof exact;
  const range = combined(op, rangeOf(a), rangeOf(b));
  if (range === undefined) return {};
  const [x, y] = [integerOf(act, a), integerOf(act, b)];
  return x && y ? { int: act.b.integer(exact[op], x.int, y.int), range } : {};
}

/** Whether the value is known to be an integer of 32 bits. */
export function isInteger(value: Abstract): boolean {
  if (value.kind === 'constant') return typeof value.value === 'number' && Object.is(value.value | 0, value.value);
  return value.kind === 'number' && value.int !== undefined;
}

/** Of the result of a bit operator. */
export function bitRange(operator: string, a: Abstract, b: Abstract): Range {
  const mask = (v: Abstract): number | undefined =>
    v.kind === 'constant' && typeof v.value === 'number' && v.value >= 0 && (v.value | 0) === v.value
      ? v.value
      : undefined;
  if (operator === '|' && mask(b) === 0 && hasRange(a)) return rangeOf(a);
  const most = mask(a) ?? mask(b);
  if (operator === '&' && most !== undefined) return { low: 0, high: most, limits: [] };
  const shift = mask(b);
  if (operator === '>>' && shift !== undefined && shift < 32 && hasRange(a)) {
    const { low, high } = rangeOf(a);
    return { low: low >> shift, high: high >> shift, limits: low >= 0 ? rangeOf(a).limits : [] };
  }
  return anyInteger;
}

function hasRange(value: Abstract): boolean {
  return isInteger(value) && (value.kind !== 'number' || value.range !== undefined);
}

function rangeOf(value: Abstract): Range {
  if (value.kind === 'number') return value.range ?? anyInteger;
  const n = value.kind === 'constant' ? (value.value as number) : 0;
  return { low: n, high: n, limits: [] };
}
