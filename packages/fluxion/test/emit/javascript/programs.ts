/** Programs in the text form, with the user's lines, whose JavaScript is compared with a text in the tests. */
import { type Parsed, parse } from '../../../src/ir/parse.ts';

export interface Example {
  readonly source: string;
  readonly module: Parsed;
}

/** `@after 'text'` in the IR stands for the place of that text in the source. */
function example(source: string, ir: string): Example {
  const text = ir.replace(/@'([^']*)'/g, (_, part: string) => {
    const offset = source.indexOf(part);
    if (offset < 0) throw new Error(`${part} is not in the source`);
    return `@0:${offset}`;
  });
  return { source, module: parse(text) };
}

/** Σ(sin xᵢ + cos xᵢ²) */
export const A = example(
  `(x) => {
  let s = 0;
  for (let i = 0; i < x.length; i++) {
    s += Math.sin(x[i]) + Math.cos(x[i] ** 2);
  }
  return s;
}`,
  `space Float64Array: f64 elements

func A.0(%x: ref, %n: i32) -> f64 {
  %zero: f64 = const 0
  %1: i32 = const 0
  %2: f64, %3: i32 = loop %zero, %1 trips %n @'for' test (%s.4: f64, %i.5: i32) {
    %6: bool = compare.lt %i.5, %n @'i < x.length'
    yield %6, %s.4, %i.5
  } body (%s.7: f64, %i.8: i32) {
    %9: f64 = load Float64Array[%x, %i.8] @'s +='
    %10: f64 = math.sin %9 @'s +='
    %11: f64 = const 2
    %12: f64 = math.pow %9, %11 @'s +='
    %13: f64 = math.cos %12 @'s +='
    %14: f64 = math.add %10, %13 @'s +='
    %15: f64 = math.add %s.7, %14 @'s +='
    %16: i32 = const 1
    %17: i32 = int.add %i.8, %16 @'i++'
    yield %15, %17
  }
  yield %2
}
`,
);

/** Σ(xᵢ > 0 ? sin xᵢ : cos xᵢ) */
export const B = example(
  `(x) => {
  let s = 0;
  for (let i = 0; i < x.length; i++) {
    if (x[i] > 0) s += Math.sin(x[i]);
    else s += Math.cos(x[i]);
  }
  return s;
}`,
  `space Float64Array: f64 elements

func B.0(%x: ref, %n: i32) -> f64 {
  %zero: f64 = const 0
  %1: i32 = const 0
  %2: f64, %3: i32 = loop %zero, %1 trips %n test (%s.4: f64, %i.5: i32) {
    %6: bool = compare.lt %i.5, %n @'i < x.length'
    yield %6, %s.4, %i.5
  } body (%s.7: f64, %i.8: i32) {
    %9: f64 = load Float64Array[%x, %i.8] @'if (x'
    %10: f64 = const 0
    %11: bool = compare.gt %9, %10 @'if (x'
    %12: f64 = if %11 {
      %13: f64 = math.sin %9 @'s += Math.sin'
      %14: f64 = math.add %s.7, %13 @'s += Math.sin'
      yield %14
    } else {
      %15: f64 = math.cos %9 @'else'
      %16: f64 = math.add %s.7, %15 @'else'
      yield %16
    }
    %17: i32 = const 1
    %18: i32 = int.add %i.8, %17
    yield %12, %18
  }
  yield %2
}
`,
);

/** Newton's iteration, to a tolerance. */
export const root = example(
  `(a) => {
  let x = a;
  while (Math.abs(x * x - a) > 1e-12) {
    x = 0.5 * (x + a / x);
  }
  return x;
}`,
  `func root.0(%a: f64) -> f64 {
  %1: f64 = loop %a test (%x.2: f64) {
    %3: f64 = math.mul %x.2, %x.2 @'while'
    %4: f64 = math.sub %3, %a @'while'
    %5: f64 = math.abs %4 @'while'
    %6: f64 = const 1e-12
    %7: bool = compare.gt %5, %6 @'while'
    yield %7, %x.2
  } body (%x.8: f64) {
    %9: f64 = math.div %a, %x.8 @'x = 0.5'
    %10: f64 = math.add %x.8, %9 @'x = 0.5'
    %11: f64 = const 0.5
    %12: f64 = math.mul %11, %10 @'x = 0.5'
    yield %12
  }
  yield %1
}
`,
);

