/** Reverse mode on programs written as IR text: what is kept for the sweep, and what the sweep's code looks like. */
import { describe, expect, test } from 'vitest';
import { eachOp } from '../../src/differentiate/activity.ts';
import { reverse } from '../../src/differentiate/reverse.ts';
import { Builder, newLabel } from '../../src/ir/build.ts';
import type { Func, Module, Op, Value } from '../../src/ir/ops.ts';
import { type Parsed, parse } from '../../src/ir/parse.ts';
import { verify } from '../../src/ir/verify.ts';
import {
  activeOf,
  apart,
  byDifferences,
  byForward,
  byGradient,
  byPullback,
  levelFor,
  type Program,
  weightsFor,
} from './derivatives.ts';

const sum = (body: string) => `space x: f64 elements
func f(%x: ref, %n: i32, %a: f64) -> f64 {
  %zero: i32 = const 0
  %start: f64 = const 0
  %one: i32 = const 1
  %two: f64 = const 2
  %i2: i32, %total: f64 = loop %zero, %start trips %n test (%i: i32, %s: f64) {
    %more: bool = compare.lt %i, %n
    yield %more, %i, %s
  } body (%j: i32, %t: f64) {
    %v: f64 = load x[%x, %j]
${body}
    %k: i32 = int.add %j, %one
    yield %k, %next
  }
  yield %total
}
`;

function programOf(text: string, contents = [1.5, 0.7, 1.2, 2.1], n = contents.length): Program {
  const module: Parsed = parse(text);
  const space = module.spaces.get('x')!;
  return { module, entry: 'f', args: [{ space, contents }, { int: n }, 1.3] };
}

function agree(program: Program): void {
  const weights = weightsFor(program);
  const forward = byForward(program, weights);
  expect(apart(byDifferences(program, weights), forward)).toBeLessThan(1e-7);
  expect(apart(forward, byGradient(program, weights).gradients[0])).toBeLessThan(1e-12);
  const { gradients } = byPullback(program, weights, 2);
  expect(apart(forward, gradients[0])).toBeLessThan(1e-12);
  expect(gradients[1]).toEqual(gradients[0]);
}

function opsOf(func: Func): Op[] {
  const found: Op[] = [];
  eachOp(func.body, (op) => found.push(op));
  return found;
}

function gradientOf(program: Program): Func {
  const { module, gradient } = reverse(
    program.module,
    program.entry,
    activeOf(program),
    levelFor(program.module, 'reverse'),
  );
  verify(module);
  return module.functions.get(gradient)!;
}

/** What the gradient takes from the tape: frames, and the spaces of its arrays. */
function tapeOf(program: Program): { frames: number; arrays: number } {
  const ops = opsOf(gradientOf(program));
  return {
    frames: ops.filter((op) => op.op === 'alloc' && op.shape.tape !== undefined).length,
    arrays: ops.filter((op) => op.op === 'elements' && op.tape !== undefined).length,
  };
}

