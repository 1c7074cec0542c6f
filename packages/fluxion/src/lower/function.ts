/**
 * Lowers one specialisation of a function: parameters, hoisting, the body, its results.
 * Invariant: the function's parameters are the globals object, what the closure captured, `this`, and the arguments, each flattened.
 */
import { Builder } from '../ir/build.ts';
import type { Func, Value } from '../ir/ops.ts';
import { type ClassNode, type FunctionNode, isClass } from '../syntax/ast.ts';
import { Activation } from './activation.ts';
import { argumentsList, restList } from './calls/rest.ts';
import { Decline } from './decline.ts';
import { lowerDerived } from './derivatives/differentiated.ts';
import { evaluate } from './expressions.ts';
import type { Instance, Lowering } from './lowering.ts';
import { lowerConstructor } from './objects/classes.ts';
import { bindPattern } from './patterns.ts';
import { statements } from './statements.ts';
import { irTypes } from './types/cells.ts';
import type { JsType } from './types/types.ts';
import { type Abstract, coerce, flatten, rebuild, typeOf, undefinedValue } from './values.ts';

export function lowerFunction(lowering: Lowering, instance: Instance): Func {
  const b = new Builder();
  const globals = b.value('ref', 'globals');
  const params: Value[] = [globals];
  const take = (type: JsType, name?: string): Abstract => {
    const values = irTypes(type).map((t) => b.value(t, name));
    params.push(...values);
    return rebuild(type, values);
  };
  if (!isClass(instance.closure.code.node) && instance.closure.code.node.generator)
    throw new Decline('it is a generator');
  const own = take(typeOf({ kind: 'closure', closure: instance.closure }));
  if (own.kind !== 'closure') throw new Error('a function is a closure');
  const self = instance.self && take(instance.self, 'this');
  const { code } = instance.closure;
  const { node } = code;
  const given = instance.args.map((type, i) => {
    const p = isClass(node) ? undefined : node.params[i];
    return take(type, p?.type === 'Identifier' ? p.name : undefined);
  });
  const env = { ...own.closure.env, vars: own.closure.env.vars.copy(), home: instance.closure.home as Abstract };
  if (isClass(node) || !code.info.arrow) env.self = self ?? undefinedValue;
  const act = new Activation(lowering, instance, b, globals, env, own.closure);
  let result: Abstract = undefinedValue;
  const ops = b.draft(() => {
    result = act.block('return', [], (target) => {
      if (code.derives !== undefined) return lowerDerived(act, code, given);
      if (isClass(node)) return lowerConstructor(act, node, given);
      if (instance.newTarget) act.constructing = { self: env.self!, node: undefined, ready: true };
      bindParameters(act, node, given);
      if (node.body.type === 'BlockStatement') statements(act, node.body.body);
      else act.leave(target, evaluate(act, node.body));
      return undefined;
    });
    if (instance.newTarget && !act.dead && !(result.kind === 'constant' && result.value === undefined)) {
      act.decline('a constructor that returns something is not compiled', node);
    }
    if (lowering.isEntry(instance)) result = insistedOn(act, result, node);
    lowering.returns(instance, typeOf(result));
    result = coerce(b, result, instance.result, lowering);
  });
  return {
    name: instance.name,
    params,
    results: irTypes(instance.result),
    body: { params: [], ops: [...act.entry, ...ops], end: { kind: 'yield', values: flatten(result) } },
  };
}

/** A number that may be missing is expected to be there: where it is not, the tier is left. */
export function insistedOn(act: Activation, result: Abstract, node: FunctionNode | ClassNode): Abstract {
  // It throws on every way.
  if (result.kind === 'never') return { kind: 'number', value: act.b.number(Number.NaN) };
  if (result.kind === 'maybe') {
    act.guard(result.defined, 'type', 'it gives back no number', node);
    return { kind: 'number', value: result.value };
  }
  if (result.kind !== 'union') return result;
  const at = result.members.findIndex((m) => m.kind === 'number');
  const others = result.members.filter((m) => m.kind !== 'number');
  if (at < 0 || !others.every((m) => m.kind === 'constant' || m.kind === 'boolean' || m.kind === 'string'))
    return result;
  act.guard(act.b.compare('eq', result.tag, act.b.int(at)), 'type', 'it gives back no number', node);
  return result.members[at];
}

/** Arguments to parameters: defaults, patterns and rest included. */
export function bindParameters(act: Activation, node: FunctionNode, given: readonly Abstract[]): void {
  if (node.type === 'FunctionExpression' && node.id) {
    const own = act.unit.analysis.scopes.get(node.id)?.bindings.get(node.id.name);
    if (own !== undefined) act.env.vars.set(own, { kind: 'closure', closure: act.closure });
  }
  const info = act.unit.analysis.functions.get(node);
  if (info?.usesArguments && !info.arrow) act.given = argumentsList(act, node, given);
  node.params.forEach((p, i) => {
    if (p.type === 'RestElement')
      bindPattern(act, p.argument, act.instance.endsInRest ? given[i] : restList(act, p, given.slice(i)), true);
    else bindPattern(act, p, i < given.length ? given[i] : undefinedValue, true);
  });
}
