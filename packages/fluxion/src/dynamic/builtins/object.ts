/**
 * `Object` and `Object.prototype`. Values are read and written through the table, so that getters run as twins and shadowed
 * elements come out tracked.
 * Invariant: the slow symbol, which marks objects for the table, is seen by no program.
 */

import { ownDescriptor as askedDescriptor, ownKeysOf } from '../asking.ts';
import { withAccessors } from '../contents.ts';
import { hooks } from '../hooks.ts';
import { iter } from '../iteration.ts';
import { currentJournal, refuseLock, touch } from '../journal.ts';
import { key } from '../operators.ts';
import { slowMark } from '../properties.ts';
import { isProxy } from '../proxies.ts';
import { keysGiven } from '../texts.ts';
import {
  type Callable,
  callback,
  callTwin,
  get,
  isBox,
  isObject,
  primalOf,
  reading,
  S,
  scalar,
  set,
  toKey,
  truthy,
  writing,
} from './adapt.ts';
import { callOrConstruct, entry, getter, type Key, type Native, nativeOf, passing, setter } from './entries.ts';
import { define } from './registry.ts';
import { numberObjects } from './search.ts';

const proto = Object.prototype;
const { apply } = Reflect;
const isEnumerable = nativeOf(proto, 'propertyIsEnumerable') as Native;
const nativeDefine = Object.defineProperty;

/** The object that a native takes: a box is a number, and as an object it has no properties of its own. */
function receiver(value: unknown): unknown {
  return isBox(value) ? primalOf(value) : reading(value);
}

function hasOwnSlow(o: object): boolean {
  return Object.hasOwn(o, S);
}

/** The own keys a program may know of. */
export function keysOf(o: object): Key[] {
  const keys = isProxy(o) ? [...ownKeysOf(o)] : Reflect.ownKeys(o);
  const at = keys.indexOf(S);
  if (at >= 0) keys.splice(at, 1);
  return Array.isArray(o) ? keys : keysGiven(keys);
}

/** Attributes as a native takes them, read from the user's object in the order of the language. */
export function readDescriptor(attributes: unknown): PropertyDescriptor {
  if (!isObject(attributes) || isBox(attributes))
    throw new TypeError(`Property description must be an object: ${String(primalOf(attributes))}`);
  const made = Object.create(null) as Record<string, unknown>;
  for (const name of ['enumerable', 'configurable', 'value', 'writable', 'get', 'set']) {
    if (!Reflect.has(attributes, name)) continue;
    const value = get(attributes, name);
    made[name] = name === 'value' ? value : name === 'get' || name === 'set' ? primalOf(value) : truthy(value);
  }
  return made;
}

/** The same attributes with another value; they inherit nothing that a program may have put on Object.prototype. */
function withValue(descriptor: PropertyDescriptor, value: unknown): PropertyDescriptor {
  return { __proto__: null, ...descriptor, value } as PropertyDescriptor;
}

/** Whether the property will be one that can't be changed again. */
function isLocking(o: object, k: Key, given: PropertyDescriptor): boolean {
  if (isProxy(o)) return false;
  const own = Reflect.getOwnPropertyDescriptor(o, k);
  return !(given.configurable ?? own?.configurable) && !(given.writable ?? own?.writable);
}

/**
 * Defines a property as twin code may: journaled, and into the shadow where there is one. What can't be defined gives
 * false, or (with `strict`) the native's own error.
 */
