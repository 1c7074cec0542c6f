/**
 * DataView: the same type and byte order give back what was written; any other reading of a tracked number's bytes is refused.
 */
import { toIndex, toNumber } from '../conversions.ts';
import { noteInactive } from '../hooks.ts';
import { type Box, isBox, primalOf } from '../numbers/box.ts';
import { truthy } from '../operators.ts';
import { verified } from '../planes.ts';
import { ensureBufferShadow, shadowOf } from '../shadow.ts';
import { roundTo } from '../storing.ts';
import { isBuffer, isObject } from '../strip.ts';
import { isTypedArray, type Kind, kinds } from '../views.ts';
import { scalars } from './adapt.ts';
import { entry, type Native, passing } from './entries.ts';
import { define } from './registry.ts';

const { apply, construct } = Reflect;
const proto = DataView.prototype;
const bufferOf = Object.getOwnPropertyDescriptor(proto, 'buffer')?.get as (this: unknown) => ArrayBufferLike;
const offsetOf = Object.getOwnPropertyDescriptor(proto, 'byteOffset')?.get as (this: unknown) => number;
const lengthOf = Object.getOwnPropertyDescriptor(proto, 'byteLength')?.get as (this: unknown) => number;

const twin = function DataView(this: unknown, buffer: unknown, ...rest: unknown[]): unknown {
  const native = globalDataView as unknown as Native;
  if (new.target === undefined) return apply(native, this, []);
  const given = isObject(buffer) && !isBox(buffer) && isBuffer(buffer) ? buffer : primalOf(buffer);
  return construct(native, [given, ...scalars(rest)], new.target);
};
const globalDataView = DataView;
define(DataView, Object.defineProperty(twin, 'length', { value: 1 }), 'passes');

const accesses: readonly (readonly [suffix: string, kind: string])[] = [
  ['Int8', 'Int8Array'],
  ['Uint8', 'Uint8Array'],
  ['Int16', 'Int16Array'],
  ['Uint16', 'Uint16Array'],
  ['Int32', 'Int32Array'],
  ['Uint32', 'Uint32Array'],
  ['BigInt64', 'BigInt64Array'],
  ['BigUint64', 'BigUint64Array'],
  ['Float16', 'Float16Array'],
  ['Float32', 'Float32Array'],
  ['Float64', 'Float64Array'],
];

for (const [suffix, name] of accesses) {
  const kind = kinds.byName[name] as Kind;
  entry(proto, `get${suffix}`, 'passes', (native) => {
    const twin = function (this: unknown, byte: unknown, little?: unknown): unknown {
      if (!isDataView(this)) return apply(native, primalOf(this), scalars([byte, little]));
      const at = typeof byte === 'number' ? byte : toIndex(byte);
      const order = truthy(little);
      const found = apply(native, this, [at, order]);
      const shadow = shadowOf(bufferOf.call(this));
      if (shadow === undefined) return found;
      const box = shadow.at(kind, !order, offsetOf.call(this) + toIndex(at));
      return box === undefined ? found : verified(box, found);
    };
    return Object.defineProperty(twin, 'length', { value: 1 });
  });
  entry(proto, `set${suffix}`, kind.float === undefined ? 'primal' : 'passes', (native) => {
    const twin = function (this: unknown, byte: unknown, value: unknown, little?: unknown): unknown {
      if (!isDataView(this)) return apply(native, primalOf(this), scalars([byte, value, little]));
      const at = typeof byte === 'number' ? byte : toIndex(byte);
      const given = kind.big ? scalars([value])[0] : toNumber(value);
      const order = truthy(little);
      const stored = isBox(given) && kind.float !== undefined ? roundTo(kind, given) : given;
      if (isBox(given) && (!isBox(stored) || kind.float === undefined)) noteInactive(`storing as ${kind.name}`);
      const from = offsetOf.call(this) + toIndex(at);
      const buffer = bufferOf.call(this);
      const tracked = isBox(stored) && kind.float !== undefined && toIndex(at) + kind.width <= lengthOf.call(this);
      const shadow = tracked ? ensureBufferShadow(buffer) : shadowOf(buffer);
      if (shadow?.guards !== undefined && toIndex(at) + kind.width <= lengthOf.call(this)) {
        shadow.beforeWrite(from, from + kind.width);
      }
      apply(native, this, [at, primalOf(stored), order]);
      if (tracked) shadow?.put(kind, !order, from, stored as Box);
      else shadow?.clear(from, from + kind.width, kind.name);
      return undefined;
    };
    return Object.defineProperty(twin, 'length', { value: 2 });
  });
}

passing(proto, ['buffer', 'byteLength', 'byteOffset', Symbol.toStringTag]);

function isDataView(v: unknown): v is DataView {
  return isObject(v) && !isBox(v) && ArrayBuffer.isView(v) && !isTypedArray(v);
}
