/**
 * Tracked numbers in typed memory. The memory itself holds the primals; beside it, one shadow for each buffer holds the boxes.
 * Invariants: a box counts only while the memory still holds its primal (anything else was written behind our back:
 * LostDerivative); bytes that hold a tracked number can be read only as what they were written as; every view of a shadowed
 * buffer that twin code can meet has S, its own or the prototype's.
 */
import { fluxionError } from '../errors/error.ts';
import { currentJournal, type Journal, type Memory, touchMemory } from './journal.ts';
import { type Box, isBox, numberOf, S, type Value } from './numbers/box.ts';
import { isBuffer, storage } from './strip.ts';
import {
  bufferOf,
  isTypedArray,
  type Kind,
  kindOf,
  kinds,
  lengthOf,
  offsetOf,
  type TypedArray,
  typedArrayPrototype,
} from './views.ts';

/** Where boxes of one kind lie: slot i is at byte `shift + i * width`. */
class Plane {
  readonly kind: Kind;
  readonly big: boolean;
  readonly width: number;
  readonly shift: number;
  readonly slots: (Box | undefined)[] = [];
  count = 0;

  constructor(kind: Kind, big: boolean, shift: number) {
    this.kind = kind;
    this.big = big;
    this.width = kind.width;
    this.shift = shift;
  }

  get name(): string {
    return `${this.kind.float}${this.big ? ' (big endian)' : ''}`;
  }

  put(slot: number, box: Box): void {
    while (this.slots.length < slot) this.slots.push(undefined);
    if (this.slots[slot] === undefined) this.count++;
    this.slots[slot] = box;
  }

  drop(slot: number): void {
    if (this.slots[slot] !== undefined) {
      this.slots[slot] = undefined;
      this.count--;
    }
  }
}

export class Shadow implements Memory {
  readonly buffer: ArrayBufferLike;
  readonly journal: Journal | undefined;
  readonly planes: Plane[] = [];
  /** The bytes before the first tracked write, of memory that may be older than the run. */
  before: Uint8Array | undefined;
  /** The views of such memory that S has been hung on. */
  readonly marked: object[] = [];
  #taken: { plane: Plane; boxes: (Box | undefined)[] }[] | undefined;

  constructor(buffer: ArrayBufferLike, journal: Journal | undefined) {
    this.buffer = buffer;
    this.journal = journal;
  }

  /** It has been taken off its buffer. */
  detached = false;

  /** Called before each write by twin code; set on memory that must not be written. */
  onWrite: (() => void) | undefined = undefined;

  /** The run it belongs to has ended, or the buffer has no shadow any more: nothing in it counts. */
  get stale(): boolean {
    return this.detached || this.journal?.ended === true;
  }

  get tracked(): boolean {
    for (const p of this.planes) if (p.count > 0) return true;
    return false;
  }

  plane(kind: Kind, big: boolean, byte: number): Plane {
    const shift = byte % kind.width;
    for (const p of this.planes) if (p.kind === kind && p.big === big && p.shift === shift) return p;
    const made = new Plane(kind, big, shift);
    this.planes.push(made);
    return made;
  }

  /** The box at `byte` as a number of this kind; throws if bytes there hold a tracked number of another kind. */
  at(kind: Kind, big: boolean, byte: number): Box | undefined {
    let found: Box | undefined;
    for (const p of this.planes) {
      if (p.count === 0) continue;
      if (p.kind === kind && p.big === big && p.shift === byte % kind.width) {
        found = p.slots[(byte - p.shift) / p.width];
      } else {
        this.#refuseOverlap(p, byte, byte + kind.width, kind.name);
      }
    }
    return found;
  }

