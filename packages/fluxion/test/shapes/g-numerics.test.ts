/** Shapes 89–96 of the program-shape catalogue: linear algebra and numerics. */
import { describe, expect, test } from 'vitest';
import { defineRule, grad, jacobian } from '../../src/index.ts';
import { random, shape } from './harness.ts';

const at =
  <A extends readonly unknown[]>(...args: A) =>
  (): A =>
    structuredClone(args) as unknown as A;

type Rows = number[][];

const multiply = (a: Rows, b: Rows): Rows =>
  a.map((row) => b[0].map((_, j) => row.reduce((sum, v, k) => sum + v * b[k][j], 0)));
const transpose = (a: Rows): Rows => a[0].map((_, j) => a.map((row) => row[j]));
const total = (a: Rows): number => a.flat().reduce((sum, v, i) => sum + v * Math.cos(i), 0);

const general: Rows = [
  [2.1, 0.3, -0.4],
  [0.5, 1.7, 0.2],
  [-0.3, 0.6, 2.5],
];
const pivoting: Rows = [
  [0.1, 2, 1],
  [3, 0.2, -1],
  [1, 1, 2],
];

describe('89: linear algebra', () => {
  shape(89, 'a product that is used again', {
    f: (a: Rows, b: Rows) => {
      const c = multiply(a, b);
      return total(multiply(c, c)) + total(c);
    },
    inputs: [at(general, pivoting)],
    wrt: [0, 1],
  });

  shape(89, 'a transposed view: the same rows read by columns', {
    f: (a: Rows) => {
      const view = new Proxy(a, {
        get: (rows, j) =>
          typeof j === 'string' && /^\d+$/.test(j) ? rows.map((row) => row[Number(j)]) : Reflect.get(rows, j),
      });
      let sum = 0;
      for (let i = 0; i < a.length; i++) for (let j = 0; j < a.length; j++) sum += a[i][j] * view[i][j] ** 2;
      return sum;
    },
    inputs: [at(general)],
  });

  shape(89, 'products in place over one flat buffer', {
    f: (a: Float64Array) => {
      const n = Math.sqrt(a.length);
      const work = a.slice();
      for (let round = 0; round < 2; round++) {
        for (let i = 0; i < n; i++) {
          const row = work.subarray(i * n, (i + 1) * n);
          const old = row.slice();
          for (let j = 0; j < n; j++) {
            row[j] = 0;
            for (let k = 0; k < n; k++) row[j] += old[k] * a[k * n + j];
          }
        }
      }
      return work.reduce((sum, v, i) => sum + v * Math.sin(i + 1), 0);
    },
    inputs: [() => [Float64Array.from(general.flat())]],
  });

  shape(89, 'Cholesky, and the log determinant by it', {
    f: (a: Rows) => {
      const n = a.length;
      const spd = multiply(a, transpose(a));
      const l = Array.from({ length: n }, () => new Float64Array(n));
      for (let i = 0; i < n; i++) {
        for (let j = 0; j <= i; j++) {
          let sum = spd[i][j];
          for (let k = 0; k < j; k++) sum -= l[i][k] * l[j][k];
          l[i][j] = i === j ? Math.sqrt(sum) : sum / l[j][j];
        }
      }
      return l.reduce((sum, row, i) => sum + 2 * Math.log(row[i]), 0);
    },
    inputs: [at(general), at(pivoting)],
    exact: (a) => {
      // d log det(A Aᵀ) / dA = 2 A⁻ᵀ
      const [[p, q, r], [s, t, u], [v, w, x]] = a;
      const det = p * (t * x - u * w) - q * (s * x - u * v) + r * (s * w - t * v);
      const cofactors = [
        [t * x - u * w, u * v - s * x, s * w - t * v],
        [r * w - q * x, p * x - r * v, q * v - p * w],
        [q * u - r * t, r * s - p * u, p * t - q * s],
      ];
      return cofactors.map((row) => row.map((c) => (2 * c) / det));
    },
  });

  const luSolve = (a: Rows, b: number[]): number[] => {
    const n = b.length;
    const m = a.map((row) => [...row]);
    const x = [...b];
    for (let k = 0; k < n; k++) {
      let pivot = k;
      for (let i = k + 1; i < n; i++) if (Math.abs(m[i][k]) > Math.abs(m[pivot][k])) pivot = i;
      [m[k], m[pivot]] = [m[pivot], m[k]];
      [x[k], x[pivot]] = [x[pivot], x[k]];
      for (let i = k + 1; i < n; i++) {
        const factor = m[i][k] / m[k][k];
        for (let j = k; j < n; j++) m[i][j] -= factor * m[k][j];
        x[i] -= factor * x[k];
      }
    }
    for (let i = n - 1; i >= 0; i--) {
      for (let j = i + 1; j < n; j++) x[i] -= m[i][j] * x[j];
      x[i] /= m[i][i];
    }
    return x;
  };

  shape(89, 'LU with pivoting and the triangular solves', {
    f: (a: Rows, b: number[]) => luSolve(a, b).reduce((sum, v, i) => sum + v * (i + 1), 0),
    inputs: [at(general, [1, 2, 3]), at(pivoting, [0.3, -1, 2])],
    wrt: [0, 1],
  });

  shape(89, 'determinant by recursion over minors', {
    f: (a: Rows) => {
      const det = (m: Rows): number =>
        m.length === 1
          ? m[0][0]
          : m[0].reduce(
              (sum, v, j) => sum + (j % 2 ? -v : v) * det(m.slice(1).map((row) => row.filter((_, k) => k !== j))),
              0,
            );
      return det(a);
    },
    inputs: [at(general), at(pivoting)],
  });

  shape(89, 'the largest eigenvalue by power iteration, which stops by itself', {
    f: (a: Rows) => {
      const m = multiply(a, transpose(a));
      let v = [1, 1, 1];
      let eigenvalue = 0;
      for (let i = 0; i < 500; i++) {
        const w = m.map((row) => row.reduce((sum, x, k) => sum + x * v[k], 0));
        const norm = Math.hypot(...w);
        v = w.map((x) => x / norm);
        if (Math.abs(norm - eigenvalue) < 1e-14 * norm) return norm;
        eigenvalue = norm;
      }
      return eigenvalue;
    },
    inputs: [at(general)],
  });

  shape(89, 'a symmetric eigenvalue problem by Jacobi rotations', {
    f: (a: Rows) => {
      const m = multiply(a, transpose(a));
      const n = m.length;
      for (let sweep = 0; sweep < 12; sweep++) {
        for (let p = 0; p < n; p++) {
          for (let q = p + 1; q < n; q++) {
            if (Math.abs(m[p][q]) < 1e-15) continue;
            const theta = (m[q][q] - m[p][p]) / (2 * m[p][q]);
            const t = Math.sign(theta) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
            const c = 1 / Math.sqrt(t * t + 1);
            const s = t * c;
            for (let k = 0; k < n; k++) [m[k][p], m[k][q]] = [c * m[k][p] - s * m[k][q], s * m[k][p] + c * m[k][q]];
            for (let k = 0; k < n; k++) [m[p][k], m[q][k]] = [c * m[p][k] - s * m[q][k], s * m[p][k] + c * m[q][k]];
          }
        }
      }
      const values = m.map((row, i) => row[i]).sort((x, y) => x - y);
      return values[0] + 2 * values[1] - Math.sqrt(values[2]);
    },
    inputs: [at(general), at(pivoting)],
  });
});

