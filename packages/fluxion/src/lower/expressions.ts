/**
 * Expressions. Invariant: operands are evaluated in the language's order, each once.
 */
import type { Value } from '../ir/ops.ts';
import {
  type AssignmentExpression,
  type ClassNode,
  type FunctionNode,
  type LogicalExpression,
  type Node,
  type UpdateExpression,
  unparen,
} from '../syntax/ast.ts';
import type { Activation } from './activation.ts';
import { lowerCall, lowerNew } from './calls/calls.ts';
import { lowerYield } from './flow/generators.ts';
import { assuming } from './flow/narrow.ts';
import { arrayLiteral } from './lists/arrays.ts';
import { lowerClass, lowerSuperMember } from './objects/classes.ts';
import { deleteEntry, isDictionary } from './objects/dictionaries.ts';
import { hasMember, instanceOf } from './objects/kinds.ts';
import { assignMemberTo, lowerMember, memberReference, readReference, recordLiteral } from './objects/members.ts';
import {
  arithmetic,
  compare,
  isNullish,
  isSurely,
  looseEquals,
  strictEquals,
  toNumber,
  truthy,
  typeofValue,
} from './operators.ts';
import { assign, bindPattern, readIdentifier } from './patterns.ts';
import { codeOf } from './program/code.ts';
import { templateText } from './strings.ts';
import { asBoolean, split } from './unions.ts';
import { type Abstract, constantValue, neverValue, undefinedValue, usable } from './values.ts';

export function evaluate(act: Activation, expression: Node): Abstract {
  const node = unparen(expression);
  if (act.dead) return neverValue;
  switch (node.type) {
    case 'Literal':
      if (typeof node.value === 'bigint' || node.value instanceof RegExp) {
        act.decline(`${typeof node.value === 'bigint' ? 'BigInt' : 'RegExp'} is not compiled`, node);
      }
      return constantValue(node.value);
    case 'Identifier':
      return readIdentifier(act, node);
    case 'ThisExpression':
      if (act.constructing?.ready === false) act.decline('this is used before super() is called', node);
      return act.env.self ?? outerThis(act, node);
    case 'TemplateLiteral':
      return templateText(act, node);
    case 'UnaryExpression':
      return unary(act, node.operator, node.argument, node);
    case 'BinaryExpression': {
      if (node.left.type === 'PrivateIdentifier') {
        return hasMember(act, constantValue(`#${node.left.name}`), evaluate(act, node.right), node);
      }
      const a = evaluate(act, node.left);
      const b = evaluate(act, node.right);
      act.b.at = act.place(node);
      return binary(act, node.operator, a, b, node);
    }
    case 'LogicalExpression':
      return logical(act, node);
    case 'ConditionalExpression': {
      const test = condition(act, node.test);
      if (typeof test === 'boolean') return evaluate(act, test ? node.consequent : node.alternate);
      return act.branch(
        test,
        () => assuming(act, node.test, true, () => evaluate(act, node.consequent)),
        () => assuming(act, node.test, false, () => evaluate(act, node.alternate)),
      );
    }
    case 'AssignmentExpression':
      return assignment(act, node);
    case 'UpdateExpression':
      return update(act, node);
    case 'SequenceExpression': {
      let last: Abstract = undefinedValue;
      for (const e of node.expressions) last = evaluate(act, e);
      return last;
    }
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return {
        kind: 'closure',
        closure: { code: codeOf(act.unit, node as FunctionNode), env: act.env, home: act.env.home },
      };
    case 'ClassExpression':
      return lowerClass(act, node as ClassNode);
    case 'ArrayExpression':
      return arrayLiteral(act, node);
    case 'ObjectExpression':
      return recordLiteral(act, node);
    case 'MemberExpression':
      if (node.object.type === 'Super') return lowerSuperMember(act, node);
      return lowerMember(act, node);
    case 'ChainExpression':
      return chain(act, node.expression);
    case 'CallExpression':
      return lowerCall(act, node);
    case 'NewExpression':
      return lowerNew(act, node);
    case 'YieldExpression':
      return lowerYield(act, node);
    default:
      return act.decline(`${node.type} is not compiled`, node);
  }
}

function outerThis(act: Activation, node: Node): Abstract {
  const had = act.unit.captured.lexicalThis();
  if (had === undefined) return act.decline('`this` of the function around is not known', node);
  if (typeof had.value !== 'object' || had.value === null) return constantValue(had.value);
  return act.decline('`this` of the function around is an object', node);
}

/** A condition: known, or a bool. */
export function condition(act: Activation, expression: Node): Value | boolean {
  const node = unparen(expression);
  if (node.type === 'LogicalExpression' && node.operator !== '??') {
    const left = condition(act, node.left);
    const and = node.operator === '&&';
    if (typeof left === 'boolean') return left === and ? condition(act, node.right) : left;
    const known = constantValue(!and);
    const right = (): Abstract => {
      const value = assuming(act, node.left, and, () => condition(act, node.right));
      return typeof value === 'boolean' ? constantValue(value) : { kind: 'boolean', value };
    };
    const merged = and ? act.branch(left, right, () => known) : act.branch(left, () => known, right);
    return truthy(act, merged, node);
  }
  if (node.type === 'UnaryExpression' && node.operator === '!') {
    const value = condition(act, node.argument);
    return typeof value === 'boolean' ? !value : act.b.not(value);
  }
  return truthy(act, evaluate(act, node), node);
}

