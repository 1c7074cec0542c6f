/**
 * Where things lie: the one place where spaces become addresses.
 *
 * A segment is what one evaluation owns of the memory:
 * `[plain][cells][mirror of cells for level 0][tape of level 0, if reverse][mirror of all from cells to here for level 1]…`.
 * Objects with an f64 cell lie in `cells` (or a tape), the others in `plain`. With k lanes a mirror is k times as large as what it
 * mirrors. If cells begin at b and the mirror of level L at m, the shadow of the cell at address a in a lane is at a·k + (m - b·k) + 8·lane; the middle
 * term is the `shift` of the level.
 *
 * Invariant: an address is linear in the reference and the index, so a shadow of a shadow is a linear map of a linear map.
 */
import { bytesOfCell, type CellKind, type Level, type Shape, type Space } from '../../ir/types.ts';
import type { Instruction } from './instructions.ts';

/** References below this are no objects. */
export const reservedBytes = 64;
/** Results of calls that have several are put here, from `reservedBytes` on; segments begin behind it. */
export const firstSegment = 4096;
export const resultSlots = (firstSegment - reservedBytes) / 8;

/** The parts of a segment that grow: number 0 and 1, and one tape for each level of reverse mode. */
export const plainRegion = 0;
export const cellsRegion = 1;

export function tapeRegion(levels: readonly Level[], level: Level): number {
  let region = cellsRegion;
  for (let n = 0; n <= level.index; n++) if (levels[n].mode === 'reverse') region++;
  return region;
}

export function regionCount(levels: readonly Level[]): number {
  return levels.reduce((count, { mode }) => count + (mode === 'reverse' ? 1 : 0), cellsRegion + 1);
}

export function regionOfShape(levels: readonly Level[], shape: Shape): number {
  if (shape.tape !== undefined) return tapeRegion(levels, shape.tape);
  return shape.fields.some(({ cell }) => cell === 'f64') ? cellsRegion : plainRegion;
}

export function regionOfElements(levels: readonly Level[], space: Space, tape?: Level): number {
  if (tape !== undefined) return tapeRegion(levels, tape);
  return space.cell === 'f64' ? cellsRegion : plainRegion;
}

export function bytesOfShape(shape: Shape): number {
  let slots = 0;
  for (const { slot } of shape.fields) slots = Math.max(slots, slot + 1);
  return 8 * slots;
}

/** Objects and elements begin at multiples of 8. */
export function bytesOfElements(space: Space, count: number): number {
  return Math.ceil((count * bytesOfCell(space.cell)) / 8) * 8;
}

/** A part of the memory, [from, to). */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A segment laid out. */
export interface Layout {
  readonly levels: readonly Level[];
  /** By region. */
  readonly regions: readonly Range[];
  /** By level, modulo 2^32. */
  readonly shifts: readonly number[];
  /** By level: the whole mirror. */
  readonly mirrors: readonly Range[];
  readonly from: number;
  readonly to: number;
}

/** Lays a segment out at `from`, a multiple of 8, with regions of these sizes (multiples of 8). */
export function layOut(levels: readonly Level[], from: number, sizes: readonly number[]): Layout {
  const regions: Range[] = [];
  const shifts: number[] = [];
  const mirrors: Range[] = [];
  let end = from;
  const region = () => {
    const start = end;
    end += sizes[regions.length];
    regions.push({ from: start, to: end });
  };
  region();
  region();
  const cells = regions[cellsRegion].from;
  for (const { mode, lanes } of levels) {
    const mirror = end;
    shifts.push((mirror - cells * lanes) | 0);
    end += (end - cells) * lanes;
    mirrors.push({ from: mirror, to: end });
    if (mode === 'reverse') region();
  }
  return { levels, regions, shifts, mirrors, from, to: end };
}

/** The shadows of a range at one level: all lanes. */
export function mirrored({ levels, shifts }: Layout, level: number, { from, to }: Range): Range {
  const { lanes } = levels[level];
  const shift = shifts[level];
  return { from: (from * lanes + shift) >>> 0, to: (to * lanes + shift) >>> 0 };
}

/** How the address of a cell follows from that of its object, innermost level first. */
export interface Addressing {
  /** Bytes from one element to the next, before any shadowing; 0 for fields. */
  readonly stride: number;
  /** What is added at last, if the index is 0. */
  readonly offset: number;
  /** Multiply by the lanes, add the shift of the level, for each. */
  readonly steps: readonly { readonly level: number; readonly lanes: number }[];
  /** The product of all lanes. */
  readonly scale: number;
}

const known = new WeakMap<Space, Addressing>();

export function addressingOf(space: Space): Addressing {
  let found = known.get(space);
  if (found === undefined) known.set(space, (found = addressing(space)));
  return found;
}

function addressing(space: Space): Addressing {
  if (space.shadows === undefined) {
    const field = space.kind === 'field';
    return { stride: field ? 0 : bytesOfCell(space.cell), offset: field ? 8 * space.slot : 0, steps: [], scale: 1 };
  }
  const { level, lane } = space.shadows;
  const inner = addressingOf(space.shadows.space);
  return {
    stride: inner.stride,
    offset: inner.offset * level.lanes + 8 * lane,
    steps: [...inner.steps, { level: level.index, lanes: level.lanes }],
    scale: inner.scale * level.lanes,
  };
}

/** The address of a cell, for whoever reads and writes memory from outside. */
export function addressOf(layout: Layout, space: Space, ref: number, index = 0): number {
  const { stride, offset, steps } = addressingOf(space);
  let address = ref + index * stride;
  for (const { level, lanes } of steps) address = address * lanes + layout.shifts[level];
  return (address + offset) >>> 0;
}

export const loads: Readonly<Record<CellKind, Instruction>> = {
  f64: 'f64.load',
  i32: 'i32.load',
  ref: 'i32.load',
  i16: 'i32.load16_s',
  u16: 'i32.load16_u',
  i8: 'i32.load8_s',
  u8: 'i32.load8_u',
  bool: 'i32.load8_u',
};

export const stores: Readonly<Record<CellKind, Instruction>> = {
  f64: 'f64.store',
  i32: 'i32.store',
  ref: 'i32.store',
  i16: 'i32.store16',
  u16: 'i32.store16',
  i8: 'i32.store8',
  u8: 'i32.store8',
  bool: 'i32.store8',
};
