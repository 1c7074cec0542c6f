/**
 * GradBench's problems: the derivative that the eval asks for, by each tier, to the function itself. Inputs are in rotation.
 * `native` is the ratio that the fastest of Enzyme, Tapenade, CoDiPack, Adept, CppAD and ADOL-C reaches in C++ at that size.
 */
import { problems } from '../../gradbench/problems.ts';
import type { Comparison } from '../comparison.ts';
import * as inputs from './inputs.ts';

interface Size {
  readonly name: string;
  readonly size: string;
  readonly input: () => unknown;
  readonly plain?: string;
  readonly derivative: string;
  readonly aim?: number;
  readonly native?: number;
}

const primal = { plain: 'primal', derivative: 'gradient' };
const objective = { plain: 'objective', derivative: 'jacobian' };
const modes = ['rr', 'ff', 'fr', 'rf'];

/** Jacobians: half as much again as the sweeps, each as a gradient or a tangent of the function. */
const sizes: readonly Size[] = [
  { name: 'det', size: '7', input: () => inputs.det(7), ...primal, aim: 6, native: 2.7 },
  { name: 'det', size: '8', input: () => inputs.det(8), ...primal, aim: 6, native: 2.8 },
  { name: 'llsq', size: 'n4096_m128', input: () => inputs.llsq(4096, 128), ...primal, aim: 4, native: 1.4 },
  { name: 'lse', size: 'n10000', input: () => inputs.lse(10_000), ...primal, aim: 4, native: 2.3 },
  { name: 'ode', size: 'n20_s100', input: () => inputs.ode(20, 100), ...primal, aim: 6, native: 3.1 },
  { name: 'ode', size: 'n1000_s100', input: () => inputs.ode(1000, 100), ...primal, aim: 6, native: 3.6 },
  {
    name: 'kmeans',
    size: 'k100_n1000_d8',
    input: () => inputs.kmeans(100, 1000, 8),
    plain: 'cost',
    derivative: 'dir',
    native: 3.1,
  },
  { name: 'lstm', size: 'l2_c1024', input: () => inputs.lstm(2, 1024), ...objective, aim: 4, native: 2.7 },
  { name: 'gmm', size: '2_5_1000', input: () => inputs.gmm(2, 5, 1000), ...objective, aim: 4, native: 3.2 },
  { name: 'gmm', size: '10_25_1000', input: () => inputs.gmm(10, 25, 1000), ...objective, aim: 4, native: 4 },
  {
    name: 'ba',
    size: 'n49_m7776_p31843',
    input: () => inputs.ba(49, 7776, 31_843),
    ...objective,
    aim: 12,
    native: 8.6,
  },
  { name: 'ht', size: 'simple_c100', input: () => inputs.ht(100, false), ...objective, aim: 39, native: 31 },
  { name: 'ht', size: 'complicated_c100', input: () => inputs.ht(100, true), ...objective, aim: 42, native: 28 },
  ...modes.map((derivative) => ({ name: 'particle', size: 'w0', input: inputs.particle, derivative })),
  ...modes.map((derivative) => ({ name: 'saddle', size: 'w0', input: inputs.saddle, derivative })),
];

function comparison({ name, size, input, plain, derivative, aim, native }: Size): Comparison {
  const count = 4;
  const sent = Array.from({ length: count }, input);
  const runOf = (which: string, options?: Parameters<(typeof problems)[string]>[0]): ((i: number) => unknown) => {
    const { read, run } = problems[name](options)[which];
    const args = sent.map(read);
    return (i) => run(args[i % count]);
  };
  return {
    what: `${name} ${size} ${derivative}`,
    ...(plain === undefined ? {} : { plain: runOf(plain) }),
    derivative: (tier) => runOf(derivative, { tier }),
    ...(aim === undefined ? {} : { aim }),
    ...(native === undefined ? {} : { native }),
  };
}

export const gradbench = (): Comparison[] => sizes.map(comparison);
