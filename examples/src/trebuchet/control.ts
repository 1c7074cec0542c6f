/** Two ways to hit a target with the simulation's gradient: aim one throw, or train a network that aims any. */
import { valueAndGrad } from 'fluxion';
import type { Random } from '../random.ts';
import { type Controls, throwStone } from './trebuchet.ts';

export interface Aim {
  controls: Controls;
  /** How far beyond the target each throw came down, the last one included. */
  misses: number[];
}

/** Turns the controls along the gradient of the distance until a throw lands within a centimetre (Gauss-Newton). */
export function aim(target: number, wind: number, first: Controls = { releaseAngle: 0.8, weight: 500 }): Aim {
  const thrown = valueAndGrad((controls: Controls) => throwStone(controls, wind));
  let controls = first;
  const misses: number[] = [];
  for (let i = 0; i < 20; i++) {
    const { value, grad } = thrown(controls);
    const miss = value - target;
    misses.push(miss);
    if (Math.abs(miss) < 0.01) break;
    // A tenth of a radian counts as much as 100 kg.
    const [byAngle, byWeight] = [grad.releaseAngle * 0.1, grad.weight * 100];
    const length = Math.min(1, 40 / Math.abs(miss)) / (byAngle ** 2 + byWeight ** 2);
    controls = {
      releaseAngle: controls.releaseAngle - 0.1 * miss * length * byAngle,
      weight: controls.weight - 100 * miss * length * byWeight,
    };
  }
  return { controls, misses };
}

/** A small network from (target, wind) to controls within the machine's limits. */
export interface Controller {
  hidden: { weights: number[]; bias: number }[];
  angle: { weights: number[]; bias: number };
  mass: { weights: number[]; bias: number };
}

export function makeController(random: Random, size = 6): Controller {
  return {
    hidden: Array.from({ length: size }, () => ({ weights: random.normals(2), bias: 0.5 * random.normal() })),
    angle: { weights: random.normals(size).map((z) => 0.1 * z), bias: 0 },
    mass: { weights: random.normals(size).map((z) => 0.1 * z), bias: 0 },
  };
}

/** What the network would do about a target and a wind. */
export function decide({ hidden, angle, mass }: Controller, target: number, wind: number): Controls {
  const inputs = [(target - 70) / 20, wind / 5];
  const neuron = ({ weights, bias }: { weights: number[]; bias: number }, values: number[]) =>
    weights.reduce((sum, w, i) => sum + w * values[i], bias);
  const features = hidden.map((unit) => Math.tanh(neuron(unit, inputs)));
  const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
  return {
    releaseAngle: 0.3 + 0.6 * sigmoid(neuron(angle, features)),
    weight: 250 + 1250 * sigmoid(neuron(mass, features) - 1),
  };
}

export interface Situation {
  target: number;
  wind: number;
}

export const drawSituation = (random: Random): Situation => ({
  target: 40 + 60 * random.uniform(),
  wind: 10 * random.uniform() - 5,
});

/** Mean square of the misses, in units of 10 m. */
export function missed(controller: Controller, situations: Situation[]): number {
  let sum = 0;
  for (const { target, wind } of situations)
    sum += ((throwStone(decide(controller, target, wind), wind) - target) / 10) ** 2;
  return sum / situations.length;
}

/** Trains the network through the simulation, by Adam with a few random situations at a time. */
export function trainController(
  random: Random,
  {
    rounds = 100,
    batch = 6,
    rate = 0.08,
    report,
  }: { rounds?: number; batch?: number; rate?: number; report?: (round: number, loss: number) => void } = {},
): Controller {
  const lossAndGradient = valueAndGrad(missed);
  const controller = makeController(random);
  const moments = new Map<object, { mean: number; square: number }[]>();
  for (let round = 1; round <= rounds; round++) {
    const situations = Array.from({ length: batch }, () => drawSituation(random));
    const { value, grad } = lossAndGradient(controller, situations);
    report?.(round, value);
    const decay = rate / (1 + (2 * round) / rounds);
    const pairs = [
      ...controller.hidden.map((unit, i) => [unit, grad.hidden[i]] as const),
      [controller.angle, grad.angle] as const,
      [controller.mass, grad.mass] as const,
    ];
    for (const [unit, slope] of pairs) {
      const old = moments.get(unit) ?? [...unit.weights, unit.bias].map(() => ({ mean: 0, square: 0 }));
      moments.set(unit, old);
      const steps = [...slope.weights, slope.bias].map((g, i) => {
        old[i].mean += 0.1 * (g - old[i].mean);
        old[i].square += 0.02 * (g * g - old[i].square);
        const m = old[i].mean / (1 - 0.9 ** round);
        const v = old[i].square / (1 - 0.98 ** round);
        return (-decay * m) / (Math.sqrt(v) + 1e-8);
      });
      unit.weights.forEach((_, i) => {
        unit.weights[i] += steps[i];
      });
      unit.bias += steps[unit.weights.length];
    }
  }
  return controller;
}