/** Objects, an early exit, a recursive call and a check. */
export const list = example(
  `function total(node, n) {
  if (node === null) return 0;
  node.w *= 2;
  return node.w * n + total(node.next, n);
}`,
  `space node.w: f64 field 0
space node.next: ref field 1
reason 0: type "a node is not what it was"

func total.0(%node: ref, %n: f64) -> f64 {
  %1: f64 = block L1 {
    %2: bool = convert.isNull %node @'if (node'
    if %2 {
      %3: f64 = const 0
      br L1 %3
    } else {
      yield
    }
    %4: f64 = load node.w[%node] @'node.w *='
    %5: f64 = const 2
    %6: f64 = math.mul %4, %5 @'node.w *='
    store node.w[%node] = %6 @'node.w *='
    %7: f64 = load node.w[%node] @'return node.w'
    %8: bool = compare.eq %7, %7
    guard %8 else 0 @'return node.w'
    %9: f64 = math.mul %7, %n @'return node.w'
    %10: ref = load node.next[%node] @'return node.w'
    %11: f64 = call total.0(%10, %n) @'return node.w'
    %12: f64 = math.add %9, %11 @'return node.w'
    br L1 %12
  }
  yield %1
}
`,
);

/** Ways out of nested loops, a new object, numbers that change places. */
export const ways = example(
  `(x, n) => {
  let a = 0, b = 1;
  outer: for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      if (a > 9) break outer;
      if (x[j] < 0) continue outer;
      [a, b] = [b, a + x[j]];
    }
  }
  const p = { a, b };
  p.a -= p.b;
  return p.a;
}`,
  `space Float64Array: f64 elements
space p.a: f64 field 0
space p.b: f64 field 1
shape p { p.a, p.b }

func ways.0(%x: ref, %n: i32) -> f64 {
  %1: f64 = const 0
  %2: f64 = const 1
  %3: i32 = const 0
  %4: i32 = const 1
  %5: f64, %6: f64 = block L1 {
    %7: f64, %8: f64, %9: i32 = loop %1, %2, %3 test (%a.10: f64, %b.11: f64, %i.12: i32) {
      %13: bool = compare.lt %i.12, %n @'outer'
      yield %13, %a.10, %b.11, %i.12
    } body (%a.14: f64, %b.15: f64, %i.16: i32) {
      %17: f64, %18: f64 = block L2 {
        %19: f64, %20: f64, %21: i32 = loop %a.14, %b.15, %3 test (%a.22: f64, %b.23: f64, %j.24: i32) {
          %25: bool = compare.lt %j.24, %i.16 @'for (let j'
          yield %25, %a.22, %b.23, %j.24
        } body (%a.26: f64, %b.27: f64, %j.28: i32) {
          %29: f64 = const 9
          %30: bool = compare.gt %a.26, %29 @'if (a'
          if %30 {
            br L1 %a.26, %b.27
          } else {
            yield
          }
          %31: f64 = load Float64Array[%x, %j.28] @'if (x'
          %32: bool = compare.lt %31, %1 @'if (x'
          if %32 {
            br L2 %a.26, %b.27
          } else {
            yield
          }
          %33: f64 = math.add %a.26, %31 @'[a, b]'
          %34: i32 = int.add %j.28, %4 @'j++'
          yield %b.27, %33, %34
        }
        yield %19, %20
      }
      %35: i32 = int.add %i.16, %4 @'i++'
      yield %17, %18, %35
    }
    yield %7, %8
  }
  %p: ref = alloc p @'const p'
  store p.a[%p] = %5
  store p.b[%p] = %6
  %36: f64 = load p.a[%p] @'p.a -='
  %37: f64 = load p.b[%p] @'p.a -='
  %38: f64 = math.sub %36, %37 @'p.a -='
  store p.a[%p] = %38 @'p.a -='
  %39: f64 = load p.a[%p] @'return p'
  yield %39
}
`,
);
