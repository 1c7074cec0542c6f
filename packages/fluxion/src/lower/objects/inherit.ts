/**
 * What objects inherit: methods and accessors of prototypes, of classes that exist and of classes of lowered code.
 * Invariant: a member is looked up where the language would find it, and what is found on objects that exist is guarded.
 */
import type { ClassNode, MethodDefinition, Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { builtinObjects, builtins, methodTable } from '../builtins/table.ts';
import { callValue } from '../calls/calls.ts';
import { constantOrGlobal } from '../outside/free.ts';
import { classBinding, codeOf, superBinding } from '../program/code.ts';
import type { RecordType, Variant } from '../types/record.ts';
import { oneOf } from '../unions.ts';
import {
  type Abstract,
  type Closure,
  constantValue,
  neverValue,
  type ObjectValue,
  rebuild,
  undefinedValue,
} from '../values.ts';
import { Variables } from '../variables.ts';
import { fieldOf } from './members.ts';

/** A member that an object has from its class or prototype. */
export interface Inherited {
  /** The same for the same member. */
  readonly id: unknown;
  /** The value, for methods and what else a prototype holds; else the accessor's functions. */
  value?(object: Abstract): Abstract;
  get?(object: Abstract): Abstract;
  set?(object: Abstract): Abstract;
}

/** The field in which instances of lowered classes carry their class. */
export const classField = '#class';

const engineText = /\{\s*\[native code\]\s*\}\s*$/;
export function isNative(fn: Function): boolean {
  return builtins.has(fn) || builtinObjects.has(fn) || engineText.test(Function.prototype.toString.call(fn));
}

/** What objects of a variant inherit under a name. */
export function lookUp(act: Activation, variant: Variant, name: string): Inherited | undefined {
  const { owner, prototype } = variant.root;
  const getter = `#get ${name}`;
  const setter = `#set ${name}`;
  if (variant.has(getter) || variant.has(setter)) {
    const half = (field: string) => (object: Abstract) => {
      const own = object as ObjectValue;
      return fieldOf(act, own, (own.type.type as RecordType).root, field, act.unit.shape.node);
    };
    return {
      id: variant,
      ...(variant.has(getter) && { get: half(getter) }),
      ...(variant.has(setter) && { set: half(setter) }),
    };
  }
  if (owner === undefined) return inPrototype(act, prototype, name);
  return inClass(act, name, false, owner as Closure['code'], (object) => classOf(act, object as ObjectValue, variant));
}

/** The class that an instance carries. */
function classOf(act: Activation, object: ObjectValue, variant: Variant): Abstract {
  const type = (object.type.type as RecordType).root;
  const held = type.field(classField)!.type.type;
  const value = rebuild(
    held,
    type.spaces(classField).map((space) => act.b.load(space, object.ref)),
  );
  if (value.kind !== 'union') return value;
  return value.members.find((m) => m.kind === 'closure' && m.closure.code === variant.root.owner) ?? neverValue;
}

export function inPrototype(act: Activation, from: object | null, name: string): Inherited | undefined {
  const { guards, homes } = act.lowering;
  if (name.startsWith('#')) return privateOf(act, from, name);
  const found = guards.find(from, name);
  if (found === undefined) return undefined;
  const { holder, descriptor } = found;
  const fn = (f: Function) => (): Abstract => {
    homes.set(f, holder);
    return constantValue(f);
  };
  if (!('value' in descriptor)) {
    const { get, set } = descriptor;
    return { id: get ?? set, ...(get && { get: fn(get) }), ...(set && { set: fn(set) }) };
  }
  const { value } = descriptor as { value: unknown };
  if (typeof value === 'function') return { id: value, value: fn(value) };
  // Primitives are guarded by their value.
  if (typeof value === 'object' && value !== null) {
    return { id: value, value: () => constantOrGlobal(act, value, name, () => value, act.unit.shape.node) };
  }
  return { id: value, value: () => constantValue(value) };
}

/** Private methods and accessors of the classes that have made objects with this prototype. */
function privateOf(act: Activation, from: object | null, name: string): Inherited | undefined {
  const { guards, lowering } = { guards: act.lowering.guards, lowering: act.lowering };
  for (let p = from; p !== null && p !== Object.prototype; p = guards.prototypeOf(p)) {
    const made = guards.own(p, 'constructor')?.value as unknown;
    if (typeof made !== 'function' || isNative(made)) continue;
    const { code } = lowering.closureOf(made, undefined);
    if (code.node.type !== 'ClassExpression' && code.node.type !== 'ClassDeclaration') continue;
    const cls = code.node;
    const found = inBody(cls, name, false, (m) => () => {
      const vars = new Variables().set(classBinding(code.unit.analysis, cls), constantValue(made));
      return { kind: 'closure', closure: { code: codeOf(code.unit, m.value), env: { vars }, home: constantValue(p) } };
    });
    if (found !== undefined) return found;
  }
  return undefined;
}

export function keyText(m: MethodDefinition | { key: Node; computed: boolean }): string | undefined {
  const { key } = m;
  if (m.computed) return undefined;
  if (key.type === 'Identifier') return key.name;
  if (key.type === 'PrivateIdentifier') return `#${key.name}`;
  return key.type === 'Literal' ? String(key.value) : undefined;
}

function inBody(
  node: ClassNode,
  name: string,
  isStatic: boolean,
  make: (m: MethodDefinition) => (object: Abstract) => Abstract,
): Inherited | undefined {
  const found = node.body.body.filter(
    (m): m is MethodDefinition =>
      m.type === 'MethodDefinition' && m.kind !== 'constructor' && m.static === isStatic && keyText(m) === name,
  );
  if (found.length === 0) return undefined;
  const method = found.findLast((m) => m.kind === 'method');
  if (method !== undefined) return { id: method, value: make(method) };
  const get = found.findLast((m) => m.kind === 'get');
  const set = found.findLast((m) => m.kind === 'set');
  return { id: get ?? set, ...(get && { get: make(get) }), ...(set && { set: make(set) }) };
}

/** A member of a class of lowered code, or of what it extends. `cls` gives the class of an object when it is needed. */
export function inClass(
  act: Activation,
  name: string,
  isStatic: boolean,
  code: Closure['code'],
  cls: (object: Abstract) => Abstract,
): Inherited | undefined {
  const node = code.node as ClassNode;
  const { analysis } = code.unit;
  const found = inBody(node, name, isStatic, (m) => (object) => {
    const own = cls(object);
    if (own.kind !== 'closure') return neverValue;
    const env = { vars: own.closure.env.vars.copy().set(classBinding(analysis, node), own) };
    return { kind: 'closure', closure: { code: codeOf(code.unit, m.value), env } };
  });
  if (found !== undefined) return found;
  const parent = (object: Abstract): Abstract => {
    const own = cls(object);
    return own.kind === 'closure' ? (own.closure.env.vars.get(superBinding(analysis, node)) ?? neverValue) : neverValue;
  };
  if (!node.superClass) return isStatic ? undefined : inPrototype(act, Object.prototype, name);
  const known = act.lowering.parents.get(code);
  if (known === undefined) return undefined;
  if (known.kind === 'closure') return inClass(act, name, isStatic, known.closure.code, parent);
  if (known.kind !== 'constant' || typeof known.value !== 'function') return undefined;
  return inPrototype(act, isStatic ? known.value : prototypeOf(act, known.value), name);
}

export function prototypeOf(act: Activation, fn: Function): object | null {
  return (act.lowering.guards.own(fn, 'prototype')?.value ?? null) as object | null;
}

/** Reads a property that objects of these variants do not have of their own. */
export function inheritedMember(
  act: Activation,
  object: ObjectValue,
  variants: readonly Variant[],
  name: string,
  node: Node,
): Abstract {
  return byInherited(act, object, variants, name, node, (found) => {
    if (found === undefined) {
      if (name.startsWith('#')) return act.decline(`${name} is no member of the object`, node);
      return undefinedValue;
    }
    if (found.value) return found.value(object);
    if (found.get) return callValue(act, found.get(object), object, [], node);
    return undefinedValue;
  });
}

export function writeInherited(
  act: Activation,
  object: ObjectValue,
  variants: readonly Variant[],
  name: string,
  value: Abstract,
  node: Node,
): void {
  byInherited(act, object, variants, name, node, (found) => {
    if (found?.set) callValue(act, found.set(object), object, [value], node);
    else if (found?.get) act.decline(`${name} has a getter only and is written`, node);
    else act.decline(`${name} is inherited and written`, node);
    return undefinedValue;
  });
}

/** On one way for all variants that inherit the same. */
function byInherited(
  act: Activation,
  object: ObjectValue,
  variants: readonly Variant[],
  name: string,
  node: Node,
  use: (found: Inherited | undefined) => Abstract,
): Abstract {
  const type = (object.type.type as RecordType).root;
  const groups: { found: Inherited | undefined; tags: number[] }[] = [];
  for (const variant of variants) {
    const found = lookUp(act, variant, name);
    const same = groups.find((g) => g.found?.id === found?.id);
    if (same) same.tags.push(type.tagOf(variant));
    else groups.push({ found, tags: [type.tagOf(variant)] });
  }
  if (groups.length === 1) return use(groups[0].found);
  const tag = act.b.load(type.tag!, object.ref);
  return oneOf(
    act,
    tag,
    groups.map((g) => g.tags),
    node,
    (i) => use(groups[i].found),
  );
}

/** A method of an array or typed array: the engine's function. */
export function methodOf(act: Activation, object: ObjectValue, name: string, node: Node): Abstract {
  const { type } = object.type;
  const prototype = type.kind === 'typed' ? globalThis[type.name].prototype : Array.prototype;
  const method = act.lowering.guards.read(prototype, name);
  if (typeof method === 'function' && (methodTable.has(method) || builtins.has(method))) return constantValue(method);
  return act.decline(`.${name} of an array is not compiled`, node);
}
