/**
 * The exact answer that the sampler is held to. Given sigma, (alpha, beta) is normal in closed form (Lindley and Smith
 * 1972); what is left is an integral over sigma alone, done by Simpson's rule.
 */
import type { Data, Params } from './regression.ts';

export interface Moments {
  mean: Params;
  sd: Params;
  /** The marginal posterior density of sigma, tabulated. */
  sigma: { sigma: number; density: number }[];
}

/** Posterior means and standard deviations for Normal(0, priorSd) and Exponential(1) priors. */
export function exactMoments({ x, y }: Data, priorSd = 3): Moments {
  const n = x.length;
  const sum = (f: (i: number) => number) => x.reduce((total, _, i) => total + f(i), 0);
  const [sx, sxx, sy, sxy, syy] = [
    sum((i) => x[i]),
    sum((i) => x[i] ** 2),
    sum((i) => y[i]),
    sum((i) => x[i] * y[i]),
    sum((i) => y[i] ** 2),
  ];

  // For one sigma: precision matrix [[a, b], [b, c]] of (alpha, beta), its mean, and the log evidence.
  const given = (sigma: number) => {
    const w = 1 / sigma ** 2;
    const a = n * w + 1 / priorSd ** 2;
    const b = sx * w;
    const c = sxx * w + 1 / priorSd ** 2;
    const det = a * c - b * b;
    const alpha = (c * sy * w - b * sxy * w) / det;
    const beta = (a * sxy * w - b * sy * w) / det;
    const fit = alpha * sy * w + beta * sxy * w;
    const logEvidence = -n * Math.log(sigma) - 0.5 * Math.log(det) - 0.5 * (syy * w - fit);
    return { alpha, beta, varAlpha: c / det, varBeta: a / det, logWeight: logEvidence - sigma };
  };

  // Simpson over log sigma: d sigma = sigma d(log sigma).
  const points = 2001;
  const [low, high] = [Math.log(0.05), Math.log(50)];
  const nodes = Array.from({ length: points }, (_, k) => Math.exp(low + ((high - low) * k) / (points - 1)));
  const values = nodes.map(given);
  const top = Math.max(...values.map((v) => v.logWeight));
  const weights = nodes.map((sigma, k) => {
    const simpson = k === 0 || k === points - 1 ? 1 : k % 2 === 1 ? 4 : 2;
    return simpson * sigma * Math.exp(values[k].logWeight - top);
  });
  const total = weights.reduce((a, b) => a + b);
  const step = (high - low) / (points - 1);
  const density = values.map((v) => (3 * Math.exp(v.logWeight - top)) / (step * total));
  const expectation = (f: (k: number) => number) => weights.reduce((s, w, k) => s + w * f(k), 0) / total;

  const mean = {
    alpha: expectation((k) => values[k].alpha),
    beta: expectation((k) => values[k].beta),
    sigma: expectation((k) => nodes[k]),
  };
  return {
    mean,
    sd: {
      alpha: Math.sqrt(expectation((k) => values[k].varAlpha + values[k].alpha ** 2) - mean.alpha ** 2),
      beta: Math.sqrt(expectation((k) => values[k].varBeta + values[k].beta ** 2) - mean.beta ** 2),
      sigma: Math.sqrt(expectation((k) => nodes[k] ** 2) - mean.sigma ** 2),
    },
    sigma: nodes.map((sigma, k) => ({ sigma, density: density[k] })),
  };
}
