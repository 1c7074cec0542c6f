/** A gradient against central differences, on demand. */
import { runsAsItIs } from '../dynamic/calls.ts';
import { compare, disagreement, tolerance } from '../runtime/verify.ts';
import { checkFunction } from './arguments.ts';
import { grad } from './grad.ts';
import type { CheckGradOperator, CheckReport } from './types.ts';

/**
 * Compares the gradient of f, with respect to every argument, with central differences over a grid of steps.
 *
 * @returns every number with both derivatives
 * @throws Disagreement at the first number where they differ
 *
 * @example
 * ```ts
 * checkGrad((x: number) => Math.exp(x), 1).largestError < 1e-6; // true
 * ```
 */
export const checkGrad: CheckGradOperator = runsAsItIs((f: Function, ...args: unknown[]): CheckReport => {
  checkFunction('checkGrad', f);
  const wrt = args.map((_, i) => i);
  const gradients = (grad(f as never, { wrt }) as unknown as (...a: unknown[]) => unknown[])(...args);
  const report = compare(f, args, wrt, gradients);
  const worst = report.parts.find((p) => p.relativeError > tolerance);
  if (worst !== undefined) throw disagreement(worst, 'central differences');
  return report;
}) as never;
