/**
 * Properties: of objects of fixed shape, of arrays, of the engine's own objects.
 * Invariant: an object is never read where it may be null or undefined without leaving the tier there.
 */
import type { Value } from '../../ir/ops.ts';
import { type MemberExpression, type Node, type ObjectExpression, unparen } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { lengthOfText } from '../builtins/string.ts';
import { builtinObjects } from '../builtins/table.ts';
import { isTypedProperty, typedProperty } from '../builtins/typed.ts';
import { evaluate } from '../expressions.ts';
import { assignElement, assignLength, elementByNumber, lengthValue, placeKey } from '../lists/arrays.ts';
import { isNullish, toNumber } from '../operators.ts';
import { engineProperty, exportOf, isModule } from '../outside/free.ts';
import { captureEarly } from '../patterns.ts';
import { isLoose } from '../program/loose.ts';
import { fieldEffect } from '../types/effects.ts';
import { RecordType, type Variant } from '../types/record.ts';
import { describeType, objectOf } from '../types/types.ts';
import { isAmong, oneOf, split } from '../unions.ts';
import {
  type Abstract,
  coerce,
  constantValue,
  flatten,
  neverValue,
  type ObjectValue,
  rebuild,
  typeOf,
  undefinedValue,
  usable,
} from '../values.ts';
import { memberOfFunction, surelyOf, writeStatic } from './classes.ts';
import { becomeDictionaries, isDictionary, makeDictionary, readEntry, writeEntry } from './dictionaries.ts';
import { inheritedMember, lookUp, methodOf, writeInherited } from './inherit.ts';

/** An object that is there; otherwise the tier is left, and the dynamic one throws what the language throws. */
export function present(act: Activation, value: Abstract, node: Node): Abstract {
  usable(value);
  if (value.kind === 'constant' && (value.value === null || value.value === undefined)) {
    act.guard(act.b.bool(false), 'type', `a property of ${String(value.value)} is read`, node);
    return neverValue;
  }
  if (value.kind !== 'object' || (!value.type.orNull && !value.type.orUndefined)) return value;
  const missing = isNullish(act, value, node);
  if (typeof missing !== 'boolean') act.guard(act.b.not(missing), 'type', 'it is null or undefined', node);
  return { ...value, type: objectOf(value.type.type) };
}

export function lowerMember(act: Activation, node: MemberExpression): Abstract {
  const object = evaluate(act, node.object);
  return memberOfNode(act, object, node);
}

/** The property that `node` names, of an object evaluated already; honours `?.`. */
export function memberOfNode(act: Activation, object: Abstract, node: MemberExpression): Abstract {
  let base = object;
  if (node.optional) {
    base = optional(act, base, node);
    if (act.dead) return neverValue;
  }
  const key = keyOf(act, node);
  act.b.at = act.place(node);
  return readMember(act, base, key, node);
}

/** Leaves the chain with undefined where the value is null or undefined. */
export function optional(act: Activation, value: Abstract, node: Node): Abstract {
  const missing = isNullish(act, value, node);
  const target = act.chains[act.chains.length - 1];
  if (missing === true) {
    act.leave(target, undefinedValue);
    return neverValue;
  }
  if (missing === false) return value;
  act.branch(
    missing,
    () => {
      act.leave(target, undefinedValue);
      return undefined;
    },
    () => undefined,
  );
  if (value.kind === 'object') return { ...value, type: objectOf(value.type.type) };
  return value.kind === 'maybe' ? { kind: 'number', value: value.value } : value;
}

type Key = string | Abstract;

function keyOf(act: Activation, node: MemberExpression): Key {
  if (node.property.type === 'PrivateIdentifier') return `#${node.property.name}`;
  if (!node.computed) return (node.property as { name: string }).name;
  const key = evaluate(act, node.property);
  if (key.kind !== 'constant' || typeof key.value !== 'string') return key;
  if (key.value.startsWith('#')) act.decline('a property whose name begins with # is not compiled', node);
  return key.value;
}

