import { grad } from 'fluxion';
import { describe, expect, it } from 'vitest';
import { Random } from '../src/random.ts';
import { aim, drawSituation, makeController, missed, trainController } from '../src/trebuchet/control.ts';
import { type Controls, energy, machine, step, swing, throwStone } from '../src/trebuchet/trebuchet.ts';
import { expectGradient } from './differences.ts';

describe('a trebuchet', () => {
  it('keeps its energy while it swings', () => {
    const start = [-1, -0.2, 0, 0];
    let state = start;
    for (let i = 0; i < 100; i++) state = step(swing(600, machine), state, 0.01);
    expect(Math.abs(state[0])).toBeGreaterThan(3);
    expect(energy(state, 600, machine) / energy(start, 600, machine)).toBeCloseTo(1, 5);
  });

  it('throws a distance whose gradient goes through the release, the flight and the landing', () => {
    const gradient = grad(throwStone, { wrt: [0, 1] });
    for (const [controls, wind] of [
      [{ releaseAngle: 0.8, weight: 500 }, 0],
      [{ releaseAngle: 0.3, weight: 900 }, -6],
      [{ releaseAngle: 1.1, weight: 400 }, 5],
    ] as [Controls, number][]) {
      const [byControls, byWind] = gradient(controls, wind);
      expectGradient((c: Controls) => throwStone(c, wind), controls, byControls, { tolerance: 1e-6 });
      expectGradient((w: number) => throwStone(controls, w), wind, byWind, { tolerance: 1e-6 });
    }
  });

  it('hits a target after a few throws', () => {
    for (const [target, wind] of [
      [90, -3],
      [50, 6],
    ]) {
      const { controls, misses } = aim(target, wind);
      expect(misses.length).toBeLessThan(8);
      expect(throwStone(controls, wind)).toBeCloseTo(target, 1);
    }
  });

  it('trains a network to aim', () => {
    const fresh = Array.from({ length: 20 }, () => drawSituation(new Random(8)));
    const before = missed(makeController(new Random(3)), fresh);
    const controller = trainController(new Random(3), { rounds: 30, batch: 3 });
    expect(missed(controller, fresh)).toBeLessThan(0.2 * before);
  });
});
