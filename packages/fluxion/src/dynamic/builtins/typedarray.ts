/**
 * %TypedArray%.prototype. Methods with callbacks are written out here, because a callback may make the array tracked that it is
 * called from; the others call the native and let the shadow follow, and only the native where nothing is tracked.
 * Invariant: a method moves tracked numbers exactly as the native moves the bytes they lie in.
 */
import './typedconstructors.ts';
import { toIntegerOrInfinity } from '../conversions.ts';
import { hooks, noteInactive } from '../hooks.ts';
import { elementIterator } from '../iteration.ts';
import { isBox, numberOf, primalOf } from '../numbers/box.ts';
import { str, truthy } from '../operators.ts';
import { get, set } from '../properties.ts';
import { addView, ensureShadow, exposeBuffer, shadowOfView } from '../shadow.ts';
import { isObject } from '../strip.ts';
import { joinedList, writeNumber } from '../texts.ts';
import { bufferOf, kindOf, lengthOf, typedArrayPrototype as proto, type TypedArray } from '../views.ts';
import { isPlainArray, scalar, scalars } from './adapt.ts';
import { entry, getter, type Key, type Native, passing } from './entries.ts';
import type { Classification } from './registry.ts';
import {
  copyElements,
  elementAt,
  elementsOf,
  elementValue,
  hasOwnSpecies,
  intrinsicOf,
  isTracked,
  isTypedArray,
  placeElement,
  placeElements,
  readable,
  sameType,
  speciesCreate,
  speciesOf,
  validate,
  writable,
  writeElement,
} from './typedelements.ts';

const { apply } = Reflect;

/** The native itself, to complain or because nothing is tracked. */
function plain(native: Native, receiver: unknown, args: readonly unknown[]): unknown {
  return apply(native, primalOf(receiver), scalars(args));
}

type Body = (
  native: Native,
  view: TypedArray,
  receiver: TypedArray,
  a: unknown,
  b: unknown,
  c: unknown,
  n: number,
) => unknown;

/** A method: `body` is given a validated view, in place of one that a stand-in is followed for. */
function method(name: Key, kind: Classification, length: number, writes: boolean, body: Body): void {
  entry(proto, name, kind, (native) => {
    const twin = function (this: unknown, a?: unknown, b?: unknown, c?: unknown): unknown {
      validate(this);
      return body(native, writes ? writable(this) : readable(this), this, a, b, c, arguments.length);
    };
    return Object.defineProperty(twin, 'length', { value: length });
  });
}

/** A relative index as the language resolves it, of the primal. */
function relative(v: unknown, length: number, otherwise: number): number {
  const i = v === undefined ? otherwise : toIntegerOrInfinity(v);
  return i < 0 ? Math.max(length + i, 0) : Math.min(i, length);
}

type Callback = (value: unknown, i: number) => unknown;

/** The callback as its twin, given (element, index, array); the native complains about what is none. */
function callbackOf(native: Native, receiver: TypedArray, fn: unknown, thisArg: unknown): Callback {
  if (typeof fn !== 'function') {
    apply(native, receiver, [isBox(fn) ? numberOf(fn) : fn]);
    throw new TypeError('callback is not a function');
  }
  const twin = hooks.twinOf(fn) as Native;
  return (value, i) => apply(twin, thisArg, [value, i, receiver]);
}

method('forEach', 'passes', 1, false, (native, view, self, fn, thisArg) => {
  const call = callbackOf(native, self, fn, thisArg);
  const n = lengthOf(view);
  for (let i = 0; i < n; i++) call(elementAt(view, i), i);
});

method('map', 'passes', 1, false, (native, view, self, fn, thisArg) => {
  const call = callbackOf(native, self, fn, thisArg);
  const n = lengthOf(view);
  const result = speciesCreate(self, [n]);
  for (let i = 0; i < n; i++) set(result, i, call(elementAt(view, i), i));
  return result;
});

method('filter', 'passes', 1, false, (native, view, self, fn, thisArg) => {
  const call = callbackOf(native, self, fn, thisArg);
  const n = lengthOf(view);
  const kept: unknown[] = [];
  for (let i = 0; i < n; i++) {
    const value = elementAt(view, i);
    if (truthy(call(value, i))) kept.push(value);
  }
  const result = speciesCreate(self, [kept.length]);
  for (let i = 0; i < kept.length; i++) set(result, i, kept[i]);
  return result;
});

