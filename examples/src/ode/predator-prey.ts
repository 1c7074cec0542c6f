/**
 * Parameters of a predator-prey model found from observations, through an ODE solver from npm that nobody here wrote:
 * `ode45-cash-karp` (CommonJS, mutable buffers, adaptive steps), used as it is.
 *
 *   prey' = a prey - b prey predators,   predators' = d prey predators - c predators   (Lotka 1925, Volterra 1926)
 */
import ode45 from 'ode45-cash-karp';
import { type LeastSquaresOptions, leastSquares } from '../least-squares.ts';
import type { Random } from '../random.ts';

export interface Rates {
  birth: number;
  hunting: number;
  death: number;
  growth: number;
}

export const trueRates: Rates = { birth: 1.1, hunting: 0.4, death: 0.4, growth: 0.1 };

/** Prey and predators at the given ascending times, from 10 of each at time 0. */
export function populations(rates: Rates, times: number[], tol = 1e-9): number[][] {
  const { birth, hunting, death, growth } = rates;
  const solver = ode45(
    [10, 10],
    (slope, [prey, predators]) => {
      slope[0] = birth * prey - hunting * prey * predators;
      slope[1] = growth * prey * predators - death * predators;
    },
    0,
    0.01,
    { tol },
  );
  return times.map((time) => {
    while (solver.step(time)) {
      // on to the next observation
    }
    return [...solver.y];
  });
}

/** The quantity that the flow keeps; it makes a check of the solver without another solver. */
export function invariant({ birth, hunting, death, growth }: Rates, [prey, predators]: number[]): number {
  return growth * prey - death * Math.log(prey) + hunting * predators - birth * Math.log(predators);
}

export interface Observation {
  time: number;
  counts: number[];
}

/** Observations with a few per cent of noise. */
export function observe(random: Random, noise = 0.03): Observation[] {
  const times = Array.from({ length: 20 }, (_, i) => i + 1);
  const exact = populations(trueRates, times);
  return times.map((time, i) => ({ time, counts: exact[i].map((v) => v * Math.exp(noise * random.normal())) }));
}

/** Logarithm of predicted over observed, for each count. */
export function errors(rates: Rates, observations: Observation[]): number[] {
  const predicted = populations(
    rates,
    observations.map((o) => o.time),
    1e-8,
  );
  return observations.flatMap(({ counts }, i) => counts.map((count, k) => Math.log(predicted[i][k] / count)));
}

/** Mean square of the errors. */
export function misfit(rates: Rates, observations: Observation[]): number {
  const all = errors(rates, observations);
  return all.reduce((sum, e) => sum + e * e, 0) / all.length;
}

/** Fits the rates to the first few observations, then to more and more: the late ones lead astray from far off. */
export function fitRates(start: Rates, observations: Observation[], report?: LeastSquaresOptions['report']): Rates {
  const unpack = (logs: number[]): Rates => {
    const [birth, hunting, death, growth] = logs.map(Math.exp);
    return { birth, hunting, death, growth };
  };
  let logs = [start.birth, start.hunting, start.death, start.growth].map(Math.log);
  for (const count of [4, 8, observations.length]) {
    const seen = observations.slice(0, count);
    logs = leastSquares((x) => errors(unpack(x), seen), logs, { report });
  }
  return unpack(logs);
}