  #refuseOverlap(p: Plane, from: number, to: number, name: string): void {
    const first = Math.max(0, Math.floor((from - p.shift) / p.width));
    for (let i = first; p.shift + i * p.width < to && i < p.slots.length; i++) {
      if (p.slots[i] !== undefined && p.shift + (i + 1) * p.width > from) {
        throw fluxionError('BitReinterpretation', { written: p.name, read: name });
      }
    }
  }

  put(kind: Kind, big: boolean, byte: number, box: Box): void {
    this.clear(byte, byte + kind.width, kind.name);
    const p = this.plane(kind, big, byte);
    p.put((byte - p.shift) / p.width, box);
  }

  /** The bytes [from, to) are overwritten with plain ones. Half a tracked number can't be. */
  clear(from: number, to: number, name = 'bytes'): void {
    for (const p of this.planes) {
      if (p.count === 0) continue;
      const first = Math.max(0, Math.floor((from - p.shift) / p.width));
      for (let i = first; p.shift + i * p.width < to && i < p.slots.length; i++) {
        if (p.slots[i] === undefined) continue;
        const start = p.shift + i * p.width;
        if (start + p.width <= from) continue;
        if (start >= from && start + p.width <= to) p.drop(i);
        else throw fluxionError('BitReinterpretation', { written: p.name, read: `${name}, in part,` });
      }
    }
  }

  /** Everything tracked that lies wholly in [from, to), as (kind, big, byte relative to from, box). */
  region(from: number, to: number): Piece[] {
    const pieces: Piece[] = [];
    let memory: DataView | undefined;
    for (const p of this.planes) {
      if (p.count === 0) continue;
      const first = Math.max(0, Math.floor((from - p.shift) / p.width));
      for (let i = first; p.shift + i * p.width < to && i < p.slots.length; i++) {
        const box = p.slots[i];
        if (box === undefined) continue;
        const start = p.shift + i * p.width;
        if (start + p.width <= from) continue;
        if (start < from || start + p.width > to) {
          throw fluxionError('BitReinterpretation', { written: p.name, read: 'bytes, in part,' });
        }
        memory ??= new DataView(this.buffer);
        if (!same(p.kind.read(memory, start, !p.big), numberOf(box))) throw behindOurBack();
        pieces.push({ kind: p.kind, big: p.big, byte: start - from, box });
      }
    }
    return pieces;
  }

  lay(pieces: readonly Piece[], at: number): void {
    for (const { kind, big, byte, box } of pieces) this.put(kind, big, at + byte, box);
  }

  takeOut(): void {
    this.#taken = this.planes.map((plane) => ({ plane, boxes: plane.slots.slice() }));
    for (const p of this.planes) {
      p.slots.length = 0;
      p.count = 0;
    }
    lowerFlag(this);
  }

  putIn(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    if (taken === undefined) return;
    for (const { plane, boxes } of taken) {
      boxes.forEach((box, i) => {
        if (box === undefined) return;
        if (!holds(this.buffer, plane, plane.shift + i * plane.width, box)) {
          throw fluxionError('ConcurrentMutation', { object: 'A typed array' });
        }
        plane.put(i, box);
      });
    }
    if (this.before !== undefined) raiseFlag(this);
  }

  end(whole: boolean): void {
    detachShadow(this.buffer);
    lowerFlag(this);
    if (whole && this.before !== undefined && !isDetached(this.buffer)) {
      const now = new Uint8Array(this.buffer);
      now.set(this.before.subarray(0, now.length));
    }
  }
}

export interface Piece {
  readonly kind: Kind;
  readonly big: boolean;
  readonly byte: number;
  readonly box: Box;
}

function isDetached(buffer: ArrayBufferLike): boolean {
  return (buffer as { detached?: boolean }).detached === true || buffer.byteLength === 0;
}

function holds(buffer: ArrayBufferLike, p: Plane, byte: number, box: Box): boolean {
  if (isDetached(buffer) || byte + p.width > buffer.byteLength) return false;
  const found = p.kind.read(new DataView(buffer), byte, !p.big);
  return same(found, numberOf(box));
}

/** The numbers are those that memory was given; -0 and 0 are told apart by no arithmetic that matters here. */
function same(found: unknown, primal: number): boolean {
  return found === primal || (Number.isNaN(found) && Number.isNaN(primal));
}

