/**
 * The check behind `verify: true`, `checkGrad` and `checkRule`: derivatives against central differences.
 * Invariant: either every number agrees, or an error names the first place where it does not.
 */

import { isBox } from '../dynamic/numbers/box.ts';
import { outlineOf, project } from '../dynamic/outline.ts';
import { fluxionError } from '../errors/error.ts';
import { type Direction, places, type Read, relativeError, slopesAlong, unitDirection } from './differences.ts';
import { firstNonFinite } from './nonfinite.ts';
import type { CheckedPart, CheckReport, Options } from './options.ts';

/** Differences of a well-scaled function at the best step agree to about the square root of the rounding error. */
export const tolerance = 1e-5;

/** The result of a number-valued function. */
export const readNumber: Read = (result) => [result as number];

/** All the numbers of a result. */
export const readNumbers: Read = (result) => outlineOf(result).leaves as number[];

/** Weights of the numbers of a result: all different, none special. */
export const weight = (i: number): number => 1 + Math.sin(1 + i);

/** The weighted sum of all the numbers of a result: a number that every one of them enters. */
export const readWeighted: Read = (result) => [
  (outlineOf(result).leaves as number[]).reduce((sum, v, i) => sum + weight(i) * v, 0),
];

/** Inside another derivative the numbers are tracked: the outermost evaluation is the one that is verified. */
export function isInside(args: readonly unknown[]): boolean {
  return args.some((a) => outlineOf(a).leaves.some(isBox));
}

/** The numbers of `derivative` in the places of the numbers of `structure`; 0 where there is none. */
export function numbersIn(structure: unknown, derivative: unknown): number[] {
  const { outline, leaves } = outlineOf(structure);
  const numbers: number[] = new Array(leaves.length).fill(0);
  project(outline, derivative, (leaf, value) => {
    numbers[leaf] = value as number;
  });
  return numbers;
}

/** Compares gradients of the number that `read` takes from f's result with differences, place by place. */
export function* compare(
  f: Function,
  args: readonly unknown[],
  wrt: readonly number[],
  gradients: readonly unknown[],
  read: Read,
): Generator<unknown, CheckReport, unknown> {
  const parts: CheckedPart[] = [];
  for (const [k, argument] of wrt.entries()) {
    const derivatives = numbersIn(args[argument], gradients[k]);
    for (const place of places(args, [argument])) {
      const derivative = derivatives[place.leaf] ?? 0;
      const [differences] = yield* slopesAlong(f, args, unitDirection(args, place), [derivative], read);
      const error = relativeError(derivative, differences);
      parts.push({ path: place.path, derivative, differences, relativeError: error });
    }
  }
  return { parts, largestError: parts.reduce((m, p) => Math.max(m, p.relativeError), 0) };
}

/** Throws NonFiniteGradient or Disagreement if gradients are not what differences give. */
export function* verifyGradients(
  f: Function,
  args: readonly unknown[],
  wrt: readonly number[],
  gradients: readonly unknown[],
  options: Options | undefined,
  read: Read,
): Generator<unknown, void, unknown> {
  if (isInside(args)) return;
  for (const [k, argument] of wrt.entries()) {
    yield* verifyFinite(f, args, wrt, numbersIn(args[argument], gradients[k]), options);
  }
  agreed(yield* compare(f, args, wrt, gradients, read));
}

/** Throws NonFiniteGradient or Disagreement if the tangent of f's numbers along a direction is not what differences give. */
export function* verifyTangent(
  f: Function,
  args: readonly unknown[],
  direction: Direction,
  tangent: readonly number[],
  options: Options | undefined,
  path: string,
): Generator<unknown, void, unknown> {
  const wrt = args.flatMap((_, i) => (direction[i].length > 0 ? [i] : []));
  yield* verifyFinite(f, args, wrt, tangent, options);
  const slopes = yield* slopesAlong(f, args, direction, tangent, readNumbers);
  for (const [k, derivative] of tangent.entries()) {
    const error = relativeError(derivative, slopes[k]);
    const where = tangent.length === 1 ? path : `${path}, number ${k} of the result,`;
    if (error > tolerance) {
      throw disagreement({ path: where, derivative, differences: slopes[k], relativeError: error });
    }
  }
}

function* verifyFinite(
  f: Function,
  args: readonly unknown[],
  wrt: readonly number[],
  numbers: readonly number[],
  options: Options | undefined,
): Generator<unknown, void, unknown> {
  const bad = numbers.find((d) => !Number.isFinite(d));
  if (bad === undefined) return;
  const origin = (yield firstNonFinite(f, args, wrt, options)) as { operation: string; detail?: string };
  throw fluxionError('NonFiniteGradient', { value: String(bad), ...origin });
}

/** The report, if nothing in it disagrees. */
export function agreed(report: CheckReport): CheckReport {
  const worst = report.parts.find((p) => p.relativeError > tolerance);
  if (worst !== undefined) throw disagreement(worst);
  return report;
}

function disagreement(part: CheckedPart): Error {
  return fluxionError('Disagreement', {
    path: part.path,
    ours: String(part.derivative),
    theirs: String(part.differences),
    against: 'central differences',
  });
}
