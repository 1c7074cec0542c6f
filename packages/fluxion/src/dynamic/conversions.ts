/**
 * The language's conversions, with tracked numbers among the values: a box is a primitive number to them.
 * Invariants: the order of steps and the errors are the language's; the user's valueOf, toString and @@toPrimitive run as twins;
 * where only the primal goes on (a string, an index), it is noted as inactive.
 */
import { hooks, noteInactive } from './hooks.ts';
import { isBox, numberOf, settle, type Value } from './numbers/box.ts';
import { refuseReadBack, writeKey, writeNumber, writePart } from './texts.ts';

export type Hint = 'default' | 'number' | 'string';

export function isObject(v: unknown): v is object {
  return (typeof v === 'object' && v !== null) || typeof v === 'function';
}

/** An object that is no box; boxes count as primitive numbers. */
export function isProperObject(v: unknown): v is object {
  return typeof v === 'function' || (typeof v === 'object' && v !== null && !isBox(v));
}

/** ToPrimitive; a box is itself (or its primal, if its derivative is over). */
export function toPrimitive(v: unknown, hint: Hint): unknown {
  if (!isObject(v)) return v;
  if (isBox(v)) return settle(v);
  const exotic = hooks.get(v, Symbol.toPrimitive);
  if (exotic !== undefined && exotic !== null) {
    if (typeof exotic !== 'function') throw new TypeError(`${describe(exotic)} is not a function`);
    const result = hooks.callTwin(exotic, v, [hint]);
    if (!isObject(result)) return result;
    if (isBox(result)) return settle(result);
    throw new TypeError('Cannot convert object to primitive value');
  }
  for (const name of hint === 'string' ? (['toString', 'valueOf'] as const) : (['valueOf', 'toString'] as const)) {
    const method = hooks.get(v, name);
    if (typeof method !== 'function') continue;
    const result = hooks.callTwin(method, v, []);
    if (!isObject(result)) return result;
    if (isBox(result)) return settle(result);
  }
  throw new TypeError('Cannot convert object to primitive value');
}

function describe(v: unknown): string {
  return typeof v === 'string' ? `"${v}"` : isObject(v) ? 'Symbol.toPrimitive' : String(v);
}

/** ToNumeric: a number, a box or a BigInt. */
export function toNumeric(v: unknown): Value | bigint {
  if (typeof v === 'number' || typeof v === 'bigint') return v;
  const primitive = toPrimitive(v, 'number');
  return typeof primitive === 'bigint' ? primitive : primitiveToNumber(primitive);
}

/** ToNumber: a number or a box. */
export function toNumber(v: unknown): Value {
  return typeof v === 'number' ? v : primitiveToNumber(toPrimitive(v, 'number'));
}

function primitiveToNumber(v: unknown): Value {
  if (isBox(v)) return v;
  if (typeof v === 'string') refuseReadBack(v);
  // The language's own conversion, with its own errors for symbols and BigInts.
  return +(v as number);
}

/** ToString; what puts the text into a longer one tells `made` of it. */
export function toString(v: unknown): string {
  if (typeof v === 'string') return v;
  const primitive = toPrimitive(v, 'string');
  return isBox(primitive) ? writePart(primitive) : `${primitive as string}`;
}

/** ToString of what stands by itself, or touches other digits: the text as a whole is remembered. */
export function toWholeString(v: unknown): string {
  if (typeof v === 'string') return v;
  const primitive = toPrimitive(v, 'string');
  return isBox(primitive) ? writeNumber(primitive) : `${primitive as string}`;
}

/** ToPropertyKey. */
export function toPropertyKey(v: unknown): string | symbol {
  if (typeof v === 'string' || typeof v === 'symbol') return v;
  const primitive = toPrimitive(v, 'string');
  if (typeof primitive === 'symbol') return primitive;
  if (!isBox(primitive)) return `${primitive as string}`;
  const index = numberOf(primitive);
  if (!Number.isInteger(index)) return writeNumber(primitive);
  noteInactive('use as a property key');
  writeKey(primitive, String(index));
  return String(index);
}

/** ToIntegerOrInfinity, of the primal. */
export function toIntegerOrInfinity(v: unknown): number {
  const n = toNumber(v);
  if (typeof n !== 'number') noteInactive('use as an integer');
  const whole = Math.trunc(numberOf(n));
  return whole !== whole ? 0 : whole + 0;
}

/** ToIndex, of the primal. */
export function toIndex(v: unknown): number {
  const n = v === undefined ? 0 : toIntegerOrInfinity(v);
  if (n < 0 || n > Number.MAX_SAFE_INTEGER) throw new RangeError(`Invalid index: ${n}`);
  return n;
}

/** ToLength, of the primal. */
export function toLength(v: unknown): number {
  return Math.min(Math.max(toIntegerOrInfinity(v), 0), Number.MAX_SAFE_INTEGER);
}

export { refuseReadBack, writeNumber };
