import { describe, expect, test } from 'vitest';
import { apply1, apply2, applyAny } from '../../src/dynamic/numbers/apply.ts';
import type { Value } from '../../src/dynamic/numbers/box.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { conventions, numbers, table } from '../../src/rules/table.ts';
import { allModes, difference, forward, higher, near, reverse } from '../dynamic/numbers/derive.ts';

function apply(rule: Rule, xs: readonly Value[]): Value {
  if (rule.arity === 1) return apply1(rule, xs[0]!);
  if (rule.arity === 2) return apply2(rule, xs[0]!, xs[1]!);
  return applyAny(rule, xs);
}

function partialsOf(rule: Rule, xs: readonly number[]): readonly number[] {
  const result = (rule.value as (...xs: number[]) => number)(...xs);
  if (rule.arity === 1) return [rule.partials[0](numbers, xs[0]!, result)];
  if (rule.arity === 2) return rule.partials.map((p) => p(numbers, xs[0]!, xs[1]!, result));
  return rule.partials(numbers, xs, result);
}

/** Points inside the domain, at fixed fractions of its intervals. */
function inside(rule: Rule): number[][] {
  return [0.15, 0.5, 0.83].map((s) => rule.domain.map(([from, to], i) => from + (to - from) * (i === 0 ? s : 1 - s)));
}

const units = (n: number): number[][] =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));

const rounding = new Set(['fround', 'f16round', 'sumPrecise']);

describe.each(Object.values(table).map((rule) => [rule.name, rule] as const))('%s', (name, rule) => {
  const value = rule.value as (...xs: number[]) => number;
  const points = [...rule.samples.map((s) => [...s]), ...inside(rule)];

  test('partial derivatives against differences', () => {
    if (rounding.has(name)) return;
    for (const xs of points) {
      partialsOf(rule, xs).forEach((d, i) => {
        const along = (t: number): number => value(...xs.map((x, j) => (i === j ? t : x)));
        if (Number.isNaN(d)) return;
        const numeric = difference(along, xs[i]!, d);
        expect(near(d, numeric, 1e-6), `${name}(${xs}) by ${i}: ${d}, differences ${numeric}`).toBe(true);
      });
    }
  });

  test('forward and reverse give the partial derivatives', () => {
    for (const xs of points) {
      const expected = partialsOf(rule, xs);
      expect(reverse((...v) => apply(rule, v), xs)).toEqual(expected.map((d) => (d === 0 ? 0 : d)));
      units(xs.length).forEach((unit, i) => {
        expect(forward((...v) => apply(rule, v), xs, unit)).toEqual(expected[i] === 0 ? 0 : expected[i]);
      });
    }
  });

  test('second and third derivatives in every nesting of modes', () => {
    if (rule.kind === 'constant' || rounding.has(name)) return;
    for (const xs of inside(rule)) {
      for (const direction of [...units(xs.length), xs.map((_, i) => 1 - 0.7 * i)]) {
        const line = (t: Value): Value =>
          apply(
            rule,
            xs.map((x, i) => apply2(table.add as never, x, apply2(table.mul as never, t, direction[i]!))),
          );
        for (const order of [2, 3]) {
          const lower = (t: number): number => higher(allModes(order - 1)[0]!, line, t) as number;
          const results = allModes(order).map((modes) => higher(modes, line, 0) as number);
          const numeric = difference(lower, 0, results[0]!);
          for (const d of results) {
            expect(near(d, results[0]!, 1e-9), `${name} order ${order}: ${results}`).toBe(true);
          }
          expect(near(results[0]!, numeric, 1e-5), `${name}(${xs}) order ${order}: ${results[0]}, ${numeric}`).toBe(
            true,
          );
        }
      }
    }
  });

  test('conventions', () => {
    for (const { at, partials } of rule.edges ?? []) {
      expect(partialsOf(rule, at).map((d) => d + 0)).toEqual(partials.map((d) => d + 0));
      const finite = partials.map((d) => (d === 0 ? 0 : d));
      expect(reverse((...v) => apply(rule, v), at).map((d) => (d as number) + 0)).toEqual(finite);
    }
    if (rule.kind !== 'smooth') expect(rule.convention).toBeTypeOf('string');
  });
});

