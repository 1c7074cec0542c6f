// A function of a hundred lines with what programs have: helpers, a class, constants, records, loops and branches.
const gravity = 9.81;
const dt = 0.1;
const airDensity = { seaLevel: 1.225, scaleHeight: 8500 };

class Vector {
  constructor(x, y) {
    this.x = x;
    this.y = y;
  }
  plus(other) {
    return new Vector(this.x + other.x, this.y + other.y);
  }
  times(factor) {
    return new Vector(this.x * factor, this.y * factor);
  }
  get length() {
    return Math.hypot(this.x, this.y);
  }
}

const density = (height) => airDensity.seaLevel * Math.exp(-height / airDensity.scaleHeight);

export function flight(shot, target) {
  const wind = new Vector(shot.wind ?? 0, 0);
  let position = new Vector(0, shot.height);
  let velocity = new Vector(shot.speed * Math.cos(shot.angle), shot.speed * Math.sin(shot.angle));
  const drag = {
    coefficient: shot.drag,
    area: Math.PI * shot.radius ** 2,
  };
  const path = [position];
  let time = 0;
  let highest = position.y;
  let bounces = 0;
  let energy = 0;

  const acceleration = (at, speed) => {
    const relative = speed.plus(wind.times(-1));
    const force = 0.5 * density(at.y) * drag.coefficient * drag.area * relative.length;
    return new Vector((-force * relative.x) / shot.mass, (-force * relative.y) / shot.mass - gravity);
  };

  while (time < 1 && bounces < 3) {
    const middle = velocity.plus(acceleration(position, velocity).times(dt / 2));
    const halfway = position.plus(velocity.times(dt / 2));
    velocity = velocity.plus(acceleration(halfway, middle).times(dt));
    position = position.plus(middle.times(dt));
    time += dt;

    if (position.y > highest) {
      highest = position.y;
    } else if (position.y < 0) {
      bounces++;
      position = new Vector(position.x, -position.y);
      velocity = new Vector(velocity.x * (1 - shot.friction), -velocity.y * shot.restitution);
    }
    path.push(position);
  }

  for (let i = 1; i < path.length; i++) {
    const step = path[i].plus(path[i - 1].times(-1));
    energy += step.length * shot.mass * 1e-3;
  }

  // The path smoothed by its neighbours, and how far it bends.
  const smooth = path.map((at, i) => {
    const before = path[i - 1] ?? at;
    const after = path[i + 1] ?? at;
    return new Vector((before.x + 2 * at.x + after.x) / 4, (before.y + 2 * at.y + after.y) / 4);
  });
  let bend = 0;
  for (let i = 1; i + 1 < smooth.length; i++) {
    const into = smooth[i].plus(smooth[i - 1].times(-1));
    const out = smooth[i + 1].plus(smooth[i].times(-1));
    const cross = into.x * out.y - into.y * out.x;
    bend += cross ** 2 / (1e-9 + into.length * out.length);
  }

  const heights = new Map();
  for (const { x, y } of smooth) {
    const cell = Math.floor(x);
    const known = heights.get(cell);
    if (known === undefined || known < y) heights.set(cell, y);
  }
  let roughness = 0;
  let previous;
  for (const height of heights.values()) {
    if (previous !== undefined) roughness += (height - previous) ** 2;
    previous = height;
  }

  const { x: goalX, y: goalY, ...rest } = target;
  const miss = Math.hypot(position.x - goalX, position.y - goalY);
  const penalties = Object.values(rest).map((limit) => Math.max(0, highest - limit) ** 2);
  let penalty = 0;
  for (const p of penalties) penalty += p;

  const weights = [1, 0.5, 0.25, 1e-2, 1e-3];
  const terms = [miss ** 2, penalty, energy, bend, roughness];
  let total = 0;
  for (const [i, term] of terms.entries()) {
    total += weights[i] * term;
  }
  switch (shot.mode) {
    case 'log':
      return Math.log1p(total);
    case 'root':
      return Math.sqrt(total);
    default:
      return total;
  }
}

export const example = [
  {
    angle: 0.7,
    drag: 0.47,
    friction: 0.2,
    height: 1.5,
    mass: 0.145,
    mode: 'log',
    radius: 0.037,
    restitution: 0.6,
    speed: 12,
  },
  { x: 9, y: 1, ceiling: 4 },
];
