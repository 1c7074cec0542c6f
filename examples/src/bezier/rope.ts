/**
 * A rope of given length between two hooks, as a cubic Bézier curve, made smooth by gradients of what `bezier-js` (npm,
 * ECMAScript modules) computes: arc length by quadrature, points, curvature. The package is used as it is.
 */
import { Bezier } from 'bezier-js';
import { valueAndGrad } from 'fluxion';

export interface Point {
  x: number;
  y: number;
}

/** The two inner control points; the ends are the hooks. */
export type Handles = [Point, Point];

export const hooks: [Point, Point] = [
  { x: 0, y: 0 },
  { x: 4, y: 1 },
];

export const rope = ([a, b]: Handles): Bezier => new Bezier([hooks[0], a, b, hooks[1]]);

export const ropeLength = (handles: Handles): number => rope(handles).length();

/** Height of the rope's middle line, weighted by length: the potential energy per mass. */
export function height(handles: Handles, samples = 24): number {
  const curve = rope(handles);
  let weight = 0;
  let moment = 0;
  for (let i = 0; i < samples; i++) {
    const t = (i + 0.5) / samples;
    const { x, y } = curve.derivative(t);
    const speed = Math.sqrt(x * x + y * y);
    weight += speed;
    moment += speed * curve.get(t).y;
  }
  return moment / weight;
}

/** Lets the rope hang: the lowest place of its weight, its length held by a penalty that is made stiffer. */
export function hang(length: number, rounds = 300): Handles {
  const [left, right] = hooks;
  let handles: Handles = [
    { x: left.x + 1, y: left.y - 1.5 },
    { x: right.x - 1, y: right.y - 1.5 },
  ];
  const energy = valueAndGrad((h: Handles, stiffness: number) => height(h) + stiffness * (ropeLength(h) - length) ** 2);
  for (let round = 0; round < rounds; round++) {
    const stiffness = 2 + (18 * round) / rounds;
    const { grad } = energy(handles, stiffness);
    handles = handles.map((p, i) => ({
      x: p.x - (0.6 / stiffness) * grad[i].x,
      y: p.y - (0.6 / stiffness) * grad[i].y,
    })) as Handles;
  }
  return handles;
}
