/**
 * A small ray tracer with classes and recursion: spheres and a chequered floor, one point light, diffuse and specular
 * shading, reflections. Nothing in it is made for differentiation.
 *
 * Shadows have soft edges (the light is dimmed by how near its ray passes to a sphere), so that the picture is a
 * continuous function of the light's place.
 */
import { Vec3 } from './vector.ts';

export interface Ray {
  from: Vec3;
  /** Unit length. */
  direction: Vec3;
}

export interface Material {
  /** Red, green and blue, 0 to 1. */
  colour: Vec3;
  /** Share of light that is mirrored. */
  mirror: number;
}

export interface Hit {
  distance: number;
  point: Vec3;
  normal: Vec3;
  material: Material;
}

export abstract class Shape {
  abstract intersect(ray: Ray): Hit | undefined;

  /** How much of the light at `light` reaches `point` past this shape: 1 is all. */
  light(_point: Vec3, _light: Vec3): number {
    return 1;
  }
}

export class Sphere extends Shape {
  readonly #radius: number;
  readonly centre: Vec3;
  readonly material: Material;

  constructor(centre: Vec3, radius: number, material: Material) {
    super();
    this.centre = centre;
    this.#radius = radius;
    this.material = material;
  }

  override intersect({ from, direction }: Ray): Hit | undefined {
    const offset = from.minus(this.centre);
    const b = offset.dot(direction);
    const discriminant = b * b - offset.dot(offset) + this.#radius ** 2;
    if (discriminant < 0) return undefined;
    const distance = -b - Math.sqrt(discriminant);
    if (distance < 1e-4) return undefined;
    const point = from.plus(direction.times(distance));
    return { distance, point, normal: point.minus(this.centre).unit, material: this.material };
  }

  override light(point: Vec3, light: Vec3): number {
    const toLight = light.minus(point);
    const along = this.centre.minus(point).dot(toLight.unit);
    if (along <= 0 || along >= toLight.length) return 1;
    const nearest = this.centre.minus(point).minus(toLight.unit.times(along)).length;
    const t = Math.min(1, Math.max(0, (nearest / this.#radius - 0.6) / 0.8));
    return t * t * (3 - 2 * t);
  }
}

export class Floor extends Shape {
  readonly height: number;

  constructor(height: number) {
    super();
    this.height = height;
  }

  override intersect({ from, direction }: Ray): Hit | undefined {
    const distance = (this.height - from.y) / direction.y;
    if (!(distance > 1e-4) || distance > 40) return undefined;
    const point = from.plus(direction.times(distance));
    const dark = (Math.floor(point.x) + Math.floor(point.z)) % 2 === 0;
    const colour = dark ? new Vec3(0.35, 0.37, 0.42) : new Vec3(0.85, 0.83, 0.78);
    return { distance, point, normal: new Vec3(0, 1, 0), material: { colour, mirror: 0.08 } };
  }
}

export interface Light {
  position: Vec3;
  power: number;
}

export interface Scene {
  shapes: Shape[];
  sky: Vec3;
}

export const scene: Scene = {
  sky: new Vec3(0.55, 0.68, 0.86),
  shapes: [
    new Floor(-1),
    new Sphere(new Vec3(-1.1, 0, 4.2), 1, { colour: new Vec3(0.85, 0.3, 0.22), mirror: 0.15 }),
    new Sphere(new Vec3(1.1, -0.25, 3.4), 0.75, { colour: new Vec3(0.25, 0.5, 0.8), mirror: 0.2 }),
    new Sphere(new Vec3(0.2, -0.65, 2.4), 0.35, { colour: new Vec3(0.95, 0.78, 0.3), mirror: 0.1 }),
  ],
};

/** The colour that a ray brings back. */
export function trace(ray: Ray, { shapes, sky }: Scene, light: Light, depth = 2): Vec3 {
  let hit: Hit | undefined;
  for (const shape of shapes) {
    const candidate = shape.intersect(ray);
    if (candidate && (!hit || candidate.distance < hit.distance)) hit = candidate;
  }
  if (!hit) return sky;

  const { point, normal, material } = hit;
  const toLight = light.position.minus(point);
  let strength = light.power / toLight.dot(toLight);
  for (const shape of shapes) if (strength > 0) strength *= shape.light(point.plus(normal.times(1e-3)), light.position);

  const diffuse = Math.max(0, normal.dot(toLight.unit));
  const halfway = toLight.unit.minus(ray.direction).unit;
  const shine = 0.4 * Math.max(0, normal.dot(halfway)) ** 60;
  let colour = material.colour.times(0.1 + strength * diffuse).plus(new Vec3(1, 1, 1).times(strength * shine));

  if (depth > 0 && material.mirror > 0) {
    const direction = ray.direction.minus(normal.times(2 * normal.dot(ray.direction)));
    const seen = trace({ from: point, direction }, { shapes, sky }, light, depth - 1);
    colour = colour.times(1 - material.mirror).plus(seen.times(material.mirror));
  }
  return colour;
}

/** A picture: red, green and blue of each pixel, row by row from the top. */
export function render(light: Light, width: number, height: number, depth = 2, world = scene): Float64Array {
  const pixels = new Float64Array(3 * width * height);
  const camera = new Vec3(0, 0.6, -2);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const right = ((column + 0.5) / width - 0.5) * (width / height) * 1.1;
      const up = (0.5 - (row + 0.5) / height) * 1.1 - 0.22;
      const colour = trace({ from: camera, direction: new Vec3(right, up, 1.6).unit }, world, light, depth);
      pixels.set([colour.x, colour.y, colour.z], 3 * (row * width + column));
    }
  }
  return pixels;
}
