/**
 * GradBench's `ode`: y₀′ = x₀, yᵢ′ = xᵢ yᵢ₋₁, y(0) = 0, solved up to t = 2 by the classical Runge-Kutta method; and the gradient
 * of the last element of the solution.
 */
import { grad } from 'fluxion';
import { type Problem, timed } from './problem.ts';

/** y′ at y, written to `out`. */
function slope(x: Float64Array, y: Float64Array, out: Float64Array): void {
  out[0] = x[0];
  for (let i = 1; i < x.length; i++) out[i] = x[i] * y[i - 1];
}

/** y(2), by this number of steps. */
export function solve(x: Float64Array, steps: number): Float64Array {
  const n = x.length;
  const h = 2 / steps;
  const y = new Float64Array(n);
  const stage = new Float64Array(n);
  const k1 = new Float64Array(n);
  const k2 = new Float64Array(n);
  const k3 = new Float64Array(n);
  const k4 = new Float64Array(n);
  for (let step = 0; step < steps; step++) {
    slope(x, y, k1);
    for (let i = 0; i < n; i++) stage[i] = y[i] + (h * k1[i]) / 2;
    slope(x, stage, k2);
    for (let i = 0; i < n; i++) stage[i] = y[i] + (h * k2[i]) / 2;
    slope(x, stage, k3);
    for (let i = 0; i < n; i++) stage[i] = y[i] + h * k3[i];
    slope(x, stage, k4);
    for (let i = 0; i < n; i++) y[i] += (h * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i])) / 6;
  }
  return y;
}

export const lastOfSolution = (x: Float64Array, steps: number): number => solve(x, steps)[x.length - 1];

interface Input {
  x: number[];
  s: number;
}

const read = ({ x, s }: Input): [Float64Array, number] => [Float64Array.from(x), s];

export const ode: Problem = (options) => {
  const gradient = grad(lastOfSolution, options);
  return {
    primal: timed(read, ([x, steps]) => solve(x, steps)),
    gradient: timed(read, ([x, steps]) => gradient(x, steps)),
  };
};
