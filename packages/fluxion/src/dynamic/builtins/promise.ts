/**
 * `Promise`. Executors and reactions run as twins inside the gradient that made them, also when it has been suspended since;
 * the user's thenables are called as twins.
 * Invariant: no tick is added or left out.
 */

import { isAwaitedStep, iter } from '../iteration.ts';
import { continuation } from '../run.ts';
import { type Callable, callback, callTwin, constructible, get, isBox, isConstructor, isObject } from './adapt.ts';
import { callOrConstruct, entry, getter, type Native, nativeOf } from './entries.ts';
import { define, defineTransient } from './registry.ts';

const proto = Promise.prototype;
const { apply } = Reflect;
const nativeThen = nativeOf(proto, 'then') as Native;
const nativeResolve = nativeOf(Promise, 'resolve') as Native;

/**
 * What a promise may be resolved with natively: a thenable of the user's is replaced by one that runs its `then` as a twin.
 * Native promises, and what is no thenable, are themselves.
 */
export function adopt(value: unknown): unknown {
  if (!isObject(value) || isBox(value) || isAwaitedStep(value)) return value;
  let then: unknown;
  try {
    then = get(value, 'then');
  } catch (error) {
    return {
      get then(): never {
        throw error;
      },
    };
  }
  if (typeof then !== 'function' || then === nativeThen) return value;
  const twin = continuation((resolve: unknown, reject: unknown) => {
    settling(resolve as Callable, reject as Callable);
    return callTwin(then as Function, value, [resolve, reject]);
  });
  return { then: twin };
}

/** The functions that settle a promise are called by twin code with tracked numbers and with thenables. */
function settling(resolve: Callable, reject: Callable): void {
  defineTransient(resolve, (value: unknown) => resolve(adopt(value)));
  defineTransient(reject, reject);
}

/** A reaction: runs inside the gradient; what it gives may be a thenable of the user's. */
function reaction(fn: unknown): unknown {
  if (typeof fn !== 'function') return fn;
  const twin = callback(fn) as Callable;
  return continuation((value: unknown) => adopt(twin.call(undefined, value)));
}

define(
  Promise,
  function (this: unknown, executor: unknown): unknown {
    if (typeof executor !== 'function') return callOrConstruct(Promise, this, [executor], new.target);
    const twin = callback(executor) as Callable;
    const run = (resolve: Callable, reject: Callable): unknown => {
      settling(resolve, reject);
      return twin.call(undefined, resolve, reject);
    };
    return callOrConstruct(Promise, this, [run], new.target);
  },
  'passes',
);

/** Does something to a promise natively; if its class is the user's, with a species that is constructed as its twin. */
function withSpecies(native: Native, promise: unknown, args: unknown[]): unknown {
  if (!(promise instanceof Promise)) return apply(native, promise, args);
  const own = Reflect.getOwnPropertyDescriptor(promise, 'constructor');
  const ordinary = own === undefined && Object.getPrototypeOf(promise) === proto;
  const locked = own === undefined ? !Object.isExtensible(promise) : !own.configurable;
  if (ordinary || locked) return apply(native, promise, args);
  // The native looks its constructor up once more, and finds the answer that was given here.
  const C = get(promise, 'constructor');
  const value = isObject(C) && C !== Promise ? { [Symbol.species]: constructible(get(C, Symbol.species)) } : C;
  Object.defineProperty(promise, 'constructor', { value, configurable: true });
  try {
    return apply(native, promise, args);
  } finally {
    if (own === undefined) delete (promise as { constructor?: unknown }).constructor;
    else Object.defineProperty(promise, 'constructor', own);
  }
}

define(
  nativeThen,
  function (this: unknown, fulfilled: unknown, rejected: unknown): unknown {
    return withSpecies(nativeThen, this, [reaction(fulfilled), reaction(rejected)]);
  },
  'passes',
);
entry(
  proto,
  'catch',
  'passes',
  (native) =>
    function (this: unknown, rejected: unknown): unknown {
      if (this === undefined || this === null) return apply(native, this, [rejected]);
      return callTwin(get(this, 'then') as Function, this, [undefined, rejected]);
    },
);
entry(
  proto,
  'finally',
  'passes',
  (native) =>
    function (this: unknown, fn: unknown): unknown {
      if (!isObject(this) || isBox(this)) return apply(native, this, [fn]);
      const twin =
        typeof fn === 'function' ? continuation(() => adopt((callback(fn) as Callable).call(undefined))) : fn;
      return withSpecies(native, this, [twin]);
    },
);

/** A constructor's statics as native algorithms use them: it constructs, and `resolve` is called, as twins. */
function promiseClass(C: unknown): unknown {
  if (C === Promise || !isConstructor(C)) return C;
  const made = constructible(C) as Callable & { resolve?: unknown };
  Object.defineProperty(made, 'resolve', {
    get() {
      const resolve = get(C, 'resolve');
      return typeof resolve === 'function' ? (value: unknown) => callTwin(resolve, C, [value]) : resolve;
    },
  });
  return made;
}

/** Promises are asked for their `then` by the native, which closes the iterator if that throws. */
function* adopted(items: Iterable<unknown>): Generator<unknown> {
  for (const item of items) yield item instanceof Promise ? item : adopt(item);
}

for (const name of ['all', 'allSettled', 'any', 'race']) {
  entry(
    Promise,
    name,
    'passes',
    (native) =>
      function (this: unknown, items: unknown): unknown {
        let source: unknown;
        try {
          source = isObject(items) || typeof items === 'string' ? adopted(iter(items) as Iterable<unknown>) : items;
        } catch (error) {
          source = {
            [Symbol.iterator](): never {
              throw error;
            },
          };
        }
        return apply(native, promiseClass(this), [source]);
      },
  );
}
define(
  nativeResolve,
  function (this: unknown, value: unknown): unknown {
    if (isObject(this) && value instanceof Promise && get(value, 'constructor') === this) return value;
    return apply(nativeResolve, promiseClass(this), [adopt(value)]);
  },
  'passes',
);
entry(
  Promise,
  'reject',
  'passes',
  (native) =>
    function (this: unknown, reason: unknown): unknown {
      return apply(native, promiseClass(this), [reason]);
    },
);
entry(
  Promise,
  'try',
  'passes',
  (native) =>
    function (this: unknown, fn: unknown, ...args: unknown[]): unknown {
      if (typeof fn !== 'function') return apply(native, promiseClass(this), [fn, ...args]);
      return apply(native, promiseClass(this), [() => adopt(callTwin(fn, undefined, args))]);
    },
);
entry(
  Promise,
  'withResolvers',
  'passes',
  (native) =>
    function (this: unknown): unknown {
      const made = apply(native, promiseClass(this), []) as { resolve: Callable; reject: Callable };
      settling(made.resolve, made.reject);
      return made;
    },
);
getter(Promise, Symbol.species, 'passes', (native) => native);
