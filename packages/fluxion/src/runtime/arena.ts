/**
 * The one memory that all compiled code works in, and the segments of it that evaluations own.
 *
 * `open` gives a segment, in which objects are made before the run (`object`, `elements`) and by it; `enter` hands it to an instance, `leave`
 * takes note afterwards of how far it was filled; `close` gives it back. Segments are closed in any order: a pullback keeps its own.
 *
 * Invariant: what lies outside of open segments is 0, but for former tapes, which are known and cleared where they would
 * be met. So new objects and their shadows are 0 without anybody writing zeros during a run.
 */
import type { Instance } from '../emit/wasm/compile.ts';
import { newMemory, pageBytes, type WasmMemory } from '../emit/wasm/engine.ts';
import {
  addressOf,
  bytesOfElements,
  bytesOfShape,
  cellsRegion,
  firstSegment,
  type Layout,
  layOut,
  mirrored,
  plainRegion,
  type Range,
  regionCount,
  regionOfElements,
  regionOfShape,
} from '../emit/wasm/memory.ts';
import type { Level, Shape, Space } from '../ir/types.ts';

/** The memory as arrays. */
export interface ArenaViews {
  readonly f64: Float64Array;
  readonly i32: Int32Array;
  readonly i16: Int16Array;
  readonly u16: Uint16Array;
  readonly i8: Int8Array;
  readonly u8: Uint8Array;
}

/** A region of a segment is full: the evaluation is to be done again in a segment with `enlarged` sizes. */
export class RegionFull extends Error {
  readonly region: number;
  readonly bytes: number;

  constructor(region: number, bytes: number) {
    super(`region ${region} of the segment is full, and ${bytes} bytes more are needed`);
    this.region = region;
    this.bytes = bytes;
  }
}

/** All compiled code and all segments together need more than they may. */
export class ArenaFull extends Error {
  readonly needed: number;
  readonly limit: number;

  constructor(needed: number, limit: number) {
    super(`${needed} bytes are needed, and ${limit} are allowed`);
    this.needed = needed;
    this.limit = limit;
  }
}

/** As many bytes as references can name. */
export const largestMemory = 2 ** 32 - pageBytes;

export class Arena {
  private readonly limit: number;
  private made: WasmMemory | undefined;
  private current: ArenaViews | undefined;
  /** By address. */
  private readonly open_: Segment[] = [];
  /** Where something else than 0 may lie outside of open segments; by address, not overlapping. */
  private dirty: Range[] = [];

  constructor(limit = largestMemory) {
    this.limit = Math.min(limit, largestMemory);
  }

  /** Made when it is first asked for. Throws `Unavailable`. */
  get memory(): WasmMemory {
    this.made ??= newMemory();
    return this.made;
  }

  /** To be asked for again after anything was allocated or run. */
  get views(): ArenaViews {
    // Where the memory has grown, the arrays over it are of length 0.
    if (this.current === undefined || this.current.u8.length === 0) this.current = viewsOf(this.memory);
    return this.current;
  }

  /**
   * `sizes` of the regions in bytes; the whole arena may not become larger than `limit`. `before`: how a segment of these sizes was laid out.
   * Throws `ArenaFull`.
   */
  open(levels: readonly Level[], sizes: readonly number[], limit = this.limit, before?: Layout): Segment {
    const bytes = before === undefined ? layOut(levels, 0, sizes).to : before.to - before.from;
    const { at, from } = this.place(bytes);
    const layout = before?.from === from ? before : layOut(levels, from, sizes);
    this.reserve(layout.to, Math.min(limit, this.limit));
    this.clean(layout);
    const segment = new Segment(this, layout);
    if (at === this.open_.length) this.open_.push(segment);
    else this.open_.splice(at, 0, segment);
    return segment;
  }

  close(segment: Segment): void {
    if (this.open_[this.open_.length - 1] === segment) this.open_.pop();
    else {
      const at = this.open_.indexOf(segment);
      if (at < 0) return;
      this.open_.splice(at, 1);
    }
    if (segment.isEmpty) return;
    const { layout } = segment;
    const tapes: Range[] = [];
    for (let region = 0; region < layout.regions.length; region++) {
      const { from } = layout.regions[region];
      const to = segment.tops[region];
      if (to === from) continue;
      if (region > cellsRegion) tapes.push({ from, to });
      else this.clear({ from, to });
    }
    for (let level = 0; level < layout.levels.length; level++)
      segment.clearShadows(level, segment.tops, segment.spared);
    if (tapes.length > 0) this.dirty = joined([...this.dirty, ...tapes]);
  }

