/** Ratios of the dynamic tier to code that does the same without it, in this process. */
import { grad } from 'fluxion';
import { branching } from '../../examples/src/benchmark-functions/functions.ts';
import { multiply } from './matmul.ts';
import { advance, fiveBodies } from './nbody.ts';
import { branchingByHand } from './object-tape.ts';
import type { Row } from './table.ts';
import { measure, randomNumbers } from './timing.ts';

const random = randomNumbers(42);

const micro = (x: number): string => `${x.toFixed(x < 10 ? 1 : 0)} µs`;

/** Function B: the sum of sin where x > 0, of cos elsewhere. The inputs are in rotation. */
export function functionB(n = 1000): Row[] {
  const inputs = Array.from({ length: 64 }, () => Float64Array.from({ length: n }, random));
  const lists = inputs.map((x) => Array.from(x));
  const gradient = grad(branching, { tier: 'dynamic' });
  const ofList = grad(branching as unknown as (x: number[]) => number, { tier: 'dynamic' });
  const expected = branchingByHand(inputs[0]);
  for (const found of [gradient(inputs[0]), ofList(lists[0])]) {
    if (!expected.every((d, i) => Math.abs(d - found[i]) < 1e-14)) throw new Error('function B: the gradients differ');
  }

  const [hand, typed, list, plain] = measure([
    { name: 'object tape', run: (i) => branchingByHand(inputs[i % 64]) },
    { name: 'Float64Array', run: (i) => gradient(inputs[i % 64]) },
    { name: 'number[]', run: (i) => ofList(lists[i % 64]) },
    { name: 'function', run: (i) => branching(inputs[i % 64]) },
  ]);
  return [typed, list].map(({ name, microseconds }) => ({
    what: `function B, n = ${n}, ${name}, to an object tape by hand`,
    figure: microseconds / hand.microseconds,
    unit: '×',
    target: 1,
    detail: `${micro(microseconds)} to ${micro(hand.microseconds)}; the function alone ${micro(plain.microseconds)}`,
  }));
}

/** A matrix product that touches nothing tracked, inside a gradient, to the same product outside. */
export function untrackedProduct(n = 60): Row[] {
  const matrices = Array.from({ length: 8 }, () => Array.from({ length: n }, () => Array.from({ length: n }, random)));
  const with_ = grad((x: number, i: number) => x * multiply(matrices[i % 8], matrices[(i + 1) % 8], n)[0][0]);
  const without = grad((x: number, i: number) => x * matrices[i % 8][0][0]);

  const [original, inside, frame] = measure([
    { name: 'original', run: (i) => multiply(matrices[i % 8], matrices[(i + 1) % 8], n) },
    { name: 'inside a gradient', run: (i) => with_(0.5, i) },
    { name: 'the gradient without it', run: (i) => without(0.5, i) },
  ]);
  const product = inside.microseconds - frame.microseconds;
  return [
    {
      what: `${n}×${n} matrix product, untracked, to the original`,
      figure: product / original.microseconds,
      unit: '×',
      target: 3,
      detail: `${micro(product)} to ${micro(original.microseconds)}; the gradient around it ${micro(frame.microseconds)}`,
    },
    {
      what: 'a gradient of one multiplication',
      figure: frame.microseconds,
      unit: ' µs',
      detail: 'the cost of a call',
    },
  ];
}

/** Five bodies in objects, nothing tracked, inside a gradient, to the same outside. */
export function untrackedBodies(steps = 200): Row[] {
  const inside = fiveBodies();
  const outside = fiveBodies();
  const with_ = grad((x: number) => x * advance(inside, 1e-4, steps));
  const [original, gradient] = measure([
    { name: 'original', run: () => advance(outside, 1e-4, steps) },
    { name: 'inside a gradient', run: () => with_(0.5) },
  ]);
  return [
    {
      what: 'five bodies, properties of objects, untracked, to the original',
      figure: gradient.microseconds / original.microseconds,
      unit: '×',
      target: 5,
      detail: `${micro(gradient.microseconds)} to ${micro(original.microseconds)}, ${steps} steps`,
    },
  ];
}
