/**
 * Expressions whose value no round of a loop changes, evaluated once before it.
 * Invariant: what is evaluated here has no effects, and gives in each round what it gives now.
 */
import { type Node, unparen } from '../../syntax/ast.ts';
import type { Binding } from '../../syntax/scope.ts';
import type { Activation } from '../activation.ts';
import { mathFunctions } from '../builtins/math.ts';
import { callValue } from '../calls/calls.ts';
import { binary, evaluate } from '../expressions.ts';
import { elementByNumber, lengthValue } from '../lists/arrays.ts';
import { memberOf } from '../objects/members.ts';
import { bindingOf, readVariable } from '../patterns.ts';
import { type Effects, elementEffect, fieldEffect, lengthEffect } from '../types/effects.ts';
import { type Abstract, constantValue, type ObjectValue, undefinedValue } from '../values.ts';

let pure: ReadonlySet<unknown> | undefined;
function isPure(fn: unknown): boolean {
  pure ??= new Set(mathFunctions.map(([f]) => f).filter((f) => f !== Math.random));
  return pure.has(fn);
}
const operators = new Set(['+', '-', '*', '/', '%', '**', '&', '|', '^', '<<', '>>', '>>>']);

/** The value of the expression in all rounds; undefined if it may change. `assigned` are the variables that the rounds assign. */
export function invariant(
  act: Activation,
  expression: Node,
  effects: Effects,
  assigned: readonly Binding[],
): Abstract | undefined {
  const node = unparen(expression);
  const inner = (n: Node): Abstract | undefined => invariant(act, n, effects, assigned);
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'number' ? constantValue(node.value) : undefined;
    case 'Identifier': {
      const binding = bindingOf(act, node);
      if (binding === undefined) return evaluate(act, node);
      if (assigned.includes(binding)) return undefined;
      const held = act.env.vars.get(binding);
      if (held === undefined || (held.kind === 'cell' && effects.changes(held.cell))) return undefined;
      return readVariable(act, binding);
    }
    case 'UnaryExpression': {
      if (node.operator !== '-' && node.operator !== '+') return undefined;
      const value = inner(node.argument);
      if (value?.kind !== 'number' && value?.kind !== 'constant') return undefined;
      return node.operator === '-' ? binary(act, '*', constantValue(-1), value, node) : value;
    }
    case 'BinaryExpression': {
      if (!operators.has(node.operator)) return undefined;
      const a = inner(node.left);
      if (a?.kind !== 'number' && a?.kind !== 'constant') return undefined;
      const b = inner(node.right);
      if (b?.kind !== 'number' && b?.kind !== 'constant') return undefined;
      return binary(act, node.operator, a, b, node);
    }
    case 'MemberExpression': {
      if (node.optional || node.object.type === 'Super') return undefined;
      const object = inner(node.object);
      if (object === undefined) return undefined;
      return memberIn(act, object, node, effects, inner);
    }
    case 'CallExpression': {
      const callee = unparen(node.callee);
      if (node.optional || callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') return undefined;
      const fn = inner(callee);
      if (fn?.kind !== 'constant' || !isPure(fn.value)) return undefined;
      const args: Abstract[] = [];
      for (const a of node.arguments) {
        const value = a.type === 'SpreadElement' ? undefined : inner(a);
        if (value?.kind !== 'number' && value?.kind !== 'constant') return undefined;
        args.push(value);
      }
      return callValue(act, fn, undefinedValue, args, node);
    }
    default:
      return undefined;
  }
}

function memberIn(
  act: Activation,
  object: Abstract,
  node: Node & { type: 'MemberExpression' },
  effects: Effects,
  inner: (n: Node) => Abstract | undefined,
): Abstract | undefined {
  const name = node.computed || node.property.type !== 'Identifier' ? undefined : node.property.name;
  if (object.kind === 'constant') return name === undefined ? undefined : memberOf(act, object, name, node);
  if (object.kind !== 'object' || object.type.orNull || object.type.orUndefined) return undefined;
  const { type } = object.type;
  if (type.kind === 'record') {
    // Where origins differ, one of them may have a getter.
    if (name === undefined || type.root.field(name) === undefined || type.root.variants.length > 1) return undefined;
    return effects.changes(fieldEffect(type, name)) ? undefined : memberOf(act, object, name, node);
  }
  const list = object as ObjectValue;
  if (type.kind === 'array' && effects.changes(lengthEffect(type))) return undefined;
  if (name === 'length') return lengthValue(act, list);
  if (name !== undefined || (type.kind === 'array' && effects.changes(elementEffect(type)))) return undefined;
  // Elements of typed arrays are written through other views as well.
  if (type.kind === 'typed') return undefined;
  const key = inner(node.property);
  if (key?.kind !== 'number' && key?.kind !== 'constant') return undefined;
  return elementByNumber(act, list, key, node);
}
