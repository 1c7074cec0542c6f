/**
 * Bayesian linear regression: the first example of "diff all the things" (allyourbayes.com/posts/gradients).
 *
 *   y_i ~ Normal(alpha + beta * x_i, sigma),   alpha, beta ~ Normal(0, 3),   sigma ~ Exponential(1)
 *
 * The negative log posterior is an ordinary function of an ordinary object; `grad` knows nothing of statistics.
 */
import { Random } from '../random.ts';

/** Something with a density. */
export interface Distribution {
  logpdf(x: number): number;
}

/** The normal distribution with the given mean and standard deviation. */
export function normal(mean: number, sd: number): Distribution {
  return {
    logpdf(x) {
      const z = (x - mean) / sd;
      return -0.5 * z * z - Math.log(sd) - 0.5 * Math.log(2 * Math.PI);
    },
  };
}

/** The exponential distribution with the given mean. */
export function exponential(mean: number): Distribution {
  return {
    logpdf: (x) => (x < 0 ? -Infinity : -x / mean - Math.log(mean)),
  };
}

export interface Params {
  alpha: number;
  beta: number;
  sigma: number;
}

export type Priors = Record<keyof Params, Distribution>;

export interface Data {
  x: number[];
  y: number[];
}

export const priors: Priors = {
  alpha: normal(0, 3),
  beta: normal(0, 3),
  sigma: exponential(1),
};

/** Minus the logarithm of the posterior density of (alpha, beta, sigma), without its normalising constant. */
export function negLogPosterior(params: Params, priors: Priors, { x, y }: Data): number {
  const { alpha, beta, sigma } = params;

  let negLogLikelihood = 0;
  for (let i = 0; i < y.length; i++) {
    const predicted = alpha + beta * x[i];
    negLogLikelihood -= normal(predicted, sigma).logpdf(y[i]);
  }

  const negLogPrior = -(priors.alpha.logpdf(alpha) + priors.beta.logpdf(beta) + priors.sigma.logpdf(sigma));
  return negLogLikelihood + negLogPrior;
}

/** `n` points of a line with noise: alpha = 1/2, beta = -1/2, sigma = 2. */
export function simulate(n = 20, seed = 29): Data {
  const random = new Random(seed);
  const x = random.normals(n);
  const y = x.map((xi) => 1 / 2 - xi / 2 + 2 * random.normal());
  return { x, y };
}
