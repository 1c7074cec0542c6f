/**
 * GradBench's problems: the derivative that the eval asks for, by each tier, to the function itself. Inputs are in rotation.
 * `native` is the ratio that the fastest of Enzyme, Tapenade, CoDiPack, Adept, CppAD and ADOL-C reaches in C++ at that size.
 */
import { grad } from 'fluxion';
import { cost } from '../../gradbench/kmeans.ts';
import { problems } from '../../gradbench/problems.ts';
import type { Comparison } from '../comparison.ts';
import { kmeansByHand, llsqByHand, lseByHand } from './by-hand.ts';
import * as inputs from './inputs.ts';

interface Size {
  readonly name: string;
  readonly size: string;
  readonly input: () => unknown;
  readonly plain?: string;
  readonly derivative: string;
  readonly aim?: number;
  readonly native?: number;
  readonly byHand?: (args: never) => unknown;
}

const primal = { plain: 'primal', derivative: 'gradient' };
const objective = { plain: 'objective', derivative: 'jacobian' };
const modes = ['rr', 'ff', 'fr', 'rf'];

/** Jacobians should cost half as much again as their tangents (`ht`), or as their two gradients of at most 4× each (`ba`). */
const sizes: readonly Size[] = [
  { name: 'det', size: '7', input: () => inputs.det(7), ...primal, aim: 6, native: 2.7 },
  { name: 'det', size: '8', input: () => inputs.det(8), ...primal, aim: 6, native: 2.8 },
  {
    name: 'llsq',
    size: 'n4096_m128',
    input: () => inputs.llsq(4096, 128),
    ...primal,
    aim: 4,
    native: 1.4,
    byHand: llsqByHand,
  },
  { name: 'lse', size: 'n10000', input: () => inputs.lse(10_000), ...primal, aim: 4, native: 2.3, byHand: lseByHand },
  { name: 'ode', size: 'n20_s100', input: () => inputs.ode(20, 100), ...primal, aim: 6, native: 3.1 },
  { name: 'ode', size: 'n1000_s100', input: () => inputs.ode(1000, 100), ...primal, aim: 6, native: 3.6 },
  {
    name: 'kmeans',
    size: 'k100_n1000_d8',
    input: () => inputs.kmeans(100, 1000, 8),
    plain: 'cost',
    derivative: 'dir',
    native: 3.1,
    byHand: kmeansByHand,
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

const count = 4;

function comparison({ name, size, input, plain, derivative, aim, native, byHand }: Size): Comparison {
  const sent = Array.from({ length: count }, input);
  const runOf = (which: string, options?: Parameters<(typeof problems)[string]>[0]): ((i: number) => unknown) => {
    const { read, run } = problems[name](options)[which];
    const args = sent.map(read);
    return (i) => run(args[i % count]);
  };
  const args = byHand === undefined ? [] : sent.map(problems[name]()[derivative].read);
  return {
    what: `${name} ${size} ${derivative}`,
    ...(plain === undefined ? {} : { plain: runOf(plain) }),
    derivative: (tier) => runOf(derivative, { tier }),
    ...(byHand === undefined ? {} : { byHand: (i: number) => byHand(args[i % count] as never) }),
    ...(aim === undefined ? {} : { aim }),
    ...(native === undefined ? {} : { native }),
  };
}

/** No function of the protocol, but the gradient in `dir`. */
function gradientOfCost(): Comparison {
  const { read } = problems.kmeans().cost;
  const args = Array.from({ length: count }, () => read(inputs.kmeans(100, 1000, 8)) as Parameters<typeof cost>);
  return {
    what: 'kmeans k100_n1000_d8 gradient of cost',
    plain: (i) => cost(...args[i % count]),
    derivative: (tier) => {
      const gradient = grad(cost, { tier });
      return (i) => gradient(...args[i % count]);
    },
    aim: 4,
  };
}

export const gradbench = (): Comparison[] => [...sizes.map(comparison), gradientOfCost()];
