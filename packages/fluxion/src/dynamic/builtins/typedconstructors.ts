/**
 * The typed arrays' constructors, `from` and `of`: arrays, iterables, views and buffers may hold tracked numbers.
 * Invariant: memory made here is known to be new, and a view made here of shadowed memory sees its tracked numbers.
 */
import { toLength } from '../conversions.ts';
import { hooks } from '../hooks.ts';
import { iter } from '../iteration.ts';
import { isBox, primalOf } from '../numbers/box.ts';
import { get, set } from '../properties.ts';
import { addView, markYoung, shadowOfView } from '../shadow.ts';
import { isBuffer, isObject } from '../strip.ts';
import {
  kindOf,
  type TypedArray,
  type TypedArrayClass,
  TypedArrayConstructor,
  typedArrayConstructors,
} from '../views.ts';
import { isPlainArray, scalar, scalars } from './adapt.ts';
import { entry, type Native, passing } from './entries.ts';
import { define, defineTransient } from './registry.ts';
import {
  create,
  elementsOf,
  isTypedArray,
  noteConversion,
  placeElements,
  readable,
  writeElement,
} from './typedelements.ts';

const { apply, construct } = Reflect;
const nativeIterator = Array.prototype[Symbol.iterator];

for (const [, C] of typedArrayConstructors) {
  const twin = function (this: unknown, ...args: unknown[]): unknown {
    if (new.target === undefined) return apply(C, this, []);
    return make(C, args, new.target);
  };
  Object.defineProperty(twin, 'length', { value: 3 });
  define(C, twin, 'passes');
}

function make(C: TypedArrayClass, args: unknown[], newTarget: Function): object {
  const source = args[0];
  if (!isObject(source) || isBox(source)) return young(construct(C, scalars(args), newTarget));
  if (isBuffer(source)) {
    const made = construct(C, [source, ...scalars(args.slice(1))], newTarget) as TypedArray;
    addView(source, made);
    return made;
  }
  if (ArrayBuffer.isView(source) && isTypedArray(source)) return young(copyOf(C, readable(source), newTarget));
  return young(listOf(C, source, newTarget));
}

function young(made: object): object {
  markYoung(made);
  return made;
}

function copyOf(C: TypedArrayClass, source: TypedArray, newTarget: Function): object {
  const made = construct(C, [source], newTarget) as TypedArray;
  if (shadowOfView(source) === undefined) return made;
  const values = elementsOf(source);
  if (!values.some(isBox)) return made;
  if (kindOf(made) === kindOf(source)) placeElements(made, values);
  else if (kindOf(made).float === undefined) noteConversion(made);
  else for (let i = 0; i < values.length; i++) if (isBox(values[i])) writeElement(made, i, values[i]);
  return made;
}

function listOf(C: TypedArrayClass, source: object, newTarget: Function): object {
  const values = listFrom(source);
  if (values === undefined) {
    // An array-like: its length is judged before its elements are read.
    const n = toLength(get(source, 'length'));
    const made = construct(C, [n], newTarget) as TypedArray;
    for (let i = 0; i < n; i++) set(made, i, get(source, i));
    return made;
  }
  if (allPrimitive(values)) return construct(C, [values], newTarget) as object;
  const list = values.slice();
  const made = construct(C, [list.length], newTarget) as TypedArray;
  for (let i = 0; i < list.length; i++) writeElement(made, i, list[i]);
  return made;
}

/** The elements of an iterable, read through the table; undefined for what is none. */
function listFrom(source: object): unknown[] | undefined {
  if (isPlainArray(source) && source[Symbol.iterator] === nativeIterator && !hasHoles(source)) {
    if (iter(source) === source) return source;
  }
  const method = get(source, Symbol.iterator);
  return method === undefined || method === null ? undefined : [...(iterWith(source, method) as Iterable<unknown>)];
}

/** Iterates with a method that has been read already. */
function iterWith(source: unknown, method: unknown): unknown {
  return iter({
    [Symbol.iterator]: typeof method === 'function' ? iteratorOf(source, method) : method,
  });
}

function iteratorOf(source: unknown, method: Function): Function {
  const start = (): unknown => hooks.callTwin(method, source, []);
  defineTransient(start, start);
  return start;
}

function hasHoles(values: readonly unknown[]): boolean {
  for (let i = 0; i < values.length; i++) if (values[i] === undefined && !Object.hasOwn(values, i)) return true;
  return false;
}

function allPrimitive(values: readonly unknown[]): boolean {
  for (let i = 0; i < values.length; i++) {
    const type = typeof values[i];
    if (type === 'object' || type === 'function') return false;
  }
  return true;
}

entry(TypedArrayConstructor, 'from', 'passes', (native) => {
  const twin = function (this: unknown, source: unknown, fn?: unknown, thisArg?: unknown): unknown {
    if (typeof this !== 'function' || !isConstructor(this) || (fn !== undefined && typeof fn !== 'function')) {
      return apply(native, primalOf(this), [[], fn === undefined ? fn : scalar(fn)]);
    }
    if (source === undefined || source === null) return apply(native, this, [source]);
    const twinFn = typeof fn === 'function' ? (hooks.twinOf(fn) as Native) : undefined;
    const method = get(source, Symbol.iterator);
    let values: ArrayLike<unknown>;
    if (method !== undefined && method !== null) {
      if (typeof method !== 'function') throw new TypeError(`${String(primalOf(method))} is not a function`);
      values = [...(iterWith(source, method) as Iterable<unknown>)];
    } else {
      values = { length: toLength(get(source, 'length')) };
    }
    const made = create(this, [values.length]);
    const direct = method !== undefined && method !== null;
    for (let i = 0; i < values.length; i++) {
      const value = direct ? values[i] : get(source, i);
      set(made, i, twinFn === undefined ? value : apply(twinFn, thisArg, [value, i]));
    }
    return made;
  };
  return Object.defineProperty(twin, 'length', { value: 1 });
});

entry(TypedArrayConstructor, 'of', 'passes', (native) => {
  return function (this: unknown, ...items: unknown[]): unknown {
    if (typeof this !== 'function' || !isConstructor(this)) return apply(native, primalOf(this), []);
    const made = create(this, [items.length]);
    for (let i = 0; i < items.length; i++) set(made, i, items[i]);
    return made;
  };
});

function isConstructor(f: Function): boolean {
  try {
    construct(Object, [], f);
    return true;
  } catch {
    return false;
  }
}

define(TypedArrayConstructor, TypedArrayConstructor, 'passes');
passing(TypedArrayConstructor, [Symbol.species]);
