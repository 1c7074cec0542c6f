/**
 * The rules of what is piecewise constant: rounding to integers, signs and the integer operations of Math.
 * Invariant: the derivative is zero everywhere, at the jumps too.
 */
import { type BinaryRule, type UnaryRule, zero } from './rule.ts';

const convention =
  'What is piecewise constant (rounding to an integer, sign, clz32, imul, the bit operators) has the derivative 0, at its jumps too.';

function step(name: UnaryRule['name'], value: (x: number) => number): UnaryRule {
  return {
    name,
    arity: 1,
    kind: 'constant',
    convention,
    edges: [
      { at: [0], partials: [0] },
      { at: [2], partials: [0] },
      { at: [-0.5], partials: [0] },
    ],
    value,
    partials: [zero],
    domain: [[1.1, 1.4]],
    samples: [[2.25], [-1.75]],
  };
}

export const ceil = step('ceil', Math.ceil);
export const floor = step('floor', Math.floor);
export const round = step('round', Math.round);
export const trunc = step('trunc', Math.trunc);
export const sign = step('sign', Math.sign);
export const clz32 = step('clz32', Math.clz32);

export const imul: BinaryRule = {
  name: 'imul',
  arity: 2,
  kind: 'constant',
  convention,
  value: Math.imul,
  partials: [zero, zero],
  domain: [
    [2.1, 2.9],
    [3.1, 3.9],
  ],
  samples: [[5.5, -7.25]],
};
