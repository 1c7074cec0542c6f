/**
 * What the methods of arrays and typed arrays have in common: who they are called on, positions, callbacks, copying.
 * Invariant: callbacks see elements as they are at their turn, and no element beyond the end.
 */
import type { Value } from '../../ir/ops.ts';
import type { Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { callValue } from '../calls/calls.ts';
import { countedDown, countedLoop } from '../flow/counted.ts';
import { fromInt32, toNumber } from '../operators.ts';
import type { ArrayType } from '../types/array.ts';
import {
  arrayStates,
  elementStates,
  isBoxed,
  typedBuffer,
  typedData,
  typedLength,
  typedShape,
  typedSpaces,
  typedStart,
} from '../types/cells.ts';
import { elementEffect, lengthEffect } from '../types/effects.ts';
import { objectOf, type TypedName, typedType } from '../types/types.ts';
import { type Abstract, type Closure, constantValue, type ObjectValue, undefinedValue, usable } from '../values.ts';
import {
  arrayOf,
  arrayTypeAt,
  arrayTypeOf,
  dataOf,
  elementAt,
  elementTypeOf,
  hasCell,
  isWritten,
  lengthOf,
  markWritten,
  newArray,
  spaceOf,
  stateAt,
  storeAt,
} from './arrays.ts';
import { elementsOfTuple, isTuple } from './tuples.ts';

/** The array or typed array that a method is called on. */
export function listOf(act: Activation, value: Abstract, node: Node): ObjectValue {
  usable(value);
  if (value.kind !== 'object' || (value.type.type.kind === 'record' && !isTuple(value))) {
    return act.decline('a method of arrays is called on something else', node);
  }
  if (value.type.type.kind === 'record') return act.decline('this is not compiled for arrays of several kinds', node);
  return { ...value, type: objectOf(value.type.type) };
}

export function isList(value: Abstract): value is ObjectValue {
  return value.kind === 'object' && value.type.type.kind !== 'record' && !value.type.orNull && !value.type.orUndefined;
}

/** A position given as an argument: counted from the end if negative, and within 0…length. */
export function position(
  act: Activation,
  arg: Abstract | undefined,
  length: Value,
  otherwise: Value,
  node: Node,
): Value {
  const { b } = act;
  if (arg === undefined || (arg.kind === 'constant' && arg.value === undefined)) return otherwise;
  const n = toNumber(act, arg, node);
  const fromStart = (k: Value): Value => b.integer('max', b.integer('min', k, length), b.int(0));
  if (n.kind === 'constant') {
    const k = Math.trunc(Math.max(Math.min(n.value as number, 2 ** 31 - 1), -(2 ** 31))) || 0;
    if (k === 0) return b.int(0);
    return fromStart(k < 0 ? b.integer('add', length, b.int(k)) : b.int(k));
  }
  if (n.kind === 'never') return otherwise;
  if (n.int) {
    const negative = b.compare('lt', n.int, b.int(0));
    return fromStart(b.select(negative, b.integer('add', length, n.int), n.int));
  }
  const whole = b.math('trunc', b.select(b.compare('eq', n.value, n.value), n.value, b.number(0)));
  const all = b.convert('toNumber', length);
  const counted = b.select(b.compare('lt', whole, b.number(0)), b.math('add', all, whole), whole);
  return b.convert('toInt32', b.math('max', b.math('min', counted, all), b.number(0)));
}

/** A new typed array, all 0. */
export function newTyped(act: Activation, name: TypedName, length: Value): ObjectValue {
  const { b } = act;
  const data = b.elements(typedSpaces[name], length);
  return typedView(act, name, length, data, b.int(0), data);
}

/** A typed array that shares its elements: from `start` in the elements `buffer`, which are at `data`. */
export function typedView(
  act: Activation,
  name: TypedName,
  length: Value,
  data: Value,
  start: Value,
  buffer: Value,
): ObjectValue {
  const { b } = act;
  const ref = b.alloc(typedShape);
  b.store(typedLength, ref, length);
  b.store(typedData, ref, data);
  b.store(typedStart, ref, start);
  b.store(typedBuffer, ref, buffer);
  return { kind: 'object', type: objectOf(typedType(name)), ref };
}

/** A new list of the kind of `like`; arrays are of the type of this place. */
export function newLike(act: Activation, node: Node, like: ObjectValue, length: Value, room = length): ObjectValue {
  const { type } = like.type;
  if (type.kind === 'typed') return newTyped(act, type.name, length);
  return newArray(act, arrayTypeAt(act, node), length, room);
}

/** Arrays of this type get the elements of that list. */
export function takeElements(type: ArrayType, from: ObjectValue): void {
  type.element.add(elementTypeOf(from));
  if (arrayTypeOf(from)?.holey || type.element.type.kind === 'maybe') type.makeHoley();
}

/** Copies elements in bounds, as if through a buffer; holes stay holes. Types have been joined by whoever asks for it. */
export function copyElements(
  act: Activation,
  node: Node,
  to: ObjectValue,
  toIndex: Value,
  from: ObjectValue,
  fromIndex: Value,
  count: Value,
): void {
  const { b } = act;
  const toType = arrayTypeOf(to);
  const fromType = arrayTypeOf(from);
  if (toType) act.changes(elementEffect(toType));
  const space = spaceOf(to);
  // Boxes are of one array type, and of others that have become one with it.
  const boxes = isBoxed(elementTypeOf(to)) || isBoxed(elementTypeOf(from));
  const alike = boxes ? toType === fromType : hasCell(elementTypeOf(to)) === hasCell(elementTypeOf(from));
  const same = space === spaceOf(from) && alike;
  if (same && (toType?.holey || !fromType?.holey)) {
    if (hasCell(elementTypeOf(to))) b.copy(space, dataOf(act, to), toIndex, dataOf(act, from), fromIndex, count);
    if (!toType?.holey) return;
    if (!fromType?.holey) {
      markWritten(act, node, to, toIndex, count);
      return;
    }
    b.copy(elementStates, b.load(arrayStates, to.ref), toIndex, b.load(arrayStates, from.ref), fromIndex, count);
    return;
  }
  countedLoop(act, node, b.int(0), count, (i) => {
    const element = (): void => {
      const index = b.integer('add', fromIndex, i);
      storeAt(act, to, b.integer('add', toIndex, i), elementAt(act, from, index, node), node);
    };
    const written = toType?.holey ? isWritten(act, from, b.integer('add', fromIndex, i)) : undefined;
    if (written === undefined) element();
    else
      act.branch(
        written,
        () => void element(),
        () => undefined,
      );
  });
}

/** A new list with `count` elements from `from` on. */
export function slice(act: Activation, node: Node, list: ObjectValue, from: Value, count: Value): ObjectValue {
  const type = arrayTypeOf(list);
  if (type) takeElements(arrayTypeAt(act, node), list);
  const result = newLike(act, node, list, count);
  copyElements(act, node, result, act.b.int(0), list, from, count);
  return result;
}

/** `[…, ...rest] = list`: what is left from the element `from` on. */
export function restOf(act: Activation, node: Node, value: Abstract, from: number): Abstract {
  if (value.kind === 'never') return value;
  if (isTuple(value)) return arrayOf(act, node, elementsOfTuple(act, value, node).slice(from));
  const { b } = act;
  const list = listOf(act, value, node);
  const length = lengthOf(act, list);
  const start = b.integer('min', b.int(from), length);
  return slice(act, node, list, start, b.integer('sub', length, start));
}

/** A function that is given (element, index, list), as many of them as it can see. */
export type Callback = (...args: Abstract[]) => Abstract;

export function callbackOf(act: Activation, args: readonly Abstract[], node: Node, given = 3): Callback {
  const [fn = undefinedValue, self = undefinedValue] = args;
  usable(fn);
  const seen = fn.kind === 'closure' ? parametersSeen(fn.closure, given) : seenByFunction(act, fn, given, node);
  return (...values) => callValue(act, fn, self, values.slice(0, seen), node);
}

function seenByFunction(act: Activation, fn: Abstract, given: number, node: Node): number {
  if (fn.kind !== 'constant' || typeof fn.value !== 'function') return given;
  const source = Function.prototype.toString.call(fn.value);
  if (source.endsWith('{ [native code] }')) return given;
  return parametersSeen(act.lowering.closureOf(fn.value, act.place(node)), given);
}

function parametersSeen({ code }: Closure, given: number): number {
  const { node, info } = code;
  if (!('params' in node)) return given;
  const { params } = node;
  const rest = params[params.length - 1]?.type === 'RestElement';
  return rest || (info?.usesArguments && !info.arrow) ? given : Math.min(given, params.length);
}

/** An index as callbacks get it. */
export function indexNumber(act: Activation, i: Value): Abstract {
  return fromInt32(act, i, { low: 0, high: 2 ** 31 - 1, limits: [] });
}

/**
 * The rounds of a method that passes over holes and what has been cut off meanwhile: `forEach` and most others. `down` begins at the end.
 */
export function eachElement(
  act: Activation,
  node: Node,
  list: ObjectValue,
  visit: (element: Abstract, i: Value) => void,
  { down = false, from = act.b.int(0), to = lengthOf(act, list) }: { down?: boolean; from?: Value; to?: Value } = {},
): void {
  act.round(node, (effects) => {
    const loop = down ? countedDown : countedLoop;
    loop(act, node, from, to, (i) => {
      const there = isThere(act, list, i, effects);
      if (there === undefined) visit(elementAt(act, list, i, node), i);
      else
        act.branch(
          there,
          () => void visit(elementAt(act, list, i, node), i),
          () => undefined,
        );
    });
  });
}

/** Whether there is an element at an index below the length that the list had when its rounds began; undefined where there is. */
export function isThere(
  act: Activation,
  list: ObjectValue,
  i: Value,
  effects: { changes(what: unknown): boolean },
): Value | undefined {
  const type = arrayTypeOf(list);
  if (type === undefined) return undefined;
  const { b } = act;
  const shrinks = effects.changes(lengthEffect(type));
  if (!shrinks) return isWritten(act, list, i);
  const inside = b.compare('lt', i, lengthOf(act, list));
  if (!type.holey) return inside;
  const at = act.branch(
    inside,
    () => ({ kind: 'boolean', value: b.compare('ne', stateAt(act, list, i), b.int(0)) }),
    () => constantValue(false),
  );
  return at.kind === 'boolean' ? at.value : b.bool(false);
}
