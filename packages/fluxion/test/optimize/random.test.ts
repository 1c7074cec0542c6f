/** Random programs before and after each pass: nothing that can be seen changes, and every module is valid. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Module } from '../../src/ir/ops.ts';
import { print } from '../../src/ir/print.ts';
import { verify } from '../../src/ir/verify.ts';
import { optimize, type PassName, passes } from '../../src/optimize/pipeline.ts';
import { programs } from '../differentiate/programs.ts';
import { behaviour, instrumented } from './instrument.ts';

const runs = Number(process.env.FLUXION_RUNS ?? 100);
const cases = fc.tuple(programs, fc.constantFrom(0, 3, 100));

describe('random programs', () => {
  test.each(Object.keys(passes) as PassName[])(
    '%s alone',
    (name) => {
      fc.assert(
        fc.property(fc.noShrink(cases), ([program, bound]) => {
          const module = instrumented(program.module, bound);
          const before = behaviour({ ...program, module });
          const next = passes[name](module);
          verify(next);
          expect(behaviour({ ...program, module: next }).seen, print(module)).toEqual(before.seen);
        }),
        { numRuns: runs, seed: 7 },
      );
    },
    120_000,
  );

  test('all passes, twice', () => {
    fc.assert(
      fc.property(fc.noShrink(cases), ([program, bound]) => {
        const module = instrumented(program.module, bound);
        const before = behaviour({ ...program, module });
        const see = (_pass: string, now: Module) => verify(now);
        const once = optimize(module, 'before', { see, entries: [program.entry] });
        expect(behaviour({ ...program, module: once }).seen, print(module)).toEqual(before.seen);
        const twice = optimize(once, 'after', { see });
        expect(behaviour({ ...program, module: twice }).seen, print(module)).toEqual(before.seen);
      }),
      { numRuns: runs, seed: 8 },
    );
  }, 120_000);
});
