import { grad, jacobian } from 'fluxion';
import ode45 from 'ode45-cash-karp';
import { describe, expect, it } from 'vitest';
import { fitRates, invariant, misfit, observe, populations, type Rates, trueRates } from '../src/ode/predator-prey.ts';
import { Random } from '../src/random.ts';
import { expectGradient } from './differences.ts';

describe('an ODE solver from npm', () => {
  it('has the derivative of the closed form for a damped oscillation', () => {
    // y'' = -k y - c y', y(0) = 1, y'(0) = 0
    const simulated = ([k, c]: number[]) => {
      const solver = ode45(
        [1, 0],
        (slope, [y, v]) => {
          slope[0] = v;
          slope[1] = -k * y - c * v;
        },
        0,
        0.1,
        { tol: 1e-11 },
      );
      while (solver.step(2));
      return solver.y[0];
    };
    const exact = ([k, c]: number[]) => {
      const w = Math.sqrt(k - (c * c) / 4);
      return Math.exp(-c) * (Math.cos(2 * w) + (c / 2 / w) * Math.sin(2 * w));
    };
    const at = [3, 0.4];
    expect(simulated(at)).toBeCloseTo(exact(at), 9);
    expectGradient(exact, at, grad(simulated)(at), { tolerance: 1e-7 });
  });

  it('works on typed arrays as well, and gives the derivative of each output', () => {
    const decay = (rates: Float64Array) => {
      const solver = ode45(
        new Float64Array([1, 2]) as unknown as number[],
        (slope, y) => {
          slope[0] = -rates[0] * y[0];
          slope[1] = rates[0] * y[0] - rates[1] * y[1];
        },
        0,
        0.1,
        { tol: 1e-11 },
      );
      while (solver.step(1));
      return [...solver.y];
    };
    const [a, b] = [0.7, 1.9];
    const [first, second] = jacobian(decay)(new Float64Array([a, b]));
    expect(first[0]).toBeCloseTo(-Math.exp(-a), 8);
    expect(first[1]).toBeCloseTo(0, 8); // not 0: the size of the steps depends on it
    // y2 = (2 - k) exp(-b) + k exp(-a) with k = a / (b - a)
    const exact = ([p, q]: number[]) => (2 - p / (q - p)) * Math.exp(-q) + (p / (q - p)) * Math.exp(-p);
    expectGradient(exact, [a, b], [...second]);
  });

  it('solves the model: the invariant stays', () => {
    for (const state of populations(trueRates, [5, 10, 20]))
      expect(invariant(trueRates, state)).toBeCloseTo(invariant(trueRates, [10, 10]), 6);
  });

  it('fits a predator-prey model through the solver', () => {
    const observations = observe(new Random(11));
    const start: Rates = { birth: 0.8, hunting: 0.3, death: 0.6, growth: 0.13 };
    const few = observations.slice(0, 5);
    expectGradient((r: Rates) => misfit(r, few), start, grad(misfit)(start, few), { tolerance: 1e-5 });
    const fitted = fitRates(start, observations);
    for (const name of Object.keys(trueRates) as (keyof Rates)[])
      expect(Math.abs(fitted[name] / trueRates[name] - 1), name).toBeLessThan(0.06);
  });
});
