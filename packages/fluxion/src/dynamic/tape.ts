/**
 * The tape of one reverse level: for each operation the nodes it read and its partial derivatives, in typed arrays.
 * Invariants: a node reads only nodes before it; sweeping changes nothing on the tape, so a pullback may be called again; a
 * node that the result does not depend on is passed over, whatever its partial derivatives are.
 *
 * An entry takes 24 bytes, and the adjoints of a sweep are 8 bytes an entry more. The entries lie in chunks, so that a long tape grows
 * without being copied (that took a quarter of the time); the first chunk begins small. What does not fit an entry (more than two
 * inputs, partial derivatives that are tracked numbers themselves, pullback functions, replayed segments) hangs beside it.
 */
import { fluxionError } from '../errors/error.ts';
import { Adjoints } from './numbers/adjoints.ts';
import { numberOf, type Value } from './numbers/box.ts';

/** In `lhs`: an input of the function, a constant, or one of the outputs of a node before it. */
const LEAF = -1;
/** In `lhs`: the node is `fats[rhs]`. */
const FAT = -2;

/** Places in a chunk; all chunks but the last are full. */
const chunkBits = 16;
const chunkSize = 2 ** chunkBits;

/** A node that reads any number of others. */
interface Fat {
  /** Adds to `adjoints` what the node's own adjoint, or those of its outputs, give for its inputs. */
  back(index: number, adjoints: Adjoints, tape: Tape): void;
}

export interface TapeOptions {
  /** How many entries are allowed. */
  readonly limit?: number;
  /** How the limit is called in the error. */
  readonly setting?: string;
}

export const defaultLimit = 2 ** 26;

export class Tape {
  length = 0;
  readonly limit: number;
  /** Told of every operation recorded, while somebody (verify) listens; set before the tape's level is made. */
  onRecord: ((index: number, operation: string) => void) | undefined = undefined;

  #setting: string | undefined;
  /** The chunk that is recorded in, the place it begins at, and how many entries it takes. */
  #lhs: Int32Array;
  #rhs: Int32Array;
  #dl: Float64Array;
  #dr: Float64Array;
  #base = 0;
  #room: number;
  /** The chunks before it. */
  readonly #full: Entries[] = [];
  /** A chunk that was cut off: replays end where they began. */
  #cutOff: Entries | undefined;
  #fats: Fat[] = [];
  /** Names of nodes that have been cut off, as sorted ranges, with how many names lie in cuts up to there. */
  #cuts: { readonly start: number; end: number; total: number }[] = [];
  /** Names in all cuts together: a node's name is its place plus this, as it was when it was recorded. */
  #shift = 0;
  #lastEnd = 0;

  constructor(options: TapeOptions = {}) {
    this.limit = options.limit ?? defaultLimit;
    this.#setting = options.setting;
    const entries = takeSpare(this.limit) ?? newEntries(Math.min(256, this.limit));
    this.#room = entries.dl.length;
    this.#lhs = entries.lhs;
    this.#rhs = entries.rhs;
    this.#dl = entries.dl;
    this.#dr = entries.dr;
  }

