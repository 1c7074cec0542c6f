/** Derivatives inside a program, on IR text: what they come to, what is declined, which levels there are. */
import { describe, expect, test } from 'vitest';
import { expand, type Prepare } from '../../src/differentiate/expand.ts';
import { forward } from '../../src/differentiate/forward.ts';
import { reverse } from '../../src/differentiate/reverse.ts';
import { interpret, Memory } from '../../src/ir/interpret.ts';
import type { Module } from '../../src/ir/ops.ts';
import { parse } from '../../src/ir/parse.ts';
import type { Level } from '../../src/ir/types.ts';
import { verify } from '../../src/ir/verify.ts';
import { optimize } from '../../src/optimize/pipeline.ts';

const asItIs: Prepare = (module) => module;
const improved: Prepare = (module, entry) => optimize(module, 'before', { entries: [entry] });

/** Expanded with and without passes in between; both are valid, and are handed on. */
function expanded(text: string, entry = 'main'): Module[] {
  const module = parse(text);
  verify(module);
  return [asItIs, improved].map((prepare) => {
    const made = expand(module, entry, prepare);
    verify(made);
    return made;
  });
}

/** The gradient of `main` by its numbers, at a level above all others. */
function gradient(module: Module, args: readonly number[]): readonly number[] {
  const level: Level = { index: module.levels.length, mode: 'reverse', lanes: 1 };
  const active = { params: args.map(() => true), spaces: new Set<never>() };
  const made = reverse(module, 'main', active, level);
  verify(made.module);
  return interpret(made.module, made.gradient, [...args, 1]).results.slice(1);
}

function tangent(module: Module, args: readonly number[], along: readonly number[]): number {
  const level: Level = { index: module.levels.length, mode: 'forward', lanes: 1 };
  const made = forward(module, 'main', { params: args.map(() => true), spaces: new Set() }, level);
  verify(made.module);
  return interpret(
    made.module,
    made.entry,
    args.flatMap((a, i) => [a, along[i]]),
  ).results[1];
}

/** x³k and its derivative by x, as often as asked, in the modes given, times x. */
const tower = (inner: 'reverse' | 'forward', outer: 'reverse' | 'forward') => {
  const derive = (mode: 'reverse' | 'forward', n: number, x: string, k: string) =>
    mode === 'reverse'
      ? `%v: f64, %d: f64, %e: f64 = derive gradient ${n}(${x}, ${k}, %one)`
      : `%v: f64, %d: f64 = derive tangent ${n}(${x}, %one, ${k}, %zero)`;
  const lanes = (mode: string) => (mode === 'forward' ? ' 1' : '');
  return `level 0: ${outer}${lanes(outer)}
level 1: ${inner}${lanes(inner)}
derivation 0: cube level 1 (active, given)
derivation 1: slope level 0 (active, given)
func cube(%x: f64, %k: f64) -> f64 {
  %a: f64 = math.mul %x, %x
  %b: f64 = math.mul %a, %x
  %c: f64 = math.mul %b, %k
  yield %c
}
func slope(%x: f64, %k: f64) -> f64 {
  %one: f64 = const 1
  %zero: f64 = const 0
  ${derive(inner, 0, '%x', '%k')}
  yield %d
}
func main(%x: f64, %k: f64) -> f64 {
  %one: f64 = const 1
  %zero: f64 = const 0
  ${derive(outer, 1, '%x', '%k')}
  %r: f64 = math.mul %d, %x
  yield %r
}
`;
};

const modes = ['reverse', 'forward'] as const;

