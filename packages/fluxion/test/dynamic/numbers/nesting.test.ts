import { describe, expect, test } from 'vitest';
import { Dual, isBox, numberOf, primalOf, settle, Tracked, type Value } from '../../../src/dynamic/numbers/box.ts';
import { forwardLevel, reverseLevel } from '../../../src/dynamic/numbers/level.ts';
import { operators } from '../../../src/dynamic/operators.ts';
import { Tape } from '../../../src/dynamic/tape.ts';
import { allModes, forward, higher, newRun, reverse, slope } from './derive.ts';

const o = operators as unknown as Record<'add' | 'sub' | 'mul' | 'div' | 'neg' | 'pow', (...v: Value[]) => Value>;

const pairs = allModes(2) as ['f' | 'r', 'f' | 'r'][];

describe.each(pairs)('perturbation confusion, %s outside %s', (outer, inner) => {
  test('x · d(x + y)/dy', () => {
    expect(
      slope(
        outer,
        (x) =>
          o.mul(
            x,
            slope(inner, (y) => o.add(x, y), 1),
          ),
        1,
      ),
    ).toBe(1);
  });

  test('d/dx of x · d(x·y)/dy', () => {
    expect(
      slope(
        outer,
        (x) =>
          o.mul(
            x,
            slope(inner, (y) => o.mul(x, y), 2),
          ),
        3,
      ),
    ).toBe(6);
  });

  test('a captured variable reassigned by the closure', () => {
    let seen: Value = 0;
    const d = slope(
      outer,
      (x) => {
        const inside = slope(
          inner,
          (y) => {
            seen = o.mul(x, y);
            return o.mul(seen, y);
          },
          2,
        );
        // The inner derivative is over: what it left behind is its primal, and still depends on x.
        return o.add(inside, seen);
      },
      3,
    );
    // inside = 2xy = 4x; seen = 2x
    expect(d).toBe(6);
  });

  test('the inner function does not depend on its variable', () => {
    expect(slope(outer, (x) => slope(inner, () => o.mul(x, x), 2), 3)).toBe(0);
    expect(
      slope(
        outer,
        (x) =>
          o.add(
            x,
            slope(inner, () => 5, 2),
          ),
        3,
      ),
    ).toBe(1);
  });

  test('the inner variable is the outer one', () => {
    // d/dx of the derivative of y³ at y = x: 6x
    expect(slope(outer, (x) => slope(inner, (y) => o.mul(y, o.mul(y, y)), x), 2)).toBe(12);
  });

  test('an inner derivative inside an inner derivative, of outer things', () => {
    const d = slope(outer, (x) => slope(inner, (y) => slope(outer, (z) => o.mul(o.mul(x, y), o.mul(z, z)), 5), 7), 3);
    // d/dx d/dy (x·y·2z) = 2z
    expect(d).toBe(10);
  });
});

test('every nesting of modes to order four', () => {
  // x^5 / (1 + x) and its fourth derivative at 1
  const f = (x: Value): Value => o.div(o.mul(x, o.pow(x, 4)), o.add(x, 1));
  // x^5/(1+x) = x^4 - x^3 + x^2 - x + 1 - 1/(1+x); fourth derivative: 24 - 24/(1+x)^5
  for (const modes of allModes(4)) expect(higher(modes, f, 1)).toBeCloseTo(24 - 24 / 32, 9);
});

test('Hessian by every pair of modes', () => {
  const f = (x: Value, y: Value): Value => o.mul(o.mul(x, x), o.pow(y, 3));
  const exact = [
    [2 * 8, 2 * 1.5 * 12],
    [2 * 1.5 * 12, 1.5 ** 2 * 12],
  ];
  const units = [
    [1, 0],
    [0, 1],
  ];
  const forwardOverReverse = units.map((u) =>
    [0, 1].map((i) => forward((...v) => reverse(f as never, v)[i], [1.5, 2], u)),
  );
  const reverseOverForward = units.map((u) => reverse((...v) => forward(f as never, v, u), [1.5, 2]));
  const reverseOverReverse = [0, 1].map((i) => reverse((...v) => reverse(f as never, v)[i], [1.5, 2]));
  for (const hessian of [forwardOverReverse, reverseOverForward, reverseOverReverse]) {
    hessian.forEach((row, i) => row.forEach((d, j) => expect(d).toBeCloseTo(exact[i]![j]!, 10)));
  }
});

