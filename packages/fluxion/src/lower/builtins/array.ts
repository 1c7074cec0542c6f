/** `Array`, and the table of its methods. Invariant: arrays are made of one type for each place in the source that makes them. */
import type { Value } from '../../ir/ops.ts';
import type { Node } from '../../syntax/ast.ts';
import { unparen } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { countedLoop } from '../flow/counted.ts';
import {
  arrayOf,
  arrayTypeAt,
  arrayTypeOf,
  elementAt,
  indexValue,
  lengthOf,
  newArray,
  storeAt,
} from '../lists/arrays.ts';
import { asList, type Iteration, listed as listedIn } from '../lists/iterables.ts';
import { callbackOf, copyElements, indexNumber, isList, listOf, takeElements } from '../lists/lists.ts';
import { elementsOfTuple, isTuple, tupleLength } from '../lists/tuples.ts';
import { isNullish } from '../operators.ts';
import { parentOf } from '../program/parents.ts';
import type { ArrayType } from '../types/array.ts';
import { asBoolean, split } from '../unions.ts';
import { type Abstract, constantValue, neverValue, type ObjectValue, undefinedValue } from '../values.ts';
import { growingMethods } from './growing.ts';
import { iterationMethods } from './iteration.ts';
import { joiningMethods } from './joining.ts';
import { rearrangeMethods } from './rearrange.ts';
import type { Builtin, Method } from './table.ts';

/** `new Array(n).fill(v)` has no holes: nobody sees it before it is filled. */
function isFilledAtOnce(act: Activation, node: Node): boolean {
  const member = parentOf(act, node);
  if (member?.type !== 'MemberExpression' || member.computed || member.optional) return false;
  if (unparen(member.object) !== node || (member.property as { name?: string }).name !== 'fill') return false;
  const call = parentOf(act, member);
  return call?.type === 'CallExpression' && unparen(call.callee) === member && call.arguments.length <= 1;
}

/** `keys`, `values` and `entries` where `Array.from` takes them: a list at once, since nobody else sees the iteration. */
const listed =
  (what: Iteration['what']): Method =>
  (act, self, _args, node) => {
    const call = parentOf(act, node);
    const callee = call?.type === 'CallExpression' ? unparen(call.callee) : undefined;
    const from = callee?.type === 'MemberExpression' && (callee.property as { name?: string }).name === 'from';
    if (!from) return act.decline(`${what}() is compiled where it is looped over or spread only`, node);
    return asList(act, { list: listOf(act, self, node), what }, node);
  };

export const listedMethods: Readonly<Record<string, Method>> = {
  keys: listed('keys'),
  values: listed('values'),
  entries: listed('entries'),
};

/** A length given as a number; the tier is left where the language throws. */
function lengthGiven(act: Activation, value: Abstract, node: Node): Value {
  const length = indexValue(act, value, node);
  act.guard(act.b.compare('ge', length, act.b.int(0)), 'throw', 'a length is no array length', node);
  return length;
}

const construct: Builtin = (act, args, node) => {
  const [n] = args;
  const type = arrayTypeAt(act, node);
  if (args.length !== 1 || n.kind === 'never' || !(n.kind === 'number' || typeofConstant(n) === 'number')) {
    return arrayOf(act, node, args);
  }
  if (n.kind === 'constant' && n.value === 0) type.makeGrowing();
  else if (!isFilledAtOnce(act, node)) type.makeHoley();
  return newArray(act, type, lengthGiven(act, n, node));
};

function typeofConstant(value: Abstract): string | undefined {
  return value.kind === 'constant' ? typeof value.value : undefined;
}

/** The length of `{ length: n }`: undefined for everything else. */
function arrayLikeLength(act: Activation, value: Abstract, node: Node): Value | undefined {
  if (value.kind !== 'object' || value.type.type.kind !== 'record') return undefined;
  const type = value.type.type.root;
  if (type.fields.length !== 1 || type.field('length') === undefined) return undefined;
  const held = type.field('length')!.type.type;
  const { b } = act;
  if (held.kind === 'never') return b.int(0);
  if (held.kind !== 'number') return act.decline('this array-like object is not compiled', node);
  const n = b.load(type.space('length'), value.ref);
  const whole = b.math('trunc', b.select(b.compare('gt', n, b.number(0)), n, b.number(0)));
  return lengthGiven(act, { kind: 'number', value: whole }, node);
}

