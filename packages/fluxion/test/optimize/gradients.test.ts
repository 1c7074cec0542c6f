/** Gradients of random programs that were optimised before and after differentiation, against those that were not. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reverse } from '../../src/differentiate/reverse.ts';
import { interpret, Memory } from '../../src/ir/interpret.ts';
import { print } from '../../src/ir/print.ts';
import { verify } from '../../src/ir/verify.ts';
import { optimize } from '../../src/optimize/pipeline.ts';
import {
  activeOf,
  apart,
  byForward,
  byGradient,
  gathered,
  levelFor,
  type Program,
  place,
  run,
  seedAdjoints,
  seeds,
  type Weights,
  weightsFor,
} from '../differentiate/derivatives.ts';
import { programs } from '../differentiate/programs.ts';

const runs = Number(process.env.FLUXION_RUNS ?? 40);

function optimised(program: Program, weights: Weights): number[] {
  const level = levelFor(program.module, 'reverse');
  const reversed = reverse(program.module, program.entry, activeOf(program), level);
  const module = optimize(reversed.module, 'after', { entries: [reversed.gradient], see: (_, now) => verify(now) });
  const memory = new Memory();
  const args = place(program, memory);
  seedAdjoints(program, memory, args, level, weights);
  const { results } = interpret(module, reversed.gradient, [...args, ...seeds(program, weights)], { memory });
  const own = program.module.functions.get(program.entry)!.results.length;
  return gathered(program, memory, args, level, results.slice(own));
}

describe('random programs', () => {
  test('gradients are the same, optimised before, after, or not at all', () => {
    fc.assert(
      fc.property(fc.noShrink(programs), (program) => {
        const weights = weightsFor(program);
        const forward = byForward(program, weights);
        fc.pre([...forward, ...run(program).values].every((v) => Math.abs(v) < 1e6));
        const before = { ...program, module: optimize(program.module, 'before', { entries: [program.entry] }) };
        const say = () => print(program.module);
        expect(apart(forward, byGradient(before, weights).gradients[0]), say()).toBeLessThan(1e-9);
        expect(apart(forward, byForward(before, weights)), say()).toBeLessThan(1e-9);
        expect(apart(forward, optimised(program, weights)), say()).toBeLessThan(1e-9);
        expect(apart(forward, optimised(before, weights)), say()).toBeLessThan(1e-9);
      }),
      { numRuns: runs, seed: 9 },
    );
  }, 120_000);
});
