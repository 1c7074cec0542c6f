/**
 * The check behind `verify: true`, `checkGrad` and `checkRule`: a gradient against forward mode and central differences.
 * Invariant: either every number agrees, or an error names the first place where it does not.
 */

import { isBox } from '../dynamic/numbers/box.ts';
import { outlineOf, project } from '../dynamic/outline.ts';
import { fluxionError } from '../errors/error.ts';
import { nearestDifference, type Place, places, relativeError } from './differences.ts';
import { firstNonFinite } from './nonfinite.ts';
import type { CheckedPart, CheckReport, Options } from './options.ts';

/** Differences of a well-scaled function at the best step agree to about the square root of the rounding error. */
export const tolerance = 1e-5;

/** Compares gradients of a number-valued `f` with differences, place by place. */
export function compare(
  f: Function,
  args: readonly unknown[],
  wrt: readonly number[],
  gradients: readonly unknown[],
): CheckReport {
  const scalar = (...a: unknown[]): unknown => f(...a);
  const parts: CheckedPart[] = [];
  wrt.forEach((argument, k) => {
    const derivatives = numbersIn(args[argument], gradients[k]);
    for (const place of places(args, [argument])) {
      parts.push(checkPart(scalar, args, place, derivatives[place.leaf] ?? 0));
    }
  });
  return { parts, largestError: parts.reduce((m, p) => Math.max(m, p.relativeError), 0) };
}

function checkPart(f: Function, args: readonly unknown[], place: Place, derivative: number): CheckedPart {
  const differences = nearestDifference(f, args, place, derivative);
  return { path: place.path, derivative, differences, relativeError: relativeError(derivative, differences) };
}

function numbersIn(argument: unknown, gradient: unknown): number[] {
  const { outline, leaves } = outlineOf(argument);
  const numbers: number[] = new Array(leaves.length).fill(0);
  project(outline, gradient, (leaf, value) => {
    numbers[leaf] = value as number;
  });
  return numbers;
}

/** Throws NonFiniteGradient or Disagreement if a gradient is not what differences give. */
export function verifyGradient(
  f: Function,
  args: readonly unknown[],
  wrt: readonly number[],
  gradients: readonly unknown[],
  options: Options | undefined,
): void {
  // Inside another derivative the numbers are tracked: the outermost evaluation is the one that is verified.
  if (args.some((a) => outlineOf(a).leaves.some(isBox))) return;
  for (const [k, argument] of wrt.entries()) {
    const numbers = numbersIn(args[argument], gradients[k]);
    const bad = numbers.find((d) => !Number.isFinite(d));
    if (bad !== undefined) {
      throw fluxionError('NonFiniteGradient', { value: String(bad), ...firstNonFinite(f, args, wrt, options) });
    }
  }
  const report = compare(f, args, wrt, gradients);
  const worst = report.parts.find((p) => p.relativeError > tolerance);
  if (worst !== undefined) throw disagreement(worst, 'central differences');
}

export function disagreement(part: CheckedPart, against: string): Error {
  return fluxionError('Disagreement', {
    path: part.path,
    ours: String(part.derivative),
    theirs: String(part.differences),
    against,
  });
}
