/**
 * The one table of derivative rules: every primitive by its name, and the reading of the rules with plain numbers.
 * Invariant: `table` has an entry for each primitive of `Arithmetic`, which the type of it proves.
 */
import { add, div, mod, mul, neg, pow, sub } from './arithmetic.ts';
import {
  abs,
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atanh,
  cbrt,
  cos,
  cosh,
  exp,
  expm1,
  f16round,
  fround,
  log,
  log1p,
  log2,
  log10,
  sin,
  sinh,
  sqrt,
  tan,
  tanh,
} from './elementary.ts';
import type { Arithmetic, BinaryRule, PrimitiveName, Rule, UnaryRule, VariadicRule } from './rule.ts';
import { atan2, hypot, max, min, sumPrecise } from './several.ts';
import { ceil, clz32, floor, imul, round, sign, trunc } from './stepwise.ts';

export const unaryRules = {
  neg,
  abs,
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atanh,
  cbrt,
  ceil,
  clz32,
  cos,
  cosh,
  exp,
  expm1,
  floor,
  fround,
  f16round,
  log,
  log10,
  log1p,
  log2,
  round,
  sign,
  sin,
  sinh,
  sqrt,
  tan,
  tanh,
  trunc,
} satisfies Partial<Record<PrimitiveName, UnaryRule>>;

export const binaryRules = { add, sub, mul, div, mod, pow, atan2, imul } satisfies Partial<
  Record<PrimitiveName, BinaryRule>
>;

export const variadicRules = { hypot, max, min, sumPrecise } satisfies Partial<Record<PrimitiveName, VariadicRule>>;

export const table: Readonly<Record<PrimitiveName, Rule>> = { ...unaryRules, ...binaryRules, ...variadicRules };

type Plain = Pick<Arithmetic<number, boolean>, PrimitiveName>;

const plain = Object.fromEntries(Object.values(table).map((rule) => [rule.name, rule.value])) as unknown as Plain;

/** The primitives on plain numbers. */
export const numbers: Arithmetic<number, boolean> = {
  ...plain,
  constant: (n) => n,
  lt: (x, y) => x < y,
  le: (x, y) => x <= y,
  eq: (x, y) => x === y,
  and: (a, b) => a && b,
  or: (a, b) => a || b,
  not: (a) => !a,
  select: (condition, a, b) => (condition ? a : b),
};

/** Every convention of the table once, with the primitives that keep it; the page of conventions is made from this. */
export function conventions(): { readonly text: string; readonly names: readonly PrimitiveName[] }[] {
  const found = new Map<string, PrimitiveName[]>();
  for (const { name, convention } of Object.values(table)) {
    if (convention === undefined) continue;
    const names = found.get(convention);
    if (names === undefined) found.set(convention, [name]);
    else names.push(name);
  }
  return [...found].map(([text, names]) => ({ text, names }));
}
