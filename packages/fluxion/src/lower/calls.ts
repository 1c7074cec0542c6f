/**
 * Calls. Invariant: which function is called is known; a function of the user's becomes a call of its specialisation, one of the
 * engine's what builtins/ say.
 */
import type { CallExpression, NewExpression, Node } from '../syntax/ast.ts';
import { unparen } from '../syntax/ast.ts';
import type { Activation } from './activation.ts';
import { builtins, methodTable } from './builtins/table.ts';
import { evaluate } from './expressions.ts';
import { memberOfNode, optional } from './members.ts';
import { type JsType, widen } from './types.ts';
import {
  type Abstract,
  type Closure,
  coerce,
  flatten,
  irTypes,
  neverValue,
  rebuild,
  typeOf,
  undefinedValue,
  usable,
} from './values.ts';

export function lowerCall(act: Activation, node: CallExpression): Abstract {
  const callee = unparen(node.callee);
  let self: Abstract = undefinedValue;
  let fn: Abstract;
  if (callee.type === 'Super') return act.decline('super() is not compiled', node);
  if (callee.type === 'MemberExpression' && callee.object.type !== 'Super') {
    self = evaluate(act, callee.object);
    fn = memberOfNode(act, self, callee);
  } else fn = evaluate(act, callee);
  if (act.dead) return neverValue;
  if (node.optional) {
    fn = optional(act, fn, node);
    if (act.dead) return neverValue;
  }
  const args = argumentsOf(act, node);
  if (act.dead) return neverValue;
  act.b.at = act.place(node);
  return callValue(act, fn, self, args, node);
}

export function argumentsOf(act: Activation, node: CallExpression | NewExpression): Abstract[] {
  return node.arguments.map((a) => {
    if (a.type === 'SpreadElement') return act.decline('a call with spread arguments is not compiled', a);
    return evaluate(act, a);
  });
}

/** Calls a function value. */
export function callValue(
  act: Activation,
  fn: Abstract,
  self: Abstract,
  args: readonly Abstract[],
  node: Node,
): Abstract {
  usable(fn);
  if (fn.kind === 'never' || args.some((a) => a.kind === 'never')) return neverValue;
  if (fn.kind === 'closure') return callClosure(act, fn.closure, self, args, node);
  if (fn.kind === 'constant' && typeof fn.value === 'function') {
    const builtin = builtins.get(fn.value);
    if (builtin !== undefined) return builtin(act, args, node);
    const method = methodTable.get(fn.value);
    if (method !== undefined) return method(act, self, args, node);
    return callClosure(act, act.lowering.closureOf(fn.value, act.place(node)), self, args, node);
  }
  if (fn.kind === 'constant') {
    act.guard(act.b.bool(false), 'type', 'what is called is no function', node);
    return neverValue;
  }
  return act.decline('which function is called is not known', node);
}

/** Calls a function of the user's: its specialisation for these types. */
export function callClosure(
  act: Activation,
  closure: Closure,
  self: Abstract,
  args: readonly Abstract[],
  node: Node,
): Abstract {
  const { b, lowering } = act;
  const { code } = closure;
  if ('async' in code.node && (code.node.async || code.node.generator)) {
    return act.decline(`it is ${code.node.async ? 'async' : 'a generator'}`, node);
  }
  const types: JsType[] = args.map((a) => widened(typeOf(usable(a))));
  const given = args.map((a, i) => coerce(b, a, types[i], lowering));
  const usesSelf = code.info !== undefined && !code.info.arrow && code.info.usesThis;
  const own = usesSelf ? self : undefined;
  const instance = lowering.instance(closure, own, types);
  const values = [
    act.globals,
    ...flatten({ kind: 'closure', closure }),
    ...(own ? flatten(own) : []),
    ...given.flatMap(flatten),
  ];
  if (instance.result.kind === 'never') return neverValue;
  const results = b.call(instance.name, values, irTypes(instance.result));
  return rebuild(instance.result, results);
}

/** Numbers and truth values that are known make no specialisation of their own; texts and functions do. */
function widened(type: JsType): JsType {
  return type.kind === 'constant' && typeof type.value !== 'string' ? widen(type) : type;
}

export function lowerNew(act: Activation, node: NewExpression): Abstract {
  const fn = evaluate(act, node.callee);
  const args = argumentsOf(act, node);
  if (act.dead) return neverValue;
  if (fn.kind === 'constant' && typeof fn.value === 'function') {
    const made = builtins.get(fn.value);
    if (made !== undefined) return made(act, args, node);
  }
  return act.decline('what is constructed is not known', node);
}
