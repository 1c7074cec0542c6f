/** GradBench's `llsq`: the error of a polynomial fitted to the sign function by least squares, and its gradient. */
import { grad } from 'fluxion';
import { type Problem, timed } from './problem.ts';

/** Half the sum of squares of sign(t) − Σ xⱼ tʲ over n places t, evenly spaced in [−1, 1]. */
export function squaredError(x: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const t = -1 + (i * 2) / (n - 1);
    let residual = Math.sign(t);
    let power = 1;
    for (let j = 0; j < x.length; j++) {
      residual -= x[j] * power;
      power *= t;
    }
    sum += residual * residual;
  }
  return sum / 2;
}

interface Input {
  x: number[];
  n: number;
}

const read = ({ x, n }: Input): [Float64Array, number] => [Float64Array.from(x), n];

export const llsq: Problem = (options) => {
  const gradient = grad(squaredError, options);
  return {
    primal: timed(read, ([x, n]) => squaredError(x, n)),
    gradient: timed(read, ([x, n]) => gradient(x, n)),
  };
};
