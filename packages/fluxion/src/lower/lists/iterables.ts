/**
 * What is iterated over: a list, a Map or Set, or the keys, values or entries of one.
 * Invariant: the iteration itself is never a value; it is gone through where it is written.
 */
import type { Value } from '../../ir/ops.ts';
import { type MemberExpression, type Node, unparen } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { argumentsOf, type Callee, callCallee, calleeOf, callMethod } from '../calls/calls.ts';
import { evaluate } from '../expressions.ts';
import { countedLoop } from '../flow/counted.ts';
import { collect, type GeneratorCall, generatorOf } from '../flow/generators.ts';
import { memberOfNode } from '../objects/members.ts';
import { type Abstract, neverValue, type ObjectValue } from '../values.ts';
import { arrayOf, arrayTypeAt, elementAt, lengthOf, newArray, storeAt } from './arrays.ts';
import { type Collection, collectionOf, removalEffect } from './collections.ts';
import { indexNumber, isList } from './lists.ts';
import { isTuple } from './tuples.ts';

export interface Iteration {
  readonly list: ObjectValue;
  readonly what: 'values' | 'keys' | 'entries';
  /** Of entries of a Map: the values, beside the keys that are the list. */
  readonly beside?: ObjectValue | undefined;
  /** What may not happen in a round. */
  readonly ended?: string | undefined;
}

/** What is gone through: a list, Map or Set, a generator that is called there, or any other value. */
export type Iterated = Iteration | { readonly generator: GeneratorCall } | { readonly value: Abstract };

/** `a`, `a.values()`, `a.keys()` or `a.entries()` of a list, Map or Set, a call of a generator; anything else is only evaluated. */
export function iterationOf(act: Activation, expression: Node): Iterated {
  const node = unparen(expression);
  const called = node.type === 'CallExpression' && !node.optional ? unparen(node.callee) : undefined;
  if (node.type === 'CallExpression' && called !== undefined && called.type !== 'Super') {
    let callee: Callee;
    if (called.type === 'MemberExpression' && called.object.type !== 'Super') {
      const self = evaluate(act, called.object);
      const what = node.arguments.length === 0 ? methodName(called) : undefined;
      if (what !== undefined && isList(self)) return { list: self, what };
      const collection = what === undefined ? undefined : collectionOf(act, self);
      if (collection !== undefined) return iterationOver(collection, what);
      if (act.dead || self.kind === 'union') return listOr(act, callMethod(act, self, called, node));
      callee = { self, fn: memberOfNode(act, self, called) };
    } else callee = calleeOf(act, node);
    if (act.dead) return { value: neverValue };
    const closure = generatorOf(act, callee.fn, node);
    if (closure === undefined) return listOr(act, callCallee(act, callee, node));
    const args = argumentsOf(act, node, callee.fn);
    return act.dead ? { value: neverValue } : { generator: { closure, self: callee.self, args, node } };
  }
  return listOr(act, evaluate(act, node));
}

function listOr(act: Activation, value: Abstract): Iteration | { readonly value: Abstract } {
  if (isList(value)) return { list: value, what: 'values' };
  const collection = collectionOf(act, value);
  return collection === undefined ? { value } : iterationOver(collection);
}

/** The iteration of a Map or Set. */
export function iterationOver(of: Collection, asked?: Iteration['what']): Iteration {
  const what = asked ?? (of.kind === 'Map' ? 'entries' : 'values');
  const ended = removalEffect(of.keys);
  if (what === 'entries') return { list: of.keys, what, beside: of.values, ended };
  return { list: what === 'keys' ? of.keys : of.values, what: 'values', ended };
}

/** `a.keys` and the like, which lists have without an array being made. */
function methodName(callee: MemberExpression): Iteration['what'] | undefined {
  if (callee.computed || callee.optional) return undefined;
  const { name } = callee.property as { name: string };
  const isOne = name === 'keys' || name === 'values' || name === 'entries';
  return isOne && !isNamespace(callee.object) ? name : undefined;
}

function isNamespace(node: Node): boolean {
  return node.type === 'Identifier' && (node.name === 'Object' || node.name === 'Reflect');
}

/** What a round gets. */
export function itemAt(act: Activation, iteration: Iteration, i: Value, node: Node): Abstract {
  const { list, what } = iteration;
  if (what === 'keys') return indexNumber(act, i);
  return what === 'values' ? elementAt(act, list, i, node) : arrayOf(act, node, entryAt(act, iteration, i, node));
}

/** The two parts of an entry. */
export function entryAt(act: Activation, { list, beside }: Iteration, i: Value, node: Node): [Abstract, Abstract] {
  const key = beside ? elementAt(act, list, i, node) : indexNumber(act, i);
  return [key, elementAt(act, beside ?? list, i, node)];
}

/** The iteration as a list (or tuple), to be spread: keys and entries become an array. */
export function listIteration(act: Activation, expression: Node): Abstract {
  const found = iterationOf(act, expression);
  if ('generator' in found) return collect(act, found.generator);
  if ('value' in found) {
    const { value } = found;
    if (value.kind !== 'never' && !isTuple(value)) act.decline('only arrays, Maps and Sets are spread', expression);
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

/** A Map or Set as the list of what iterating over it gives; every other value as it is. */
export function listed(act: Activation, value: Abstract, node: Node): Abstract {
  const collection = collectionOf(act, value);
  return collection === undefined ? value : asList(act, iterationOver(collection), node);
}
