/**
 * Tracked numbers in typed memory. The memory itself holds the primals; beside it, one shadow for each buffer holds the boxes.
 * Invariants: a box counts only while the memory still holds its primal (anything else was written behind our back:
 * LostDerivative); bytes that hold a tracked number can be read only as what they were written as; every view of a shadowed
 * buffer that twin code can meet has S, its own or the prototype's.
 */
import { fluxionError } from '../errors/error.ts';
import { currentJournal, touchMemory } from './journal.ts';
import { type Box, isBox, numberOf, S, type Value } from './numbers/box.ts';
import { OwnSet } from './own.ts';
import { type Guard, isDetached, type Owner, type Plane, Shadow, verified } from './planes.ts';
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
      const slot = this.#base + i;
      const box = plane.slots[slot];
      if (box !== undefined) {
        if (shadow.stale) {
          releaseView(view);
          return found;
        }
        const { compared } = plane;
        if (compared !== undefined && compared[slot] !== found) this.beforeRead(i);
        return found === undefined ? undefined : verified(box, found);
      }
      if (shadow.planes.length === 1 && shadow.guards === undefined) return found;
    }
    if (found !== undefined && !shadow.stale && Number.isInteger(i) && i >= 0) {
      shadow.at(this.kind, kinds.bigEndianHost, this.offset + i * this.kind.width);
    }
    return found;
  }

  /** The memory at element i has been, or is about to be, given a plain value. */
  clear(i: number): void {
    const { shadow } = this;
    if (this.#plane !== undefined && shadow.planes.length === 1 && shadow.guards === undefined) {
      if (this.#plane.count > 0) this.#plane.drop(this.#base + i);
      return;
    }
    const from = this.offset + i * this.kind.width;
    shadow.clear(from, from + this.kind.width, this.kind.name);
  }

  /** The elements [i, to) are about to be read natively. */
  beforeRead(i: number, to = i + 1): void {
    this.shadow.beforeRead(this.offset + i * this.kind.width, this.offset + to * this.kind.width);
  }

  /** Element i, or all of [i, to), is about to be written natively. */
  beforeWrite(i: number, to = i + 1): void {
    this.shadow.beforeWrite(this.offset + i * this.kind.width, this.offset + to * this.kind.width);
  }

  /** As clear, for the elements [from, to). */
  clearRange(from: number, to: number): void {
    const { width, name } = this.kind;
    this.shadow.clear(this.offset + from * width, this.offset + to * width, name);
  }

  /** Boxes for all elements from the first on, if nothing is tracked yet; the list is kept. False if it can't be done. */
  adopt(boxes: Box[]): boolean {
    const plane = this.#plane;
    if (plane === undefined || this.#base !== 0 || plane.count > 0 || this.shadow.planes.length !== 1) return false;
    plane.adopt(boxes);
    return true;
  }

  put(i: number, box: Box): void {
    const { shadow } = this;
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
  const buffer = bufferOf(view);
  const shadow = shadowOf(buffer);
  if (shadow !== undefined) return attachView(view, shadow);
  passOver(view, buffer);
  return undefined;
}

/** Views that were looked at in vain, by buffer: S of their own, undefined, has them read natively until a shadow is made. */
const passedOver = new Map<ArrayBufferLike, TypedArray[]>();
const mostPassedOver = 4_096;

function passOver(view: TypedArray, buffer: ArrayBufferLike): void {
  if (Object.hasOwn(view, S) || flagged.size === 0) return;
  const views = passedOver.get(buffer);
  if (views === undefined ? passedOver.size >= mostPassedOver : views.length >= manyViews) return;
  if (!Reflect.defineProperty(view, S, hidden(undefined))) return;
  if (views === undefined) passedOver.set(buffer, [view]);
  else views.push(view);
}

function lookAgain(views: readonly TypedArray[]): void {
  for (const view of views) {
    const own = Reflect.getOwnPropertyDescriptor(view, S);
    if (own !== undefined && own.value === undefined) Reflect.deleteProperty(view, S);
  }
}

function attachView(view: TypedArray, shadow: Shadow): ViewShadow {
  const made = new ViewShadow(view, shadow);
  const s = (view as unknown as Record<symbol, unknown>)[S];
  // An original of an argument keeps its mark, which leads to its stand-in.
  if (s !== undefined && s !== lookAtBuffer && !(s instanceof ViewShadow)) return made;
  if (shadow.before !== undefined || shadow.quiet) shadow.marked.push(view);
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
  if (known !== undefined && !known.shadow.quiet) return known;
  const shadow = ensureBufferShadow(bufferOf(view), isYoungView(view) ? view : undefined);
  return attachView(view, shadow);
}

/** The shadow of a buffer, made if need be; `only`: the one view there is of it. */
export function ensureBufferShadow(buffer: ArrayBufferLike, only?: TypedArray): Shadow {
  const known = shadowOf(buffer);
  if (known !== undefined && !known.quiet) return known;
  const shadow = known ?? makeShadow(buffer);
  shadow.quiet = false;
  if (only !== undefined) return shadow;
  const record = young.get(buffer);
  if (record !== undefined && record.id === shadow.journal?.id) {
    if (record.views !== undefined) for (const view of record.views) attachView(view, shadow);
    else raiseFlag(shadow);
    return shadow;
  }
  if (!isBuffer(buffer)) {
    throw fluxionError('LostDerivative', {
      operation: 'memory of another realm',
      detail: 'views of it that were there before the gradient could not be found',
      fix: 'Make the typed array in the realm that Fluxion runs in, or inside the differentiated function.',
    });
  }
  shadow.before = new Uint8Array(buffer).slice();
  touchMemory(buffer, () => shadow);
  raiseFlag(shadow);
  return shadow;
}

function makeShadow(buffer: ArrayBufferLike): Shadow {
  const shadow = new Shadow(buffer, currentJournal()?.root, owner);
  shadow.guards = guardsOf(buffer);
  const views = passedOver.get(buffer);
  if (views !== undefined) {
    passedOver.delete(buffer);
    lookAgain(views);
  }
  shadows.set(buffer, shadow);
  return shadow;
}

// --- Memory with two names ---------------------------------------------------------------------------------------------------

let guardsOf: (buffer: ArrayBufferLike) => readonly Guard[] | undefined = () => undefined;

/** copies.ts knows who stands guard over the memory of arguments. */
export function setGuards(find: typeof guardsOf): void {
  guardsOf = find;
}

/** From now on twin code comes through the shadow of this buffer, whichever view it uses. */
export function watchBuffer(buffer: ArrayBufferLike): void {
  if (shadowOf(buffer) !== undefined) return;
  const shadow = makeShadow(buffer);
  shadow.quiet = true;
  raiseFlag(shadow);
}

export function addGuard(buffer: ArrayBufferLike, guard: Guard): void {
  const shadow = shadowOf(buffer);
  if (shadow === undefined || shadow.guards?.includes(guard)) return;
  shadow.guards = [...(shadow.guards ?? []), guard];
}

export function removeGuard(buffer: ArrayBufferLike, guard: Guard): void {
  const shadow = shadows.get(buffer);
  if (shadow?.guards === undefined) return;
  const left = shadow.guards.filter((g) => g !== guard);
  shadow.guards = left.length > 0 ? left : undefined;
  if (left.length > 0 || !shadow.quiet) return;
  detachShadow(buffer);
  lowerFlag(shadow);
}

const owner: Owner = { raise: raiseFlag, lower: lowerFlag, detach: detachShadow };

/** Shadows of memory that others may have views of. */
const flagged = new OwnSet<Shadow>();

function raiseFlag(shadow: Shadow): void {
  flagged.add(shadow);
  if (!Object.hasOwn(typedArrayPrototype, S)) Object.defineProperty(typedArrayPrototype, S, hidden(lookAtBuffer));
}

function lowerFlag(shadow: Shadow): void {
  flagged.delete(shadow);
  for (const other of flagged) if (other.stale) flagged.delete(other);
  if (flagged.size > 0) return;
  Reflect.deleteProperty(typedArrayPrototype, S);
  for (const views of passedOver.values()) lookAgain(views);
  passedOver.clear();
}

// --- What the rest of the dynamic tier asks ----------------------------------------------------------------------------------

/** Whether all values are tracked, and the memory holds their primals already (it is a copy of where they came from). */
function holdsPrimalsOf(view: TypedArray, values: readonly (Value | undefined)[]): values is Box[] {
  const memory = view as unknown as ArrayLike<number>;
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    if (!isBox(v) || v.primal !== memory[i]) return false;
  }
  return true;
}

/** Gives a new view (a stand-in) its tracked numbers; the primals are written as well. */
export function attachShadow(view: TypedArray, values: ArrayLike<Value | undefined>): void {
  const buffer = bufferOf(view);
  if (shadowOf(buffer) === undefined && !young.has(buffer)) markYoungBuffer(buffer);
  addView(buffer, view);
  const side = ensureShadow(view);
  if (Array.isArray(values) && holdsPrimalsOf(view, values) && side.adopt(values)) return;
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
storage.keep = (o) => {
  const buffer = anyBufferOf(o) as ArrayBufferLike;
  if (isDetached(buffer)) return () => {};
  // A view is put back, and not what else lies in its buffer.
  const from = ArrayBuffer.isView(o) ? o.byteOffset : 0;
  const to = from + o.byteLength;
  const bytes = new Uint8Array(buffer, from, o.byteLength).slice();
  const pieces = shadowOf(buffer)?.pieces(from, to) ?? [];
  return () => {
    if (isDetached(buffer)) return;
    const now = new Uint8Array(buffer);
    if (from < now.length) now.set(bytes.subarray(0, now.length - from), from);
    const shadow = shadowOf(buffer);
    if (shadow === undefined) return;
    shadow.erase(from, to);
    shadow.lay(pieces, from);
    if (!shadow.tracked) storage.detach(buffer);
  };
};
