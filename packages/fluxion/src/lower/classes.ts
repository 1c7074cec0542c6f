/**
 * Classes: construction, methods and accessors through the known prototype, `super`.
 * Invariant: a method is looked up where the language would find it; a prototype is guarded by whoever admits the object.
 */
import type { ClassNode, MemberExpression, Node } from '../syntax/ast.ts';
import type { Activation } from './activation.ts';
import { methodTable } from './builtins/table.ts';
import type { RecordType } from './types.ts';
import { type Abstract, constantValue, type ObjectValue } from './values.ts';

export function lowerClass(act: Activation, node: ClassNode): Abstract {
  return act.decline('a class inside a function is not compiled', node);
}

export function lowerConstructor(act: Activation, node: ClassNode, _given: readonly Abstract[]): Abstract {
  return act.decline('classes are not compiled', node);
}

export function lowerSuperMember(act: Activation, node: MemberExpression): Abstract {
  return act.decline('super is not compiled', node);
}

/** A method of an array or typed array: the engine's function. */
export function methodOf(act: Activation, object: ObjectValue, name: string, node: Node): Abstract {
  const { type } = object.type;
  const prototype: unknown = type.kind === 'typed' ? globalThis[type.name].prototype : Array.prototype;
  const method = (prototype as Record<string, unknown>)[name];
  if (typeof method === 'function' && methodTable.has(method)) return constantValue(method);
  return act.decline(`.${name} of an array is not compiled`, node);
}

/** A property that is no own field: a method or accessor of the prototype chain. */
export function accessorOf(
  act: Activation,
  _object: ObjectValue,
  type: RecordType,
  name: string,
  node: Node,
): Abstract {
  for (let p = type.prototype; p !== null; p = Object.getPrototypeOf(p) as object | null) {
    const found = Object.getOwnPropertyDescriptor(p, name);
    if (found === undefined) continue;
    if (typeof found.value === 'function') return constantValue(found.value);
    return act.decline(`the accessor ${name} is not compiled`, node);
  }
  return constantValue(undefined);
}

export function writeAccessor(
  act: Activation,
  _object: ObjectValue,
  _type: RecordType,
  name: string,
  _value: Abstract,
  node: Node,
): void {
  act.decline(`the property ${name} is added or has a setter`, node);
}
