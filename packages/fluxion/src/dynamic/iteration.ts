/**
 * What twin code iterates over: pristine built-in iterables as they are, everything else through a wrapper whose steps run the
 * user's iterator methods as twins, in the order the language gives.
 * Invariant: the wrapper is consumed by native syntax (`for of`, spread, destructuring, `yield*`), which sees exactly the steps,
 * results and errors that the original iterable would have given.
 */
import { define, defineTransient, isBuiltinTwin } from './builtins/registry.ts';
import { isYoungGenerator } from './generators.ts';
import { hooks } from './hooks.ts';
import { type Box, isBox, numberOf, S } from './numbers/box.ts';
import { truthy } from './operators.ts';
import { g, get } from './properties.ts';
import { isMap, isProxy, isSet } from './proxies.ts';
import { isObject } from './strip.ts';
import { spell } from './texts.ts';
import { isTypedArray, lengthOf, type TypedArray, typedArrayPrototype } from './views.ts';

type Bag = Record<PropertyKey, unknown>;
type Method = (this: unknown, ...args: unknown[]) => unknown;

const iterator: typeof Symbol.iterator = Symbol.iterator;
const asyncIterator: typeof Symbol.asyncIterator = Symbol.asyncIterator;
const { getPrototypeOf } = Object;

const arrayProto = Array.prototype as unknown as Bag;
const arrayValues = Array.prototype.values;
const arrayKeys = (typedArrayPrototype as { keys(this: unknown): unknown }).keys;
const typedValues = (typedArrayPrototype as Bag).values;
const arrayIteratorProto = getPrototypeOf([][iterator]()) as Bag;
const mapIteratorProto = getPrototypeOf(new Map()[iterator]()) as Bag;
const setIteratorProto = getPrototypeOf(new Set()[iterator]()) as Bag;
const stringIteratorProto = getPrototypeOf(''[iterator]()) as Bag;
const generatorProto = getPrototypeOf((function* () {})()) as object;

const asyncGeneratorMethods = getPrototypeOf(getPrototypeOf((async function* () {})())) as Bag;
const arrayNext = arrayIteratorProto.next;
const mapNext = mapIteratorProto.next;
const setNext = setIteratorProto.next;
const stringNext = stringIteratorProto.next;
const mapEntries = Map.prototype.entries;
const setValues = Set.prototype.values;
const stringIterator = String.prototype[iterator];
const generatorMethods = getPrototypeOf(generatorProto) as Bag;
const generatorNext = generatorMethods.next;
const asyncGeneratorNext = asyncGeneratorMethods.next;
const iteratorProto = getPrototypeOf(arrayIteratorProto) as Bag;
const iteratorItself = iteratorProto[iterator];

/** Something that native syntax may iterate over in place of `x`. */
export function iter(x: unknown): unknown {
  if (Array.isArray(x)) {
    if (
      (x as unknown as Bag)[S] === undefined &&
      arrayIteratorProto.next === arrayNext &&
      arrayProto[iterator] === arrayValues &&
      x[iterator] === arrayValues &&
      !isProxy(x)
    ) {
      return x;
    }
  } else if (typeof x === 'string') {
    spell(x);
    if (stringIteratorProto.next === stringNext && String.prototype[iterator] === stringIterator) return x;
  } else if (isObject(x) && (x as Bag)[S] === undefined && !isProxy(x) && g(x, iterator)) {
    if (isNativelyIterated(x, (x as Bag)[iterator])) return x;
  }
  return new TwinIterable(x);
}

/** Whether native iteration of `x` by `method` runs nothing but native code, or twin code already. */
function isNativelyIterated(x: object, method: unknown): boolean {
  if (method === iteratorItself) {
    // Iterators of the language, and generators of twin code; others are guarded where their `next` is called.
    if (!g(x, 'next')) return false;
    const next = (x as Bag).next;
    if (next === generatorNext) return isYoungGenerator(x);
    if (next !== arrayNext && next !== mapNext && next !== setNext && next !== elementNext) return false;
    return hooks.twinOf(next as Function) === next;
  }
  if (method === mapEntries) return mapIteratorProto.next === mapNext && isMap(x) && isItsOwnTwin(mapEntries);
  if (method === setValues) return setIteratorProto.next === setNext && isSet(x) && isItsOwnTwin(setValues);
  return false;
}

/** Whether twin code runs the native for `f`, or what stands for it on objects without a mark. */
function isItsOwnTwin(f: Function): boolean {
  const twin = hooks.twinOf(f);
  return twin === f || isBuiltinTwin(twin);
}