export function readMember(act: Activation, object: Abstract, key: Key, node: Node): Abstract {
  if (object.kind === 'union') return split(act, object, node, (one) => readMember(act, one, key, node));
  const base = present(act, object, node);
  if (base.kind === 'never') return neverValue;
  if (typeof key === 'string') return memberOf(act, base, key, node);
  if (key.kind === 'never') return neverValue;
  if (base.kind === 'object' && base.type.type.kind !== 'record') return elementByNumber(act, base, key, node);
  if (key.kind === 'constant' && typeof key.value !== 'symbol') return memberOf(act, base, String(key.value), node);
  if (base.kind === 'object' && base.type.type.kind === 'record') {
    if (isDictionary(base.type.type.root)) return readEntry(act, base, key, node);
    return chosenMember(act, base.type.type.root, key, node, (name) => memberOf(act, base, name, node));
  }
  return act.decline(`a computed property of a ${describeType(typeOf(base))} is not compiled`, node);
}

/** A property whose name is found out at run time: one of those that the object can have, or else the tier is left. */
function chosenMember(
  act: Activation,
  type: RecordType,
  key: Abstract,
  node: Node,
  use: (name: string) => Abstract,
): Abstract {
  const names = type.fields.map((f) => f.name).filter((name) => !name.startsWith('#'));
  const tests: { readonly name: string; readonly test: Value }[] = [];
  for (const name of names) {
    if (key.kind === 'string')
      tests.push({ name, test: act.b.compare('eq', key.tag, act.b.int(act.lowering.tag(name))) });
    else if (key.kind === 'number' && /^(?:0|[1-9]\d{0,8})$/.test(name)) {
      tests.push({ name, test: act.b.compare('eq', key.value, act.b.number(Number(name))) });
    }
  }
  const from = (i: number): Abstract => {
    if (i < tests.length) {
      return act.branch(
        tests[i].test,
        () => use(tests[i].name),
        () => from(i + 1),
      );
    }
    if (isLoose(act, node) && isUninherited(act, type, key)) {
      act.guard(
        act.b.not(isInherited(act, key)),
        'shape',
        'a property that all objects have is read by its name',
        node,
      );
      return undefinedValue;
    }
    act.guard(act.b.bool(false), 'shape', 'the object has no property of that name', node);
    act.stop();
    return neverValue;
  };
  if (tests.length === 0) becomeDictionaries(act, type.root);
  if (tests.length === 0) return act.decline('which property is meant is found out at run time: use a Map', node);
  return from(0);
}

/** Whether objects of this type inherit nothing but what all objects do. */
function isUninherited(act: Activation, type: RecordType, key: Abstract): boolean {
  if (key.kind !== 'string' && key.kind !== 'number') return false;
  return (
    type.variants.every((v) => {
      const { prototype, owner } = v.root;
      if (owner !== undefined || v.keys.some((k) => k.startsWith('#'))) return false;
      return prototype === null || prototype === Object.prototype;
    }) && act.lowering.guards.prototypeOf(Object.prototype) === null
  );
}

function isInherited(act: Activation, key: Abstract): Value {
  if (key.kind !== 'string') return act.b.bool(false);
  const tags = Object.getOwnPropertyNames(Object.prototype).map((name) => act.lowering.tag(name));
  return isAmong(act, key.tag, tags);
}

/** A property by its name. */
export function memberOf(act: Activation, value: Abstract, name: string, node: Node): Abstract {
  if (value.kind === 'union') return split(act, value, node, (one) => memberOf(act, one, name, node));
  const base = present(act, value, node);
  switch (base.kind) {
    case 'never':
      return neverValue;
    case 'constant':
      return memberOfConstant(act, base.value, name, node);
    case 'object': {
      const { type } = base.type;
      if (type.kind === 'record' && isDictionary(type.root) && !(name in Object.prototype))
        return readEntry(act, base, constantValue(name), node);
      if (type.kind === 'record') return fieldOf(act, base, type.root, name, node);
      if (name === 'length') return lengthValue(act, base);
      if (type.kind === 'typed' && isTypedProperty(name)) return typedProperty(act, base as ObjectValue, name, node);
      return methodOf(act, base, name, node);
    }
    case 'closure':
      return memberOfFunction(act, base, name, node);
    case 'maybe':
      act.guard(base.defined, 'type', `.${name} of undefined is read`, node);
      return memberOfPrimitive(act, 0, name, node);
    case 'number':
      return memberOfPrimitive(act, 0, name, node);
    case 'string':
      if (name === 'length') return lengthOfText(act, base);
      return memberOfPrimitive(act, '', name, node);
    case 'boolean':
      return memberOfPrimitive(act, false, name, node);
    default:
      return act.decline(`.${name} of a ${describeType(typeOf(base))} is not compiled`, node);
  }
}

