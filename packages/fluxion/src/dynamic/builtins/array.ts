/**
 * `Array` and `Array.prototype`. Plain arrays hold boxes in their slots, so most natives do; callbacks run as twins, searches
 * compare primals, and arrays that are no plain arrays (subclasses, shadows, Proxies, array-likes) are read through a view.
 * Invariant: an array that may be old is touched before it receives a box or an object.
 */

import { asyncIter, iter } from '../iteration.ts';
import { touch } from '../journal.ts';
import { continuation } from '../run.ts';
import { following, joined as joinTexts, made, writeNumber } from '../texts.ts';
import {
  type Callable,
  callback,
  callTwin,
  comparator,
  constructible,
  constructTwin,
  get,
  hasProperty,
  isBox,
  isConstructor,
  isObject,
  isPlainArray,
  original,
  predicate,
  primalOf,
  refuse,
  S,
  sameValueZero,
  scalar,
  scalars,
  seq,
  set,
  standsFor,
  str,
  view,
} from './adapt.ts';
import { callOrConstruct, entry, getter, type Key, type Native, passing } from './entries.ts';
import { nameOf } from './names.ts';
import { define } from './registry.ts';

const proto = Array.prototype;
const { apply } = Reflect;
const { isArray } = Array;
const slice = Array.prototype.slice;
const objectToString = Object.prototype.toString;

/** A typed array in which nothing is tracked: natives check its memory as they go. */
function isUnmarkedView(o: object): boolean {
  return ArrayBuffer.isView(o) && (o as unknown as Record<symbol, unknown>)[S] === undefined;
}

/** Calls an array method's native on whatever the receiver is. */
function run(native: Native, receiver: unknown, args: unknown[]): unknown {
  if (isPlainArray(receiver)) return apply(native, receiver, args);
  if (!isObject(receiver) || isUnmarkedView(receiver)) return apply(native, receiver, args);
  if (isBox(receiver)) {
    // As an object a number has no elements; what hands back the object itself would lose the derivative.
    const result = apply(native, primalOf(receiver), args);
    return result instanceof Number ? refuse(nameOf(native)) : result;
  }
  return original(apply(native, view(receiver), args));
}

/** A method without callbacks; `adapt` prepares its arguments. */
function simple(
  name: Key,
  kind: 'passes' | 'primal' | 'differentiates',
  adapt: (args: unknown[], receiver: unknown) => unknown[],
): void {
  entry(
    proto,
    name,
    kind,
    (native) =>
      function (this: unknown, ...args: unknown[]): unknown {
        return run(native, this, adapt(args, this));
      },
  );
}

function touchFor(receiver: unknown, values: readonly unknown[]): void {
  if (!isObject(receiver)) return;
  for (let i = 0; i < values.length; i++) if (isObject(values[i])) touch(receiver, values[i]);
}

/** Where the callback is given the array itself, it gets the receiver and not its view. */
function onReceiver(fn: unknown, receiver: unknown, position: number): unknown {
  if (typeof fn !== 'function' || isPlainArray(receiver) || !isObject(receiver) || isBox(receiver)) return fn;
  return function (this: unknown, ...args: unknown[]): unknown {
    args[position] = receiver;
    return apply(fn as Callable, this, args);
  };
}

// Callbacks whose result is a value.
for (const name of ['map', 'forEach', 'flatMap']) {
  entry(
    proto,
    name,
    'passes',
    (native) =>
      function (this: unknown, fn: unknown, thisArg?: unknown): unknown {
        return run(native, this, [onReceiver(callback(fn), this, 2), thisArg]);
      },
  );
}
for (const name of ['reduce', 'reduceRight']) {
  entry(
    proto,
    name,
    'passes',
    (native) =>
      function (this: unknown, ...args: unknown[]): unknown {
        args[0] = onReceiver(callback(args[0]), this, 3);
        return run(native, this, args);
      },
  );
}
// Callbacks whose result is a decision.
for (const name of ['filter', 'some', 'every', 'find', 'findIndex', 'findLast', 'findLastIndex']) {
  const kind = name === 'filter' || name === 'find' || name === 'findLast' ? 'passes' : 'primal';
  entry(
    proto,
    name,
    kind,
    (native) =>
      function (this: unknown, fn: unknown, thisArg?: unknown): unknown {
        return run(native, this, [onReceiver(predicate(fn), this, 2), thisArg]);
      },
  );
}

