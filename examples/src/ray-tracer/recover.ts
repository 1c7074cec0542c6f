/** Finding out from a picture where its light was. */
import { type LeastSquaresOptions, leastSquares } from '../least-squares.ts';
import { type Light, render } from './ray-tracer.ts';
import { Vec3 } from './vector.ts';

/** Mean square difference between the picture that this light makes and the given one. */
export function difference(light: Light, picture: Float64Array, width: number, height: number): number {
  const rendered = render(light, width, height, 1);
  let sum = 0;
  for (let i = 0; i < rendered.length; i++) sum += (rendered[i] - picture[i]) ** 2;
  return sum / rendered.length;
}

/** Moves a light of known power until its picture is the given one: least squares over all pixels. */
export function recoverLight(
  start: Light,
  picture: Float64Array,
  width: number,
  height: number,
  options?: LeastSquaresOptions,
): Light {
  const { power } = start;
  const errors = ([x, y, z]: number[]) => {
    const rendered = render({ position: new Vec3(x, y, z), power }, width, height, 1);
    return Array.from(rendered, (v, i) => v - picture[i]);
  };
  const { x, y, z } = start.position;
  const found = leastSquares(errors, [x, y, z], options);
  return { position: new Vec3(found[0], found[1], found[2]), power };
}