/** Searches in one direction; `result` makes the answer of what was found first, or of nothing. */
function search(
  name: string,
  backwards: boolean,
  kind: Classification,
  result: (v: unknown, i: number) => unknown,
): void {
  method(name, kind, 1, false, (native, view, self, fn, thisArg) => {
    const call = callbackOf(native, self, fn, thisArg);
    const n = lengthOf(view);
    for (let k = 0; k < n; k++) {
      const i = backwards ? n - 1 - k : k;
      const value = elementAt(view, i);
      if (truthy(call(value, i))) return result(value, i);
    }
    return result(undefined, -1);
  });
}

search('find', false, 'passes', (v) => v);
search('findIndex', false, 'primal', (_, i) => i);
search('findLast', true, 'passes', (v) => v);
search('findLastIndex', true, 'primal', (_, i) => i);
search('some', false, 'primal', (_, i) => i >= 0);

method('every', 'primal', 1, false, (native, view, self, fn, thisArg) => {
  const call = callbackOf(native, self, fn, thisArg);
  const n = lengthOf(view);
  for (let i = 0; i < n; i++) if (!truthy(call(elementAt(view, i), i))) return false;
  return true;
});

function reduction(name: string, backwards: boolean): void {
  method(name, 'passes', 1, false, (native, view, self, fn, initial, _c, given) => {
    const n = lengthOf(view);
    if (typeof fn !== 'function' || (n === 0 && given < 2)) return plain(native, self, [fn]);
    const twin = hooks.twinOf(fn) as Native;
    let k = 0;
    let result = initial;
    if (given < 2) result = elementAt(view, backwards ? n - 1 - k++ : k++);
    for (; k < n; k++) {
      const i = backwards ? n - 1 - k : k;
      result = apply(twin, undefined, [result, elementAt(view, i), i, self]);
    }
    return result;
  });
}

reduction('reduce', false);
reduction('reduceRight', true);

method('at', 'passes', 1, false, (_, view, _self, index) => {
  const n = lengthOf(view);
  const i = toIntegerOrInfinity(index);
  const at = i < 0 ? n + i : i;
  return at < 0 || at >= n ? undefined : elementAt(view, at);
});

for (const name of ['indexOf', 'lastIndexOf', 'includes']) {
  method(name, 'primal', 1, false, (native, view, _self, wanted, from, _c, given) => {
    if (isBox(wanted) || isBox(from) || isTracked(view)) noteInactive(`${name} of a typed array`);
    shadowOfView(view)?.beforeRead(0, lengthOf(view));
    return apply(native, view, given < 2 ? [primalOf(wanted)] : [primalOf(wanted), scalar(from)]);
  });
}

method('join', 'primal', 1, false, (native, view, self, separator) => {
  if (!isTracked(view)) return apply(native, view, separator === undefined ? [] : [scalar(separator)]);
  const between = separator === undefined ? ',' : str(separator);
  const n = lengthOf(self);
  const parts: string[] = [];
  for (let i = 0; i < n; i++) {
    const value = elementAt(view, i);
    parts.push(value === undefined ? '' : isBox(value) ? writeNumber(value) : str(value));
  }
  return joinedList(parts, between);
});

method('toLocaleString', 'primal', 0, false, (_, view, _self, locales, settings, _c, given) => {
  if (isTracked(view)) noteInactive('conversion to a string');
  const n = lengthOf(view);
  const parts: string[] = [];
  for (let i = 0; i < n; i++) {
    const value = elementAt(view, i);
    if (value === undefined) {
      parts.push('');
      continue;
    }
    const write = get(value, 'toLocaleString') as Function;
    parts.push(str(hooks.callTwin(write, value, given === 0 ? [] : given === 1 ? [locales] : [locales, settings])));
  }
  return joinedList(parts, ',');
});

// --- Iterators ----------------------------------------------------------------------------------------------------------------

method('values', 'passes', 0, false, (_, view) => elementIterator(view, false, (i) => elementAt(view, i)));
method('entries', 'passes', 0, false, (_, view) => elementIterator(view, true, (i) => elementAt(view, i)));
passing(proto, ['keys', 'length', 'byteLength', 'byteOffset', Symbol.toStringTag]);

getter(proto, 'buffer', 'passes', (native) => {
  return function (this: unknown): unknown {
    if (!isObject(this) || !isTypedArray(this)) return plain(native, this, []);
    exposeBuffer(this);
    return apply(native, this, []);
  };
});

