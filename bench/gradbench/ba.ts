/**
 * GradBench's `ba`: bundle adjustment. Cameras see points; the errors are where they should have seen them, and the Jacobian of
 * the errors is sparse: two rows of 15 numbers for each observation. Where every observation has its own copy of its camera and
 * its point, no two errors share a variable, so that the gradient of a sum of errors holds one row of each of them.
 */
import { grad, jvp } from 'fluxion';
import { type Options, type Problem, timed } from './problem.ts';

/**
 * Where a camera sees a point, less where it was seen, times a weight: two numbers.
 * A camera is an angle-axis rotation (3), a centre (3), a focal length, a principal point (2), a radial distortion (2).
 */
function reprojectionError(
  cameras: Float64Array,
  camera: number,
  points: Float64Array,
  point: number,
  weight: number,
  features: Float64Array,
  errors: Float64Array,
  at: number,
): void {
  const x = points[point] - cameras[camera + 3];
  const y = points[point + 1] - cameras[camera + 4];
  const z = points[point + 2] - cameras[camera + 5];

  // The rotation, by Rodrigues' formula.
  const a = cameras[camera];
  const b = cameras[camera + 1];
  const c = cameras[camera + 2];
  const squaredAngle = a * a + b * b + c * c;
  let u: number;
  let v: number;
  let w: number;
  if (squaredAngle > 0) {
    const angle = Math.sqrt(squaredAngle);
    const cosine = Math.cos(angle);
    const sine = Math.sin(angle);
    const p = a / angle;
    const q = b / angle;
    const r = c / angle;
    const along = (p * x + q * y + r * z) * (1 - cosine);
    u = x * cosine + (q * z - r * y) * sine + p * along;
    v = y * cosine + (r * x - p * z) * sine + q * along;
    w = z * cosine + (p * y - q * x) * sine + r * along;
  } else {
    u = x + b * z - c * y;
    v = y + c * x - a * z;
    w = z + a * y - b * x;
  }

  const h = u / w;
  const k = v / w;
  const squaredRadius = h * h + k * k;
  const distortion = 1 + cameras[camera + 9] * squaredRadius + cameras[camera + 10] * squaredRadius * squaredRadius;
  const focal = cameras[camera + 6] * distortion;
  errors[at] = weight * (h * focal + cameras[camera + 7] - features[at]);
  errors[at + 1] = weight * (k * focal + cameras[camera + 8] - features[at + 1]);
}

/** The errors of the weights. */
export function weightErrors(weights: Float64Array): Float64Array {
  const errors = new Float64Array(weights.length);
  for (let i = 0; i < weights.length; i++) errors[i] = 1 - weights[i] * weights[i];
  return errors;
}

export interface Scene {
  /** 11 numbers each. */
  cameras: Float64Array;
  /** 3 numbers each. */
  points: Float64Array;
  /** One for each observation. */
  weights: Float64Array;
  /** Which camera saw which point: two numbers for each observation. */
  observations: Int32Array;
  /** Where it was seen: two numbers for each observation. */
  features: Float64Array;
}

/** The errors of all observations. */
export function objective({ cameras, points, weights, observations, features }: Scene): {
  reprojection: Float64Array;
  weight: Float64Array;
} {
  const reprojection = new Float64Array(features.length);
  for (let i = 0; i < weights.length; i++) {
    const camera = 11 * observations[2 * i];
    const point = 3 * observations[2 * i + 1];
    reprojectionError(cameras, camera, points, point, weights[i], features, reprojection, 2 * i);
  }
  return { reprojection, weight: weightErrors(weights) };
}

/**
 * The sum of the first errors of all observations (`which` 0), or of the second ones (1), where each observation has a block of
 * its own: 11 numbers of the camera, 3 of the point, and the weight.
 */
export function sumOfErrors(blocks: Float64Array, features: Float64Array, which: number): number {
  const count = blocks.length / 15;
  const errors = new Float64Array(2 * count);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    reprojectionError(blocks, 15 * i, blocks, 15 * i + 11, blocks[15 * i + 14], features, errors, 2 * i);
    sum += errors[2 * i + which];
  }
  return sum;
}

