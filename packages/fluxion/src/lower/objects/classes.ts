/**
 * Classes: static members, `super`, and making instances.
 * Invariant: classes of lowered code are values like other functions, and their instances carry them; a constructor runs its parts in
 * the language's order.
 */
import {
  type CallExpression,
  type ClassNode,
  children,
  isFunction,
  type MemberExpression,
  type MethodDefinition,
  type Node,
} from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { callValue, invoke } from '../calls/calls.ts';
import { evaluate } from '../expressions.ts';
import { bindParameters } from '../function.ts';
import { placeKey } from '../lists/arrays.ts';
import { constantOrGlobal, propertyKey } from '../outside/free.ts';
import { classAround, classBinding, codeOf, staticsBinding, superBinding } from '../program/code.ts';
import { type SureFields, surelyAssigned } from '../program/sure.ts';
import { statements } from '../statements.ts';
import { RecordType, type Variant } from '../types/record.ts';
import { objectOf } from '../types/types.ts';
import { type Abstract, constantValue, neverValue, type ObjectValue, typeOf, undefinedValue } from '../values.ts';
import { classField, type Inherited, inClass, inPrototype, isNative, keyText, prototypeOf } from './inherit.ts';
import { allocateRecord, fieldOf, storeField } from './members.ts';

/** A property of a function or class. */
export function memberOfFunction(act: Activation, fn: Abstract, name: string, node: Node): Abstract {
  if (fn.kind === 'closure') {
    const { code, env } = fn.closure;
    const inherited = (Function.prototype as unknown as Record<string, unknown>)[name];
    if (code.node.type === 'ClassExpression' || code.node.type === 'ClassDeclaration') {
      const statics = env.vars.get(staticsBinding(code.unit.analysis, code.node));
      if (statics?.kind === 'object') {
        const type = (statics.type.type as RecordType).root;
        if (type.field(name)) return fieldOf(act, statics, type, name, node);
      }
      const found = inClass(act, name, true, code, () => fn);
      if (found?.value) return found.value(fn);
      if (found?.get) return callValue(act, found.get(fn), fn, [], node);
      if (code.node.superClass) {
        const parent = env.vars.get(superBinding(code.unit.analysis, code.node));
        if (parent?.kind === 'closure' || parent?.kind === 'constant') return memberOfFunction(act, parent, name, node);
      }
    }
    if (name === 'name') return constantValue(code.node.id?.name ?? '');
    if (typeof inherited === 'function' && name !== 'constructor') return constantValue(inherited);
    return act.decline(`.${name} of a function is not compiled`, node);
  }
  if (fn.kind !== 'constant' || typeof fn.value !== 'function') return act.decline('a property of no function', node);
  const { value } = fn;
  if (isNative(value)) {
    const held = (value as unknown as Record<string, unknown>)[name];
    if (typeof held !== 'object' || held === null) return constantValue(held);
    return act.decline(`.${name} of ${value.name} is not compiled`, node);
  }
  const { guards, homes } = act.lowering;
  const found = guards.find(value, name);
  if (found === undefined) return undefinedValue;
  const { descriptor, holder } = found;
  if (descriptor.get) {
    homes.set(descriptor.get, holder);
    return callValue(act, constantValue(descriptor.get), fn, [], node);
  }
  if (typeof descriptor.value === 'function') {
    homes.set(descriptor.value, holder);
    return constantValue(descriptor.value);
  }
  guards.forget(holder, name);
  const key = propertyKey(value, name);
  return constantOrGlobal(act, key, name, () => (value as unknown as Record<string, unknown>)[name], node, false);
}

export function writeStatic(act: Activation, fn: Abstract, name: string, value: Abstract, node: Node): void {
  if (
    fn.kind === 'closure' &&
    (fn.closure.code.node.type === 'ClassExpression' || fn.closure.code.node.type === 'ClassDeclaration')
  ) {
    const { code, env } = fn.closure;
    const statics = env.vars.get(staticsBinding(code.unit.analysis, code.node as ClassNode));
    if (statics?.kind === 'object' && (statics.type.type as RecordType).field(name)) {
      storeField(act, statics.ref, statics.type.type as RecordType, name, value, node);
      return;
    }
    const found = inClass(act, name, true, code, () => fn);
    if (found?.set) {
      callValue(act, found.set(fn), fn, [value], node);
      return;
    }
  }
  act.decline(`the property ${name} of a function is written`, node);
}