describe('90: reductions', () => {
  shape(90, 'sums by rows and by columns', {
    f: (a: Rows) => {
      const rows = a.map((row) => row.reduce((s, v) => s + v, 0));
      const columns = a.reduce((s, row) => s.map((v, j) => v + row[j] ** 2), new Array(a[0].length).fill(0));
      return rows.reduce((s, v, i) => s + v * columns[i], 0);
    },
    inputs: [at(general)],
  });

  shape(90, 'cumulative sums and products', {
    f: (x: number[]) => {
      let [sum, product] = [0, 1];
      return x
        .map((v) => {
          sum += v;
          product *= v;
          return Math.sin(sum) * product;
        })
        .reduce((s, v) => s + v);
    },
    inputs: [at([0.3, 1.2, -0.7, 2])],
  });

  shape(90, 'a product with one zero: its derivative is the product of the others', {
    f: (x: number[]) => x.reduce((p, v) => p * v, 1),
    inputs: [at([2, 0, 3, 4]), at([0, 0, 3]), at([1, 2, 3])],
    exact: (x) => x.map((_, i) => x.filter((_, j) => j !== i).reduce((p, v) => p * v, 1)),
  });

  shape(90, 'mean, variance, maximum and norm of each row', {
    f: (a: Rows) =>
      a.reduce((sum, row) => {
        const mean = row.reduce((s, v) => s + v, 0) / row.length;
        const variance = row.reduce((s, v) => s + (v - mean) ** 2, 0) / (row.length - 1);
        return sum + mean * Math.sqrt(variance) + Math.max(...row) / Math.hypot(...row);
      }, 0),
    inputs: [at(general), at(pivoting)],
  });
});