/** A sparse matrix by rows: row i has the columns `columns[rows[i]]` to `columns[rows[i + 1] - 1]`. */
export interface SparseMatrix {
  rows: Int32Array;
  columns: Int32Array;
  values: Float64Array;
}

/** So many observations are differentiated at a time that what belongs to them stays in the processor's cache. */
const batch = 512;

/** The Jacobian of all errors by all cameras, points and weights. */
export function jacobian(scene: Scene, options?: Options): SparseMatrix {
  const { cameras, points, weights, observations, features } = scene;
  const count = weights.length;
  const values = new Float64Array(31 * count);

  const blocks = new Float64Array(15 * Math.min(batch, count));
  const seen = new Float64Array(2 * Math.min(batch, count));
  const gradient = grad(sumOfErrors, options);
  for (let start = 0; start < count; start += batch) {
    const size = Math.min(batch, count - start);
    for (let i = 0; i < size; i++) {
      const camera = 11 * observations[2 * (start + i)];
      const point = 3 * observations[2 * (start + i) + 1];
      for (let j = 0; j < 11; j++) blocks[15 * i + j] = cameras[camera + j];
      for (let j = 0; j < 3; j++) blocks[15 * i + 11 + j] = points[point + j];
      blocks[15 * i + 14] = weights[start + i];
      seen[2 * i] = features[2 * (start + i)];
      seen[2 * i + 1] = features[2 * (start + i) + 1];
    }
    const upper = gradient(blocks.subarray(0, 15 * size), seen, 0);
    const lower = gradient(blocks.subarray(0, 15 * size), seen, 1);
    for (let i = 0; i < size; i++) {
      const at = 30 * (start + i);
      for (let j = 0; j < 15; j++) {
        values[at + j] = upper[15 * i + j];
        values[at + 15 + j] = lower[15 * i + j];
      }
    }
  }
  const ones = new Float64Array(count).fill(1);
  values.set(jvp(weightErrors, [weights], [ones], options).tangent, 30 * count);

  const rows = new Int32Array(3 * count + 1);
  const columns = new Int32Array(31 * count);
  const afterCameras = cameras.length;
  const afterPoints = afterCameras + points.length;
  for (let i = 0; i < count; i++) {
    const camera = 11 * observations[2 * i];
    const point = afterCameras + 3 * observations[2 * i + 1];
    for (let row = 2 * i; row < 2 * i + 2; row++) {
      const at = 15 * row;
      for (let j = 0; j < 11; j++) columns[at + j] = camera + j;
      for (let j = 0; j < 3; j++) columns[at + 11 + j] = point + j;
      columns[at + 14] = afterPoints + i;
      rows[row + 1] = at + 15;
    }
    columns[30 * count + i] = afterPoints + i;
    rows[2 * count + i + 1] = 30 * count + i + 1;
  }
  return { rows, columns, values };
}

interface Input {
  n: number;
  m: number;
  p: number;
  cam: number[];
  x: number[];
  w: number;
  feat: number[];
}

/** What the eval sends is one camera, one point and one observation, to be repeated. */
const read = ({ n, m, p, cam, x, w, feat }: Input): Scene => ({
  cameras: Float64Array.from({ length: 11 * n }, (_, i) => cam[i % 11]),
  points: Float64Array.from({ length: 3 * m }, (_, i) => x[i % 3]),
  weights: new Float64Array(p).fill(w),
  observations: Int32Array.from({ length: 2 * p }, (_, i) => (i % 2 === 0 ? (i >> 1) % n : (i >> 1) % m)),
  features: Float64Array.from({ length: 2 * p }, (_, i) => feat[i % 2]),
});

/** The first observation's part of a list, and its last element. */
const excerpt = (list: Int32Array | Float64Array): number[] => [...list.subarray(0, 30), list[list.length - 1]];

export const ba: Problem = (options) => ({
  objective: timed(read, objective, ({ reprojection, weight }) => ({
    reproj_error: { elements: [...reprojection.subarray(0, 2)], repeated: weight.length },
    w_err: { element: weight[0], repeated: weight.length },
  })),
  jacobian: timed(
    read,
    (scene) => jacobian(scene, options),
    ({ rows, columns, values }) => ({ rows: excerpt(rows), cols: excerpt(columns), vals: excerpt(values) }),
  ),
});
