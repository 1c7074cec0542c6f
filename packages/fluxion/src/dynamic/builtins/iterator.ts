/**
 * Generators, and the helpers of `Iterator`. A generator's body is a twin already, and what is sent into it passes through;
 * helpers call their callbacks as twins and decide by truth of primals.
 * Invariant: an iterator of the user's is advanced by the twin of its `next`.
 */
import { isYoungGenerator, noteYoung, resuming } from '../generators.ts';
import { iter } from '../iteration.ts';
import { callback, callTwin, get, isBox, isObject, predicate, primalOf, scalar, truthy } from './adapt.ts';
import { callOrConstruct, entry, type Native, ownFunctions } from './entries.ts';
import { define, lookup } from './registry.ts';

const { apply } = Reflect;
const { isPrototypeOf } = Object.prototype;

const generators = [
  Object.getPrototypeOf(function* () {}).prototype,
  Object.getPrototypeOf(async function* () {}).prototype,
] as object[];
for (const generator of generators) {
  for (const [key, native] of ownFunctions(generator)) {
    if (key !== 'constructor') define(native, typeof key === 'string' ? resuming(native) : native, 'passes');
  }
}

const iterators = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as object;
const asyncIterators = Object.getPrototypeOf(generators[1]) as object;

/** A native iterator is itself; one of the user's is read and advanced by twins. */
function iteratorView(value: unknown, prototype: object | null = iterators): unknown {
  if (!isObject(value) || isBox(value)) return isBox(value) ? scalar(value) : value;
  if (isYoungGenerator(value) && !Object.hasOwn(value, 'next')) return value;
  const next = get(value, 'next');
  const known = typeof next === 'function' && lookup(next) === next;
  if (known && !Object.hasOwn(value, 'next')) return value;
  const result = (made: unknown): unknown => {
    // A wrapper made by `Iterator.from` hands results on to the program, which reads them itself.
    if (prototype === null || !isObject(made) || isBox(made)) return made;
    return {
      get done(): boolean {
        return truthy(get(made, 'done'));
      },
      get value(): unknown {
        return get(made, 'value');
      },
    };
  };
  return {
    __proto__: prototype,
    next: (...args: unknown[]) => result(callTwin(next as Function, value, args)),
    get return(): unknown {
      const end = get(value, 'return');
      if (typeof end !== 'function') return end;
      return (...args: unknown[]) => callTwin(end, value, args);
    },
  };
}

const valued = new Set(['map', 'forEach', 'reduce']);
const decided = new Set(['filter', 'some', 'every', 'find']);
for (const [key, native, role] of ownFunctions(iterators)) {
  if (key === 'constructor' && role === 'method') continue;
  const name = String(key);
  if (role !== 'method' || typeof key === 'symbol') {
    const accessor = function (this: unknown, ...args: unknown[]): unknown {
      return apply(native, isBox(this) ? scalar(this) : this, args);
    };
    define(native, role === 'method' ? native : accessor, 'passes');
    continue;
  }
  define(
    native,
    function (this: unknown, ...args: unknown[]): unknown {
      const first = args[0];
      if (valued.has(name)) args[0] = callback(first);
      else if (decided.has(name)) args[0] = predicate(first);
      else if (name === 'flatMap' && typeof first === 'function') {
        const twin = callback(first) as Native;
        args[0] = (...given: unknown[]) => inner(twin.call(undefined, ...given));
      } else args = args.map(scalar);
      return noteYoung(apply(native, iteratorView(this), args));
    },
    'passes',
  );
}

/** What `flatMap` iterates: iterables by the table, iterators by their twins. */
function inner(value: unknown): unknown {
  if (!isObject(value) || isBox(value)) return isBox(value) ? scalar(value) : value;
  const method = get(value, Symbol.iterator);
  return method === undefined || method === null ? iteratorView(value) : iter(value);
}

for (const [key, native] of ownFunctions(asyncIterators)) if (key !== 'constructor') define(native, native, 'passes');

const IteratorClass = (globalThis as unknown as { Iterator?: Native }).Iterator;
if (IteratorClass !== undefined) {
  define(
    IteratorClass,
    function (this: unknown): unknown {
      return callOrConstruct(IteratorClass, this, [], new.target);
    },
    'passes',
  );
  entry(
    IteratorClass,
    'from',
    'passes',
    (native) =>
      function (this: unknown, value: unknown): unknown {
        if (!isObject(value) || isBox(value))
          return apply(native, IteratorClass, [isBox(value) ? scalar(value) : value]);
        const method = get(value, Symbol.iterator);
        const it = method === undefined || method === null ? value : callTwin(method as Function, value, []);
        if (!isObject(it) || isBox(it)) throw new TypeError(`${String(primalOf(it))} is not an object`);
        if (isPrototypeOf.call(iterators, it)) return it;
        return noteYoung(apply(native, IteratorClass, [iteratorView(it, null)]));
      },
  );
  entry(
    IteratorClass,
    'concat',
    'passes',
    (native) =>
      function (this: unknown, ...items: unknown[]): unknown {
        const sources = items.map((item) => (isObject(item) && !isBox(item) ? inner(item) : item));
        return noteYoung(apply(native, IteratorClass, sources));
      },
  );
  for (const name of ['zip', 'zipKeyed']) {
    entry(
      IteratorClass,
      name,
      'passes',
      (native) =>
        function (this: unknown, items: unknown, options?: unknown): unknown {
          if (!isObject(items) || isBox(items)) return apply(native, IteratorClass, [items, options]);
          if (name === 'zip') {
            const all = [...(iter(items) as Iterable<unknown>)].map(inner);
            return noteYoung(apply(native, IteratorClass, [all, options]));
          }
          const made: Record<string, unknown> = {};
          for (const k of Object.keys(items)) made[k] = inner(get(items, k));
          return noteYoung(apply(native, IteratorClass, [made, options]));
        },
    );
  }
}

/** Objects of helpers (`%IteratorHelperPrototype%`, `%WrapForValidIteratorPrototype%`) advance what they were made from. */
const made: object[] = [];
try {
  const helper = (iterators as { map?: Native }).map?.call([].values(), () => 0);
  if (isObject(helper)) made.push(Object.getPrototypeOf(helper));
  const wrapped = (IteratorClass as { from?: Native } | undefined)?.from?.call(IteratorClass, {
    next: () => ({ done: true }),
  });
  if (isObject(wrapped)) made.push(Object.getPrototypeOf(wrapped));
} catch {
  // An engine with only some of the helpers.
}
for (const holder of made)
  for (const [key, native] of ownFunctions(holder)) {
    if (key !== 'constructor') define(native, typeof key === 'string' ? resuming(native) : native, 'passes');
  }