function notIterable(x: unknown): TypeError {
  const shown = isObject(x) && !isBox(x) ? 'object is' : `${describe(x)} is`;
  return new TypeError(`${shown} not iterable`);
}

function describe(x: unknown): string {
  if (x === undefined || x === null) return String(x);
  if (isBox(x)) return `number ${numberOf(x as Box)}`;
  return `${typeof x} ${String(x)}`;
}

function objectResult(result: unknown): object {
  if (!isObject(result) || isBox(result))
    throw new TypeError(`Iterator result ${String(isBox(result) ? numberOf(result) : result)} is not an object`);
  return result;
}

/** An iterable whose iterator is the user's, run as a twin. */
class TwinIterable {
  readonly #source: unknown;

  constructor(source: unknown) {
    this.#source = source;
  }

  [iterator](): object {
    const x = this.#source;
    if (x === undefined || x === null) {
      throw new TypeError(`${x} is not iterable (cannot read property Symbol(Symbol.iterator))`);
    }
    const method = get(x, iterator);
    if (typeof method !== 'function') throw notIterable(x);
    if (isObject(x) && isTypedArray(x) && method === typedValues && arrayIteratorProto.next === arrayNext) {
      arrayKeys.call(x);
      return trackedElements(x, (i) => ((x as unknown as Bag)[S] === undefined ? (x as unknown as Bag)[i] : get(x, i)));
    }
    const it = hooks.callTwin(method, x, []);
    if (!isObject(it) || isBox(it)) throw new TypeError('Result of the Symbol.iterator method is not an object');
    return new TwinIterator(it);
  }
}

/** Iterates over a typed array, reading each element when it is its turn: it may have become tracked since. */
class ElementIterator {
  readonly #view: TypedArray;
  readonly #at: (i: number) => unknown;
  #next = 0;

  constructor(view: TypedArray, at: (i: number) => unknown) {
    this.#view = view;
    this.#at = at;
  }