describe('91: broadcasting', () => {
  type Tensor = number | Tensor[];
  const broadcast = (f: (a: number, b: number) => number, a: Tensor, b: Tensor): Tensor => {
    if (typeof a === 'number' && typeof b === 'number') return f(a, b);
    const [m, n] = [Array.isArray(a) ? a.length : 1, Array.isArray(b) ? b.length : 1];
    return Array.from({ length: Math.max(m, n) }, (_, i) =>
      broadcast(f, Array.isArray(a) ? a[m === 1 ? 0 : i] : a, Array.isArray(b) ? b[n === 1 ? 0 : i] : b),
    );
  };
  const sum = (a: Tensor): number => (typeof a === 'number' ? a : a.reduce<number>((s, v) => s + sum(v), 0));

  shape(91, 'scalars, rows of length one and missing dimensions', {
    f: (a: Rows, row: number[], scalar: number) => {
      const times = (x: Tensor, y: Tensor) => broadcast((p, q) => p * q, x, y);
      const plus = (x: Tensor, y: Tensor) => broadcast((p, q) => p + Math.sin(q), x, y);
      return sum(plus(times(a, [row]), scalar)) + sum(times([[scalar]], a)) + sum(times(row, scalar));
    },
    inputs: [at(general, [1, 2, 3], 0.5), at(general, [4], -2)],
    wrt: [0, 1, 2],
  });

  shape(91, 'integers that become fractions on the way', {
    f: (x: number[]) => {
      const counts = Int32Array.of(1, 2, 3);
      const scaled = Array.from(counts, (n, i) => n * x[i] + (n >> 1));
      return scaled.map((v) => v / counts.length).reduce((s, v) => s * v, 1);
    },
    inputs: [at([0.5, -1.5, 2.5])],
  });
});

describe('92: columns and slices', () => {
  shape(92, 'a loop over columns that are slices', {
    f: (flat: Float64Array) => {
      const n = 40;
      let sum = 0;
      for (let j = 0; j < n; j++) {
        const column = flat.slice(j * n, (j + 1) * n);
        const norm = Math.sqrt(column.reduce((s, v) => s + v * v, 0));
        sum += norm * (j % 3 === 0 ? 1 : -0.5);
      }
      return sum;
    },
    inputs: [
      () => {
        const next = random(92);
        return [Float64Array.from({ length: 1600 }, () => next())];
      },
    ],
  });

  test('a matrix of 1000 × 1000 by column slices, in bounded memory', () => {
    const n = 1000;
    const f = (flat: Float64Array) => {
      let sum = 0;
      for (let j = 0; j < n; j++) {
        const column = flat.subarray(j * n, (j + 1) * n);
        sum += column[0] * column[n - 1];
      }
      return sum;
    };
    const x = Float64Array.from({ length: n * n }, (_, i) => (i % 7) - 3);
    const before = process.memoryUsage().heapUsed;
    const gradient = grad(f)(x);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(600e6);
    expect(gradient[0]).toBe(x[n - 1]);
    expect(gradient[n - 1]).toBe(x[0]);
    expect(gradient[1]).toBe(0);
    expect(gradient[5 * n]).toBe(x[6 * n - 1]);
  });
});

