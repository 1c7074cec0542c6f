/**
 * `Object` and its functions. Values are read and written through the table, so that getters run as twins and shadowed
 * elements come out tracked.
 * Invariant: a number given for an object is one without properties of its own, and never the box that carries it.
 */
import { hooks } from '../hooks.ts';
import { iter } from '../iteration.ts';
import { refuseLock, touch } from '../journal.ts';
import { key } from '../operators.ts';
import { isProxy } from '../proxies.ts';
import { type Callable, callback, get, isBox, isObject, primalOf, reading, S, set, toKey } from './adapt.ts';
import {
  addOwn,
  defineOwn,
  eachEnumerable,
  enumerates,
  keysOf,
  named,
  ownDescriptor,
  readDescriptor,
} from './descriptors.ts';
import { family, type Key, type Native } from './entries.ts';
import { define } from './registry.ts';
import { numberObjects } from './search.ts';

const { apply } = Reflect;

/** The object that a native takes: a box is a number, and as an object it has no properties of its own. */
export function receiver(value: unknown): unknown {
  return isBox(value) ? primalOf(value) : isProxy(value) ? value : reading(value);
}

/**
 * A tracked number as an object: a Number object like any other, but its `valueOf`, which all conversions of twin code go
 * through, gives the tracked number.
 */
export function numberObject(box: unknown): object {
  const made = Object(primalOf(box)) as object;
  numberObjects.set(made, box);
  return made;
}

define(
  Object,
  function (this: unknown, value?: unknown): unknown {
    if (new.target !== undefined && new.target !== Object) return Reflect.construct(Object, [], new.target);
    if (isBox(value)) return numberObject(value);
    return Object(value);
  },
  'passes',
);

/** A function of one object; `run` gets what is one, the native what is none. */
function about(run: (o: object, native: Native) => unknown): (native: Native) => Function {
  return (native) =>
    function (o: unknown): unknown {
      const target = receiver(o);
      return isObject(target) ? run(target, native) : native(target);
    };
}

// Keys, values, entries.
family(Object, 'passes', {
  keys: about((o, native) =>
    isProxy(o) ? keysOf(o).filter((k) => typeof k === 'string' && enumerates(o, k)) : named(o, native(o) as string[]),
  ),
  getOwnPropertyNames: about((o, native) =>
    isProxy(o) ? keysOf(o).filter((k) => typeof k === 'string') : named(o, native(o) as string[]),
  ),
  getOwnPropertySymbols: about((o, native) => (native(o) as symbol[]).filter((k) => k !== S)),
  values: about((o) => {
    const out: unknown[] = [];
    eachEnumerable(o, false, (k) => out.push(get(o, k)));
    return out;
  }),
  entries: about((o) => {
    const out: unknown[] = [];
    eachEnumerable(o, false, (k) => out.push([k, get(o, k)]));
    return out;
  }),
  assign: (native) =>
    function (target: unknown, ...sources: unknown[]): unknown {
      if (target === undefined || target === null) return native(target);
      const to = (isBox(target) ? numberObject(target) : Object(target)) as object;
      for (const source of sources) {
        if (source === undefined || source === null || isBox(source)) continue;
        const from = Object(source) as object;
        eachEnumerable(from, true, (k) => set(to, k, get(from, k)));
      }
      return to;
    },
  fromEntries: (native) =>
    function (iterable: unknown): unknown {
      if (iterable === undefined || iterable === null) return native(iterable);
      const made = {};
      for (const item of iter(receiver(iterable)) as Iterable<unknown>) {
        if (!isObject(item) || isBox(item))
          throw new TypeError(`Iterator value ${String(primalOf(item))} is not an entry object`);
        const k = get(item, 0);
        const value = get(item, 1);
        addOwn(made, toKey(k), value);
      }
      return made;
    },
  groupBy: (native) =>
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
});
family(Object, 'primal', { is: () => (a: unknown, b: unknown) => Object.is(key(a), key(b)) });

