/**
 * GradBench's `kmeans`: the sum of squared distances of points to their nearest centroids, and the step of Newton's method for
 * the centroids. The Hessian is diagonal, so its diagonal is its product with a vector of ones: one tangent over the gradient.
 */
import { grad, jvp } from 'fluxion';
import { flatten, type Problem, rowsOf, timed } from './problem.ts';

/** Centroids and points are of `d` numbers each, one after the other. */
export function cost(centroids: Float64Array, points: Float64Array, d: number): number {
  let sum = 0;
  for (let point = 0; point < points.length; point += d) {
    let nearest = Infinity;
    for (let centroid = 0; centroid < centroids.length; centroid += d) {
      let distance = 0;
      for (let i = 0; i < d; i++) {
        const difference = points[point + i] - centroids[centroid + i];
        distance += difference * difference;
      }
      nearest = Math.min(nearest, distance);
    }
    sum += nearest;
  }
  return sum;
}

interface Input {
  points: number[][];
  centroids: number[][];
}

const read = ({ points, centroids }: Input): [Float64Array, Float64Array, number] => [
  flatten(centroids),
  flatten(points),
  points[0].length,
];

export const kmeans: Problem = (options) => {
  const gradient = grad(cost, options);
  return {
    cost: timed(read, ([centroids, points, d]) => cost(centroids, points, d)),
    dir: timed(
      read,
      ([centroids, points, d]) => {
        const ones = new Float64Array(centroids.length).fill(1);
        const { value, tangent } = jvp(gradient, [centroids, points, d], [ones], options);
        return { step: value.map((slope, i) => slope / tangent[i]), d };
      },
      ({ step, d }) => rowsOf(step, d),
    ),
  };
};
