/** Shapes 1–12 of the program-shape catalogue: straight-line code and arithmetic. */
import { describe, expect, test } from 'vitest';
import { derivative, explain, grad, hessian } from '../../src/index.ts';
import { onBoth, shape } from './harness.ts';

const at =
  <A extends readonly unknown[]>(...args: A) =>
  (): A =>
    structuredClone(args) as unknown as A;

shape(1, 'a constant function has a zero gradient of the right shape', {
  f: (_x: number[]) => 7,
  inputs: [at([1, 2, 3])],
  exact: () => [0, 0, 0],
});
shape(1, 'the same for objects', {
  f: (_p: { a: number; b: { c: number } }) => 7,
  inputs: [at({ a: 1, b: { c: 2 } })],
});
describe('shape 1', () => {
  test('explain says that the result does not depend on the input', () => {
    expect(explain((_x: number) => 3, 1).reasons.map((r) => r.code)).toContain('NotDependent');
  });
});

shape(2, 'identity', { f: (x: number) => x, inputs: [at(3)], exact: () => 1 });
shape(2, 'one variable used many times', {
  f: (x: number) => {
    const y = x * x;
    const z = y * y + x * y - x;
    return z * z;
  },
  inputs: [at(1.2), at(-0.4)],
});

shape(3, 'a chain of doublings has linear cost', {
  f: (x: number) => {
    let y = x;
    for (let i = 0; i < 60; i++) y = y + y;
    return y * 2 ** -60;
  },
  inputs: [at(1.5)],
  exact: () => 1,
});

shape(4, 'dead code', {
  f: (x: number) => {
    const unused = Math.exp(x) * 1000;
    void unused;
    return Math.sin(x);
    x = x * 2;
  },
  inputs: [at(0.3)],
  exact: (x) => Math.cos(x),
});

describe('shape 5', () => {
  onBoth(5, 'an integer computed from the input has no derivative', (tier) => {
    const f = (x: number) => Math.round(x * 3) | 0;
    expect(grad(f, { tier })(1.4)).toBe(0);
    expect(explain(f, 1.4).reasons.some((r) => r.code === 'Inactive')).toBe(true);
  });
  test('a boolean is no number', () => {
    expect(() => grad(((x: number) => x > 1) as never)(2 as never)).toThrow(/boolean/);
  });
});

shape(6, 'sin² / cos²', { f: (x: number) => Math.sin(x) ** 2 / Math.cos(x) ** 2, inputs: [at(0.7), at(-0.3)] });
shape(6, '2x + sqrt(x³)', {
  f: (x: number) => 2 * x + Math.sqrt(x ** 3),
  inputs: [at(1.3)],
  exact: (x) => 2 + 1.5 * Math.sqrt(x),
});
shape(6, 'a^(x+x) - x', {
  f: (x: number) => 3 ** (x + x) - x,
  inputs: [at(0.4)],
  exact: (x) => 2 * Math.log(3) * 9 ** x - 1,
});
shape(6, 'sigmoid', { f: (x: number) => 1 / (1 + Math.exp(-x)), inputs: [at(0.2), at(-3)] });