/** What `from` makes of a list, an iteration or `{ length }`, mapped or not. `into` makes the list that is filled. */
export function listFrom(
  act: Activation,
  args: readonly Abstract[],
  node: Node,
  into: (length: Value, from: ObjectValue | undefined) => ObjectValue,
): Abstract {
  const { b } = act;
  const [given = undefinedValue, fn = undefinedValue] = args;
  if (given.kind === 'never') return neverValue;
  const source = listedIn(act, given, node);
  const mapped = !(fn.kind === 'constant' && fn.value === undefined);
  const call = mapped ? callbackOf(act, args.slice(1), node, 2) : (element: Abstract) => element;
  const count = arrayLikeLength(act, source, node);
  if (count !== undefined) {
    const result = into(count, undefined);
    countedLoop(act, node, b.int(0), count, (i) => {
      storeAt(act, result, i, call(undefinedValue, indexNumber(act, i)), node);
    });
    return result;
  }
  if (!isList(source)) return act.decline('Array.from of this is not compiled', node);
  const length = lengthOf(act, source);
  const type = arrayTypeOf(source);
  // Without holes, and unless the callback cuts off what is still to come.
  if (!mapped && !type?.holey) {
    const result = into(length, source);
    copyElements(act, node, result, b.int(0), source, b.int(0), length);
    return result;
  }
  const result = into(length, undefined);
  act.round(node, (effects) => {
    countedLoop(act, node, b.int(0), length, (i) => {
      const now = type && effects.changes(`length ${type.root.id}`) ? lengthOf(act, source) : undefined;
      if (now) act.guard(b.compare('lt', i, now), 'bounds', 'an element beyond the end is read', node);
      storeAt(act, result, i, call(elementAt(act, source, i, node), indexNumber(act, i)), node);
    });
  });
  return result;
}

function intoArray(act: Activation, node: Node): (length: Value, from: ObjectValue | undefined) => ObjectValue {
  return (length, from) => {
    const type: ArrayType = arrayTypeAt(act, node);
    if (from) takeElements(type, from);
    return newArray(act, type, length);
  };
}

const from: Builtin = (act, args, node) => {
  if (args[0] && isTuple(args[0])) {
    const elements = elementsOfTuple(act, args[0], node);
    if (args.length === 1) return arrayOf(act, node, elements);
    const call = callbackOf(act, args.slice(1), node, 2);
    return arrayOf(
      act,
      node,
      elements.map((e, i) => call(e, constantValue(i))),
    );
  }
  return listFrom(act, args, node, intoArray(act, node));
};

const isArray: Builtin = (act, args, node) => {
  const [value = undefinedValue] = args;
  if (value.kind === 'never') return neverValue;
  return split(act, value, node, (one) => {
    if (one.kind !== 'object') return constantValue(false);
    if (one.type.type.kind !== 'array' && tupleLength(one) === undefined) return constantValue(false);
    const missing = isNullish(act, one, node);
    return asBoolean(typeof missing === 'boolean' ? !missing : act.b.not(missing));
  });
};

export const arrayFunctions: readonly (readonly [Function, Builtin])[] = [
  [Array, construct],
  [Array.from, from],
  [Array.of, (act, args, node) => arrayOf(act, node, args)],
  [Array.isArray, isArray],
];

const methods = (): Readonly<Record<string, Method>> => ({
  ...iterationMethods,
  ...rearrangeMethods,
  ...growingMethods,
  ...joiningMethods,
  ...listedMethods,
});

export function* methodsOf(prototype: object, table: Readonly<Record<string, Method>>): Iterable<[Function, Method]> {
  for (const [name, method] of Object.entries(table)) {
    const fn = (prototype as Record<string, unknown>)[name];
    if (typeof fn === 'function') yield [fn, method];
  }
}

export function arrayMethods(): Iterable<[Function, Method]> {
  return methodsOf(Array.prototype, methods());
}
