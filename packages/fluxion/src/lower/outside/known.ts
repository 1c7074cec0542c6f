/**
 * The static types of values that exist: arguments and what is reached through captures.
 * Invariant: one object has one type, however it is reached; objects of one prototype and one list of keys share theirs, so
 * linked structures and cycles have finite types.
 */
import { privateState } from '../../capture/capture.ts';
import { builtinModule } from '../../capture/environment.ts';
import { isClass } from '../../syntax/ast.ts';
import { parseFunction } from '../../syntax/parse.ts';
import { Decline } from '../decline.ts';
import { type CollectionKind, listsOf, newCollectionType } from '../lists/entries.ts';
import { ArrayType } from '../types/array.ts';
import { typedSpaces } from '../types/cells.ts';
import type { Growth } from '../types/growth.ts';
import { RecordType, tupleLength } from '../types/record.ts';
import {
  boolean,
  constant,
  describeType,
  type JsType,
  number,
  type ObjectType,
  objectOf,
  string,
  type TypedName,
  typedType,
} from '../types/types.ts';

const util = builtinModule('node:util') as { types?: { isProxy(o: unknown): boolean } } | undefined;

/** Whether reading an object runs code of the user's. Engines that can't tell say no. */
export const isProxy: (o: unknown) => boolean = util?.types?.isProxy ?? (() => false);

export class TypesOfValues {
  private readonly growth: Growth;
  private readonly known = new Map<object, ObjectType>();
  private readonly records = new Map<object | null, Map<string, RecordType>>();

  constructor(growth: Growth) {
    this.growth = growth;
  }

  /** Of an argument, or of anything else whose numbers change from call to call. */
  ofArgument(value: unknown): JsType {
    switch (typeof value) {
      case 'number':
        return number;
      case 'boolean':
        return boolean;
      case 'string':
        return string;
      case 'undefined':
      case 'function':
        return constant(value);
      case 'object':
        return value === null ? constant(null) : objectOf(this.ofObject(value));
      default:
        throw new Decline(`a ${typeof value} is not compiled`);
    }
  }

  /** The record type of objects with this prototype and these keys. */
  record(name: string, prototype: object | null, keys: readonly string[]): RecordType {
    let byKeys = this.records.get(prototype);
    if (byKeys === undefined) this.records.set(prototype, (byKeys = new Map()));
    const key = keys.join('\n');
    let type = byKeys.get(key);
    if (type === undefined) {
      const made = new RecordType(this.growth, name, prototype);
      byKeys.set(key, (type = made));
      this.growth.making(() => keys.forEach((k) => void made.addField(k)));
      type.variant.closed = true;
    }
    return type;
  }

  private ofObject(value: object): ObjectType {
    const known = this.known.get(value);
    if (known !== undefined) return known;
    if (isProxy(value)) throw new Decline('a Proxy is not compiled');
    if (ArrayBuffer.isView(value)) return this.ofView(value);
    if (Array.isArray(value)) return this.ofArray(value, value);
    if (value instanceof Map) return this.ofCollection('Map', value);
    if (value instanceof Set) return this.ofCollection('Set', value);
    const tag = Object.prototype.toString.call(value);
    if (tag !== '[object Object]') throw new Decline(`${tag.slice(8, -1)} objects are not compiled`);
    const prototype = Object.getPrototypeOf(value) as object | null;
    const keys = Reflect.ownKeys(value);
    for (const key of keys) {
      if (typeof key === 'symbol') throw new Decline('properties with symbol keys are not compiled');
      const descriptor = Object.getOwnPropertyDescriptor(value, key)!;
      if (!('value' in descriptor))
        throw new Decline(
          `its property ${key} is an accessor, and those of objects that are handed in or captured are not compiled`,
        );
      if (!descriptor.enumerable) throw new Decline(`the hidden property ${key} is not compiled`);
    }
    const name =
      prototype === null || prototype === Object.prototype ? 'object' : prototype.constructor?.name || 'object';
    if ((keys as string[]).some((key) => key.startsWith('#')))
      throw new Decline('a property whose name begins with # is not compiled');
    const fields = privateFieldsOf(value, prototype);
    const type = this.record(name, prototype, [...(keys as string[]), ...fields.keys()]);
    const variant = type.variant.root;
    if (!Object.isExtensible(value) && !variant.frozen) {
      variant.frozen = true;
      this.growth.changed = true;
    }
    this.known.set(value, type);
    for (const key of keys as string[]) this.put(type, key, (value as Record<string, unknown>)[key]);
    for (const [key, held] of fields) this.put(type, key, held);
    joinKinds(type);
    return type;
  }

