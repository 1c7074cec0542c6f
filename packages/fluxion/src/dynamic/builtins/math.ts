/**
 * Math on tracked numbers: every function by its rule.
 * Invariant: arguments are converted in the language's order; with no tracked number among them the native function answers.
 */
import type { BinaryRule, UnaryRule, VariadicRule } from '../../rules/rule.ts';
import { binaryRules, numbers, unaryRules, variadicRules } from '../../rules/table.ts';
import { toNumber } from '../conversions.ts';
import { noteInactive } from '../hooks.ts';
import { iter } from '../iteration.ts';
import { apply1, apply2, applyAny, record1 } from '../numbers/apply.ts';
import { Box, isBox, numberOf, type Tracked, type Value } from '../numbers/box.ts';
import { hotMath } from './hot-math.ts';
import { define } from './registry.ts';

type Natives = Readonly<Record<string, (...xs: number[]) => number>>;

const natives = Math as unknown as Natives;

function unary(rule: UnaryRule): (x: unknown) => Value {
  const { value, partials } = rule;
  const partial = partials[0];
  return (x) => {
    if (typeof x === 'number') return value(x);
    if (Box.is(x)) {
      const { level, primal } = x;
      const tape = level.hot;
      if (tape !== undefined && typeof primal === 'number') {
        const result = value(primal);
        return new Box(level, result, tape.unary((x as Tracked).index, partial(numbers, primal, result)));
      }
    }
    return apply1(rule, toNumber(x));
  };
}

function step(rule: UnaryRule): (x: unknown) => number {
  const { name, value } = rule;
  return (v) => {
    const x = toNumber(v);
    if (isBox(x)) noteInactive(`Math.${name}`);
    return value(numberOf(x));
  };
}

function binary(rule: BinaryRule): (x: unknown, y: unknown) => Value {
  return (a, b) => {
    const x = toNumber(a);
    const y = toNumber(b);
    return apply2(rule, x, y);
  };
}

function stepOfTwo(rule: BinaryRule): (x: unknown, y: unknown) => number {
  const { name, value } = rule;
  return (a, b) => {
    const x = toNumber(a);
    const y = toNumber(b);
    if (isBox(x) || isBox(y)) noteInactive(`Math.${name}`);
    return value(numberOf(x), numberOf(y));
  };
}

function any(rule: VariadicRule): (...xs: unknown[]) => Value {
  return (...xs) => applyAny(rule, xs.map(toNumber));
}

/** max and min are one of their arguments: no node is needed where it is the very number that they give. */
function chosen(rule: VariadicRule): (...xs: unknown[]) => Value {
  return (...args) => {
    const xs = args.map(toNumber);
    const result = rule.value(...xs.map(numberOf));
    const first = xs.find((x) => numberOf(x) === result);
    if (first === undefined) return applyAny(rule, xs);
    if (typeof first === 'number') return result;
    // A tie of 0 and -0 may give the other zero.
    return Object.is(numberOf(first), result) ? first : record1(rule.name, first, result, 1);
  };
}

for (const rule of Object.values(unaryRules)) {
  if (rule.name === 'neg') continue;
  if (rule.kind === 'constant') define(natives[rule.name], step(rule), 'primal');
  else define(natives[rule.name], hotMath[rule.name] ?? unary(rule), 'differentiates');
}

define(Math.pow, binary(binaryRules.pow), 'differentiates');
define(Math.atan2, binary(binaryRules.atan2), 'differentiates');
define(Math.imul, stepOfTwo(binaryRules.imul), 'primal');

define(Math.hypot, any(variadicRules.hypot), 'differentiates');
define(Math.max, chosen(variadicRules.max), 'differentiates');
define(Math.min, chosen(variadicRules.min), 'differentiates');

const { sumPrecise } = natives;
if (sumPrecise !== undefined) {
  define(
    sumPrecise,
    (items: Iterable<unknown>): unknown => {
      const xs: unknown[] = [...(iter(items) as Iterable<unknown>)];
      // Its elements must be numbers: the native function says so of any other.
      if (xs.every((x) => typeof x === 'number' || isBox(x))) return applyAny(variadicRules.sumPrecise, xs as Value[]);
      return (sumPrecise as unknown as (xs: Iterable<unknown>) => number)(xs.map((x) => (isBox(x) ? numberOf(x) : x)));
    },
    'differentiates',
  );
}

define(Math.random, Math.random, 'passes');
