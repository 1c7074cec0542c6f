// Every operation by itself, at values where JavaScript and WebAssembly might differ.
import { describe, expect, test } from 'vitest';
import { Builder, conversions } from '../../src/ir/build.ts';
import { interpret } from '../../src/ir/interpret.ts';
import type { IntegerName, Module, Test, Value } from '../../src/ir/ops.ts';
import type { Type } from '../../src/ir/types.ts';
import type { PrimitiveName } from '../../src/rules/rule.ts';
import { table } from '../../src/rules/table.ts';
import { instanceOf } from './both.ts';

const numbers = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  0.49999999999999994,
  -0.49999999999999994,
  1.5,
  2.5,
  -1.5,
  -2.5,
  3,
  7,
  -7,
  0.1,
  1e-320,
  -1e-320,
  5e-324,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
  2 ** 31,
  2 ** 31 - 1,
  -(2 ** 31),
  -(2 ** 31) - 1,
  2 ** 32,
  2 ** 32 - 1,
  2 ** 32 + 5,
  -(2 ** 32) - 5,
  2 ** 52 + 1,
  2 ** 53,
  2 ** 53 - 1,
  -(2 ** 53),
  2 ** 63,
  -(2 ** 63),
  2 ** 64 + 2 ** 12,
  2 ** 83 + 2 ** 31,
  -(2 ** 83) - 2 ** 31,
  1e300,
  4294967295.5,
  2147483647.5,
  -2147483648.5,
  1e10 + 0.3,
  123456.789,
  -3.9,
  0.3,
  710,
  -746,
  1e-8,
  65520,
  16777217,
];
const integers = [0, 1, -1, 2, 31, 32, 33, 127, 128, 255, 65535, 2 ** 31 - 1, -(2 ** 31), 12345678, -87654321];

function moduleOf(params: readonly Type[], result: Type, write: (ir: Builder, args: Value[]) => Value): Module {
  const ir = new Builder();
  const args = params.map((type) => ir.value(type));
  const func = ir.func('f', args, [result], () => [write(ir, args)]);
  return { functions: new Map([['f', func]]), levels: [], reasons: [], hosts: [] };
}

function same(module: Module, rows: readonly (readonly number[])[]): void {
  const { run } = instanceOf(module).entry('f');
  const wrong: unknown[] = [];
  for (const row of rows) {
    const [expected] = interpret(module, 'f', row).results;
    const actual = run(...row);
    if (!Object.is(actual, expected)) wrong.push({ row, actual, expected });
  }
  expect(wrong).toEqual([]);
}

const pairs = <T>(list: readonly T[]): T[][] => list.flatMap((a) => list.map((b) => [a, b]));
const type = (t: Type): readonly number[] =>
  t === 'f64' ? numbers : t === 'i32' ? integers : t === 'bool' ? [0, 1] : [0, 8];

describe('emitted operations give what JavaScript gives', () => {
  for (const { name, arity } of Object.values(table)) {
    const counts = arity === 'any' ? [0, 1, 2, 3] : [arity];
    test.each(counts)(`math.${name} of %i`, (count) => {
      const params = Array.from({ length: count }, (): Type => 'f64');
      const module = moduleOf(params, 'f64', (ir, args) => ir.math(name as PrimitiveName, ...args));
      const rows = count === 0 ? [[]] : count === 1 ? numbers.map((x) => [x]) : pairs(numbers);
      same(module, count === 3 ? rows.map(([a, b]) => [a, b, 1 / a]) : rows);
    });
  }

  const tests: Test[] = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'];
  test.each(tests)('compare.%s', (name) => {
    for (const of of ['f64', 'i32', 'bool', 'ref'] as const) {
      if (of !== 'f64' && of !== 'i32' && name !== 'eq' && name !== 'ne') continue;
      const rows = pairs(type(of));
      same(
        moduleOf([of, of], 'bool', (ir, [a, b]) => ir.compare(name, a, b)),
        rows,
      );
      if (of === 'i32')
        same(
          moduleOf([of, of], 'bool', (ir, [a, b]) => ir.compare(name, a, b, true)),
          rows,
        );
    }
  });

  const names: IntegerName[] = ['add', 'sub', 'mul', 'and', 'or', 'xor', 'shl', 'shr', 'shru', 'min', 'max'];
  test.each(names)('int.%s', (name) => {
    same(
      moduleOf(['i32', 'i32'], 'i32', (ir, args) => ir.integer(name, ...args)),
      pairs(integers),
    );
    if (name !== 'and' && name !== 'or' && name !== 'xor') return;
    same(
      moduleOf(['bool', 'bool'], 'bool', (ir, args) => ir.integer(name, ...args)),
      pairs([0, 1]),
    );
  });

  test('int.clz, int.min in int.min', () => {
    same(
      moduleOf(['i32'], 'i32', (ir, args) => ir.integer('clz', ...args)),
      integers.map((x) => [x]),
    );
    const nested = moduleOf(['i32', 'i32'], 'i32', (ir, [a, b]) => {
      return ir.integer('min', ir.integer('max', a, ir.int(3)), ir.integer('min', b, a));
    });
    same(nested, pairs(integers));
  });

  for (const [name, [from, to]] of Object.entries(conversions)) {
    test(`convert.${name}`, () => {
      const module = moduleOf([from], to, (ir, [x]) => ir.convert(name as keyof typeof conversions, x));
      same(
        module,
        type(from).map((x) => [x]),
      );
    });
  }

  test('select and constants of each type', () => {
    for (const of of ['f64', 'i32', 'bool', 'ref'] as const) {
      for (const constant of type(of)) {
        const module = moduleOf(['bool', of], of, (ir, [c, x]) => ir.select(c, ir.const(of, constant), x));
        same(
          module,
          [0, 1].flatMap((c) => type(of).map((x) => [c, x])),
        );
      }
    }
  });
});
