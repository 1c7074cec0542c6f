/** Bodies that attract each other, as one writes it: every number in a named property of an object. */
export interface Body {
  x: number;
  y: number;
  z: number;
  vx: number;
  vy: number;
  vz: number;
  readonly mass: number;
}

export function advance(bodies: readonly Body[], dt: number, steps: number): number {
  for (let s = 0; s < steps; s++) {
    for (let i = 0; i < bodies.length; i++) {
      const a = bodies[i];
      for (let j = i + 1; j < bodies.length; j++) {
        const b = bodies[j];
        const dx = a.x - b.x;
        const dy = a.y - b.y;
        const dz = a.z - b.z;
        const d2 = dx * dx + dy * dy + dz * dz;
        const force = dt / (d2 * Math.sqrt(d2));
        a.vx -= dx * b.mass * force;
        a.vy -= dy * b.mass * force;
        a.vz -= dz * b.mass * force;
        b.vx += dx * a.mass * force;
        b.vy += dy * a.mass * force;
        b.vz += dz * a.mass * force;
      }
    }
    for (const b of bodies) {
      b.x += dt * b.vx;
      b.y += dt * b.vy;
      b.z += dt * b.vz;
    }
  }
  return bodies[0].x;
}

export function fiveBodies(): Body[] {
  return Array.from({ length: 5 }, (_, i) => ({
    x: i,
    y: i * i * 0.1,
    z: 1 - i * 0.2,
    vx: 0,
    vy: 0.1 * i,
    vz: 0,
    mass: 1 + i * 0.1,
  }));
}
