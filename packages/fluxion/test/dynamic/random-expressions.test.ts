import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import '../../src/dynamic/builtins/math.ts';
import { lookup } from '../../src/dynamic/builtins/registry.ts';
import { primalOf, type Value } from '../../src/dynamic/numbers/box.ts';
import { operators } from '../../src/dynamic/operators.ts';
import { allModes, difference, forward, higher, near, reverse } from './numbers/derive.ts';

/** An expression over n variables, evaluated with any number type. */
interface Expression {
  readonly text: string;
  readonly at: (xs: readonly Value[]) => Value;
}

const o = operators as unknown as Record<string, (...v: Value[]) => Value>;
const math = (name: string): ((...v: Value[]) => Value) => lookup(Math[name as 'sin']) as never;

const unary = ['neg', 'sin', 'cos', 'tanh', 'atan', 'sinh', 'expm1', 'asinh', 'exp'] as const;
const binary = ['add', 'sub', 'mul', 'div', 'hypot', 'atan2', 'max', 'min', 'pow', 'mod'] as const;
/** Made safe for any argument by an inner function that keeps it in the domain. */
const guarded = {
  log: (x: Value) => math('log')(o.add!(o.mul!(x, x), 0.5)),
  sqrt: (x: Value) => math('sqrt')(o.add!(o.mul!(x, x), 0.5)),
  cbrt: (x: Value) => math('cbrt')(o.add!(o.mul!(x, x), 0.5)),
  log1p: (x: Value) => math('log1p')(o.mul!(x, x)),
  asin: (x: Value) => math('asin')(o.mul!(0.5, math('sin')(x))),
  acosh: (x: Value) => math('acosh')(o.add!(o.mul!(x, x), 1.5)),
};

function one(name: string, x: Value): Value {
  if (name === 'neg') return o.neg!(x);
  return name in guarded ? guarded[name as 'log'](x) : math(name)(x);
}

function two(name: string, x: Value, y: Value): Value {
  switch (name) {
    case 'add':
    case 'sub':
    case 'mul':
      return o[name]!(x, y);
    case 'div':
      return o.div!(x, o.add!(o.mul!(y, y), 0.7));
    case 'pow':
      return o.pow!(o.add!(o.mul!(x, x), 0.7), math('tanh')(y));
    case 'mod':
      return o.mod!(x, o.add!(math('abs')(y), 1.3));
    case 'atan2':
      return math('atan2')(x, o.add!(o.mul!(y, y), 0.3));
    case 'hypot':
      return math('hypot')(x, o.add!(y, 0.5), 0.1);
    default:
      return math(name)(x, y);
  }
}

function expressions(variables: number): fc.Arbitrary<Expression> {
  return fc.letrec<{ e: Expression }>((tie) => ({
    e: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.nat(variables - 1).map((i): Expression => ({ text: 'xyz'[i]!, at: (xs) => xs[i]! })),
      fc.integer({ min: -4, max: 4 }).map((n): Expression => ({ text: `${n / 2}`, at: () => n / 2 })),
      fc
        .tuple(fc.constantFrom(...unary, ...Object.keys(guarded)), tie('e'))
        .map(([name, e]): Expression => ({ text: `${name}(${e.text})`, at: (xs) => one(name, e.at(xs)) })),
      fc.tuple(fc.constantFrom(...binary), tie('e'), tie('e')).map(
        ([name, a, b]): Expression => ({
          text: `${name}(${a.text}, ${b.text})`,
          at: (xs) => two(name, a.at(xs), b.at(xs)),
        }),
      ),
    ),
  })).e;
}

/** Coarse on purpose: two points a hair apart put a kink inside every step of the differences. */
const coordinate = fc.integer({ min: -1500, max: 1500 }).map((n) => n / 997);
const points = fc.tuple(coordinate, coordinate, coordinate);
const moderate = (v: Value): boolean => typeof v === 'number' && Number.isFinite(v) && Math.abs(v) < 1e6;

describe('random expressions', () => {
  test('reverse, forward and differences agree', () => {
    fc.assert(
      fc.property(expressions(3), points, (e, xs) => {
        const f = (...v: Value[]): Value => e.at(v);
        fc.pre(moderate(f(...xs)));
        const gradient = reverse(f, xs) as number[];
        fc.pre(gradient.every(moderate));
        const units = [
          [1, 0, 0],
          [0, 1, 0],
          [0, 0, 1],
        ];
        gradient.forEach((d, i) => {
          expect(near(d, forward(f, xs, units[i]!) as number, 1e-10), `forward by ${i}`).toBe(true);
          const along = (t: number): number => f(...xs.map((x, j) => (i === j ? t : x))) as number;
          // At a kink there is nothing for differences to agree with; the conventions have tests of their own.
          const left = (along(xs[i]!) - along(xs[i]! - 1e-7)) / 1e-7;
          const right = (along(xs[i]! + 1e-7) - along(xs[i]!)) / 1e-7;
          if (!near(left, right, 1e-3)) return;
          const numeric = difference(along, xs[i]!, d);
          expect(near(d, numeric, 1e-5), `${e.text} at ${xs} by ${i}: ${d} or ${numeric}`).toBe(true);
        });
      }),
      { numRuns: 600 },
    );
  });

  test('every nesting of two modes agrees', () => {
    fc.assert(
      fc.property(expressions(2), points, (e, [x, y]) => {
        const line = (t: Value): Value => e.at([o.add!(x, t), o.sub!(y, o.mul!(t, 0.5))]);
        const results = allModes(2).map((modes) => higher(modes, line, 0) as number);
        fc.pre(results.every(moderate));
        for (const d of results) expect(near(d, results[0]!, 1e-8), `${e.text}: ${results}`).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('values are those of the plain program', () => {
    fc.assert(
      fc.property(expressions(3), points, (e, xs) => {
        let tracked: unknown;
        reverse((...v) => {
          tracked = primalOf(e.at(v));
          return 0;
        }, xs);
        expect(tracked).toEqual(e.at(xs));
      }),
      { numRuns: 200 },
    );
  });
});
