/**
 * What copying values in and out needs to know of the memory of one evaluation.
 * Invariant: an address is that of a cell or object of this evaluation, and good until it is closed.
 */
import type { Position } from '../errors/original.ts';
import type { Place } from '../ir/ops.ts';
import { bytesOfCell, type CellKind, type Level, type Shape, type Space } from '../ir/types.ts';

export interface Heap {
  /** A new object, its cells and their shadows 0. */
  object(shape: Shape): number;
  /** New elements, they and their shadows 0. */
  elements(space: Space, count: number): number;
  /** The memory as arrays; to be asked for again after anything was allocated. */
  readonly views: Views;
  /** The address of a cell of a space of level 0 or of a shadow. */
  address(space: Space, object: number, index: number): number;
  /** The address of the shadow of an f64 cell, or of the first lane of it. */
  shadow(address: number, level: Level): number;
}

export interface Views {
  readonly f64: Float64Array;
  readonly i32: Int32Array;
  readonly i16: Int16Array;
  readonly u16: Uint16Array;
  readonly i8: Int8Array;
  readonly u8: Uint8Array;
}

/** All cells of a kind. */
export function cellsOf(views: Views, kind: CellKind): Views[keyof Views] {
  switch (kind) {
    case 'f64':
      return views.f64;
    case 'i32':
    case 'ref':
      return views.i32;
    case 'i16':
      return views.i16;
    case 'u16':
      return views.u16;
    case 'i8':
      return views.i8;
    case 'u8':
    case 'bool':
      return views.u8;
  }
}

/** Writes a cell at its address. */
export function writeCell(views: Views, { cell }: Space, address: number, value: number): void {
  cellsOf(views, cell)[address / bytesOfCell(cell)] = value;
}

/** Reads a cell at its address. */
export function readCell(views: Views, { cell }: Space, address: number): number {
  return cellsOf(views, cell)[address / bytesOfCell(cell)];
}

/** Thrown where the memory set aside for an evaluation is used up: the evaluation is done again with more. */
export class OutOfMemory extends Error {
  /** The bytes that it is to have. */
  readonly needed: number;
  constructor(needed: number) {
    super('the memory of an evaluation is used up');
    this.needed = needed;
  }
}

/** The compiled tier was left: why. Thrown with nothing done that anybody can see. */
export class Left extends Error {
  /** Whether it speaks against compiling such calls. */
  readonly counts: boolean;
  /** The function throws, or does what the language throws at: the dynamic tier throws the user's error. */
  readonly userThrows: boolean;
  readonly at: Place | undefined;
  /** The user's line, set by whoever knows the texts. */
  position: Position | undefined;
  constructor(message: string, counts = true, userThrows = false, at?: Place) {
    super(message);
    this.counts = counts;
    this.userThrows = userThrows;
    this.at = at;
  }
}

/** The tier is left by every call of the function alike. */
export class Unsuited extends Left {
  constructor(message: string) {
    super(message, false);
  }
}
