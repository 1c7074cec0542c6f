/**
 * What typed arrays and buffers are, asked of the engine's own accessors so that subclasses and patched properties do not
 * matter, and the element kinds.
 * Invariant: nothing here runs user code.
 */
import { OwnSet } from './own.ts';

export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** The element type of a typed array or of a DataView access. */
export interface Kind {
  readonly name: string;
  readonly width: number;
  /** What derivatives can be stored as; undefined for integers. */
  readonly float: 'float64' | 'float32' | 'float16' | undefined;
  readonly big: boolean;
  /** The number at a byte. */
  read(view: DataView, byte: number, little: boolean): number;
}

const half = DataView.prototype as unknown as {
  getFloat16?(this: DataView, byte: number, little: boolean): number;
};

const noRead = (): number => Number.NaN;
const f64 = DataView.prototype.getFloat64;
const f32 = DataView.prototype.getFloat32;
const f16 = half.getFloat16;

const integer = (name: string, width: number, big = false): Kind => ({
  name,
  width,
  float: undefined,
  big,
  read: noRead,
});
const float = (name: string, width: number, type: 'float64' | 'float32' | 'float16', read: Kind['read']): Kind => ({
  name,
  width,
  float: type,
  big: false,
  read,
});

const byName: Record<string, Kind> = {
  Int8Array: integer('int8', 1),
  Uint8Array: integer('uint8', 1),
  Uint8ClampedArray: integer('uint8 (clamped)', 1),
  Int16Array: integer('int16', 2),
  Uint16Array: integer('uint16', 2),
  Int32Array: integer('int32', 4),
  Uint32Array: integer('uint32', 4),
  BigInt64Array: integer('bigint64', 8, true),
  BigUint64Array: integer('biguint64', 8, true),
  Float16Array: float('float16', 2, 'float16', (v, byte, little) => f16?.call(v, byte, little) ?? Number.NaN),
  Float32Array: float('float32', 4, 'float32', (v, byte, little) => f32.call(v, byte, little)),
  Float64Array: float('float64', 8, 'float64', (v, byte, little) => f64.call(v, byte, little)),
};

export const kinds = {
  byName,
  float64: byName.Float64Array as Kind,
  float32: byName.Float32Array as Kind,
  float16: byName.Float16Array as Kind,
  /** Whether typed arrays store numbers with the highest byte first on this machine. */
  bigEndianHost: new Uint8Array(new Uint16Array([1]).buffer)[0] === 0,
};

export const typedArrayPrototype: object = Object.getPrototypeOf(Int8Array.prototype) as object;
export const TypedArrayConstructor: Function = Object.getPrototypeOf(Int8Array) as Function;

function getterOf(key: PropertyKey): (this: unknown) => unknown {
  return Object.getOwnPropertyDescriptor(typedArrayPrototype, key)?.get as (this: unknown) => unknown;
}

const tagGetter = getterOf(Symbol.toStringTag);
const bufferGetter = getterOf('buffer');
const lengthGetter = getterOf('length');
const offsetGetter = getterOf('byteOffset');

/** 'Float64Array' and the like; undefined for what is no typed array. */
export function tagOf(v: unknown): string | undefined {
  return tagGetter.call(v) as string | undefined;
}

export function isTypedArray(v: unknown): v is TypedArray {
  return ArrayBuffer.isView(v) && tagGetter.call(v) !== undefined;
}

export function kindOf(view: TypedArray): Kind {
  return byName[tagGetter.call(view) as string] as Kind;
}

export function bufferOf(view: TypedArray): ArrayBufferLike {
  return bufferGetter.call(view) as ArrayBufferLike;
}

/** Zero for a view whose memory is detached or has shrunk away. */
export function lengthOf(view: TypedArray): number {
  return lengthGetter.call(view) as number;
}

export function offsetOf(view: TypedArray): number {
  return offsetGetter.call(view) as number;
}

/** The constructors this engine has, by name. */
export const typedArrayConstructors: readonly (readonly [name: string, C: TypedArrayClass])[] = Object.keys(byName)
  .map((name) => [name, (globalThis as unknown as Record<string, TypedArrayClass | undefined>)[name]] as const)
  .filter((pair): pair is readonly [string, TypedArrayClass] => typeof pair[1] === 'function');

export interface TypedArrayClass extends Function {
  new (...args: unknown[]): TypedArray;
  readonly prototype: TypedArray;
  readonly BYTES_PER_ELEMENT: number;
}

/** Getters of the language that only look at what native code keeps: reading through them natively is always right. */
export const pureGetters: ReadonlySet<unknown> = new OwnSet(
  [
    ...['length', 'byteLength', 'byteOffset', Symbol.toStringTag].map(getterOf),
    ...[Map, Set].map((C) => Object.getOwnPropertyDescriptor(C.prototype, 'size')?.get),
    ...['byteLength', 'byteOffset'].map((k) => Object.getOwnPropertyDescriptor(DataView.prototype, k)?.get),
    ...[ArrayBuffer, globalThis.SharedArrayBuffer].flatMap((C) =>
      ['byteLength', 'maxByteLength', 'resizable', 'growable', 'detached'].map(
        (k) => C && Object.getOwnPropertyDescriptor(C.prototype, k)?.get,
      ),
    ),
    Object.getOwnPropertyDescriptor(Symbol.prototype, 'description')?.get,
  ].filter((getter) => getter !== undefined),
);