describe('93: networks', () => {
  const dense = (w: Rows, b: number[], x: number[]) => w.map((row, i) => row.reduce((s, v, k) => s + v * x[k], b[i]));
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const next = random(93);
  const matrix = (rows: number, columns: number) =>
    Array.from({ length: rows }, () => Array.from({ length: columns }, next));

  shape(93, 'a perceptron with softmax cross-entropy', {
    f: (net: { w1: Rows; b1: number[]; w2: Rows; b2: number[] }, x: number[]) => {
      const hidden = dense(net.w1, net.b1, x).map(Math.tanh);
      const logits = dense(net.w2, net.b2, hidden);
      const top = Math.max(...logits);
      const logSum = top + Math.log(logits.reduce((s, z) => s + Math.exp(z - top), 0));
      return logSum - logits[1];
    },
    inputs: [at({ w1: matrix(4, 3), b1: [0, 0.1, -0.1, 0.2], w2: matrix(3, 4), b2: [0, 0, 0.3] }, [0.5, -1, 2])],
    wrt: [0, 1],
  });

  shape(93, 'an LSTM cell over a sequence', {
    f: (p: { w: Rows; b: number[] }, sequence: Rows) => {
      const size = 2;
      let h = new Array<number>(size).fill(0);
      let c = new Array<number>(size).fill(0);
      for (const x of sequence) {
        const z = dense(p.w, p.b, [...x, ...h]);
        const [i, f, o, g] = [0, 1, 2, 3].map((k) => z.slice(k * size, (k + 1) * size));
        c = c.map((v, k) => sigmoid(f[k]) * v + sigmoid(i[k]) * Math.tanh(g[k]));
        h = c.map((v, k) => sigmoid(o[k]) * Math.tanh(v));
      }
      return h.reduce((s, v) => s + v * v, 0);
    },
    inputs: [at({ w: matrix(8, 5), b: Array.from({ length: 8 }, next) }, matrix(6, 3))],
    wrt: [0, 1],
  });

  const running = { mean: 0, variance: 1 };
  shape(93, 'batch normalisation that keeps running statistics', {
    f: (x: number[], scale: number) => {
      const mean = x.reduce((s, v) => s + v, 0) / x.length;
      const variance = x.reduce((s, v) => s + (v - mean) ** 2, 0) / x.length;
      running.mean = 0.9 * running.mean + 0.1 * mean;
      running.variance = 0.9 * running.variance + 0.1 * variance;
      return x.reduce((s, v, i) => s + ((scale * (v - mean)) / Math.sqrt(variance + 1e-5)) * (i + 1), 0);
    },
    inputs: [at([1, 2, 4, -1], 1.5)],
    wrt: [0, 1],
    reset: () => Object.assign(running, { mean: 0, variance: 1 }),
    state: () => running,
    tracksState: true,
  });
});

describe('94: ordinary differential equations', () => {
  shape(94, 'Runge-Kutta with fixed steps', {
    f: ([k, c]: number[]) => {
      let [y, v] = [1, 0];
      const slope = (a: number, b: number) => [b, -k * a - c * b];
      const h = 0.05;
      for (let i = 0; i < 40; i++) {
        const [a1, b1] = slope(y, v);
        const [a2, b2] = slope(y + (h / 2) * a1, v + (h / 2) * b1);
        const [a3, b3] = slope(y + (h / 2) * a2, v + (h / 2) * b2);
        const [a4, b4] = slope(y + h * a3, v + h * b3);
        y += (h / 6) * (a1 + 2 * a2 + 2 * a3 + a4);
        v += (h / 6) * (b1 + 2 * b2 + 2 * b3 + b4);
      }
      return y * y + v;
    },
    inputs: [at([3, 0.3]), at([0.5, 1])],
  });

  shape(94, 'adaptive steps by an embedded pair', {
    f: (k: number) => {
      let [t, y, h] = [0, 1, 0.1];
      while (t < 1) {
        h = Math.min(h, 1 - t);
        const k1 = -k * y * y;
        const k2 = -k * (y + h * k1) ** 2;
        const better = y + (h / 2) * (k1 + k2);
        const error = Math.abs(better - y - h * k1);
        if (error < 1e-3) {
          t += h;
          y = better;
        }
        h *= Math.min(2, Math.max(0.3, 0.9 * Math.sqrt(1e-3 / (error + 1e-12))));
      }
      return y;
    },
    inputs: [at(1.3), at(2.2)],
  });

  shape(94, 'a ball that bounces: events located by bisection and a last Newton step', {
    f: ([height, restitution]: number[]) => {
      let [x, v] = [height, 0];
      let left = 2;
      while (left > 0) {
        const hit = (v + Math.sqrt(v * v + 2 * 9.81 * x)) / 9.81;
        if (hit >= left) return x + v * left - (9.81 / 2) * left * left;
        let [low, high] = [0, hit * 1.1];
        for (let i = 0; i < 20; i++) {
          const middle = (low + high) / 2;
          if (x + v * middle - (9.81 / 2) * middle * middle > 0 || middle < 1e-3) low = middle;
          else high = middle;
        }
        let t = (low + high) / 2;
        for (let i = 0; i < 2; i++) t -= (x + v * t - (9.81 / 2) * t * t) / (v - 9.81 * t);
        v = -restitution * (v - 9.81 * t);
        x = 0;
        left -= t;
      }
      return x;
    },
    inputs: [at([1, 0.8]), at([2.5, 0.7])],
  });

  shape(94, 'implicit Euler with Newton inside', {
    f: ([k, y0]: number[]) => {
      let y = y0;
      for (let step = 0; step < 10; step++) {
        const old = y;
        for (let i = 0; i < 30; i++) {
          const residual = y - old + 0.1 * k * y ** 3;
          if (Math.abs(residual) < 1e-15) break;
          y -= residual / (1 + 0.3 * k * y * y);
        }
      }
      return y;
    },
    inputs: [at([5, 1.2]), at([50, 0.7])],
  });
});