shape(7, 'mixed indices', {
  f: (x: number[]) => x[0] * x[2] + x[1] ** x[0] - x[2] / x[1],
  inputs: [at([1.1, 2.2, 0.7])],
});
shape(7, 'norm', {
  f: (x: Float64Array) => Math.sqrt(x.reduce((s, v) => s + v * v, 0)),
  inputs: [() => [new Float64Array([1, -2, 3])]],
});
shape(7, 'sum of cubes', {
  f: (x: number[]) => x.map((v) => v ** 3).reduce((a, b) => a + b, 0),
  inputs: [at([1, 2, -1])],
});
shape(7, 'softmax', {
  f: (x: number[]) => {
    const m = Math.max(...x);
    const e = x.map((v) => Math.exp(v - m));
    const s = e.reduce((a, b) => a + b);
    return e.map((v, i) => (v / s) * (i + 1)).reduce((a, b) => a + b);
  },
  inputs: [at([0.1, 0.9, -0.4]), at([3, 1, 2])],
});
function determinant(a: number[][]): number {
  const m = a.map((row) => [...row]);
  let det = 1;
  for (let k = 0; k < m.length; k++) {
    let p = k;
    for (let i = k + 1; i < m.length; i++) if (Math.abs(m[i][k]) > Math.abs(m[p][k])) p = i;
    if (p !== k) {
      [m[p], m[k]] = [m[k], m[p]];
      det = -det;
    }
    det *= m[k][k];
    for (let i = k + 1; i < m.length; i++) {
      const q = m[i][k] / m[k][k];
      for (let j = k; j < m.length; j++) m[i][j] -= q * m[k][j];
    }
  }
  return det;
}
shape(7, 'determinant by elimination with pivoting', {
  f: determinant,
  inputs: [
    at([
      [1, 2, 0.5],
      [3, -1, 2],
      [0.2, 1, 1],
    ]),
    at([
      [5, 2, 0.5],
      [3, -1, 2],
      [0.2, 1, 1],
    ]),
  ],
});
shape(7, 'inverse of a 2×2 matrix', {
  f: ([[a, b], [c, d]]: number[][]) => {
    const det = a * d - b * c;
    return [d / det, -b / det, -c / det, a / det].reduce((s, v, i) => s + v * (i + 1), 0);
  },
  inputs: [
    at([
      [2, 1],
      [0.5, 3],
    ]),
  ],
});
shape(7, 'self-weighted logit', {
  f: (x: number[]) => 1 / (1 + Math.exp(-x.reduce((s, v) => s + v * v, 0))),
  inputs: [at([0.3, -0.2, 0.5])],
});

shape(8, 'rosenbrock, loop', {
  f: (x: number[]) => {
    let s = 0;
    for (let i = 1; i < x.length; i++) s += 100 * (x[i] - x[i - 1] ** 2) ** 2 + (1 - x[i - 1]) ** 2;
    return s;
  },
  inputs: [at([0.5, 0.2, -0.3])],
});
shape(8, 'rosenbrock, slices', {
  f: (x: number[]) => {
    const a = x.slice(0, -1);
    const b = x.slice(1);
    return a.map((v, i) => 100 * (b[i] - v * v) ** 2 + (1 - v) ** 2).reduce((p, q) => p + q, 0);
  },
  inputs: [at([0.5, 0.2, -0.3])],
});
shape(8, 'rosenbrock, pairs', {
  f: (x: number[]) =>
    x
      .slice(1)
      .map((v, i) => [x[i], v] as const)
      .reduce((s, [p, q]) => s + 100 * (q - p * p) ** 2 + (1 - p) ** 2, 0),
  inputs: [at([0.5, 0.2, -0.3])],
});
shape(8, 'rosenbrock, one sum', {
  f: ([x, y]: number[]) => 100 * (y - x ** 2) ** 2 + (1 - x) ** 2,
  inputs: [at([0.5, 0.2])],
  exact: ([x, y]) => [-400 * x * (y - x * x) - 2 * (1 - x), 200 * (y - x * x)],
});
shape(8, 'ackley', {
  f: (x: number[]) => {
    const n = x.length;
    let squares = 0;
    let cosines = 0;
    for (const v of x) {
      squares += v * v;
      cosines += Math.cos(2 * Math.PI * v);
    }
    return -20 * Math.exp(-0.2 * Math.sqrt(squares / n)) - Math.exp(cosines / n) + 20 + Math.E;
  },
  inputs: [at([0.3, -0.6, 0.2])],
});

shape(9, 'a ternary per element', {
  f: (x: number[]) => x.reduce((s, v) => s + (v > 0 ? v : 0), 0),
  inputs: [at([1, -2, 3, -0.5]), at([-1, 2, -3, 4])],
  exact: (x) => x.map((v) => (v > 0 ? 1 : 0)),
});

