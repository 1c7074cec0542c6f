/**
 * Operators on lowered values, conversions included. Invariant: numbers are what the language makes of the operands; what is known stays known.
 */
import type { Value } from '../ir/ops.ts';
import { nullRef, undefinedRef } from '../ir/types.ts';
import type { Node } from '../syntax/ast.ts';
import type { Activation } from './activation.ts';
import { toPrimitive } from './primitive.ts';
import { isText, joined, order } from './strings.ts';
import { bitRange, integerArithmetic, integerOf, isInteger } from './types/ranges.ts';
import { describeType } from './types/types.ts';
import { split, splitTest } from './unions.ts';
import { type Abstract, constantValue, type NumberValue, neverValue, type Range, typeOf, usable } from './values.ts';

type NumberLike = Extract<Abstract, { kind: 'number' | 'constant' | 'never' }>;

/** ToNumber: a number, or the one it is known to be. */
export function toNumber(act: Activation, value: Abstract, node: Node): NumberLike {
  usable(value);
  switch (value.kind) {
    case 'never':
      return { kind: 'never' };
    case 'number':
      return value;
    case 'boolean':
      return { kind: 'number', value: act.b.convert('toNumber', act.b.convert('booleanToInt', value.value)) };
    case 'union': {
      const one = split(act, value, node, (member) => toNumber(act, member, node));
      return one.kind === 'number' || one.kind === 'constant' ? one : { kind: 'never' };
    }
    case 'maybe':
      return { kind: 'number', value: act.b.select(value.defined, value.value, act.b.number(Number.NaN)) };
    case 'constant': {
      const { value: v } = value;
      if (typeof v === 'number') return value;
      if (typeof v === 'boolean' || typeof v === 'string' || v === null || v === undefined) {
        return { kind: 'constant', value: Number(v) };
      }
      return act.decline('it is used as a number and is none', node);
    }
    case 'string':
      return act.decline('a number is read from a text: that is not compiled', node);
    case 'object':
      return toNumber(act, toPrimitive(act, value, 'number', node), node);
    default:
      return act.decline(`a ${describeType(typeOf(value))} is used as a number`, node);
  }
}

/** ToNumber, as an IR value. */
export function numberValue(act: Activation, value: Abstract, node: Node): Value {
  const n = toNumber(act, value, node);
  if (n.kind === 'number') return n.value;
  return act.b.number(n.kind === 'constant' ? (n.value as number) : Number.NaN);
}

/** ToInt32, as an IR value. */
export function int32Value(act: Activation, value: Abstract, node: Node): Value {
  const n = toNumber(act, value, node);
  if (n.kind === 'constant') return act.b.int((n.value as number) | 0);
  if (n.kind === 'never') return act.b.int(0);
  return n.int ?? act.b.convert('toInt32', n.value);
}

/** A number that is a signed 32-bit integer. */
export function fromInt32(act: Activation, int: Value, range?: Range): NumberValue {
  return { kind: 'number', value: act.b.convert('toNumber', int), int, range };
}

const folded: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '**': (a, b) => a ** b,
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '<<': (a, b) => a << b,
  '>>': (a, b) => a >> b,
  '>>>': (a, b) => a >>> b,
};

const primitives = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div', '%': 'mod', '**': 'pow' } as const;
const integers = { '&': 'and', '|': 'or', '^': 'xor', '<<': 'shl', '>>': 'shr', '>>>': 'shru' } as const;

export function arithmetic(act: Activation, operator: string, a: Abstract, b: Abstract, node: Node): Abstract {
  if (a.kind === 'never' || b.kind === 'never') return neverValue;
  if (a.kind === 'object' || b.kind === 'object') {
    const x = toPrimitive(act, a, 'number', node);
    const y = toPrimitive(act, b, 'number', node);
    return a === x && b === y
      ? act.decline('it is used as a number and is none', node)
      : arithmetic(act, operator, x, y, node);
  }
  if (a.kind === 'union') return split(act, a, node, (one) => arithmetic(act, operator, one, b, node));
  if (b.kind === 'union') return split(act, b, node, (one) => arithmetic(act, operator, a, one, node));
  if (operator === '+' && (isText(a) || isText(b))) return joined(act, a, b, node);
  const x = toNumber(act, a, node);
  const y = toNumber(act, b, node);
  if (x.kind === 'constant' && y.kind === 'constant') {
    return constantValue(folded[operator](x.value as number, y.value as number));
  }
  if (operator in primitives) {
    const fn = primitives[operator as keyof typeof primitives];
    const value = act.b.math(fn, numberValue(act, x, node), numberValue(act, y, node));
    return { kind: 'number', value, ...integerArithmetic(act, operator, x, y) };
  }
  const fn = integers[operator as keyof typeof integers];
  if (fn === undefined) return act.decline(`${operator} is not compiled`, node);
  const int = act.b.integer(fn, int32Value(act, x, node), int32Value(act, y, node));
  if (fn === 'shru') return { kind: 'number', value: act.b.convert('toNumberUnsigned', int) };
  return fromInt32(act, int, bitRange(operator, x, y));
}

