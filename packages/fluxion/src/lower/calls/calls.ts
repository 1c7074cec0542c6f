/**
 * Calls. Invariant: which function is called is known; a function of the user's becomes a call of its specialisation, one of the
 * engine's what builtins/ say.
 */
import { capture } from '../../capture/capture.ts';
import { userRule } from '../../rules/user.ts';
import type { CallExpression, MemberExpression, NewExpression, Node } from '../../syntax/ast.ts';
import { isClass, unparen } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { derivativeCall } from '../builtins/derivative.ts';
import { checkpointOf, operatorOf } from '../builtins/fluxion.ts';
import { pushOf } from '../builtins/growing.ts';
import { builtins, methodTable } from '../builtins/table.ts';
import { derivedFrom } from '../derivatives/derived.ts';
import { evaluate } from '../expressions.ts';
import { elementByNumber, lengthOf, numbersOf } from '../lists/arrays.ts';
import { listIteration } from '../lists/iterables.ts';
import { isList, slice } from '../lists/lists.ts';
import { elementsOfTuple, isTuple } from '../lists/tuples.ts';
import { construct, lowerSuperCall, lowerSuperMember } from '../objects/classes.ts';
import { memberOfNode, optional } from '../objects/members.ts';
import { constantOrGlobal } from '../outside/free.ts';
import { hostCall, isHosted, whyNotHosted } from '../outside/host.ts';
import { irTypes } from '../types/cells.ts';
import { type JsType, widen } from '../types/types.ts';
import { split } from '../unions.ts';
import {
  type Abstract,
  type Closure,
  coerce,
  constantValue,
  flatten,
  neverValue,
  rebuild,
  typeOf,
  undefinedValue,
  usable,
} from '../values.ts';
import { bound } from './binding.ts';
import { isReduction, reduced, spreadReduction } from './spread.ts';

export function lowerCall(act: Activation, node: CallExpression): Abstract {
  if (unparen(node.callee).type === 'Super') {
    const args = argumentsOf(act, node);
    if (act.dead) return neverValue;
    act.b.at = act.place(node);
    return lowerSuperCall(act, node, args);
  }
  const callee = unparen(node.callee);
  if (callee.type !== 'MemberExpression' || callee.object.type === 'Super')
    return calling(act, calleeOf(act, node), node);
  return callMethod(act, evaluate(act, callee.object), callee, node);
}

/** A method of one of several is called on that one. */
export function callMethod(act: Activation, self: Abstract, callee: MemberExpression, node: CallExpression): Abstract {
  if (act.dead) return neverValue;
  return split(act, self, node, (one) => calling(act, { self: one, fn: memberOfNode(act, one, callee) }, node));
}

/** What is called, and its `this`. */
export interface Callee {
  readonly fn: Abstract;
  readonly self: Abstract;
}

/** Of anything but a method. */
export function calleeOf(act: Activation, node: CallExpression): Callee {
  const callee = unparen(node.callee);
  if (callee.type !== 'MemberExpression') return { fn: evaluate(act, callee), self: undefinedValue };
  return { self: act.env.self ?? undefinedValue, fn: lowerSuperMember(act, callee) };
}

function calling(act: Activation, callee: Callee, node: CallExpression): Abstract {
  if (act.dead) return neverValue;
  if (!node.optional) return callCallee(act, callee, node);
  const fn = optional(act, callee.fn, node);
  return act.dead ? neverValue : callCallee(act, { ...callee, fn }, node);
}

/** The call, once function and `this` have been evaluated. */
export function callCallee(act: Activation, { fn, self }: Callee, node: CallExpression): Abstract {
  if (fn.kind === 'constant' && isReduction(fn.value)) {
    const folded = spreadReduction(act, fn.value, node);
    if (folded !== undefined) return folded;
  }
  const written = pushOf(act, fn, self, node) ?? derivativeCall(act, fn, node);
  if (written !== undefined) return written;
  const args = argumentsOf(act, node, fn);
  if (act.dead) return neverValue;
  act.b.at = act.place(node);
  return callValue(act, fn, self, args, node);
}

export function argumentsOf(act: Activation, node: CallExpression | NewExpression, fn?: Abstract): Abstract[] {
  const given: Abstract[] = [];
  node.arguments.forEach((a, i) => {
    if (a.type !== 'SpreadElement') {
      given.push(evaluate(act, a));
      return;
    }
    const from = unparen(a.argument);
    if (from.type === 'ArrayExpression' && from.elements.every((e) => e !== null && e.type !== 'SpreadElement')) {
      for (const e of from.elements) given.push(evaluate(act, e as Node));
      return;
    }
    const last = i === node.arguments.length - 1;
    const params = fn && last ? parametersOf(act, fn)?.slice(given.length) : undefined;
    const list = listIteration(act, from);
    const rest = params?.[params.length - 1]?.type === 'RestElement' && isList(list);
    given.push(...spreadOf(act, list, a, rest ? params.slice(0, -1) : params));
    if (!rest) return;
    const length = lengthOf(act, list);
    const at = act.b.integer('min', act.b.int(params.length - 1), length);
    given.push(slice(act, a, list, at, act.b.integer('sub', length, at)));
    withRest.add(given);
  });
  return given;
}

