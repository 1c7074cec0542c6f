/**
 * Gaussian-process regression whose settings are learnt by the gradient of the log marginal likelihood (Rasmussen and
 * Williams 2006, chapters 2 and 5). The linear algebra is `ml-matrix` from npm, used as it is: the gradient goes
 * through its Cholesky decomposition and its triangular solves.
 */
import { valueAndGrad } from 'fluxion';
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { Random } from '../random.ts';

/** Logarithms of the kernel's settings: all of them are positive. */
export interface Settings {
  logAmplitude: number;
  logLength: number;
  logNoise: number;
}

/** Squared-exponential covariance of two places. */
export function covariance({ logAmplitude, logLength }: Settings, a: number, b: number): number {
  const distance = (a - b) / Math.exp(logLength);
  return Math.exp(2 * logAmplitude - (distance * distance) / 2);
}

/** Covariance matrix of noisy observations at `x`. */
export function observed(settings: Settings, x: number[]): Matrix {
  const K = Matrix.zeros(x.length, x.length);
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < x.length; j++) K.set(i, j, covariance(settings, x[i], x[j]));
  }
  return K.add(Matrix.eye(x.length).mul(Math.exp(2 * settings.logNoise)));
}

/** Minus the log probability density of observing `y` at `x`. */
export function negLogMarginal(settings: Settings, x: number[], y: number[]): number {
  const cholesky = new CholeskyDecomposition(observed(settings, x));
  const column = Matrix.columnVector(y);
  const fit = column.transpose().mmul(cholesky.solve(column)).get(0, 0);
  const logDeterminant = cholesky.lowerTriangularMatrix.diagonal().reduce((sum, d) => sum + 2 * Math.log(d), 0);
  return 0.5 * (fit + logDeterminant + x.length * Math.log(2 * Math.PI));
}

/** Learns the settings by gradient descent with momentum, the steps limited in length. */
export function learn(
  start: Settings,
  x: number[],
  y: number[],
  {
    rounds = 60,
    report,
  }: { rounds?: number; report?: (round: number, value: number, settings: Settings) => void } = {},
): Settings {
  const evaluate = valueAndGrad(negLogMarginal);
  const names = ['logAmplitude', 'logLength', 'logNoise'] as const;
  const settings = { ...start };
  const velocity: Settings = { logAmplitude: 0, logLength: 0, logNoise: 0 };
  for (let round = 1; round <= rounds; round++) {
    const { value, grad } = evaluate(settings, x, y);
    report?.(round, value, settings);
    const steepness = Math.hypot(...names.map((name) => grad[name]));
    const rate = 0.02 / Math.max(1, steepness / 10);
    for (const name of names) {
      velocity[name] = 0.8 * velocity[name] - rate * grad[name];
      settings[name] += velocity[name];
    }
  }
  return settings;
}

/** Mean and standard deviation of the function at a new place, given the observations. */
export function predict(settings: Settings, x: number[], y: number[], at: number[]): { mean: number; sd: number }[] {
  const cholesky = new CholeskyDecomposition(observed(settings, x));
  const weights = cholesky.solve(Matrix.columnVector(y));
  return at.map((place) => {
    const k = Matrix.columnVector(x.map((xi) => covariance(settings, place, xi)));
    const mean = k.transpose().mmul(weights).get(0, 0);
    const explained = k.transpose().mmul(cholesky.solve(k)).get(0, 0);
    return { mean, sd: Math.sqrt(Math.max(0, covariance(settings, place, place) - explained)) };
  });
}

/** Noisy observations of a wave at random places. */
export function observeWave(n: number, random: Random): { x: number[]; y: number[] } {
  const x = Array.from({ length: n }, () => 10 * random.uniform());
  return { x, y: x.map((v) => Math.sin(v) + 0.3 * Math.sin(2.7 * v) + 0.15 * random.normal()) };
}
