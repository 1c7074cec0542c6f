import { describe, expect, test } from 'vitest';
import { interpret, Left, Memory } from '../../src/ir/interpret.ts';
import { parse } from '../../src/ir/parse.ts';
import { elements, shadowOf } from '../../src/ir/types.ts';
import { verify } from '../../src/ir/verify.ts';

const programs = `level 0: reverse
space x: f64 elements
space bytes: i8 elements
space p.v: f64 field 0
space p.next: ref field 1
space slot: f64 field 0
shape P { p.v, p.next }
shape frame tape 0 { slot }
reason 0: bounds "outside"
host 0: "note" (f64) -> f64

func sum(%x: ref, %n: i32) -> f64 {
  %zero: i32 = const 0
  %start: f64 = const 0
  %i2: i32, %total: f64 = loop %zero, %start trips %n test (%i: i32, %s: f64) {
    %more: bool = compare.lt %i, %n
    yield %more, %i, %s
  } body (%j: i32, %t: f64) {
    %v: f64 = load x[%x, %j]
    %next: f64 = math.add %t, %v
    %one: i32 = const 1
    %k: i32 = int.add %j, %one
    yield %k, %next
  }
  yield %total
}

func find(%x: ref, %wanted: f64) -> i32 {
  %zero: i32 = const 0
  %found: i32 = block L1 {
    %last: i32 = loop %zero test (%i: i32) {
      %yes: bool = const true
      yield %yes, %i
    } body (%j: i32) {
      %v: f64 = load x[%x, %j]
      %hit: bool = compare.eq %v, %wanted
      if %hit {
        br L1 %j
      } else {
        yield
      }
      %one: i32 = const 1
      %k: i32 = int.add %j, %one
      yield %k
    }
    never
  }
  yield %found
}

func fibonacci(%n: f64) -> f64 {
  %two: f64 = const 2
  %small: bool = compare.lt %n, %two
  %r: f64 = if %small {
    yield %n
  } else {
    %one: f64 = const 1
    %a: f64 = math.sub %n, %one
    %b: f64 = math.sub %n, %two
    %p: f64 = call fibonacci(%a)
    %q: f64 = call fibonacci(%b)
    %s: f64 = math.add %p, %q
    yield %s
  }
  yield %r
}

func wrap(%n: i32) -> i32, i32 {
  %one: i32 = const 1
  %zero: i32 = const 0
  %b: ref = elements bytes[%one]
  store bytes[%b, %zero] = %n
  %v: i32 = load bytes[%b, %zero]
  %w: i32 = int.shru %n, %zero
  yield %v, %w
}

func unwritten() -> f64 {
  %f: ref = alloc frame
  %v: f64 = load slot[%f]
  yield %v
}

func checked(%b: bool) {
  guard %b else 0
  yield
}

func noted(%x: f64) -> f64 {
  %y: f64 = host 0(%x)
  yield %y
}

func list(%x: f64) -> f64 {
  %p: ref = alloc P
  %q: ref = alloc P
  store p.v[%q] = %x
  store d0(p.v)[%p] = %x
  store p.next[%p] = %q
  %r: ref = load p.next[%p]
  %v: f64 = load p.v[%r]
  %d: f64 = load d0(p.v)[%r]
  %e: f64 = math.add %v, %d
  yield %e
}
`;

describe('the interpreter', () => {
  const notes: number[] = [];
  const module = parse(programs, { hosts: { note: (x) => (notes.push(x), x + 1) } });
  verify(module);
  const x = elements('x', 'f64');

  test('counts rounds, carries values, and tells what it has done', () => {
    const memory = new Memory();
    const space = module.spaces.get('x')!;
    const ref = memory.elements(space, [1, 2, 3.5]);
    const run = interpret(module, 'sum', [ref, 3], { memory });
    expect(run.results).toEqual([6.5]);
    expect(run.counts.get('math.add')).toBe(3);
    expect(run.counts.get('load')).toBe(3);
    expect(interpret(module, 'find', [ref, 3.5], { memory }).results).toEqual([2]);
    expect(() => interpret(module, 'find', [ref, 4], { memory })).toThrow('x: cell 3 of 3');
    expect(() => interpret(module, 'sum', [memory.elements(x, 3), 3], { memory })).toThrow(
      'the object is elements of x',
    );
    expect(() => interpret(module, 'sum', [ref, -1], { memory })).toThrow('A loop of -1 trips took 0');
  });

  test('recurses, wraps, branches and leaves', () => {
    expect(interpret(module, 'fibonacci', [12]).results).toEqual([144]);
    expect(interpret(module, 'wrap', [-129]).results).toEqual([127, -129]);
    expect(() => interpret(module, 'unwritten', [])).toThrow('slot: read of a cell of the tape that nobody wrote');
    expect(interpret(module, 'checked', [1]).results).toEqual([]);
    expect(() => interpret(module, 'checked', [0])).toThrow(Left);
    expect(interpret(module, 'noted', [2]).results).toEqual([3]);
    expect(notes).toEqual([2]);
    expect(() => interpret(module, 'fibonacci', [30], { limit: 1000 })).toThrow('too many operations');
  });

  test('keeps shadows beside their cells', () => {
    expect(interpret(module, 'list', [3]).results).toEqual([3]);
    const memory = new Memory();
    const ref = memory.elements(x, [1, 2]);
    const shadow = shadowOf(x, module.levels[0]);
    memory.write(shadow, ref, 5, 1);
    expect(memory.contents(x, ref)).toEqual([1, 2]);
    expect(memory.contents(shadow, ref)).toEqual([0, 5]);
    expect(memory.contents(shadow, ref + 1)).toEqual([5]);
  });
});
