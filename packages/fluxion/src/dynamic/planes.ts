/**
 * The boxes beside one buffer, by the kind of number and the byte they were written at.
 * Invariants: a box counts only while the memory still holds its primal; bytes that hold a tracked number can be read only as
 * what they were written as, and overwritten only as a whole.
 */
import { fluxionError } from '../errors/error.ts';
import type { Journal, Memory } from './journal.ts';
import { type Box, numberOf } from './numbers/box.ts';
import type { Kind } from './views.ts';

type Floats = Float64Array | Float32Array;
const differsAlways = new Float64Array(0);

/** Where boxes of one kind lie: slot i is at byte `shift + i * width`. */
export class Plane {
  readonly kind: Kind;
  readonly big: boolean;
  readonly width: number;
  readonly shift: number;
  slots: (Box | undefined)[] = [];
  count = 0;
  /** The memory that this is a copy of. */
  source: Floats | undefined = undefined;
  /** What a tracked number is compared with when it is read; a difference asks the guards. */
  compared: Floats | undefined = undefined;

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

  /** Takes a list of boxes as its own: those of all slots from the first on. */
  adopt(boxes: Box[]): void {
    this.slots = boxes;
    this.count = boxes.length;
  }

  drop(slot: number): void {
    if (this.slots[slot] !== undefined) {
      this.slots[slot] = undefined;
      this.count--;
    }
  }
}

/** The keeper of all shadows: it knows which views there may be of a buffer. */
export interface Owner {
  /** There may be views of this buffer that nobody knows. */
  raise(shadow: Shadow): void;
  lower(shadow: Shadow): void;
  detach(buffer: ArrayBufferLike): void;
}

/** Asked before twin code reads or writes the bytes [from, to) of memory that has two names. */
export interface Guard {
  read(from: number, to: number): void;
  write(from: number, to: number): void;
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

  readonly #owner: Owner;

  constructor(buffer: ArrayBufferLike, journal: Journal | undefined, owner: Owner) {
    this.buffer = buffer;
    this.journal = journal;
    this.#owner = owner;
  }

  /** It has been taken off its buffer. */
  detached = false;

  /** On memory that has two names, or must not be written. */
  guards: readonly Guard[] | undefined = undefined;

  /** It is there for its guards: nothing tracked has been written to this memory. */
  quiet = false;

  /** How many guards have to be asked before anything here is read. */
  #asking = 0;

  /** Has reads compared with what the planes are copies of; `more` guards want to be asked always. */
  compare(more = 0): void {
    this.#asking += more;
    for (const p of this.planes) p.compared = this.#asking > 0 ? differsAlways : p.source;
  }

  beforeRead(from: number, to: number): void {
    if (this.guards !== undefined) for (const guard of this.guards) guard.read(from, to);
  }

  beforeWrite(from: number, to: number): void {
    if (this.guards !== undefined) for (const guard of this.guards) guard.write(from, to);
  }

  /** The run it belongs to has ended, or the buffer has no shadow any more: nothing in it counts. */
  get stale(): boolean {
    return this.detached || this.journal?.ended === true;
  }

  /** Whether code that knows only plain numbers may not see it. */
  get tracked(): boolean {
    if (this.guards !== undefined) return true;
    for (const p of this.planes) if (p.count > 0) return true;
    return false;
  }

  plane(kind: Kind, big: boolean, byte: number): Plane {
    const shift = byte % kind.width;
    for (const p of this.planes) if (p.kind === kind && p.big === big && p.shift === shift) return p;
    const made = new Plane(kind, big, shift);
    if (this.#asking > 0) made.compared = differsAlways;
    this.planes.push(made);
    return made;
  }

  /** The box at `byte` as a number of this kind; throws if bytes there hold a tracked number of another kind. */
  at(kind: Kind, big: boolean, byte: number): Box | undefined {
    let found: Box | undefined;
    if (this.guards !== undefined) this.beforeRead(byte, byte + kind.width);
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
    this.erase(byte, byte + kind.width, kind.name);
    const p = this.plane(kind, big, byte);
    p.put((byte - p.shift) / p.width, box);
  }

  /** The bytes [from, to) are overwritten with plain ones. Half a tracked number can't be. */
  clear(from: number, to: number, name = 'bytes'): void {
    if (this.guards !== undefined) this.beforeWrite(from, to);
    this.erase(from, to, name);
  }

  /** As clear, without asking. */
  erase(from: number, to: number, name = 'bytes'): void {
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

  /** Everything tracked that lies wholly in [from, to), as (kind, big, byte relative to from, box), to be read. */
  region(from: number, to: number): Piece[] {
    if (this.guards !== undefined) this.beforeRead(from, to);
    return this.pieces(from, to);
  }

  /** As region, to be put back later. */
  pieces(from: number, to: number): Piece[] {
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
    this.#owner.lower(this);
  }

  putIn(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    // Memory that has been given away meanwhile holds nothing any more.
    if (taken === undefined || isDetached(this.buffer)) return;
    for (const { plane, boxes } of taken) {
      boxes.forEach((box, i) => {
        if (box === undefined) return;
        if (!holds(this.buffer, plane, plane.shift + i * plane.width, box)) {
          throw fluxionError('ConcurrentMutation', { object: 'A typed array' });
        }
        plane.put(i, box);
      });
    }
    if (this.before !== undefined) this.#owner.raise(this);
  }

  end(whole: boolean): void {
    this.#owner.detach(this.buffer);
    this.#owner.lower(this);
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

export function isDetached(buffer: ArrayBufferLike): boolean {
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