/** A method of numbers, texts or truth values: the engine's function. What they do not have is undefined. */
function memberOfPrimitive(act: Activation, value: unknown, name: string, node: Node): Abstract {
  const found = act.lowering.guards.find(Object.getPrototypeOf(Object(value)) as object, name);
  if (found === undefined) return undefinedValue;
  const method: unknown = found.descriptor.value;
  if (typeof method === 'function') return constantValue(method);
  return act.decline(`.${name} of a ${typeof value} is not compiled`, node);
}

function memberOfConstant(act: Activation, value: unknown, name: string, node: Node): Abstract {
  if (typeof value === 'string' && name === 'length') return constantValue(value.length);
  if (typeof value === 'object' && value !== null && builtinObjects.has(value)) {
    return engineProperty(act, value, name, node);
  }
  if (typeof value === 'object' && value !== null && isModule(value)) return exportOf(act, value, name, node);
  if (typeof value === 'function') return memberOfFunction(act, constantValue(value), name, node);
  if (typeof value !== 'object' && typeof value !== 'symbol') return memberOfPrimitive(act, value, name, node);
  return act.decline(`.${name} of ${String(value)} is not compiled`, node);
}

/** Whether objects of the variants are told apart by their class or by a text in them, so that nobody reads what is not there. */
function discriminated(type: RecordType): boolean {
  const { variants } = type;
  if (variants.some((v) => v.prototype !== variants[0].prototype || v.owner !== variants[0].owner)) return true;
  return type.fields.some((f) => f.type.type.kind === 'string' && variants.every((v) => v.keys.includes(f.name)));
}

export function fieldOf(act: Activation, object: ObjectValue, type: RecordType, name: string, node: Node): Abstract {
  const { root } = type;
  const { variants } = root;
  const read = (): Abstract => {
    const held = root.field(name)!.type.type;
    const spaces = root.spaces(name);
    return rebuild(
      held,
      spaces.map((space) => act.b.load(space, object.ref)),
    );
  };
  const having = variants.filter((v) => v.has(name)).map((v) => variants.indexOf(v));
  if (having.length === variants.length) return read();
  if (having.length === 0) return inheritedMember(act, object, variants, name, node);
  const tag = act.b.load(root.tag!, object.ref);
  const lacking = variants.filter((v) => !v.has(name));
  if (discriminated(root) && !isLoose(act, node) && lacking.every((v) => lookUp(act, v, name) === undefined)) {
    act.guard(isAmong(act, tag, having), 'shape', `the object has no property ${name}`, node);
    return read();
  }
  return oneOf(act, tag, [having, []], node, (i) =>
    i === 0 ? read() : inheritedMember(act, object, lacking, name, node),
  );
}

/** Writes a field, or calls the setter. */
export function writeField(
  act: Activation,
  object: ObjectValue,
  type: RecordType,
  name: string,
  value: Abstract,
  node: Node,
): void {
  const { root } = type;
  const { variants } = root;
  const lacking = variants.filter((v) => !v.has(name));
  if (variants.some((v) => v.root.frozen)) act.decline(`${name} of an object that may be frozen is written`, node);
  if (lacking.length > 0) {
    const setters = lacking.filter((v) => lookUp(act, v, name) !== undefined);
    if (setters.length === variants.length) {
      writeInherited(act, object, variants, name, value, node);
      return;
    }
    if (setters.length > 0) act.decline(`${name} is a property of some of the objects and inherited by others`, node);
    if (name.startsWith('#')) act.decline(`${name} is no field of the object`, node);
    const { constructing } = act;
    const own = constructing?.self.kind === 'object' && constructing.self.ref === object.ref;
    if (own && lacking.every((v) => surelyOf(v).names.has(name))) addSure(root, name);
    else if (variants.some((v) => v.name === 'tuple')) act.decline(`the property ${name} is added to an array`, node);
    else root.addLate(name);
  }
  storeField(act, object.ref, root, name, value, node);
}

function addSure(type: RecordType, name: string): void {
  for (const variant of type.variants) {
    if (!variant.has(name)) type.addKey(variant, name);
  }
}