describe('a box whose derivative is over', () => {
  test('is its primal while an enclosing run goes on', () => {
    const run = newRun();
    const outer = reverseLevel(run, undefined, new Tape());
    const inner = forwardLevel(run, outer);
    const x = new Tracked(outer, 2, outer.tape!.leaf());
    const y = new Dual(inner, x, 1);
    inner.ended = true;
    expect(settle(y)).toBe(x);
    const z = o.mul(y, 3) as Tracked;
    expect(z.level).toBe(outer);
    expect(z.primal).toBe(6);
    outer.ended = true;
    expect(settle(y)).toBe(2);
    expect(o.mul(y, 3)).toBe(6);
  });

  test('is refused once the outermost run has ended', () => {
    const run = newRun();
    const level = reverseLevel(run, undefined, new Tape());
    const x = new Tracked(level, 2, level.tape!.leaf());
    level.ended = true;
    run.ended = true;
    for (const use of [() => o.mul(x, 2), () => o.neg(x), () => settle(x), () => o.pow(2, x)]) {
      expect(use).toThrow(expect.objectContaining({ code: 'GradientEnded' }));
    }
  });

  test('two outermost runs can not meet in one operation', () => {
    const a = forwardLevel(newRun(), undefined);
    const b = forwardLevel(newRun(), undefined);
    expect(() => o.mul(new Dual(a, 1, 1), new Dual(b, 1, 1))).toThrow(
      expect.objectContaining({ code: 'ConcurrentMutation' }),
    );
  });
});

describe('boxes are poisoned', () => {
  const run = newRun();
  const level = reverseLevel(run, undefined, new Tape());
  const both = [new Tracked(level, 2, level.tape!.leaf()), new Dual(forwardLevel(run, undefined), 2, 1)];

  test.each([
    ['+', (x: any) => +x],
    ['arithmetic', (x: any) => x * 2],
    ['addition', (x: any) => x + 1],
    ['comparison', (x: any) => x < 3],
    ['a template', (x: any) => `${x}`],
    ['String', (x: any) => String(x)],
    ['a key', (x: any) => ({ [x]: 1 })],
    ['an index', (x: any) => [1, 2, 3][x]],
    ['Math', (x: any) => Math.sin(x)],
    ['JSON', (x: any) => JSON.stringify({ x })],
    ['typed arrays', (x: any) => new Float64Array([x])],
    ['DataView', (x: any) => new DataView(new ArrayBuffer(8)).setFloat64(0, x)],
    ['parseFloat', (x: any) => Number.parseFloat(x)],
    ['join', (x: any) => [x].join()],
    ['sort', (x: any) => [x, 1].sort()],
    ['BigInt', (x: any) => BigInt(x)],
    ['Date', (x: any) => new Date(x)],
    ['toLocaleString', (x: any) => [x].toLocaleString()],
  ])('%s', (_, use) => {
    for (const x of both) expect(() => use(x)).toThrow(expect.objectContaining({ code: 'LostDerivative' }));
  });

  test('structuredClone', () => {
    for (const x of both) {
      expect(() => structuredClone(x)).toThrow();
      expect(() => structuredClone({ deep: [x] })).toThrow();
    }
  });

  test('reading what is in one', () => {
    for (const x of both) {
      expect(isBox(x)).toBe(true);
      expect(primalOf(x)).toBe(2);
      expect(numberOf(x)).toBe(2);
    }
    expect(Tracked.is(both[0])).toBe(true);
    expect(Dual.is(both[0])).toBe(false);
    expect(Tracked.is(both[1])).toBe(false);
    expect([isBox(1), isBox({}), isBox(null), isBox(undefined), isBox('x')]).toEqual(Array(5).fill(false));
  });
});