/** A class that lowered code makes. */
export function lowerClass(act: Activation, node: ClassNode): Abstract {
  const { analysis } = act.unit;
  const { vars } = act.env;
  const code = codeOf(act.unit, node);
  if (node.superClass) {
    const parent = evaluate(act, node.superClass);
    if (
      parent.kind !== 'closure' &&
      !(parent.kind === 'constant' && (typeof parent.value === 'function' || parent.value === null))
    ) {
      return act.decline('what the class extends is not known', node.superClass);
    }
    vars.set(superBinding(analysis, node), parent);
    const known = act.lowering.parents.get(code);
    const same =
      known === undefined ||
      (known.kind === 'closure' && parent.kind === 'closure' && known.closure.code === parent.closure.code) ||
      (known.kind === 'constant' && parent.kind === 'constant' && known.value === parent.value);
    if (!same) return act.decline('the class extends different classes', node.superClass);
    act.lowering.parents.set(code, parent);
  }
  for (const m of node.body.body) {
    if (m.type !== 'StaticBlock' && m.computed) return act.decline('a computed member of a class is not compiled', m);
    if (m.type === 'MethodDefinition' && m.value.async) continue;
  }
  const cls: Abstract = { kind: 'closure', closure: { code, env: act.env } };
  const initialised = node.body.body.filter(
    (m) => m.type === 'StaticBlock' || (m.type === 'PropertyDefinition' && m.static),
  );
  if (initialised.length === 0) return cls;
  const names = initialised.flatMap((m) => (m.type === 'PropertyDefinition' ? [keyText(m)!] : []));
  const statics = staticsOf(act, node, names);
  // Who looks at the class before a field has its value finds undefined.
  const first = initialised.findIndex((m) => !isPlain(m));
  for (const name of first < 0 ? [] : names.slice(first)) {
    storeField(act, statics.ref, statics.type.type as RecordType, name, undefinedValue, node);
  }
  vars.set(staticsBinding(analysis, node), statics);
  const { self } = act.env;
  act.env.self = cls;
  act.env.vars.set(classBinding(analysis, node), cls);
  for (const m of initialised) {
    if (m.type === 'StaticBlock') statements(act, m.body);
    else if (m.type === 'PropertyDefinition') {
      const value = m.value ? evaluate(act, m.value) : undefinedValue;
      if (value.kind !== 'never') writeStatic(act, cls, keyText(m)!, value, m);
    }
  }
  act.env.self = self;
  return cls;
}

function staticsOf(act: Activation, node: ClassNode, names: readonly string[]): ObjectValue {
  const { lowering } = act;
  const type = lowering.site(placeKey(node, 'statics'), () => {
    const record = new RecordType(lowering.growth, 'statics', null);
    for (const name of names) record.addField(name);
    return record;
  });
  return allocateRecord(act, type, node);
}

/** An initialiser that can't look at the class. */
function isPlain(node: Node): boolean {
  if (node.type === 'StaticBlock') return !mentionsClass(node);
  return node.type === 'PropertyDefinition' && (!node.value || !mentionsClass(node.value));
}

function mentionsClass(node: Node): boolean {
  if (node.type === 'CallExpression' || node.type === 'NewExpression' || node.type === 'ThisExpression') return true;
  if (node.type === 'MemberExpression' || node.type === 'TaggedTemplateExpression') return true;
  return !isFunction(node) && children(node).some(mentionsClass);
}

const recordKeys = new WeakMap<object, object>();
const sure = new WeakMap<Variant, SureFields>();
const none: SureFields = { names: new Set(), bare: new Set() };

