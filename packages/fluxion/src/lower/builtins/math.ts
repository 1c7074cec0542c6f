/** `Math`. Invariant: what is in the rules' table becomes a primitive of the IR, the rest is made of primitives. */
import type { PrimitiveName } from '../../rules/rule.ts';
import { table } from '../../rules/table.ts';
import type { Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { fromInt32, int32Value, numberValue, toNumber } from '../operators.ts';
import { hostEffect } from '../types/effects.ts';
import { integerOf, isInteger } from '../types/ranges.ts';
import { type Abstract, constantValue, type NumberValue } from '../values.ts';
import type { Builtin } from './table.ts';

const operators = new Set(['add', 'sub', 'mul', 'div', 'mod', 'neg']);

function primitive(name: PrimitiveName): Builtin {
  const { arity } = table[name];
  return (act, args, node) => {
    const given = arity === 'any' ? args : padded(args, arity);
    const numbers = given.map((a) => toNumber(act, a, node));
    if (numbers.every((n) => n.kind === 'constant')) {
      const fn = Math[name as 'max'];
      return constantValue(fn(...numbers.map((n) => n.value as number)));
    }
    // An integer is its own floor.
    const [first] = numbers;
    if (roundings.has(name) && first.kind === 'number' && first.int !== undefined) return first;
    const values = numbers.map((n) => numberValue(act, n, node));
    return { kind: 'number', value: act.b.math(name, ...values), ...integerExtreme(act, name, numbers) };
  };
}

const roundings: ReadonlySet<PrimitiveName> = new Set(['floor', 'ceil', 'round', 'trunc']);

/** The integer beside the least or greatest of two integers. */
function integerExtreme(
  act: Activation,
  name: PrimitiveName,
  numbers: readonly Abstract[],
): Pick<NumberValue, 'int' | 'range'> {
  if ((name !== 'min' && name !== 'max') || numbers.length !== 2 || !numbers.every(isInteger)) return {};
  const [a, b] = numbers.map((n) => integerOf(act, n)!);
  const fn = name === 'min' ? Math.min : Math.max;
  const range = {
    low: fn(a.range.low, b.range.low),
    high: fn(a.range.high, b.range.high),
    // The least is within the limits of both.
    limits: name === 'min' ? [...a.range.limits, ...b.range.limits] : [],
  };
  return { int: act.b.integer(name, a.int, b.int), range };
}

function padded(args: readonly Abstract[], count: number): Abstract[] {
  return Array.from({ length: count }, (_, i) => args[i] ?? constantValue(undefined));
}

function imul(act: Activation, args: readonly Abstract[], node: Node): Abstract {
  const [a, b] = padded(args, 2).map((x) => int32Value(act, x, node));
  return fromInt32(act, act.b.integer('mul', a, b));
}

function clz32(act: Activation, args: readonly Abstract[], node: Node): Abstract {
  return fromInt32(act, act.b.integer('clz', int32Value(act, padded(args, 1)[0], node)));
}

const random: Builtin = (act) => {
  const host = act.lowering.host('Math.random', Math.random, [], ['f64']);
  act.changes(hostEffect);
  return { kind: 'number', value: act.b.host(host, [], ['f64'])[0] };
};

function* entries(): Iterable<readonly [Function, Builtin]> {
  for (const name of Object.keys(table) as PrimitiveName[]) {
    const fn = (Math as unknown as Record<string, unknown>)[name];
    if (typeof fn !== 'function' || operators.has(name) || name === 'sumPrecise') continue;
    yield [fn, primitive(name)];
  }
  yield [Math.imul, imul];
  yield [Math.clz32, clz32];
  yield [Math.random, random];
}

export const mathFunctions: readonly (readonly [Function, Builtin])[] = [...entries()];
