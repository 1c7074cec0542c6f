/**
 * GradBench's `gmm`: the log posterior of a mixture of Gaussians with a Wishart prior on the precision matrices, and its gradient
 * with respect to all parameters of the mixture.
 */
import { grad } from 'fluxion';
import { flatten, type Problem, rowsOf, timed } from './problem.ts';

/** A mixture of k components in d dimensions. Matrices are held row after row. */
export interface Mixture {
  /** The weights, before they are normalised: k. */
  alpha: Float64Array;
  /** The means: k×d. */
  mu: Float64Array;
  /** Logarithms of the diagonals of the factors of the precision matrices: k×d. */
  q: Float64Array;
  /** What is below those diagonals, column by column: k×d(d−1)/2. */
  l: Float64Array;
}

export interface Observations {
  d: number;
  k: number;
  n: number;
  /** The points: n×d. */
  x: Float64Array;
  /** Additional degrees of freedom of the prior. */
  m: number;
  /** Precision of the prior. */
  gamma: number;
}

function logSumExp(values: Float64Array): number {
  let largest = values[0];
  for (let i = 1; i < values.length; i++) largest = Math.max(largest, values[i]);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i] - largest);
  return largest + Math.log(sum);
}

/** log Γ(twice / 2) for a positive whole number. */
function logGammaOfHalf(twice: number): number {
  let result = twice % 2 === 0 ? 0 : Math.log(Math.PI) / 2;
  for (let x = twice / 2 - 1; x > 0; x--) result += Math.log(x);
  return result;
}

/** The logarithm of the multivariate gamma function at n / 2. */
function logMultivariateGamma(n: number, d: number): number {
  let result = (d * (d - 1) * Math.log(Math.PI)) / 4;
  for (let j = 1; j <= d; j++) result += logGammaOfHalf(n + 1 - j);
  return result;
}

export function logPosterior({ alpha, mu, q, l }: Mixture, { d, k, n, x, m, gamma }: Observations): number {
  const below = (d * (d - 1)) / 2;
  const diagonal = new Float64Array(k * d);
  const logDeterminant = new Float64Array(k);
  for (let c = 0; c < k; c++) {
    let sum = 0;
    for (let i = c * d; i < (c + 1) * d; i++) {
      sum += q[i];
      diagonal[i] = Math.exp(q[i]);
    }
    logDeterminant[c] = sum;
  }

  const centred = new Float64Array(d);
  const terms = new Float64Array(k);
  let likelihood = 0;
  for (let point = 0; point < n; point++) {
    for (let c = 0; c < k; c++) {
      for (let i = 0; i < d; i++) centred[i] = x[point * d + i] - mu[c * d + i];
      let squares = 0;
      for (let row = 0; row < d; row++) {
        let sum = diagonal[c * d + row] * centred[row];
        let at = c * below + row - 1;
        for (let column = 0; column < row; column++) {
          sum += l[at] * centred[column];
          at += d - 2 - column;
        }
        squares += sum * sum;
      }
      terms[c] = alpha[c] + logDeterminant[c] - squares / 2;
    }
    likelihood += logSumExp(terms);
  }
  likelihood -= n * ((d / 2) * Math.log(2 * Math.PI) + logSumExp(alpha));

  const freedom = d + m + 1;
  let prior = k * (freedom * d * Math.log(gamma / Math.SQRT2) - logMultivariateGamma(freedom, d));
  for (let c = 0; c < k; c++) {
    let squares = 0;
    for (let i = c * d; i < (c + 1) * d; i++) squares += diagonal[i] * diagonal[i];
    for (let i = c * below; i < (c + 1) * below; i++) squares += l[i] * l[i];
    prior += m * logDeterminant[c] - (gamma * gamma * squares) / 2;
  }
  return likelihood + prior;
}

interface Input {
  d: number;
  k: number;
  n: number;
  x: number[][];
  m: number;
  gamma: number;
  alpha: number[];
  mu: number[][];
  q: number[][];
  l: number[][];
}

const read = ({ d, k, n, x, m, gamma, alpha, mu, q, l }: Input): [Mixture, Observations] => [
  { alpha: Float64Array.from(alpha), mu: flatten(mu), q: flatten(q), l: flatten(l) },
  { d, k, n, x: flatten(x), m, gamma },
];

export const gmm: Problem = (options) => {
  const gradient = grad(logPosterior, options);
  return {
    objective: timed(read, ([mixture, observations]) => logPosterior(mixture, observations)),
    jacobian: timed(
      read,
      ([mixture, observations]) => ({ ...gradient(mixture, observations), d: observations.d }),
      ({ alpha, mu, q, l, d }) => ({
        alpha,
        mu: rowsOf(mu, d),
        q: rowsOf(q, d),
        l: rowsOf(l, (d * (d - 1)) / 2),
      }),
    ),
  };
};
