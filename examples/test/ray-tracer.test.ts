import { grad } from 'fluxion';
import { describe, expect, it } from 'vitest';
import { type Light, render } from '../src/ray-tracer/ray-tracer.ts';
import { difference, recoverLight } from '../src/ray-tracer/recover.ts';
import { Vec3 } from '../src/ray-tracer/vector.ts';
import { expectGradient } from './differences.ts';

describe('a ray tracer', () => {
  const [width, height] = [14, 10];
  const secret: Light = { position: new Vec3(-2.5, 4, 0.5), power: 18 };
  const picture = render(secret, width, height, 1);

  it('has the gradient of the picture by the light', () => {
    for (const light of [
      { position: new Vec3(3, 2.5, 1), power: 18 },
      { position: new Vec3(-1, 3, -1), power: 12 },
    ]) {
      const gradient = grad(difference)(light, picture, width, height);
      expectGradient((l: Light) => difference(l, picture, width, height), light, gradient, { tolerance: 1e-6 });
      expect(light.position).toBeInstanceOf(Vec3);
    }
  });

  it('finds the light from the picture it made', () => {
    const found = recoverLight({ position: new Vec3(3, 2.5, 1), power: 18 }, picture, width, height);
    expect(found.position.minus(secret.position).length).toBeLessThan(1e-4);
  });
});