/** The parameters of a function of the user's that is known; undefined for every other, and for those that use `arguments`. */
function parametersOf(act: Activation, fn: Abstract): readonly Node[] | undefined {
  const unit = fn.kind === 'constant' && typeof fn.value === 'function' ? act.lowering.unitFor(fn.value) : undefined;
  const { node: code, unit: around } = fn.kind === 'closure' ? fn.closure.code : { node: unit?.shape.node, unit };
  const made =
    code && isClass(code)
      ? code.body.body.find((m) => m.type === 'MethodDefinition' && m.kind === 'constructor')
      : code;
  const node = made?.type === 'MethodDefinition' ? made.value : made;
  if (node === undefined || !('params' in node)) return undefined;
  const info = around?.analysis.functions.get(node);
  return info?.usesArguments && !info.arrow ? undefined : node.params;
}

/** Arguments of which the last is the list that a rest parameter gets. */
const withRest = new WeakSet<readonly Abstract[]>();

/** Calls a function value. */
export function callValue(
  act: Activation,
  fn: Abstract,
  self: Abstract,
  args: readonly Abstract[],
  node: Node,
): Abstract {
  usable(fn);
  if (fn.kind === 'union') return split(act, fn, node, (one) => callValue(act, one, self, args, node));
  if (fn.kind === 'never' || args.some((a) => a.kind === 'never')) return neverValue;
  if (fn.kind === 'closure') return callClosure(act, fn.closure, self, args, node);
  if (fn.kind === 'constant' && typeof fn.value === 'function') return callFunction(act, fn.value, self, args, node);
  if (fn.kind !== 'conflict' && fn.kind !== 'cell') {
    act.guard(act.b.bool(false), 'type', 'what is called is no function', node);
    return neverValue;
  }
  return act.decline('which function is called is not known', node);
}

/**
 * The function by which bundlers write a name beside each function that they rename: it gives back what it is given. It is called before
 * the variable has the function, so a function that calls itself would not find itself in it.
 */
const nameKeeper =
  /^\((\w+),\s*(\w+)\)\s*=>\s*\w+\(\1,\s*"name",\s*\{\s*value(?::\s*\2)?,\s*configurable:\s*(?:true|!0)\s*\}\)$/;
const keepers = new WeakMap<Function, boolean>();

function keepsNames(fn: Function): boolean {
  let known = keepers.get(fn);
  if (known === undefined) keepers.set(fn, (known = nameKeeper.test(Function.prototype.toString.call(fn))));
  return known;
}

/** Calls a function that exists: of the engine's, of Fluxion's, or of the user's modules. `checkpoint`: one that is lowered keeps little. */
function callFunction(
  act: Activation,
  fn: Function,
  self: Abstract,
  args: readonly Abstract[],
  node: Node,
  checkpoint?: true,
): Abstract {
  if (fn === Function.prototype.call) return callValue(act, self, args[0] ?? undefinedValue, args.slice(1), node);
  if (fn === Function.prototype.apply) return applied(act, self, args, node);
  if (fn === Reflect.apply) return applied(act, args[0] ?? undefinedValue, args.slice(1), node);
  if (fn === Function.prototype.bind) return bound(act, self, args, node);
  if (keepsNames(fn)) return args[0] ?? undefinedValue;
  const entry = builtins.get(fn) ?? operatorOf(fn);
  if (entry !== undefined) return entry(act, args, node);
  const method = methodTable.get(fn);
  if (method !== undefined) return method(act, self, args, node);
  if (fn === Number.prototype.valueOf && self.kind === 'number') return self;
  if (isHosted(fn)) return hostCall(act, fn, args, node);
  const { lowering } = act;
  const original = checkpointOf(fn);
  if (original !== undefined) return callFunction(act, original, self, args, node, true);
  if (derivedFrom(fn) !== undefined) return callClosure(act, lowering.closureOf(fn, act.place(node)), self, args, node);
  const unit = lowering.unitFor(fn);
  if (unit === undefined) {
    const captured = capture(fn);
    if (captured.bound === undefined)
      return act.decline(`${fn.name || 'a function'}, a function of the engine, is not compiled`, node);
    const { target, boundThis, boundArgs } = captured.bound;
    const given = boundArgs.map((a, i) => held(act, fn, i, a, node));
    return callFunction(act, target, held(act, fn, -1, boundThis, node), [...given, ...args], node, checkpoint);
  }
  // Variables of others can't be written by compiled code: such a function runs where they are.
  const writes = [...unit.analysis.free.values()].some((f) => f.write);
  if (writes) {
    const why = userRule(fn) ? `${fn.name || 'a function'} has a rule of its own` : whyNotHosted(lowering, fn);
    if (why !== undefined) return act.decline(why, node);
    return hostCall(act, fn, args, node);
  }
  const closure = lowering.closureOf(fn, act.place(node));
  return callClosure(act, checkpoint ? { ...closure, checkpoint } : closure, self, args, node);
}