/** The fields that a constructor gives each object before anyone else sees it. */
export function surelyOf(variant: Variant): SureFields {
  return sure.get(variant.root) ?? none;
}

/** Makes an instance of a class or constructor function. */
export function construct(act: Activation, cls: Abstract, args: readonly Abstract[], node: Node): Abstract {
  if (args.some((a) => a.kind === 'never')) return neverValue;
  const { lowering } = act;
  const owner = cls.kind === 'closure' ? cls.closure.code : undefined;
  const key: object = owner ?? ((cls as { value: object }).value as object);
  if (owner === undefined && isNative(key as Function)) {
    return act.decline(`new ${(key as Function).name} is not compiled`, node);
  }
  let siteKey = recordKeys.get(key);
  if (siteKey === undefined) recordKeys.set(key, (siteKey = {}));
  const chain = constructorsOf(act, cls, node);
  const type = lowering.site(siteKey, () => {
    const name = owner ? (owner.node.id?.name ?? 'class') : (key as Function).name;
    const prototype = owner ? null : prototypeOf(act, key as Function);
    const record = new RecordType(lowering.growth, name || 'object', prototype, owner);
    sure.set(record.variant, surelyAssigned(chain));
    if (owner) record.addField(classField);
    return record;
  });
  const object = allocateRecord(act, type, node);
  if (owner) {
    type.addField(classField, typeOf(cls));
    storeField(act, object.ref, type, classField, cls, node);
  }
  callConstructor(act, cls, object, args, node);
  return act.dead ? neverValue : { ...object, type: objectOf(type.root) };
}

/** The classes and functions that construct an instance, the most derived first. */
function constructorsOf(act: Activation, cls: Abstract, node: Node): Node[] {
  const found: Node[] = [];
  for (let at: Abstract | undefined = cls; at !== undefined; ) {
    if (at.kind === 'closure') {
      found.push(at.closure.code.node);
      at = superOf(act, at);
    } else if (at.kind === 'constant' && typeof at.value === 'function') {
      if (isNative(at.value)) return act.decline(`a class that extends ${at.value.name} is not compiled`, node);
      found.push(act.lowering.closureOf(at.value, act.place(node)).code.node);
      at = superOf(act, at);
    } else at = undefined;
  }
  const privates = found.flatMap((n) =>
    n.type === 'ClassExpression' || n.type === 'ClassDeclaration'
      ? n.body.body.flatMap((m) =>
          m.type === 'PropertyDefinition' && m.key.type === 'PrivateIdentifier' ? [m.key.name] : [],
        )
      : [],
  );
  if (new Set(privates).size < privates.length)
    act.decline('two classes of an object have a private field of one name', node);
  return found;
}

/** What a class extends. */
function superOf(act: Activation, cls: Abstract): Abstract | undefined {
  if (cls.kind === 'closure') {
    const { code, env } = cls.closure;
    if (code.node.type !== 'ClassExpression' && code.node.type !== 'ClassDeclaration') return undefined;
    return code.node.superClass ? env.vars.get(superBinding(code.unit.analysis, code.node)) : undefined;
  }
  if (cls.kind !== 'constant' || typeof cls.value !== 'function') return undefined;
  const parent = act.lowering.guards.prototypeOf(cls.value);
  return parent === null || parent === Function.prototype ? undefined : constantValue(parent);
}

function callConstructor(act: Activation, cls: Abstract, self: Abstract, args: readonly Abstract[], node: Node): void {
  if (cls.kind === 'constant' && typeof cls.value === 'function') {
    if (isNative(cls.value)) act.decline(`a class that extends ${cls.value.name} is not compiled`, node);
    invoke(act, act.lowering.closureOf(cls.value, act.place(node)), self, args, true);
  } else if (cls.kind === 'closure') {
    if (cls.closure.code.info?.arrow) act.decline('an arrow function is constructed', node);
    invoke(act, cls.closure, self, args, true);
  } else act.decline('what is constructed is not known', node);
}