export function defineOwn(o: object, k: Key, given: PropertyDescriptor, strict: boolean): boolean {
  const isLength = Array.isArray(o) && k === 'length' && 'value' in given;
  const descriptor = isLength ? withValue(given, scalar(given.value)) : given;
  if (!isLength)
    for (const part of [descriptor.value, descriptor.get, descriptor.set]) if (isObject(part)) touch(o, part);
  if (isBox(descriptor.value) && isLocking(o, k, descriptor)) refuseLock(o, 'Object.defineProperty', true);
  const apart = (to: object, attributes: PropertyDescriptor): boolean =>
    strict ? nativeDefine(to, k, attributes) === to : Reflect.defineProperty(to, k, attributes);
  const mark = (o as Record<symbol, unknown>)[S];
  if (ArrayBuffer.isView(o)) {
    const isElement = typeof k === 'string' && String(Number(k)) === k;
    if (!isElement || !('value' in descriptor) || (mark === undefined && !isBox(descriptor.value))) {
      return apart(o, descriptor);
    }
    if (!apart(o, withValue(descriptor, primalOf(descriptor.value)))) return false;
    set(o, k, descriptor.value);
    return true;
  }
  // Where another owner of this object is differentiated, the property has to be seen there.
  const to = mark === undefined ? o : writing(o);
  if (to !== o) return defineOwn(to, k, descriptor, strict);
  const done = apart(o, descriptor);
  // Elements that are accessors are only to be read through the table.
  if (
    done &&
    mark === undefined &&
    (descriptor.get ?? descriptor.set) !== undefined &&
    Array.isArray(o) &&
    !isProxy(o)
  ) {
    withAccessors.add(o);
    if (Reflect.defineProperty(o, S, { value: slowMark, configurable: true, writable: true, enumerable: false })) {
      currentJournal()?.root.last.push(() => void Reflect.deleteProperty(o, S));
    }
  }
  return done;
}

/** The descriptor of an own property; the value of a shadowed element is tracked. */
export function ownDescriptor(o: object, k: Key): PropertyDescriptor | undefined {
  if (k === S) return undefined;
  const found = isProxy(o) ? askedDescriptor(o, k) : Reflect.getOwnPropertyDescriptor(o, k);
  if (found !== undefined && 'value' in found && (o as Record<symbol, unknown>)[S] !== undefined)
    found.value = get(o, k);
  return found;
}

/**
 * A tracked number as an object: a Number object like any other, but its `valueOf`, which all conversions of twin code go
 * through, gives the tracked number.
 */
function numberObject(box: unknown): object {
  const made = Object(primalOf(box)) as object;
  numberObjects.set(made, box);
  return made;
}

entry(
  Number.prototype,
  'valueOf',
  'passes',
  (native) =>
    function (this: unknown): unknown {
      return isBox(this) ? this : ((isObject(this) ? numberObjects.get(this) : undefined) ?? apply(native, this, []));
    },
);

define(
  Object,
  function (this: unknown, value?: unknown): unknown {
    if (new.target !== undefined && new.target !== Object) return Reflect.construct(Object, [], new.target);
    if (isBox(value)) return numberObject(value);
    return Object(value);
  },
  'passes',
);

// Keys, values, entries.
for (const name of ['keys', 'getOwnPropertyNames']) {
  entry(
    Object,
    name,
    'passes',
    (native) =>
      function (o: unknown): unknown {
        const target = receiver(o);
        if (isObject(target) && isProxy(target)) {
          return keysOf(target).filter((k) => typeof k === 'string' && (name !== 'keys' || enumerates(target, k)));
        }
        const keys = native(target) as string[];
        return Array.isArray(target) ? keys : keysGiven(keys);
      },
  );
}

function enumerates(o: object, k: Key): unknown {
  return isProxy(o) ? askedDescriptor(o, k)?.enumerable : apply(isEnumerable, o, [k]);
}

function eachEnumerable(o: object, symbols: boolean, visit: (k: Key, value: unknown) => void): void {
  for (const k of keysOf(o)) {
    if (typeof k === 'symbol' && !symbols) continue;
    if (enumerates(o, k)) visit(k, get(o, k));
  }
}

