/**
 * The language's conversions, with tracked numbers among the values: a box is a primitive number to them.
 * Invariants: the order of steps and the errors are the language's; the user's valueOf, toString and @@toPrimitive run as twins;
 * where only the primal goes on (a string, an index), it is noted as inactive.
 */
import { fluxionError } from '../errors/error.ts';
import { hooks, noteInactive } from './hooks.ts';
import { type Box, isBox, numberOf, settle, type Value } from './numbers/box.ts';
import type { LevelRun } from './numbers/level.ts';

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

/** ToString. */
export function toString(v: unknown): string {
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

/**
 * Tracked numbers as they were written out, in the present outermost run. Reading one back is the identity, whose derivative a
 * string can't carry; so it is refused.
 */
let written = new Set<string>();
let writtenIn: LevelRun | undefined;

/** A tracked number as a string: the primal's. */
export function writeNumber(v: Box): string {
  noteInactive('conversion to a string');
  const text = String(numberOf(v));
  const { root } = v.level.run;
  if (writtenIn !== root) {
    if (writtenIn === undefined || writtenIn.ended) written = new Set();
    writtenIn = root;
  }
  written.add(text);
  return text;
}

/** Throws if the string is one that a tracked number of a present run was written to, or has one in it. */
export function refuseReadBack(text: string): void {
  if (writtenIn === undefined || written.size === 0) return;
  if (writtenIn.ended) {
    written = new Set();
    writtenIn = undefined;
  } else if (written.has(text.trim()) || quotesWritten(text)) {
    throw fluxionError('LostDerivative', {
      operation: 'conversion to a string and back to a number',
      detail: `the string '${text}' was made of a number that depends on the input`,
      fix: 'Use the number itself in place of the string; or stopGradient(x) before the conversion, if its derivative is not wanted.',
    });
  }
}

const numerals = /0*(\d+(?:\.\d+)?)(e[+-]?\d+)?/g;
/** With a fraction, an exponent or many digits: so that it is hardly there by chance, as a 1 or a 10 would be. */
const telling = /[.e]|\d{5}/;

/** Whether a written number is a part of the text, as in `2.5px`, `-2.5`, `2.5e3` or `[2.5]`. */
function quotesWritten(text: string): boolean {
  numerals.lastIndex = 0;
  for (let found = numerals.exec(text); found !== null; found = numerals.exec(text)) {
    const [, mantissa, exponent] = found;
    for (const numeral of exponent === undefined ? [mantissa] : [mantissa, mantissa + exponent]) {
      if (telling.test(numeral) && (written.has(numeral) || written.has(`-${numeral}`))) return true;
    }
  }
  return false;
}
