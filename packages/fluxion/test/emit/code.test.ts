// What is emitted: its text, and the things that go wrong when code is moved, locals are shared or regions are left.
import { describe, expect, test } from 'vitest';
import { compileModule, TooLarge } from '../../src/emit/wasm/compile.ts';
import { wasmText } from '../../src/emit/wasm/text.ts';
import { Builder } from '../../src/ir/build.ts';
import type { Module, Value } from '../../src/ir/ops.ts';
import { parse } from '../../src/ir/parse.ts';
import { agree, arena, instanceOf } from './both.ts';

const dot = parse(`space x: f64 elements
func f(%x: ref, %n: i32) -> f64 {
  %zero: i32 = const 0
  %start: f64 = const 0
  %last: i32, %total: f64 = loop %zero, %start trips %n test (%i: i32, %s: f64) {
    %more: bool = compare.lt %i, %n
    yield %more, %i, %s
  } body (%j: i32, %t: f64) {
    %v: f64 = load x[%x, %j]
    %q: f64 = math.sin %v
    %u: f64 = math.add %t, %q
    %one: i32 = const 1
    %k: i32 = int.add %j, %one
    yield %k, %u
  }
  yield %total
}
`);

describe('emitted code', () => {
  test('has a text; what a loop carries stays in its locals, what is used once on the stack', () => {
    const text = wasmText(compileModule(dot));
    expect(text.slice(0, text.indexOf('  (func $enter'))).toBe(`(module
  (import "m" "m" (memory 1))
  (import "f" "0" (func $leave (param i32) (param i32)))
  (import "f" "1" (func $sin_1 (param f64) (result f64)))
  (func $f (export "call f") (param i32) (param i32) (result f64)
    (local i32 f64)
    i32.const 0
    f64.const 0
    local.set 3
    local.set 2
    block
      loop
        local.get 2
        local.get 1
        i32.lt_s
        i32.eqz
        br_if 1
        local.get 2
        i32.const 1
        i32.add
        local.get 3
        local.get 0
        local.get 2
        i32.const 3
        i32.shl
        i32.add
        f64.load
        call $sin_1
        f64.add
        local.set 3
        local.set 2
        br 0
      end
    end
    local.get 3
  )
`);
    agree(dot, 'f', [{ space: dot.spaces.get('x')!, contents: [1, 2, 3.25] }, 3]);
  });

  test('reads a cell before it is written again', () => {
    const module = parse(`space x: f64 elements
func f(%x: ref, %i: i32, %y: f64) -> f64, f64 {
  %a: f64 = load x[%x, %i]
  store x[%x, %i] = %y
  %b: f64 = load x[%x, %i]
  %c: f64 = math.neg %b
  call g(%x, %i)
  %d: f64 = math.add %a, %c
  %e: f64 = load x[%x, %i]
  yield %d, %e
}
func g(%x: ref, %i: i32) {
  %z: f64 = const 100
  store x[%x, %i] = %z
  yield
}
`);
    expect(agree(module, 'f', [{ space: module.spaces.get('x')!, contents: [1, 2] }, 1, 5]).results).toEqual([-3, 100]);
  });

  test('keeps what a loop needs in its next round, and swaps what it carries', () => {
    const module = parse(`func f(%n: i32, %a: f64, %b: f64) -> f64, f64 {
  %outside: f64 = math.mul %a, %b
  %0: i32 = const 0
  %1: i32, %2: f64, %3: f64 = loop %0, %a, %b test (%4: i32, %5: f64, %6: f64) {
    %7: bool = compare.lt %4, %n
    yield %7, %4, %5, %6
  } body (%8: i32, %9: f64, %10: f64) {
    %11: f64 = math.add %9, %outside
    %12: f64 = math.sin %11
    %13: f64 = math.cos %12
    %14: f64 = math.add %12, %13
    %15: i32 = const 1
    %16: i32 = int.add %8, %15
    yield %16, %10, %14
  }
  yield %2, %3
}
`);
    for (const n of [0, 1, 2, 5]) agree(module, 'f', [n, 0.5, 0.25]);
  });

  test('leaves blocks from inside loops and branches with the values of that moment', () => {
    const module = parse(`func f(%n: i32, %x: f64) -> f64, i32 {
  %r: f64, %m: i32 = block L1 {
    %0: i32 = const 0
    %s: f64 = block L2 {
      %1: i32, %2: f64 = loop %0, %x test (%3: i32, %4: f64) {
        %5: bool = const true
        yield %5, %3, %4
      } body (%6: i32, %7: f64) {
        %8: bool = compare.eq %6, %n
        %9: f64 = if %8 {
          %10: f64 = math.neg %7
          br L1 %10, %6
        } else {
          %11: i32 = const 3
          %12: bool = compare.gt %6, %11
          if %12 {
            br L2 %7
          } else {
            yield
          }
          %13: f64 = math.mul %7, %x
          yield %13
        }
        %14: i32 = const 1
        %15: i32 = int.add %6, %14
        yield %15, %9
      }
      never
    }
    %16: i32 = const -1
    yield %s, %16
  }
  yield %r, %m
}
`);
    for (const n of [0, 2, 3, 9]) agree(module, 'f', [n, 1.5]);
  });

  test('results of several types come out as they are', () => {
    const module = parse(`space x: f64 elements
func f(%a: i32, %b: bool, %r: ref) -> i32, bool, ref, f64 {
  %nan: f64 = const NaN
  yield %a, %b, %r, %nan
}
func none() {
  yield
}
func one(%r: ref) -> ref {
  yield %r
}
`);
    const instance = instanceOf(module);
    expect(instance.entry('f').call(-5, 1, 3_000_000_000)).toEqual([-5, 1, 3_000_000_000, Number.NaN]);
    expect(instance.entry('none').call()).toEqual([]);
    expect(instance.entry('one').run(3_000_000_000)).toBe(3_000_000_000);
    expect(() => instance.entry('two')).toThrow('No entry two');
  });

  test('calls the hosts, in order, or what stands in for them', () => {
    const log: unknown[] = [];
    const module = parse(
      `host 0: "note" (f64, bool) -> f64
host 1: "say" (i32)
func f(%x: f64, %n: i32) -> f64 {
  %t: bool = const true
  %a: f64 = host 0(%x, %t)
  host 1(%n)
  %b: f64 = host 0(%a, %t)
  yield %b
}
`,
      { hosts: { note: (x, c) => (log.push([x, c]), x + 1), say: (n) => log.push(n) } },
    );
    agree(module, 'f', [1, 7]);
    const once = [[1, 1], 7, [2, 1]];
    expect(log).toEqual([...once, ...once]);
  });

  test('goes on for functions of many lines, without a local for each', () => {
    const ir = new Builder();
    const x = ir.value('f64');
    const func = ir.func('f', [x], ['f64'], () => {
      let [a, b]: Value[] = [x, x];
      for (let n = 0; n < 20_000; n++) [a, b] = [ir.math('add', ir.math('mul', a, ir.number(0.5)), b), a];
      return [a];
    });
    const module: Module = { functions: new Map([['f', func]]), levels: [], reasons: [], hosts: [] };
    agree(module, 'f', [0.75]);
    const locals = /\(local([^)]*)\)/.exec(wasmText(compileModule(module)))![1];
    expect(locals.split(' ').length).toBeLessThan(8);
  });

  test('what engines refuse for its size is refused as that', () => {
    const ir = new Builder();
    const params = Array.from({ length: 1001 }, () => ir.value('f64'));
    const wide = ir.func('wide', params, ['f64'], () => [params[0]]);
    const of = (func: typeof wide): Module => ({
      functions: new Map([[func.name, func]]),
      levels: [],
      reasons: [],
      hosts: [],
    });
    expect(() => compileModule(of(wide))).toThrow(TooLarge);
    const x = ir.value('f64');
    const many = ir.func('many', [x], ['f64'], () => {
      // All of them are needed at the end, so each has a local.
      const values: Value[] = [];
      for (let n = 0; n < 50_001; n++) values.push(ir.math('add', x, ir.number(n)));
      let sum = x;
      for (const value of values) sum = ir.math('add', sum, value);
      for (const value of values.reverse()) sum = ir.math('add', sum, value);
      return [sum];
    });
    expect(() => compileModule(of(many))).toThrow(TooLarge);
  });

  test('recursion ends in a RangeError, and the memory is fit for more', () => {
    const module = parse(`func f(%n: f64) -> f64 {
  %0: f64 = const 0
  %1: bool = compare.le %n, %0
  %2: f64 = if %1 {
    yield %n
  } else {
    %3: f64 = const 1
    %4: f64 = math.sub %n, %3
    %5: f64 = call f(%4)
    %6: f64 = math.add %5, %n
    yield %6
  }
  yield %2
}
`);
    const { run } = instanceOf(module).entry('f');
    expect(run(5000)).toBe((5000 * 5001) / 2);
    expect(() => run(1e9)).toThrow(RangeError);
    expect(run(100)).toBe(5050);
    expect(arena.views.f64.length).toBeGreaterThan(0);
  });
});