describe('what is kept', () => {
  test('a sum of sines over an array that nothing writes takes no tape', () => {
    const program = programOf(
      sum(`    %w: f64 = math.sin %v
    %next: f64 = math.add %t, %w`),
    );
    expect(tapeOf(program)).toEqual({ frames: 0, arrays: 0 });
    agree(program);
  });

  test('nor do branches on loaded values, squares and products with outer values', () => {
    const program = programOf(
      sum(`    %positive: bool = compare.gt %v, %a
    %w: f64 = if %positive {
      %q: f64 = math.mul %v, %v
      %s1: f64 = math.sin %q
      yield %s1
    } else {
      %q2: f64 = math.mul %v, %a
      %c1: f64 = math.cos %q2
      yield %c1
    }
    %next: f64 = math.add %t, %w`),
    );
    expect(tapeOf(program)).toEqual({ frames: 0, arrays: 0 });
    agree(program);
  });

  test('a running product keeps one number for each round', () => {
    const program = programOf(sum('    %next0: f64 = math.add %v, %t\n    %next: f64 = math.mul %next0, %next0'));
    expect(tapeOf(program)).toEqual({ frames: 0, arrays: 1 });
    agree(program);
  });

  test('what an expensive function gave is kept, its argument is not', () => {
    const program = programOf(
      sum(`    %m: f64 = math.mul %v, %a
    %w: f64 = math.exp %m
    %next: f64 = math.add %t, %w`),
    );
    expect(tapeOf(program)).toEqual({ frames: 0, arrays: 1 });
    agree(program);
  });

  test('an array that is filled first and then only read is read again', () => {
    const program = programOf(`space x: f64 elements
func f(%x: ref, %n: i32, %a: f64) -> f64 {
  %zero: i32 = const 0
  %start: f64 = const 0
  %one: i32 = const 1
  %y: ref = elements x[%n]
  %i2: i32 = loop %zero trips %n test (%i: i32) {
    %more: bool = compare.lt %i, %n
    yield %more, %i
  } body (%j: i32) {
    %v: f64 = load x[%x, %j]
    %w: f64 = math.add %v, %a
    store x[%y, %j] = %w
    %k: i32 = int.add %j, %one
    yield %k
  }
  %i3: i32, %total: f64 = loop %zero, %start trips %n test (%p: i32, %s: f64) {
    %goes: bool = compare.lt %p, %n
    yield %goes, %p, %s
  } body (%q: i32, %t: f64) {
    %u: f64 = load x[%y, %q]
    %c: f64 = math.sin %u
    %d: f64 = math.mul %u, %u
    %e: f64 = math.add %c, %d
    %next: f64 = math.add %t, %e
    %k2: i32 = int.add %q, %one
    yield %k2, %next
  }
  yield %total
}
`);
    expect(tapeOf(program)).toEqual({ frames: 0, arrays: 0 });
    agree(program);
  });

  test('what nothing active flows through has no reverse', () => {
    const program = programOf(
      sum(`    %whole: f64 = math.floor %v
    %half: f64 = math.mul %whole, %two
    %next: f64 = math.add %t, %half`),
    );
    const ops = opsOf(gradientOf(program));
    expect(ops.filter((op) => op.op === 'loop').length).toBe(1);
    agree(program);
  });

  test('an adjoint that all rounds use is carried as a value', () => {
    const program = programOf(
      sum(`    %m: f64 = math.mul %v, %a
    %next: f64 = math.add %t, %m`),
    );
    const loops = opsOf(gradientOf(program)).filter((op) => op.op === 'loop');
    // The counter, the total's adjoint and that of a.
    expect(loops[1].results.map((v) => v.type)).toEqual(['i32', 'f64', 'f64']);
    agree(program);
  });
});

describe('ways out of loops', () => {
  const text = (first: string, second: string) => `space x: f64 elements
func f(%x: ref, %n: i32, %a: f64) -> f64 {
  %zero: i32 = const 0
  %one: i32 = const 1
  %r: f64 = block L1 {
    %i3: i32, %z: f64 = loop %zero, %a trips %n test (%i: i32, %s: f64) {
      %more: bool = compare.lt %i, %n
      yield %more, %i, %s
    } body (%j: i32, %t: f64) {
      %w: f64 = block L2 {
        %i4: i32, %zz: f64 = loop %j, %t test (%p: i32, %u: f64) {
          %v: f64 = load x[%x, %p]
          %g: f64 = math.mul %u, %v
          %more2: bool = compare.lt %p, %n
          yield %more2, %p, %g
        } body (%q: i32, %h: f64) {
          %limit: f64 = const ${first}
          %big: bool = compare.gt %h, %limit
          if %big {
            %hh: f64 = math.mul %h, %h
            br L1 %hh
          } else {
            yield
          }
          %lower: f64 = const ${second}
          %enough: bool = compare.gt %h, %lower
          if %enough {
            %sh: f64 = math.sin %h
            br L2 %sh
          } else {
            yield
          }
          %m: f64 = math.mul %h, %a
          %k: i32 = int.add %q, %one
          yield %k, %m
        }
        yield %zz
      }
      %wa: f64 = math.mul %w, %t
      %k2: i32 = int.add %j, %one
      yield %k2, %wa
    }
    %za: f64 = math.mul %z, %z
    yield %za
  }
  yield %r
}
`;
  for (const [first, second] of [
    [1e9, 1e9],
    [3, 1e9],
    [1e9, 2],
    [5, 2],
    [2, 3],
    [0, 0],
  ])
    test(`left beyond ${first}, and the inner one beyond ${second}`, () => {
      agree(programOf(text(String(first), String(second)), [1.5, 0.7, 1.2, 2.1, 0.9], 4));
    });
});

