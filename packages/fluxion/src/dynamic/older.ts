/**
 * Which objects existed before a gradient began: those that could be reached, in the state of before, from what functions had
 * captured and from the globals.
 * Invariant: what is found here is old; what is not found may be old only if it hangs too far away, or where nothing can look.
 */
import { contentsOf, eachObject, eachReference } from './contents.ts';
import type { Cell, Journal } from './journal.ts';
import { isBox } from './numbers/box.ts';
import { OwnSet } from './own.ts';
import { isProxy, madeProxy } from './proxies.ts';
import { isObject } from './strip.ts';

type Roots = (visit: (value: unknown) => void) => void;
const providers: Roots[] = [];

/** Adds a source of values that existed before any gradient: what functions have captured. */
export function registerRoots(provider: Roots): void {
  providers.push(provider);
}

/**
 * At most this many references are followed, nearest first, to find out which objects are old: what has not been found by then counts
 * as new. The question is asked at the end of every gradient that wrote to objects of unknown age, whatever hangs on them.
 */
const searchLimit = 5_000;

/**
 * Which of `wanted` (objects and buffers that have been written) existed before the run; `complete`: the others certainly did
 * not, as far as properties lead.
 */
export function searchOld(journal: Journal, wanted: ReadonlySet<object>): { found: Set<object>; complete: boolean } {
  const found = new OwnSet<object>();
  if (wanted.size === 0) return { found, complete: true };
  const seen = new OwnSet<object>();
  const open: object[] = [];
  let followed = 0;
  let opaque = false;
  const reach = (value: unknown): void => {
    if (!isObject(value) || seen.has(value) || value === globalThis) return;
    followed++;
    seen.add(value);
    if (wanted.has(value)) found.add(value);
    if (ArrayBuffer.isView(value)) reach(value.buffer);
    open.push(value);
  };
  const since = valuesSince(journal);
  for (const { before } of journal.cells.values()) reach(before);
  for (const provider of providers) {
    provider((value) => {
      if (!since.has(value)) reach(value);
    });
  }
  const limit = followed + searchLimit;
  for (let i = 0; i < open.length && found.size < wanted.size && followed < limit; i++) {
    const o = open[i] as object;
    if (isBox(o)) continue;
    const parts = madeProxy(o);
    if (parts !== undefined) {
      reach(parts.target);
      continue;
    }
    if (isProxy(o)) opaque = true;
    const entry = journal.objects.get(o);
    if (entry?.young) continue;
    if (entry === undefined) followed += eachReference(o, reach, limit - followed);
    else eachObject(entry.before, reach);
  }
  return { found, complete: followed < limit && !opaque };
}

/** What captured variables and globals hold now and did not hold before: they are no way to what is old. */
function valuesSince(journal: Journal): Set<unknown> {
  const since = new OwnSet<unknown>();
  for (const { cell, before } of journal.cells.values()) {
    const now = readCell(cell);
    if (isObject(now) && now !== before) since.add(now);
  }
  const globals = journal.objects.get(globalThis)?.before;
  if (globals !== undefined) {
    const before = new OwnSet(globals.values);
    eachObject(contentsOf(globalThis), (v) => isObject(v) && !before.has(v) && since.add(v));
  }
  return since;
}

export function readCell(cell: Cell): unknown {
  try {
    return cell.get();
  } catch {
    return undefined;
  }
}