// Properties and their attributes.
function defineAll(target: object, properties: unknown): void {
  const source = Object(receiver(properties)) as object;
  const keys = keysOf(source).filter((k) => enumerates(source, k));
  const descriptors = keys.map((k) => readDescriptor(get(source, k)));
  keys.forEach((k, i) => void defineOwn(target, k, descriptors[i] as PropertyDescriptor, true));
}

family(Object, 'passes', {
  defineProperty: (native) =>
    function (o: unknown, k: unknown, attributes: unknown): unknown {
      const target = receiver(o);
      if (!isObject(target)) return native(target, k, attributes);
      const name = toKey(k);
      defineOwn(target, name, readDescriptor(attributes), true);
      return o;
    },
  defineProperties: (native) =>
    function (o: unknown, properties: unknown): unknown {
      const target = receiver(o);
      if (!isObject(target) || properties === undefined || properties === null) return native(target, properties);
      defineAll(target, properties);
      return target;
    },
  create: (native) =>
    function (prototype: unknown, properties?: unknown): unknown {
      const made = native(receiver(prototype)) as object;
      if (properties === undefined) return made;
      if (properties === null) return native(prototype, properties);
      defineAll(made, properties);
      return made;
    },
  getOwnPropertyDescriptor: (native) =>
    function (o: unknown, k: unknown): unknown {
      const target = receiver(o);
      if (target === undefined || target === null) return native(target, k);
      const name = toKey(k);
      return isObject(target) ? ownDescriptor(target, name) : native(target, name);
    },
  getOwnPropertyDescriptors: about((o) => {
    const all = {};
    for (const k of keysOf(o)) {
      const value = ownDescriptor(o, k);
      if (value !== undefined) addOwn(all, k, value);
    }
    return all;
  }),
  hasOwn: (native) =>
    function (o: unknown, k: unknown): unknown {
      const target = receiver(o);
      if (target === undefined || target === null) return native(target, k);
      return isProxy(target) ? ownDescriptor(target as object, toKey(k)) !== undefined : native(target, toKey(k));
    },
});

// Prototypes.
family(Object, 'passes', {
  getPrototypeOf: (native) => (o: unknown) => hooks.heritageOf(native(receiver(o))),
  setPrototypeOf: (native) =>
    function (o: unknown, prototype: unknown): unknown {
      if (isBox(o)) {
        native(primalOf(o), receiver(prototype));
        return o;
      }
      if (isObject(o)) touch(o, prototype);
      return native(o, receiver(prototype));
    },
});

// Integrity levels. The slow mark has to stay removable, and does not count.
function hasOwnSlow(o: object): boolean {
  return !isProxy(o) && Object.hasOwn(o, S);
}

function restrict(level: 'freeze' | 'seal' | 'preventExtensions'): (native: Native) => Function {
  return (native) =>
    function (o: unknown): unknown {
      if (!isObject(o) || isBox(o)) return o;
      if (level === 'freeze') refuseLock(o, 'Object.freeze');
      if (!hasOwnSlow(o)) return native(o);
      Reflect.preventExtensions(o);
      if (level === 'preventExtensions') return o;
      for (const k of keysOf(o)) {
        const found = Reflect.getOwnPropertyDescriptor(o, k);
        const frozen = level === 'freeze' && found !== undefined && 'value' in found;
        Object.defineProperty(o, k, frozen ? { configurable: false, writable: false } : { configurable: false });
      }
      return o;
    };
}

function isRestricted(level: 'isFrozen' | 'isSealed'): (native: Native) => Function {
  return about((o, native) => {
    if (!hasOwnSlow(o)) return native(o);
    if (Object.isExtensible(o)) return false;
    return keysOf(o).every((k) => {
      const found = Reflect.getOwnPropertyDescriptor(o, k);
      return found === undefined || (!found.configurable && (level === 'isSealed' || !found.writable));
    });
  });
}

family(Object, 'passes', {
  freeze: restrict('freeze'),
  seal: restrict('seal'),
  preventExtensions: restrict('preventExtensions'),
  isFrozen: isRestricted('isFrozen'),
  isSealed: isRestricted('isSealed'),
  isExtensible: about((o, native) => native(o)),
});
