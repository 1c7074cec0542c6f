/** A rule of the user's against differences of the function it is for. */
import { fill, outlineOf } from '../dynamic/outline.ts';
import { fluxionError } from '../errors/error.ts';
import { relativeError } from '../runtime/differences.ts';
import { inTurn } from '../runtime/inturn.ts';
import { pullbackOf } from '../runtime/pullback.ts';
import { type Pushed, pushforwardOf } from '../runtime/pushforward.ts';
import { compare, readWeighted, tolerance, weight } from '../runtime/verify.ts';
import { indexesOf } from './arguments.ts';
import { configurable } from './configurable.ts';
import type { CheckReport, CheckRuleOperator, GradOptions, Wrt } from './types.ts';

/**
 * Compares the rule of f (its own derivative, if it has none) with central differences of f, and its forward with its reverse
 * mode, at the given arguments. `checkRule.with({ wrt })` leaves out the arguments that it does not name.
 *
 * @returns every number of the arguments with both derivatives, of a fixed weighted sum of the result's numbers
 * @throws RuleMismatch if they differ; RuleShape if the rule gives something of the wrong structure
 *
 * @example
 * ```ts
 * const half = defineRule((x: number) => x / 2, { partials: [() => 0.5] });
 * checkRule(half, 3).largestError < 1e-6; // true
 * ```
 */
export const checkRule = configurable<GradOptions<Wrt>>('checkRule', ['wrt'], (f, args, options) => {
  const all = args.map((_, i) => i);
  const wrt = options?.wrt === undefined ? all : indexesOf('checkRule', options.wrt, args.length);
  const problem = (text: string): Error => fluxionError('RuleMismatch', { rule: f.name, problem: text });
  return inTurn(
    (function* (): Generator<unknown, CheckReport, unknown> {
      const gradients = (yield pullbackOf(f, args, wrt, options, ({ count, pull }) =>
        pull((put) => {
          for (let leaf = 0; leaf < count; leaf++) put(leaf, weight(leaf));
        }),
      )) as unknown[];
      const report = yield* compare(f, args, wrt, gradients, readWeighted);
      const worst = report.parts.find((part) => part.relativeError > tolerance);
      if (worst !== undefined) {
        throw problem(`at ${worst.path} the rule gives ${worst.derivative}, differences give ${worst.differences}`);
      }

      let k = 0;
      const directions: unknown[] = args.map(() => undefined);
      for (const i of wrt) directions[i] = fill(outlineOf(args[i]).outline, () => weight(10 + k++));
      const { tangents } = (yield pushforwardOf(f, args, directions, options)) as Pushed;
      const slope = Array.from(tangents as ArrayLike<number>).reduce((sum, v, i) => sum + weight(i) * v, 0);
      const expected = report.parts.reduce((sum, part, i) => sum + part.derivative * weight(10 + i), 0);
      if (relativeError(slope, expected) > 1e-9) {
        throw problem(`forward mode gives ${slope} along a direction, reverse mode ${expected}`);
      }
      return report;
    })(),
  );
}) as unknown as CheckRuleOperator;
