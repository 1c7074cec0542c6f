/** Random programs: reverse (as a gradient, and as a pullback called twice) against forward against differences. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { print } from '../../src/ir/print.ts';
import { verify } from '../../src/ir/verify.ts';
import {
  apart,
  byDifferences,
  byForward,
  byGradient,
  byPullback,
  type Program,
  run,
  type Weights,
  weightsFor,
} from './derivatives.ts';
import { programs } from './programs.ts';
import { differencesOfGradients, forwardOverReverse, reverseOverForward, reverseOverReverse } from './second.ts';

const runs = Number(process.env.FLUXION_RUNS ?? 100);

/** Differences at two steps that agree; where they do not, a kink or a jump is near. */
function settled(program: Program, weights: Weights): number[] | undefined {
  const [a, b] = [1e-4, 2e-5].map((step) => byDifferences(program, weights, step));
  return apart(a, b) < 1e-5 ? b : undefined;
}

describe('random programs', () => {
  test('reverse, forward and differences', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.noShrink(programs), (program) => {
        verify(program.module);
        const outcome = run(program);
        const weights = weightsFor(program);
        const forward = byForward(program, weights);
        fc.pre([...forward, ...outcome.values].every((v) => Math.abs(v) < 1e6));
        const gradient = byGradient(program, weights);
        const pulled = byPullback(program, weights, 2);
        const say = () => print(program.module);
        expect(gradient.outcome, say()).toEqual(outcome);
        expect(pulled.outcome, say()).toEqual(outcome);
        expect(apart(forward, gradient.gradients[0]), say()).toBeLessThan(1e-9);
        expect(apart(forward, pulled.gradients[0]), say()).toBeLessThan(1e-9);
        expect(pulled.gradients[1], say()).toEqual(pulled.gradients[0]);
        const differences = settled(program, weights);
        if (differences === undefined) return;
        compared++;
        expect(apart(forward, differences), say()).toBeLessThan(1e-4);
      }),
      { numRuns: runs, seed: 20261121 },
    );
    expect(compared).toBeGreaterThan(runs / 2);
  }, 120_000);

  test('second derivatives: the four nestings of the modes', () => {
    let compared = 0;
    const count = Math.ceil(runs / 4);
    fc.assert(
      fc.property(fc.noShrink(programs), (program) => {
        const nested = {
          program,
          weights: weightsFor(program),
          direction: Array.from({ length: 10 }, (_, i) => Math.cos(7.3 * i)),
        };
        const expected = forwardOverReverse(nested);
        fc.pre(expected.every((v) => Math.abs(v) < 1e6));
        const say = () => print(program.module);
        expect(apart(expected, reverseOverForward(nested)), say()).toBeLessThan(1e-9);
        for (const found of reverseOverReverse(nested)) expect(apart(expected, found), say()).toBeLessThan(1e-9);
        const [a, b] = [1e-4, 2e-5].map((step) => differencesOfGradients(nested, step));
        if (apart(a, b) >= 1e-5) return;
        compared++;
        expect(apart(expected, b), say()).toBeLessThan(1e-4);
      }),
      { numRuns: count, seed: 20261121 },
    );
    expect(compared).toBeGreaterThan(count / 2);
  }, 120_000);
});
