/**
 * Texts that are made of tracked numbers. A text carries no derivative, so a number read from such a text is refused; for that the
 * texts are known by their content: the numerals in them, and whole texts where a numeral alone (a 1) says too little.
 * Invariant: what is joined of such texts or cut out of one is such a text as well, until the last gradient ends; what has only
 * been written (a label, a message) refuses nothing.
 */
import { fluxionError } from '../errors/error.ts';
import { noteInactive } from './hooks.ts';
import { type Box, numberOf, S } from './numbers/box.ts';
import type { LevelRun } from './numbers/level.ts';
import { OwnSet } from './own.ts';

/** Numerals that are hardly there by chance: with a fraction, an exponent or many digits. */
const numerals = new OwnSet<string>();
/** Other numerals: only a text that has been made with one in it counts, as a whole. */
const short = new OwnSet<string>();
/** Whole texts, no longer than `longest`. */
const wholes = new OwnSet<string>();
/** Numerals of which only a part was the program's number, or which were only a part of it. */
const fragments = new OwnSet<string>();
/** Whole numbers that were property keys. */
const keys = new OwnSet<string>();
const writers = new OwnSet<LevelRun>();

/** Is there anything to look for? */
let active = false;
/** More was written than is remembered: then no text with a digit in it can be read as a number. */
let overflown = false;
const most = 200_000;
const longest = 256;

const numeral = /0*(\d+(?:\.\d+)?)(e[+-]?\d+)?/g;
const telling = /[.e]|\d{5}/;
const digit = /\d/;

/** The numerals of a text, each with its exponent and without. */
function numeralsOf(text: string): string[] {
  const found: string[] = [];
  for (const [, mantissa, exponent] of text.matchAll(numeral) as Iterable<RegExpMatchArray & { 1: string }>) {
    found.push(mantissa);
    if (exponent !== undefined) found.push(mantissa + exponent);
  }
  return found;
}

/** Forgets all; called when the last gradient ends. */
export function forgetTexts(): void {
  if (!active) return;
  active = overflown = false;
  for (const set of [numerals, short, wholes, fragments, keys, writers]) set.clear();
  last = { text: '', size: 0, made: false };
  Reflect.deleteProperty(String.prototype, S);
}

function begin(writer: LevelRun): void {
  if (active && writers.has(writer)) return;
  if (active && [...writers].every((run) => run.ended)) forgetTexts();
  if (!active) {
    // Twin code then reads the characters of strings through the table.
    if (!Reflect.defineProperty(String.prototype, S, { value: true, configurable: true })) {
      throw fluxionError('LostDerivative', {
        operation: 'conversion to a string',
        detail: 'String.prototype can not be extended here, so what becomes of the string could not be followed',
      });
    }
    active = true;
  }
  writers.add(writer);
}

function add(found: Iterable<string>): void {
  if (numerals.size + short.size + wholes.size + fragments.size > most) {
    overflown = true;
    return;
  }
  for (const n of found) (telling.test(n) ? numerals : short).add(n);
}

/** Remembers a text, and which of its numerals make it one to remember. */
function keep(text: string, found: Iterable<string>): void {
  add(found);
  if (overflown) return;
  if (text.length <= longest) wholes.add(text.trim());
  else for (const n of found) numerals.add(n);
}

/** A tracked number as a part of a longer text, which `made` is told of afterwards. */
export function writePart(v: Box): string {
  noteInactive('conversion to a string');
  begin(v.level.run.root);
  const text = String(numberOf(v));
  add(numeralsOf(text));
  return text;
}

/** A tracked number as a text. */
export function writeNumber(v: Box): string {
  const text = writePart(v);
  keep(text, []);
  return text;
}

/**
 * A tracked number in another form, made by `write`. A rounded text is piecewise constant, and no text to remember: numbers near
 * this one, on one side at least, are written the same.
 */
export function writeAs(v: Box, write: (n: number) => string): string {
  const n = numberOf(v);
  const text = write(n);
  const step = n === 0 ? 2 ** -40 : n * 2 ** -40;
  if (Number.isFinite(n) && (write(n + step) === text || write(n - step) === text)) return text;
  begin(v.level.run.root);
  keep(text, [...numeralsOf(text), ...numeralsOf(String(n))]);
  return text;
}

/** A whole tracked number as a property key. */
export function writeKey(v: Box, key: string): void {
  begin(v.level.run.root);
  keys.add(key);
}

/** Property keys on their way back into the program. */
export function keysGiven<T extends readonly unknown[]>(given: T): T {
  if (keys.size > 0) for (const key of given) if (typeof key === 'string' && keys.has(key)) keep(key, [key]);
  return given;
}

export function keysWereWritten(): boolean {
  return keys.size > 0;
}

