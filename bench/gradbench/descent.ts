/**
 * Gradient descent as GradBench's `particle` and `saddle` ask for it: the rate is doubled after ten steps that went well, and
 * halved after one that did not.
 */

export type Scalar = (x: number[]) => number;
export type Field = (x: number[]) => number[];

function length(x: number[]): number {
  let sum = 0;
  for (const v of x) sum += v * v;
  return Math.sqrt(sum);
}

/** A place where f is smallest, near `start`. */
export function argmin(f: Scalar, gradient: Field, start: number[]): number[] {
  let x = start.slice();
  let value = f(x);
  let slope = gradient(x);
  let rate = 1e-5;
  let steps = 0;
  while (length(slope) > 1e-5) {
    if (steps === 10) {
      rate *= 2;
      steps = 0;
      continue;
    }
    const next = x.map((v, i) => v - rate * slope[i]);
    if (length(next.map((v, i) => v - x[i])) <= 1e-5) break;
    const nextValue = f(next);
    if (nextValue < value) {
      x = next;
      value = nextValue;
      slope = gradient(x);
      steps++;
    } else {
      rate /= 2;
      steps = 0;
    }
  }
  return x;
}

/** A place where f is largest, near `start`. */
export const argmax = (f: Scalar, gradient: Field, start: number[]): number[] =>
  argmin(
    (x) => -f(x),
    (x) => gradient(x).map((slope) => -slope),
    start,
  );
