/**
 * A trebuchet as a simulation with two events: the sling lets go when the stone flies at a given angle, the flight ends
 * on the ground. Written for its own sake; that it can be differentiated is nobody's concern here.
 *
 * A beam turns on a pivot, a counterweight at its short arm; from the long arm hangs a sling with the stone. Angles are
 * from straight down. Lagrange's equations of the beam's angle `theta` and the sling's `phi` are in `swing`. In the air:
 * quadratic drag and a steady wind along x. Metres, kilogrammes, seconds, radians.
 */

export interface Controls {
  /** Angle above the horizontal at which the stone flies when the sling lets go. */
  releaseAngle: number;
  /** Mass of the counterweight. */
  weight: number;
}

export interface Machine {
  longArm: number;
  shortArm: number;
  sling: number;
  pivotHeight: number;
  beamMass: number;
  stoneMass: number;
}

export const machine: Machine = {
  longArm: 4,
  shortArm: 1.1,
  sling: 2.8,
  pivotHeight: 5,
  beamMass: 40,
  stoneMass: 10,
};

const gravity = 9.81;
/** Drag acceleration per squared speed relative to the air, 1/m. */
const drag = 0.0012;

type State = number[];
type Slope = (state: State) => State;

/** One step of the classical Runge-Kutta method. */
export function step(slope: Slope, state: State, dt: number): State {
  const along = (direction: State, h: number) => state.map((v, i) => v + h * direction[i]);
  const k1 = slope(state);
  const k2 = slope(along(k1, dt / 2));
  const k3 = slope(along(k2, dt / 2));
  const k4 = slope(along(k3, dt));
  return state.map((v, i) => v + (dt / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]));
}

/**
 * Steps until `event` has gone from positive to negative, and gives the state where it is zero: the last step is
 * shortened by the secant method until it ends there.
 */
export function integrateUntil(
  slope: Slope,
  start: State,
  event: (state: State) => number,
  { dt, limit, visit }: { dt: number; limit: number; visit?: ((state: State) => void) | undefined },
): State {
  let state = start;
  for (let k = 0; k < limit; k++) {
    visit?.(state);
    const next = step(slope, state, dt);
    if (event(state) > 0 && event(next) <= 0) {
      let [h0, e0] = [0, event(state)];
      let [h1, e1] = [dt, event(next)];
      let end = next;
      for (let i = 0; i < 12 && Math.abs(e1) > 1e-13; i++) {
        const h = h1 - (e1 * (h1 - h0)) / (e1 - e0);
        end = step(slope, state, h);
        [h0, e0, h1, e1] = [h1, e1, h, event(end)];
      }
      visit?.(end);
      return end;
    }
    state = next;
  }
  throw new Error('the event never came');
}

/** Angular accelerations of beam and sling. State: theta, phi and their rates. */
export function swing(weight: number, m: Machine): Slope {
  const { longArm: L, shortArm: l, sling: s, stoneMass, beamMass } = m;
  const centre = (L - l) / 2;
  const inertia = (beamMass * (L + l) ** 2) / 12 + beamMass * centre ** 2;
  const a = weight * l ** 2 + inertia + stoneMass * L ** 2;
  const lever = stoneMass * L + beamMass * centre - weight * l;
  return ([theta, phi, thetaRate, phiRate]) => {
    const b = stoneMass * L * s * Math.cos(theta - phi);
    const c = stoneMass * s ** 2;
    const twist = stoneMass * L * s * Math.sin(theta - phi);
    const forTheta = -twist * phiRate ** 2 - lever * gravity * Math.sin(theta);
    const forPhi = twist * thetaRate ** 2 - stoneMass * gravity * s * Math.sin(phi);
    const det = a * c - b * b;
    return [thetaRate, phiRate, (c * forTheta - b * forPhi) / det, (a * forPhi - b * forTheta) / det];
  };
}

/** Energy of beam, weight and stone: kept during the swing. */
export function energy([theta, phi, thetaRate, phiRate]: State, weight: number, m: Machine): number {
  const { longArm: L, shortArm: l, sling: s, stoneMass, beamMass } = m;
  const centre = (L - l) / 2;
  const inertia = (beamMass * (L + l) ** 2) / 12 + beamMass * centre ** 2;
  const stoneSpeedSquared =
    (L * thetaRate) ** 2 + (s * phiRate) ** 2 + 2 * L * s * thetaRate * phiRate * Math.cos(theta - phi);
  const kinetic = ((weight * l ** 2 + inertia) * thetaRate ** 2 + stoneMass * stoneSpeedSquared) / 2;
  const lever = stoneMass * L + beamMass * centre - weight * l;
  return kinetic - lever * gravity * Math.cos(theta) - stoneMass * gravity * s * Math.cos(phi);
}

/** Place and velocity of the stone in its sling: x, y, vx, vy. */
function stone([theta, phi, thetaRate, phiRate]: State, m: Machine): State {
  const { longArm: L, sling: s, pivotHeight } = m;
  return [
    L * Math.sin(theta) + s * Math.sin(phi),
    pivotHeight - L * Math.cos(theta) - s * Math.cos(phi),
    L * Math.cos(theta) * thetaRate + s * Math.cos(phi) * phiRate,
    L * Math.sin(theta) * thetaRate + s * Math.sin(phi) * phiRate,
  ];
}

/** Acceleration in the air. State: x, y, vx, vy. */
function flight(wind: number): Slope {
  return ([, , vx, vy]) => {
    const ux = vx - wind;
    const speed = Math.sqrt(ux * ux + vy * vy);
    return [vx, vy, -drag * speed * ux, -gravity - drag * speed * vy];
  };
}

/** How far from the pivot the stone comes down. `trace` sees the stone's place at every step. */
export function throwStone(
  { releaseAngle, weight }: Controls,
  wind: number,
  m: Machine = machine,
  trace?: (x: number, y: number, flying: boolean) => void,
): number {
  const start = [-1, -0.2, 0, 0];
  const released = integrateUntil(
    swing(weight, m),
    start,
    (state) => {
      const [, , vx, vy] = stone(state, m);
      // Above the release angle (counted on over the top) as long as this is positive.
      return vy * Math.cos(releaseAngle) - vx * Math.sin(releaseAngle);
    },
    {
      dt: 0.04,
      limit: 150,
      visit: trace && ((state) => trace(stone(state, m)[0], stone(state, m)[1], false)),
    },
  );
  const landed = integrateUntil(flight(wind), stone(released, m), ([, y]) => y, {
    dt: 0.25,
    limit: 200,
    visit: trace && (([x, y]) => trace(x, y, true)),
  });
  return landed[0];
}
