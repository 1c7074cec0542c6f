/**
 * Variables from around the function that was handed in: globals, module variables, captured objects.
 * Invariant: only primitives and functions of bindings that are never assigned again are compiled in; everything else is given to each call.
 */
import type { Identifier, Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { builtinObjects } from '../builtins/table.ts';
import { Decline } from '../decline.ts';
import { constant, type JsType } from '../types/types.ts';
import { type Abstract, constantValue, rebuild } from '../values.ts';
import { isProxy } from './known.ts';

const keys = new WeakMap<object, Map<string, object>>();

/** A key for a property of an object that is read anew at each call. */
export function propertyKey(object: object, name: string): object {
  let byName = keys.get(object);
  if (byName === undefined) keys.set(object, (byName = new Map()));
  let key = byName.get(name);
  if (key === undefined) byName.set(name, (key = {}));
  return key;
}

/** The exports of a module, as `import * as m`, bundlers and `require` give them. */
export function isModule(value: object): boolean {
  if (isProxy(value)) return false;
  return (value as Record<symbol, unknown>)[Symbol.toStringTag] === 'Module' || Object.hasOwn(value, '__esModule');
}

/** An export: functions are guarded, everything else is given to each call. */
export function exportOf(act: Activation, module: object, name: string, node: Node): Abstract {
  const read = (): unknown => (module as Record<string, unknown>)[name];
  if (typeof read() === 'function') return constantValue(act.lowering.guards.read(module, name));
  return constantOrGlobal(act, propertyKey(module, name), name, read, node, false);
}

export function freeVariable(act: Activation, node: Identifier): Abstract {
  const { name } = node;
  if (name === 'undefined') return constantValue(undefined);
  if (name === 'NaN') return constantValue(Number.NaN);
  if (name === 'Infinity') return constantValue(Number.POSITIVE_INFINITY);
  const { captured } = act.unit;
  const binding = captured.binding(name);
  if (binding === undefined) {
    const { get } = Object.getOwnPropertyDescriptor(globalThis, name) ?? {};
    // What belongs to the engine or the host is so by the object, however it is found.
    if (get !== undefined && !builtinObjects.has((globalThis as Record<string, unknown>)[name] as object))
      act.decline(`${name} is a global accessor`, node);
    if (!(name in globalThis)) act.decline(`${name} is not defined`, node);
    return engineProperty(act, globalThis, name, node);
  }
  if (binding.kind === 'constant') return constantOrGlobal(act, binding.value, name, () => binding.value, node);
  // A live binding is what it is when the call begins: nothing that is compiled writes it (see `assign`), and hosts called are the engine's own.
  if (act.lowering.writtenNames.has(name)) act.decline(`${name} is changed by a function that the host calls`, node);
  act.lowering.liveNames.add(name);
  const key = act.lowering.site(`live ${act.unit.index} ${name}`, () => ({}));
  const read = (): unknown => binding.get();
  return throughGlobals(act, key, name, read, typeOfFree(act, binding.get(), name, node));
}

/** A property of the global object, or of one of the engine's: anybody may put something else there between two calls. */
export function engineProperty(act: Activation, object: object, name: string, node: Node): Abstract {
  const read = (): unknown => (object as Record<string, unknown>)[name];
  const value = read();
  const known =
    typeof value === 'function' || (typeof value === 'object' && value !== null && builtinObjects.has(value));
  if (known || object !== globalThis) {
    const held = act.lowering.guards.read(object, name);
    if (typeof held !== 'object' || held === null || known) return constantValue(held);
  }
  return constantOrGlobal(act, propertyKey(object, name), name, read, node, false);
}

function typeOfFree(act: Activation, value: unknown, name: string, node: Node): JsType {
  if (typeof value === 'object' && value !== null && (builtinObjects.has(value) || isModule(value)))
    return constant(value);
  try {
    return act.lowering.types.ofArgument(value);
  } catch (e) {
    if (e instanceof Decline) act.decline(`${name}: ${e.message}`, node);
    throw e;
  }
}

/** A value that never changes place: itself, where it is a primitive or a function, else an object given to each call. */
export function constantOrGlobal(
  act: Activation,
  key: unknown,
  name: string,
  read: () => unknown,
  node: Node,
  fixed = true,
): Abstract {
  const value = read();
  if (fixed && (typeof value !== 'object' || value === null)) return constantValue(value);
  if (!fixed && typeof value === 'function') return constantValue(value);
  if (typeof value === 'object' && value !== null && (builtinObjects.has(value) || isModule(value))) {
    return constantValue(value);
  }
  return throughGlobals(
    act,
    typeof key === 'object' && key !== null ? key : (value ?? node),
    name,
    read,
    typeOfFree(act, value, name, node),
  );
}

function throughGlobals(act: Activation, key: unknown, name: string, read: () => unknown, type: JsType): Abstract {
  const global = act.lowering.global(key, name, read, type);
  if (global.type.kind === 'constant') return rebuild(global.type, []);
  return rebuild(global.type, [act.global(global)]);
}
