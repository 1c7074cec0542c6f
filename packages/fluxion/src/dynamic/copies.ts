/**
 * The memory of differentiated typed arrays under two names: the copy that stand-ins see, and the original's, which other views
 * (captured, or of another argument) go on seeing.
 * Invariant: while nobody writes, both are independent variables. What has been written under one name can't be read or
 * written under the other: AmbiguousAlias. Bytes outside the argument are the original's, as long as they are the same in both.
 */
import { fluxionError } from '../errors/error.ts';
import { atEnd } from './journal.ts';
import type { Guard, Shadow } from './planes.ts';
import { addGuard, removeGuard, setGuards, shadowOf, watchBuffer } from './shadow.ts';
import { type Kind, kinds } from './views.ts';

/** The bytes of one view of an argument. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly kind: Kind | undefined;
}

const byOrigin = new WeakMap<object, CopiedMemory[]>();
const written = new WeakSet<object>();

/** Whether a stand-in's memory has been written since the gradient began. */
export function wasWritten(view: ArrayBufferView): boolean {
  return written.has(view.buffer);
}

const several = 'several arguments, as views of one buffer';
const twice = 'an argument and another view of its memory';

function refuse(owners: string): never {
  throw fluxionError('AmbiguousAlias', { object: 'A typed array', owners });
}

function overlap(ranges: readonly Range[], from: number, to: number): boolean {
  return ranges.some((r) => r.from < to && from < r.to);
}

/** Notes until the current run ends that `shadow` is that of a copy of `origin`, whose `ranges` are an argument's. */
export function noteCopy(shadow: Shadow, origin: ArrayBufferLike, ranges: readonly Range[]): void {
  const link = new CopiedMemory(shadow, origin, ranges);
  const others = byOrigin.get(origin);
  if (others === undefined) byOrigin.set(origin, [link]);
  else others.push(link);
  if (others !== undefined || shadowOf(origin) !== undefined) addGuard(origin, link.original);
  atEnd(() => link.end());
}

class CopiedMemory implements Guard {
  /** What stands guard over the original's memory. */
  readonly original: Guard;
  readonly #origin: ArrayBufferLike;
  readonly #shadow: Shadow;
  readonly #ranges: Range[];
  /** What has been written of the original's memory beside the argument. */
  readonly #foreign: Range[] = [];
  #written = false;
  /** The shadow of the original's memory, once the copy has been written. */
  #watched: Shadow | undefined;
  #here: Uint8Array | undefined;
  #there: Uint8Array | undefined;

  constructor(shadow: Shadow, origin: ArrayBufferLike, ranges: readonly Range[]) {
    this.#shadow = shadow;
    this.#origin = origin;
    this.#ranges = [...ranges];
    this.original = {
      read: (from, to) => {
        if (this.#written && overlap(this.#ranges, from, to)) refuse(twice);
      },
      write: (from, to) => this.#writtenBeside(from, to),
    };
    shadow.guards = [...(shadow.guards ?? []), this];
    for (const plane of shadow.planes) {
      const count = Math.floor((origin.byteLength - plane.shift) / plane.width);
      plane.source =
        plane.kind === kinds.float64
          ? new Float64Array(origin, plane.shift, count)
          : plane.kind === kinds.float32
            ? new Float32Array(origin, plane.shift, count)
            : undefined;
    }
    shadow.compare();
  }

  /** Before the copy is read. */
  read(from: number, to: number): void {
    if (this.#written && this.#covers(from, to)) return;
    this.#compare(from, to);
  }

  /** Before the copy is written. */
  write(from: number, to: number): void {
    if (!this.#covers(from, to)) {
      this.#compare(from, to);
      this.#ranges.push({ from, to, kind: undefined });
    }
    if (this.#written) return;
    for (const range of this.#ranges) this.#compare(range.from, range.to);
    for (const other of byOrigin.get(this.#origin) ?? []) {
      if (other !== this && this.#ranges.some((r) => overlap(other.#ranges, r.from, r.to))) refuse(several);
    }
    this.#written = true;
    written.add(this.#shadow.buffer);
    this.#stopComparing();
    if (this.#covers(0, this.#shadow.buffer.byteLength)) this.#withdraw();
    watchBuffer(this.#origin);
    addGuard(this.#origin, this.original);
    this.#watched = shadowOf(this.#origin);
    this.#watched?.compare(1);
  }

  end(): void {
    const links = byOrigin.get(this.#origin);
    if (links !== undefined && links.length > 1) links.splice(links.indexOf(this), 1);
    else byOrigin.delete(this.#origin);
    this.#withdraw();
    this.#stopComparing();
    this.#watched?.compare(-1);
    removeGuard(this.#origin, this.original);
  }

  #stopComparing(): void {
    for (const plane of this.#shadow.planes) plane.source = undefined;
    this.#shadow.compare();
  }

  #withdraw(): void {
    const { guards } = this.#shadow;
    if (guards === undefined) return;
    const left = guards.filter((g) => g !== this);
    this.#shadow.guards = left.length > 0 ? left : undefined;
  }

  #covers(from: number, to: number): boolean {
    return this.#ranges.some((r) => r.from <= from && to <= r.to);
  }

  #writtenBeside(from: number, to: number): void {
    if (overlap(this.#ranges, from, to)) refuse(twice);
    if (overlap(this.#foreign, from, to)) return;
    this.#foreign.push({ from, to, kind: undefined });
    // Equal bytes do not tell any more that nothing has been written: reads of the copy ask here.
    if (this.#foreign.length === 1) this.#shadow.compare(1);
  }

  /** Throws if the original's memory is not what was copied. */
  #compare(from: number, to: number): void {
    if (overlap(this.#foreign, from, to)) refuse(twice);
    const end = Math.min(to, this.#shadow.buffer.byteLength);
    if (this.#origin.byteLength < end) refuse(twice);
    this.#here ??= new Uint8Array(this.#shadow.buffer);
    this.#there ??= new Uint8Array(this.#origin);
    const a = this.#here;
    const b = this.#there;
    for (let i = from; i < end; i++) {
      if (a[i] !== b[i] && !this.#bothNaN(i)) refuse(twice);
    }
  }

  /** NaN has many bit patterns, and copying one may give another. */
  #bothNaN(byte: number): boolean {
    const range = this.#ranges.find((r) => r.kind?.float !== undefined && r.from <= byte && byte < r.to);
    if (range?.kind === undefined) return false;
    const at = byte - ((byte - range.from) % range.kind.width);
    const read = (buffer: ArrayBufferLike): number =>
      (range.kind as Kind).read(new DataView(buffer), at, !kinds.bigEndianHost);
    return Number.isNaN(read(this.#shadow.buffer)) && Number.isNaN(read(this.#origin));
  }
}

setGuards((origin) => byOrigin.get(origin)?.map((link) => link.original));
