/** Functions A and B and the examples: each with its gradient by both tiers. Inputs are in rotation. */
import { grad, type Tier } from 'fluxion';
import { branching, straight, straightByMethods } from '../../../examples/src/benchmark-functions/functions.ts';
import { type Handles, height } from '../../../examples/src/bezier/rope.ts';
import { exampleBond, exampleCurve, price, yieldToMaturity } from '../../../examples/src/bond/bond.ts';
import { negLogMarginal, observeWave, type Settings } from '../../../examples/src/gaussian-process/gaussian-process.ts';
import { loss, makeNetwork, twoMoons } from '../../../examples/src/mlp/mlp.ts';
import { misfit, observe, type Rates, trueRates } from '../../../examples/src/ode/predator-prey.ts';
import * as programs from '../../../examples/src/programs/programs.ts';
import { Random } from '../../../examples/src/random.ts';
import { type Light, render } from '../../../examples/src/ray-tracer/ray-tracer.ts';
import { difference } from '../../../examples/src/ray-tracer/recover.ts';
import { Vec3 } from '../../../examples/src/ray-tracer/vector.ts';
import { negLogPosterior, type Params, priors, simulate } from '../../../examples/src/regression/regression.ts';
import { type Controls, throwStone } from '../../../examples/src/trebuchet/trebuchet.ts';
import type { Comparison } from '../comparison.ts';
import { branchingByHand, regressionByHand, straightByHand } from './by-hand.ts';

const random = new Random(2718);
const about = (x: number, share = 0.1): number => x * (1 + share * (2 * random.uniform() - 1));

/** The gradient of `f` with respect to its first argument, of which there are so many in rotation. */
function gradientOf<X, B extends unknown[]>(
  what: string,
  f: (x: X, ...rest: B) => number,
  draw: () => X,
  rest: B,
  { count = 16, ...more }: { count?: number; byHand?: (x: X) => unknown; aim?: number } = {},
): Comparison {
  const xs = Array.from({ length: count }, draw);
  const { byHand, aim } = more;
  return {
    what,
    plain: (i) => f(xs[i % count], ...rest),
    derivative: (tier: Tier) => {
      const gradient = grad(f as (...args: unknown[]) => number, { tier });
      return (i) => gradient(xs[i % count], ...rest);
    },
    ...(byHand === undefined ? {} : { byHand: (i: number) => byHand(xs[i % count]) }),
    ...(aim === undefined ? {} : { aim }),
  };
}

export function compiled(): Comparison[] {
  const floats = (): Float64Array => Float64Array.from({ length: 1000 }, () => 2 * random.uniform() - 1);
  const many = { count: 64, aim: 4 };
  const data = simulate();
  const network = () => makeNetwork([2, 8, 8, 1], random);
  const wave = observeWave(20, random);
  const settings = (): Settings => ({ logAmplitude: about(-0.2), logLength: about(0.3), logNoise: about(-1.5) });
  const light = (): Light => ({ position: new Vec3(about(-2.5), about(4), about(0.5)), power: 18 });
  const [width, depth] = [12, 8];
  const picture = render({ position: new Vec3(-2, 4, 1), power: 18 }, width, depth, 1);
  const rates = (): Rates => ({
    birth: about(trueRates.birth),
    hunting: about(trueRates.hunting),
    death: about(trueRates.death),
    growth: about(trueRates.growth),
  });
  const handles = (): Handles => [
    { x: about(1), y: about(-1.5) },
    { x: about(3), y: about(-0.5) },
  ];
  const keyRates = (): number[] => exampleCurve.rates.map((rate) => about(rate));
  const priceAt = (rates: number[]): number => price({ ...exampleCurve, rates }, exampleBond);
  // It writes to its argument: called again and again on the same one, it ends at infinity.
  const everythingAtOnce = (x: number[]): number => programs.everythingAtOnce(x.slice());
  const five = (): number[] => [about(0.5), about(3), about(1.2), about(2.5), about(0.1)];

  return [
    gradientOf('function A, n = 1000', straight, floats, [], { ...many, byHand: straightByHand }),
    gradientOf('function B, n = 1000', branching, floats, [], { ...many, byHand: branchingByHand }),
    gradientOf('function A by array methods', straightByMethods, () => Array.from(floats()), [], { count: 64 }),
    gradientOf('power by a loop, 20', programs.powByLoop, () => about(1.1), [20]),
    gradientOf('power by recursion, 20', programs.powByRecursion, () => about(1.1), [20]),
    gradientOf('power by squaring, 20', programs.powBySquaring, () => about(1.1), [20]),
    gradientOf('power by mutation, 20', programs.powByMutation, () => about(1.1), [20]),
    gradientOf('sine by its Taylor series', programs.taylorSine, () => about(1), []),
    gradientOf('everything at once', everythingAtOnce, five, []),
    gradientOf(
      'regression, 20 points',
      negLogPosterior,
      (): Params => ({ alpha: about(0.5), beta: about(-0.5), sigma: about(2) }),
      [priors, data],
      { byHand: (params) => regressionByHand(params, data) },
    ),
    gradientOf('perceptron, 105 weights, 50 points', loss, network, [twoMoons(50, random)]),
    gradientOf('bond, by key rates', priceAt, keyRates, []),
    gradientOf("bond's yield, by key rates", (r: number[]) => yieldToMaturity(priceAt(r), exampleBond), keyRates, []),
    gradientOf(
      'trebuchet',
      (controls: Controls, wind: number) => throwStone(controls, wind),
      (): Controls => ({ releaseAngle: about(0.7), weight: about(500) }),
      [-3],
    ),
    gradientOf('ray tracer, 12×8', difference, light, [picture, width, depth], { count: 4 }),
    gradientOf('Gaussian process, 20 points (ml-matrix)', negLogMarginal, settings, [wave.x, wave.y]),
    gradientOf('hanging rope (bezier-js)', height, handles, []),
    gradientOf('predator and prey (ode45-cash-karp)', misfit, rates, [observe(new Random(11))], { count: 4 }),
  ];
}