  /** A node that reads nothing: an independent variable. */
  leaf(): number {
    const at = this.length;
    let k = at - this.#base;
    if (k === this.#room) k = this.#grow();
    this.#lhs[k] = LEAF;
    this.length = at + 1;
    return at + this.#shift;
  }

  /** `count` independent variables; gives the first. */
  leaves(count: number): number {
    const at = this.length;
    const end = at + count;
    if (end > this.limit) throw this.#tooLong();
    while (this.length < end) {
      let k = this.length - this.#base;
      if (k === this.#room) k = this.#grow();
      const stop = Math.min(this.#room, end - this.#base);
      this.#lhs.fill(LEAF, k, stop);
      this.length = this.#base + stop;
    }
    return at + this.#shift;
  }

  unary(input: number, partial: number): number {
    const at = this.length;
    let k = at - this.#base;
    if (k === this.#room) k = this.#grow();
    this.#lhs[k] = this.#shift === 0 ? input : this.place(input);
    this.#rhs[k] = LEAF;
    this.#dl[k] = partial;
    this.length = at + 1;
    return at + this.#shift;
  }

  binary(left: number, dl: number, right: number, dr: number): number {
    const at = this.length;
    let k = at - this.#base;
    if (k === this.#room) k = this.#grow();
    this.#lhs[k] = this.#shift === 0 ? left : this.place(left);
    this.#rhs[k] = this.#shift === 0 ? right : this.place(right);
    this.#dl[k] = dl;
    this.#dr[k] = dr;
    this.length = at + 1;
    return at + this.#shift;
  }

  /** A node with any number of inputs, whose partial derivatives may be tracked numbers of outer levels. */
  many(inputs: readonly number[], partials: readonly Value[]): number {
    return this.#fat(new Many(this.#places(inputs), partials));
  }

  /** A node whose contributions a function computes: given the node's adjoint, one for each input (undefined for none). */
  pullback(inputs: readonly number[], contributions: (adjoint: Value) => readonly (Value | undefined)[]): number {
    return this.#fat(new Joint(this.#places(inputs), 0, (adjoints) => contributions(adjoints[0]!)));
  }

  /**
   * A node with several outputs, which follow it. `contributions` is given the adjoints of all outputs, and is not called if all
   * are zero. Returns the index of the first output.
   */
  joint(
    inputs: readonly number[],
    outputs: number,
    contributions: (adjoints: readonly Value[]) => readonly (Value | undefined)[],
  ): number {
    const at = this.#fat(new Joint(this.#places(inputs), outputs, contributions));
    for (let k = 0; k < outputs; k++) this.leaf();
    return at + 1;
  }

  /**
   * A node in place of a segment that has been cut off. In the sweep, if an output has an adjoint, `replay` records the segment
   * again past the end of the tape (it may read any node before this one) and returns the nodes of the outputs in their order,
   * or -1 for an output that is a constant; the segment is swept into the same adjoints and cut off again. Returns the index of the first output.
   */
  replayed(outputs: number, replay: () => readonly number[]): number {
    const at = this.#fat(new Replayed(outputs, replay));
    for (let k = 0; k < outputs; k++) this.leaf();
    return at + 1;
  }

  /** Whether the partial derivatives recorded at a node are finite numbers. */
  isFinite(name: number): boolean {
    const place = this.place(name);
    const { lhs, rhs, dl, dr } = this.#chunk(place >> chunkBits);
    const k = place % chunkSize;
    const left = lhs[k]!;
    if (left === FAT) {
      const fat = this.#fats[rhs[k]!];
      return !(fat instanceof Many) || fat.partials.every((d) => Number.isFinite(numberOf(d)));
    }
    if (left === LEAF) return true;
    return Number.isFinite(dl[k]) && (rhs[k] === LEAF || Number.isFinite(dr[k]));
  }

  /** The end of the tape, to be cut back to. */
  mark(): number {
    return this.length + this.#shift;
  }

  /** Whether the node was recorded after `mark`. */
  isAfter(name: number, mark: number): boolean {
    return name >= mark;
  }

  /**
   * Forgets all nodes from `mark` on. Their names are not given again, so a box that refers to one of them and is used later
   * is noticed.
   */
  cut(mark: number): void {
    const end = this.length + this.#shift;
    const place = this.#boundary(mark);
    for (let at = this.length - 1; at >= place && this.#fats.length > 0; at--) {
      const { lhs, rhs } = this.#chunk(at >> chunkBits);
      if (lhs[at % chunkSize] === FAT) this.#fats.length = rhs[at % chunkSize]!;
    }
    this.length = place;
    while (place < this.#base) {
      this.#cutOff = this.#current();
      this.#record(this.#full.pop()!);
      this.#base -= chunkSize;
    }
    if (end === mark) return;
    const cuts = this.#cuts;
    while (cuts.length > 0 && cuts[cuts.length - 1]!.start >= mark) cuts.pop();
    const last = cuts[cuts.length - 1];
    if (last !== undefined && last.end >= mark) {
      last.total += end - last.end;
      last.end = end;
    } else {
      cuts.push({ start: mark, end, total: (last?.total ?? 0) + end - mark });
    }
    this.#shift = cuts[cuts.length - 1]!.total;
    this.#lastEnd = end;
  }

  /** Where the node of that name stands. @throws CheckpointEffects if it has been cut off */
  place(name: number): number {
    if (name >= this.#lastEnd) return name - this.#shift;
    const before = this.#cutBefore(name);
    if (before !== undefined && name < before.end) {
      throw fluxionError('CheckpointEffects', { effect: 'handed out a number by another way than its result' });
    }
    return name - (before?.total ?? 0);
  }

  #places(names: readonly number[]): readonly number[] {
    return this.#shift === 0 ? names : names.map((name) => this.place(name));
  }

  /** The place a mark stands for. It may lie inside a cut: one that ended there has been made longer since. */
  #boundary(mark: number): number {
    if (mark >= this.#lastEnd) return mark - this.#shift;
    const before = this.#cutBefore(mark - 1);
    if (before === undefined) return mark;
    return mark - before.total + Math.max(before.end - mark, 0);
  }

  /** The last cut that begins at or before `name`. */
  #cutBefore(name: number): { readonly start: number; end: number; total: number } | undefined {
    const cuts = this.#cuts;
    let low = -1;
    let high = cuts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (cuts[middle]!.start <= name) low = middle;
      else high = middle - 1;
    }
    return cuts[low];
  }

  /** Gives up the memory beyond the tape's end. */
  trim(): void {
    this.#cutOff = undefined;
    const used = this.length - this.#base;
    if (used < this.#room) this.#resize(Math.max(used, 1));
  }

  /** Hands the tape's memory on to the next one. It must not be swept any more. */
  release(): void {
    keepSpare(this.#chunk(0));
    keepChunks([...this.#full.slice(1), this.#current()]);
    this.#fats = [];
    this.#full.length = 0;
    this.#cutOff = undefined;
    this.#base = 0;
    this.length = 0;
    this.#record(newEntries(1));
  }

  /** The adjoints of all nodes, given those of some. Fresh at each call. */
  sweep(seeds: Iterable<readonly [index: number, adjoint: Value]>): Adjoints {
    const adjoints = new Adjoints(this.length);
    for (const [name, adjoint] of seeds) adjoints.add(this.place(name), adjoint);
    this.sweepSegment(0, this.length, adjoints);
    return adjoints;
  }

  /** Propagates the adjoints of the nodes `from` to `to` (exclusive) to what they read. */
  sweepSegment(from: number, to: number, adjoints: Adjoints): void {
    let at = to - 1;
    while (at >= from) {
      at =
        adjoints.boxed === undefined ? this.#sweepNumbers(from, at, adjoints) : this.#sweepValues(from, at, adjoints);
    }
  }

  /** Returns the node to go on with when a tracked adjoint has come up, or `from - 1`. */
  #sweepNumbers(from: number, start: number, adjoints: Adjoints): number {
    let a = adjoints.numbers;
    let at = start;
    while (at >= from) {
      const base = at - (at % chunkSize);
      const low = Math.max(from, base) - base;
      let { lhs, rhs, dl, dr } = this.#chunk(at >> chunkBits);
      for (let k = at - base; k >= low; k--) {
        const left = lhs[k]!;
        if (left >= 0) {
          const adjoint = a[base + k]!;
          // -0: nothing has reached this node. A sum is never -0 if its terms are not (a product may be).
          if (adjoint !== 0 || !Object.is(adjoint, -0)) {
            a[left] = a[left]! + (dl[k]! * adjoint + 0);
            const right = rhs[k]!;
            if (right >= 0) a[right] = a[right]! + (dr[k]! * adjoint + 0);
          }
        } else if (left === FAT) {
          this.#fats[rhs[k]!]!.back(base + k, adjoints, this);
          if (adjoints.boxed !== undefined) return base + k - 1;
          // A replay may have made both grow.
          ({ lhs, rhs, dl, dr } = this.#chunk(base >> chunkBits));
          a = adjoints.numbers;
        }
      }
      at = base + low - 1;
    }
    return from - 1;
  }

  #sweepValues(from: number, start: number, adjoints: Adjoints): number {
    for (let at = start; at >= from; at--) {
      const { lhs, rhs, dl, dr } = this.#chunk(at >> chunkBits);
      const k = at % chunkSize;
      const left = lhs[k]!;
      if (left >= 0) {
        const adjoint = adjoints.raw(at);
        if (Object.is(adjoint, -0)) continue;
        adjoints.addProduct(left, dl[k]!, adjoint);
        const right = rhs[k]!;
        if (right >= 0) adjoints.addProduct(right, dr[k]!, adjoint);
      } else if (left === FAT) {
        this.#fats[rhs[k]!]!.back(at, adjoints, this);
      }
    }
    return from - 1;
  }

  #fat(fat: Fat): number {
    const name = this.leaf();
    const k = this.length - 1 - this.#base;
    this.#lhs[k] = FAT;
    this.#rhs[k] = this.#fats.push(fat) - 1;
    return name;
  }

  #current(): Entries {
    return { lhs: this.#lhs, rhs: this.#rhs, dl: this.#dl, dr: this.#dr };
  }

  #chunk(index: number): Entries {
    return this.#full[index] ?? this.#current();
  }

  /** Goes on recording in these arrays. */
  #record({ lhs, rhs, dl, dr }: Entries): void {
    this.#lhs = lhs;
    this.#rhs = rhs;
    this.#dl = dl;
    this.#dr = dr;
    this.#room = dl.length;
  }

  /** Makes room for another entry; returns where in its chunk that is. */
  #grow(): number {
    if (this.length >= this.limit) throw this.#tooLong();
    const left = this.limit - this.#base;
    if (this.#room < chunkSize) {
      this.#resize(Math.min(this.#room * 4, chunkSize, left));
      return this.length - this.#base;
    }
    const full = this.#current();
    try {
      this.#record(this.#cutOff ?? newChunk(Math.min(chunkSize, left - chunkSize)));
    } catch (error) {
      if (error instanceof RangeError) throw this.#tooLong();
      throw error;
    }
    this.#cutOff = undefined;
    this.#full.push(full);
    this.#base += chunkSize;
    return 0;
  }

  #resize(room: number): void {
    try {
      this.#record({
        lhs: resized(this.#lhs, new Int32Array(room)),
        rhs: resized(this.#rhs, new Int32Array(room)),
        dl: resized(this.#dl, new Float64Array(room)),
        dr: resized(this.#dr, new Float64Array(room)),
      });
    } catch (error) {
      if (error instanceof RangeError) throw this.#tooLong();
      throw error;
    }
  }

  #tooLong(): Error {
    const limit = Math.min(this.limit, this.#base + this.#room);
    return fluxionError('TapeLimit', this.#setting === undefined ? { limit } : { limit, setting: this.#setting });
  }
}

interface Entries {
  readonly lhs: Int32Array;
  readonly rhs: Int32Array;
  readonly dl: Float64Array;
  readonly dr: Float64Array;
}

/** The arrays of a tape that is done with. A scalar gradient would spend much of its time making them. */
let spare: Entries | undefined;
const largestSpare = chunkSize;

function takeSpare(limit: number): Entries | undefined {
  if (spare === undefined || spare.dl.length > limit) return undefined;
  const entries = spare;
  spare = undefined;
  return entries;
}

function keepSpare(entries: Entries): void {
  const { length } = entries.dl;
  if (length <= largestSpare && (spare === undefined || spare.dl.length < length)) spare = entries;
}

/** Full chunks of tapes that are done with, until the next collection: fresh memory costs as much as what is recorded in it. */
let spareChunks: WeakRef<Entries[]> | undefined;
const mostSpareChunks = 256;

function keepChunks(chunks: readonly Entries[]): void {
  const whole = chunks.filter(({ dl }) => dl.length === chunkSize && dl !== spare?.dl);
  if (whole.length === 0) return;
  const kept = spareChunks?.deref();
  if (kept === undefined) spareChunks = new WeakRef(whole.slice(0, mostSpareChunks));
  else kept.push(...whole.slice(0, mostSpareChunks - kept.length));
}

function newChunk(size: number): Entries {
  return (size === chunkSize ? spareChunks?.deref()?.pop() : undefined) ?? newEntries(size);
}

function newEntries(capacity: number): Entries {
  return {
    lhs: new Int32Array(capacity),
    rhs: new Int32Array(capacity),
    dl: new Float64Array(capacity),
    dr: new Float64Array(capacity),
  };
}

function resized<T extends Int32Array | Float64Array>(old: T, fresh: T): T {
  fresh.set(old.length > fresh.length ? old.subarray(0, fresh.length) : old);
  return fresh;
}

class Many implements Fat {
  readonly inputs: readonly number[];
  readonly partials: readonly Value[];

  constructor(inputs: readonly number[], partials: readonly Value[]) {
    this.inputs = inputs;
    this.partials = partials;
  }

  back(index: number, adjoints: Adjoints): void {
    const adjoint = adjoints.raw(index);
    if (Object.is(adjoint, -0)) return;
    for (let k = 0; k < this.inputs.length; k++) adjoints.addProduct(this.inputs[k]!, this.partials[k]!, adjoint);
  }
}

class Joint implements Fat {
  readonly inputs: readonly number[];
  /** 0: the node itself is the output. */
  readonly outputs: number;
  readonly contributions: (adjoints: readonly Value[]) => readonly (Value | undefined)[];

  constructor(
    inputs: readonly number[],
    outputs: number,
    contributions: (adjoints: readonly Value[]) => readonly (Value | undefined)[],
  ) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.contributions = contributions;
  }

  back(index: number, adjoints: Adjoints): void {
    const own = this.outputs === 0 ? [adjoints.at(index)] : adjoints.range(index + 1, this.outputs);
    if (own.every((adjoint) => adjoint === 0)) return;
    const contributions = this.contributions(own);
    for (let k = 0; k < this.inputs.length; k++) {
      const contribution = contributions[k];
      if (contribution !== undefined) adjoints.add(this.inputs[k]!, contribution);
    }
  }
}

class Replayed implements Fat {
  readonly outputs: number;
  readonly replay: () => readonly number[];

  constructor(outputs: number, replay: () => readonly number[]) {
    this.outputs = outputs;
    this.replay = replay;
  }

  back(index: number, adjoints: Adjoints, tape: Tape): void {
    const own = adjoints.range(index + 1, this.outputs);
    if (own.every((adjoint) => adjoint === 0)) return;
    const mark = tape.mark();
    const start = tape.length;
    try {
      const nodes = this.replay();
      adjoints.extend(tape.length);
      for (let k = 0; k < this.outputs; k++) if (nodes[k]! >= 0) adjoints.add(tape.place(nodes[k]!), own[k]!);
      tape.sweepSegment(start, tape.length, adjoints);
    } finally {
      adjoints.clear(start);
      tape.cut(mark);
    }
  }
}