/** Stores what a field that the object has holds from now on. */
export function storeField(
  act: Activation,
  ref: Value,
  type: RecordType,
  name: string,
  value: Abstract,
  node: Node,
): void {
  const { root } = type;
  const field = root.field(name);
  if (field === undefined) throw new Error(`${root.name} has no field ${name}`);
  if (value.kind === 'closure') captureEarly(act, value.closure);
  field.type.add(typeOf(usable(value)));
  const held = field.type.type;
  if (held.kind === 'conflict') {
    act.decline(`the property ${name} is ${describeType(held.a)} and becomes ${describeType(held.b)}`, node);
  }
  const carried = flatten(coerce(act.b, value, held, act.lowering));
  const spaces = root.spaces(name);
  act.changes(fieldEffect(root, name));
  carried.forEach((v, i) => void act.b.store(spaces[i], ref, v));
}

/** A new object of a type: its tag, and undefined where properties are added later. */
export function allocateRecord(act: Activation, type: RecordType, node: Node): ObjectValue {
  const { root } = type;
  const variant = type.variant.root;
  const ref = act.b.alloc(root.shape);
  if (root.tag !== undefined) act.b.store(root.tag, ref, act.b.int(root.tagOf(variant)));
  for (const name of variant.late) storeField(act, ref, root, name, undefinedValue, node);
  return { kind: 'object', type: objectOf(root), ref };
}

export interface Reference {
  readonly object: Abstract;
  readonly key: Key;
  write(value: Abstract): void;
}

/** The place that a member expression names: object and key evaluated once. */
export function memberReference(act: Activation, node: MemberExpression): Reference {
  if (node.object.type === 'Super') act.decline('assigning to super is not compiled', node);
  const object = evaluate(act, node.object);
  const key = keyOf(act, node);
  return { object, key, write: (value) => writeMember(act, object, key, value, node) };
}

export function readReference(act: Activation, reference: Reference, node: Node): Abstract {
  return readMember(act, reference.object, reference.key, node);
}

function writeMember(act: Activation, object: Abstract, key: Key, value: Abstract, node: Node): void {
  if (act.dead) return;
  if (object.kind === 'union') {
    split(act, object, node, (one) => {
      writeMember(act, one, key, value, node);
      return undefinedValue;
    });
    return;
  }
  const base = present(act, object, node);
  if (base.kind === 'never' || value.kind === 'never') return;
  if (base.kind === 'closure' && typeof key === 'string') {
    writeStatic(act, base, key, value, node);
    return;
  }
  if (base.kind !== 'object') act.decline('a property of something that is no object is written', node);
  const { type } = base.type;
  act.b.at = act.place(node);
  if (type.kind === 'record') {
    const name = typeof key === 'string' ? key : key.kind === 'constant' ? String(key.value) : undefined;
    if (isDictionary(type.root)) {
      writeEntry(act, base, typeof key === 'string' ? constantValue(key) : key, value, node);
      return;
    }
    if (name === undefined) becomeDictionaries(act, type.root);
    if (name !== undefined) writeField(act, base, type.root, name, value, node);
    else {
      chosenMember(act, type.root, key as Abstract, node, (chosen) => {
        writeField(act, base, type.root, chosen, value, node);
        return undefinedValue;
      });
    }
    return;
  }
  if (key === 'length') assignLength(act, base, toNumber(act, value, node), node);
  else if (typeof key === 'string') act.decline(`.${key} of an array is written`, node);
  else assignElement(act, base, key, value, node);
}

export function assignMember(act: Activation, node: MemberExpression, value: Abstract): void {
  memberReference(act, node).write(value);
}

/** `o.x = v`, in the language's order: object, key, value. */
export function assignMemberTo(act: Activation, node: MemberExpression, right: () => Abstract): Abstract {
  const reference = memberReference(act, node);
  const value = right();
  reference.write(value);
  return value;
}

