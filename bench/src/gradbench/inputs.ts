/** Random inputs of GradBench's problems, of the sizes asked for and in the shape in which the evals send them. */
import { randomNumbers } from '../timing.ts';

const signed = randomNumbers(31337);
const uniform = (): number => (signed() + 1) / 2;
const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

const list = (n: number, draw: () => number = uniform): number[] => Array.from({ length: n }, draw);
const matrix = (rows: number, columns: number, draw: () => number = uniform): number[][] =>
  Array.from({ length: rows }, () => list(columns, draw));

export const det = (ell: number) => ({ A: list(ell * ell), ell });
export const llsq = (n: number, m: number) => ({ x: list(m), n });
export const lse = (n: number) => ({ x: list(n) });
export const ode = (n: number, s: number) => ({ x: list(n), s });
export const particle = () => ({ w: 0.02 * uniform() });
export const saddle = () => ({ start: [1 + 0.02 * uniform(), 1 + 0.02 * uniform()] });

export function kmeans(k: number, n: number, d: number) {
  const points = matrix(n, d);
  return { points, centroids: points.slice(-k) };
}

export const lstm = (layers: number, characters: number, bits = 14) => ({
  main_params: matrix(2 * layers, 4 * bits),
  extra_params: matrix(3, bits),
  state: matrix(2 * layers, bits),
  // Letters, mostly.
  sequence: matrix(characters, bits).map((row) => row.map((v, i) => (i < bits - 7 ? 0 : v < 0.5 ? 0 : 1))),
});

export const gmm = (d: number, k: number, n: number) => ({
  d,
  k,
  n,
  x: matrix(n, d, normal),
  m: 0,
  gamma: 1,
  alpha: list(k, normal),
  mu: matrix(k, d),
  q: matrix(k, d, normal),
  l: matrix(k, (d * (d - 1)) / 2, normal),
});

export const ba = (n: number, m: number, p: number) => ({
  n,
  m,
  p,
  cam: [...list(3, normal), ...list(3, () => 40 + signed()), 400, ...list(2), ...list(2, () => 0.01 * signed())],
  x: list(3, normal),
  w: uniform(),
  feat: list(2, () => 500 * uniform()),
});

/** A turn about one axis and a shift, as a 4×4 matrix. */
function transform(): number[][] {
  const angle = signed();
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return [
    [c, -s, 0, 0.1 * signed()],
    [s, c, 0, 0.1 * signed()],
    [0, 0, 1, 0.1 * signed()],
    [0, 0, 0, 1],
  ];
}

/** A hand of 22 bones, five chains of four from the wrist. Each vertex follows two of them. */
export function ht(points: number, onTriangles: boolean, vertices = 544) {
  const bones = 22;
  const some = (n: number): number => Math.min(n - 1, Math.floor(n * uniform()));
  const weights = Array.from({ length: vertices }, () => {
    const share = uniform();
    const row = new Array<number>(bones).fill(0);
    row[some(bones)] += share;
    row[some(bones)] += 1 - share;
    return row;
  });
  return {
    theta: list(26, normal),
    data: {
      model: {
        bone_count: bones,
        parents: Array.from({ length: bones }, (_, i) => (i === 0 ? -1 : i === 21 || i % 4 === 1 ? 0 : i - 1)),
        base_relatives: Array.from({ length: bones }, transform),
        inverse_base_absolutes: Array.from({ length: bones }, transform),
        base_positions: matrix(vertices, 3, signed).map((position) => [...position, 1]),
        weights,
        triangles: Array.from({ length: 1084 }, () => [some(vertices), some(vertices), some(vertices)]),
        is_mirrored: false,
      },
      correspondences: Array.from({ length: points }, () => some(onTriangles ? 1084 : vertices)),
      points: matrix(points, 3, signed),
    },
    us: onTriangles ? matrix(points, 2) : [],
  };
}
