/**
 * Methods of texts, and those of numbers that make texts: the engine's own, on the numbers of the texts.
 * Invariant: a method that reads a number out of a text, or makes anything but a text, a truth value or a place in it, has no entry.
 */
import type { Value } from '../../ir/ops.ts';
import type { Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { makeTuple } from '../lists/tuples.ts';
import { fromInt32, numberValue, toNumber } from '../operators.ts';
import { isText, onTexts, tagOf, toText } from '../strings.ts';
import { type Abstract, constantValue, neverValue } from '../values.ts';
import type { Builtin, Method } from './table.ts';

type Given = 'text' | 'number' | 'position';
type Made = 'text' | 'truth' | 'place';

/** What a method is called with, and what it makes. Arguments that are left out are undefined. */
interface Signature {
  readonly given: readonly Given[];
  readonly made: Made;
}

const signature = (made: Made, ...given: Given[]): Signature => ({ made, given });

const ofTexts: Readonly<Record<string, Signature>> = {
  charAt: signature('text', 'position'),
  at: signature('text', 'position'),
  slice: signature('text', 'position', 'position'),
  substring: signature('text', 'position', 'position'),
  toUpperCase: signature('text'),
  toLowerCase: signature('text'),
  trim: signature('text'),
  trimStart: signature('text'),
  trimEnd: signature('text'),
  repeat: signature('text', 'position'),
  padStart: signature('text', 'position', 'text'),
  padEnd: signature('text', 'position', 'text'),
  concat: signature('text', 'text', 'text', 'text'),
  replace: signature('text', 'text', 'text'),
  replaceAll: signature('text', 'text', 'text'),
  includes: signature('truth', 'text', 'position'),
  startsWith: signature('truth', 'text', 'position'),
  endsWith: signature('truth', 'text', 'position'),
  indexOf: signature('place', 'text', 'position'),
  lastIndexOf: signature('place', 'text'),
  toString: signature('text'),
  valueOf: signature('text'),
};

const ofNumbers: Readonly<Record<string, Signature>> = {
  toFixed: signature('text', 'position'),
  toPrecision: signature('text', 'position'),
  toExponential: signature('text', 'position'),
  toString: signature('text', 'position'),
};

/** The engine's answer, as compiled code has it. `texts` is what the numbers of texts stand for. */
function answer(made: Made, value: unknown, tag: (text: string) => number): number {
  if (made === 'text') return value === undefined ? -1 : tag(value as string);
  return Number(value);
}

function wrapped(act: Activation, made: Made, value: Value): Abstract {
  const { b } = act;
  if (made === 'place') return fromInt32(act, value);
  if (made === 'truth') return { kind: 'boolean', value: b.convert('isNonzero', value) };
  return { kind: 'string', tag: value };
}

const entry =
  (fn: Function, { given, made }: Signature): Method =>
  (act, self, args, node) => {
    if (self.kind === 'never' || args.some((a) => a.kind === 'never')) return neverValue;
    if (args.length > given.length) return act.decline(`${fn.name} with so many arguments is not compiled`, node);
    if (isKnown(self) && args.every(isKnown)) {
      return folded(act, fn, [self, ...args], node);
    }
    if (self.kind !== 'number' && !isText(self)) return act.decline(`${fn.name} of this is not compiled`, node);
    const { texts } = act.lowering;
    const cells: Value[] = [self.kind === 'number' ? self.value : tagOf(act, self)];
    const kinds = args.map((a, i): Given => {
      if (a.kind === 'constant' && a.value === undefined) return 'text';
      return given[i];
    });
    args.forEach((a, i) => {
      cells.push(
        kinds[i] === 'text' ? tagOf(act, toText(act, a, node)) : numberValue(act, toNumber(act, a, node), node),
      );
    });
    const missing = args.map((a) => a.kind === 'constant' && a.value === undefined);
    const isNumber = self.kind === 'number';
    const callee = (...numbers: number[]): number => {
      const [own, ...rest] = numbers;
      const values = rest.map((n, i) => (missing[i] ? undefined : kinds[i] === 'text' ? texts.text(n) : n));
      return answer(made, Reflect.apply(fn, isNumber ? own : texts.text(own), values), texts.tag);
    };
    const name = `${fn.name} ${kinds.join()} ${missing.join()} ${isNumber}`;
    const value = onTexts(act, name, callee, cells, 'i32');
    if (made === 'text' && fn === String.prototype.at) {
      act.guard(act.b.compare('ge', value, act.b.int(0)), 'bounds', 'a character beyond the end is read', node);
    }
    return wrapped(act, made, value);
  };

/** Of what is known, what the engine makes of it. */
function folded(act: Activation, fn: Function, given: readonly Known[], node: Node): Abstract {
  const [self, ...args] = given.map((g) => g.value);
  try {
    const result: unknown = Reflect.apply(fn, self, args);
    return Array.isArray(result) ? makeTuple(act, node, result.map(constantValue)) : constantValue(result);
  } catch (e) {
    act.guard(act.b.bool(false), 'throw', e instanceof Error ? e.message : 'it throws', node);
    return neverValue;
  }
}

function* methods(prototype: object, table: Readonly<Record<string, Signature>>): Iterable<[Function, Method]> {
  for (const [name, how] of Object.entries(table)) {
    const fn = (prototype as Record<string, unknown>)[name];
    if (typeof fn === 'function') yield [fn, entry(fn, how)];
  }
}

/** Methods that give a number of a text, or a list: of texts that are known, where nothing is lost. */
const ofKnown = ['charCodeAt', 'codePointAt', 'split'] as const;

const known =
  (fn: Function): Method =>
  (act, self, args, node) => {
    const all = [self, ...args];
    if (all.some((a) => a.kind === 'never')) return neverValue;
    if (!isText(self) || !all.every(isKnown)) return act.decline(`.${fn.name} is compiled of known texts only`, node);
    return folded(act, fn, all, node);
  };

type Known = Abstract & { readonly kind: 'constant' };

const isKnown = (a: Abstract): a is Known =>
  a.kind === 'constant' && (typeof a.value !== 'object' || a.value === null) && typeof a.value !== 'function';

export function* stringMethods(): Iterable<[Function, Method]> {
  yield* methods(String.prototype, ofTexts);
  yield* methods(Number.prototype, ofNumbers);
  for (const name of ofKnown) yield [String.prototype[name], known(String.prototype[name])];
}

const stringOf: Builtin = (act, args, node) => (args.length === 0 ? constantValue('') : toText(act, args[0], node));

export const stringFunctions: readonly (readonly [Function, Builtin])[] = [[String, stringOf]];

/** How many characters a text has. */
export function lengthOfText(act: Activation, text: Abstract): Abstract {
  const { texts } = act.lowering;
  return fromInt32(
    act,
    onTexts(act, 'length', (tag) => texts.text(tag).length, [tagOf(act, text)], 'i32'),
  );
}
