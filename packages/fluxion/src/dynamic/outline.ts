/**
 * The structure of a value as a differentiation sees it: where its numbers are, in a fixed order, and how to build a value of
 * the same structure around other numbers (a stand-in, a gradient, a tangent).
 * Invariant: one number of one object has one leaf, however many paths, aliases or views lead to it.
 */
import { describe } from '../errors/describe.ts';
import { fluxionError } from '../errors/error.ts';
import { hasElementsOnly } from './elements.ts';
import { isBox, S, type Value } from './numbers/box.ts';
import { isMap, isProxy, isSet } from './proxies.ts';
import { readShadow } from './shadow.ts';
import { tagOf } from './views.ts';

export type Outline =
  | Leaf
  | Nothing
  | ListOutline
  | RecordOutline
  | FloatsOutline
  | MapOutline
  | SetOutline
  | BytesOutline;

interface Leaf {
  readonly kind: 'leaf';
  readonly index: number;
}

/** No number: gives `undefined` in a gradient, stays as it is in a stand-in. */
interface Nothing {
  readonly kind: 'nothing';
  readonly source: unknown;
}

interface ListOutline {
  readonly kind: 'list';
  readonly source: unknown[];
  readonly parts: (Outline | undefined)[];
  /** Own properties that are no elements. */
  readonly extra: RecordOutline | undefined;
}

interface RecordOutline {
  readonly kind: 'record';
  readonly source: object;
  readonly keys: PropertyKey[];
  readonly parts: Outline[];
  /** Own accessor properties, kept as they are. */
  readonly accessors: PropertyKey[];
}

type Floats = Float64Array | Float32Array;

interface FloatsOutline {
  readonly kind: 'floats';
  readonly source: Floats;
  readonly buffer: BufferOutline;
}

/** Integer arrays, DataViews and ArrayBuffers: no leaves, but they share storage with what has. */
interface BytesOutline {
  readonly kind: 'bytes';
  readonly source: ArrayBufferView | ArrayBufferLike;
  readonly buffer: BufferOutline;
}

interface BufferOutline {
  readonly source: ArrayBufferLike;
  width: number;
  /** Leaf of each slot of the buffer; -1: none. */
  leaves: Int32Array;
}

interface MapOutline {
  readonly kind: 'map';
  readonly source: Map<unknown, unknown>;
  readonly keys: unknown[];
  readonly parts: Outline[];
}

interface SetOutline {
  readonly kind: 'set';
  readonly source: Set<unknown>;
  readonly parts: Outline[];
}

/** An outline and the numbers (or tracked numbers) found at its leaves. */
export interface Outlined {
  readonly outline: Outline;
  readonly leaves: Value[];
  /** A Proxy was met: what it holds is what its traps say, so it counts as holding no number. */
  readonly proxied: boolean;
}

/** Finds the numbers of `value`. Integer typed arrays, dates, functions and the like have none. */
export function outlineOf(value: unknown): Outlined {
  const leaves: Value[] = [];
  const walk = new Walk(leaves);
  return { outline: walk.visit(value), leaves, proxied: walk.proxied };
}

/** Where the numbers of `value` are, and how many. */
export function structureOf(value: unknown): { readonly outline: Outline; readonly count: number } {
  const walk = new Walk(undefined);
  return { outline: walk.visit(value), count: walk.count };
}

/** Leaves are the same in every outline, so they are made once. */
const leaves: Leaf[] = [];
const mostLeaves = 2 ** 16;

function leafNumber(index: number): Leaf {
  if (index < leaves.length) return leaves[index];
  const leaf: Leaf = { kind: 'leaf', index };
  if (index === leaves.length && index < mostLeaves) leaves.push(leaf);
  return leaf;
}

class Walk {
  /** The numbers met, unless nobody wants them. */
  private readonly leaves: Value[] | undefined;
  count = 0;
  proxied = false;
  readonly seen = new Map<object, Outline>();
  readonly buffers = new Map<ArrayBufferLike, BufferOutline>();

  constructor(leaves: Value[] | undefined) {
    this.leaves = leaves;
  }

