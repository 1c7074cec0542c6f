/** The gradient of the regression's posterior put to work: draws from it. */
import { valueAndGrad } from 'fluxion';
import { Random } from '../random.ts';
import { type HmcResult, hmc } from './hmc.ts';
import { type Data, negLogPosterior, type Params, priors } from './regression.ts';

export interface PosteriorDraws extends Omit<HmcResult, 'draws'> {
  draws: Params[];
}

/** Draws from the posterior of (alpha, beta, sigma). The sampler moves log(sigma), which may be any number. */
export function samplePosterior(data: Data, { draws = 2000, warmup = 300, seed = 5 } = {}): PosteriorDraws {
  const unpack = ([alpha, beta, logSigma]: number[]): Params => ({ alpha, beta, sigma: Math.exp(logSigma) });

  // A change of variables adds log |d sigma / d log sigma| = log sigma to the log density.
  const potential = valueAndGrad((q: number[]) => negLogPosterior(unpack(q), priors, data) - q[2]);

  const result = hmc(potential, [0, 0, 0], { draws, warmup, random: new Random(seed) });
  return { ...result, draws: result.draws.map(unpack) };
}

export interface Summary {
  mean: number;
  sd: number;
  low: number;
  high: number;
  /** Monte Carlo standard error of the mean, by batch means, so that autocorrelation counts. */
  error: number;
}

/** Mean, standard deviation, central 90 % interval and Monte Carlo error of a list of draws. */
export function summarise(values: number[]): Summary {
  const mean = average(values);
  const sd = Math.sqrt(average(values.map((v) => (v - mean) ** 2)));
  const sorted = [...values].sort((a, b) => a - b);
  const quantile = (p: number) => sorted[Math.round(p * (sorted.length - 1))];

  const batch = Math.floor(Math.sqrt(values.length));
  const batches = Math.floor(values.length / batch);
  const means = Array.from({ length: batches }, (_, b) => average(values.slice(b * batch, (b + 1) * batch)));
  const spread = average(means.map((m) => (m - mean) ** 2)) * (batches / (batches - 1));
  return { mean, sd, low: quantile(0.05), high: quantile(0.95), error: Math.sqrt(spread / batches) };
}

const average = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
