/**
 * `Array`, and the methods that arrays alone have. Invariant: arrays are made of one type for each place in the source that makes them.
 */
import type { Value } from '../../ir/ops.ts';
import type { ArrayExpression, CallExpression, Node } from '../../syntax/ast.ts';
import { children, unparen } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import {
  arrayOf,
  arrayTypeAt,
  arrayTypeOf,
  type Carried,
  dataOf,
  elementAt,
  elementCarried,
  elementTypeOf,
  elementWhere,
  hasCell,
  indexValue,
  lengthOf,
  newArray,
  reserve,
  setLength,
  storeAt,
  storeCarried,
} from '../arrays.ts';
import { countedLoop } from '../counted.ts';
import { elementEffect } from '../effects.ts';
import { evaluate } from '../expressions.ts';
import { asList, type Iteration, listIteration } from '../iterables.ts';
import {
  callbackOf,
  copyElements,
  eachElement,
  indexNumber,
  isList,
  listOf,
  position,
  takeElements,
} from '../lists.ts';
import { fromInt32, numberValue } from '../operators.ts';
import { parentOf } from '../parents.ts';
import { elementsOfTuple, isTuple, tupleLength } from '../tuples.ts';
import { type ArrayType, arrayCapacity, arrayData, arrayStates, elementStates } from '../types.ts';
import { type Abstract, constantValue, neverValue, type ObjectValue, undefinedValue } from '../values.ts';
import { iterationMethods } from './iteration.ts';
import { rearrangeMethods } from './rearrange.ts';
import type { Builtin, Method } from './table.ts';

/** An array, not a typed one. */
function arrayOnly(act: Activation, self: Abstract, node: Node): ObjectValue {
  const list = listOf(act, self, node);
  if (arrayTypeOf(list) === undefined) act.decline('this method is one of arrays', node);
  return list;
}

/** Puts values behind the last element. */
function append(act: Activation, list: ObjectValue, values: readonly Abstract[], node: Node): Value {
  const { b } = act;
  const type = arrayTypeOf(list)!;
  for (const value of values) elementCarried(act, type, value, node);
  const carried = values.map((value) => elementCarried(act, type, value, node));
  const length = lengthOf(act, list);
  const longer = b.integer('add', length, b.int(values.length));
  reserve(act, list, longer);
  carried.forEach((c, i) => storeCarried(act, list, b.integer('add', length, b.int(i)), c));
  setLength(act, list, longer);
  return longer;
}

