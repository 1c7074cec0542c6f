/**
 * ArrayBuffer and SharedArrayBuffer: tracked numbers go with the bytes they lie in.
 * Invariant: a buffer that has lost its memory has no shadow.
 */
import { toNumber } from '../conversions.ts';
import { hooks } from '../hooks.ts';
import { isBox, numberOf, primalOf } from '../numbers/box.ts';
import { get } from '../properties.ts';
import { ensureBufferShadow, markYoungBuffer, shadowOf } from '../shadow.ts';
import { isBuffer, isObject, storage } from '../strip.ts';
import { options, scalar } from './adapt.ts';
import { entry, type Native, passing } from './entries.ts';
import { define } from './registry.ts';

const { apply, construct } = Reflect;

type BufferClass = new (...args: unknown[]) => ArrayBufferLike;
const Shared = globalThis.SharedArrayBuffer as unknown as BufferClass | undefined;

for (const C of [ArrayBuffer as BufferClass, Shared]) {
  if (C === undefined) continue;
  const twin = function (this: unknown, length?: unknown, settings?: unknown): unknown {
    if (new.target === undefined) return apply(C, this, []);
    const made = construct(C, [scalar(length), options(settings)], new.target) as ArrayBufferLike;
    markYoungBuffer(made);
    return made;
  };
  Object.defineProperty(twin, 'length', { value: 1 });
  define(C, twin, 'passes');
  const { prototype } = C as unknown as { prototype: object };
  methods(prototype);
  passing(C, [Symbol.species]);
}

entry(ArrayBuffer, 'isView', 'passes', (native) => (v: unknown) => apply(native, ArrayBuffer, [primalOf(v)]));

function methods(prototype: object): void {
  entry(prototype, 'slice', 'passes', (native) => {
    const twin = function (this: unknown, from?: unknown, to?: unknown): unknown {
      const range = [scalar(from), scalar(to)];
      if (!isObject(this) || !isBuffer(this)) return apply(native, primalOf(this), range);
      const start = relative(toNumber(from === undefined ? 0 : from), this.byteLength);
      const end = relative(to === undefined ? this.byteLength : toNumber(to), this.byteLength);
      const made = sliceWith(native, this, start, end);
      const pieces = start < end ? (shadowOf(this)?.region(start, end) ?? []) : [];
      if (pieces.length > 0) ensureBufferShadow(made).lay(pieces, 0);
      return made;
    };
    return Object.defineProperty(twin, 'length', { value: 2 });
  });
  entry(prototype, 'resize', 'passes', resizing);
  entry(prototype, 'grow', 'passes', resizing);
  for (const name of ['transfer', 'transferToFixedLength']) {
    entry(prototype, name, 'passes', (native) => {
      const twin = function (this: unknown, length?: unknown): unknown {
        if (!isObject(this) || !isBuffer(this)) return apply(native, primalOf(this), [scalar(length)]);
        const wanted = length === undefined ? [] : [numberOf(toNumber(length))];
        const shadow = shadowOf(this);
        const before = this.byteLength;
        const bytes = Math.min(before, Number(wanted[0] ?? before) || 0);
        const pieces = shadow === undefined ? [] : shadow.region(0, Math.max(0, Math.trunc(bytes)));
        const made = apply(native, this, wanted) as ArrayBuffer;
        if (shadow !== undefined) storage.detach(this);
        markYoungBuffer(made);
        if (pieces.length > 0) ensureBufferShadow(made).lay(pieces, 0);
        return made;
      };
      return Object.defineProperty(twin, 'length', { value: 0 });
    });
  }
  passing(prototype, ['byteLength', 'maxByteLength', 'resizable', 'growable', 'detached', Symbol.toStringTag]);
}

function resizing(native: Native): Function {
  return function resize(this: unknown, length: unknown): unknown {
    const wanted = numberOf(toNumber(length));
    const result = apply(native, primalOf(this), [wanted]);
    const buffer = this as ArrayBufferLike;
    shadowOf(buffer)?.clear(buffer.byteLength, Number.POSITIVE_INFINITY);
    return result;
  };
}

function relative(v: number | { primal: unknown }, length: number): number {
  const n = Math.trunc(primalOf(v) as number) || 0;
  return n < 0 ? Math.max(length + n, 0) : Math.min(n, length);
}

/** The native, unless the user's species has to be constructed by its twin. */
function sliceWith(native: Native, buffer: ArrayBufferLike, start: number, end: number): ArrayBufferLike {
  const C = get(buffer, 'constructor');
  const species = isObject(C) && !isBox(C) ? get(C, Symbol.species) : undefined;
  if (typeof species !== 'function' || species === ArrayBuffer || species === Shared) {
    const made = apply(native, buffer, [start, end]) as ArrayBufferLike;
    markYoungBuffer(made);
    return made;
  }
  // The language's own checks and its copying, with the twin's object in the place of the species'.
  const made = hooks.constructTwin(species, [Math.max(end - start, 0)]);
  const exemplar = Object.defineProperty({}, Symbol.species, {
    value: function species(): unknown {
      return made;
    },
  });
  const own = Object.getOwnPropertyDescriptor(buffer, 'constructor');
  Object.defineProperty(buffer, 'constructor', { value: exemplar, configurable: true, writable: true });
  try {
    return apply(native, buffer, [start, end]) as ArrayBufferLike;
  } finally {
    if (own === undefined) Reflect.deleteProperty(buffer, 'constructor');
    else Object.defineProperty(buffer, 'constructor', own);
  }
}
