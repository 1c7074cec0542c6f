/**
 * GradBench's `ht`: hand tracking. A hand of bones and skin takes a pose; the errors are the distances from measured points to
 * the skin. The Jacobian has one column for each number of the pose, by forward mode; and, where points lie somewhere
 * on triangles, two for the place on the triangle. No two points share a place, so these two come out of one tangent each.
 */
import { jacobian, jvp } from 'fluxion';
import { flatten, type Options, type Problem, timed } from './problem.ts';

/** Transforms are the upper three rows of 4×4 matrices, 12 numbers, row by row; the fourth row would be 0 0 0 1. */
export interface Hand {
  /** For each bone its parent, which comes before it, or −1. */
  parents: Int32Array;
  /** For each bone the transform to its parent, at rest. */
  baseRelatives: Float64Array;
  /** For each bone the transform from the hand at rest to the bone. */
  inverseBaseAbsolutes: Float64Array;
  /** The vertices of the skin at rest: 3 numbers each. */
  basePositions: Float64Array;
  /** How far each vertex follows each bone: one row for each vertex. */
  weights: Float64Array;
  mirrored: boolean;
}

export interface Measured {
  hand: Hand;
  /** The points: 3 numbers each. */
  points: Float64Array;
  /** For each point its vertex, or the three vertices of its triangle. */
  vertices: Int32Array;
}

/** out = a b, for transforms that start at these places. */
function multiply(a: Float64Array, i: number, b: Float64Array, j: number, out: Float64Array, k: number): void {
  for (let row = 0; row < 12; row += 4) {
    const x = a[i + row];
    const y = a[i + row + 1];
    const z = a[i + row + 2];
    for (let column = 0; column < 4; column++) {
      out[k + row + column] = x * b[j + column] + y * b[j + 4 + column] + z * b[j + 8 + column];
    }
    out[k + row + 3] += a[i + row + 3];
  }
}

/**
 * The rotation of a joint at its bone: each finger has four bones, of which the first is stiff, the second bends and spreads, and
 * the others bend.
 */
function jointRotation(theta: Float64Array, bone: number, out: Float64Array): void {
  const finger = (bone - 1) >> 2;
  const joint = (bone - 1) & 3;
  const moves = bone > 0 && finger < 5 && joint > 0;
  const angle = 6 + 4 * finger + joint;
  const bend = !moves ? 0 : joint === 1 ? theta[angle - 1] : theta[angle];
  const spread = moves && joint === 1 ? theta[angle] : 0;
  const c = Math.cos(bend);
  const s = Math.sin(bend);
  const cz = Math.cos(spread);
  const sz = Math.sin(spread);
  out[0] = cz;
  out[1] = -sz * c;
  out[2] = sz * s;
  out[4] = sz;
  out[5] = cz * c;
  out[6] = -cz * s;
  out[9] = s;
  out[10] = c;
}

/** For each bone the transform from the hand at rest to the hand in its pose. */
function boneTransforms(theta: Float64Array, { parents, baseRelatives, inverseBaseAbsolutes }: Hand): Float64Array {
  const count = parents.length;
  const rotation = new Float64Array(12);
  const relative = new Float64Array(12);
  const absolutes = new Float64Array(12 * count);
  const transforms = new Float64Array(12 * count);
  for (let bone = 0; bone < count; bone++) {
    jointRotation(theta, bone, rotation);
    if (parents[bone] < 0) {
      multiply(baseRelatives, 12 * bone, rotation, 0, absolutes, 12 * bone);
    } else {
      multiply(baseRelatives, 12 * bone, rotation, 0, relative, 0);
      multiply(absolutes, 12 * parents[bone], relative, 0, absolutes, 12 * bone);
    }
    multiply(absolutes, 12 * bone, inverseBaseAbsolutes, 12 * bone, transforms, 12 * bone);
  }
  return transforms;
}

/** Rotation by the angle and about the axis that three numbers give, row by row. */
function rotationMatrix(a: number, b: number, c: number): Float64Array {
  const angle = Math.sqrt(a * a + b * b + c * c);
  const R = new Float64Array(9);
  if (angle < 1e-4) {
    R[0] = R[4] = R[8] = 1;
    return R;
  }
  const x = a / angle;
  const y = b / angle;
  const z = c / angle;
  const cosine = Math.cos(angle);
  const sine = Math.sin(angle);
  const rest = 1 - cosine;
  R[0] = x * x * rest + cosine;
  R[1] = x * y * rest - z * sine;
  R[2] = x * z * rest + y * sine;
  R[3] = x * y * rest + z * sine;
  R[4] = y * y * rest + cosine;
  R[5] = y * z * rest - x * sine;
  R[6] = x * z * rest - y * sine;
  R[7] = y * z * rest + x * sine;
  R[8] = z * z * rest + cosine;
  return R;
}