entry(
  Object,
  'values',
  'passes',
  (native) =>
    function (o: unknown): unknown {
      const target = receiver(o);
      if (!isObject(target)) return native(target);
      const out: unknown[] = [];
      eachEnumerable(target, false, (_, value) => out.push(value));
      return out;
    },
);
entry(
  Object,
  'entries',
  'passes',
  (native) =>
    function (o: unknown): unknown {
      const target = receiver(o);
      if (!isObject(target)) return native(target);
      const out: unknown[] = [];
      eachEnumerable(target, false, (k, value) => out.push([k, value]));
      return out;
    },
);
entry(
  Object,
  'assign',
  'passes',
  (native) =>
    function (this: unknown, target: unknown, ...sources: unknown[]): unknown {
      if (target === undefined || target === null) return native(target);
      const to = (isBox(target) ? numberObject(target) : Object(target)) as object;
      for (const source of sources) {
        if (source === undefined || source === null || isBox(source)) continue;
        eachEnumerable(Object(source) as object, true, (k, value) => set(to, k, value));
      }
      return to;
    },
);
entry(
  Object,
  'fromEntries',
  'passes',
  (native) =>
    function (iterable: unknown): unknown {
      if (iterable === undefined || iterable === null) return native(iterable);
      const made = {};
      for (const item of iter(receiver(iterable)) as Iterable<unknown>) {
        if (!isObject(item) || isBox(item))
          throw new TypeError(`Iterator value ${String(primalOf(item))} is not an entry object`);
        const k = get(item, 0);
        const value = get(item, 1);
        Object.defineProperty(made, toKey(k), { value, writable: true, enumerable: true, configurable: true });
      }
      return made;
    },
);
entry(
  Object,
  'groupBy',
  'passes',
  (native) =>
    function (this: unknown, items: unknown, fn: unknown): unknown {
      if (items === undefined || items === null || typeof fn !== 'function') return apply(native, this, [items, fn]);
      const groups = Object.create(null) as Record<Key, unknown[]>;
      const twin = callback(fn) as Callable;
      let i = 0;
      for (const value of iter(items) as Iterable<unknown>) {
        const k = toKey(twin.call(undefined, value, i++));
        (groups[k] ??= []).push(value);
      }
      return groups;
    },
);
entry(
  Object,
  'is',
  'primal',
  () =>
    function (a: unknown, b: unknown): boolean {
      return Object.is(key(a), key(b));
    },
);

// Properties and their attributes.
entry(
  Object,
  'defineProperty',
  'passes',
  (native) =>
    function (o: unknown, k: unknown, attributes: unknown): unknown {
      const target = receiver(o);
      if (!isObject(target)) return native(target, k, attributes);
      const name = toKey(k);
      defineOwn(target, name, readDescriptor(attributes), true);
      return o;
    },
);

function defineAll(target: object, properties: unknown): void {
  const source = Object(receiver(properties)) as object;
  const all: [Key, PropertyDescriptor][] = [];
  for (const k of keysOf(source)) {
    if (apply(isEnumerable, source, [k])) all.push([k, readDescriptor(get(source, k))]);
  }
  for (const [k, descriptor] of all) {
    defineOwn(target, k, descriptor, true);
  }
}
entry(
  Object,
  'defineProperties',
  'passes',
  (native) =>
    function (o: unknown, properties: unknown): unknown {
      const target = receiver(o);
      if (!isObject(target) || properties === undefined || properties === null) return native(target, properties);
      defineAll(target, properties);
      return target;
    },
);
entry(
  Object,
  'create',
  'passes',
  (native) =>
    function (prototype: unknown, properties?: unknown): unknown {
      const made = native(receiver(prototype)) as object;
      if (properties !== undefined) {
        if (properties === null) return native(prototype, properties);
        defineAll(made, properties);
      }
      return made;
    },
);
entry(
  Object,
  'getOwnPropertyDescriptor',
  'passes',
  (native) =>
    function (o: unknown, k: unknown): unknown {
      const target = receiver(o);
      return isObject(target) ? ownDescriptor(target, toKey(k)) : native(target, toKey(k));
    },
);
entry(
  Object,
  'getOwnPropertyDescriptors',
  'passes',
  (native) =>
    function (o: unknown): unknown {
      const target = receiver(o);
      if (!isObject(target)) return native(target);
      const all = {};
      for (const k of keysOf(target)) {
        const value = ownDescriptor(target, k);
        if (value !== undefined)
          Object.defineProperty(all, k, { value, writable: true, enumerable: true, configurable: true });
      }
      return all;
    },
);
entry(
  Object,
  'getOwnPropertySymbols',
  'passes',
  (native) =>
    function (o: unknown): unknown {
      return (native(receiver(o)) as symbol[]).filter((k) => k !== S);
    },
);
entry(
  Object,
  'hasOwn',
  'passes',
  (native) =>
    function (o: unknown, k: unknown): unknown {
      const target = receiver(o);
      return target === undefined || target === null ? native(target, k) : native(target, toKey(k));
    },
);

// Prototypes.
const nativeGetPrototypeOf = nativeOf(Object, 'getPrototypeOf') as Native;
const nativeSetPrototypeOf = nativeOf(Object, 'setPrototypeOf') as Native;

function prototypeOf(o: unknown): unknown {
  return hooks.heritageOf(nativeGetPrototypeOf(receiver(o)));
}

