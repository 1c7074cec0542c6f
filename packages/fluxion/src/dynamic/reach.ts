/**
 * What can be reached from some values: whether anything tracked is among it, and how it all was.
 * Invariant: nothing here runs user code.
 */
import { type Contents, contentsOf, eachObject, putBack, withAccessors } from './contents.ts';
import { hooks } from './hooks.ts';
import { currentJournal } from './journal.ts';
import { isBox } from './numbers/box.ts';
import { OwnMap, OwnSet } from './own.ts';
import { isProxy, madeProxy } from './proxies.ts';
import { isBuffer, isObject, storage } from './strip.ts';

/** The contents of an object that has not been written; undefined for one that can only hold plain values. */
function quickContents(o: object): Contents | undefined {
  if (
    Array.isArray(o) &&
    o.length > 0 &&
    !withAccessors.has(o) &&
    typeof o[0] === 'number' &&
    typeof o[o.length - 1] === 'number'
  ) {
    for (let i = 0; i < o.length; i++) if (typeof o[i] !== 'number') return contentsOf(o);
    return undefined;
  }
  return contentsOf(o);
}

/**
 * Why code that knows only plain numbers may not be given these values: the name of what is tracked in their reach.
 * Undefined if nothing is.
 */
export function mentionsTracked(values: readonly unknown[]): string | undefined {
  const seen = new OwnSet<object>();
  const open: unknown[] = [...values];
  while (open.length > 0) {
    const v = open.pop();
    if (!isObject(v) || seen.has(v)) continue;
    if (isBox(v)) return 'a tracked number';
    seen.add(v);
    if (hooks.identityOf(v) !== v) return 'an argument that is differentiated';
    if (ArrayBuffer.isView(v) || isBuffer(v)) {
      if (storage.isTracked(v)) return 'a typed array that holds tracked numbers';
    }
    for (let j = currentJournal(); j !== undefined; j = j.parent) {
      if (j.objects.get(v)?.boxed) return 'an object that has received a tracked number';
    }
    const parts = madeProxy(v);
    if (parts !== undefined) {
      open.push(parts.target, parts.handler);
      continue;
    }
    if (v === globalThis || isProxy(v)) continue;
    const contents = quickContents(v);
    if (contents !== undefined) eachObject(contents, (x) => isObject(x) && open.push(x));
  }
  return undefined;
}

/** Everything that can be reached from some values, as it was. */
export interface DeepSnapshot {
  readonly objects: Map<object, Contents>;
  readonly memories: Map<object, () => void>;
}

/**
 * Takes down everything that can be reached from `values` (arguments that are not differentiated), to be put back when the
 * gradient has ended. Cycles, class instances, Map, Set and typed arrays included; functions only as far as properties go.
 */
export function snapshotDeep(values: readonly unknown[]): DeepSnapshot {
  const objects = new OwnMap<object, Contents>();
  const memories = new OwnMap<object, () => void>();
  const open: unknown[] = [...values];
  while (open.length > 0) {
    const o = open.pop();
    if (!isObject(o) || isBox(o) || objects.has(o) || o === globalThis) continue;
    if (ArrayBuffer.isView(o) || isBuffer(o)) memories.set(o, storage.keep(o));
    const parts = madeProxy(o);
    if (parts !== undefined) {
      open.push(parts.target, parts.handler);
      continue;
    }
    const contents = contentsOf(o);
    objects.set(o, contents);
    eachObject(contents, (v) => isObject(v) && !objects.has(v) && open.push(v));
  }
  return { objects, memories };
}

export function restore(snapshot: DeepSnapshot): void {
  for (const [o, contents] of snapshot.objects) putBack(o, contents);
  for (const bringBack of snapshot.memories.values()) bringBack();
}
