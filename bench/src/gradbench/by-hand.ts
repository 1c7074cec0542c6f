/** Derivatives of some of GradBench's problems as one writes them by hand in JavaScript; arguments are those of the problem. */

/** The gradient of `squaredError`. */
export function llsqByHand([x, n]: [Float64Array, number]): Float64Array {
  const slope = new Float64Array(x.length);
  for (let i = 0; i < n; i++) {
    const t = -1 + (i * 2) / (n - 1);
    let residual = Math.sign(t);
    let power = 1;
    for (let j = 0; j < x.length; j++) {
      residual -= x[j] * power;
      power *= t;
    }
    power = residual;
    for (let j = 0; j < x.length; j++) {
      slope[j] -= power;
      power *= t;
    }
  }
  return slope;
}

/** The gradient of `logSumExp`: the softmax. */
export function lseByHand(x: Float64Array): Float64Array {
  let largest = x[0];
  for (let i = 1; i < x.length; i++) largest = Math.max(largest, x[i]);
  const slope = new Float64Array(x.length);
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    slope[i] = Math.exp(x[i] - largest);
    sum += slope[i];
  }
  for (let i = 0; i < x.length; i++) slope[i] /= sum;
  return slope;
}

/** The step of Newton's method for `cost`: the gradient is twice the sum of differences, the Hessian twice their number. */
export function kmeansByHand([centroids, points, d]: [Float64Array, Float64Array, number]): {
  step: Float64Array;
  d: number;
} {
  const step = new Float64Array(centroids.length);
  const count = new Float64Array(centroids.length / d);
  for (let point = 0; point < points.length; point += d) {
    let least = Infinity;
    let nearest = 0;
    for (let centroid = 0; centroid < centroids.length; centroid += d) {
      let distance = 0;
      for (let i = 0; i < d; i++) {
        const difference = points[point + i] - centroids[centroid + i];
        distance += difference * difference;
      }
      if (distance < least) {
        least = distance;
        nearest = centroid;
      }
    }
    count[nearest / d]++;
    for (let i = 0; i < d; i++) step[nearest + i] += centroids[nearest + i] - points[point + i];
  }
  for (let i = 0; i < step.length; i++) step[i] /= count[Math.floor(i / d)];
  return { step, d };
}
