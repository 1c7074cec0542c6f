/**
 * Methods that put elements into arrays or take them out.
 * Invariant: the head's length, room and data agree after each of them; shifting moves where the array begins, and no element.
 */
import type { Value } from '../../ir/ops.ts';
import type { CallExpression, Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { evaluate } from '../expressions.ts';
import { countedLoop } from '../flow/counted.ts';
import {
  admit,
  arrayTypeAt,
  arrayTypeOf,
  type Carried,
  dataOf,
  elementAt,
  elementCarried,
  elementTypeOf,
  elementWhere,
  hasCell,
  lengthOf,
  newArray,
  reserve,
  setLength,
  storeCarried,
} from '../lists/arrays.ts';
import { listIteration } from '../lists/iterables.ts';
import { copyElements, isList, listOf, position, takeElements } from '../lists/lists.ts';
import { elementsOfTuple, isTuple } from '../lists/tuples.ts';
import { fromInt32, numberValue } from '../operators.ts';
import { arrayCapacity, arrayData, arrayStates, elementStates } from '../types/cells.ts';
import { elementEffect } from '../types/effects.ts';
import { type Abstract, neverValue, type ObjectValue } from '../values.ts';
import type { Method } from './table.ts';
/** An array, not a typed one. */
export function arrayOnly(act: Activation, self: Abstract, node: Node): ObjectValue {
  const list = listOf(act, self, node);
  if (arrayTypeOf(list) === undefined) act.decline('this method is one of arrays', node);
  return list;
}

/** Puts values behind the last element. */
export function append(act: Activation, list: ObjectValue, values: readonly Abstract[], node: Node): Value {
  const { b } = act;
  const type = arrayTypeOf(list)!;
  for (const value of values) admit(act, type, value, node);
  const carried = values.map((value) => elementCarried(act, type, value, node));
  const length = lengthOf(act, list);
  const longer = b.integer('add', length, b.int(values.length));
  reserve(act, list, longer);
  carried.forEach((c, i) => storeCarried(act, list, b.integer('add', length, b.int(i)), c));
  setLength(act, list, longer);
  return longer;
}

/** Puts the elements of another list behind the last element. */
export function appendList(
  act: Activation,
  list: ObjectValue,
  from: ObjectValue,
  node: Node,
  count = lengthOf(act, from),
): void {
  const { b } = act;
  takeElements(arrayTypeOf(list)!, from);
  const length = lengthOf(act, list);
  const longer = b.integer('add', length, count);
  reserve(act, list, longer);
  copyElements(act, node, list, length, from, b.int(0), count);
  setLength(act, list, longer);
}

const push: Method = (act, self, args, node) => fromInt32(act, append(act, arrayOnly(act, self, node), args, node));

/** `a.push(...list)`; undefined for any other call. */
export function pushOf(act: Activation, fn: Abstract, self: Abstract, node: CallExpression): Abstract | undefined {
  if (fn.kind !== 'constant' || fn.value !== Array.prototype.push) return undefined;
  if (!node.arguments.some((a) => a.type === 'SpreadElement') || isTuple(self)) return undefined;
  const list = arrayOnly(act, self, node);
  const parts = node.arguments.map((a) =>
    a.type === 'SpreadElement' ? { all: listIteration(act, a.argument) } : evaluate(act, a),
  );
  if (act.dead) return neverValue;
  // A list may be the array itself: its length is what it is before.
  const counts = parts.map((p) => ('all' in p && isList(p.all) ? lengthOf(act, p.all) : undefined));
  parts.forEach((part, i) => {
    if (!('all' in part)) append(act, list, [part], node);
    else appendAll(act, list, part.all, node, counts[i]);
  });
  return fromInt32(act, lengthOf(act, list));
}

const pop: Method = (act, self, _args, node) => {
  const { b } = act;
  const list = arrayOnly(act, self, node);
  const last = b.integer('sub', lengthOf(act, list), b.int(1));
  const element = elementWhere(act, list, last, node);
  setLength(act, list, b.integer('max', last, b.int(0)));
  return element;
};

/** The elements stay where they are; the array begins one later. */
const shift: Method = (act, self, _args, node) => {
  const { b } = act;
  const list = arrayOnly(act, self, node);
  const type = arrayTypeOf(list)!;
  const length = lengthOf(act, list);
  const element = elementWhere(act, list, b.int(0), node);
  act.branch(
    b.compare('gt', length, b.int(0)),
    () => {
      const one = b.int(1);
      act.changes(elementEffect(type));
      b.store(arrayData, list.ref, b.offset(type.space, dataOf(act, list), one));
      if (type.holey) b.store(arrayStates, list.ref, b.offset(elementStates, b.load(arrayStates, list.ref), one));
      b.store(arrayCapacity, list.ref, b.integer('sub', b.load(arrayCapacity, list.ref), one));
      setLength(act, list, b.integer('sub', length, one));
      return undefined;
    },
    () => undefined,
  );
  return element;
};

/** Makes `count` places at an index that hold what they held, or moves what is behind them. */
export function move(act: Activation, list: ObjectValue, from: Value, to: Value, count: Value): void {
  const { b } = act;
  const type = arrayTypeOf(list)!;
  act.changes(elementEffect(type));
  if (hasCell(elementTypeOf(list))) {
    const data = dataOf(act, list);
    b.copy(type.space, data, to, data, from, count);
  }
  if (type.holey) {
    const states = b.load(arrayStates, list.ref);
    b.copy(elementStates, states, to, states, from, count);
  }
}

/** Replaces `removed` elements at `at` by these. */
function replace(act: Activation, list: ObjectValue, at: Value, removed: Value, added: readonly Carried[]): void {
  const { b } = act;
  const length = lengthOf(act, list);
  const count = b.int(added.length);
  const next = b.integer('add', b.integer('sub', length, removed), count);
  reserve(act, list, next);
  const end = b.integer('add', at, removed);
  move(act, list, end, b.integer('add', at, count), b.integer('sub', length, end));
  added.forEach((c, i) => storeCarried(act, list, b.integer('add', at, b.int(i)), c));
  setLength(act, list, next);
}

function carriedAll(act: Activation, list: ObjectValue, values: readonly Abstract[], node: Node): Carried[] {
  const type = arrayTypeOf(list)!;
  for (const value of values) admit(act, type, value, node);
  return values.map((value) => elementCarried(act, type, value, node));
}

const unshift: Method = (act, self, args, node) => {
  const list = arrayOnly(act, self, node);
  replace(act, list, act.b.int(0), act.b.int(0), carriedAll(act, list, args, node));
  return fromInt32(act, lengthOf(act, list));
};

const splice: Method = (act, self, args, node) => {
  const { b } = act;
  const list = arrayOnly(act, self, node);
  const length = lengthOf(act, list);
  const at = position(act, args[0], length, b.int(0), node);
  const rest = b.integer('sub', length, at);
  let removed = args.length === 0 ? b.int(0) : rest;
  if (args.length > 1) {
    const asked = numberValue(act, args[1], node);
    const whole = b.select(b.compare('eq', asked, asked), asked, b.number(0));
    const most = b.math('min', whole, b.convert('toNumber', rest));
    removed = b.convert('toInt32', b.math('max', most, b.number(0)));
  }
  const taken = arrayTypeAt(act, node);
  takeElements(taken, list);
  const result = newArray(act, taken, removed);
  copyElements(act, node, result, b.int(0), list, at, removed);
  replace(act, list, at, removed, carriedAll(act, list, args.slice(2), node));
  return result;
};

export function appendAll(act: Activation, result: ObjectValue, value: Abstract, node: Node, count?: Value): void {
  if (value.kind === 'never') return;
  if (isTuple(value)) append(act, result, elementsOfTuple(act, value, node), node);
  else if (isList(value)) {
    // Spreading reads holes as undefined: reading one leaves the tier.
    if (arrayTypeOf(value)?.holey) spreadHoley(act, result, value, node, count);
    else appendList(act, result, value, node, count);
  } else act.decline('only arrays are spread', node);
}

function spreadHoley(
  act: Activation,
  result: ObjectValue,
  value: ObjectValue,
  node: Node,
  count = lengthOf(act, value),
): void {
  countedLoop(act, node, act.b.int(0), count, (i) => {
    append(act, result, [elementAt(act, value, i, node)], node);
  });
}

export const growingMethods: Readonly<Record<string, Method>> = { push, pop, shift, unshift, splice };