/** The body of a class as a function: fields, then the constructor. */
export function lowerConstructor(act: Activation, node: ClassNode, given: readonly Abstract[]): Abstract {
  const { unit, env } = act;
  const cls: Abstract =
    node === unit.shape.node ? constantValue(unit.captured.fn) : { kind: 'closure', closure: act.closure };
  env.vars.set(classBinding(unit.analysis, node), cls);
  const self = env.self!;
  const made = node.body.body.find((m) => m.type === 'MethodDefinition' && m.kind === 'constructor');
  act.constructing = { self, node, ready: !node.superClass };
  if (!node.superClass) initialise(act, node, self);
  if (made === undefined) {
    if (node.superClass) superCall(act, given, node);
    return undefinedValue;
  }
  const fn = (made as MethodDefinition).value;
  bindParameters(act, fn, given);
  statements(act, fn.body.body);
  if (!act.dead && !act.constructing.ready) act.decline('the constructor may not call super', fn);
  return undefinedValue;
}

function initialise(act: Activation, node: ClassNode, self: Abstract): void {
  if (self.kind !== 'object') return;
  const type = (self.type.type as RecordType).root;
  for (const m of node.body.body) {
    if (m.type !== 'PropertyDefinition' || m.static) continue;
    const name = keyText(m);
    if (name === undefined) act.decline('a computed member of a class is not compiled', m);
    const value = m.value ? evaluate(act, m.value) : undefinedValue;
    if (act.dead) return;
    const unseen = !m.value && type.variants.every((v) => surelyOf(v).bare.has(name));
    for (const variant of type.variants) if (!variant.has(name)) type.addKey(variant, name);
    if (value.kind !== 'never' && !unseen) storeField(act, self.ref, type, name, value, m);
  }
}

/** `super(…)`. */
export function lowerSuperCall(act: Activation, node: CallExpression, args: readonly Abstract[]): Abstract {
  superCall(act, args, node);
  return act.env.self ?? undefinedValue;
}

function superCall(act: Activation, args: readonly Abstract[], node: Node): void {
  const { constructing } = act;
  if (constructing?.node === undefined) act.decline('super() is not compiled here', node);
  const cls = act.env.vars.get(classBinding(act.unit.analysis, constructing.node))!;
  const parent = superOf(act, cls);
  if (parent === undefined) act.decline('what the class extends is not known', node);
  callConstructor(act, parent, constructing.self, args, node);
  constructing.ready = true;
  if (act.dead) return;
  initialise(act, constructing.node, constructing.self);
}

/** `super.name`, with `this` as it is. */
export function lowerSuperMember(act: Activation, node: MemberExpression): Abstract {
  const { property } = node;
  if (node.computed || property.type === 'PrivateIdentifier') return act.decline('super[…] is not compiled', node);
  const found = inSuper(act, (property as { name: string }).name, node);
  const self = act.env.self ?? undefinedValue;
  if (found === undefined) return undefinedValue;
  if (found.value) return found.value(self);
  return found.get ? callValue(act, found.get(self), self, [], node) : undefinedValue;
}

function inSuper(act: Activation, name: string, node: Node): Inherited | undefined {
  const around = classAround(act.unit, node);
  if (around !== undefined) {
    const cls = act.env.vars.get(classBinding(act.unit.analysis, around.node));
    const isStatic = 'static' in around.member && around.member.static;
    const parent = cls && superOf(act, cls);
    if (parent === undefined) {
      if (cls === undefined) act.decline('super is not compiled here', node);
      return isStatic ? undefined : inPrototype(act, Object.prototype, name);
    }
    if (parent.kind === 'closure') return inClass(act, name, isStatic, parent.closure.code, () => parent);
    const fn = (parent as { value: Function }).value;
    return inPrototype(act, isStatic ? fn : prototypeOf(act, fn), name);
  }
  const { home } = act.env;
  if (home?.kind !== 'constant' || (typeof home.value !== 'object' && typeof home.value !== 'function')) {
    return act.decline('super is not compiled here', node);
  }
  return inPrototype(act, act.lowering.guards.prototypeOf(home.value as object), name);
}