test('the table names every rule as the rule names itself', () => {
  for (const [name, rule] of Object.entries(table)) expect(rule.name).toBe(name);
});

test('every function of Math is in the table', () => {
  const other = ['random', ...Object.keys(table)];
  const functions = Object.getOwnPropertyNames(Math).filter((k) => typeof Math[k as 'sin'] === 'function');
  expect(functions.filter((k) => !other.includes(k))).toEqual([]);
});

test('conventions are listed once each', () => {
  const list = conventions();
  expect(new Set(list.map((c) => c.text)).size).toBe(list.length);
  expect(list.find((c) => c.names.includes('max'))?.names).toEqual(['max', 'min']);
});

describe('powers', () => {
  const square = (t: Value): Value => apply2(table.pow as never, t, 2);

  test('x ** 2 has all its derivatives at 0 and at negative x', () => {
    for (const modes of allModes(2)) expect(higher(modes, square, 0)).toBe(2);
    for (const modes of allModes(3)) expect(higher(modes, square, 0)).toBe(0);
    for (const modes of allModes(1)) expect(higher(modes, square, -3)).toBe(-6);
  });

  test('x ** 0 is constant, at 0 too', () => {
    for (const order of [1, 2, 3]) {
      for (const modes of allModes(order)) expect(higher(modes, (t) => apply2(table.pow as never, t, 0), 0)).toBe(0);
    }
  });

  test('the mixed derivative at y = 0 is 1/x', () => {
    const mixed = forward((y) => forward((x) => apply2(table.pow as never, x, y), [2], [1]), [0], [1]);
    expect(mixed).toBeCloseTo(0.5, 12);
    const other = forward((x) => forward((y) => apply2(table.pow as never, x, y), [0], [1]), [2], [1]);
    expect(other).toBeCloseTo(0.5, 12);
  });
});

describe('precision', () => {
  const d = (rule: Rule, ...xs: number[]): number => partialsOf(rule, xs)[0]!;

  test('near the edges of the domain', () => {
    const e = 2 ** -40;
    expect(d(table.acosh, 1 + e)).toBeCloseTo(1 / Math.sqrt(2 * e), 0);
    expect(d(table.asin, 1 - e) / (1 / Math.sqrt(2 * e))).toBeCloseTo(1, 9);
    expect(d(table.atanh, 1 - e) / (1 / (2 * e))).toBeCloseTo(1, 9);
    expect(d(table.log1p, -1 + e) * e).toBeCloseTo(1, 12);
  });

  test('without overflow on the way', () => {
    expect(d(table.asinh, 1e200)).toBe(1e-200);
    expect(d(table.acosh, 1e200)).toBeCloseTo(1e-200, 210);
    expect(partialsOf(table.atan2, [1e200, 1e200])).toEqual([5e-201, -5e-201]);
    expect(partialsOf(table.atan2, [1e-200, 1e-200])).toEqual([5e199, -5e199]);
    expect(partialsOf(table.hypot, [3e200, 4e200]).map((x) => Math.round(x * 1e15) / 1e15)).toEqual([0.6, 0.8]);
  });

  test('NaN outside the domain', () => {
    for (const name of ['log', 'log2', 'log10', 'log1p', 'sqrt', 'acosh', 'asin', 'acos', 'atanh'] as const) {
      expect(d(table[name], name.startsWith('a') && name !== 'acosh' ? 2 : -2), name).toBeNaN();
    }
    expect(partialsOf(table.mod, [1, 0])).toEqual([Number.NaN, Number.NaN]);
    expect(partialsOf(table.max, [1, Number.NaN])).toEqual([Number.NaN, Number.NaN]);
  });
});