entry(
  proto,
  'push',
  'passes',
  (native) =>
    function (this: unknown, ...values: unknown[]): unknown {
      if (values.length === 1 && isPlainArray(this)) {
        if (isObject(values[0])) touch(this, values[0]);
        return native.call(this, values[0]);
      }
      touchFor(this, values);
      return run(native, this, values);
    },
);
entry(
  proto,
  'unshift',
  'passes',
  (native) =>
    function (this: unknown, ...values: unknown[]): unknown {
      if (values.length === 1 && isPlainArray(this)) {
        if (isObject(values[0])) touch(this, values[0]);
        return native.call(this, values[0]);
      }
      touchFor(this, values);
      return run(native, this, values);
    },
);
for (const name of ['pop', 'shift', 'reverse', 'toReversed', 'values', 'keys', 'entries'])
  simple(name, 'passes', (args) => args);
for (const name of ['slice', 'at', 'copyWithin']) simple(name, 'passes', scalars);
simple('fill', 'passes', ([value, ...positions], receiver) => {
  touchFor(receiver, [value]);
  return [value, ...scalars(positions)];
});
simple('with', 'passes', (args) => [scalar(args[0]), ...args.slice(1)]);
for (const name of ['splice', 'toSpliced']) {
  simple(name, 'passes', (args, receiver) => {
    const values = args.slice(2);
    if (name === 'splice') touchFor(receiver, values);
    return [...scalars(args.slice(0, 2)), ...values];
  });
}
define(
  proto[Symbol.iterator],
  function (this: unknown): unknown {
    return run(proto.values as Native, this, []);
  },
  'passes',
);

function isSpreadable(value: unknown): boolean {
  if (!isObject(value) || isBox(value)) return false;
  const spreadable = get(value, Symbol.isConcatSpreadable);
  return spreadable === undefined
    ? isArray(value)
    : isBox(spreadable)
      ? primalOf(spreadable) !== 0
      : Boolean(spreadable);
}

/** An operand of `concat` that native code may not spread or read by itself: it is asked, when its turn comes, what it is. */
function operand(o: object): object {
  const elements = view(o);
  const made: object = new Proxy(elements, {
    get: (target, key) => (key === Symbol.isConcatSpreadable ? isSpreadable(o) : Reflect.get(target, key)),
  });
  return standsFor(made, o);
}

entry(
  proto,
  'concat',
  'passes',
  (native) =>
    function (this: unknown, ...args: unknown[]): unknown {
      const wrap = (value: unknown): unknown =>
        !isObject(value) || isBox(value) || isPlainArray(value) ? value : operand(value);
      if (isBox(this)) return refuse('Array.prototype.concat of a number');
      const parts = args.map(wrap);
      const result = apply(native, wrap(this), parts);
      if (parts.every((part, i) => part === args[i]) && wrap(this) === this) return result;
      // What was not spread is an element itself.
      const length = lengthOf(result as object);
      for (let i = 0; i < length; i++) {
        const element = Object.getOwnPropertyDescriptor(result, i)?.value;
        if (original(element) !== element) Object.defineProperty(result, i, { value: original(element) });
      }
      return result;
    },
);

/** Nested arrays are read through the table if they are shadowed or not plain. */
function flatten(out: unknown[], source: ArrayLike<unknown> & object, depth: number): void {
  const plain = isPlainArray(source);
  const length = source.length;
  for (let i = 0; i < length; i++) {
    if (!(plain ? i in source : hasProperty(source, i))) continue;
    const element = plain ? source[i] : get(source, i);
    if (depth > 0 && isArray(element)) flatten(out, element, depth - 1);
    else out.push(element);
  }
}

entry(
  proto,
  'flat',
  'passes',
  (native) =>
    function (this: unknown, depth?: unknown): unknown {
      if (!isPlainArray(this)) return run(native, this, [scalar(depth)]);
      if (this.every((element) => !isArray(element) || isPlainArray(element))) {
        const wanted = depth === undefined ? 1 : Number(scalar(depth));
        const out: unknown[] = [];
        flatten(out, this, wanted);
        return out;
      }
      return apply(native, this, [scalar(depth)]);
    },
);

