/**
 * Arrays made of the elements of others: spread, `concat`, `flat`, `flatMap`; and texts made of them: `join`.
 * Invariant: each list is read as it is where it stands; holes are left out or leave the tier, as the language has it.
 */
import type { ArrayExpression, Node } from '../../syntax/ast.ts';
import { children, unparen } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { evaluate } from '../expressions.ts';
import { fold } from '../flow/counted.ts';
import {
  admit,
  arrayOf,
  arrayTypeAt,
  arrayTypeOf,
  elementAt,
  elementTypeOf,
  lengthOf,
  newArray,
  placeKey,
} from '../lists/arrays.ts';
import { listIteration } from '../lists/iterables.ts';
import { callbackOf, eachElement, indexNumber, isList, listOf, takeElements } from '../lists/lists.ts';
import { elementsOfTuple, isTuple, tupleLength } from '../lists/tuples.ts';
import { isNullish, isSurely } from '../operators.ts';
import { joined, toText } from '../strings.ts';
import { type Abstract, constantValue, neverValue, type ObjectValue } from '../values.ts';
import { append, appendAll, appendList, arrayOnly } from './growing.ts';
import type { Method } from './table.ts';

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
      admit(act, type, part, node);
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

const join: Method = (act, self, args, node) => {
  const [by = constantValue(',')] = args;
  if (self.kind === 'never' || by.kind === 'never') return neverValue;
  const between = by.kind === 'constant' && by.value === undefined ? constantValue(',') : toText(act, by, node);
  const text = (element: Abstract): Abstract => {
    const missing = isNullish(act, element, node);
    if (typeof missing === 'boolean') return missing ? constantValue('') : toText(act, element, node);
    return act.branch(
      missing,
      () => constantValue(''),
      () => toText(act, isSurely(element, 'present'), node),
    );
  };
  if (isTuple(self)) {
    const texts = elementsOfTuple(act, self, node).map(text);
    return texts.reduce(
      (so, t, i) => joined(act, i === 0 ? so : joined(act, so, between, node), t, node),
      constantValue(''),
    );
  }
  const list = listOf(act, self, node);
  const { b } = act;
  return fold(act, node, placeKey(node, 'joined'), constantValue(''), b.int(0), lengthOf(act, list), (so, i) => {
    const before = act.branch(
      b.compare('eq', i, b.int(0)),
      () => so,
      () => joined(act, so, between, node),
    );
    return joined(act, before, text(elementAt(act, list, i, node)), node);
  });
};

export const joiningMethods: Readonly<Record<string, Method>> = { concat, flat, flatMap, join };