const tests = { '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge' } as const;

export function compare(act: Activation, operator: keyof typeof tests, a: Abstract, b: Abstract, node: Node): Abstract {
  if (isText(a) && isText(b)) {
    if (a.kind !== 'constant' || b.kind !== 'constant') {
      return { kind: 'boolean', value: act.b.compare(tests[operator], order(act, a, b), act.b.int(0)) };
    }
    const [s, t] = [a.value as string, b.value as string];
    return constantValue({ '<': s < t, '<=': s <= t, '>': s > t, '>=': s >= t }[operator]);
  }
  const x = toNumber(act, a, node);
  const y = toNumber(act, b, node);
  if (x.kind === 'constant' && y.kind === 'constant') {
    const [m, n] = [x.value as number, y.value as number];
    return constantValue({ '<': m < n, '<=': m <= n, '>': m > n, '>=': m >= n }[operator]);
  }
  if (isInteger(x) && isInteger(y)) {
    const [m, n] = [integerOf(act, x)!, integerOf(act, y)!];
    return { kind: 'boolean', value: act.b.compare(tests[operator], m.int, n.int) };
  }
  return {
    kind: 'boolean',
    value: act.b.compare(tests[operator], numberValue(act, x, node), numberValue(act, y, node)),
  };
}

/** Whether the value counts as true: known, or a bool. */
export function truthy(act: Activation, value: Abstract, node: Node): Value | boolean {
  usable(value);
  const { b } = act;
  switch (value.kind) {
    case 'union':
      return splitTest(act, value, node, (member) => truthy(act, member, node));
    case 'never':
      return b.bool(false);
    case 'boolean':
      return value.value;
    case 'constant':
      return Boolean(value.value);
    case 'number':
      return nonzero(act, value.value);
    case 'maybe':
      return b.integer('and', value.defined, nonzero(act, value.value));
    case 'object': {
      const present = isPresent(act, value);
      return present;
    }
    case 'closure':
      return true;
    case 'string': {
      const empty = act.lowering.tag('');
      return b.compare('ne', value.tag, b.int(empty));
    }
    default:
      return act.decline('its truth is not known', node);
  }
}

function nonzero(act: Activation, value: Value): Value {
  const zero = act.b.number(0);
  return act.b.integer('or', act.b.compare('lt', value, zero), act.b.compare('gt', value, zero));
}

/** Whether a reference is to an object. */
function isPresent(act: Activation, value: Extract<Abstract, { kind: 'object' }>): Value | boolean {
  const { b } = act;
  const { orNull, orUndefined } = value.type;
  const notNull = orNull ? b.not(b.convert('isNull', value.ref)) : undefined;
  const notUndefined = orUndefined ? b.compare('ne', value.ref, b.const('ref', undefinedRef)) : undefined;
  if (notNull && notUndefined) return b.integer('and', notNull, notUndefined);
  return notNull ?? notUndefined ?? true;
}

export function isNullish(act: Activation, value: Abstract, node: Node): Value | boolean {
  usable(value);
  if (value.kind === 'union') return splitTest(act, value, node, (member) => isNullish(act, member, node));
  if (value.kind === 'constant') return value.value === null || value.value === undefined;
  if (value.kind === 'maybe') return act.b.not(value.defined);
  if (value.kind === 'object') {
    const present = isPresent(act, value);
    return typeof present === 'boolean' ? !present : act.b.not(present);
  }
  void node;
  return false;
}

/** Whether the value is undefined: known, or a bool. */
export function isUndefined(act: Activation, value: Abstract): Value | boolean {
  if (value.kind === 'union') {
    return splitTest(act, value, act.unit.shape.node, (member) => isUndefined(act, member));
  }
  if (value.kind === 'constant') return value.value === undefined;
  if (value.kind === 'maybe') return act.b.not(value.defined);
  if (value.kind === 'object' && value.type.orUndefined) {
    return act.b.compare('eq', value.ref, act.b.const('ref', undefinedRef));
  }
  return false;
}

/** The value where its truth is known by now: what it can no longer be is taken out of its type. */
export function isSurely(value: Abstract, what: 'present' | 'falsy'): Abstract {
  if (what === 'present') {
    if (value.kind === 'maybe') return { kind: 'number', value: value.value };
    if (value.kind === 'object') return { ...value, type: { ...value.type, orNull: false, orUndefined: false } };
  } else if (value.kind === 'object') {
    if (value.type.orNull && !value.type.orUndefined) return constantValue(null);
    if (value.type.orUndefined && !value.type.orNull) return constantValue(undefined);
  }
  return value;
}

