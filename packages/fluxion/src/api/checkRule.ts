/** A rule of the user's against differences of the function it is for. */
import { runsAsItIs } from '../dynamic/calls.ts';
import type { Value } from '../dynamic/numbers/box.ts';
import { fill, outlineOf } from '../dynamic/outline.ts';
import { fluxionError } from '../errors/error.ts';
import { relativeError } from '../runtime/differences.ts';
import { forward, numbersOf, reverse } from '../runtime/evaluate.ts';
import { compare, tolerance } from '../runtime/verify.ts';
import { checkFunction } from './arguments.ts';
import type { CheckReport, CheckRuleOperator } from './types.ts';

/** Weights of the numbers of a result: all different, none special. */
const weight = (i: number): number => 1 + Math.sin(1 + i);

/**
 * Compares the rule of f (its own derivative, if it has none) with central differences of f, and its forward with its reverse
 * mode, at the given arguments.
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
export const checkRule: CheckRuleOperator = runsAsItIs((f: Function, ...args: unknown[]): CheckReport => {
  checkFunction('checkRule', f);
  const wrt = args.map((_, i) => i);
  const gradients = reverse(f, args, wrt, undefined, ({ result, pull }) =>
    pull(numbersOf(result).leaves.map((leaf, i) => [leaf, weight(i)] as const)),
  ) as unknown[];
  const weighted = (...a: unknown[]): number =>
    outlineOf(f(...a)).leaves.reduce<number>((sum, v, i) => sum + weight(i) * (v as number), 0);
  const report = compare(weighted, args, wrt, gradients);
  const problem = (text: string): Error => fluxionError('RuleMismatch', { rule: f.name, problem: text });
  const worst = report.parts.find((part) => part.relativeError > tolerance);
  if (worst !== undefined) {
    throw problem(`at ${worst.path} the rule gives ${worst.derivative}, differences give ${worst.differences}`);
  }

  let k = 0;
  const directions = args.map((arg) => fill(outlineOf(arg).outline, () => weight(10 + k++)));
  const slope = forward(f, args, directions, undefined, ({ result, tangent }) =>
    numbersOf(result).leaves.reduce<number>(
      (sum: number, v: Value, i: number) => sum + weight(i) * (tangent(v) as number),
      0,
    ),
  ) as number;
  const expected = report.parts.reduce((sum, part, i) => sum + part.derivative * weight(10 + i), 0);
  if (relativeError(slope, expected) > 1e-9) {
    throw problem(`forward mode gives ${slope} along a direction, reverse mode ${expected}`);
  }
  return report;
}) as never;
