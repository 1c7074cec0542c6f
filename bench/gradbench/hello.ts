/** GradBench's `hello`: the square of a number and its derivative. */
import { derivative } from 'fluxion';
import { type Problem, timed } from './problem.ts';

export const square = (x: number): number => x * x;

export const hello: Problem = (options) => ({
  square: timed((x: number) => x, square),
  double: timed((x: number) => x, derivative(square, options)),
});
