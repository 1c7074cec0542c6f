/** Functions as they are written, lowered and differentiated: the text runs, and gives the gradient that differences give. */
import { describe, expect, test } from 'vitest';
import { reverse } from '../../../src/differentiate/reverse.ts';
import { evaluate, preludeFor } from '../../../src/emit/javascript/prelude.ts';
import { javaScript, lineIn } from '../../../src/emit/javascript/source.ts';
import type { Region } from '../../../src/ir/ops.ts';
import { regionsOf } from '../../../src/ir/ops.ts';
import type { Level, Space } from '../../../src/ir/types.ts';
import { lower } from '../../../src/lower/lowering.ts';

const level: Level = { index: 0, mode: 'reverse', lanes: 1 };

/** Value and gradient of a function of numbers and Float64Arrays, by the text of its gradient. */
function byText(f: (...args: never[]) => number, args: readonly (number | Float64Array)[]) {
  const lowered = lower(f, args);
  const spaces = new Set<Space>();
  const walk = (region: Region): void => {
    for (const op of region.ops) {
      if ('space' in op && op.space.cell === 'f64') spaces.add(op.space);
      regionsOf(op).forEach(walk);
    }
  };
  for (const func of lowered.module.functions.values()) walk(func.body);
  const { params } = lowered.module.functions.get(lowered.entry)!;
  const active = { params: params.map((p) => p.type === 'f64'), spaces };
  const { module, gradient } = reverse(lowered.module, lowered.entry, active, level, { pullback: false });
  const source = javaScript(module, gradient, (at) => lineIn(lowered.units[at.unit].captured.source, at.offset));
  const prelude = preludeFor(module, source.hosts, (reason) => {
    throw new Error(module.reasons[reason].message);
  });
  const own = args.map((a) => (typeof a === 'number' ? a : Float64Array.from(a)));
  const given = [null, ...own, 1];
  const result = evaluate(source.text, source.entry, prelude)(...source.parameters.map((i) => given[i]));
  const [value, ...adjoints] = Array.isArray(result) ? (result as number[]) : [result as number];
  let next = 0;
  return {
    text: source.text,
    value,
    gradient: own.flatMap((a) =>
      typeof a === 'number' ? [adjoints[next++]] : [...(prelude.shadow(a) as Float64Array)],
    ),
  };
}

function byDifferences(f: (...args: never[]) => number, args: readonly (number | Float64Array)[]): number[] {
  const h = 1e-6;
  const at = (n: number, i: number, by: number): number =>
    f(
      ...(args.map((a, m) => {
        if (typeof a === 'number') return m === n ? a + by : a;
        return a.map((v, j) => (m === n && j === i ? v + by : v));
      }) as never[]),
    );
  return args.flatMap((a, n) =>
    Array.from(typeof a === 'number' ? [a] : a, (_, i) => (at(n, i, h) - at(n, i, -h)) / (2 * h)),
  );
}

const x = Float64Array.of(0.3, -1.2, 0.8, 2.1);

const functions: [string, (...args: never[]) => number, (number | Float64Array)[]][] = [
  [
    'A',
    function A(x: Float64Array) {
      let s = 0;
      for (let i = 0; i < x.length; i++) {
        s += Math.sin(x[i]) + Math.cos(x[i] ** 2);
      }
      return s;
    },
    [x],
  ],
  [
    'B',
    function B(x: Float64Array) {
      let s = 0;
      for (let i = 0; i < x.length; i++) {
        if (x[i] > 0) s += Math.sin(x[i]);
        else s += Math.cos(x[i]);
      }
      return s;
    },
    [x],
  ],
  [
    'ways out of loops',
    (x: Float64Array) => {
      let s = 1;
      outer: for (let i = 0; i < x.length; i++) {
        for (let j = 0; j < 3; j++) {
          if (x[i] * j > 2) continue outer;
          if (s > 100) break outer;
          if (s < -3) return s * 2;
          s += x[i] * j * s;
        }
        x[i] += s;
      }
      while (s > 0.4) s /= 2 + x[0];
      do {
        s *= 1.5;
      } while (s < 1);
      return s * x[1];
    },
    [x],
  ],
  [
    'recursion',
    function power(x: number, n: number): number {
      if (n <= 0) return 1;
      return x * power(x, n - 1) + Math.sin(n * x);
    },
    [1.3, 2.5],
  ],
  [
    'objects',
    (a: number, b: number) => {
      const p = { a, b, q: { c: a * b } };
      for (let i = 0; i < 3; i++) {
        p.q.c += p.a;
        p.a = p.b * Math.cos(p.q.c);
      }
      return p.a * p.q.c;
    },
    [0.7, 1.9],
  ],
];

describe('lowered functions', () => {
  test.each(functions)('%s', (_, f, args) => {
    const found = byText(f, args);
    const expected = byDifferences(f, args);
    expect(found.value).toBe(f(...(args.map((a) => (typeof a === 'number' ? a : Float64Array.from(a))) as never[])));
    found.gradient.forEach((v, i) => {
      expect(Math.abs(v - expected[i]), found.text).toBeLessThan(1e-6 * Math.max(1, Math.abs(v)));
    });
  });

  test('the gradient of A reads as A does', () => {
    const [, f, args] = functions[0];
    const { text } = byText(f, args);
    expect(text).toContain('const dx = shadow(x);');
    expect(text).toContain('// s += Math.sin(x[i]) + Math.cos(x[i] ** 2);');
    expect(text).toMatch(/\n {4}dx\[\w+\] \+= /);
  });
});