/** What `bind` has given to a function. */
function held(act: Activation, fn: Function, i: number, value: unknown, node: Node): Abstract {
  const key = act.lowering.hostKey(fn, `bound ${i}`);
  return constantOrGlobal(act, key, `bound ${i}`, () => value, node);
}

function applied(act: Activation, fn: Abstract, args: readonly Abstract[], node: Node): Abstract {
  const [self = undefinedValue, list = undefinedValue] = args;
  if (list.kind === 'constant' && (list.value === undefined || list.value === null)) {
    return callValue(act, fn, self, [], node);
  }
  if (fn.kind === 'constant' && isReduction(fn.value)) return reduced(act, fn.value, [{ all: list }], node);
  return callValue(act, fn, self, spreadOf(act, list, node, parametersOf(act, fn)), node);
}

/** The values of a list whose length is known, or those of them that these parameters take. */
function spreadOf(act: Activation, list: Abstract, node: Node, params?: readonly Node[]): Abstract[] {
  if (list.kind === 'never') return [neverValue];
  if (isTuple(list)) return elementsOfTuple(act, list, node);
  if (params === undefined || params.some((p) => p.type === 'RestElement') || !isList(list)) {
    return act.decline('how many values are spread is not known: hand over the list, or its elements one by one', node);
  }
  const length = lengthOf(act, list);
  const needed = params.findIndex((p) => p.type === 'AssignmentPattern');
  const least = needed < 0 ? params.length : needed;
  const right = act.b.compare('ge', length, act.b.int(least));
  act.guard(right, 'shape', 'fewer values are spread than the function has parameters', node);
  return params.map((p, i) => {
    const element = (): Abstract => elementByNumber(act, list, constantValue(i), node);
    if (i < least && p.type !== 'AssignmentPattern') return element();
    return act.branch(act.b.compare('gt', length, act.b.int(i)), element, () => undefinedValue);
  });
}

/** Calls a function of the user's: its specialisation for these types. */
export function callClosure(
  act: Activation,
  closure: Closure,
  self: Abstract,
  args: readonly Abstract[],
  node: Node,
): Abstract {
  const { code } = closure;
  if ('async' in code.node && (code.node.async || code.node.generator)) {
    const why = code.node.async ? 'is async' : 'is a generator, compiled only where for…of calls it';
    return act.decline(`${nameOf(closure)} ${why}`, node);
  }
  if (code.info === undefined) {
    act.guard(act.b.bool(false), 'type', 'a class is called without new', node);
    return neverValue;
  }
  const usesSelf = !code.info.arrow && code.info.usesThis;
  return invoke(act, closure, usesSelf ? self : undefined, args, false);
}

function nameOf(closure: Closure): string {
  return closure.code.node.id?.name ?? 'a function';
}

/** Calls the specialisation of a function for these types. */
export function invoke(
  act: Activation,
  closure: Closure,
  self: Abstract | undefined,
  args: readonly Abstract[],
  newTarget: boolean,
): Abstract {
  const { b, lowering } = act;
  const types: JsType[] = args.map((a) => widened(typeOf(usable(a))));
  const given = args.map((a, i) => coerce(b, a, types[i], lowering));
  const own = self && usable(self);
  const instance = lowering.instance(closure, own, types, newTarget, withRest.has(args));
  const values = [
    act.globals,
    ...flatten({ kind: 'closure', closure }),
    ...(own ? flatten(own) : []),
    ...given.flatMap(flatten),
  ];
  act.changes(...instance.effects.all());
  if (instance.result.kind === 'never') return neverComesBack(act);
  const checkpoint = closure.checkpoint === true ? (numbersOf(instance.result) ?? 'numbers') : undefined;
  const results = b.call(instance.name, values, irTypes(instance.result), checkpoint);
  return rebuild(instance.result, results);
}

/** A function is called that throws on every way, once its type has settled: the tier is left there. */
export function neverComesBack({ b, lowering }: Activation): Abstract {
  b.guard(b.bool(false), lowering.reason('throw', 'a function that it calls throws', b.at));
  return neverValue;
}

/** Numbers and truth values that are known make no specialisation of their own; texts and functions do. */
export function widened(type: JsType): JsType {
  return type.kind === 'constant' && typeof type.value !== 'string' ? widen(type) : type;
}

export function lowerNew(act: Activation, node: NewExpression): Abstract {
  const fn = evaluate(act, node.callee);
  const args = argumentsOf(act, node, fn);
  if (act.dead) return neverValue;
  act.b.at = act.place(node);
  return split(act, fn, node, (one) => {
    if (one.kind === 'closure') return construct(act, one, args, node);
    if (one.kind !== 'constant') return act.decline('what is constructed is not known', node);
    if (typeof one.value === 'function')
      return builtins.get(one.value)?.(act, args, node) ?? construct(act, one, args, node);
    act.guard(act.b.bool(false), 'type', 'what is constructed is no class', node);
    return neverValue;
  });
}
