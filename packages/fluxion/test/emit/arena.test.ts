// The memory and its segments: what is new is 0, what runs out is told, and nobody meets what another has left.
import { describe, expect, test } from 'vitest';
import { compileModule, instantiate } from '../../src/emit/wasm/compile.ts';
import { pageBytes, Unavailable } from '../../src/emit/wasm/engine.ts';
import { firstSegment, layOut, mirrored } from '../../src/emit/wasm/memory.ts';
import { parse } from '../../src/ir/parse.ts';
import { elements, field, type Level, type Shape, shadowOf } from '../../src/ir/types.ts';
import { Arena, ArenaFull, enlarged, firstSizes, leaving, RegionFull, type Segment } from '../../src/runtime/arena.ts';
import { get, set } from './both.ts';

const reverse: Level = { index: 0, mode: 'reverse', lanes: 1 };
const forward: Level = { index: 1, mode: 'forward', lanes: 4 };
const levels = [reverse, forward];
const x = elements('x', 'f64');
const k = elements('k', 'u8');

const programs = parse(`level 0: reverse
level 1: forward 4
space x: f64 elements
space k: u8 elements
space p.v: f64 field 0
space slot: f64 field 0
shape P { p.v }
shape frame tape 0 { slot }
reason 0: bounds "out"
func fill(%n: i32, %m: i32, %t: i32) -> ref, ref {
  %a: ref = elements x[%n]
  %b: ref = elements k[%m]
  %c: ref = elements x[%t] tape 0
  %one: f64 = const 1
  %flag: i32 = const 255
  %0: i32 = const 0
  %1: i32 = loop %0 test (%2: i32) {
    %3: bool = compare.lt %2, %n
    yield %3, %2
  } body (%4: i32) {
    store x[%a, %4] = %one
    store d0(x)[%a, %4] = %one
    store t1.3(d0(x))[%a, %4] = %one
    store t1.0(x)[%a, %4] = %one
    %5: i32 = const 1
    %6: i32 = int.add %4, %5
    yield %6
  }
  %7: i32 = loop %0 test (%8: i32) {
    %9: bool = compare.lt %8, %m
    yield %9, %8
  } body (%10: i32) {
    store k[%b, %10] = %flag
    %11: i32 = const 1
    %12: i32 = int.add %10, %11
    yield %12
  }
  %13: i32 = loop %0 test (%14: i32) {
    %15: bool = compare.lt %14, %t
    yield %15, %14
  } body (%16: i32) {
    store x[%c, %16] = %one
    store t1.2(x)[%c, %16] = %one
    %17: i32 = const 1
    %18: i32 = int.add %16, %17
    yield %18
  }
  yield %a, %b
}
func objects(%n: i32) -> ref {
  %0: i32 = const 0
  %first: ref = alloc P
  %1: i32 = loop %0 test (%2: i32) {
    %3: bool = compare.lt %2, %n
    yield %3, %2
  } body (%4: i32) {
    %p: ref = alloc P
    %f: ref = alloc frame
    %5: i32 = const 1
    %6: i32 = int.add %4, %5
    yield %6
  }
  yield %first
}
func checked(%b: bool) {
  guard %b else 0
  yield
}
`);

function setUp(limit?: number) {
  const arena = new Arena(limit);
  const leave = leaving((index) => new Error(programs.reasons[index].message));
  return { arena, instance: instantiate(compileModule(programs), { memory: arena.memory, leave }) };
}

function isZero(arena: Arena, { from, to }: { from: number; to: number }): boolean {
  return arena.views.u8.subarray(from, to).every((byte) => byte === 0);
}

/** Runs in a segment that is large enough, which is left open. */
function run(
  { arena, instance }: ReturnType<typeof setUp>,
  name: string,
  args: number[],
): { segment: Segment; results: number[]; attempts: number } {
  let sizes = firstSizes(levels);
  for (let attempts = 1; ; attempts++) {
    const segment = arena.open(levels, sizes);
    segment.enter(instance);
    try {
      const results = instance.entry(name).call(...args);
      segment.leave(instance);
      return { segment, results, attempts };
    } catch (e) {
      segment.leave(instance);
      segment.close();
      if (!(e instanceof RegionFull)) throw e;
      sizes = enlarged(sizes, e);
    }
  }
}

