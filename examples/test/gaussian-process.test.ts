import { grad, hessian } from 'fluxion';
import { determinant, inverse, Matrix, solve } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import {
  covariance,
  learn,
  negLogMarginal,
  observed,
  observeWave,
  predict,
  type Settings,
} from '../src/gaussian-process/gaussian-process.ts';
import { Random } from '../src/random.ts';
import { expectGradient } from './differences.ts';

describe('a Gaussian process through a linear-algebra package from npm', () => {
  const { x, y } = observeWave(20, new Random(4));
  const start: Settings = { logAmplitude: 0.7, logLength: -1, logNoise: -0.5 };

  it('has the gradient of the closed form: -tr((a aᵀ - K⁻¹) dK) / 2', () => {
    const got = grad(negLogMarginal)(start, x, y);
    const inverted = inverse(observed(start, x));
    const a = inverted.mmul(Matrix.columnVector(y));
    const inner = a.mmul(a.transpose()).sub(inverted);
    const along = (slope: (i: number, j: number) => number) => {
      const dK = Matrix.zeros(x.length, x.length);
      for (let i = 0; i < x.length; i++) for (let j = 0; j < x.length; j++) dK.set(i, j, slope(i, j));
      return -inner.mmul(dK).trace() / 2;
    };
    const k = (i: number, j: number) => covariance(start, x[i], x[j]);
    expect(got.logAmplitude).toBeCloseTo(
      along((i, j) => 2 * k(i, j)),
      8,
    );
    expect(got.logLength).toBeCloseTo(
      along((i, j) => k(i, j) * ((x[i] - x[j]) / Math.exp(start.logLength)) ** 2),
      8,
    );
    expect(got.logNoise).toBeCloseTo(
      along((i, j) => (i === j ? 2 * Math.exp(2 * start.logNoise) : 0)),
      8,
    );
    expectGradient((s: Settings) => negLogMarginal(s, x, y), start, got);
  });

  it('learns: the likelihood rises to a stationary point, and the prediction is near the truth', () => {
    const learnt = learn(start, x, y, { rounds: 100 });
    expect(negLogMarginal(learnt, x, y)).toBeLessThan(negLogMarginal(start, x, y) - 3);
    const slope = grad(negLogMarginal)(learnt, x, y);
    expect(Math.hypot(slope.logAmplitude, slope.logLength, slope.logNoise)).toBeLessThan(0.3);
    const [at] = predict(learnt, x, y, [5]);
    expect(Math.abs(at.mean - Math.sin(5) - 0.3 * Math.sin(13.5))).toBeLessThan(3 * at.sd + 0.15);
  });

  it('differentiates determinant, inverse and solve of the package', () => {
    const matrix = [
      [4, 1, 0.5],
      [-1, 3, 0.2],
      [0.3, 0.8, 2],
    ];
    const inverted = inverse(new Matrix(matrix));
    // d det / dA = det · A⁻ᵀ
    const byDeterminant = grad((rows: number[][]) => determinant(new Matrix(rows)))(matrix);
    const det = determinant(new Matrix(matrix));
    byDeterminant.forEach((row, i) => {
      row.forEach((v, j) => {
        expect(v).toBeCloseTo(det * inverted.get(j, i), 10);
      });
    });

    const traceOfInverse = (rows: number[][]) => inverse(new Matrix(rows)).trace();
    expectGradient(traceOfInverse, matrix, grad(traceOfInverse)(matrix));

    // c · x with A x = b: the gradient by b is A⁻ᵀ c
    const solution = (b: number[]) => solve(new Matrix(matrix), Matrix.columnVector(b)).get(1, 0);
    grad(solution)([1, 2, 3]).forEach((v, i) => {
      expect(v).toBeCloseTo(inverted.get(1, i), 10);
    });

    // and the second derivative of a quadratic form is the matrix plus its transpose
    const form = (v: number[]) => {
      const column = Matrix.columnVector(v);
      return column.transpose().mmul(new Matrix(matrix)).mmul(column).get(0, 0);
    };
    hessian(form)([1, 2, 3]).forEach((row, i) => {
      row.forEach((v, j) => {
        expect(v).toBeCloseTo(matrix[i][j] + matrix[j][i], 10);
      });
    });
  });
});
