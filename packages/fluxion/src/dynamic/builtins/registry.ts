/**
 * Which implementation twin code runs in place of each native function.
 * Invariant: every entry says what becomes of a derivative in it, and no entry drops one: the silent-loss suite calls
 * each with tracked numbers and holds it to what it says.
 */

/**
 * - differentiates: computes with tracked numbers by rule
 * - passes: moves or stores values, tracked or not
 * - primal: only the primal can matter (piecewise constant, an index, a string, a comparison); listed by explain
 * - refuses: throws a named error if a derivative would be lost
 */
export type Classification = 'differentiates' | 'passes' | 'primal' | 'refuses';

export interface Entry {
  readonly native: Function;
  /** Takes `this` and arguments as the native function does; values may be tracked. */
  readonly twin: Function;
  readonly classification: Classification;
}

const entries = new WeakMap<Function, Entry>();
const all: Entry[] = [];
const twins = new WeakSet<Function>();

/**
 * Registers the implementation of a native function. A function that this engine lacks (undefined) is passed over.
 * A later definition replaces an earlier one.
 */
export function define(native: unknown, twin: Function, classification: Classification): void {
  if (typeof native !== 'function') return;
  const entry: Entry = { native, twin, classification };
  const old = entries.get(native);
  if (old === undefined) all.push(entry);
  else all[all.indexOf(old)] = entry;
  entries.set(native, entry);
  twins.add(twin);
}

/** As `define`, for a native function that the program has made (a bound one, a promise's `resolve`): kept while it lives. */
export function defineTransient(native: Function, twin: Function): void {
  entries.set(native, { native, twin, classification: 'passes' });
  twins.add(twin);
}

/** The implementation to run in place of `native`, if it has one. */
export function lookup(native: Function): Function | undefined {
  return entries.get(native)?.twin;
}

/** Everything that is registered about `native`. */
export function entryOf(native: Function): Entry | undefined {
  return entries.get(native);
}

/** Whether `f` is itself an implementation from here, to be called as it is. */
export function isBuiltinTwin(f: Function): boolean {
  return twins.has(f);
}

/** All entries, for the suites that walk them. */
export function allEntries(): readonly Entry[] {
  return all;
}