describe('95: statistics', () => {
  shape(95, 'the log marginal likelihood of a Gaussian process', {
    f: ({ length, noise }: { length: number; noise: number }, x: number[], y: number[]) => {
      const n = x.length;
      const l = Array.from({ length: n }, () => new Float64Array(n));
      let logDet = 0;
      const z = [...y];
      for (let i = 0; i < n; i++) {
        for (let j = 0; j <= i; j++) {
          let sum = Math.exp(-((x[i] - x[j]) ** 2) / (2 * length * length)) + (i === j ? noise * noise : 0);
          for (let k = 0; k < j; k++) sum -= l[i][k] * l[j][k];
          l[i][j] = i === j ? Math.sqrt(sum) : sum / l[j][j];
        }
        for (let k = 0; k < i; k++) z[i] -= l[i][k] * z[k];
        z[i] /= l[i][i];
        logDet += Math.log(l[i][i]);
      }
      return -0.5 * z.reduce((s, v) => s + v * v, 0) - logDet - (n / 2) * Math.log(2 * Math.PI);
    },
    inputs: [at({ length: 0.8, noise: 0.3 }, [0, 0.4, 1, 1.7, 2.2], [0.1, 0.4, 0.9, 0.7, 0.2])],
    wrt: [0, 1, 2],
  });

  shape(95, 'a leapfrog trajectory over a density with a bound, its own gradient inside', {
    f: ([q0, p0]: number[]) => {
      // Exponential prior on exp(q): the bound is removed by the change of variables.
      const energy = (q: number) => 3 * Math.exp(q) - 2 * q + 0.5 * (q - 0.3) ** 2;
      const slope = grad(energy);
      let [q, p] = [q0, p0];
      for (let i = 0; i < 5; i++) {
        p -= 0.05 * slope(q);
        q += 0.1 * p;
        p -= 0.05 * slope(q);
      }
      return energy(q) + (p * p) / 2 - q;
    },
    inputs: [at([-0.5, 0.8])],
  });
});

describe('96: discrete randomness', () => {
  shape(96, 'Bernoulli and Poisson draws inside a loop, from a generator that lives in the function', {
    f: (rate: number) => {
      const next = random(7);
      let value = 0;
      for (let i = 0; i < 20; i++) {
        const uniform = (next() + 1) / 2;
        if (uniform < rate) value += rate * rate;
        let [k, product] = [0, 1];
        do {
          product *= (next() + 1) / 2;
          k++;
        } while (product > Math.exp(-rate));
        value += (k - 1) * rate;
      }
      return value;
    },
    inputs: [at(0.43), at(1.37)],
  });

  test('a straight-through rule gives a draw the derivative of its probability', () => {
    const draw = (probability: number, uniform: number): number => (uniform < probability ? 1 : 0);
    expect(grad(draw)(0.3, 0.1)).toBe(0);
    const straightThrough = (probability: number, uniform: number): number => draw(probability, uniform);
    defineRule(straightThrough, { vjp: (cotangent) => [cotangent, 0], jvp: ([tangent]) => tangent });
    const f = (p: number) => [0.1, 0.9, 0.4, 0.2].reduce((sum, u, i) => sum + straightThrough(p, u) * (i + 1), 0);
    expect(f(0.3)).toBe(1 + 4);
    expect(grad(f)(0.3)).toBe(10);
    expect(jacobian((p: number) => [f(p)], { mode: 'forward' })(0.3)).toEqual([10]);
  });
});
