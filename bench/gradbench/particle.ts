/**
 * GradBench's `particle`: a charged particle flies past two charges, one of which stands where the control w says; w is changed
 * until the particle meets the x-axis in the origin. The force on the particle is a gradient, and the descent
 * over w needs the derivative of a flight full of such gradients: nested differentiation, each of the two in either mode.
 */
import { derivative, grad, jvp } from 'fluxion';
import { argmin } from './descent.ts';
import { type Options, type Problem, timed } from './problem.ts';

interface Point {
  x: number;
  y: number;
}

const distance = (a: Point, b: Point): number => Math.sqrt((a.x - b.x) ** 2 + (a.y - b.y) ** 2);

/** The electric potential at a place. */
function potential(place: Point, charges: Point[]): number {
  let sum = 0;
  for (const charge of charges) sum += 1 / distance(place, charge);
  return sum;
}

type Gradient = (place: Point, charges: Point[]) => Point;

const byReverse = (options?: Options): Gradient => grad(potential, options);

const byForward =
  (options?: Options): Gradient =>
  (place, charges) => ({
    x: jvp(potential, [place, charges], [{ x: 1, y: 0 }], options).tangent,
    y: jvp(potential, [place, charges], [{ x: 0, y: 1 }], options).tangent,
  });

/** The square of the x at which the particle meets the x-axis, its path found by Euler's method. */
function squaredMiss(w: number, gradientOfPotential: Gradient): number {
  const dt = 0.1;
  const charges = [
    { x: 10, y: 10 - w },
    { x: 10, y: 0 },
  ];
  let place = { x: 0, y: 8 };
  let velocity = { x: 0.75, y: 0 };
  for (;;) {
    const slope = gradientOfPotential(place, charges);
    place = { x: place.x + dt * velocity.x, y: place.y + dt * velocity.y };
    if (place.y <= 0) {
      const rest = -place.y / velocity.y;
      const x = place.x + rest * velocity.x;
      return x * x;
    }
    velocity = { x: velocity.x - dt * slope.x, y: velocity.y - dt * slope.y };
  }
}

interface Input {
  w: number;
}

export const particle: Problem = (options) => {
  const search = (outer: 'forward' | 'reverse', inner: Gradient) => {
    const miss = (w: number): number => squaredMiss(w, inner);
    const slope = outer === 'forward' ? derivative(miss, options) : grad(miss, options);
    return timed(
      ({ w }: Input) => w,
      (w) =>
        argmin(
          ([v]) => miss(v),
          ([v]) => [slope(v)],
          [w],
        )[0],
    );
  };
  return {
    ff: search('forward', byForward(options)),
    fr: search('forward', byReverse(options)),
    rf: search('reverse', byForward(options)),
    rr: search('reverse', byReverse(options)),
  };
};
