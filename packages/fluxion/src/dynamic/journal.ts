/**
 * What has to be undone when a gradient ends: objects that were written with tracked numbers, or with objects that may hold
 * some, and captured variables.
 * Invariants: once the outermost run has ended, no tracked number can be reached through anything that existed before it;
 * an object that existed before and received a tracked number is as it was before that; a new object keeps its values.
 *
 * Whether an object existed before is not recorded at its creation (that would cost more than the arithmetic): at the end
 * it is asked of those few that received tracked numbers whether they could be reached, in the state of before, from what
 * the twins had captured.
 */
import { fluxionError } from '../errors/error.ts';
import { type Contents, contentsOf, eachObject, putBack } from './contents.ts';
import { hooks } from './hooks.ts';
import { type Box, isBox, numberOf, type Value } from './numbers/box.ts';
import { readCell, searchOld } from './older.ts';
import { OwnMap, OwnSet } from './own.ts';
import { isProxy } from './proxies.ts';
import { isBuffer, isObject, Stripper, strip } from './strip.ts';

export { registerRoots } from './older.ts';
export { strip };

/** A captured variable, or any other place that can be read and written: an entry of a WeakMap, a private field. */
export interface Cell {
  get(): unknown;
  set?(value: unknown): void;
}

export interface Entry {
  /** What it held before the first write that was noted. */
  readonly before: Contents;
  /** It received a tracked number, not only objects. */
  boxed: boolean;
  /** It held tracked numbers at that time already, so it is younger than the run. */
  readonly young: boolean;
  /** What the suspension has taken out: index into what `elementsOf` lists, the box, the number left in its place. */
  out: Taken[] | undefined;
}

interface Taken {
  readonly place: Cell;
  readonly box: Box;
  readonly left: unknown;
}

export interface CellEntry {
  readonly cell: Cell;
  readonly before: unknown;
  out: Taken | undefined;
}

/** Typed memory that received tracked numbers; shadow.ts knows how to deal with it. */
export interface Memory {
  /** Takes the tracked numbers out; the primals are in the memory. */
  takeOut(): void;
  /** Puts them back. @throws ConcurrentMutation if the numbers have changed meanwhile */
  putIn(): void;
  /** Forgets what is tracked; with `whole`, the bytes are what they were before the first tracked write. */
  end(whole: boolean): void;
}

interface Act {
  readonly run: () => void;
  next: Act | undefined;
}

/** Acts in the order they were asked for; no array, which a setter of the program's on Array.prototype would get into. */
class Acts {
  #first: Act | undefined;
  #latest: Act | undefined;