// --- Copies ---------------------------------------------------------------------------------------------------------------------

method('slice', 'passes', 2, false, (_, view, self, from, to) => {
  const n = lengthOf(view);
  const start = relative(from, n, 0);
  const end = relative(to, n, n);
  const count = Math.max(end - start, 0);
  const result = speciesCreate(self, [count]);
  if (count === 0) return result;
  validate(self);
  const there = Math.min(end, lengthOf(view));
  if (kindOf(result) === kindOf(view)) {
    copyElements(view, start, writable(result), 0, Math.min(there - start, lengthOf(result)), true);
  } else {
    for (let i = start; i < there; i++) set(result, i - start, elementAt(view, i));
  }
  return result;
});

method('toReversed', 'passes', 0, false, (_, view) => {
  const result = sameType(view, lengthOf(view));
  placeElements(result, elementsOf(view).reverse());
  return result;
});

method('toSorted', 'passes', 1, false, (native, view, self, compare) => {
  if (compare !== undefined && typeof compare !== 'function') return plain(native, self, [compare]);
  const result = sameType(view, lengthOf(view));
  placeElements(result, sorted(elementsOf(view), compare));
  return result;
});

method('with', 'passes', 2, false, (native, view, self, index, value) => {
  const n = lengthOf(view);
  const i = toIntegerOrInfinity(index);
  const at = i < 0 ? n + i : i;
  const element = elementValue(view, value);
  if (at < 0 || at >= lengthOf(view)) return apply(native, self, [Number.POSITIVE_INFINITY, primalOf(element)]);
  const result = sameType(view, n);
  copyElements(view, 0, result, 0, Math.min(n, lengthOf(view)));
  writeElement(result, at, element);
  return result;
});

entry(proto, 'subarray', 'passes', (native) => {
  return function subarray(this: unknown, from: unknown, to: unknown): unknown {
    if (!isObject(this) || isBox(this) || !isTypedArray(this)) return plain(native, this, [from, to]);
    const view = this;
    const range = scalars([from, to]);
    exposeBuffer(view);
    if (!hasOwnSpecies(view)) return throughSpecies(view, (v) => apply(native, v, range));
    const made = apply(native, view, range) as TypedArray;
    addView(bufferOf(made), made);
    return made;
  };
});

/**
 * Runs a native that derives its result from `constructor`, so that the user's constructors run as twins: while it does, the
 * view's constructor is one that hands the native's arguments on.
 */
function throughSpecies(view: TypedArray, run: (view: TypedArray) => unknown): unknown {
  const own = Object.getOwnPropertyDescriptor(view, 'constructor');
  const putBack = (): void => {
    if (own === undefined) Reflect.deleteProperty(view, 'constructor');
    else Object.defineProperty(view, 'constructor', own);
  };
  const hung = Reflect.defineProperty(view, 'constructor', {
    configurable: true,
    get() {
      putBack();
      const C = speciesOf(view) ?? intrinsicOf(view);
      const species = function (...args: unknown[]): unknown {
        return hooks.constructTwin(C, args);
      };
      return { [Symbol.species]: species };
    },
  });
  try {
    return run(view);
  } finally {
    if (hung) putBack();
  }
}

// --- In place --------------------------------------------------------------------------------------------------------------------

method('fill', 'passes', 1, true, (native, view, self, value, from, to) => {
  const n = lengthOf(view);
  const element = elementValue(view, value);
  const start = relative(from, n, 0);
  const end = relative(to, n, n);
  if (isBox(element) && kindOf(view).float !== undefined && start < end) ensureShadow(view);
  if (start < Math.min(end, lengthOf(view))) shadowOfView(view)?.beforeWrite(start, Math.min(end, lengthOf(view)));
  apply(native, view, [primalOf(element), start, end]);
  const last = Math.min(end, lengthOf(view));
  if (start >= last) return self;
  shadowOfView(view)?.clearRange(start, last);
  if (isBox(element)) {
    writeElement(view, start, element);
    const stored = elementAt(view, start);
    for (let i = start + 1; i < last; i++) placeElement(view, i, stored);
  }
  return self;
});