  clear({ from, to }: Range): void {
    if (to > from) this.views.u8.fill(0, from, to);
  }

  /** Where so many bytes are free: behind the last segment if the memory reaches that far, else in the first gap, else behind the last. */
  private place(bytes: number): { at: number; from: number } {
    const { open_ } = this;
    const end = open_.length === 0 ? firstSegment : open_[open_.length - 1].layout.to;
    const last = { at: open_.length, from: end };
    if (end + bytes <= this.views.u8.length) return last;
    let free = firstSegment;
    for (const [at, { layout }] of open_.entries()) {
      if (free + bytes <= layout.from) return { at, from: free };
      free = layout.to;
    }
    return last;
  }

  private reserve(end: number, limit: number): void {
    if (end > limit) throw new ArenaFull(end, limit);
    const missing = end - this.views.u8.length;
    if (missing <= 0) return;
    const wanted = Math.min(Math.max(missing, this.memory.buffer.byteLength), limit - this.memory.buffer.byteLength);
    try {
      this.memory.grow(Math.ceil(Math.max(missing, wanted) / pageBytes));
    } catch {
      throw new ArenaFull(end, this.memory.buffer.byteLength);
    }
  }

  /** Former tapes may be tapes again, and nothing else. */
  private clean({ from, to, regions }: Layout): void {
    if (this.dirty.length === 0) return;
    const kept: Range[] = [];
    for (const dirt of this.dirty) {
      if (dirt.to <= from || dirt.from >= to) {
        kept.push(dirt);
        continue;
      }
      if (dirt.from < from) kept.push({ from: dirt.from, to: from });
      if (dirt.to > to) kept.push({ from: to, to: dirt.to });
      let at = Math.max(dirt.from, from);
      const end = Math.min(dirt.to, to);
      for (const tape of regions.slice(cellsRegion + 1)) {
        const shared = { from: Math.max(at, tape.from), to: Math.min(end, tape.to) };
        if (shared.to <= shared.from) continue;
        this.clear({ from: at, to: shared.from });
        kept.push(shared);
        at = shared.to;
      }
      this.clear({ from: at, to: end });
    }
    this.dirty = joined(kept);
  }
}

/** Of shapes that are of no tape. */
const sizeOfShape = new WeakMap<Shape, { readonly region: number; readonly bytes: number }>();

/** What one evaluation owns of the arena. */
export class Segment {
  readonly layout: Layout;
  /** By region, up to where it is filled. */
  readonly tops: number[];
  private readonly arena: Arena;

  constructor(arena: Arena, layout: Layout) {
    this.arena = arena;
    this.layout = layout;
    this.tops = layout.regions.map(({ from }) => from);
  }

  get views(): ArenaViews {
    return this.arena.views;
  }

  /** Whether nothing is in it. */
  get isEmpty(): boolean {
    const { regions } = this.layout;
    for (let region = 0; region < regions.length; region++)
      if (this.tops[region] !== regions[region].from) return false;
    return true;
  }

  get bytes(): number {
    return this.layout.to - this.layout.from;
  }

  /** A new object, its cells and their shadows 0. Throws `RegionFull`. */
  object(shape: Shape): number {
    if (shape.tape !== undefined) return this.take(regionOfShape(this.layout.levels, shape), bytesOfShape(shape));
    let size = sizeOfShape.get(shape);
    if (size === undefined) {
      size = { region: regionOfShape(this.layout.levels, shape), bytes: bytesOfShape(shape) };
      sizeOfShape.set(shape, size);
    }
    return this.take(size.region, size.bytes);
  }

  /** New elements, they and their shadows 0. Throws `RegionFull`. */
  elements(space: Space, count: number): number {
    return this.take(regionOfElements(this.layout.levels, space), bytesOfElements(space, count));
  }

  /** The address of a cell of any space, shadows included. */
  address(space: Space, object: number, index = 0): number {
    return addressOf(this.layout, space, object, index);
  }

  /** The address of the shadow of an f64 cell, which may be a shadow itself; with several lanes, of the first. */
  shadow(address: number, level: Level): number {
    return (address * level.lanes + this.layout.shifts[level.index]) >>> 0;
  }

  /** Before calls of the instance on what is in the segment. */
  enter(instance: Instance): void {
    instance.enter(this.layout, this.tops);
  }

