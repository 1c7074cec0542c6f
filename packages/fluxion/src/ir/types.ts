/**
 * The types of IR values, and the spaces that memory consists of.
 * Invariant: a value has one type for ever; a cell of memory is named by (space, object, index) and by nothing else, so no pass
 * before emission knows an address.
 */

/**
 * f64: a JavaScript number. i32: 32 bits, signed or not as the operation reads them. bool: 0 or 1. ref: an object of the arena,
 * or one of the reserved references below; never an address to calculate with.
 */
export type Type = 'f64' | 'i32' | 'bool' | 'ref';

/** References that are no objects. */
export const nullRef = 0;
export const undefinedRef = 8;

/** What one cell holds. Only f64 cells can be active; narrower floats are kept as f64, rounded by whoever stores them. */
export type CellKind = 'f64' | 'i32' | 'i16' | 'u16' | 'i8' | 'u8' | 'bool' | 'ref';

export function typeOfCell(kind: CellKind): Type {
  return kind === 'f64' || kind === 'bool' || kind === 'ref' ? kind : 'i32';
}

export function bytesOfCell(kind: CellKind): number {
  if (kind === 'f64') return 8;
  return kind === 'i32' || kind === 'ref' ? 4 : kind === 'i16' || kind === 'u16' ? 2 : 1;
}

/**
 * A set of cells that only operations of the same space touch: one field of one shape, the elements of one family of arrays,
 * a slot of a tape frame. Two spaces never share a cell, so what is written to one is not seen in another.
 */
export interface Space {
  readonly name: string;
  readonly cell: CellKind;
  /** 'field': the cell number `slot` of an object of a shape. 'elements': cells counted by an index. */
  readonly kind: 'field' | 'elements';
  /** For fields: which cell of the object, in units of 8 bytes. */
  readonly slot: number;
  /** Never written after the object was made: loads may be moved and made again. */
  readonly constant: boolean;
  /** The space that this one shadows: adjoints (level of reverse mode) or tangents (level of forward mode, one of `lanes`). */
  readonly shadows?: Shadowing | undefined;
}

export interface Shadowing {
  readonly space: Space;
  readonly level: Level;
  readonly lane: number;
}

/** One application of forward or reverse mode. Outer levels shadow all that is below them, tapes and shadows included. */
export interface Level {
  readonly index: number;
  readonly mode: 'forward' | 'reverse';
  /** Tangents carried at once; 1 for reverse. */
  readonly lanes: number;
}

/** What an object is made of; its fields are spaces of kind 'field' with slots of their own. */
export interface Shape {
  readonly name: string;
  readonly fields: readonly Space[];
  /** Objects of the tape are taken from the tape of that level, others from the arena. */
  readonly tape?: Level | undefined;
}

export function field(name: string, cell: CellKind, slot: number, constant = false): Space {
  return { name, cell, kind: 'field', slot, constant };
}

export function elements(name: string, cell: CellKind, constant = false): Space {
  return { name, cell, kind: 'elements', slot: 0, constant };
}

const shadowsOf = new WeakMap<Space, WeakMap<Level, Space[]>>();

/** The space of the adjoints or tangents of an f64 space: the same one each time it is asked for with that level. */
export function shadowOf(space: Space, level: Level, lane = 0): Space {
  if (space.cell !== 'f64') throw new Error(`${space.name} holds ${space.cell}, which has no shadow`);
  let known = shadowsOf.get(space);
  if (known === undefined) shadowsOf.set(space, (known = new WeakMap()));
  let lanes = known.get(level);
  if (lanes === undefined) known.set(level, (lanes = []));
  let shadow = lanes[lane];
  if (shadow === undefined) {
    const mark = level.mode === 'reverse' ? `d${level.index}` : `t${level.index}.${lane}`;
    shadow = {
      name: `${mark}(${space.name})`,
      cell: 'f64',
      kind: space.kind,
      slot: space.slot,
      constant: false,
      shadows: { space, level, lane },
    };
    lanes[lane] = shadow;
  }
  return shadow;
}
