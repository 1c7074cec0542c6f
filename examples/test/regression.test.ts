import { grad, valueAndGrad } from 'fluxion';
import { describe, expect, it } from 'vitest';
import { exactMoments } from '../src/regression/exact.ts';
import { samplePosterior, summarise } from '../src/regression/posterior.ts';
import { type Data, negLogPosterior, type Params, priors, simulate } from '../src/regression/regression.ts';
import { expectGradient } from './differences.ts';

const data = simulate();
const points: Params[] = [
  { alpha: -6.290988779313054, beta: 3.9183834605694834, sigma: 1.6155587713748865 },
  { alpha: 0, beta: 0, sigma: 1 },
  { alpha: 0.2, beta: -0.4, sigma: 2.1 },
];

/** The gradient by hand. */
function closedForm({ alpha, beta, sigma }: Params, { x, y }: Data): Params {
  const residuals = y.map((yi, i) => yi - alpha - beta * x[i]);
  const sum = (f: (r: number, i: number) => number) => residuals.reduce((total, r, i) => total + f(r, i), 0);
  return {
    alpha: -sum((r) => r) / sigma ** 2 + alpha / 9,
    beta: -sum((r, i) => r * x[i]) / sigma ** 2 + beta / 9,
    sigma: y.length / sigma - sum((r) => r * r) / sigma ** 3 + 1,
  };
}

describe('Bayesian linear regression', () => {
  it.each(points)('has the gradient of the closed form at %o', (params) => {
    const gradient = grad(negLogPosterior)(params, priors, data);
    const expected = closedForm(params, data);
    for (const name of ['alpha', 'beta', 'sigma'] as const) expect(gradient[name]).toBeCloseTo(expected[name], 10);
    expectGradient((p: Params) => negLogPosterior(p, priors, data), params, gradient);
  });

  it('gives the value itself beside the gradient, and leaves the arguments alone', () => {
    const params = { ...points[0] };
    const { value, grad: gradient } = valueAndGrad((p: Params) => negLogPosterior(p, priors, data))(params);
    expect(value).toBe(negLogPosterior(params, priors, data));
    expect(Object.keys(gradient)).toEqual(['alpha', 'beta', 'sigma']);
    expect(params).toEqual(points[0]);
    expect(data).toEqual(simulate());
  });

  it('has exact moments that a three-dimensional grid confirms', () => {
    const { mean, sd } = exactMoments(data);
    const moments = [0, 0, 0, 0];
    for (let a = -30; a <= 30; a++)
      for (let b = -30; b <= 30; b++)
        for (let s = -30; s <= 30; s++) {
          const alpha = mean.alpha + (a / 3.5) * sd.alpha;
          const beta = mean.beta + (b / 3.5) * sd.beta;
          const sigma = mean.sigma * Math.exp(s / 20);
          const weight = sigma * Math.exp(40 - negLogPosterior({ alpha, beta, sigma }, priors, data));
          [1, alpha, beta, sigma].forEach((v, i) => {
            moments[i] += weight * v;
          });
        }
    expect(moments[1] / moments[0]).toBeCloseTo(mean.alpha, 5);
    expect(moments[2] / moments[0]).toBeCloseTo(mean.beta, 5);
    expect(moments[3] / moments[0]).toBeCloseTo(mean.sigma, 5);
  });

  it('is sampled by Hamiltonian Monte Carlo: means within Monte Carlo error of the exact ones', () => {
    const exact = exactMoments(data);
    const { draws, acceptance } = samplePosterior(data, { draws: 1500 });
    expect(acceptance).toBeGreaterThan(0.7);
    for (const name of ['alpha', 'beta', 'sigma'] as const) {
      const { mean, sd, error } = summarise(draws.map((draw) => draw[name]));
      expect(error).toBeLessThan(0.1 * exact.sd[name]);
      expect(Math.abs(mean - exact.mean[name])).toBeLessThan(4 * error);
      expect(sd / exact.sd[name]).toBeGreaterThan(0.85);
      expect(sd / exact.sd[name]).toBeLessThan(1.15);
    }
  });
});
