/**
 * `structuredClone`. A clone carries its tracked numbers; aliases and cycles are kept.
 * Invariant: without tracked numbers it is the native clone; with them, what can't be cloned natively can't be cloned here.
 */

import { collectionKind, entriesOf } from '../contents.ts';
import { callTwin, constructTwin, get, isBox, isObject, options, primalOf, S } from './adapt.ts';
import { keysOf } from './descriptors.ts';
import { entry, type Native } from './entries.ts';
import { holdsTracked } from './search.ts';

type Memo = Map<object, unknown>;

function clone(native: Native, value: unknown, memo: Memo): unknown {
  if (!isObject(value) || isBox(value)) return typeof value === 'symbol' ? native(value) : value;
  const known = memo.get(value);
  if (known !== undefined) return known;
  if (typeof value === 'function') return native(value);
  if (Array.isArray(value)) {
    const list: unknown[] = new Array(value.length);
    memo.set(value, list);
    return fill(native, value, list, memo);
  }
  const kind = collectionKind(value);
  if (kind !== undefined) {
    const made = (kind === 'map' ? new Map() : new Set()) as object;
    memo.set(value, made);
    const entries = entriesOf(value) ?? [];
    const add: Function = kind === 'map' ? Map.prototype.set : Set.prototype.add;
    for (let i = 0; i < entries.length; i += kind === 'map' ? 2 : 1) {
      const k = clone(native, entries[i], memo);
      callTwin(add, made, kind === 'map' ? [k, clone(native, entries[i + 1], memo)] : [k]);
    }
    return made;
  }
  if (ArrayBuffer.isView(value)) {
    if ((value as unknown as Record<symbol, unknown>)[S] === undefined) return remember(memo, value, native(value));
    const Kind = Object.getPrototypeOf(Object.getPrototypeOf(value)) === Object.prototype ? DataView : intrinsic(value);
    const buffer = memo.get(value.buffer) ?? remember(memo, value.buffer, cloneOfBuffer(value.buffer));
    const length = 'length' in value ? value.length : value.byteLength;
    return remember(memo, value, constructTwin(Kind, [buffer, value.byteOffset, length]));
  }
  if (value instanceof ArrayBuffer) return remember(memo, value, callTwin(ArrayBuffer.prototype.slice, value, [0]));
  const tag = Object.prototype.toString.call(value);
  if (tag !== '[object Object]' && isHost(native, value)) return remember(memo, value, native(value));
  const made = {};
  memo.set(value, made);
  return fill(native, value, made, memo);
}

/** A copy; memory that is shared is shared with the clone, too. */
function cloneOfBuffer(buffer: ArrayBufferLike): unknown {
  return buffer instanceof ArrayBuffer ? callTwin(ArrayBuffer.prototype.slice, buffer, [0]) : buffer;
}

function intrinsic(view: ArrayBufferView): Function {
  const name = Object.getOwnPropertyDescriptor(
    Object.getPrototypeOf(Int8Array.prototype),
    Symbol.toStringTag,
  )?.get?.call(view);
  return (globalThis as unknown as Record<string, Function>)[name as string] as Function;
}

function remember(memo: Memo, from: object, made: unknown): unknown {
  memo.set(from, made);
  return made;
}

/** Dates, errors, regular expressions and what else the native knows by its inside. */
function isHost(native: Native, value: object): boolean {
  try {
    const copy = native(value) as object;
    return Object.getPrototypeOf(copy) !== Object.prototype;
  } catch {
    return false;
  }
}

function fill(native: Native, from: object, to: object, memo: Memo): object {
  for (const k of keysOf(from)) {
    if (typeof k === 'symbol' || !Object.prototype.propertyIsEnumerable.call(from, k)) continue;
    const value = clone(native, get(from, k), memo);
    Object.defineProperty(to, k, { value, writable: true, enumerable: true, configurable: true });
  }
  return to;
}

entry(
  globalThis,
  'structuredClone',
  'passes',
  (native) =>
    function (...args: unknown[]): unknown {
      if (args.length === 0 || !holdsTracked(args[0])) return native(...args.map(primalOf));
      const transfer = isObject(args[1]) ? get(args[1], 'transfer') : undefined;
      const copy = clone(native, args[0], new Map());
      // What is transferred is detached when it has been copied.
      if (transfer !== undefined && (!Array.isArray(transfer) || transfer.length > 0)) {
        native(undefined, options(args[1]));
      }
      return copy;
    },
);
