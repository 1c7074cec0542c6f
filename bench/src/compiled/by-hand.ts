/** Gradients as one writes them by hand in JavaScript, to hold against those of the library. */
import type { Data, Params } from '../../../examples/src/regression/regression.ts';

/** Of function A: the sum of sin(x) + cos(x²). */
export function straightByHand(x: Float64Array): Float64Array {
  const slope = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) slope[i] = Math.cos(x[i]) - 2 * x[i] * Math.sin(x[i] * x[i]);
  return slope;
}

/** Of function B: the sum of sin(x) where x is positive, of cos(x) elsewhere. */
export function branchingByHand(x: Float64Array): Float64Array {
  const slope = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) slope[i] = x[i] > 0 ? Math.cos(x[i]) : -Math.sin(x[i]);
  return slope;
}

/** Of the regression's negative log posterior. */
export function regressionByHand({ alpha, beta, sigma }: Params, { x, y }: Data): Params {
  let sum = 0;
  let moment = 0;
  let squares = 0;
  for (let i = 0; i < y.length; i++) {
    const residual = y[i] - alpha - beta * x[i];
    sum += residual;
    moment += residual * x[i];
    squares += residual * residual;
  }
  return {
    alpha: alpha / 9 - sum / sigma ** 2,
    beta: beta / 9 - moment / sigma ** 2,
    sigma: y.length / sigma - squares / sigma ** 3 + 1,
  };
}