export function strictEquals(act: Activation, a: Abstract, b: Abstract, node: Node): Value | boolean {
  if (a.kind === 'never' || b.kind === 'never') return act.b.bool(false);
  usable(a);
  usable(b);
  if (a.kind === 'union') return splitTest(act, a, node, (one) => strictEquals(act, one, b, node));
  if (b.kind === 'union') return splitTest(act, b, node, (one) => strictEquals(act, a, one, node));
  if (a.kind === 'constant' && b.kind === 'constant') return a.value === b.value;
  if (a.kind === 'constant') return equalsConstant(act, b, a.value, node);
  if (b.kind === 'constant') return equalsConstant(act, a, b.value, node);
  if (a.kind === 'number' && b.kind === 'number') return act.b.compare('eq', a.value, b.value);
  if (a.kind === 'boolean' && b.kind === 'boolean') {
    return act.b.not(act.b.integer('xor', a.value, b.value));
  }
  if (a.kind === 'string' && b.kind === 'string') return act.b.compare('eq', a.tag, b.tag);
  if (a.kind === 'object' && b.kind === 'object') return act.b.compare('eq', a.ref, b.ref);
  if (a.kind === 'maybe' || b.kind === 'maybe') {
    const [m, other] = a.kind === 'maybe' ? [a, b] : [b as Extract<Abstract, { kind: 'maybe' }>, a];
    if (other.kind === 'number') return act.b.integer('and', m.defined, act.b.compare('eq', m.value, other.value));
    if (other.kind === 'maybe') {
      const both = act.b.integer('and', m.defined, other.defined);
      const neither = act.b.not(act.b.integer('or', m.defined, other.defined));
      return act.b.integer('or', neither, act.b.integer('and', both, act.b.compare('eq', m.value, other.value)));
    }
    return false;
  }
  if (a.kind === 'closure' && b.kind === 'closure')
    return a.closure === b.closure || act.decline('functions are compared', node);
  return false;
}

function equalsConstant(act: Activation, a: Abstract, value: unknown, node: Node): Value | boolean {
  const { b } = act;
  switch (a.kind) {
    case 'number':
      return typeof value === 'number' ? b.compare('eq', a.value, b.number(value)) : false;
    case 'boolean':
      return typeof value === 'boolean' ? (value ? a.value : b.not(a.value)) : false;
    case 'string':
      return typeof value === 'string' ? b.compare('eq', a.tag, b.int(act.lowering.tag(value))) : false;
    case 'maybe':
      if (value === undefined) return b.not(a.defined);
      return typeof value === 'number' ? b.integer('and', a.defined, b.compare('eq', a.value, b.number(value))) : false;
    case 'object':
      if (value === null) return a.type.orNull ? b.compare('eq', a.ref, b.const('ref', nullRef)) : false;
      if (value === undefined) return isUndefined(act, a);
      return false;
    case 'closure':
      return typeof value === 'function' ? act.decline('functions are compared', node) : false;
    default:
      return false;
  }
}

export function looseEquals(act: Activation, a: Abstract, b: Abstract, node: Node): Value | boolean {
  if (a.kind === 'union') return splitTest(act, a, node, (one) => looseEquals(act, one, b, node));
  if (b.kind === 'union') return splitTest(act, b, node, (one) => looseEquals(act, a, one, node));
  const nullish = (v: Abstract): boolean => v.kind === 'constant' && (v.value === null || v.value === undefined);
  if (nullish(a)) return isNullish(act, b, node);
  if (nullish(b)) return isNullish(act, a, node);
  // biome-ignore lint/suspicious/noDoubleEquals: it is what the user wrote
  if (a.kind === 'constant' && b.kind === 'constant') return a.value == b.value;
  const kind = (v: Abstract): string => (v.kind === 'constant' ? typeof v.value : v.kind);
  if (kind(a) === kind(b)) return strictEquals(act, a, b, node);
  return act.decline('== of different kinds of values is not compiled', node);
}

export function typeofValue(act: Activation, value: Abstract, node: Node): Abstract {
  switch (value.kind) {
    case 'never':
      return neverValue;
    case 'union':
      return split(act, value, node, (member) => typeofValue(act, member, node));
    case 'constant':
      return constantValue(typeof value.value);
    case 'number':
    case 'boolean':
    case 'string':
      return constantValue(value.kind);
    case 'closure':
      return constantValue('function');
    case 'maybe':
      return act.branch(
        value.defined,
        () => constantValue('number'),
        () => constantValue('undefined'),
      );
    case 'object':
      if (!value.type.orUndefined) return constantValue('object');
      return act.branch(
        act.b.compare('eq', value.ref, act.b.const('ref', undefinedRef)),
        () => constantValue('undefined'),
        () => constantValue('object'),
      );
  }
  return act.decline('its typeof is not known', node);
}
