/** GradBench's `det`: the determinant of a square matrix by expansion by minors, and its gradient. */
import { grad } from 'fluxion';
import { type Problem, timed } from './problem.ts';

/**
 * The determinant of the rows from `row` on and of the columns in the ring `next`, expanded along its first row. The ring
 * starts and ends at the number n, which is no column; while a minor is computed, its column is left out of the ring.
 */
function minor(A: Float64Array, n: number, row: number, next: Int32Array): number {
  if (row === n - 1) return A[row * n + next[n]];
  let sum = 0;
  let sign = 1;
  let before = n;
  for (let column = next[n]; column !== n; column = next[column]) {
    next[before] = next[column];
    sum += sign * A[row * n + column] * minor(A, n, row + 1, next);
    next[before] = column;
    before = column;
    sign = -sign;
  }
  return sum;
}

/** The determinant of an n×n matrix, its rows one after the other. */
export function determinant(A: Float64Array, n: number): number {
  const next = new Int32Array(n + 1);
  for (let column = 0; column < n; column++) next[column] = column + 1;
  return minor(A, n, 0, next);
}

interface Input {
  A: number[];
  ell: number;
}

const read = ({ A, ell }: Input): [Float64Array, number] => [Float64Array.from(A), ell];

export const det: Problem = (options) => {
  const gradient = grad(determinant, options);
  return {
    primal: timed(read, ([A, n]) => determinant(A, n)),
    gradient: timed(read, ([A, n]) => gradient(A, n)),
  };
};