function unary(act: Activation, operator: string, argument: Node, node: Node): Abstract {
  switch (operator) {
    case '!': {
      const value = condition(act, argument);
      return typeof value === 'boolean' ? constantValue(!value) : { kind: 'boolean', value: act.b.not(value) };
    }
    case 'typeof': {
      const inner = unparen(argument);
      if (inner.type === 'Identifier' && act.unit.analysis.references.get(inner)?.binding === undefined) {
        if (act.unit.captured.binding(inner.name) === undefined && !(inner.name in globalThis))
          return constantValue('undefined');
      }
      return typeofValue(act, evaluate(act, argument), node);
    }
    case 'void':
      evaluate(act, argument);
      return undefinedValue;
    case 'delete': {
      const target = unparen(argument);
      if (target.type !== 'MemberExpression') return act.decline('delete is not compiled', node);
      const { object, key } = memberReference(act, target);
      if (object.kind !== 'object' || object.type.type.kind !== 'record' || !isDictionary(object.type.type.root)) {
        return act.decline(
          'delete is compiled for objects whose names are found out at run time only: use a Map',
          node,
        );
      }
      return deleteEntry(act, object, typeof key === 'string' ? constantValue(key) : key, node);
    }
    case '+':
      return toNumber(act, evaluate(act, argument), node);
    case '-': {
      const value = toNumber(act, evaluate(act, argument), node);
      if (value.kind === 'constant') return constantValue(-(value.value as number));
      if (value.kind !== 'number') return value;
      return { kind: 'number', value: act.b.math('neg', value.value) };
    }
    case '~':
      return arithmetic(act, '^', evaluate(act, argument), constantValue(-1), node);
    default:
      return act.decline(`${operator} is not compiled`, node);
  }
}

export function binary(act: Activation, operator: string, a: Abstract, b: Abstract, node: Node): Abstract {
  if (a.kind === 'never' || b.kind === 'never') return neverValue;
  usable(a);
  usable(b);
  if (operator !== 'in' && operator !== 'instanceof' && !operator.startsWith('=') && !operator.startsWith('!')) {
    if (a.kind === 'union') return split(act, a, node, (one) => binary(act, operator, one, b, node));
    if (b.kind === 'union') return split(act, b, node, (one) => binary(act, operator, a, one, node));
  }
  switch (operator) {
    case '===':
      return asBoolean(strictEquals(act, a, b, node));
    case '!==':
      return negate(act, strictEquals(act, a, b, node));
    case '==':
      return asBoolean(looseEquals(act, a, b, node));
    case '!=':
      return negate(act, looseEquals(act, a, b, node));
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(act, operator, a, b, node);
    case 'in':
      return hasMember(act, a, b, node);
    case 'instanceof':
      return instanceOf(act, a, b, node);
    default:
      return arithmetic(act, operator, a, b, node);
  }
}

function negate(act: Activation, value: Value | boolean): Abstract {
  return typeof value === 'boolean' ? constantValue(!value) : { kind: 'boolean', value: act.b.not(value) };
}

function logical(act: Activation, node: LogicalExpression): Abstract {
  const left = evaluate(act, node.left);
  const right = (): Abstract => evaluate(act, node.right);
  if (node.operator === '??') return shortCircuit(act, '??', left, right, node);
  const goesOn = node.operator === '&&';
  return shortCircuit(act, node.operator, left, () => assuming(act, node.left, goesOn, right), node);
}

function shortCircuit(act: Activation, operator: string, left: Abstract, right: () => Abstract, node: Node): Abstract {
  if (left.kind === 'never') return neverValue;
  if (operator === '??') {
    const missing = isNullish(act, left, node);
    if (missing === true) return right();
    if (missing === false) return left;
    return act.branch(missing, right, () => isSurely(left, 'present'));
  }
  const test = truthy(act, left, node);
  if (typeof test === 'boolean') return test === (operator === '&&') ? right() : left;
  return operator === '&&'
    ? act.branch(test, right, () => isSurely(left, 'falsy'))
    : act.branch(test, () => isSurely(left, 'present'), right);
}

function assignment(act: Activation, node: AssignmentExpression): Abstract {
  const { operator } = node;
  const left = unparen(node.left);
  if (operator === '=') {
    if (left.type === 'MemberExpression') return assignMemberTo(act, left, () => evaluate(act, node.right));
    const value = evaluate(act, node.right);
    if (left.type === 'Identifier') assign(act, left, value);
    else bindPattern(act, left as never, value, false);
    return value;
  }
  const op = operator.slice(0, -1);
  const reference = left.type === 'MemberExpression' ? memberReference(act, left) : undefined;
  const old = reference ? readReference(act, reference, left) : evaluate(act, left);
  const write = (value: Abstract): Abstract => {
    if (reference) reference.write(value);
    else assign(act, left, value);
    return value;
  };
  if (op === '&&' || op === '||' || op === '??') {
    return shortCircuit(act, op, old, () => write(evaluate(act, node.right)), node);
  }
  const right = evaluate(act, node.right);
  act.b.at = act.place(node);
  return write(binary(act, op, old, right, node));
}

function update(act: Activation, node: UpdateExpression): Abstract {
  const target = unparen(node.argument);
  const reference = target.type === 'MemberExpression' ? memberReference(act, target) : undefined;
  const old = toNumber(act, reference ? readReference(act, reference, target) : evaluate(act, target), node);
  const next = arithmetic(act, node.operator === '++' ? '+' : '-', old, constantValue(1), node);
  if (reference) reference.write(next);
  else assign(act, target, next);
  return node.prefix ? next : old;
}

/** `a?.b.c`: undefined as soon as what stands before `?.` is null or undefined. */
function chain(act: Activation, node: Node): Abstract {
  return act.block('chain', [], (target) => {
    act.chains.push(target);
    const value = evaluate(act, node);
    act.chains.pop();
    return value;
  });
}
