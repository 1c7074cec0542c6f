/**
 * What is iterated over: a list, or the keys, values or entries of one.
 * Invariant: the iteration itself is never a value; it is gone through where it is written.
 */
import type { Value } from '../ir/ops.ts';
import { type Node, unparen } from '../syntax/ast.ts';
import type { Activation } from './activation.ts';
import { arrayOf, arrayTypeAt, elementAt, lengthOf, newArray, storeAt } from './arrays.ts';
import { countedLoop } from './counted.ts';
import { evaluate } from './expressions.ts';
import { indexNumber, isList } from './lists.ts';
import { isTuple } from './tuples.ts';
import type { Abstract, ObjectValue } from './values.ts';

export interface Iteration {
  readonly list: ObjectValue;
  readonly what: 'values' | 'keys' | 'entries';
}

/** `a`, `a.values()`, `a.keys()` or `a.entries()` of a list; anything else is only evaluated. */
export function iterationOf(act: Activation, expression: Node): Iteration | { readonly value: Abstract } {
  const node = unparen(expression);
  if (node.type === 'CallExpression' && node.arguments.length === 0 && !node.optional) {
    const callee = unparen(node.callee);
    if (callee.type === 'MemberExpression' && !callee.computed && !callee.optional && callee.object.type !== 'Super') {
      const { name } = callee.property as { name: string };
      if ((name === 'keys' || name === 'values' || name === 'entries') && !isNamespace(callee.object)) {
        const list = evaluate(act, callee.object);
        if (isList(list)) return { list, what: name };
        return act.decline(`${name}() of something that is no array is not compiled`, node);
      }
    }
  }
  const value = evaluate(act, node);
  return isList(value) ? { list: value, what: 'values' } : { value };
}

function isNamespace(node: Node): boolean {
  return node.type === 'Identifier' && (node.name === 'Object' || node.name === 'Reflect');
}

/** What a round gets. */
export function itemAt(act: Activation, { list, what }: Iteration, i: Value, node: Node): Abstract {
  if (what === 'keys') return indexNumber(act, i);
  const element = elementAt(act, list, i, node);
  return what === 'values' ? element : arrayOf(act, node, [indexNumber(act, i), element]);
}

/** The iteration as a list (or tuple), to be spread: keys and entries become an array. */
export function listIteration(act: Activation, expression: Node): Abstract {
  const found = iterationOf(act, expression);
  if ('value' in found) {
    const { value } = found;
    if (value.kind !== 'never' && !isTuple(value)) act.decline('only arrays are spread', expression);
    return value;
  }
  return asList(act, found, expression);
}

/** Keys and entries become an array. */
export function asList(act: Activation, iteration: Iteration, node: Node): ObjectValue {
  const { list, what } = iteration;
  if (what === 'values') return list;
  const { b } = act;
  const type = arrayTypeAt(act, node, what);
  const length = lengthOf(act, list);
  const result = newArray(act, type, length);
  countedLoop(act, node, b.int(0), length, (i) => {
    storeAt(act, result, i, itemAt(act, iteration, i, node), node);
  });
  return result;
}