/** Puts the elements of another list behind the last element. */
function appendList(
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
function move(act: Activation, _node: Node, list: ObjectValue, from: Value, to: Value, count: Value): void {
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
function replace(
  act: Activation,
  node: Node,
  list: ObjectValue,
  at: Value,
  removed: Value,
  added: readonly Carried[],
): void {
  const { b } = act;
  const length = lengthOf(act, list);
  const count = b.int(added.length);
  const next = b.integer('add', b.integer('sub', length, removed), count);
  reserve(act, list, next);
  const end = b.integer('add', at, removed);
  move(act, node, list, end, b.integer('add', at, count), b.integer('sub', length, end));
  added.forEach((c, i) => storeCarried(act, list, b.integer('add', at, b.int(i)), c));
  setLength(act, list, next);
}

function carriedAll(act: Activation, list: ObjectValue, values: readonly Abstract[], node: Node): Carried[] {
  const type = arrayTypeOf(list)!;
  for (const value of values) elementCarried(act, type, value, node);
  return values.map((value) => elementCarried(act, type, value, node));
}

const unshift: Method = (act, self, args, node) => {
  const list = arrayOnly(act, self, node);
  replace(act, node, list, act.b.int(0), act.b.int(0), carriedAll(act, list, args, node));
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
  replace(act, node, list, at, removed, carriedAll(act, list, args.slice(2), node));
  return result;
};

/** An array that these are put into one after another; lists among them with their elements. */
function collect(act: Activation, node: Node, parts: readonly (Abstract | { readonly all: Abstract })[]): Abstract {
  const { b } = act;
  const type = arrayTypeAt(act, node);
  let room = b.int(0);
  for (const part of parts) {
    if ('all' in part && isList(part.all)) {
      takeElements(type, part.all);
      room = b.integer('add', room, lengthOf(act, part.all));
    } else if ('all' in part) room = b.integer('add', room, b.int(4));
    else {
      elementCarried(act, type, part, node);
      room = b.integer('add', room, b.int(1));
    }
  }
  const result = newArray(act, type, b.int(0), room);
  for (const part of parts) {
    if (!('all' in part)) append(act, result, [part], node);
    else appendAll(act, result, part.all, node);
  }
  return result;
}

function appendAll(act: Activation, result: ObjectValue, value: Abstract, node: Node, count?: Value): void {
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

export function spreadInto(act: Activation, node: ArrayExpression): Abstract {
  const parts = node.elements.map((e) => {
    if (e === null) return act.decline('an array with holes is not compiled', node);
    if (e.type !== 'SpreadElement') return evaluate(act, e);
    const list = listIteration(act, e.argument);
    return { all: list };
  });
  if (act.dead || parts.some((p) => 'kind' in p && p.kind === 'never')) return neverValue;
  // What stands behind a spread list must not change it before it is read.
  const first = node.elements.findIndex((e) => e?.type === 'SpreadElement');
  if (node.elements.slice(first + 1).some((e) => e && changesThings(e))) {
    act.decline('a call behind a spread array in one literal is not compiled', node);
  }
  const [only] = parts;
  if (parts.length === 1 && 'all' in only && isTuple(only.all)) {
    return arrayOf(act, node, elementsOfTuple(act, only.all, node));
  }
  if (parts.every((p) => !('all' in p) || isTuple(p.all))) {
    return arrayOf(
      act,
      node,
      parts.flatMap((p) => ('all' in p ? elementsOfTuple(act, p.all, node) : [p])),
    );
  }
  return collect(act, node, parts);
}

function changesThings(node: Node): boolean {
  const { type } = node;
  if (type === 'ArrowFunctionExpression' || type === 'FunctionExpression') return false;
  if (type === 'AssignmentExpression' || type === 'UpdateExpression' || type === 'NewExpression') return true;
  if (type === 'CallExpression') {
    const callee = unparen(node.callee);
    const pure = callee.type === 'MemberExpression' && callee.property.type === 'Identifier';
    const name = pure ? (callee.property as { name: string }).name : '';
    const onMath = pure && callee.object.type === 'Identifier' && callee.object.name === 'Math';
    if (!onMath && !['slice', 'keys', 'entries', 'values', 'concat', 'at'].includes(name)) return true;
  }
  return children(node).some(changesThings);
}

const concat: Method = (act, self, args, node) => {
  if (isTuple(self)) return act.decline('concat of an array of several kinds is not compiled', node);
  const list = arrayOnly(act, self, node);
  const parts = [list, ...args].map((v) => {
    const spreads = v.kind === 'object' && (v.type.type.kind === 'array' || tupleLength(v) !== undefined);
    return spreads ? { all: v } : v;
  });
  return collect(act, node, parts);
};

/** The elements of the elements that are arrays; how deep they lie is known from their types. */
function flatten(act: Activation, node: Node, list: ObjectValue, depth: number, level: number): ObjectValue {
  const element = elementTypeOf(list);
  const nested = element.kind === 'object' && element.type.kind === 'array';
  if (depth < 1 || !nested) return list;
  if (level > 8) act.decline('flat of arrays of unknown depth is not compiled', node);
  if (element.orNull || element.orUndefined) act.decline('flat of arrays that may be missing is not compiled', node);
  const result = newArray(act, arrayTypeAt(act, node, `flat ${level}`), act.b.int(0));
  eachElement(act, node, list, (inner) => {
    if (isList(inner)) appendWritten(act, result, inner, node);
  });
  return flatten(act, node, result, depth - 1, level + 1);
}

/** Holes are left out. */
function appendWritten(act: Activation, result: ObjectValue, from: ObjectValue, node: Node): void {
  if (!arrayTypeOf(from)?.holey) appendList(act, result, from, node);
  else eachElement(act, node, from, (element) => void append(act, result, [element], node));
}

const flat: Method = (act, self, args, node) => {
  if (isTuple(self)) return act.decline('flat of an array of several kinds is not compiled', node);
  const list = arrayOnly(act, self, node);
  const [depth = constantValue(1)] = args;
  if (depth.kind !== 'constant') return act.decline('flat to a depth that is not known', node);
  const result = flatten(act, node, list, depth.value === undefined ? 1 : Number(depth.value), 0);
  if (result !== list) return result;
  const copy = newArray(act, arrayTypeAt(act, node, 'flat copy'), act.b.int(0));
  appendWritten(act, copy, list, node);
  return copy;
};

const flatMap: Method = (act, self, args, node) => {
  const list = arrayOnly(act, self, node);
  const call = callbackOf(act, args, node);
  const result = newArray(act, arrayTypeAt(act, node), act.b.int(0));
  eachElement(act, node, list, (element, i) => {
    const made = call(element, indexNumber(act, i), list);
    if (made.kind === 'never') return;
    if (isTuple(made)) append(act, result, elementsOfTuple(act, made, node), node);
    else if (isList(made) && arrayTypeOf(made)) appendWritten(act, result, made, node);
    else append(act, result, [made], node);
  });
  return result;
};

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
  const [source = undefinedValue, fn = undefinedValue] = args;
  if (source.kind === 'never') return neverValue;
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

const isArray: Builtin = (_act, args) => {
  const [value = undefinedValue] = args;
  if (value.kind !== 'object') return constantValue(false);
  return constantValue(value.type.type.kind === 'array' || tupleLength(value) !== undefined);
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
  push,
  pop,
  shift,
  unshift,
  splice,
  concat,
  flat,
  flatMap,
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
