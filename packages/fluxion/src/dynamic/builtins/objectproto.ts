/**
 * `Object.prototype`: what every value answers to.
 * Invariant: `this` is looked at before a key is converted, as the language does.
 */
import { ownDescriptor } from '../asking.ts';
import { hooks } from '../hooks.ts';
import { touch } from '../journal.ts';
import { isProxy } from '../proxies.ts';
import { callTwin, get, isBox, isObject, toKey } from './adapt.ts';
import { defineOwn } from './descriptors.ts';
import { entry, family, getter, type Native, setter } from './entries.ts';
import { numberObject, receiver } from './object.ts';
import { numberObjects } from './search.ts';

const proto = Object.prototype;
const { apply } = Reflect;
const { isArray } = Array;

/** `hasOwnProperty` and `propertyIsEnumerable` convert the key first, whatever `this` is; Proxies are asked by their traps' twins. */
function keyFirst(of: (d: PropertyDescriptor) => boolean): (native: Native) => Function {
  return (native) =>
    function (this: unknown, k: unknown): unknown {
      const target = receiver(this);
      const key = toKey(k);
      if (!isProxy(target)) return apply(native, target, [key]);
      const d = ownDescriptor(target as object, key);
      return d !== undefined && of(d);
    };
}

function keyLast(native: Native): Function {
  return function (this: unknown, k: unknown): unknown {
    const target = receiver(this);
    return apply(native, target, target === undefined || target === null ? [] : [toKey(k)]);
  };
}

/** `__defineGetter__` and `__defineSetter__`. */
function definer(part: 'get' | 'set'): (native: Native) => Function {
  return (native) =>
    function (this: unknown, k: unknown, fn: unknown): unknown {
      const target = receiver(this);
      if (target === undefined || target === null || typeof fn !== 'function') return apply(native, target, ['', fn]);
      const name = toKey(k);
      if (!isObject(target)) return apply(native, target, [name, fn]);
      defineOwn(target, name, { [part]: fn, enumerable: true, configurable: true }, true);
      return undefined;
    };
}

family(proto, 'passes', {
  hasOwnProperty: keyFirst(() => true),
  propertyIsEnumerable: keyFirst((d) => d.enumerable === true),
  __lookupGetter__: keyLast,
  __lookupSetter__: keyLast,
  __defineGetter__: definer('get'),
  __defineSetter__: definer('set'),
  isPrototypeOf: (native: Native) =>
    function (this: unknown, o: unknown): unknown {
      return apply(native, receiver(this), [receiver(o)]);
    },
  valueOf: (native: Native) =>
    function (this: unknown): unknown {
      return isBox(this) ? numberObject(this) : apply(native, this, []);
    },
});

family(proto, 'primal', {
  toString: (native: Native) =>
    function (this: unknown): unknown {
      if (!isObject(this) || isBox(this)) return apply(native, receiver(this), []);
      // A Proxy may be revoked while its tag is asked for: what it is has to be known before.
      const plain = !isProxy(this)
        ? undefined
        : isArray(this)
          ? 'Array'
          : typeof this === 'function'
            ? 'Function'
            : 'Object';
      const tag = get(this, Symbol.toStringTag);
      if (typeof tag === 'string') return `[object ${tag}]`;
      return plain === undefined ? apply(native, this, []) : `[object ${plain}]`;
    },
  toLocaleString: (native: Native) =>
    function (this: unknown): unknown {
      if (this === undefined || this === null) return apply(native, this, []);
      return callTwin(get(this, 'toString') as Function, this, []);
    },
});

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

// Objects made of tracked numbers give them back.
entry(
  Number.prototype,
  'valueOf',
  'passes',
  (native) =>
    function (this: unknown): unknown {
      return isBox(this) ? this : ((isObject(this) ? numberObjects.get(this) : undefined) ?? apply(native, this, []));
    },
);
