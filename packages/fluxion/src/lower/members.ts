/**
 * Properties: of objects of fixed shape, of arrays, of the engine's own objects.
 * Invariant: an object is never read where it may be null or undefined without leaving the tier there.
 */
import type { Value } from '../ir/ops.ts';
import { type MemberExpression, type Node, type ObjectExpression, unparen } from '../syntax/ast.ts';
import type { Activation } from './activation.ts';
import { assignElement, assignLength, elementByNumber, lengthValue } from './arrays.ts';
import { builtinObjects } from './builtins/table.ts';
import { accessorOf, methodOf, writeAccessor } from './classes.ts';
import { evaluate } from './expressions.ts';
import { constantOrGlobal } from './free.ts';
import { isNullish, toNumber } from './operators.ts';
import { cellFor, describeType, join, objectOf, RecordType } from './types.ts';
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
} from './values.ts';

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
  if (key.kind === 'constant' && typeof key.value === 'string') return key.value;
  return key;
}

export function readMember(act: Activation, object: Abstract, key: Key, node: Node): Abstract {
  const base = present(act, object, node);
  if (base.kind === 'never') return neverValue;
  if (typeof key === 'string') return memberOf(act, base, key, node);
  if (key.kind === 'never') return neverValue;
  if (base.kind === 'object' && base.type.type.kind !== 'record') return elementByNumber(act, base, key, node);
  if (base.kind === 'object' && key.kind === 'constant') return memberOf(act, base, String(key.value), node);
  return act.decline('a computed property of an object is not compiled', node);
}

/** A property by its name. */
export function memberOf(act: Activation, value: Abstract, name: string, node: Node): Abstract {
  const base = present(act, value, node);
  switch (base.kind) {
    case 'never':
      return neverValue;
    case 'constant':
      return memberOfConstant(act, base.value, name, node);
    case 'object': {
      const { type } = base.type;
      if (type.kind === 'record') return fieldOf(act, base as ObjectValue, type.root, name, node);
      if (name === 'length') return lengthValue(act, base as ObjectValue);
      return methodOf(act, base as ObjectValue, name, node);
    }
    default:
      return act.decline(`.${name} of a ${describeType(typeOf(base))} is not compiled`, node);
  }
}

function memberOfConstant(act: Activation, value: unknown, name: string, node: Node): Abstract {
  if (typeof value === 'string' && name === 'length') return constantValue(value.length);
  if ((typeof value === 'object' && value !== null && builtinObjects.has(value)) || typeof value === 'function') {
    const held = (value as unknown as Record<string, unknown>)[name];
    return constantOrGlobal(act, held, name, () => (value as unknown as Record<string, unknown>)[name], node as never);
  }
  return act.decline(`.${name} of ${String(value)} is not compiled`, node);
}

export function fieldOf(act: Activation, object: ObjectValue, type: RecordType, name: string, node: Node): Abstract {
  const field = type.field(name);
  if (field === undefined) return accessorOf(act, object, type, name, node);
  const held = field.type.type;
  if (held.kind === 'conflict' || held.kind === 'maybe') {
    return act.decline(`the property ${name} is ${describeType(held)}`, node);
  }
  const cell = cellFor(held);
  if (cell === undefined || held.kind === 'constant') return rebuild(held, []);
  return rebuild(held, [act.b.load(type.space(name), object.ref)]);
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
  const field = type.field(name);
  if (field === undefined) {
    writeAccessor(act, object, type, name, value, node);
    return;
  }
  storeField(act, object.ref, type, name, value, node);
}

export function storeField(
  act: Activation,
  ref: Value,
  type: RecordType,
  name: string,
  value: Abstract,
  node: Node,
): void {
  const field = type.root.addField(name);
  const joined = join(field.type.type, typeOf(value));
  if (
    joined.kind === 'conflict' ||
    joined.kind === 'maybe' ||
    (joined.kind === 'closure' && flatten(value).length > 0)
  ) {
    act.decline(
      `the property ${name} is ${describeType(field.type.type)} and becomes ${describeType(typeOf(value))}`,
      node,
    );
  }
  field.type.add(typeOf(value));
  const held = field.type.type;
  const cell = cellFor(held);
  if (cell === undefined || held.kind === 'constant') return;
  const [carried] = flatten(coerce(act.b, value, held, act.lowering));
  act.b.store(type.root.space(name), ref, carried);
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
  const base = present(act, object, node);
  if (base.kind === 'never' || value.kind === 'never') return;
  if (base.kind !== 'object') act.decline('a property of something that is no object is written', node);
  const { type } = base.type;
  act.b.at = act.place(node);
  if (type.kind === 'record') {
    const name = typeof key === 'string' ? key : key.kind === 'constant' ? String(key.value) : undefined;
    if (name === undefined) act.decline('a computed property is written', node);
    writeField(act, base, type.root, name, value, node);
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

/** `{ a, b: c, ...d }`. */
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
      if (from.kind !== 'object' || from.type.type.kind !== 'record' || from.type.orNull || from.type.orUndefined) {
        return act.decline('only objects of fixed shape are spread', p);
      }
      for (const { name } of from.type.type.fields) put(name, memberOf(act, from, name, p));
      continue;
    }
    if (p.kind !== 'init') return act.decline('accessors of object literals are not compiled', p);
    let name: string;
    if (p.computed) {
      const key = evaluate(act, p.key);
      if (key.kind !== 'constant') return act.decline('a computed key is not known', p);
      name = String(key.value);
    } else name = p.key.type === 'Identifier' ? p.key.name : String((unparen(p.key) as { value: unknown }).value);
    if (name === '__proto__' && !p.computed && !p.shorthand) return act.decline('__proto__ is not compiled', p);
    put(name, evaluate(act, p.value));
  }
  if (act.dead) return neverValue;
  return makeRecord(act, node, parts);
}

/** A new plain object. Literals with the same keys at one place have one type, and become one where they meet others. */
export function makeRecord(act: Activation, node: Node, parts: readonly (readonly [string, Abstract])[]): Abstract {
  const { lowering, b } = act;
  const keys = parts.map(([name]) => name);
  const type = lowering.site(siteKey(node, keys.join()), () => {
    const record = new RecordType(lowering.growth, 'object', Object.prototype);
    for (const key of keys) record.addField(key);
    return record;
  }).root;
  for (const [name, value] of parts) {
    if (value.kind === 'never') return neverValue;
    type.addField(name, typeOf(usable(value)));
  }
  const ref = b.alloc(type.shape);
  for (const [name, value] of parts) storeField(act, ref, type, name, value, node);
  return { kind: 'object', type: objectOf(type), ref };
}

const siteKeys = new WeakMap<Node, Map<string, object>>();
function siteKey(node: Node, keys: string): object {
  let known = siteKeys.get(node);
  if (known === undefined) siteKeys.set(node, (known = new Map()));
  let key = known.get(keys);
  if (key === undefined) known.set(keys, (key = {}));
  return key;
}

/** `{ a, ...rest } = o`: what is left. */
export function recordWithout(act: Activation, node: Node, value: Abstract, taken: readonly string[]): Abstract {
  if (value.kind !== 'object' || value.type.type.kind !== 'record')
    return act.decline('only objects of fixed shape are taken apart', node);
  const names = value.type.type.fields
    .map((f) => f.name)
    .filter((name) => !taken.includes(name) && !name.startsWith('#'));
  return makeRecord(
    act,
    node,
    names.map((name) => [name, memberOf(act, value, name, node)] as const),
  );
}
