/** Vectors in space. */

export class Vec3 {
  readonly x: number;
  readonly y: number;
  readonly z: number;

  constructor(x: number, y: number, z: number) {
    this.x = x;
    this.y = y;
    this.z = z;
  }

  plus(v: Vec3): Vec3 {
    return new Vec3(this.x + v.x, this.y + v.y, this.z + v.z);
  }

  minus(v: Vec3): Vec3 {
    return new Vec3(this.x - v.x, this.y - v.y, this.z - v.z);
  }

  times(k: number): Vec3 {
    return new Vec3(this.x * k, this.y * k, this.z * k);
  }

  dot(v: Vec3): number {
    return this.x * v.x + this.y * v.y + this.z * v.z;
  }

  get length(): number {
    return Math.sqrt(this.dot(this));
  }

  get unit(): Vec3 {
    return this.times(1 / this.length);
  }
}