  push(run: () => void): void {
    const act: Act = { run, next: undefined };
    if (this.#latest === undefined) this.#first = act;
    else this.#latest.next = act;
    this.#latest = act;
  }

  run(): void {
    const first = this.#first;
    this.#first = this.#latest = undefined;
    for (let act = first; act !== undefined; act = act.next) act.run();
  }
}

export interface Journal {
  readonly parent: Journal | undefined;
  readonly root: Journal;
  /** The root's number: typed memory that twin code made in this gradient is marked with it. */
  readonly id: number;
  readonly objects: Map<object, Entry>;
  readonly cells: Map<object, CellEntry>;
  readonly memories: Map<object, Memory>;
  /** What else is to be done when this run (not its root) ends. */
  readonly last: Acts;
  lastBoxed: object | undefined;
  lastTouched: object | undefined;
  /** So many objects, and those that are surely new are let go. */
  cullAt: number;
  /** Values have come from where no search looks (private fields, WeakMaps): what it does not find may be old all the same. */
  hidden: boolean;
  ended: boolean;
}

const firstCull = 20_000;

let current: Journal | undefined;
let count = 0;
const roots = new OwnSet<Journal>();

export function createJournal(parent: Journal | undefined): Journal {
  const journal: { -readonly [K in keyof Journal]: Journal[K] } = {
    parent,
    root: undefined as unknown as Journal,
    id: parent === undefined ? ++count : parent.root.id,
    objects: new OwnMap(),
    cells: new OwnMap(),
    memories: new OwnMap(),
    last: new Acts(),
    lastBoxed: undefined,
    lastTouched: undefined,
    cullAt: firstCull,
    hidden: false,
    ended: false,
  };
  journal.root = parent?.root ?? journal;
  if (parent === undefined) roots.add(journal);
  return journal;
}

export function setCurrentJournal(journal: Journal | undefined): void {
  current = journal;
}

export function currentJournal(): Journal | undefined {
  return current;
}

/** Runs `body` with `journal` current. */
export function withJournal<T>(journal: Journal | undefined, body: () => T): T {
  const outer = current;
  current = journal;
  try {
    return body();
  } finally {
    current = outer;
  }
}

/**
 * To be called before `o`, which may be older than the gradient, receives `value`. Plain numbers, strings and the like need
 * no call. Without a value, `o` is taken to receive a tracked number.
 */
export function touch(o: object, value?: unknown): void {
  const journal = current;
  if (journal === undefined || journal.lastBoxed === o) return;
  if (arguments.length === 1 || isBox(value)) {
    note(journal, o).boxed = true;
    journal.lastBoxed = o;
  } else if (journal.lastTouched !== o && isObject(value)) {
    note(journal, o);
    journal.lastTouched = o;
  }
}

function note(journal: Journal, o: object): Entry {
  let entry = journal.objects.get(o);
  if (entry !== undefined) return entry;
  if (roots.size > 1) refuseSharing(journal, o);
  if (journal.objects.size >= journal.cullAt) cull(journal);
  const before = contentsOf(o);
  let young = false;
  eachObject(before, (v) => {
    if (!young && typeof v === 'object' && v !== null && (isBox(v) || hooks.identityOf(v) !== v)) young = true;
  });
  if (journal.parent !== undefined && young) young = !inherited(journal.parent, o);
  entry = { before: young ? nothing : before, boxed: false, young, out: undefined };
  journal.objects.set(o, entry);
  return entry;
}

/**
 * A program that makes millions of objects and writes to each would fill the journal with them. Those that no captured value leads to
 * are new, and need nothing: what keeps them at the end is walked then.
 */
function cull(journal: Journal): void {
  const wanted = new OwnSet(journal.objects.keys());
  const { found, complete } = searchOld(journal, wanted);
  if (complete && !journal.root.hidden) {
    for (const o of wanted) if (!found.has(o) && hooks.identityOf(o) === o) journal.objects.delete(o);
  }
  journal.cullAt = Math.max(firstCull, 2 * journal.objects.size);
}

const nothing: Contents = { elements: undefined, keys: [], values: [], odd: undefined, entries: undefined };

/** Whether an enclosing run knows `o` as possibly older than itself: then the tracked numbers in it are that run's. */
function inherited(journal: Journal, o: object): boolean {
  for (let j: Journal | undefined = journal; j !== undefined; j = j.parent) {
    const entry = j.objects.get(o);
    if (entry !== undefined) return !entry.young;
  }
  return false;
}

/** Two gradients that run at the same time may not write the same object with tracked numbers. */
function refuseSharing(journal: Journal, o: object): void {
  for (const other of roots) {
    if (other === journal.root) continue;
    if (other.objects.get(o)?.boxed || other.memories.has(o)) throw concurrent(o);
  }
}

function concurrent(o: object): Error {
  const name = Array.isArray(o) ? 'An array' : ArrayBuffer.isView(o) || isBuffer(o) ? 'A typed array' : 'An object';
  return fluxionError('ConcurrentMutation', { object: name });
}

/** To be called before a captured variable (or another cell) is written with something other than a primitive value. */
export function touchCell(cell: Cell, identity: object = cell): void {
  const journal = current;
  if (journal === undefined || journal.cells.has(identity)) return;
  let before: unknown;
  try {
    before = cell.get();
  } catch {
    // Not initialised yet: it holds nothing.
  }
  journal.cells.set(identity, { cell, before, out: undefined });
}

/** A value has been read from where no search for old objects looks. */
export function noteHidden<T>(value: T): T {
  if (current !== undefined && isObject(value)) current.root.hidden = true;
  return value;
}

/** Has `act` done when the current run ends. */
export function atEnd(act: () => void): void {
  current?.last.push(act);
}

/** Whether `o` has received tracked numbers or objects since the current gradient began. */
export function receivedSomething(o: object): boolean {
  for (let j = current; j !== undefined; j = j.parent) if (j.objects.has(o)) return true;
  return false;
}

/** Whether the current gradient has written anything that may lead other code to a tracked number. */
export function anythingWritten(): boolean {
  for (let j = current; j !== undefined; j = j.parent) {
    if (j.objects.size > 0 || j.cells.size > 0 || j.memories.size > 0) return true;
  }
  return false;
}

/** Whether tracked numbers may lie where no search looks. */
export function anythingHidden(): boolean {
  return current?.root.hidden === true;
}

/** Whether memory that others may share has received tracked numbers. */
export function memoryReceived(): boolean {
  return current !== undefined && current.root.memories.size > 0;
}

/** What that is older than the current gradient holds a tracked number; undefined if nothing is known to. */
export function olderReceived(): string | undefined {
  for (let j = current; j !== undefined; j = j.parent) {
    for (const { cell } of j.cells.values()) if (isBox(readCell(cell))) return 'a captured variable that is tracked';
    const wanted = new OwnSet<object>(j.memories.keys());
    for (const [o, entry] of j.objects) if (entry.boxed && !entry.young) wanted.add(o);
    if (wanted.size === 0) continue;
    const { found, complete } = searchOld(j, wanted);
    if (found.size > 0 || !complete || j.root.hidden) return 'an object that has received a tracked number';
  }
  return undefined;
}

/**
 * To be called before `o` is locked (`holds`: with a tracked number in it): what is older than the gradient and holds a
 * tracked number could not be put back.
 * @throws LostDerivative
 */
export function refuseLock(o: object, operation: string, holds = false): void {
  for (let j = current; j !== undefined; j = j.parent) {
    const entry = j.objects.get(o);
    if (entry === undefined || !entry.boxed || entry.young) continue;
    if (!holds && boxedPlaces(o).length === 0) continue;
    if (!searchOld(j, new OwnSet([o])).found.has(o)) continue;
    throw fluxionError('LostDerivative', {
      operation: `${operation} of an object that was there before the gradient`,
      detail: 'it holds a number that depends on the input, and could not be put back when the gradient ends',
      fix: `Use ${operation} on a copy (\`{ ...object }\`), or on an object that is made inside the differentiated function.`,
    });
  }
}

/** Typed memory (by its buffer) has received a tracked number. */
export function touchMemory(buffer: object, make: () => Memory): void {
  const journal = current;
  if (journal === undefined) return;
  for (let j: Journal | undefined = journal; j !== undefined; j = j.parent) if (j.memories.has(buffer)) return;
  if (roots.size > 1) refuseSharing(journal, buffer);
  // The outermost run answers for memory: shadows settle by themselves when a nested one has ended.
  journal.root.memories.set(buffer, make());
}

/** Ends a journal: a nested one hands over to its parent, the outermost one puts everything back. */
export function endJournal(journal: Journal): void {
  if (journal.ended) return;
  journal.ended = true;
  journal.last.run();
  const parent = journal.parent;
  if (parent !== undefined && !parent.root.ended) {
    handOver(journal, parent);
    return;
  }
  roots.delete(journal);
  const outer = current;
  current = undefined;
  try {
    finish(journal);
  } finally {
    current = outer;
  }
}

function handOver(journal: Journal, parent: Journal): void {
  for (const [o, entry] of journal.objects) {
    const known = parent.objects.get(o);
    if (known === undefined) parent.objects.set(o, entry);
    else known.boxed ||= entry.boxed;
  }
  for (const [identity, entry] of journal.cells) {
    if (!parent.cells.has(identity)) parent.cells.set(identity, entry);
  }
  clear(journal);
}

function clear(journal: Journal): void {
  journal.objects.clear();
  journal.cells.clear();
  journal.memories.clear();
  journal.lastBoxed = journal.lastTouched = undefined;
}

function finish(journal: Journal): void {
  const { objects, cells, memories } = journal;
  if (objects.size === 0 && cells.size === 0 && memories.size === 0) return;
  const wanted = new OwnSet<object>(memories.keys());
  for (const [o, entry] of objects) if (entry.boxed && !entry.young) wanted.add(o);
  const { found } = searchOld(journal, wanted);
  for (const [buffer, memory] of memories) memory.end(found.has(buffer));
  for (const o of found) {
    const entry = objects.get(o);
    if (entry !== undefined) putBack(o, entry.before);
  }
  const stripper = new Stripper();
  for (const [o, entry] of objects) if (!found.has(o)) stripper.stripIn(o, entry.young ? undefined : entry.before);
  for (const { cell } of cells.values()) stripCell(cell, stripper);
  clear(journal);
}

function stripCell(cell: Cell, stripper: Stripper): void {
  let value: unknown;
  try {
    value = cell.get();
  } catch {
    return;
  }
  const plain = stripper.strip(value);
  if (plain !== value && !Object.is(plain, value)) cell.set?.(plain);
}

/** The levels of `journal` taken off a box: what it is outside that run. */
function outside(box: Value, journal: Journal): Value {
  if (journal.parent === undefined) return numberOf(box);
  let at = box;
  while (typeof at !== 'number' && belongsTo(at, journal)) at = at.primal;
  return at;
}

function belongsTo(box: Box, journal: Journal): boolean {
  for (
    let run = box.level.run as { journal?: Journal; parent?: unknown } | undefined;
    run !== undefined;
    run = run.parent as typeof run
  ) {
    if (run.journal === journal) return true;
  }
  return false;
}

/** The run is suspended: tracked numbers are taken out of what others can reach. */
export function takeOut(journal: Journal): void {
  for (const [o, entry] of journal.objects) {
    if (!entry.boxed) continue;
    const taken: Taken[] = [];
    for (const place of boxedPlaces(o)) {
      const box = place.get() as Box;
      const left = outside(box, journal);
      if (left === box) continue;
      place.set?.(left);
      // What has been frozen since keeps what it holds.
      if (Object.is(place.get(), left)) taken.push({ place, box, left });
    }
    entry.out = taken.length > 0 ? taken : undefined;
  }
  for (const entry of journal.cells.values()) {
    const value = readCell(entry.cell);
    if (!isBox(value)) continue;
    const left = outside(value, journal);
    if (left === value) continue;
    entry.cell.set?.(left);
    entry.out = { place: entry.cell, box: value, left };
  }
  for (const memory of journal.memories.values()) memory.takeOut();
  journal.lastBoxed = journal.lastTouched = undefined;
}

/** The run goes on: tracked numbers are put where they had been. */
export function putIn(journal: Journal): void {
  for (const [o, entry] of journal.objects) {
    const taken = entry.out;
    if (taken === undefined) continue;
    entry.out = undefined;
    for (const { place, box, left } of taken) {
      if (!Object.is(place.get(), left)) throw concurrent(o);
      place.set?.(box);
    }
  }
  for (const entry of journal.cells.values()) {
    const taken = entry.out;
    if (taken === undefined) continue;
    entry.out = undefined;
    if (!Object.is(readCell(entry.cell), taken.left)) {
      throw fluxionError('ConcurrentMutation', { object: 'A captured variable' });
    }
    entry.cell.set?.(taken.box);
  }
  for (const memory of journal.memories.values()) memory.putIn();
}

/** The places directly inside `o` that hold a tracked number. */
function boxedPlaces(o: object): Cell[] {
  const places: Cell[] = [];
  if (isProxy(o)) return places;
  const { elements, keys, values, entries } = contentsOf(o);
  const property = (key: PropertyKey): Cell => ({
    get: () => Reflect.getOwnPropertyDescriptor(o, key)?.value,
    set: (value) => void Reflect.defineProperty(o, key, { value }),
  });
  elements?.forEach((v, i) => {
    if (isBox(v)) places.push(property(i));
  });
  values.forEach((v, i) => {
    if (isBox(v)) places.push(property(keys[i] as PropertyKey));
  });
  // Keys and members stay: taking them out would disturb a loop over the collection that awaits.
  if (entries !== undefined && o instanceof Map) {
    for (let i = 0; i < entries.length; i += 2) {
      const key = entries[i];
      if (isBox(entries[i + 1])) {
        places.push({
          get: () => Map.prototype.get.call(o, key),
          set: (v) => void Map.prototype.set.call(o, key, v),
        });
      }
    }
  }
  return places;
}
