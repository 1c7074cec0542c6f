// Runs a function of the IR by the interpreter and as WebAssembly, for comparison.
import { expect } from 'vitest';
import { compileModule, type Instance, instantiate } from '../../src/emit/wasm/compile.ts';
import { interpret, Left, Memory } from '../../src/ir/interpret.ts';
import type { Module } from '../../src/ir/ops.ts';
import { type Shape, type Space, typeOfCell } from '../../src/ir/types.ts';
import { Arena, enlarged, firstSizes, leaving, RegionFull, type Segment } from '../../src/runtime/arena.ts';

export const arena = new Arena();

/** A number, or elements that are made before the run. */
export type Given =
  | number
  | { readonly space: Space; readonly contents: readonly number[] }
  | { readonly shape: Shape };

export interface Outcome {
  readonly results: readonly number[];
  /** The elements given, shadows included where asked for, after the run. */
  readonly memory: readonly (readonly number[])[];
  readonly left?: number;
}

/** Which spaces of the elements given are read afterwards. */
export type Watched = (given: Space) => readonly Space[];

export function interpreted(
  module: Module,
  name: string,
  given: readonly Given[],
  watched: Watched = (s) => [s],
): Outcome {
  const memory = new Memory();
  const args = given.map((g) =>
    typeof g === 'number' ? g : 'shape' in g ? memory.object(g.shape) : memory.elements(g.space, g.contents),
  );
  try {
    const { results } = interpret(module, name, args, { memory });
    const after = given.flatMap((g, n) =>
      typeof g === 'number' || 'shape' in g ? [] : watched(g.space).map((s) => memory.contents(s, args[n])),
    );
    return { results, memory: after };
  } catch (e) {
    if (e instanceof Left) return { results: [], memory: [], left: e.index };
    throw e;
  }
}

class Departed extends Error {
  readonly index: number;
  constructor(index: number) {
    super(`reason ${index}`);
    this.index = index;
  }
}

export function instanceOf(module: Module, entries?: readonly string[]): Instance {
  return instantiate(compileModule(module, entries), {
    memory: arena.memory,
    leave: leaving((index) => new Departed(index)),
  });
}

export function compiled(
  module: Module,
  name: string,
  given: readonly Given[],
  watched: Watched = (s) => [s],
  start = firstSizes(module.levels),
): Outcome {
  const instance = instanceOf(module, [name]);
  for (let sizes = start; ; ) {
    const segment = arena.open(module.levels, sizes);
    try {
      const args = given.map((g) =>
        typeof g === 'number' ? g : 'shape' in g ? segment.object(g.shape) : put(segment, g),
      );
      segment.enter(instance);
      const results = instance.entry(name).call(...args);
      const after = given.flatMap((g, n) =>
        typeof g === 'number' || 'shape' in g
          ? []
          : watched(g.space).map((s) => g.contents.map((_, i) => get(segment, s, args[n], i))),
      );
      return { results, memory: after };
    } catch (e) {
      if (e instanceof Departed) return { results: [], memory: [], left: e.index };
      if (!(e instanceof RegionFull)) throw e;
      sizes = enlarged(sizes, e);
    } finally {
      segment.leave(instance);
      segment.close();
    }
  }
}

function put(segment: Segment, { space, contents }: { space: Space; contents: readonly number[] }): number {
  const ref = segment.elements(space, contents.length);
  contents.forEach((value, i) => {
    set(segment, space, ref, i, value);
  });
  return ref;
}

export function set(segment: Segment, space: Space, ref: number, index: number, value: number): void {
  const view = viewOf(segment, space);
  view[segment.address(space, ref, index) / view.BYTES_PER_ELEMENT] = value;
}

export function get(segment: Segment, space: Space, ref: number, index = 0): number {
  const view = viewOf(segment, space);
  return view[segment.address(space, ref, index) / view.BYTES_PER_ELEMENT];
}

function viewOf({ views }: Segment, { cell }: Space) {
  if (cell === 'f64' || cell === 'i16' || cell === 'u16' || cell === 'i8' || cell === 'u8') return views[cell];
  return typeOfCell(cell) === 'bool' ? views.u8 : views.i32;
}

/** Both give the same, bit for bit. */
export function agree(module: Module, name: string, given: readonly Given[], watched?: Watched): Outcome {
  const expected = interpreted(module, name, given, watched);
  expect(compiled(module, name, given, watched)).toEqual(expected);
  return expected;
}
