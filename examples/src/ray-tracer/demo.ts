/** Renders a scene, forgets where the light was, and finds it again from the picture; writes the pictures as PNG. */
import { encode } from 'fast-png';
import { writePicture } from '../drawing.ts';
import { type Light, render } from './ray-tracer.ts';
import { recoverLight } from './recover.ts';
import { Vec3 } from './vector.ts';

const secret: Light = { position: new Vec3(-2.5, 4, 0.5), power: 18 };
const guess: Light = { position: new Vec3(3, 2.5, 1), power: 18 };
const [width, height] = [24, 16];

const coordinates = ({ position: { x, y, z } }: Light) => [x, y, z];
const show = (place: number[]) => place.map((v) => v.toFixed(3).padStart(7)).join(' ');
console.log(`The light is at ${show(coordinates(secret))}; the search begins at ${show(coordinates(guess))}\n`);

const began = performance.now();
const found = recoverLight(guess, render(secret, width, height, 1), width, height, {
  report: (round, place, squares) =>
    console.log(`  round ${String(round).padStart(2)}   ${show(place)}   ${squares.toExponential(2)}`),
});
console.log(`  found      ${show(coordinates(found))}   in ${((performance.now() - began) / 1000).toFixed(1)} s\n`);

const [wide, high] = [480, 330];
for (const [name, light] of Object.entries({ secret, guess, found })) {
  const data = Uint8Array.from(render(light, wide, high), (v) => Math.min(255, 255 * Math.min(1, v) ** (1 / 2.2)));
  console.log(
    `  drawn: ${writePicture(`ray-tracer-${name}.png`, encode({ width: wide, height: high, data, channels: 3 }))}`,
  );
}
