import { describe, expect, test } from 'vitest';
import { Builder, newLabel } from '../../src/ir/build.ts';
import type { Module } from '../../src/ir/ops.ts';
import { parse } from '../../src/ir/parse.ts';
import { print, printFunc } from '../../src/ir/print.ts';
import { elements, field, type Level, type Shape, shadowOf } from '../../src/ir/types.ts';
import { verify } from '../../src/ir/verify.ts';

const everything = `level 0: reverse
level 1: forward 4
space "a b": u8 field 0
space p.y: f64 field 1 constant
space slot: f64 field 0
space x: f64 elements
space sum: i32 elements
shape "P Q" { "a b", p.y }
shape frame tape 0 { slot }
reason 0: bounds "i is outside of \\"x\\"" @0:12
reason 1: throw "no"
host 0: "Math.random" () -> f64
host 1: "console.log" (f64, i32)

func g(%a: f64, %flag: bool) -> f64, f64 {
  %b: f64 = math.sin %a
  %3: f64 = select %flag, %a, %b
  yield %3, %b
}

func main(%0: ref, %n: i32, %s.2: f64) -> f64 {
  %3: f64 = const -0
  %4: f64 = const NaN
  %5: f64 = const 1e-320
  %6: f64 = const -Infinity
  %7: bool = const true
  %8: ref = const null
  %9: ref = const undefined
  %10: i32 = const -2147483648
  %11: f64 = math.max
  %12: f64 = math.hypot %3, %4, %5
  %13: f64, %14: f64 = call g(%12, %7)
  %15: f64 = host 0()
  host 1(%15, %n)
  %16: ref = alloc "P Q"
  %17: ref = alloc frame
  store p.y[%16] = %3
  store d0(p.y)[%16] = %3
  store t1.3(d0(slot))[%17] = %3
  store "a b"[%16] = %n
  %18: ref = elements x[%n]
  %19: ref = elements sum[%n] tape 0
  %20: ref = offset x[%18, %n]
  %21: f64 = load t1.0(x)[%20, %n]
  copy x[%18, %n] = [%20, %n] count %n
  %22: bool = compare.lt.unsigned %n, %10
  %23: bool = compare.eq %16, %8
  guard %22 else 0
  %24: i32 = convert.toInt32 %21
  %25: i32 = int.clz %24
  %26: f64 = block L1 {
    %27: i32, %28: f64 = loop %n, %s.2 trips %n test (%29: i32, %s.30: f64) {
      %31: bool = compare.ne %29, %25
      yield %31, %29, %s.30
    } body (%32: i32, %33: f64) {
      if %23 {
        br L1 %33
      } else {
        yield
      }
      yield %32, %33
    }
    %34: f64 = if %23 {
      yield %28
    } else {
      never
    }
    yield %34
  }
  yield %26
}
`;

describe('the text of the IR', () => {
  test('is parsed and printed as it was', () => {
    const module = parse(everything);
    expect(print(module, { places: true })).toBe(everything);
    verify(module);
  });

  test('keeps places where it is asked to', () => {
    const text = 'func f(%x: f64) -> f64 {\n  %y: f64 = math.sin %x @3:17\n  yield %y\n}\n';
    expect(print(parse(text), { places: true })).toBe(text);
    expect(print(parse(text))).toBe(text.replace(' @3:17', ''));
  });

  test('is the same for what is built by hand, whatever the labels and names', () => {
    const build = (): Module => {
      const level: Level = { index: 0, mode: 'reverse', lanes: 1 };
      const a = elements('x', 'f64');
      const b = elements('x', 'f64');
      const shape: Shape = { name: 'P', fields: [field('P.v', 'f64', 0)] };
      const ir = new Builder();
      const x = ir.value('ref', 'x');
      const i = ir.value('i32', 'i');
      const odd = ir.value('f64', 'not a name');
      const func = ir.func('f', [x, i, odd], ['f64'], () => {
        const label = newLabel();
        const body = ir.region([], () => ({ kind: 'br', label, values: [ir.load(a, x, i)] }));
        const [u] = ir.block(label, ['f64'], body);
        ir.store(shadowOf(b, level), x, i, u);
        ir.alloc(shape);
        return [ir.math('mul', u, odd)];
      });
      return { functions: new Map([['f', func]]), levels: [level], reasons: [], hosts: [] };
    };
    const text = print(build());
    expect(print(build())).toBe(text);
    expect(print(parse(text))).toBe(text);
    expect(printFunc(build(), 'f')).toBe(`func f(%x: ref, %i: i32, %2: f64) -> f64 {
  %4: f64 = block L1 {
    %3: f64 = load x[%x, %i]
    br L1 %3
  }
  store d0("x#2")[%x, %i] = %4
  %5: ref = alloc P
  %6: f64 = math.mul %4, %2
  yield %6
}
`);
  });

  test('derivatives that are still to be written', () => {
    const text = `level 0: reverse
space x: f64 elements
derivation 0: f level 0 (copy, active, given) spaces { x }

func f(%x: ref, %a: f64, %n: i32) -> f64 {
  %3: f64 = load x[%x, %n]
  %4: f64 = math.mul %3, %a
  yield %4
}

func g(%x: ref, %a: f64, %n: i32) -> f64 {
  %3: f64, %4: f64 = derive gradient 0(%x, %a, %n, %a)
  %5: f64, %6: ref = derive forward 0(%x, %a, %n)
  %7: f64 = derive reverse 0(%6, %a)
  %8: f64 = load d0(x)[%x, %n]
  yield %8
}
`;
    expect(print(parse(text))).toBe(text);
  });

  test('says on which line it can not be read', () => {
    expect(() => parse('func f() {\n  yield %x\n}\n')).toThrow(
      'IR, line 2: "%x" where a value defined above is needed',
    );
    expect(() => parse('func f() {\n  what 3\n}\n')).toThrow('IR, line 2');
    expect(() => parse('func f() {\n')).toThrow('ends too early');
    expect(() => parse('func f() { ? }')).toThrow('unreadable "?"');
  });
});