  visit(value: unknown): Outline {
    if (typeof value === 'number') return this.leaf(value);
    if (typeof value !== 'object' || value === null) return { kind: 'nothing', source: value };
    if (isBox(value)) return this.leaf(value);
    const known = this.seen.get(value);
    if (known !== undefined) return known;
    if (isProxy(value)) {
      this.proxied = true;
      return this.enter(value, { kind: 'nothing', source: value });
    }
    if (Array.isArray(value)) return this.list(value);
    if (ArrayBuffer.isView(value)) return this.view(value);
    if (value instanceof Map) return this.map(value);
    if (value instanceof Set) return this.set(value);
    if (isMap(value) || isSet(value)) throw foreign(isMap(value) ? 'Map' : 'Set');
    if (isBuffer(value)) return this.enter(value, { kind: 'bytes', source: value, buffer: this.buffer(value) });
    if (isOpaque(value)) return this.enter(value, { kind: 'nothing', source: value });
    return this.record(value, Reflect.ownKeys(value));
  }

  leaf(value: Value): Leaf {
    this.leaves?.push(value);
    return leafNumber(this.count++);
  }

  enter<O extends Outline>(value: object, outline: O): O {
    this.seen.set(value, outline);
    return outline;
  }

  list(source: unknown[]): ListOutline {
    const parts: (Outline | undefined)[] = new Array(source.length);
    const outline: { -readonly [K in keyof ListOutline]: ListOutline[K] } = {
      kind: 'list',
      source,
      parts,
      extra: undefined,
    };
    this.enter(source, outline);
    let dense = true;
    for (let i = 0; i < source.length; i++) {
      const v = source[i];
      if (typeof v === 'number') parts[i] = this.leaf(v);
      else if (v === undefined && !Object.hasOwn(source, i)) dense = false;
      else parts[i] = this.visit(v);
    }
    if (!dense || !hasElementsOnly(source)) {
      const more = Reflect.ownKeys(source).filter((k) => k !== 'length' && k !== S && !isIndex(k));
      if (more.length > 0) outline.extra = this.record(source, more, true);
    }
    return outline;
  }

  record(source: object, keys: PropertyKey[], partial = false): RecordOutline {
    const outline: RecordOutline = { kind: 'record', source, keys: [], parts: [], accessors: [] };
    if (!partial) this.enter(source, outline);
    for (const key of keys) {
      if (key === S) continue;
      const d = Object.getOwnPropertyDescriptor(source, key) as PropertyDescriptor;
      if (d.get !== undefined || d.set !== undefined) outline.accessors.push(key);
      else {
        outline.keys.push(key);
        outline.parts.push(this.visit(d.value));
      }
    }
    return outline;
  }

  map(source: Map<unknown, unknown>): MapOutline {
    const outline: MapOutline = this.enter(source, { kind: 'map', source, keys: [], parts: [] });
    Map.prototype.forEach.call(source, (v, k) => {
      outline.keys.push(k);
      outline.parts.push(this.visit(v));
    });
    return outline;
  }

  set(source: Set<unknown>): SetOutline {
    const outline: SetOutline = this.enter(source, { kind: 'set', source, parts: [] });
    Set.prototype.forEach.call(source, (v) => {
      outline.parts.push(this.visit(v));
    });
    return outline;
  }

  view(source: ArrayBufferView): Outline {
    const buffer = this.buffer(source.buffer);
    if (!(source instanceof Float64Array || source instanceof Float32Array)) {
      const tag = tagOf(source);
      if (tag === 'Float64Array' || tag === 'Float32Array') throw foreign(tag);
      return this.enter(source, { kind: 'bytes', source, buffer });
    }
    const width = source.BYTES_PER_ELEMENT;
    if (buffer.width === 0) {
      buffer.width = width;
      buffer.leaves = new Int32Array(Math.ceil((source.byteOffset + source.byteLength) / width)).fill(-1);
    } else if (buffer.width !== width) {
      throw fluxionError('BadArgument', {
        operator: 'A derivative',
        problem: 'an argument holds a Float32Array and a Float64Array of one buffer',
        fix: 'Differentiate with respect to one of the two.',
      });
    }
    const first = source.byteOffset / width;
    if (buffer.leaves.length < first + source.length) {
      const wider = new Int32Array(first + source.length).fill(-1);
      wider.set(buffer.leaves);
      buffer.leaves = wider;
    }
    const shadowed = (source as { [S]?: unknown })[S] !== undefined;
    const { leaves } = buffer;
    const { length } = source;
    for (let i = 0; i < length; i++) {
      if (leaves[first + i] >= 0) continue;
      leaves[first + i] = this.count++;
      this.leaves?.push(shadowed ? ((readShadow(source, i) as Value | undefined) ?? source[i]) : source[i]);
    }
    return this.enter(source, { kind: 'floats', source, buffer });
  }

