/**
 * Whether a tracked number is within reach of a value, for operations that could not carry it.
 * Invariant: the search runs no user code (no getter, no trap); it gives up after `limit` objects and then says so.
 */
import { collectionKind, entriesOf } from '../contents.ts';
import { isSparse } from '../elements.ts';
import { isBox, S } from '../numbers/box.ts';
import { OwnSet } from '../own.ts';
import { isProxy, madeProxy } from '../proxies.ts';
import { storage } from '../strip.ts';
import { isObject } from './adapt.ts';

/** Number objects made of tracked numbers. */
export const numberObjects = new WeakMap<object, unknown>();

export type Found = 'tracked' | 'unknown' | false;

/** Searches what is reachable through own data properties, elements and entries. */
export function findTracked(root: unknown, limit = 100_000): Found {
  if (!isObject(root)) return false;
  if (isBox(root) || numberObjects.has(root)) return 'tracked';
  const seen = new OwnSet<object>([root]);
  const visit = (value: unknown): boolean => {
    if (isObject(value)) {
      if (isBox(value) || numberObjects.has(value)) return true;
      seen.add(value);
    }
    return false;
  };
  for (const o of seen) {
    if (seen.size > limit) return 'unknown';
    if (isProxy(o)) {
      const parts = madeProxy(o);
      if (parts !== undefined) {
        seen.add(parts.target);
        seen.add(parts.handler);
      }
      continue;
    }
    if (ArrayBuffer.isView(o) || o instanceof ArrayBuffer) {
      if (storage.isTracked(o)) return 'tracked';
      continue;
    }
    if (Array.isArray(o) && !isSparse(o)) {
      for (let i = 0; i < o.length; i++) {
        const element: unknown = o[i];
        if (typeof element === 'object' && element !== null && visit(element)) return 'tracked';
        if (typeof element === 'function') seen.add(element);
      }
      if (Object.keys(o).length <= o.length) continue;
    }
    for (const key of Reflect.ownKeys(o)) {
      if (key === S) continue;
      const descriptor = Reflect.getOwnPropertyDescriptor(o, key);
      if (descriptor !== undefined && visit(descriptor.value)) return 'tracked';
    }
    if (collectionKind(o) !== undefined) {
      for (const value of entriesOf(o) ?? []) if (visit(value)) return 'tracked';
    }
  }
  return false;
}

/** Whether a tracked number is within reach; a search that gave up counts as yes. */
export function holdsTracked(root: unknown): boolean {
  return findTracked(root) !== false;
}