describe('the arena', () => {
  test('lays a segment out so that mirrors hold all that is inside of them', () => {
    const layout = layOut(levels, 4096, [64, 128, 256]);
    expect(layout.regions).toEqual([
      { from: 4096, to: 4160 },
      { from: 4160, to: 4288 },
      { from: 4416, to: 4672 },
    ]);
    expect(layout.mirrors).toEqual([
      { from: 4288, to: 4416 },
      { from: 4672, to: 4672 + 4 * 512 },
    ]);
    expect(layout.to).toBe(6720);
    expect(mirrored(layout, 0, layout.regions[1])).toEqual(layout.mirrors[0]);
    expect(mirrored(layout, 1, { from: 4160, to: 4672 })).toEqual(layout.mirrors[1]);
  });

  test('gives every cell and every shadow an address of its own', () => {
    const { arena } = setUp();
    const segment = arena.open(levels, firstSizes(levels));
    const shape: Shape = { name: 'P', fields: [field('a', 'f64', 0), field('b', 'i32', 1), field('c', 'f64', 2)] };
    const spaces = [x, shadowOf(x, reverse)].flatMap((s) => [
      s,
      ...[0, 1, 2, 3].map((lane) => shadowOf(s, forward, lane)),
    ]);
    const refs = [segment.elements(x, 3), segment.elements(x, 2)];
    const seen = new Set<number>();
    for (const space of spaces) {
      refs.forEach((ref, n) => {
        for (let i = 0; i < 3 - n; i++) seen.add(segment.address(space, ref, i));
      });
    }
    const object = segment.object(shape);
    for (const cell of shape.fields) {
      seen.add(segment.address(cell, object));
      if (cell.cell === 'f64')
        for (const lane of [0, 3]) seen.add(segment.address(shadowOf(cell, forward, lane), object));
    }
    expect(seen.size).toBe(spaces.length * 5 + 3 + 4);
    for (const address of seen) expect(address % 8).toBe(0);
    segment.close();
  });

  test('a region that is full is told, with how much was needed, and the call goes through in a larger one', () => {
    const world = setUp();
    const small = run(world, 'fill', [10, 10, 10]);
    expect(small.attempts).toBe(1);
    small.segment.close();
    const { segment, results, attempts } = run(world, 'fill', [100_000, 300_000, 50_000]);
    expect(attempts).toBe(4);
    expect(get(segment, programs.spaces.get('x')!, results[0], 99_999)).toBe(1);
    expect(get(segment, k, results[1], 299_999)).toBe(255);
    segment.close();
    const many = run(world, 'objects', [50_000]);
    expect(many.attempts).toBeGreaterThan(4);
    many.segment.close();
  });

  test('an impossible count of elements is a full region, not a wrapped address', () => {
    const { arena, instance } = setUp();
    const segment = arena.open(levels, firstSizes(levels));
    segment.enter(instance);
    for (const n of [2 ** 31 - 1, 2 ** 29, 2 ** 28, 2 ** 29 + 1]) {
      expect(() => instance.entry('fill').call(n, 1, 1)).toThrow(RegionFull);
    }
    segment.leave(instance);
    segment.close();
  });

  test('elements of one count are taken together: none overlaps another, and an impossible count is a full region', () => {
    const several = parse(`level 0: reverse
space x: f64 elements
space k: u8 elements
space h: i16 elements
func take(%n: i32) -> ref, ref, ref, ref {
  %a: ref = elements k[%n] tape 0
  %b: ref = elements x[%n] tape 0
  %c: ref = elements h[%n] tape 0
  %d: ref = elements k[%n] tape 0
  yield %a, %b, %c, %d
}
`);
    const compiled = compileModule(several, ['take']);
    const arena = new Arena();
    const instance = instantiate(compiled, { memory: arena.memory, leave: leaving(() => new Error('left')) });
    const segment = arena.open([reverse], firstSizes([reverse]));
    const { from, to } = segment.layout.regions[2];
    for (let n = 0; n < 1500; n++) {
      segment.enter(instance);
      const bytes = [n, 8 * n, 2 * n, n].map((size) => Math.ceil(size / 8) * 8);
      const starts = bytes.map((_, i) => bytes.slice(0, i).reduce((sum, size) => sum + size, from));
      const end = starts[3] + bytes[3];
      // The rounding may be taken to need more than it does.
      if (end + 21 <= to) {
        expect(instance.entry('take').call(n)).toEqual(starts);
        expect(instance.top(2)).toBe(end);
      } else if (end > to) expect(() => instance.entry('take').call(n)).toThrow(RegionFull);
    }
    for (const n of [2 ** 31 - 1, 2 ** 29, 2 ** 28, 357913942, 357913941, -1, -5]) {
      segment.enter(instance);
      expect(() => instance.entry('take').call(n)).toThrow(RegionFull);
    }
    segment.close();
  });

  test('leaves with the reason of the guard', () => {
    const { instance } = setUp();
    expect(instance.entry('checked').call(1)).toEqual([]);
    expect(() => instance.entry('checked').call(0)).toThrow('out');
  });

  test('what is allocated is 0 with all its shadows, whoever had the place before', () => {
    const world = setUp();
    for (const counts of [
      [100, 50, 700],
      [900, 3, 10],
      [1, 1, 1000],
      [3000, 9, 5],
    ]) {
      const { segment } = run(world, 'fill', counts);
      segment.close();
      // Only former tapes may hold anything, and they are cleared when something else is opened over them.
      const plain = world.arena.open([], [2 ** 17, 2 ** 17]);
      expect(isZero(world.arena, plain.layout)).toBe(true);
      plain.close();
      expect(isZero(world.arena, { from: firstSegment, to: world.arena.views.u8.length })).toBe(true);
    }
  });

  test('shadows of a tape are 0 where a tape has been before', () => {
    const world = setUp();
    run(world, 'fill', [5, 5, 100]).segment.close();
    const again = world.arena.open(levels, firstSizes(levels));
    expect(isZero(world.arena, again.layout.mirrors[0])).toBe(true);
    expect(isZero(world.arena, again.layout.mirrors[1])).toBe(true);
    expect(isZero(world.arena, again.layout.regions[0])).toBe(true);
    again.close();
  });

  test('segments are closed in any order, and their places used again', () => {
    const world = setUp();
    const { arena } = world;
    const a = run(world, 'fill', [10, 10, 10]);
    const b = run(world, 'fill', [20, 20, 20]);
    const c = run(world, 'fill', [30, 30, 30]);
    expect(b.segment.layout.from).toBe(a.segment.layout.to);
    expect(c.segment.layout.from).toBe(b.segment.layout.to);
    const held = programs.spaces.get('x')!;
    b.segment.close();
    b.segment.close();
    const pages = arena.views.u8.length / pageBytes;
    for (let n = 0; n < 50; n++) run(world, 'fill', [20, 20, 20]).segment.close();
    expect(arena.views.u8.length / pageBytes).toBeLessThanOrEqual(2 * pages);
    expect(get(a.segment, held, a.results[0], 9)).toBe(1);
    expect(get(c.segment, held, c.results[0], 29)).toBe(1);
    a.segment.close();
    c.segment.close();
    const first = arena.open(levels, firstSizes(levels));
    expect(first.layout.from).toBe(firstSegment);
    first.close();
  });

  test('shadows are cleared, and what a pullback took is given up, with the rest as it was', () => {
    const world = setUp();
    const { segment, results } = run(world, 'fill', [10, 10, 10]);
    const space = programs.spaces.get('x')!;
    const adjoint = shadowOf(space, programs.levels[0]);
    expect(get(segment, adjoint, results[0], 3)).toBe(1);
    segment.clearShadows(0);
    expect(get(segment, adjoint, results[0], 3)).toBe(0);
    expect(get(segment, space, results[0], 3)).toBe(1);
    expect(get(segment, shadowOf(space, programs.levels[1], 0), results[0], 3)).toBe(1);
    const before = [...segment.tops];
    const extra = segment.elements(space, 4);
    set(segment, space, extra, 2, 7);
    set(segment, adjoint, extra, 2, 8);
    segment.cutBack(before);
    expect(segment.elements(space, 4)).toBe(extra);
    expect(get(segment, space, extra, 2)).toBe(0);
    expect(get(segment, adjoint, extra, 2)).toBe(0);
    expect(get(segment, space, results[0], 3)).toBe(1);
    segment.close();
    expect(isZero(world.arena, world.arena.open([], [2 ** 16, 2 ** 16]).layout)).toBe(true);
  });

  test('a host that calls the same code in another segment does not disturb the run that called it', () => {
    const arena = new Arena();
    let depth = 0;
    const module = parse(
      `level 0: reverse
space x: f64 elements
host 0: "again" () -> f64
func f() -> f64, f64 {
  %one: i32 = const 1
  %0: i32 = const 0
  %v: f64 = const 5
  %a: ref = elements x[%one]
  store x[%a, %0] = %v
  store d0(x)[%a, %0] = %v
  %h: f64 = host 0()
  %b: ref = elements x[%one]
  store x[%b, %0] = %h
  store d0(x)[%b, %0] = %h
  %p: f64 = load x[%a, %0]
  %q: f64 = load d0(x)[%a, %0]
  yield %p, %q
}
`,
      { hosts: { again: () => (depth++ < 3 ? work()[0] : 7) } },
    );
    const instance = instantiate(compileModule(module), { memory: arena.memory, leave: leaving(() => new Error()) });
    const work = (): number[] => {
      const segment = arena.open(module.levels, firstSizes(module.levels));
      segment.enter(instance);
      const results = instance.entry('f').call();
      segment.leave(instance);
      expect(segment.tops[1] - segment.layout.regions[1].from).toBe(16);
      segment.close();
      return results;
    };
    expect(work()).toEqual([5, 5]);
    expect(depth).toBe(4);
    expect(isZero(arena, { from: firstSegment, to: arena.views.u8.length })).toBe(true);
  });

  test('without WebAssembly, and where no memory is to be had, it says so when it is asked', () => {
    const { WebAssembly } = globalThis as unknown as { WebAssembly: { Memory: unknown } };
    const { Memory } = WebAssembly;
    try {
      (globalThis as { WebAssembly?: unknown }).WebAssembly = undefined;
      const arena = new Arena();
      expect(() => arena.open([], [8, 8])).toThrow(Unavailable);
      expect(() => compileModule(programs)).toThrow(Unavailable);
      (globalThis as { WebAssembly?: unknown }).WebAssembly = WebAssembly;
      WebAssembly.Memory = class {
        constructor() {
          throw new RangeError('could not allocate memory');
        }
      };
      expect(() => arena.open([], [8, 8])).toThrow(Unavailable);
    } finally {
      (globalThis as { WebAssembly?: unknown }).WebAssembly = WebAssembly;
      WebAssembly.Memory = Memory;
    }
  });

  test('a limit is kept', () => {
    const { arena } = setUp(10 * pageBytes);
    expect(() => arena.open([], [8, 20 * pageBytes])).toThrow(ArenaFull);
    expect(() => arena.open([], [8, 5 * pageBytes], 2 * pageBytes)).toThrow(ArenaFull);
    const fits = arena.open([], [8, 9 * pageBytes]);
    expect(arena.views.u8.length).toBe(10 * pageBytes);
    fits.close();
    expect(() => new Arena().open([], [8, 2 ** 33])).toThrow(ArenaFull);
  });
});
