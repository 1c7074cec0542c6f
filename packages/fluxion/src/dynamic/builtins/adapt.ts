/**
 * What twin implementations do to values on their way into native code: primals where only the primal can matter, twins in
 * place of callbacks, results of callbacks made decisions, and views through which native algorithms read objects.
 * Invariant: native code never decides anything by a box, and never runs the original of a function that has a twin.
 */
import { fluxionError } from '../../errors/error.ts';
import { toPropertyKey as toKey, toPrimitive, writeNumber } from '../conversions.ts';
import { callTwin, constructTwin, twinOf } from '../hooks.ts';
import { isBox, primalOf, S } from '../numbers/box.ts';
import { sameValueZero, seq, str, truthy } from '../operators.ts';
import { OriginalMark, SharedMark } from '../originals.ts';
import { deleteStrict, get, hasProperty, set } from '../properties.ts';
import { isProxy } from '../proxies.ts';
import type { Key } from './entries.ts';

export type Callable = (this: unknown, ...args: unknown[]) => unknown;

const { isArray } = Array;
const { getPrototypeOf } = Object;

export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** A value that native code converts to a number, a string or a key: the primal of a box, objects converted by their twins. */
export function scalar(value: unknown): unknown {
  if (!isObject(value)) return value;
  if (isBox(value)) return primalOf(value);
  return { [Symbol.toPrimitive]: (hint: 'number' | 'string' | 'default') => primalOf(toPrimitive(value, hint)) };
}

/** A value that native code makes a text of; of a tracked number it is remembered that the text was made of one. */
export function text(value: unknown): unknown {
  if (!isObject(value)) return value;
  return isBox(value) ? writeNumber(value) : { [Symbol.toPrimitive]: () => str(value) };
}

/** `scalar` for each of a list of arguments. */
export function scalars(args: readonly unknown[]): unknown[] {
  return args.map(scalar);
}

/** The twin of a callback; what is no function goes through, for the native's own complaint. */
export function callback(fn: unknown): unknown {
  return typeof fn === 'function' ? twinOf(fn) : fn;
}

/** A callback whose result the native tests for truth. */
export function predicate(fn: unknown): unknown {
  if (typeof fn !== 'function') return fn;
  const twin = twinOf(fn) as Callable;
  return function (this: unknown, ...args: unknown[]): boolean {
    return truthy(Reflect.apply(twin, this, args));
  };
}

/** A comparator: native code reads its result as a number. */
export function comparator(fn: unknown): unknown {
  if (typeof fn !== 'function') return fn;
  const twin = twinOf(fn) as Callable;
  return (a: unknown, b: unknown): unknown => scalar(twin.call(undefined, a, b));
}

/** A callback whose result the native makes a property key of. */
export function keyed(fn: unknown): unknown {
  if (typeof fn !== 'function') return fn;
  const twin = twinOf(fn) as Callable;
  return function (this: unknown, ...args: unknown[]): Key {
    return toKey(Reflect.apply(twin, this, args));
  };
}

/** An array that native methods may be called on as it is: no mark of the table's, no subclass, no Proxy. */
export function isPlainArray(value: unknown): value is unknown[] {
  return (
    isArray(value) &&
    !isProxy(value) &&
    (value as unknown as Record<symbol, unknown>)[S] === undefined &&
    value.constructor === Array
  );
}

/** The object whose contents count where `o` is read as a whole: an original that has been written follows its stand-in. */
export function reading<T>(o: T): T {
  if (!isObject(o)) return o;
  const mark = (o as Record<symbol, unknown>)[S];
  return mark instanceof OriginalMark && Object.hasOwn(o, S) ? (mark.forAll(o) as T) : o;
}

/** The object to change in place of `o`. @throws AmbiguousAlias if several arguments share it. */
export function writing<T>(o: T): T {
  if (!isObject(o)) return o;
  const mark = (o as Record<symbol, unknown>)[S];
  if (mark === undefined || !Object.hasOwn(o, S)) return o;
  if (mark instanceof OriginalMark) return mark.forWrite(o) as T;
  return mark instanceof SharedMark ? mark.refuse() : o;
}

export function isConstructor(value: unknown): value is new (...args: unknown[]) => object {
  if (typeof value !== 'function') return false;
  try {
    new new Proxy(value as new () => object, { construct: () => ({}) })();
    return true;
  } catch {
    return false;
  }
}

/** A native function that constructs by the twin of `C`, for algorithms that create their result by a constructor. */
export function constructible(C: unknown): unknown {
  if (C === Array || C === Object || !isConstructor(C)) return C;
  return function (...args: unknown[]): object {
    return constructTwin(C, args) as object;
  };
}

/** What a native algorithm finds as `constructor` of a view: the species is asked for and constructed by twins. */
function speciesSource(o: object): unknown {
  const C = get(o, 'constructor');
  if (!isObject(C) || C === Array) return C;
  if (isBox(C)) return primalOf(C);
  return {
    get [Symbol.species](): unknown {
      return constructible(get(C, Symbol.species));
    },
  };
}

const viewed = new WeakMap<object, object>();

/**
 * An object as native algorithms may read and write it: every access goes through the table, `length` comes as its primal.
 * `original` gives back what a view stands for.
 */
export function view(o: object): object {
  const proxy: object = new Proxy<object>(isArray(o) ? [] : {}, {
    get: (_, key) => (key === 'length' ? scalar(get(o, key)) : key === 'constructor' ? speciesSource(o) : get(o, key)),
    set(_, key, value) {
      set(o, key, value);
      return true;
    },
    has: (_, key) => hasProperty(o, key),
    deleteProperty: (_, key) => deleteStrict(o, key),
    getPrototypeOf: () => getPrototypeOf(o),
  });
  return standsFor(proxy, o);
}

/** Declares what a view stands for. */
export function standsFor(proxy: object, o: object): object {
  viewed.set(proxy, o);
  return proxy;
}

export function original(value: unknown): unknown {
  return isObject(value) ? (viewed.get(value) ?? value) : value;
}

/** An object of options as native code may read it: every option as its primal, getters run as twins. */
export function options(o: unknown): unknown {
  if (!isObject(o)) return o;
  if (isBox(o)) return primalOf(o);
  return new Proxy<object>(
    {},
    {
      get(_, key) {
        const value = get(o, key);
        return isBox(value)
          ? primalOf(value)
          : isObject(value) && typeof value !== 'function' && !isArray(value)
            ? scalar(value)
            : value;
      },
      has: (_, key) => hasProperty(o, key),
    },
  );
}

/** A list of locales as native code reads it, or the one locale. */
export function locales(value: unknown): unknown {
  if (isBox(value)) return primalOf(value);
  return isArray(value) && value.some(isBox) ? value.map(scalar) : value;
}

/** Refuses: the named operation would lose the derivative of what it was given. */
export function refuse(operation: string): never {
  throw fluxionError('LostDerivative', { operation });
}

/** True if any of the values is a box. */
export function anyBox(args: ArrayLike<unknown>): boolean {
  for (let i = 0; i < args.length; i++) if (isBox(args[i])) return true;
  return false;
}

export {
  callTwin,
  constructTwin,
  get,
  hasProperty,
  isBox,
  primalOf,
  S,
  sameValueZero,
  seq,
  set,
  str,
  toKey,
  truthy,
  twinOf,
};