/** The order of `sort` without a comparator: by strings, those of boxes by their primals. */
function byString(a: unknown, b: unknown): number {
  const x = str(a);
  const y = str(b);
  return x < y ? -1 : x > y ? 1 : 0;
}

function order(receiver: unknown, fn: unknown): unknown {
  if (fn !== undefined) return comparator(fn);
  if (isPlainArray(receiver) && !receiver.some(isObject)) return undefined;
  return byString;
}
for (const name of ['sort', 'toSorted']) simple(name, 'passes', ([fn], receiver) => [order(receiver, fn)]);

// Searches compare primals, and objects by what their stand-ins stand for.
function lengthOf(o: object): number {
  const length = +(scalar(get(o, 'length')) as number);
  return length > 0 ? Math.min(Math.trunc(length), Number.MAX_SAFE_INTEGER) : 0;
}

function startOf(from: unknown, length: number): number {
  const start = Math.trunc(+(scalar(from) as number)) || 0;
  return start < 0 ? Math.max(length + start, 0) : start;
}

function searchable(receiver: unknown, wanted: unknown): receiver is object {
  if (!isObject(receiver)) return false;
  return !(isPlainArray(receiver) && wanted !== null && typeof wanted !== 'number' && !isObject(wanted));
}

entry(
  proto,
  'includes',
  'primal',
  (native) =>
    function (this: unknown, wanted?: unknown, from?: unknown): boolean {
      if (!searchable(this, wanted)) return apply(native, this, [wanted, scalar(from)]) as boolean;
      const length = lengthOf(this);
      if (length === 0) return false;
      const plain = isPlainArray(this);
      for (let i = startOf(from, length); i < length; i++) {
        if (sameValueZero(plain ? this[i] : get(this, i), wanted)) return true;
      }
      return false;
    },
);
entry(
  proto,
  'indexOf',
  'primal',
  (native) =>
    function (this: unknown, wanted?: unknown, from?: unknown): number {
      if (!searchable(this, wanted)) return apply(native, this, [wanted, scalar(from)]) as number;
      const length = lengthOf(this);
      if (length === 0) return -1;
      const plain = isPlainArray(this);
      const start = startOf(from, length);
      if (plain && typeof wanted === 'number') {
        for (let i = start; i < this.length; i++) {
          const element = this[i];
          if (element === wanted || (typeof element === 'object' && isBox(element) && primalOf(element) === wanted))
            return i;
        }
        return -1;
      }
      for (let i = start; i < length; i++) {
        if (plain) {
          if (i in this && seq(this[i], wanted)) return i;
        } else if (hasProperty(this, i) && seq(get(this, i), wanted)) return i;
      }
      return -1;
    },
);
entry(
  proto,
  'lastIndexOf',
  'primal',
  (native) =>
    function (this: unknown, ...args: unknown[]): number {
      const [wanted, from] = args;
      if (!searchable(this, wanted))
        return apply(native, this, args.length > 1 ? [wanted, scalar(from)] : args) as number;
      const length = lengthOf(this);
      if (length === 0) return -1;
      let start = args.length > 1 ? Math.trunc(+(scalar(from) as number)) || 0 : length - 1;
      if (start < 0) start += length;
      for (let i = Math.min(start, length - 1); i >= 0; i--) {
        if (hasProperty(this, i) && seq(get(this, i), wanted)) return i;
      }
      return -1;
    },
);

// Strings: those of the primals. An array within itself gives the empty string, as natively.
const joining: object[] = [];

function joined(o: object, between: () => string, part: (element: unknown) => string): string {
  if (joining.includes(o)) return '';
  joining.push(o);
  try {
    const length = lengthOf(o);
    const separator = between();
    const touching = separator === '' || /^[\d.e+-]|[\d.e+-]$/.test(separator);
    let out = '';
    for (let i = 0; i < length; i++) {
      if (i > 0) out += separator;
      const element = get(o, i);
      if (element === undefined || element === null) continue;
      const own = touching && isBox(element) ? writeNumber(element) : part(element);
      out = touching ? joinTexts(out, own) : out + own;
    }
    return made(out);
  } finally {
    joining.pop();
  }
}

