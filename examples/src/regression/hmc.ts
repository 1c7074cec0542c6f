/**
 * Hamiltonian Monte Carlo (Neal, "MCMC using Hamiltonian dynamics", 2011): draws from a density, of which it needs the
 * negative logarithm and its gradient. The step size is tuned by dual averaging, the scale of each coordinate from
 * the first draws, both during a warm-up that is thrown away (Hoffman and Gelman 2014, sections 3.2 and 4).
 */
import type { Random } from '../random.ts';

/** A negative log density and its gradient at a point. */
export type Potential = (q: number[]) => { value: number; grad: number[] };

export interface HmcOptions {
  draws: number;
  warmup: number;
  random: Random;
  /** A trajectory has 1 to this many leapfrog steps, at random, lest it come back to where it began; default 7. */
  steps?: number;
  /** The share of proposals that should be accepted; default 0.85. */
  target?: number;
}

export interface HmcResult {
  draws: number[][];
  /** Mean acceptance probability after the warm-up. */
  acceptance: number;
  stepSize: number;
  /** How often the gradient was computed. */
  gradients: number;
}

/** Draws from exp(-potential), starting at `start`. */
export function hmc(potential: Potential, start: number[], options: HmcOptions): HmcResult {
  const { draws: wanted, warmup, random, steps = 7, target = 0.85 } = options;
  let gradients = 0;
  const evaluate = (q: number[]) => {
    gradients++;
    return potential(q);
  };

  let q = [...start];
  let here = evaluate(q);
  let scale = q.map(() => 1);
  let tuning = dualAveraging(0.1, target);
  let stepSize = 0.1;
  let accepted = 0;
  const early: number[][] = [];
  const draws: number[][] = [];

  for (let k = 0; k < warmup + wanted; k++) {
    // Momenta are standard normal in coordinates divided by their scale.
    const length = 1 + Math.floor(steps * random.uniform());
    const p = random.normals(q.length);
    const kinetic = p.reduce((sum, pi) => sum + (pi * pi) / 2, 0);
    const energy = here.value + kinetic;

    let there = here;
    let proposal = q;
    for (let s = 0; s < length; s++) {
      for (let i = 0; i < p.length; i++) p[i] -= (stepSize / 2) * scale[i] * there.grad[i];
      proposal = proposal.map((qi, i) => qi + stepSize * scale[i] * p[i]);
      there = evaluate(proposal);
      for (let i = 0; i < p.length; i++) p[i] -= (stepSize / 2) * scale[i] * there.grad[i];
    }
    const newEnergy = there.value + p.reduce((sum, pi) => sum + (pi * pi) / 2, 0);
    const probability = Number.isFinite(newEnergy) ? Math.min(1, Math.exp(energy - newEnergy)) : 0;
    if (random.uniform() < probability) {
      q = proposal;
      here = there;
    }

    if (k < warmup) {
      stepSize = tuning.update(probability);
      early.push(q);
      if (k === Math.floor(warmup / 2)) {
        scale = standardDeviations(early.slice(Math.floor(warmup / 4)));
        tuning = dualAveraging(0.5, target);
      }
      if (k === warmup - 1) stepSize = tuning.final();
    } else {
      accepted += probability;
      draws.push(q);
    }
  }
  return { draws, acceptance: accepted / wanted, stepSize, gradients };
}

/** Nesterov's dual averaging, with the constants of Hoffman and Gelman. */
function dualAveraging(initial: number, target: number) {
  const mu = Math.log(10 * initial);
  let h = 0;
  let logAverage = 0;
  let t = 0;
  return {
    update(probability: number): number {
      t++;
      h += (target - probability - h) / (t + 10);
      const log = mu - (Math.sqrt(t) / 0.05) * h;
      logAverage += t ** -0.75 * (log - logAverage);
      return Math.exp(log);
    },
    final: () => Math.exp(logAverage),
  };
}

function standardDeviations(points: number[][]): number[] {
  return points[0].map((_, i) => {
    const values = points.map((point) => point[i]);
    const mean = values.reduce((a, b) => a + b) / values.length;
    return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
  });
}
