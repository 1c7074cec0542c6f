/**
 * GradBench's `saddle`: the saddle point of a function by gradient descent, for a minimum over x of the maximum over y, where
 * that maximum is found by gradient descent too: nested differentiation, each of the two in either mode.
 */
import { grad, jvp } from 'fluxion';
import { argmax, argmin, type Field, type Scalar } from './descent.ts';
import { type Options, type Problem, timed } from './problem.ts';

export const saddleFunction = (x: number[], y: number[]): number =>
  x[0] * x[0] + x[1] * x[1] - (y[0] * y[0] + y[1] * y[1]);

type Mode = (f: Scalar, options?: Options) => Field;

const byReverse: Mode = (f, options) => grad(f, options);

/** One tangent for each of the numbers. */
const byForward: Mode = (f, options) => (x) =>
  x.map((_, i) => jvp(f, [x], [x.map((_, j) => (i === j ? 1 : 0))], options).tangent);

interface Input {
  start: number[];
}

export const saddle: Problem = (options) => {
  const find = (outer: Mode, inner: Mode) =>
    timed(
      ({ start }: Input) => start,
      (start) => {
        const bestAnswer = (x: number[], mode: Mode): number[] => {
          const f = (y: number[]): number => saddleFunction(x, y);
          return argmax(f, mode(f, options), start);
        };
        const worst = (x: number[]): number => saddleFunction(x, bestAnswer(x, inner));
        const x = argmin(worst, outer(worst, options), start);
        return [...x, ...bestAnswer(x, outer)];
      },
    );
  return {
    ff: find(byForward, byForward),
    fr: find(byForward, byReverse),
    rf: find(byReverse, byForward),
    rr: find(byReverse, byReverse),
  };
};