  private put(type: RecordType, key: string, value: unknown): void {
    const variable = type.field(key)!.type;
    const next = this.ofArgument(value);
    const joined = variable.with(next);
    if (joined.kind === 'conflict') {
      throw new Decline(`the property ${key} is ${describeType(variable.type)} here and ${describeType(next)} there`);
    }
    variable.add(next);
  }

  private ofCollection(kind: CollectionKind, value: Map<unknown, unknown> | Set<unknown>): ObjectType {
    const own = Object.getPrototypeOf(value) as object | null;
    if (own !== globalThis[kind].prototype || Reflect.ownKeys(value).length > 0)
      throw new Decline(`a ${kind} of a class of its own is not compiled`);
    const type = newCollectionType(this.growth, kind);
    this.known.set(value, type);
    for (const [name, list] of Object.entries(listsOf(value))) {
      type.field(name)!.type.add(objectOf(this.ofArray(list)));
    }
    return type;
  }

  /** `key`: what the type is kept for. */
  private ofArray(value: unknown[], key?: object): ObjectType {
    if (Object.getPrototypeOf(value) !== Array.prototype)
      throw new Decline('arrays of a class of their own are not compiled');
    const type = new ArrayType(this.growth);
    if (key) this.known.set(key, type);
    for (let i = 0; i < value.length; i++) {
      if (!Object.hasOwn(value, i)) throw new Decline('an array with holes is not compiled');
      const joined = type.element.with(this.ofArgument(value[i]));
      if (joined.kind === 'conflict') throw new Decline(`an array that holds ${describeType(joined)} is not compiled`);
      type.element.add(joined);
      // Numbers are all alike.
      if (joined.kind === 'number' && value.every((v) => typeof v === 'number')) break;
    }
    return type;
  }

  private ofView(value: ArrayBufferView): ObjectType {
    const name = value.constructor.name as TypedName;
    if (!Object.hasOwn(typedSpaces, name) || Object.getPrototypeOf(value) !== globalThis[name].prototype) {
      throw new Decline(`a ${value.constructor.name} is not compiled`);
    }
    return typedType(name);
  }
}

/**
 * Objects that hang on each other and all name their kind by a text, `{ kind: 'add', left: { kind: 'number', … }, … }`, are of
 * one type of several shapes: a function that takes one takes all.
 */
function joinKinds(type: RecordType): void {
  for (const { type: held } of [...type.root.fields]) {
    let part: JsType = held.type;
    if (part.kind === 'object' && part.type.kind === 'array') part = part.type.root.element.type;
    if (part.kind !== 'object' || part.type.kind !== 'record') continue;
    const other = part.type.root;
    const { root } = type;
    if (other === root || other.prototype !== root.prototype || tupleLength(other) >= 0 || tupleLength(root) >= 0)
      continue;
    const named = root.fields.some(
      (f) => f.type.type.kind === 'string' && other.field(f.name)?.type.type.kind === 'string',
    );
    if (named) root.unify(other);
  }
}

const privateNames = new WeakMap<Function, readonly string[]>();

/** The names of the private fields that a class declares. */
export function privateNamesOf(cls: Function): readonly string[] {
  let known = privateNames.get(cls);
  if (known === undefined) {
    const text = Function.prototype.toString.call(cls);
    const names: string[] = [];
    if (/^class\b/.test(text) && text.includes('#')) {
      const { node } = parseFunction(text);
      if (isClass(node)) {
        for (const m of node.body.body) {
          if (m.type === 'PropertyDefinition' && !m.static && m.key.type === 'PrivateIdentifier')
            names.push(`#${m.key.name}`);
        }
      }
    }
    privateNames.set(cls, (known = names));
  }
  return known;
}

/** The private fields of an object, as they are now. */
export function privateFieldsOf(value: object, prototype: object | null): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (let p = prototype; p !== null && p !== Object.prototype; p = Object.getPrototypeOf(p) as object | null) {
    const cls: unknown = Object.hasOwn(p, 'constructor') ? p.constructor : undefined;
    if (typeof cls !== 'function') continue;
    for (const name of privateNamesOf(cls)) {
      if (found.has(name)) throw new Decline(`two classes of an object have a private field ${name}`);
      const access = privateState(value, cls);
      if (access === undefined) throw new Decline(`the private field ${name} can't be read`);
      if (access.has(name)) found.set(name, access.get(name));
    }
  }
  return found;
}