  buffer(source: ArrayBufferLike): BufferOutline {
    let outline = this.buffers.get(source);
    if (outline === undefined) {
      if (isDetached(source)) {
        throw fluxionError('BadArgument', {
          operator: 'A derivative',
          problem: 'an argument or a result holds memory that has been transferred away: its ArrayBuffer is detached',
          fix: 'Take the derivative before the memory is transferred, or transfer a copy.',
        });
      }
      this.buffers.set(source, (outline = { source, width: 0, leaves: new Int32Array(0) }));
    }
    return outline;
  }
}

/** Whether the memory of a buffer has been transferred; what the language does with arrays over it is not the same everywhere. */
export function isDetached(buffer: ArrayBufferLike): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    return new Uint8Array(buffer).length > 0;
  } catch {
    return true;
  }
}

function isIndex(key: PropertyKey): boolean {
  return typeof key === 'string' && /^(0|[1-9]\d*)$/.test(key) && Number(key) < 2 ** 32 - 1;
}

function isBuffer(value: object): value is ArrayBufferLike {
  return (
    value instanceof ArrayBuffer || (typeof SharedArrayBuffer !== 'undefined' && value instanceof SharedArrayBuffer)
  );
}

const hosts = [Date, RegExp, Promise, WeakMap, WeakSet, WeakRef];
const generators = [function* () {}, async function* () {}].map((f) => Object.getPrototypeOf(f).prototype as object);

/** Objects whose state lies in internal slots: they cannot be copied, and hold no number of the program. */
function foreign(kind: string): Error {
  return fluxionError('BadArgument', {
    operator: 'A derivative',
    problem: `an argument holds a ${kind} of another realm, or one without the prototype of a ${kind}`,
    fix: `Make it a ${kind} of the realm that Fluxion runs in: new ${kind}(…).`,
  });
}

function isOpaque(value: object): boolean {
  if (Object.getPrototypeOf(value) === Object.prototype) return false;
  return (
    hosts.some((Host) => value instanceof Host) ||
    generators.some((proto) => Object.prototype.isPrototypeOf.call(proto, value))
  );
}

/** Where the first element of a floats outline stands among the leaves of its buffer. */
export function firstSlot({ source, buffer }: FloatsOutline): number {
  return source.byteOffset / buffer.width;
}

/** The index of the leaf at `element` of a floats outline. */
export function leafOf(outline: FloatsOutline, element: number): number {
  return outline.buffer.leaves[firstSlot(outline) + element];
}

export type { BufferOutline, FloatsOutline, ListOutline, MapOutline, RecordOutline, SetOutline };

/**
 * A fresh value of the structure of `outline` with `at(leaf)` for each number and `undefined` for everything else: what a
 * gradient is. A Set becomes a Map from its members. Typed arrays become what `floats` makes of them.
 */
export function fill(
  outline: Outline,
  at: (leaf: number) => unknown,
  floats: (outline: FloatsOutline, at: (leaf: number) => unknown) => unknown = likeSource,
): unknown {
  const made = new Map<Outline, unknown>();
  const build = (o: Outline | undefined): unknown => {
    if (o === undefined || o.kind === 'nothing' || o.kind === 'bytes') return undefined;
    if (o.kind === 'leaf') return at(o.index);
    if (made.has(o)) return made.get(o);
    switch (o.kind) {
      case 'list': {
        const list: unknown[] = new Array(o.parts.length);
        made.set(o, list);
        for (let i = 0; i < o.parts.length; i++) {
          const part = o.parts[i];
          if (part !== undefined) list[i] = part.kind === 'leaf' ? at(part.index) : build(part);
        }
        return list;
      }
      case 'record': {
        const record = Object.create(Object.getPrototypeOf(o.source)) as object;
        made.set(o, record);
        o.keys.forEach((key, i) => {
          const enumerable = Object.prototype.propertyIsEnumerable.call(o.source, key);
          Object.defineProperty(record, key, {
            value: build(o.parts[i]),
            writable: true,
            enumerable,
            configurable: true,
          });
        });
        return record;
      }
      case 'map': {
        const map = new Map<unknown, unknown>();
        made.set(o, map);
        o.keys.forEach((key, i) => map.set(key, build(o.parts[i])));
        return map;
      }
      case 'set': {
        const map = new Map<unknown, unknown>();
        made.set(o, map);
        let i = 0;
        Set.prototype.forEach.call(o.source, (member) => map.set(member, build(o.parts[i++])));
        return map;
      }
      case 'floats': {
        const array = floats(o, at);
        made.set(o, array);
        return array;
      }
    }
  };
  return build(outline);
}

