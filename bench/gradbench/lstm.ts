/**
 * GradBench's `lstm`: the loss of a recurrent network that predicts the bits of the next character of a text, and its gradient
 * with respect to all weights. All the network's matrices are diagonal.
 */
import { grad } from 'fluxion';
import { flatten, type Problem, timed } from './problem.ts';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * Mean over all predicted bits of minus the predicted logarithm of their probability.
 *
 * @param main for each layer the weights, then the biases, of the forget, input and output gates and of the change
 * @param extra weights of the input, weights of the output, biases of the output
 * @param start for each layer the hidden state, then the cells
 * @param text its characters, `bits` numbers each
 */
export function loss(
  main: Float64Array,
  extra: Float64Array,
  start: Float64Array,
  text: Float64Array,
  bits: number,
): number {
  const layers = main.length / (8 * bits);
  const characters = text.length / bits;
  const state = start.slice();
  const signal = new Float64Array(bits);
  let total = 0;
  for (let t = 0; t < characters - 1; t++) {
    for (let i = 0; i < bits; i++) signal[i] = text[t * bits + i] * extra[i];

    for (let layer = 0; layer < layers; layer++) {
      const weights = 8 * bits * layer;
      const biases = weights + 4 * bits;
      const hidden = 2 * bits * layer;
      const cells = hidden + bits;
      for (let i = 0; i < bits; i++) {
        const forget = sigmoid(signal[i] * main[weights + i] + main[biases + i]);
        const input = sigmoid(state[hidden + i] * main[weights + bits + i] + main[biases + bits + i]);
        const output = sigmoid(signal[i] * main[weights + 2 * bits + i] + main[biases + 2 * bits + i]);
        const change = Math.tanh(state[hidden + i] * main[weights + 3 * bits + i] + main[biases + 3 * bits + i]);
        const cell = state[cells + i] * forget + input * change;
        state[cells + i] = cell;
        state[hidden + i] = output * Math.tanh(cell);
        signal[i] = state[hidden + i];
      }
    }

    // The 2 is ADBench's.
    let sum = 2;
    for (let i = 0; i < bits; i++) {
      signal[i] = signal[i] * extra[bits + i] + extra[2 * bits + i];
      sum += Math.exp(signal[i]);
    }
    const logarithm = Math.log(sum);
    for (let i = 0; i < bits; i++) total += text[(t + 1) * bits + i] * (signal[i] - logarithm);
  }
  return -total / ((characters - 1) * bits);
}

interface Input {
  main_params: number[][];
  extra_params: number[][];
  state: number[][];
  sequence: number[][];
}

type Args = [main: Float64Array, extra: Float64Array, start: Float64Array, text: Float64Array, bits: number];

const read = ({ main_params, extra_params, state, sequence }: Input): Args => [
  flatten(main_params),
  flatten(extra_params),
  flatten(state),
  flatten(sequence),
  sequence[0].length,
];

export const lstm: Problem = (options) => {
  const gradient = grad(loss, { ...options, wrt: [0, 1] });
  return {
    objective: timed(read, (args) => loss(...args)),
    jacobian: timed(
      read,
      (args) => gradient(...args),
      ([main, extra]) => [...main, ...extra],
    ),
  };
};
