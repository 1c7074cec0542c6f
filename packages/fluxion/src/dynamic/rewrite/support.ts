/**
 * The parts of the runtime that only carry destructuring, assignment targets and the like: they know nothing of tracked numbers.
 * Invariant: each asks its callee exactly when native syntax would.
 */
import { fluxionError } from '../../errors/error.ts';
import type { TwinRuntime } from './runtime.ts';

type Needs = Pick<TwinRuntime, 'iter' | 'set' | 'setSloppy' | 'suspend'>;

export type Support = Pick<
  TwinRuntime,
  | 'none'
  | 'obj'
  | 'nested'
  | 'iterOrMissing'
  | 'wrapEach'
  | 'ref'
  | 'refSloppy'
  | 'target'
  | 'globalRef'
  | 'values'
  | 'bind'
  | 'readOnly'
  | 'unsupported'
  | 'suspendEach'
  | 'math'
  | 'isArray'
  | 'TypedArray'
>;

type Shape = 0 | 1 | readonly (0 | 1 | Shape | { readonly rest: 0 | Shape })[];
type Convert = (value: unknown) => unknown;

/** The natives as they were when the library was loaded. */
const math = Object.freeze(Object.create(null, Object.getOwnPropertyDescriptors(Math))) as Math;
const TypedArray = Object.getPrototypeOf(Uint8Array) as Function;
const { isArray } = Array;
const none: symbol = Symbol('none');

export function support(needs: Needs): Support {
  const { iter, set, setSloppy, suspend } = needs;

  const converter = (shape: Shape | undefined): Convert | undefined => {
    if (shape === undefined || shape === 0) return undefined;
    if (shape === 1) return (v) => ({ v });
    // A value that is missing stays missing, so that its default is taken.
    return (v) => (v === undefined ? v : nested(v, shape));
  };

  const nested = (x: unknown, shape: unknown): unknown => {
    const list = shape as readonly (Shape | { readonly rest: 0 | Shape })[];
    return mapped(iter(x), (index) => {
      if (index < list.length) {
        const s = list[index];
        if (typeof s !== 'object' || !('rest' in s)) return converter(s);
      }
      const last = list[list.length - 1];
      if (typeof last !== 'object' || !('rest' in last) || last.rest === 0) return undefined;
      const inner = last.rest as readonly Shape[];
      return converter(inner[index - (list.length - 1)]);
    });
  };

  return {
    none,
    math,
    isArray,
    TypedArray,
    nested,
    obj(o) {
      if (o === undefined || o === null) throw new TypeError(`Cannot destructure '${o}' as it is ${o}.`);
      return o;
    },
    iterOrMissing(x, shape) {
      if (x === undefined) return x;
      return shape === 0 ? iter(x) : nested(x, shape);
    },
    wrapEach: (x, shape) => mapped(x, () => (shape === 0 ? (v) => ({ v }) : (v) => ({ v: nested(v, shape) }))),
    ref: (o, k) => settable((v) => set(o, k, v)),
    refSloppy: (o, k) => settable((v) => setSloppy(o, k, v)),
    target: settable,
    globalRef: (_name, write) => settable(write),
    values: (o) => Object.values(o),
    bind(f, thisArg) {
      return (...args: unknown[]) => Reflect.apply(f, thisArg, args);
    },
    readOnly(_name) {
      throw new TypeError('Assignment to constant variable.');
    },
    unsupported(syntax) {
      throw fluxionError('UnsupportedSyntax', { syntax });
    },
    suspendEach(act, x) {
      const source = x as Record<symbol, unknown>;
      // Of the two iterator methods native syntax asks for, in its order, each is the source's if it has it.
      const stepping = (key: symbol) => {
        const method = source[key];
        if (method === undefined || method === null) return method;
        return () => suspending(act, Reflect.apply(method as Function, source, []), suspend);
      };
      return {
        get [Symbol.asyncIterator]() {
          return stepping(Symbol.asyncIterator);
        },
        get [Symbol.iterator]() {
          return stepping(Symbol.iterator);
        },
      };
    },
  };
}

function settable(write: (v: unknown) => void): { v: unknown } {
  return {
    get v() {
      return undefined;
    },
    set v(value) {
      write(value);
    },
  };
}

/** `source` (natively iterable) with the value of step n given to what `at(n)` returns, if that is something. */
function mapped(source: unknown, at: (index: number) => Convert | undefined): unknown {
  return {
    [Symbol.iterator]() {
      const it = (source as Iterable<unknown>)[Symbol.iterator]();
      const { next } = it;
      let index = 0;
      return {
        next() {
          const result = Reflect.apply(next, it, []) as IteratorResult<unknown>;
          if (Object(result) !== result) throw new TypeError(`Iterator result ${String(result)} is not an object`);
          if (result.done) return { value: undefined, done: true };
          const convert = at(index++);
          return { value: convert === undefined ? result.value : convert(result.value), done: false };
        },
        get return() {
          const method = it.return;
          if (method === undefined || method === null) return method;
          return () => Reflect.apply(method, it, []);
        },
      };
    },
  };
}

/** An iterator whose every step suspends the activation that waits for it. */
function suspending(act: unknown, iterator: unknown, suspend: TwinRuntime['suspend']): unknown {
  if (Object(iterator) !== iterator) throw new TypeError('Result of the Symbol.asyncIterator method is not an object');
  const it = iterator as Record<string, Function | undefined>;
  const { next } = it;
  return {
    next: () => suspend(act, Reflect.apply(next as Function, it, [])),
    get return() {
      const method = it.return;
      if (method === undefined || method === null) return method;
      return () => suspend(act, Reflect.apply(method, it, []));
    },
  };
}
