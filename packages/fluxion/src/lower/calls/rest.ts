/**
 * Rest parameters and `arguments`: what a call has given, as a list.
 * Invariant: how many there are is known from the call; where they are only handed on, each keeps its own type.
 */
import { children, type FunctionNode, isFunction, type Node, unparen } from '../../syntax/ast.ts';
import type { Binding } from '../../syntax/scope.ts';
import type { Activation } from '../activation.ts';
import { arrayOf } from '../lists/arrays.ts';
import { makeTuple } from '../lists/tuples.ts';
import { declarationOf } from '../program/code.ts';
import { parentOf } from '../program/parents.ts';
import type { Abstract } from '../values.ts';

/** The value of a rest parameter: a tuple if it is only spread. */
export function restList(act: Activation, rest: Node & { type: 'RestElement' }, given: readonly Abstract[]): Abstract {
  const { argument } = rest;
  const binding = argument.type === 'Identifier' ? declarationOf(act.unit, argument) : undefined;
  if (binding !== undefined && onlySpread(act, binding)) return makeTuple(act, rest, given);
  return arrayOf(act, rest, given);
}

function onlySpread(act: Activation, binding: Binding): boolean {
  if (binding.assignments.length > 0) return false;
  return binding.references.every(({ node }) => isHandedOn(act, node));
}

/** `arguments` of a function, as a list that the program can't tell from it. */
export function argumentsList(act: Activation, node: FunctionNode, given: readonly Abstract[]): Abstract {
  const { analysis } = act.unit;
  for (const p of node.params) {
    const assigned = p.type === 'Identifier' && (declarationOf(act.unit, p)?.assignments.length ?? 0) > 0;
    if (assigned && !analysis.functions.get(node)?.strict) {
      act.decline('a parameter is assigned in a function that uses `arguments`; use a rest parameter', p);
    }
  }
  const handedOn = (at: Node): boolean =>
    children(at).every((child) => {
      if (child.type === 'Identifier' && child.name === 'arguments') return isHandedOn(act, child);
      return (isFunction(child) && child.type !== 'ArrowFunctionExpression') || handedOn(child);
    });
  return handedOn(node) ? makeTuple(act, node, given) : arrayOf(act, node, given);
}

/** Whether a list stands where all of it become the arguments of a call. */
function isHandedOn(act: Activation, node: Node): boolean {
  const parent = parentOf(act, node);
  const call = parent?.type === 'SpreadElement' ? parentOf(act, parent) : parent;
  if (parent?.type === 'SpreadElement') return call?.type === 'CallExpression' || call?.type === 'NewExpression';
  if (call?.type !== 'CallExpression' || call.arguments[1] !== node) return false;
  const callee = unparen(call.callee);
  return (
    callee.type === 'MemberExpression' && !callee.computed && (callee.property as { name: string }).name === 'apply'
  );
}

/** Whether `arguments` stands where it is only read as a list. */
export function isReadAsList(act: Activation, node: Node): boolean {
  const parent = parentOf(act, node);
  switch (parent?.type) {
    case 'MemberExpression': {
      if (unparen(parent.object) !== node) return false;
      if (!parent.computed && (parent.property as { name?: string }).name !== 'length') return false;
      const user = parentOf(act, parent);
      if (user?.type === 'AssignmentExpression') return unparen(user.left) !== parent;
      return user?.type !== 'UpdateExpression' && user?.type !== 'CallExpression' ? true : parent.computed === false;
    }
    case 'SpreadElement':
      return true;
    case 'ForOfStatement':
      return unparen(parent.right) === node;
    case 'CallExpression': {
      const callee = unparen(parent.callee);
      const name =
        callee.type === 'MemberExpression' && !callee.computed ? (callee.property as { name: string }).name : '';
      return (name === 'from' && parent.arguments[0] === node) || (name === 'apply' && parent.arguments[1] === node);
    }
    default:
      return false;
  }
}