/** A text that has just been put together: one to remember if a tracked number is in it and no longer stands out. */
export function made(text: string): string {
  if (!active) return text;
  if (text.length <= 16_384) noteMade(text, text);
  else for (const n of short) numerals.add(n);
  return text;
}

/** `a + b` */
export function joined(a: string, b: string): string {
  const text = a + b;
  if (active) {
    const tail = a.slice(-longest);
    const head = b.slice(0, longest);
    noteMade(text, tail + head);
    if (/[\d.e+-]$/.test(tail) && /^[\d.e+-]/.test(head) && (isWhole(a) || isWhole(b))) {
      const before = numeralsOf(tail).length;
      keep(text, numeralsOf(tail + head).slice(Math.max(0, before - 2), before + 2));
    }
  }
  return text;
}

/** A list of texts with `between` between them. */
export function joinedList(parts: readonly string[], between: string): string {
  const text = parts.join(between);
  if (!active) return text;
  if (between !== '' && !/^[\d.e+-]|[\d.e+-]$/.test(between)) return made(text);
  return made(parts.reduce((before, part) => joined(before + between, part)));
}

function isWhole(text: string): boolean {
  return text.length <= longest && wholes.has(text.trim());
}

/** Whether texts have to be followed, for there are some of tracked numbers. */
export function following(): boolean {
  return active;
}

/** A string that is gone through character by character. */
export function spell(text: string): void {
  if (active && holdsNumber(text)) cut(text, [...text]);
}

function noteMade(text: string, where: string): void {
  const found = numeralsOf(where).filter((n) => short.has(n) || fragments.has(n) || isGlued(n));
  if (found.length > 0) keep(text, found);
}

/** Whether a remembered numeral has been continued by further digits, at either end. */
function isGlued(n: string): boolean {
  if (n.length > 64 || numerals.has(n)) return false;
  for (let i = 1; i < n.length; i++) {
    if (numerals.has(n.slice(i)) || numerals.has(n.slice(0, i))) return true;
  }
  return false;
}

let last = { text: '', size: 0, made: false };

/** Whether a tracked number is in the text. */
function holdsNumber(text: string): boolean {
  if (text.length <= longest) return isWhole(text) || numeralsOf(text).some((n) => numerals.has(n));
  // Long texts are gone through again and again, character by character.
  const size = numerals.size;
  if (last.text !== text || (last.size !== size && !last.made)) {
    last = { text, size, made: numeralsOf(text).some((n) => numerals.has(n)) };
  }
  return last.made;
}

/** What has been made from a text: a part of it, or a list of parts, or the text with parts replaced or added. */
export function cut<T>(from: unknown, out: T): T {
  if (!active || typeof from !== 'string' || !holdsNumber(from)) return out;
  const whole = new OwnSet(numeralsOf(from));
  const list: readonly unknown[] = Array.isArray(out) ? out : [out];
  for (const piece of list) {
    if (typeof piece !== 'string' || piece === from) continue;
    const own = numeralsOf(piece.length <= longest ? piece : `${piece.slice(0, longest)} ${piece.slice(-longest)}`);
    const parts = own.filter((n) => !whole.has(n));
    for (const n of parts) fragments.add(n);
    if (parts.length > 0 || own.some((n) => short.has(n))) {
      keep(
        piece,
        own.filter((n) => parts.includes(n) || short.has(n)),
      );
    }
  }
  return out;
}

/** Throws if a number is made of the text and a tracked number is in it. */
export function refuseReadBack(text: string): void {
  if (!active || isOver()) return;
  if (overflown ? digit.test(text) : holdsNumber(text) || numerals.has(String(Math.abs(+text)))) refuse(text);
}

/** As `refuseReadBack`, where only the integer before the point is read: no more than a rounding, unless the text is a part. */
export function refusePart(text: string): void {
  if (!active || isOver()) return;
  const [first] = numeralsOf(text);
  if (first !== undefined && (overflown || fragments.has(first))) refuse(text);
}

/** Throws if the character is a digit of a tracked number. */
export function refuseDigit(text: string, char: string | undefined): void {
  if (active && char !== undefined && /^\d$/.test(char) && !isOver() && (overflown || holdsNumber(text))) refuse(text);
}

function isOver(): boolean {
  for (const run of writers) if (!run.ended) return false;
  forgetTexts();
  return true;
}

function refuse(text: string): never {
  const shown = text.length > 80 ? `${text.slice(0, 77)}…` : text;
  throw fluxionError('LostDerivative', {
    operation: 'conversion to a string and back to a number',
    detail: `the string '${shown}' was made of a number that depends on the input`,
    fix: 'Use the number itself in place of the string; or stopGradient(x) before the conversion, if its derivative is not wanted.',
  });
}