/** The vertices of the skin in the pose theta: the hand's rotation (3) and place (3), and the joints (4 for each finger). */
export function vertexPositions(theta: Float64Array, hand: Hand): Float64Array {
  const { basePositions, weights, mirrored } = hand;
  const transforms = boneTransforms(theta, hand);
  const R = rotationMatrix(theta[0], theta[1], theta[2]);
  const bones = hand.parents.length;
  const positions = new Float64Array(basePositions.length);
  for (let vertex = 0; 3 * vertex < basePositions.length; vertex++) {
    const px = basePositions[3 * vertex];
    const py = basePositions[3 * vertex + 1];
    const pz = basePositions[3 * vertex + 2];
    let x = 0;
    let y = 0;
    let z = 0;
    for (let bone = 0; bone < bones; bone++) {
      const weight = weights[vertex * bones + bone];
      const t = 12 * bone;
      x += weight * (transforms[t] * px + transforms[t + 1] * py + transforms[t + 2] * pz + transforms[t + 3]);
      y += weight * (transforms[t + 4] * px + transforms[t + 5] * py + transforms[t + 6] * pz + transforms[t + 7]);
      z += weight * (transforms[t + 8] * px + transforms[t + 9] * py + transforms[t + 10] * pz + transforms[t + 11]);
    }
    if (mirrored) x = -x;
    positions[3 * vertex] = R[0] * x + R[1] * y + R[2] * z + theta[3];
    positions[3 * vertex + 1] = R[3] * x + R[4] * y + R[5] * z + theta[4];
    positions[3 * vertex + 2] = R[6] * x + R[7] * y + R[8] * z + theta[5];
  }
  return positions;
}

/** From each vertex to its point. */
function toVertices(positions: Float64Array, { points, vertices }: Measured): Float64Array {
  const errors = new Float64Array(points.length);
  for (let i = 0; i < vertices.length; i++) {
    for (let j = 0; j < 3; j++) errors[3 * i + j] = points[3 * i + j] - positions[3 * vertices[i] + j];
  }
  return errors;
}

/** From the place on each triangle that two numbers of `us` give to its point. */
function toTriangles(us: Float64Array, positions: Float64Array, { points, vertices }: Measured): Float64Array {
  const errors = new Float64Array(points.length);
  for (let i = 0; 3 * i < points.length; i++) {
    const u = us[2 * i];
    const v = us[2 * i + 1];
    for (let j = 0; j < 3; j++) {
      const place =
        u * positions[3 * vertices[3 * i] + j] +
        v * positions[3 * vertices[3 * i + 1] + j] +
        (1 - u - v) * positions[3 * vertices[3 * i + 2] + j];
      errors[3 * i + j] = points[3 * i + j] - place;
    }
  }
  return errors;
}

/** All errors, three for each point. Without `us` points lie at vertices, with it on triangles. */
export function objective(theta: Float64Array, us: Float64Array, measured: Measured): Float64Array {
  const positions = vertexPositions(theta, measured.hand);
  return us.length === 0 ? toVertices(positions, measured) : toTriangles(us, positions, measured);
}

/** The rows of the Jacobian: by the two numbers of the point's own `us`, if any, and by theta. */
export function jacobianOfErrors(
  theta: Float64Array,
  us: Float64Array,
  measured: Measured,
  options?: Options,
): number[][] {
  const byTheta = jacobian(objective, { ...options, mode: 'forward' })(theta, us, measured);
  if (us.length === 0) return byTheta.map((row) => Array.from(row));
  const positions = vertexPositions(theta, measured.hand);
  const along = (which: number): Float64Array => {
    const direction = Float64Array.from(us, (_, i) => (i % 2 === which ? 1 : 0));
    return jvp(toTriangles, [us, positions, measured], [direction], options).tangent;
  };
  const byFirst = along(0);
  const bySecond = along(1);
  return byTheta.map((row, i) => [byFirst[i], bySecond[i], ...row]);
}

interface Input {
  theta: number[];
  data: {
    model: {
      parents: number[];
      base_relatives: number[][][];
      inverse_base_absolutes: number[][][];
      base_positions: number[][];
      weights: number[][];
      triangles: number[][];
      is_mirrored: boolean;
    };
    correspondences: number[];
    points: number[][];
  };
  us: number[][];
}

const transformsOf = (matrices: number[][][]): Float64Array => flatten(matrices.flatMap((rows) => rows.slice(0, 3)));

function read({ theta, data, us }: Input): [Float64Array, Float64Array, Measured] {
  const { model, correspondences, points } = data;
  const hand = {
    parents: Int32Array.from(model.parents),
    baseRelatives: transformsOf(model.base_relatives),
    inverseBaseAbsolutes: transformsOf(model.inverse_base_absolutes),
    basePositions: flatten(model.base_positions.map((position) => position.slice(0, 3))),
    weights: flatten(model.weights),
    mirrored: model.is_mirrored,
  };
  const vertices = us.length === 0 ? correspondences : correspondences.flatMap((t) => model.triangles[t]);
  return [
    Float64Array.from(theta),
    flatten(us),
    { hand, points: flatten(points), vertices: Int32Array.from(vertices) },
  ];
}

export const ht: Problem = (options) => ({
  objective: timed(read, (args) => objective(...args)),
  jacobian: timed(read, ([theta, us, measured]) => jacobianOfErrors(theta, us, measured, options)),
});
