/**
 * Calls of derivative operators inside a lowered function: `grad(f)` and its like give functions, `jvp` and `vjp` are functions that are
 * called at once.
 * Invariant: options that change what is computed are known from the text, or the function is declined.
 */
import type { CallExpression, Node } from '../../syntax/ast.ts';
import { unparen } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { callClosure } from '../calls/calls.ts';
import { closureOver, codeFor } from '../derivatives/derived.ts';
import { evaluate } from '../expressions.ts';
import { placeKey } from '../lists/arrays.ts';
import { elementsOfTuple, isTuple } from '../lists/tuples.ts';
import type { Derives, OperatorName } from '../program/code.ts';
import { describeType } from '../types/types.ts';
import { type Abstract, type Closure, neverValue, typeOf, undefinedValue, usable } from '../values.ts';
import type { Builtin } from './table.ts';

const operators = new Map<Function, OperatorName>();

export function registerDerivative(fn: Function, name: OperatorName): void {
  operators.set(fn, name);
}

export function derivativeNamed(fn: Function): OperatorName | undefined {
  return operators.get(fn);
}

/** Options that change no number. */
const passedOver: readonly string[] = ['tier', 'maxTape', 'maxMemory'];

/** A call whose arguments are written out; undefined where it is no operator's, or its arguments are spread. */
export function derivativeCall(act: Activation, fn: Abstract, node: CallExpression): Abstract | undefined {
  const name = fn.kind === 'constant' && typeof fn.value === 'function' ? operators.get(fn.value) : undefined;
  if (name === undefined || node.arguments.some((a) => a.type === 'SpreadElement')) return undefined;
  const [first, ...rest] = node.arguments;
  if (first === undefined) return undefined;
  const f = evaluate(act, first);
  if (name === 'vjp') {
    const args = rest.map((a) => evaluate(act, a));
    if (act.dead) return neverValue;
    return callClosure(act, closureFor(act, f, { operator: 'vjp' }, node), undefinedValue, args, node);
  }
  if (name !== 'jvp') {
    const options = optionsFrom(act, name, rest[0]);
    return act.dead
      ? neverValue
      : { kind: 'closure', closure: closureFor(act, f, { operator: name, ...options }, node) };
  }
  const [args, tangents] = [rest[0], rest[1]].map((list) => (list === undefined ? [] : partsOf(act, list, node)));
  optionsFrom(act, name, rest[2]);
  if (act.dead) return neverValue;
  return pushForward(act, f, args, tangents, node);
}

/** The same for operators that are called in another way, as callbacks are. */
export function derivativeBuiltin(name: OperatorName): Builtin {
  return (act, args, node) => {
    const [f = undefinedValue, ...rest] = args;
    if (name === 'vjp')
      return callClosure(act, closureFor(act, f, { operator: name }, node), undefinedValue, rest, node);
    const options = rest[name === 'jvp' ? 2 : 0];
    if (options !== undefined) checkOptions(act, name, options, node);
    if (name !== 'jvp') return { kind: 'closure', closure: closureFor(act, f, { operator: name }, node) };
    const lists = [rest[0] ?? undefinedValue, rest[1] ?? undefinedValue];
    if (!lists.every(isTuple)) return act.decline('the arguments of jvp are not written out', node);
    return pushForward(act, f, elementsOfTuple(act, lists[0], node), elementsOfTuple(act, lists[1], node), node);
  };
}

function pushForward(
  act: Activation,
  f: Abstract,
  args: readonly Abstract[],
  tangents: readonly Abstract[],
  node: Node,
): Abstract {
  const isMoved = (i: number): boolean => {
    const tangent = tangents[i];
    return tangent !== undefined && !(tangent.kind === 'constant' && (tangent.value ?? undefined) === undefined);
  };
  const moves = args.map((_, i) => isMoved(i));
  const moved = tangents.filter((_, i) => i < args.length && isMoved(i));
  const closure = closureFor(act, f, { operator: 'jvp', moves }, node);
  return callClosure(act, closure, undefinedValue, [...args, ...moved], node);
}

function closureFor(act: Activation, f: Abstract, derives: Derives, node: Node): Closure {
  usable(f);
  const isFunction =
    f.kind === 'closure' ||
    f.kind === 'union' ||
    f.kind === 'never' ||
    (f.kind === 'constant' && typeof f.value === 'function');
  if (!isFunction) act.decline(`${derives.operator} of a ${describeType(typeOf(f))}`, node);
  const key = placeKey(node, JSON.stringify(derives));
  return closureOver(codeFor(act.lowering, key, act.unit, node, derives, ['f']), f);
}

/** The values of a list that is written out, or of which it is known how many there are. */
function partsOf(act: Activation, list: Node, node: Node): Abstract[] {
  const literal = unparen(list);
  if (literal.type === 'ArrayExpression' && literal.elements.every((e) => e !== null && e.type !== 'SpreadElement'))
    return literal.elements.map((e) => evaluate(act, e as Node));
  const value = evaluate(act, list);
  if (act.dead) return [];
  if (!isTuple(value)) return act.decline('the arguments of jvp are not written out', node);
  return elementsOfTuple(act, value, node);
}

function optionsFrom(act: Activation, name: OperatorName, options: Node | undefined): Pick<Derives, 'wrt' | 'aux'> {
  if (options === undefined) return {};
  const literal = unparen(options);
  if (literal.type !== 'ObjectExpression') {
    checkOptions(act, name, evaluate(act, options), options);
    return {};
  }
  const found: { wrt?: number | readonly number[]; aux?: boolean } = {};
  for (const p of literal.properties) {
    if (p.type !== 'Property' || p.computed || p.key.type !== 'Identifier')
      return act.decline(`the options of ${name} are not written out`, options);
    const key = p.key.name;
    const value = unparen(p.value);
    const known = value.type === 'Literal' ? value.value : undefined;
    if (passedOver.includes(key) || (key === 'verify' && known === false)) {
      evaluate(act, value);
      continue;
    }
    if (key === 'wrt' && typeof known === 'number') found.wrt = known;
    else if (key === 'wrt' && value.type === 'ArrayExpression') {
      found.wrt = value.elements.map((e) => {
        const at = e === null ? undefined : unparen(e as Node);
        if (at?.type === 'Literal' && typeof at.value === 'number') return at.value;
        return act.decline(`the wrt of ${name} is not written out`, options);
      });
    } else if (key === 'hasAux' && typeof known === 'boolean' && name === 'valueAndGrad') found.aux = known;
    else return act.decline(`the option ${key} of ${name} inside the function is not compiled`, options);
  }
  return found;
}

/** Options in a variable: what is in them is not known, but what could be is. */
function checkOptions(act: Activation, name: OperatorName, options: Abstract, node: Node): void {
  if (options.kind === 'never' || (options.kind === 'constant' && options.value === undefined)) return;
  const type = options.kind === 'object' && options.type.type.kind === 'record' ? options.type.type.root : undefined;
  const harmless = type?.fields.every((field) => passedOver.includes(field.name)) === true;
  if (!harmless) act.decline(`what the options of ${name} are is not known`, node);
}