function likeSource(outline: FloatsOutline, at: (leaf: number) => unknown): unknown {
  const { source, buffer } = outline;
  const { length } = source;
  const first = firstSlot(outline);
  const Kind = source instanceof Float64Array ? Float64Array : Float32Array;
  const array = new Kind(length);
  for (let i = 0; i < length; i++) {
    const value = at(buffer.leaves[first + i]);
    if (typeof value !== 'number') {
      return trackedFloats(
        Kind,
        Array.from({ length }, (_, k) => at(buffer.leaves[first + k])),
      );
    }
    array[i] = value;
  }
  return array;
}

/** A typed array of a gradient whose leaves have plain numbers, which stand in `numbers` from `base` on. -0 counts as 0. */
export function floatsFrom(numbers: Float64Array, base: number): (outline: FloatsOutline) => unknown {
  return (outline) => {
    const { source, buffer } = outline;
    const { length } = source;
    const first = firstSlot(outline);
    const { leaves } = buffer;
    const array = source instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
    for (let i = 0; i < length; i++) array[i] = numbers[base + leaves[first + i]] + 0;
    return array;
  };
}

let trackedFloats: (kind: Float64ArrayConstructor | Float32ArrayConstructor, values: unknown[]) => unknown;

/** standin.ts knows how to make a typed array that holds tracked numbers. */
export function setTrackedFloats(make: typeof trackedFloats): void {
  trackedFloats = make;
}

/**
 * The numbers of `direction` (a tangent or cotangent) at the leaves of `outline`; what is missing there is zero. Aliased
 * parts of a cotangent add up.
 */
export function project(outline: Outline, direction: unknown, put: (leaf: number, value: Value) => void): void {
  const seen = new Map<Outline, unknown>();
  const visit = (o: Outline | undefined, d: unknown): void => {
    if (o === undefined || o.kind === 'nothing' || o.kind === 'bytes' || d === undefined || d === null) return;
    if (o.kind === 'leaf') {
      if (typeof d === 'number' || isBox(d)) put(o.index, d as Value);
      else throw mismatch('a number', d);
      return;
    }
    if (typeof d !== 'object')
      throw mismatch(`a ${o.kind === 'list' || o.kind === 'floats' ? 'list' : 'structure'} of numbers`, d);
    if (seen.get(o) === d) return;
    seen.set(o, d);
    switch (o.kind) {
      case 'list':
        o.parts.forEach((part, i) => visit(part, (d as Record<number, unknown>)[i]));
        return;
      case 'record':
        o.keys.forEach((key, i) => visit(o.parts[i], (d as Record<PropertyKey, unknown>)[key]));
        return;
      case 'map':
        o.keys.forEach((key, i) => visit(o.parts[i], (d as Map<unknown, unknown>).get(key)));
        return;
      case 'set': {
        let i = 0;
        const members = d instanceof Set ? [...d] : undefined;
        Set.prototype.forEach.call(o.source, (member) => {
          visit(o.parts[i], members === undefined ? (d as Map<unknown, unknown>).get(member) : members[i]);
          i++;
        });
        return;
      }
      case 'floats': {
        const list = d as ArrayLike<Value | undefined>;
        const shadowed = (d as { [S]?: unknown })[S] !== undefined && ArrayBuffer.isView(d);
        const { leaves } = o.buffer;
        const first = firstSlot(o);
        const { length } = o.source;
        for (let i = 0; i < length; i++) {
          const v = shadowed ? ((readShadow(d as Float64Array, i) as Value | undefined) ?? list[i]) : list[i];
          if (v !== undefined) put(leaves[first + i], v);
        }
      }
    }
  };
  visit(outline, direction);
}

function mismatch(expected: string, actual: unknown): Error {
  return fluxionError('BadArgument', {
    operator: 'A tangent or cotangent',
    problem: `${describe(actual)} stands where ${expected} is needed`,
  });
}