describe('derivatives inside each other', () => {
  for (const inner of modes)
    for (const outer of modes)
      test(`${outer} over ${inner}`, () => {
        for (const module of expanded(tower(inner, outer))) {
          // 6kx · x, and its gradient.
          expect(interpret(module, 'main', [1.5, 0.5]).results).toEqual([6.75]);
          expect(gradient(module, [1.5, 0.5])).toEqual([9, 13.5]);
          expect(tangent(module, [1.5, 0.5], [1, 2])).toBe(36);
          // The inner one has the lower level, whatever the text says.
          expect(module.levels.map(({ mode }) => mode)).toEqual([inner, outer]);
        }
      });

  test('those that do not nest share a level', () => {
    const text = `level 0: reverse
level 1: reverse
derivation 0: f level 0 (active, given)
derivation 1: f level 1 (given, active)
func f(%x: f64, %k: f64) -> f64 {
  %a: f64 = math.mul %x, %k
  %b: f64 = math.mul %a, %k
  yield %b
}
func main(%x: f64, %k: f64) -> f64 {
  %one: f64 = const 1
  %v: f64, %d: f64, %e: f64 = derive gradient 0(%x, %k, %one)
  %w: f64, %g: f64, %h: f64 = derive gradient 1(%x, %k, %one)
  %r: f64 = math.mul %d, %h
  yield %r
}
`;
    for (const module of expanded(text)) {
      expect(module.levels.length).toBe(1);
      expect(interpret(module, 'main', [2, 3]).results).toEqual([9 * 12]);
    }
  });

  test('one that contains itself is declined', () => {
    const text = `level 0: reverse
derivation 0: f level 0 (active)
func f(%x: f64) -> f64 {
  %one: f64 = const 1
  %v: f64, %d: f64 = derive gradient 0(%x, %one)
  yield %d
}
`;
    expect(() => expanded(text, 'f')).toThrow('contains itself');
  });

  test('is not run before it is written', () => {
    expect(() => interpret(parse(tower('reverse', 'forward')), 'main', [1, 2])).toThrow('has not been written');
  });
});

const memory = `level 0: reverse
space x: f64 elements
space box.v: f64 field 0
space box.x: ref field 1
shape box { box.v, box.x }
`;

describe('memory', () => {
  const square = (roles: string, body: string) => `${memory}derivation 0: f level 0 (${roles}) spaces { x }
func f(%x: ref, %o: ref, %i: i32) -> f64 {
  %a: f64 = load x[%x, %i]
${body}
}
`;
  const caller = `func main(%x: ref, %o: ref, %i: i32) -> f64 {
  %one: f64 = const 1
  %v: f64 = derive gradient 0(%x, %o, %i, %one)
  %d: f64 = load d0(x)[%x, %i]
  yield %d
}
`;
  test('the gradient is beside the copy; what was there before collects nothing', () => {
    const text = square(
      'copy, given, given',
      '  %b: f64 = load x[%x, %i]\n  %k: f64 = load box.v[%o]\n  %c: f64 = math.mul %a, %b\n  %r: f64 = math.mul %c, %k\n  yield %r',
    );
    const module = parse(text + caller);
    for (const prepare of [asItIs, improved]) {
      const own = new Memory();
      const box = own.object(module.shapes.get('box')!);
      own.write(module.spaces.get('box.v')!, box, 2);
      const list = own.elements(module.spaces.get('x')!, [1, 3]);
      const made = expand(module, 'main', prepare);
      verify(made);
      expect(interpret(made, 'main', [list, box, 1], { memory: own }).results).toEqual([12]);
    }
  });

  test.each([
    ['a number of an older object', '  store box.v[%o] = %a\n  yield %a', 'changes what was there before'],
    ['a reference of an older object', '  store box.x[%o] = %x\n  yield %a', 'changes what was there before'],
  ])('%s is written: declined', (_, body, message) => {
    expect(() => expanded(square('copy, given, given', body) + caller)).toThrow(message);
  });

  test('a variable may be written, a reference in it not', () => {
    const number = square('copy, cell, given', '  store box.v[%o] = %a\n  %b: f64 = load box.v[%o]\n  yield %b');
    expect(() => expanded(number + caller)).not.toThrow();
    const reference = square('copy, cell, given', '  store box.x[%o] = %x\n  yield %a');
    expect(() => expanded(reference + caller)).toThrow('changes what was there before');
  });

  test('a copy may be written, unless older memory of its kind is read', () => {
    const body = (from: string) =>
      `  %b: f64 = math.mul %a, %a\n  store x[%x, %i] = %b\n  %c: f64 = load x[${from}, %i]\n  yield %c`;
    expect(() => expanded(square('copy, given, given', body('%x')) + caller)).not.toThrow();
    expect(() => expanded(square('copy, given, given', body('%o')) + caller)).toThrow('also be reached by another way');
  });
});