/** Throws if memory does not hold the box's primal any more. */
export function verified(box: Box, found: unknown): Box {
  if (!same(found, numberOf(box))) throw behindOurBack();
  return box;
}

function behindOurBack(): Error {
  return fluxionError('LostDerivative', {
    operation: 'native code that writes to a typed array',
    detail: 'an element that held a number depending on the input was overwritten by code that was not followed',
  });
}

/** How one typed array sees the shadow of its buffer. It is what S of the view holds. */
export class ViewShadow {
  readonly shadow: Shadow;
  readonly kind: Kind;
  readonly offset: number;
  readonly #plane: Plane | undefined;
  readonly #base: number;

  constructor(view: TypedArray, shadow: Shadow) {
    this.shadow = shadow;
    this.kind = kindOf(view);
    this.offset = offsetOf(view);
    this.#plane = this.kind.float === undefined ? undefined : shadow.plane(this.kind, kinds.bigEndianHost, this.offset);
    this.#base = this.offset / this.kind.width;
  }

  read(view: TypedArray, i: number): unknown {
    const found = (view as unknown as Record<number, unknown>)[i];
    const { shadow } = this;
    const plane = this.#plane;
    if (plane !== undefined) {
      const box = plane.slots[this.#base + i];
      if (box !== undefined) {
        if (shadow.stale) {
          releaseView(view);
          return found;
        }
        return found === undefined ? undefined : verified(box, found);
      }
      if (shadow.planes.length === 1) return found;
    }
    if (found !== undefined && !shadow.stale && Number.isInteger(i) && i >= 0) {
      shadow.at(this.kind, kinds.bigEndianHost, this.offset + i * this.kind.width);
    }
    return found;
  }

  /** The memory at element i has been, or is about to be, given a plain value. */
  clear(i: number): void {
    const { shadow } = this;
    shadow.onWrite?.();
    if (this.#plane !== undefined && shadow.planes.length === 1) {
      if (this.#plane.count > 0) this.#plane.drop(this.#base + i);
      return;
    }
    const from = this.offset + i * this.kind.width;
    shadow.clear(from, from + this.kind.width, this.kind.name);
  }

  /** As clear, for the elements [from, to). */
  clearRange(from: number, to: number): void {
    const { width, name } = this.kind;
    this.shadow.clear(this.offset + from * width, this.offset + to * width, name);
  }

  put(i: number, box: Box): void {
    const { shadow } = this;
    shadow.onWrite?.();
    if (this.#plane !== undefined && shadow.planes.length === 1) this.#plane.put(this.#base + i, box);
    else shadow.put(this.kind, kinds.bigEndianHost, this.offset + i * this.kind.width, box);
  }
}

// --- Which buffer has a shadow ---------------------------------------------------------------------------------------------

const shadows = new WeakMap<object, Shadow>();

/** The shadow of a buffer, if something in it is or was tracked in a run that has not ended. */
export function shadowOf(buffer: ArrayBufferLike): Shadow | undefined {
  const shadow = shadows.get(buffer);
  if (shadow === undefined) return undefined;
  if (shadow.stale) {
    detachShadow(buffer);
    return undefined;
  }
  return shadow;
}

const hidden = <T>(value: T) => ({ value, writable: true, enumerable: false, configurable: true });

/** What S of the typed arrays' prototype holds while memory older than a run is shadowed: look at the buffer. */
export const lookAtBuffer = { lookAtBuffer: true };

/** The view's side of its buffer's shadow; undefined if nothing is tracked there. */
export function shadowOfView(view: TypedArray): ViewShadow | undefined {
  const s = (view as unknown as Record<symbol, unknown>)[S];
  if (s === undefined) return undefined;
  if (s instanceof ViewShadow) {
    if (!s.shadow.stale) return s;
    releaseView(view);
  } else if (s !== lookAtBuffer) {
    return undefined;
  }
  const shadow = shadowOf(bufferOf(view));
  return shadow === undefined ? undefined : attachView(view, shadow);
}

function attachView(view: TypedArray, shadow: Shadow): ViewShadow {
  const made = new ViewShadow(view, shadow);
  if (shadow.before !== undefined) shadow.marked.push(view);
  if (!Reflect.defineProperty(view, S, hidden(made))) raiseFlag(shadow);
  return made;
}

function releaseView(view: object): void {
  if (Object.hasOwn(view, S)) Reflect.deleteProperty(view, S);
}

/** Forgets what is tracked in a buffer. Its views find out by themselves. */
export function detachShadow(buffer: ArrayBufferLike): void {
  const shadow = shadows.get(buffer);
  if (shadow === undefined) return;
  shadows.delete(buffer);
  shadow.detached = true;
  for (const view of shadow.marked.splice(0)) releaseView(view);
  for (const p of shadow.planes) {
    p.slots.length = 0;
    p.count = 0;
  }
}

// --- Age of memory ----------------------------------------------------------------------------------------------------------

/** On memory that twin code has made in the current gradient: the views of it that there are. */
const young = new WeakMap<object, { readonly id: number; views: TypedArray[] | undefined }>();
let youngViews = new WeakSet<object>();
let youngIn = 0;
const manyViews = 64;

/** Notes that twin code has just made `view` with a buffer of its own. */
export function markYoung(view: object): void {
  const id = currentJournal()?.root.id;
  if (id === undefined) return;
  if (id !== youngIn) {
    youngIn = id;
    youngViews = new WeakSet();
  }
  youngViews.add(view);
}

/** Notes that twin code has just made this buffer. */
export function markYoungBuffer(buffer: ArrayBufferLike): void {
  const id = currentJournal()?.root.id;
  if (id !== undefined) young.set(buffer, { id, views: [] });
}

function isYoungView(view: object): boolean {
  return currentJournal()?.root.id === youngIn && youngViews.has(view);
}

/** Twin code has made another view of memory, or is about to: the views of young memory are known. */
export function addView(buffer: ArrayBufferLike, view?: TypedArray): void {
  const shadow = shadowOf(buffer);
  if (shadow !== undefined && view !== undefined) attachView(view, shadow);
  const record = young.get(buffer);
  if (record?.views === undefined || view === undefined) return;
  if (record.views.length >= manyViews) record.views = undefined;
  else record.views.push(view);
}

/** The buffer of a young view becomes known to others: from now on its views are listed. */
export function exposeBuffer(view: TypedArray): void {
  if (!isYoungView(view)) return;
  const buffer = bufferOf(view);
  young.set(buffer, { id: currentJournal()?.root.id ?? 0, views: [view] });
  youngViews.delete(view);
}

/** The view's side of the shadow of its buffer, made if need be. */
export function ensureShadow(view: TypedArray): ViewShadow {
  const known = shadowOfView(view);
  if (known !== undefined) return known;
  const shadow = ensureBufferShadow(bufferOf(view), isYoungView(view) ? view : undefined);
  return attachView(view, shadow);
}

/** The shadow of a buffer, made if need be; `only`: the one view there is of it. */
export function ensureBufferShadow(buffer: ArrayBufferLike, only?: TypedArray): Shadow {
  const known = shadowOf(buffer);
  if (known !== undefined) return known;
  const journal = currentJournal()?.root;
  const shadow = new Shadow(buffer, journal);
  shadows.set(buffer, shadow);
  if (only !== undefined) return shadow;
  const record = young.get(buffer);
  if (record !== undefined && record.id === journal?.id) {
    if (record.views !== undefined) for (const view of record.views) attachView(view, shadow);
    else raiseFlag(shadow);
    return shadow;
  }
  shadow.before = new Uint8Array(buffer).slice();
  touchMemory(buffer, () => shadow);
  raiseFlag(shadow);
  return shadow;
}

/** Shadows of memory that others may have views of. */
const flagged = new Set<Shadow>();

function raiseFlag(shadow: Shadow): void {
  flagged.add(shadow);
  if (!Object.hasOwn(typedArrayPrototype, S)) Object.defineProperty(typedArrayPrototype, S, hidden(lookAtBuffer));
}

function lowerFlag(shadow: Shadow): void {
  flagged.delete(shadow);
  for (const other of flagged) if (other.stale) flagged.delete(other);
  if (flagged.size === 0) Reflect.deleteProperty(typedArrayPrototype, S);
}

// --- What the rest of the dynamic tier asks ----------------------------------------------------------------------------------

/** Gives a new view (a stand-in) its tracked numbers; the primals are written as well. */
export function attachShadow(view: TypedArray, values: ArrayLike<Value | undefined>): void {
  const buffer = bufferOf(view);
  if (shadowOf(buffer) === undefined && !young.has(buffer)) markYoungBuffer(buffer);
  addView(buffer, view);
  const side = ensureShadow(view);
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    if (v === undefined) continue;
    (view as unknown as Record<number, number>)[i] = numberOf(v);
    if (isBox(v)) side.put(i, v);
  }
}

/**
 * Lets go of what a stand-in held when the outermost gradient ends. It counts for nothing from then on; but the entries of weak maps
 * are kept until a full collection, and a program that takes many gradients would promote the tracked numbers of each.
 */
export function releaseAtEnd(view: TypedArray): void {
  const journal = currentJournal();
  if (journal === undefined || journal.root !== journal) return;
  journal.last.push(() => {
    const buffer = bufferOf(view);
    detachShadow(buffer);
    young.delete(buffer);
  });
}

/** Element i of a typed array: tracked, if it is. */
export function readShadow(view: TypedArray, i: number): unknown {
  const side = shadowOfView(view);
  return side === undefined ? (view as unknown as Record<number, unknown>)[i] : side.read(view, i);
}

/** All elements, tracked ones as boxes. */
export function boxesOf(view: TypedArray): unknown[] {
  const n = lengthOf(view);
  const side = shadowOfView(view);
  const all: unknown[] = new Array(n);
  for (let i = 0; i < n; i++)
    all[i] = side === undefined ? (view as unknown as Record<number, unknown>)[i] : side.read(view, i);
  return all;
}

/** Whether a typed array's memory holds tracked numbers in its range. */
export function hasShadow(view: TypedArray): boolean {
  return (view as unknown as Record<symbol, unknown>)[S] !== undefined && shadowOfView(view)?.shadow.tracked === true;
}

function anyBufferOf(o: object): ArrayBufferLike | undefined {
  if (ArrayBuffer.isView(o)) return isTypedArray(o) ? bufferOf(o) : o.buffer;
  return isBuffer(o) ? o : undefined;
}

storage.detach = (o) => {
  const buffer = anyBufferOf(o);
  if (buffer !== undefined && shadows.has(buffer)) {
    const shadow = shadows.get(buffer) as Shadow;
    detachShadow(buffer);
    lowerFlag(shadow);
  }
  releaseView(o);
  youngViews.delete(o);
};
storage.isTracked = (o) => {
  const buffer = anyBufferOf(o);
  return buffer !== undefined && shadowOf(buffer)?.tracked === true;
};
storage.keep = (buffer) => {
  if (isDetached(buffer)) return () => {};
  const bytes = new Uint8Array(buffer).slice();
  const pieces = shadowOf(buffer)?.region(0, buffer.byteLength) ?? [];
  return () => {
    if (isDetached(buffer)) return;
    const now = new Uint8Array(buffer);
    now.set(bytes.subarray(0, now.length));
    const shadow = shadowOf(buffer);
    if (shadow === undefined) return;
    shadow.clear(0, buffer.byteLength);
    if (pieces.length > 0) shadow.lay(pieces, 0);
    else storage.detach(buffer);
  };
};
