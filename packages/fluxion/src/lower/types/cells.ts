/**
 * The cells of memory that values of each type take, and the spaces they are in.
 * Invariant: one type, one kind of cell; so what is loaded is what was stored.
 */
import { type CellKind, elements, field, type Shape, type Space, type Type } from '../../ir/types.ts';
import type { JsType, TypedName } from './types.ts';

/**
 * Shape of a growing array's head: its length, how many elements there is room for, and where they are; for types that may have holes
 * also what each element is.
 */
export const arrayLength = field('array.length', 'i32', 0);
export const arrayCapacity = field('array.capacity', 'i32', 1);
export const arrayData = field('array.data', 'ref', 2);
export const arrayStates = field('array.states', 'ref', 3);
export const arrayShape: Shape = { name: 'array', fields: [arrayLength, arrayCapacity, arrayData, arrayStates] };

/** What an element is, in arrays of a type that may have holes: never written, written, undefined among numbers. */
export const elementStates = elements('array.state', 'u8');
export const holeState = 0;
export const presentState = 1;
export const undefinedState = 2;

/** Head of a typed array: never changed once made. */
export const typedLength = field('typed.length', 'i32', 0, true);
export const typedData = field('typed.data', 'ref', 1, true);
/** Where in its buffer it begins, in elements; and the length of the buffer, in bytes. */
export const typedStart = field('typed.start', 'i32', 2, true);
export const typedBuffer = field('typed.buffer', 'ref', 3, true);
export const typedShape: Shape = { name: 'typed', fields: [typedLength, typedData, typedStart, typedBuffer] };

/** Elements by cell kind: arrays of numbers share one space, so do all Float64Array views. */
export const elementSpaces = {
  /** Elements of arrays, by what they hold. */
  numbers: elements('number[]', 'f64'),
  booleans: elements('boolean[]', 'bool'),
  strings: elements('string[]', 'i32'),
  references: elements('object[]', 'ref'),
} as const;

export const typedSpaces: Readonly<Record<TypedName, Space>> = {
  Float64Array: elements('Float64Array', 'f64'),
  Float32Array: elements('Float32Array', 'f64'),
  Int32Array: elements('Int32Array', 'i32'),
  Uint32Array: elements('Uint32Array', 'i32'),
  Int16Array: elements('Int16Array', 'i16'),
  Uint16Array: elements('Uint16Array', 'u16'),
  Int8Array: elements('Int8Array', 'i8'),
  Uint8Array: elements('Uint8Array', 'u8'),
  Uint8ClampedArray: elements('Uint8ClampedArray', 'u8'),
};

export function spaceFor(type: JsType): Space {
  switch (cellFor(type)) {
    case 'bool':
      return elementSpaces.booleans;
    case 'i32':
      return elementSpaces.strings;
    case 'ref':
      return elementSpaces.references;
    default:
      return elementSpaces.numbers;
  }
}

/** Whether an element of this type takes more than a cell, and is in a box. */
export function isBoxed(type: JsType): boolean {
  return type.kind === 'union' || (type.kind === 'closure' && type.carried.length > 0);
}

/** The cell that holds a value of this type; undefined where the type says it all. */
export function cellFor(type: JsType): CellKind | undefined {
  switch (type.kind) {
    case 'number':
      return 'f64';
    case 'boolean':
      return 'bool';
    case 'string':
      return 'i32';
    case 'object':
    case 'union':
      return 'ref';
    case 'closure':
      return type.carried.length > 0 ? 'ref' : undefined;
    case 'constant':
      // null and undefined may grow to references.
      return type.value === null || type.value === undefined ? 'ref' : undefined;
    default:
      return undefined;
  }
}

/** The IR types that carry a value of this type. */
export function irTypes(type: JsType): readonly Type[] {
  switch (type.kind) {
    case 'number':
      return ['f64'];
    case 'boolean':
      return ['bool'];
    case 'string':
      return ['i32'];
    case 'maybe':
      return ['f64', 'bool'];
    case 'object':
    case 'cell':
      return ['ref'];
    case 'closure':
      return type.carried;
    case 'union':
      return ['i32', ...type.members.flatMap(irTypes)];
    default:
      return [];
  }
}
