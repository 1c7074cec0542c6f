/** The text of random programs and of their derivatives, run as JavaScript: bit for bit what the interpreter gives. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { forward } from '../../../src/differentiate/forward.ts';
import { reverse } from '../../../src/differentiate/reverse.ts';
import { print } from '../../../src/ir/print.ts';
import { activeOf, levelFor, type Program } from '../../differentiate/derivatives.ts';
import { programs } from '../../differentiate/programs.ts';
import { type Argument, runBoth } from './both.ts';

const runs = Number(process.env.FLUXION_RUNS ?? 40);

function argumentsOf({ args }: Program, extra: (input: number) => Argument[] = () => []): Argument[] {
  return args.flatMap((a, n): Argument[] => {
    if (typeof a === 'number') return [a, ...extra(n)];
    if (!('space' in a)) return [a.int];
    return [{ ...a, shadow: a.contents.map((_, i) => Math.cos(3 * n + i)) }];
  });
}

function check(
  module: Program['module'],
  entry: string,
  args: readonly Argument[],
  level?: Parameters<typeof runBoth>[3],
) {
  const { interpreted, ran, source } = runBoth(module, entry, args, level);
  expect(ran, `${print(module)}\n${source.text}`).toEqual(interpreted);
}

const property = (judge: (program: Program) => void): void =>
  fc.assert(fc.property(fc.noShrink(programs), judge), { numRuns: runs, seed: 20261121 });

describe('random programs as JavaScript', () => {
  test('as they are', () => {
    property((program) => check(program.module, program.entry, argumentsOf(program)));
  }, 120_000);

  test('their gradients', () => {
    property((program) => {
      const level = levelFor(program.module, 'reverse');
      const reversed = reverse(program.module, program.entry, activeOf(program), level);
      const seeds = program.module.functions
        .get(program.entry)!
        .results.flatMap((t, i) => (t === 'f64' ? [1 + i / 3] : []));
      check(reversed.module, reversed.gradient, [...argumentsOf(program), ...seeds], level);
      check(reversed.module, reversed.forward, argumentsOf(program), level);
    });
  }, 120_000);

  test('their tangents', () => {
    property((program) => {
      const level = levelFor(program.module, 'forward');
      const pushed = forward(program.module, program.entry, activeOf(program), level);
      check(
        pushed.module,
        pushed.entry,
        argumentsOf(program, (n) => [Math.sin(n + 1)]),
      );
    });
  }, 120_000);

  test('the gradients of their gradients', () => {
    property((program) => {
      const level = levelFor(program.module, 'reverse');
      const once = reverse(program.module, program.entry, activeOf(program), level);
      const outer = levelFor(once.module, 'reverse');
      const { params, spaces } = activeOf(program);
      const count = program.module.functions.get(program.entry)!.results.filter((t) => t === 'f64').length;
      const seeds = Array.from({ length: count }, (_, i) => 1 + i / 3);
      const active = { params: [...params, ...seeds.map(() => true)], spaces };
      const twice = reverse(once.module, once.gradient, active, outer);
      const results = once.module.functions.get(once.gradient)!.results.filter((t) => t === 'f64').length;
      check(twice.module, twice.gradient, [
        ...argumentsOf(program),
        ...seeds,
        ...Array.from({ length: results }, (_, i) => 1 - i / 7),
      ]);
    });
  }, 120_000);
});
