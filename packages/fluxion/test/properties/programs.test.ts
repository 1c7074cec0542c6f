/** Random programs: the value of the plain program, reverse against forward against central differences. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { grad, jvp, valueAndGrad } from '../../src/index.ts';
import { trackedIn } from '../tracked.ts';
import { programs } from './programs.ts';

type Program = (xs: number[]) => number;

function compile(text: string): Program {
  return (0, eval)(text) as Program;
}

/** Central differences at several steps; undefined where they do not settle (a kink or a jump is near). */
function settledSlope(f: Program, x: number[], direction: number[]): number | undefined {
  let kinked = false;
  const slopes = [1e-4, 1e-5, 1e-6].map((h) => {
    const at = (s: number): number => f(x.map((v, i) => v + s * h * direction[i]));
    // At a kink the two sides differ, and what central differences give is their mean.
    const [left, right] = [(at(0) - at(-1)) / h, (at(1) - at(0)) / h];
    if (Math.abs(left - right) > 1e-2 * Math.sqrt(h / 1e-4) * Math.max(1, Math.abs(left))) kinked = true;
    return (at(1) - at(-1)) / (2 * h);
  });
  if (kinked) return undefined;
  const spread = Math.max(...slopes) - Math.min(...slopes);
  return spread < 1e-6 * Math.max(1, Math.abs(slopes[1])) ? slopes[1] : undefined;
}

const point = fc.array(fc.double({ min: -1.2, max: 1.2, noNaN: true }), { minLength: 3, maxLength: 3 });
const runs = Number(process.env.FLUXION_RUNS ?? 300);

describe('random programs', () => {
  test('value, reverse, forward and differences', () => {
    fc.assert(
      fc.property(programs, point, point, (text, x, direction) => {
        const f = compile(text);
        const before = [...x];
        const value = f([...x]);
        fc.pre(Number.isFinite(value));
        const result = valueAndGrad(f)(x);
        expect(x).toEqual(before);
        expect(trackedIn(result)).toEqual([]);
        expect(result.value).toBe(value);
        expect(result.grad.length).toBe(3);
        const slope = result.grad.reduce((s, g, i) => s + g * direction[i], 0);
        const forward = jvp(f, [x], [direction]);
        expect(forward.value).toBe(value);
        expect(Math.abs(forward.tangent - slope)).toBeLessThan(1e-9 * Math.max(1, Math.abs(slope)));
        const differences = settledSlope(f, x, direction);
        if (differences !== undefined) {
          expect(Math.abs(differences - slope)).toBeLessThan(2e-5 * Math.max(1, Math.abs(slope)));
        }
      }),
      { numRuns: runs, seed: 20261121 },
    );
  }, 120_000);

  test('second derivatives: reverse over forward is forward over reverse', () => {
    fc.assert(
      fc.property(programs, point, point, (text, x, direction) => {
        const f = compile(text);
        fc.pre(Number.isFinite(f([...x])));
        const along = (v: number[]): number => jvp(f, [v], [direction]).tangent;
        const reverseOverForward = grad(along)(x);
        const forwardOverReverse = jvp(grad(f), [x], [direction]).tangent;
        const scale = Math.max(1, ...reverseOverForward.map(Math.abs));
        forwardOverReverse.forEach((v, i) => {
          expect(Math.abs(v - reverseOverForward[i])).toBeLessThan(1e-9 * scale);
        });
      }),
      { numRuns: Math.ceil(runs / 6), seed: 7 },
    );
  });
});