method('copyWithin', 'passes', 2, true, (native, view, self, target, from, to) => {
  const n = lengthOf(view);
  const at = relative(target, n, 0);
  const start = relative(from, n, 0);
  const end = relative(to, n, n);
  const count = Math.min(end - start, n - at);
  const side = shadowOfView(view);
  if (side === undefined) {
    apply(native, view, [at, start, start + Math.max(count, 0)]);
    return self;
  }
  if (count <= 0) return self;
  validate(view);
  const now = lengthOf(view);
  copyElements(view, start, view, at, Math.min(count, now - start, now - at));
  return self;
});

method('reverse', 'passes', 0, true, (native, view, self) => {
  if (isTracked(view)) placeElements(view, elementsOf(view).reverse());
  else apply(native, view, []);
  return self;
});

method('sort', 'passes', 1, true, (native, view, self, compare) => {
  if (compare !== undefined && typeof compare !== 'function') return plain(native, self, [compare]);
  if (compare === undefined && !isTracked(view)) {
    apply(native, view, []);
    return self;
  }
  const values = sorted(elementsOf(view), compare);
  placeElements(view, values.slice(0, lengthOf(view)));
  return self;
});

/** Sorts by primals; a comparator runs as its twin, and only the primal of its result matters. */
function sorted(values: unknown[], compare: Function | undefined): unknown[] {
  if (compare === undefined) return values.sort(numerically);
  const twin = hooks.twinOf(compare) as Native;
  return values.sort((a, b) => Number(scalar(apply(twin, undefined, [a, b]))) || 0);
}

function numerically(a: unknown, b: unknown): number {
  const x = primalOf(a) as number;
  const y = primalOf(b) as number;
  if (x < y) return -1;
  if (x > y) return 1;
  if (Number.isNaN(x)) return Number.isNaN(y) ? 0 : 1;
  if (Number.isNaN(y)) return -1;
  if (x === 0 && y === 0) return Object.is(x, y) ? 0 : Object.is(x, -0) ? -1 : 1;
  return 0;
}

entry(proto, 'set', 'passes', (native) => {
  const twin = function (this: unknown, source: unknown, offset?: unknown): unknown {
    if (!isObject(this) || isBox(this) || !isTypedArray(this)) return plain(native, this, [source, offset]);
    const view = writable(this);
    const at = toIntegerOrInfinity(offset);
    if (at < 0) return apply(native, view, [[], at]);
    const room = lengthOf(view);
    if (isObject(source) && !isBox(source) && ArrayBuffer.isView(source) && isTypedArray(source)) {
      setFromTyped(native, view, readable(source), at);
    } else {
      setFromList(native, view, source, at, room);
    }
    return undefined;
  };
  return Object.defineProperty(twin, 'length', { value: 1 });
});

function setFromTyped(native: Native, view: TypedArray, source: TypedArray, at: number): void {
  const n = lengthOf(source);
  const sideless = shadowOfView(view) === undefined && shadowOfView(source) === undefined;
  if (sideless || at + n > lengthOf(view) || kindOf(view).big !== kindOf(source).big) {
    apply(native, view, [source, at]);
  } else if (kindOf(view) === kindOf(source)) {
    copyElements(source, 0, view, at, n);
  } else {
    const values = elementsOf(source);
    for (let i = 0; i < n; i++) writeElement(view, at + i, values[i]);
  }
}

function setFromList(native: Native, view: TypedArray, source: unknown, at: number, room: number): void {
  if (isPlainArray(source) && at + source.length <= lengthOf(view) && onlyNumbers(source)) {
    if (!kindOf(view).big) {
      shadowOfView(view)?.clearRange(at, at + source.length);
      apply(native, view, [source, at]);
      return;
    }
  }
  if (source === undefined || source === null || !isObject(source) || isBox(source)) {
    if (typeof source === 'string' && at + source.length <= room) {
      shadowOfView(view)?.clearRange(at, at + source.length);
    }
    apply(native, view, [primalOf(source), at]);
    return;
  }
  validate(view);
  const n = Math.min(Math.max(toIntegerOrInfinity(get(source, 'length')), 0), Number.MAX_SAFE_INTEGER);
  if (at + n > room) {
    apply(native, view, [[], Number.POSITIVE_INFINITY]);
    return;
  }
  for (let i = 0; i < n; i++) writeElement(view, at + i, get(source, i));
}

function onlyNumbers(values: readonly unknown[]): boolean {
  for (let i = 0; i < values.length; i++) if (typeof values[i] !== 'number') return false;
  return true;
}