function join(native: Native, receiver: unknown, separator: unknown): unknown {
  if (!isObject(receiver)) return apply(native, receiver, [scalar(separator)]);
  if (!following() && isPlainArray(receiver) && !receiver.some(isObject)) {
    return apply(native, receiver, [scalar(separator)]);
  }
  if (isBox(receiver)) return '';
  return joined(receiver, () => (separator === undefined ? ',' : str(separator)), str);
}
entry(
  proto,
  'join',
  'primal',
  (native) =>
    function (this: unknown, separator?: unknown): unknown {
      return join(native, this, separator);
    },
);
entry(
  proto,
  'toString',
  'primal',
  (native) =>
    function (this: unknown): unknown {
      if (!isObject(this) || isBox(this)) return apply(native, this, []);
      const method = get(this, 'join');
      return typeof method === 'function' ? callTwin(method, this, []) : callTwin(objectToString, this, []);
    },
);
entry(
  proto,
  'toLocaleString',
  'primal',
  (native) =>
    function (this: unknown, ...args: unknown[]): unknown {
      if (!isObject(this) || isBox(this)) return apply(native, this, args);
      const separator = ['a', 'b'].toLocaleString().slice(1, -1);
      return joined(
        this,
        () => separator,
        (element) => {
          const method = get(element, 'toLocaleString');
          return str(callTwin(method as Function, element, args));
        },
      );
    },
);

// The constructor and its statics.
define(
  Array,
  function (this: unknown, ...args: unknown[]): unknown {
    // A single number is a length, and a length is a primal.
    return callOrConstruct(Array, this, args.length === 1 ? [primalOf(args[0])] : args, new.target);
  },
  'primal',
);
passing(Array, ['isArray']);
getter(Array, Symbol.species, 'passes', (native) => native);

entry(
  Array,
  'of',
  'passes',
  (native) =>
    function (this: unknown, ...values: unknown[]): unknown {
      return apply(native, constructible(this), values);
    },
);

function fromArrayLike(C: unknown, source: unknown, fn: Callable | undefined, thisArg: unknown): unknown {
  const o = isObject(source) ? source : (Object(source) as object);
  const length = lengthOf(o);
  const out = (isConstructor(C) && C !== Array ? constructTwin(C, [length]) : new Array(length)) as object;
  for (let i = 0; i < length; i++) {
    const value = get(o, i);
    Object.defineProperty(out, i, {
      value: fn === undefined ? value : fn.call(thisArg, value, i),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  set(out, 'length', length);
  return out;
}

entry(
  Array,
  'from',
  'passes',
  (native) =>
    function (this: unknown, source?: unknown, fn?: unknown, thisArg?: unknown): unknown {
      if (source === undefined || source === null || (fn !== undefined && typeof fn !== 'function')) {
        return apply(native, this, [source, fn, thisArg]);
      }
      const twin = callback(fn) as Callable | undefined;
      const value = isBox(source) ? primalOf(source) : source;
      const method = get(value, Symbol.iterator);
      if (method === undefined || method === null) return fromArrayLike(this, value, twin, thisArg);
      return apply(native, constructible(this), [iter(value), twin, thisArg]);
    },
);
entry(
  Array,
  'fromAsync',
  'passes',
  (native) =>
    function (this: unknown, source?: unknown, fn?: unknown, thisArg?: unknown): unknown {
      const twin = typeof fn === 'function' ? continuation(callback(fn) as Callable) : fn;
      if (!isObject(source)) return apply(native, constructible(this), [source, twin, thisArg]);
      const iterable = get(source, Symbol.asyncIterator) ?? get(source, Symbol.iterator);
      const items = iterable === undefined ? view(source) : asyncIter(source);
      return apply(native, constructible(this), [items, twin, thisArg]);
    },
);

/** A copy of an array-like's elements, as they are read through the table. */
export function elementsOf(o: unknown): unknown[] {
  if (isPlainArray(o)) return slice.call(o);
  if (!isObject(o)) throw new TypeError('CreateListFromArrayLike called on non-object');
  const out: unknown[] = [];
  const length = lengthOf(o);
  for (let i = 0; i < length; i++) out.push(get(o, i));
  return out;
}

// The iterators that arrays, Maps, Sets and strings give read their collection natively.
passing(Object.getPrototypeOf([][Symbol.iterator]()), ['next']);
