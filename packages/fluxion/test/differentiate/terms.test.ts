/** Every rule of the table, read as IR, gives the partial derivatives that it gives when read with numbers; at its conventions too. */
import { describe, expect, test } from 'vitest';
import { forward } from '../../src/differentiate/forward.ts';
import { reverse } from '../../src/differentiate/reverse.ts';
import { partialsOf, type Term, times } from '../../src/differentiate/terms.ts';
import { Builder } from '../../src/ir/build.ts';
import { interpret } from '../../src/ir/interpret.ts';
import type { Module, Primitive } from '../../src/ir/ops.ts';
import { verify } from '../../src/ir/verify.ts';
import type { PrimitiveName, Rule } from '../../src/rules/rule.ts';
import { numbers, table } from '../../src/rules/table.ts';

function partialsByNumbers(rule: Rule, at: readonly number[]): readonly number[] {
  const value = (rule.value as (...xs: number[]) => number)(...at);
  if (rule.arity === 1) return [rule.partials[0](numbers, at[0], value)];
  if (rule.arity === 2) return rule.partials.map((p) => p(numbers, at[0], at[1], value));
  return rule.partials(numbers, at, value);
}

function moduleOf(fn: PrimitiveName, arity: number): Module {
  const b = new Builder();
  const params = Array.from({ length: arity }, () => b.value('f64'));
  const f = b.func('f', params, ['f64'], () => [b.math(fn, ...params)]);
  return { functions: new Map([['f', f]]), levels: [], reasons: [], hosts: [] };
}

const same = (found: number, expected: number) => {
  if (Number.isNaN(expected)) expect(found).toBeNaN();
  else if (!Number.isFinite(expected)) expect(found).toBe(expected);
  else expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(expected)));
};

describe('rules as IR', () => {
  for (const rule of Object.values(table) as Rule[]) {
    if (rule.name === 'f16round' && !('f16round' in Math)) continue;
    test(rule.name, () => {
      for (const at of [...rule.samples, ...(rule.edges ?? []).map((e) => e.at)]) {
        const module = moduleOf(rule.name, at.length);
        const active = { params: at.map(() => true), spaces: new Set<never>() };
        const reversed = reverse(module, 'f', active, { index: 0, mode: 'reverse', lanes: 1 });
        verify(reversed.module);
        const expected = partialsByNumbers(rule, at);
        const gradient = interpret(reversed.module, reversed.gradient, [...at, 1]).results.slice(1);
        expected.forEach((partial, i) => {
          same(gradient[i], partial);
        });
        // Two lanes at once, of each argument alone.
        const pushed = forward(module, 'f', active, { index: 0, mode: 'forward', lanes: at.length });
        verify(pushed.module);
        if (expected.some((partial) => !Number.isFinite(partial))) continue;
        const args = at.flatMap((x, i) => [x, ...at.map((_, lane) => (lane === i ? 1 : 0))]);
        const tangents = interpret(pushed.module, pushed.entry, args).results.slice(1);
        expected.forEach((partial, i) => {
          same(tangents[i], partial);
        });
      }
    });
  }
});

describe('folding', () => {
  const b = new Builder();
  const [x, result] = [b.value('f64'), b.value('f64')];
  const power = (n: number): Primitive => ({ op: 'math', fn: 'pow', args: [x, b.number(n)], results: [result] });
  const text = (term: Term): string => {
    if (typeof term !== 'object') return String(term);
    return term.kind === 'leaf' ? (term.value === x ? 'x' : 'r') : `${term.fn}(${term.args.map(text).join(',')})`;
  };
  const first = (op: Primitive, n?: number): Term =>
    partialsOf(
      op,
      (v) => (v === x ? undefined : n),
      (v) => v === x,
    )[0]!;
  const partial = (n: number) => text(first(power(n), n));

  test('powers with constant exponents', () => {
    expect([2, 3, 1, -1].map(partial)).toEqual(['mul(2,x)', 'mul(3,mul(x,x))', '1', 'neg(pow(x,-2))']);
  });

  test('a flow through a choice is chosen, a flow through a quotient divided', () => {
    const max: Primitive = { op: 'math', fn: 'max', args: [x, b.number(0)], results: [result] };
    const flow = times(first(max, 0), { kind: 'leaf', value: x, given: true });
    expect(text(flow)).toBe('select(eq(r,r),select(eq(x,r),x,0),NaN)');
    const log: Primitive = { op: 'math', fn: 'log', args: [x], results: [result] };
    const through = times(first(log), { kind: 'leaf', value: result, given: true });
    expect(text(through)).toBe('select(le(0,x),div(r,x),NaN)');
  });
});