describe('ways out one after the other', () => {
  for (const limits of [
    [9, 9, 9],
    [1, 9, 9],
    [9, 1.5, 9],
    [9, 9, 1],
  ])
    test(`the adjoint of what is used beyond a later way out is not lost: ${limits}`, () => {
      agree(
        programOf(`space x: f64 elements
func f(%x: ref, %n: i32, %a: f64) -> f64 {
  %zero: i32 = const 0
  %one: i32 = const 1
  %l1: f64 = const ${limits[0]}
  %l2: f64 = const ${limits[1]}
  %l3: f64 = const ${limits[2]}
  %r: f64 = block L1 {
    %c1: bool = compare.gt %a, %l1
    %b: f64 = if %c1 {
      br L1 %a
    } else {
      %aa: f64 = math.mul %a, %a
      yield %aa
    }
    %i3: i32, %z: f64 = loop %zero, %b trips %n test (%i: i32, %s: f64) {
      %more: bool = compare.lt %i, %n
      yield %more, %i, %s
    } body (%j: i32, %t: f64) {
      %v: f64 = load x[%x, %j]
      %w: f64 = math.mul %t, %v
      %c2: bool = compare.gt %w, %l2
      if %c2 {
        br L1 %w
      } else {
        yield
      }
      %sw: f64 = math.sin %w
      %k: i32 = int.add %j, %one
      yield %k, %sw
    }
    %c3: bool = compare.gt %a, %l3
    %y: f64 = if %c3 {
      %bz: f64 = math.mul %b, %z
      br L1 %bz
    } else {
      yield %z
    }
    %yz: f64 = math.mul %y, %z
    yield %yz
  }
  yield %r
}
`),
      );
    });
});

describe('growth', () => {
  const moduleOf = (func: Func): Module => ({
    functions: new Map([[func.name, func]]),
    levels: [],
    reasons: [],
    hosts: [],
  });
  const size = (func: Func): number => {
    const module = moduleOf(func);
    const params = func.params.map(() => true);
    const reversed = reverse(module, func.name, { params, spaces: new Set() }, levelFor(module, 'reverse'));
    let ops = 0;
    for (const f of reversed.module.functions.values()) ops += opsOf(f).length;
    return ops;
  };
  const straight = (n: number): Func => {
    const b = new Builder();
    const x = b.value('f64');
    return b.func('f', [x], ['f64'], () => {
      let v: Value = x;
      for (let i = 0; i < n; i++) v = b.math('sin', b.math('mul', v, b.math('add', v, x)));
      return [v];
    });
  };
  const branches = (n: number): Func => {
    const b = new Builder();
    const x = b.value('f64');
    return b.func('f', [x], ['f64'], () => {
      let v: Value = x;
      for (let i = 0; i < n; i++) {
        const w = v;
        const region = (write: () => Value) => b.region([], () => ({ kind: 'yield', values: [write()] }));
        const condition = b.compare('lt', w, b.number(i / n));
        [v] = b.if(
          condition,
          ['f64'],
          region(() => b.math('sin', w)),
          region(() => b.math('mul', w, w)),
        );
      }
      return [v];
    });
  };
  const returns = (n: number): Func => {
    const b = new Builder();
    const x = b.value('f64');
    return b.func('f', [x], ['f64'], () => {
      const label = newLabel();
      const body = b.region([], () => {
        let v: Value = x;
        for (let i = 0; i < n; i++) {
          const w = v;
          const leave = b.region([], () => ({ kind: 'br', label, values: [b.math('sin', w)] }));
          b.if(
            b.compare('lt', w, b.number(i / n)),
            [],
            leave,
            b.region([], () => ({ kind: 'yield', values: [] })),
          );
          v = b.math('cos', b.math('mul', w, w));
        }
        return { kind: 'yield', values: [v] };
      });
      return b.block(label, ['f64'], body);
    });
  };
  for (const [name, make] of Object.entries({ straight, branches, returns }))
    test(`${name}: the derivative grows with the program`, () => {
      expect(size(make(800)) / size(make(400))).toBeLessThan(2.05);
    });
});