  next(): { value: unknown; done: boolean } {
    const i = this.#next;
    if (i >= 0) {
      const n = lengthOf(this.#view);
      if (n === 0) arrayKeys.call(this.#view);
      if (i < n) {
        this.#next = i + 1;
        return { value: this.#at(i), done: false };
      }
      this.#next = -1;
    }
    return { value: undefined, done: true };
  }
}

Object.setPrototypeOf(ElementIterator.prototype, arrayIteratorProto);
const elementNext = ElementIterator.prototype.next;
define(elementNext, elementNext, 'passes');

/** Iterates over the elements of a typed array, each read through the table, for native syntax to consume. */
function trackedElements(view: TypedArray, at: (i: number) => unknown): object {
  return new ElementIterator(view, at);
}

const arrayEntries = Array.prototype.entries;

/**
 * What `values` and `entries` of a typed array give: an iterator of the language's own kind, which reads the elements
 * through the table.
 */
export function elementIterator(view: TypedArray, pairs: boolean, at: (i: number) => unknown): object {
  const elements = new Proxy([], {
    get(_, key) {
      if (key !== 'length') return at(Number(key));
      const n = lengthOf(view);
      if (n === 0) arrayKeys.call(view);
      return n;
    },
  });
  return (pairs ? arrayEntries : arrayValues).call(elements);
}

/** A result as native syntax reads it: `done` decided by the primal, `value` read through the table when it is asked for. */
function wrapResult(result: object): object {
  if (g(result, 'done') && g(result, 'value') && !isBox((result as Bag).done)) return result;
  return new TwinResult(result);
}

const inner: unique symbol = Symbol('result');

class TwinResult {
  // No private field: the object may be copied on its way through a suspension.
  readonly [inner]: object;

  constructor(result: object) {
    this[inner] = result;
  }

  get done(): boolean {
    return truthy(get(this[inner], 'done'));
  }

  get value(): unknown {
    return get(this[inner], 'value');
  }
}

// Twin code may meet such a result (`yield*` hands it on): its getters run as they are.
for (const key of ['done', 'value'] as const) {
  const getter = Object.getOwnPropertyDescriptor(TwinResult.prototype, key)?.get as Function;
  define(getter, getter, 'passes');
}

class TwinIterator {
  readonly #iterator: object;
  readonly #next: unknown;

  constructor(it: object) {
    this.#iterator = it;
    this.#next = get(it, 'next');
  }

  next(...args: unknown[]): object {
    if (typeof this.#next !== 'function') throw new TypeError(`${describe(this.#next)} is not a function`);
    return wrapResult(objectResult(hooks.callTwin(this.#next, this.#iterator, args)));
  }

  get return(): unknown {
    return this.#method('return');
  }

  get throw(): unknown {
    return this.#method('throw');
  }

  #method(name: 'return' | 'throw'): unknown {
    const it = this.#iterator;
    const method = get(it, name);
    if (typeof method !== 'function') return isBox(method) ? numberOf(method) : method;
    return (...args: unknown[]) => {
      const result = hooks.callTwin(method, it, args);
      return isObject(result) && !isBox(result) ? wrapResult(result) : isBox(result) ? numberOf(result) : result;
    };
  }
}

/** Something that `for await` and `yield*` in async generators may iterate over in place of `x`. */
export function asyncIter(x: unknown): unknown {
  if (x === undefined || x === null) return x;
  const method = get(x, asyncIterator);
  if (method === undefined || method === null) return iter(x);
  if (isObject(x) && !isBox(x) && g(x, 'next') && (x as Bag).next === asyncGeneratorNext) {
    return isYoungGenerator(x) ? x : { [asyncIterator]: () => new OlderAsyncGenerator(x) };
  }
  return new TwinAsyncIterable(x, method);
}

/** An async generator made before the gradient, each of whose steps is guarded. */
class OlderAsyncGenerator {
  readonly #generator: object;

  constructor(generator: object) {
    this.#generator = generator;
  }

  next(...args: unknown[]): unknown {
    return hooks.callTwin(asyncGeneratorNext as Function, this.#generator, args);
  }

  return(...args: unknown[]): unknown {
    return hooks.callTwin(asyncGeneratorMethods.return as Function, this.#generator, args);
  }

  throw(...args: unknown[]): unknown {
    return hooks.callTwin(asyncGeneratorMethods.throw as Function, this.#generator, args);
  }
}

class TwinAsyncIterable {
  readonly #source: unknown;
  readonly #method: unknown;

  constructor(source: unknown, method: unknown) {
    this.#source = source;
    this.#method = method;
  }

  [asyncIterator](): object {
    if (typeof this.#method !== 'function') throw new TypeError('object is not async iterable');
    const it = hooks.callTwin(this.#method, this.#source, []);
    if (!isObject(it) || isBox(it)) throw new TypeError('Result of the Symbol.asyncIterator method is not an object');
    return new TwinAsyncIterator(it);
  }
}

class TwinAsyncIterator {
  readonly #iterator: object;
  readonly #next: unknown;

  constructor(it: object) {
    this.#iterator = it;
    this.#next = get(it, 'next');
  }

  next(...args: unknown[]): unknown {
    return awaited(hooks.callTwin(this.#next as Method, this.#iterator, args));
  }

  get return(): unknown {
    return this.#method('return');
  }

  get throw(): unknown {
    return this.#method('throw');
  }

  #method(name: 'return' | 'throw'): unknown {
    const it = this.#iterator;
    const method = get(it, name);
    if (typeof method !== 'function') return method;
    return (...args: unknown[]) => awaited(hooks.callTwin(method, it, args));
  }
}

const awaitedSteps = new WeakSet<object>();

/** Whether `o` is a promise of a step as it is made here: native syntax alone may await it. */
export function isAwaitedStep(o: object): boolean {
  return awaitedSteps.has(o);
}

/** A promise of a result, with the result as native syntax reads it. */
function awaited(step: unknown): unknown {
  if (!isObject(step) || isBox(step)) return isBox(step) ? numberOf(step) : step;
  const made = {
    // Looked for once, when it is awaited; what is no thenable stands for itself.
    get then(): unknown {
      const then = get(step, 'then');
      if (typeof then !== 'function') return undefined;
      return (fulfil: (v: unknown) => unknown, reject: (e: unknown) => unknown) => {
        const done = (result: unknown) => fulfil(isObject(result) && !isBox(result) ? wrapResult(result) : result);
        const failed = (error: unknown) => reject(error);
        // They are no code of the user's: what calls them calls them as they are.
        for (const f of [done, failed]) defineTransient(f, f);
        return hooks.callTwin(then, step, [done, failed]);
      };
    },
    get done(): boolean {
      return truthy(get(step, 'done'));
    },
    get value(): unknown {
      return get(step, 'value');
    },
  };
  awaitedSteps.add(made);
  return made;
}