  /** After each call, also one that was left by an exception, or the next owner meets what it wrote. */
  leave(instance: Instance): void {
    for (let region = 0; region < this.tops.length; region++) this.tops[region] = instance.top(region);
  }

  /** Makes the shadows of a level 0, of all that has been allocated, or of what had been when the regions were filled up to `tops`. */
  clearShadows(level: number, tops: readonly number[] = this.tops, from?: readonly number[]): void {
    for (const range of this.filled(level, from, tops)) this.arena.clear(mirrored(this.layout, level, range));
  }

  /** The shadows of what the regions held when they were filled up to `tops` are 0, and stay so: closing need not make them so. */
  spare(tops: readonly number[]): void {
    this.spared = tops;
  }
  spared: readonly number[] | undefined;

  /** Gives up what was allocated after the regions were filled up to `tops` only: what a pullback has allocated. */
  cutBack(tops: readonly number[]): void {
    const { levels, regions } = this.layout;
    for (let level = 0; level < levels.length; level++) {
      for (const range of this.filled(level, tops)) this.arena.clear(mirrored(this.layout, level, range));
    }
    regions.forEach((_, region) => {
      if (region <= cellsRegion) this.arena.clear({ from: tops[region], to: this.tops[region] });
      this.tops[region] = tops[region];
    });
  }

  /** What has been copied in; given to `restore`, it is there again. */
  contents(): readonly Uint8Array[] {
    return [plainRegion, cellsRegion].map((region) =>
      this.arena.views.u8.slice(this.layout.regions[region].from, this.tops[region]),
    );
  }

  restore(contents: readonly Uint8Array[]): void {
    contents.forEach((bytes, region) => this.arena.views.u8.set(bytes, this.layout.regions[region].from));
  }

  close(): void {
    this.arena.close(this);
  }

  private take(region: number, bytes: number): number {
    const at = this.tops[region];
    if (at + bytes > this.layout.regions[region].to) throw new RegionFull(region, bytes);
    this.tops[region] = at + bytes;
    return at;
  }

  /** What is in use below a level's mirror, from `tops` on and up to `ends`: cells, the mirrors and tapes of the levels inside. */
  private filled(level: number, tops?: readonly number[], ends: readonly number[] = this.tops): Range[] {
    const { levels, regions } = this.layout;
    const part = (region: number): Range => ({ from: tops?.[region] ?? regions[region].from, to: ends[region] });
    const ranges = [part(cellsRegion)];
    let region = cellsRegion;
    for (let inner = 0; inner < level; inner++) {
      for (const range of ranges.slice()) ranges.push(mirrored(this.layout, inner, range));
      if (levels[inner].mode === 'reverse') ranges.push(part(++region));
    }
    return ranges.filter(({ from, to }) => to > from);
  }
}

/** Sizes to begin with. */
export function firstSizes(levels: readonly Level[]): number[] {
  return Array.from({ length: regionCount(levels) }, () => 2 ** 14);
}

/** Sizes with which a region that was too small is larger by that part of its size, and by what was missing at least. */
export function enlarged(sizes: readonly number[], { region, bytes }: RegionFull, part = 1): number[] {
  const more = (size: number) => Math.max(Math.floor((part * size) / 8), Math.ceil(bytes / 8)) * 8;
  return sizes.map((size, n) => (n === region ? size + more(size) : size));
}

/** What compiled code is to call when it leaves: it throws `RegionFull`, or what `reason` makes of the index of a reason. */
export function leaving(reason: (index: number) => unknown): (code: number, bytes: number) => never {
  return (code, bytes) => {
    if (code < 0) throw new RegionFull(~code, bytes >>> 0);
    throw reason(code);
  };
}

function viewsOf({ buffer }: WasmMemory): ArenaViews {
  return {
    f64: new Float64Array(buffer),
    i32: new Int32Array(buffer),
    i16: new Int16Array(buffer),
    u16: new Uint16Array(buffer),
    i8: new Int8Array(buffer),
    u8: new Uint8Array(buffer),
  };
}

/** Ranges by address, those that touch made one. */
function joined(ranges: readonly Range[]): Range[] {
  const found: { from: number; to: number }[] = [];
  for (const { from, to } of ranges.filter((r) => r.to > r.from).sort((a, b) => a.from - b.from)) {
    const last = found[found.length - 1];
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else found.push({ from, to });
  }
  return found;
}
