/** GradBench's `lse`: the logarithm of a sum of exponentials, and its gradient. */
import { grad } from 'fluxion';
import { type Problem, timed } from './problem.ts';

/** log Σ exp(xᵢ), with the largest x taken out, so that nothing overflows. */
export function logSumExp(x: Float64Array): number {
  let largest = x[0];
  for (let i = 1; i < x.length; i++) largest = Math.max(largest, x[i]);
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += Math.exp(x[i] - largest);
  return largest + Math.log(sum);
}

interface Input {
  x: number[];
}

const read = ({ x }: Input): Float64Array => Float64Array.from(x);

export const lse: Problem = (options) => ({
  primal: timed(read, logSumExp),
  gradient: timed(read, grad(logSumExp, options)),
});