define(nativeGetPrototypeOf, prototypeOf, 'passes');
define(
  nativeSetPrototypeOf,
  function (o: unknown, prototype: unknown): unknown {
    if (isBox(o)) {
      nativeSetPrototypeOf(primalOf(o), receiver(prototype));
      return o;
    }
    if (isObject(o)) touch(o, prototype);
    return nativeSetPrototypeOf(o, receiver(prototype));
  },
  'passes',
);

// Integrity levels. The slow mark has to stay removable, and does not count.
for (const name of ['freeze', 'seal', 'preventExtensions'] as const) {
  entry(
    Object,
    name,
    'passes',
    (native) =>
      function (o: unknown): unknown {
        if (!isObject(o) || isBox(o)) return o;
        if (name === 'freeze') refuseLock(o, 'Object.freeze');
        if (!hasOwnSlow(o)) return native(o);
        Reflect.preventExtensions(o);
        if (name !== 'preventExtensions') {
          for (const k of keysOf(o)) {
            const found = Reflect.getOwnPropertyDescriptor(o, k);
            const frozen = name === 'freeze' && found !== undefined && 'value' in found;
            Object.defineProperty(o, k, frozen ? { configurable: false, writable: false } : { configurable: false });
          }
        }
        return o;
      },
  );
}
for (const name of ['isFrozen', 'isSealed', 'isExtensible'] as const) {
  entry(
    Object,
    name,
    'passes',
    (native) =>
      function (o: unknown): unknown {
        if (!isObject(o) || isBox(o)) return native(receiver(o));
        if (name === 'isExtensible' || !hasOwnSlow(o)) return native(o);
        if (Object.isExtensible(o)) return false;
        return keysOf(o).every((k) => {
          const found = Reflect.getOwnPropertyDescriptor(o, k);
          return found === undefined || (!found.configurable && (name === 'isSealed' || !found.writable));
        });
      },
  );
}

// Object.prototype.
for (const name of ['hasOwnProperty', 'propertyIsEnumerable', '__lookupGetter__', '__lookupSetter__']) {
  entry(
    proto,
    name,
    'passes',
    (native) =>
      function (this: unknown, k: unknown): unknown {
        return apply(native, receiver(this), [toKey(k)]);
      },
  );
}
entry(
  proto,
  'isPrototypeOf',
  'passes',
  (native) =>
    function (this: unknown, o: unknown): unknown {
      return apply(native, receiver(this), [receiver(o)]);
    },
);
for (const name of ['__defineGetter__', '__defineSetter__']) {
  entry(
    proto,
    name,
    'passes',
    (native) =>
      function (this: unknown, k: unknown, fn: unknown): unknown {
        if (isObject(this) && !isBox(this)) touch(this, fn);
        return apply(native, receiver(this), [toKey(k), fn]);
      },
  );
}
entry(
  proto,
  'toString',
  'primal',
  (native) =>
    function (this: unknown): unknown {
      if (!isObject(this) || isBox(this)) return apply(native, receiver(this), []);
      const tag = get(this, Symbol.toStringTag);
      return typeof tag === 'string' ? `[object ${tag}]` : apply(native, this, []);
    },
);
entry(
  proto,
  'toLocaleString',
  'primal',
  (native) =>
    function (this: unknown): unknown {
      if (this === undefined || this === null) return apply(native, this, []);
      return callTwin(get(this, 'toString') as Function, this, []);
    },
);
entry(
  proto,
  'valueOf',
  'passes',
  (native) =>
    function (this: unknown): unknown {
      return isBox(this) ? numberObject(this) : apply(native, this, []);
    },
);
getter(
  proto,
  '__proto__',
  'passes',
  (native) =>
    function (this: unknown): unknown {
      return hooks.heritageOf(apply(native, receiver(this), []));
    },
);
setter(
  proto,
  '__proto__',
  'passes',
  (native) =>
    function (this: unknown, prototype: unknown): unknown {
      if (isObject(this) && !isBox(this)) touch(this, prototype);
      return apply(native, receiver(this), [receiver(prototype)]);
    },
);

/** Objects of a Boolean hold no number; the truth of a tracked one is decided by its primal. */
define(
  Boolean,
  function (this: unknown, value?: unknown): unknown {
    return callOrConstruct(Boolean, this, [truthy(value)], new.target);
  },
  'primal',
);
passing(Boolean.prototype, ['toString', 'valueOf']);