/** `{ a, b: c, ...d }`. Accessors are fields named `get x` and `set x` that nobody can name. */
export function recordLiteral(act: Activation, node: ObjectExpression): Abstract {
  const parts: [string, Abstract][] = [];
  const put = (name: string, value: Abstract): void => {
    const at = parts.findIndex(([n]) => n === name);
    if (at >= 0) parts[at][1] = value;
    else parts.push([name, value]);
  };
  for (const p of node.properties) {
    if (p.type === 'SpreadElement') {
      const from = evaluate(act, p.argument);
      if (from.kind === 'never') return neverValue;
      if (from.kind === 'constant' && (from.value === null || from.value === undefined)) continue;
      for (const [name, value] of entriesOf(act, from, p)) put(name, value);
      continue;
    }
    let name: string;
    if (p.computed) {
      const key = evaluate(act, p.key);
      if (key.kind !== 'constant') return act.decline('a computed key is not known', p);
      name = String(key.value);
    } else name = p.key.type === 'Identifier' ? p.key.name : String((unparen(p.key) as { value: unknown }).value);
    if (name.startsWith('#')) return act.decline('a property whose name begins with # is not compiled', p);
    if (name === '__proto__' && !p.computed && !p.shorthand) return act.decline('__proto__ is not compiled', p);
    if (p.kind !== 'init') put(`#${p.kind} ${name}`, evaluate(act, p.value));
    else put(name, evaluate(act, p.value));
  }
  if (act.dead) return neverValue;
  if (act.lowering.dictionaries.has(node)) return makeDictionary(act, node, parts);
  const made = makeRecord(act, node, parts);
  if (made.kind === 'object' && made.type.type.kind === 'record') {
    act.lowering.literals.push({ variant: made.type.type.variant, node });
  }
  return made;
}

/** A new plain object. Literals with the same keys at one place have one type, and become one where they meet others. */
export function makeRecord(act: Activation, node: Node, parts: readonly (readonly [string, Abstract])[]): Abstract {
  const { lowering } = act;
  if (parts.some(([, value]) => value.kind === 'never')) return neverValue;
  const type = lowering.site(placeKey(node, `record ${parts.map(([name]) => name).join()}`), () => {
    const record = new RecordType(lowering.growth, 'object', Object.prototype);
    for (const [name] of parts) record.addField(name);
    record.variant.closed = true;
    return record;
  });
  for (const [name, value] of parts) type.addField(name, typeOf(usable(value)));
  const object = allocateRecord(act, type, node);
  for (const [name, value] of parts) storeField(act, object.ref, type, name, value, node);
  return object;
}

/** The names that enumerating an object of fixed shape gives, in the language's order; of the variants asked for. */
export function keysOf(
  act: Activation,
  value: Abstract,
  node: Node,
  asked: (variant: Variant) => boolean = () => true,
): string[] {
  const of = value.kind === 'object' && value.type.type.kind === 'record' ? value.type.type.root : undefined;
  if (of && isDictionary(of)) act.decline('the names of this object are found out at run time: use a Map', node);
  if (value.kind !== 'object' || value.type.type.kind !== 'record' || value.type.orNull || value.type.orUndefined) {
    return act.decline(`the properties of a ${describeType(typeOf(value))} are not listed`, node);
  }
  const variants = value.type.type.root.variants.filter(asked);
  const visible = ({ keys, name }: Variant): string[] =>
    keys.filter((k) => !k.startsWith('#') && !(name === 'tuple' && k === 'length'));
  const listed = visible(variants[0]);
  const alike = variants.every((v) => {
    const accessors = v.keys.some((k) => k.startsWith('#get ') || k.startsWith('#set '));
    return v.late.size === 0 && !accessors && visible(v).join('\n') === listed.join('\n');
  });
  if (!alike) return act.decline('which properties the object has is not the same everywhere', node);
  const isIndex = (k: string): boolean => /^(?:0|[1-9]\d{0,8})$/.test(k);
  return [...listed.filter(isIndex).sort((a, b) => Number(a) - Number(b)), ...listed.filter((k) => !isIndex(k))];
}

export function entriesOf(act: Activation, value: Abstract, node: Node): [string, Abstract][] {
  return keysOf(act, value, node).map((name) => [name, memberOf(act, value, name, node)]);
}

/** `{ a, ...rest } = o`: what is left. */
export function recordWithout(act: Activation, node: Node, value: Abstract, taken: readonly string[]): Abstract {
  if (value.kind === 'never') return neverValue;
  return makeRecord(
    act,
    node,
    entriesOf(act, value, node).filter(([name]) => !taken.includes(name)),
  );
}
