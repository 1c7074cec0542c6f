/**
 * Originals of differentiated arguments, as twin code meets them by another way (captured, or passed a second time).
 * Invariant: while nobody writes, original and stand-in are independent variables. From the first write on, the one name
 * follows the other; if several stand-ins stand for the original, or it has been read as a constant before, which is meant
 * can't be known: AmbiguousAlias.
 */
import { fluxionError } from '../errors/error.ts';
import { wasWritten } from './copies.ts';
import { atEnd, currentJournal, type Journal, receivedSomething } from './journal.ts';
import { isBox, primalOf, S } from './numbers/box.ts';
import { OwnMap } from './own.ts';
import { reshaped } from './plain.ts';
import { shadowOfView } from './shadow.ts';
import type { TypedArray } from './views.ts';

/** What S of an original holds: the stand-ins that the innermost run has made for it. */
export class OriginalMark {
  readonly journal: Journal | undefined;
  /** The mark of the enclosing run, which comes back when this run ends. */
  readonly outer: OriginalMark | undefined;
  readonly standIns: object[] = [];
  #followed = false;
  #readApart = false;

  constructor(journal: Journal | undefined, outer: OriginalMark | undefined) {
    this.journal = journal;
    this.outer = outer;
  }

  /** The object to read `key` of instead of `original`. */
  forRead(original: object, key: PropertyKey): object {
    if (this.#followed) return this.standIns[0] as object;
    for (const standIn of this.standIns) {
      if (hasReceived(standIn) || differs(original, standIn, key)) return this.#follow(original);
    }
    if (key !== 'length' && typeof Reflect.getOwnPropertyDescriptor(original, key)?.value === 'number') {
      this.#keepApart(original);
    }
    return original;
  }

  /** As forRead, for what looks at all of it: its `contents`, or no more than its keys. */
  forAll(original: object, contents = true): object {
    if (this.#followed) return this.standIns[0] as object;
    if (this.isWritten(original)) return this.#follow(original);
    if (contents) this.#keepApart(original);
    return original;
  }

  /** Whether the stand-ins are no longer what the original is. */
  isWritten(original: object): boolean {
    return this.standIns.some((standIn) => {
      if (hasReceived(standIn)) return true;
      if (ArrayBuffer.isView(standIn)) return false;
      const keys = Reflect.ownKeys(original).filter((k) => k !== S);
      const same = keys.length === Reflect.ownKeys(standIn).filter((k) => k !== S).length;
      return !same || keys.some((k) => differs(original, standIn, k));
    });
  }

  /** The object to write instead of `original`. */
  forWrite(original: object): object {
    return this.#follow(original);
  }

  /** A number has been read as that of an independent variable: from now on nobody may write. */
  #keepApart(original: object): void {
    if (this.#readApart) return;
    this.#readApart = true;
    if (this.standIns.length === 1) shareAmong(this.standIns[0] as object, original, readTwice);
  }

  #follow(original: object): object {
    if (this.standIns.length > 1) throw ambiguous(original, `${this.standIns.length} arguments`);
    if (this.#readApart) throw ambiguous(original, readTwice);
    this.#followed = true;
    return this.standIns[0] as object;
  }
}

/** What S of a stand-in holds while another one stands for the same original: it can be read, and not written. */
export class SharedMark {
  readonly original: object;
  readonly owners: string;
  constructor(original: object, owners: string) {
    this.original = original;
    this.owners = owners;
  }

  refuse(): never {
    throw ambiguous(this.original, this.owners);
  }
}

const readTwice = 'an argument and another name by which it was read';

function ambiguous(original: object, owners: string): Error {
  const object = Array.isArray(original) ? 'An array' : ArrayBuffer.isView(original) ? 'A typed array' : 'An object';
  return fluxionError('AmbiguousAlias', { object, owners });
}

const marked = new OwnMap<object, OriginalMark>();

/** Whether an argument is marked that `o` might be the original of. */
export function anyOriginals(): boolean {
  return marked.size > 0;
}

/**
 * Whether `o`, which native code is about to see, is the original of an argument that has been written. If it has not, nobody may
 * write it from now on.
 */
export function isStaleOriginal(o: object): boolean {
  const mark = marked.get(o);
  return mark !== undefined && mark.forAll(o) !== o;
}

/** The kind of an argument that has been written, as far as originals are marked. */
export function writtenOriginal(): string | undefined {
  for (const [original, mark] of marked) if (mark.isWritten(original)) return 'an argument that has been written';
  return undefined;
}

function hasReceived(standIn: object): boolean {
  return ArrayBuffer.isView(standIn) ? wasWritten(standIn) : receivedSomething(standIn);
}

function differs(original: object, standIn: object, key: PropertyKey): boolean {
  const a = Reflect.getOwnPropertyDescriptor(original, key);
  const b = Reflect.getOwnPropertyDescriptor(standIn, key);
  if (a === undefined || b === undefined) return a !== b;
  if (!('value' in a) || !('value' in b)) return false;
  if (typeof a.value === 'number') {
    const isLength = key === 'length' && Array.isArray(original);
    // A number that does not move (its tangent is 0) was a plain one from the start.
    const wasTracked = !isLength && !ArrayBuffer.isView(original) && startedTracked.get(standIn)?.(key) !== false;
    return !Object.is(primalOf(b.value), a.value) || (wasTracked && !isBox(b.value));
  }
  return (
    (typeof a.value !== 'object' || a.value === null) && typeof a.value !== 'function' && !Object.is(a.value, b.value)
  );
}

/** Of a stand-in, which of its properties were given a tracked number when it was made. */
const startedTracked = new WeakMap<object, (key: PropertyKey) => boolean>();

/** Marks the original of a stand-in until the run ends. What can't be extended can't be marked. */
export function markOriginal(original: object, standIn: object, tracked: (key: PropertyKey) => boolean): void {
  if (!ArrayBuffer.isView(standIn)) {
    startedTracked.set(standIn, tracked);
    // The entries of weak maps outlive many gradients, and `tracked` knows all numbers of the argument.
    atEnd(() => startedTracked.delete(standIn));
  }
  const known = Object.getOwnPropertyDescriptor(original, S)?.value;
  const journal = currentJournal();
  let mark = known instanceof OriginalMark ? known : undefined;
  if (mark?.journal !== journal || mark === undefined) {
    const outer = mark;
    mark = new OriginalMark(journal, outer);
    const hung = { value: mark, writable: true, configurable: true, enumerable: false };
    if (!Reflect.defineProperty(original, S, hung)) return;
    reshaped(original);
    marked.set(original, mark);
    atEnd(() => {
      if (outer === undefined) {
        Reflect.deleteProperty(original, S);
        marked.delete(original);
      } else {
        Reflect.defineProperty(original, S, { ...hung, value: outer });
        marked.set(original, outer);
      }
    });
  }
  const { standIns } = mark;
  standIns.push(standIn);
  if (standIns.length === 2) shareAmong(standIns[0] as object, original);
  if (standIns.length > 1) shareAmong(standIn, original);
}

const sharedMarks = new WeakMap<object, SharedMark>();

/** Makes a stand-in refuse writes. */
function shareAmong(standIn: object, original: object, owners = 'several arguments'): void {
  const mark = new SharedMark(original, owners);
  sharedMarks.set(standIn, mark);
  reshaped(standIn);
  if (ArrayBuffer.isView(standIn)) sealShared(standIn);
  else Reflect.defineProperty(standIn, S, { value: mark, writable: true, configurable: true, enumerable: false });
}

/** To be called when a typed stand-in has been filled: only then does its memory have a shadow to be guarded. */
export function sealShared(standIn: ArrayBufferView): void {
  const mark = sharedMarks.get(standIn);
  const shadow = mark === undefined ? undefined : shadowOfView(standIn as TypedArray)?.shadow;
  if (mark !== undefined && shadow !== undefined) {
    shadow.guards = [...(shadow.guards ?? []), { read: () => {}, write: () => mark.refuse() }];
  }
}