describe('shape 10', () => {
  onBoth(10, 'min(1, 1/x) at 0 shields the infinity', (tier) => {
    const f = (x: number) => Math.min(1, 1 / x);
    expect(grad(f, { tier })(0)).toBe(0);
    expect(derivative(f, { tier })(0)).toBe(0);
  });
  onBoth(10, 'log(0) that nothing depends on', (tier) => {
    const f = (x: number) => (x > 0 ? Math.log(x) : x) + 0 * x;
    expect(grad(f, { tier })(0)).toBe(1);
    expect(grad((x: number, y: number) => x + 0 * Math.log(y), { wrt: 0, tier })(1, 0)).toBe(1);
  });
  onBoth(10, 'x ** 0 again and again at 0', (tier) => {
    const f = (x: number) => x ** 0;
    expect(grad(f, { tier })(0)).toBe(0);
    expect(derivative(derivative(f), { tier })(0)).toBe(0);
    expect(grad(derivative(f), { tier })(0)).toBe(0);
  });
  onBoth(10, 'x ** 2 and x ** 3 at 0, to third order', (tier) => {
    expect(
      derivative(
        derivative((x: number) => x ** 2),
        { tier },
      )(0),
    ).toBe(2);
    expect(derivative(derivative(derivative((x: number) => x ** 3)), { tier })(0)).toBe(6);
    expect(derivative(derivative(derivative((x: number) => x ** 2)), { tier })(0)).toBe(0);
  });
  onBoth(10, 'a NaN guard', (tier) => {
    const f = (x: number) => {
      const r = Math.sqrt(x);
      return Number.isNaN(r) ? 0 : r;
    };
    expect(grad(f, { tier })(-1)).toBe(0);
    expect(grad(f, { tier })(4)).toBe(0.25);
  });
});

describe('shape 11', () => {
  const formulas: [string, (x: number) => number, number, number][] = [
    ['abs', (x: number) => Math.abs(x), 0, 0],
    ['relu by max', (x: number) => Math.max(0, x), 1, 1],
    ['relu by max, left', (x: number) => Math.max(0, x), -1, 0],
    ['floor', (x: number) => Math.floor(x) * x, 2.5, 2],
    ['round', (x: number) => Math.round(x) + x, 2.3, 1],
    ['sign', (x: number) => Math.sign(x) * x, -2, -1],
    ['remainder', (x: number) => x % 3, 7.5, 1],
    ['remainder of the divisor', (x: number) => 7.5 % x, 2, -3],
    ['integer division', (x: number) => Math.trunc(x / 2) * x, 5.2, 2],
    ['bit tricks', (x: number) => (x | 0) * x + ~~x * x, 3.7, 6],
    ['comparison', (x: number) => Number(x > 2) * x, 3, 1],
  ];
  for (const [name, f, x, expected] of formulas) {
    onBoth(11, name, (tier) => {
      expect(grad(f, { tier })(x)).toBe(expected);
      expect(derivative(f, { tier })(x)).toBe(expected);
    });
  }
  onBoth(11, 'at a tie of max the two sides share one unit of slope', (tier) => {
    const [a, b] = grad((x: number, y: number) => Math.max(x, y), { wrt: [0, 1], tier })(2, 2);
    expect(a + b).toBe(1);
    expect(grad((x: number) => Math.max(x, x), { tier })(2)).toBe(1);
  });
});

const log1pexp = (x: number) =>
  x <= -37 ? Math.exp(x) : x <= 18 ? Math.log1p(Math.exp(x)) : x <= 33.3 ? x + Math.exp(-x) : x;
shape(12, 'log1pexp with cut-offs', {
  f: log1pexp,
  inputs: [at(-40), at(-1), at(0.5), at(20), at(40)],
  exact: (x) => 1 / (1 + Math.exp(-x)),
});
shape(12, 'logaddexp with four cases', {
  f: (a: number, b: number) => {
    if (a === b) return a + Math.LN2;
    if (a === Number.NEGATIVE_INFINITY) return b;
    return a > b ? a + Math.log1p(Math.exp(b - a)) : b + Math.log1p(Math.exp(a - b));
  },
  wrt: [0, 1],
  inputs: [at(1, 2), at(2, 1), at(-3, 0.5)],
});

describe('shape 8', () => {
  onBoth(8, 'the Hessian of rosenbrock', (tier) => {
    expect(hessian(([x, y]: number[]) => 100 * (y - x ** 2) ** 2 + (1 - x) ** 2, { tier })([1, 1])).toEqual([
      [802, -400],
      [-400, 200],
    ]);
  });
});
