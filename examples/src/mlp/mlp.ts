/**
 * A multi-layer perceptron of plain nested arrays, and its training. The loss is a loop over the points; its gradient
 * has the shape of the network, so that a step of the optimiser is a walk over two things of one shape.
 */
import { valueAndGrad } from 'fluxion';
import type { Random } from '../random.ts';

export interface Layer {
  /** One row of weights per output. */
  weights: number[][];
  biases: number[];
}

export interface Example {
  point: number[];
  /** 0 or 1. */
  label: number;
}

/** Layers of the given sizes, with Glorot and Bengio's random weights. */
export function makeNetwork(sizes: number[], random: Random): Layer[] {
  return sizes.slice(1).map((outputs, k) => {
    const inputs = sizes[k];
    const sd = Math.sqrt(2 / (inputs + outputs));
    return {
      weights: Array.from({ length: outputs }, () => random.normals(inputs).map((z) => sd * z)),
      biases: new Array(outputs).fill(0),
    };
  });
}

/** The network's output before the sigmoid: positive for class 1. */
export function logit(network: Layer[], point: number[]): number {
  let activations = point;
  network.forEach(({ weights, biases }, k) => {
    const isLast = k === network.length - 1;
    activations = weights.map((row, j) => {
      const sum = row.reduce((total, w, i) => total + w * activations[i], biases[j]);
      return isLast ? sum : Math.tanh(sum);
    });
  });
  return activations[0];
}

/** Mean cross-entropy over the examples, with a little weight decay. */
export function loss(network: Layer[], examples: Example[], decay = 1e-4): number {
  let total = 0;
  for (const { point, label } of examples) {
    const z = logit(network, point);
    // log(1 + exp(z)) without overflow
    total += Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - label * z;
  }
  let squares = 0;
  for (const { weights } of network) for (const row of weights) for (const w of row) squares += w * w;
  return total / examples.length + decay * squares;
}

/** The share of examples on the right side. */
export function accuracy(network: Layer[], examples: Example[]): number {
  return examples.filter(({ point, label }) => logit(network, point) > 0 === (label === 1)).length / examples.length;
}

/** Two interleaved half circles with noise. */
export function twoMoons(n: number, random: Random, noise = 0.12): Example[] {
  return Array.from({ length: n }, (_, i) => {
    const label = i % 2;
    const angle = Math.PI * random.uniform();
    const x = label === 0 ? Math.cos(angle) : 1 - Math.cos(angle);
    const y = label === 0 ? Math.sin(angle) : 0.5 - Math.sin(angle);
    return { point: [x + noise * random.normal(), y + noise * random.normal()], label };
  });
}

export interface TrainingOptions {
  epochs?: number;
  rate?: number;
  /** Called after each epoch. */
  report?: (epoch: number, loss: number) => void;
}

/** Trains a copy of the network by Adam (Kingma and Ba 2015) on all examples at once. */
export function train(network: Layer[], examples: Example[], options: TrainingOptions = {}): Layer[] {
  const { epochs = 150, rate = 0.05, report } = options;
  const trained = structuredClone(network);
  const lossAndGradient = valueAndGrad((net: Layer[]) => loss(net, examples));

  const mean = parameters(trained).map(() => 0);
  const square = parameters(trained).map(() => 0);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const { value, grad } = lossAndGradient(trained);
    const slopes = parameters(grad);
    const steps = slopes.map(({ row, i }, k) => {
      mean[k] += 0.1 * (row[i] - mean[k]);
      square[k] += 0.001 * (row[i] ** 2 - square[k]);
      const m = mean[k] / (1 - 0.9 ** epoch);
      const v = square[k] / (1 - 0.999 ** epoch);
      return (-rate * m) / (Math.sqrt(v) + 1e-8);
    });
    parameters(trained).forEach(({ row, i }, k) => {
      row[i] += steps[k];
    });
    report?.(epoch, value);
  }
  return trained;
}

/** Where each number of a network stands, in a fixed order. */
export function parameters(network: Layer[]): { row: number[]; i: number }[] {
  return network.flatMap(({ weights, biases }) =>
    [...weights, biases].flatMap((row) => row.map((_, i) => ({ row, i }))),
  );
}
