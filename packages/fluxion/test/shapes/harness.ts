/**
 * How a program shape is judged, as the reference suites do: the value is f's own; arguments and captured state are as
 * after calling f; the derivative agrees with central differences in random directions over a grid of steps, forward
 * with reverse, and the same derivative object is right again at inputs that take other branches; nothing tracked is left.
 */
import { describe, expect, test } from 'vitest';
import { FluxionError, grad, jvp, type Tier, vjp } from '../../src/index.ts';
import { trackedIn } from '../tracked.ts';
import { onCompiledTier } from './tiers.ts';

/** Which capture provider this run of the suite tests (the plugin transforms the test files in one of the two projects). */
export const provider = process.env.FLUXION_PROVIDER === 'plugin' ? 'plugin' : 'inspector';

export interface Shape<A extends unknown[]> {
  /** The program. Called natively for the expected value and for differences. */
  readonly f: (...args: A) => number;
  /** Makes fresh arguments; several lists of them for several inputs. */
  readonly inputs: readonly (() => [...NoInfer<A>])[];
  /** Which arguments are differentiated; default: the first. */
  readonly wrt?: readonly number[];
  /** Puts captured state back to where it was before each evaluation. */
  readonly reset?: () => void;
  /** What captured state is, to be compared after a plain call and after a gradient. */
  readonly state?: () => unknown;
  /** The captured state receives tracked numbers: its objects are put back whole, and are not compared. */
  readonly tracksState?: boolean;
  /** Closed form of the gradient of the first differentiated argument, where there is one. */
  readonly exact?: (...args: A) => unknown;
  /** Relative tolerance against differences; the default suits smooth functions of order one. */
  readonly tolerance?: number;
}

type AnyFunction = (...args: unknown[]) => unknown;

/** Numbers of a structure, in the order of their places. */
export function flatten(value: unknown, seen = new Set<unknown>()): number[] {
  if (typeof value === 'number') return [value];
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  if (value instanceof Float64Array || value instanceof Float32Array) return [...value];
  if (ArrayBuffer.isView(value)) return [];
  if (value instanceof Map) return [...value.values()].flatMap((v) => flatten(v, seen));
  if (value instanceof Set) return [...value].flatMap((v) => flatten(v, seen));
  if (Array.isArray(value)) return value.flatMap((v) => flatten(v, seen));
  return Reflect.ownKeys(value).flatMap((k) => {
    const d = Object.getOwnPropertyDescriptor(value, k);
    return d && 'value' in d ? flatten(d.value, seen) : [];
  });
}

/** Writes `numbers` into the places of a structure, in the same order. */
export function assign(value: unknown, numbers: number[], seen = new Map<unknown, unknown>()): unknown {
  if (typeof value === 'number') return numbers.shift();
  if (typeof value !== 'object' || value === null) return value;
  if (seen.has(value)) return seen.get(value);
  seen.set(value, value);
  if (value instanceof Float64Array || value instanceof Float32Array) {
    for (let i = 0; i < value.length; i++) value[i] = numbers.shift() as number;
    return value;
  }
  if (ArrayBuffer.isView(value)) return value;
  if (value instanceof Map) {
    for (const [k, v] of [...value]) value.set(k, assign(v, numbers, seen));
    return value;
  }
  if (value instanceof Set) {
    const members = [...value].map((v) => assign(v, numbers, seen));
    value.clear();
    for (const m of members) value.add(m);
    return value;
  }
  for (const k of Array.isArray(value) ? Object.keys(value) : Reflect.ownKeys(value)) {
    const d = Object.getOwnPropertyDescriptor(value, k);
    if (d && 'value' in d && d.writable) (value as Record<PropertyKey, unknown>)[k] = assign(d.value, numbers, seen);
  }
  return value;
}

const steps = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6];

/** The directional derivative of f by central differences that lies nearest to `expected`. */
function nearestSlope<A extends unknown[]>(
  shape: Shape<A>,
  make: () => A,
  wrt: readonly number[],
  direction: number[],
  expected: number,
): number {
  let best = Number.NaN;
  for (const h of steps) {
    const at = (sign: number): number => {
      shape.reset?.();
      const args = [...make()] as unknown[];
      const rest = [...direction];
      for (const i of wrt) {
        const numbers = flatten(args[i]);
        args[i] = assign(
          args[i],
          numbers.map((x) => x + sign * h * (rest.shift() as number)),
        );
      }
      return (shape.f as unknown as AnyFunction)(...args) as number;
    };
    const slope = (at(1) - at(-1)) / (2 * h);
    if (Number.isNaN(best) || Math.abs(slope - expected) < Math.abs(best - expected)) best = slope;
  }
  return best;
}

/** A generator of numbers in [-1, 1), the same in every run. */
export function random(seed: number): () => number {
  let s = seed >>> 0;
  return () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let t = Math.imul(s ^ (s >>> 15), s | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((s, x, i) => s + x * b[i], 0);
}

function close(actual: number, expected: number, tolerance: number, what: string): void {
  if (Object.is(actual, expected)) return;
  const error = Math.abs(actual - expected) / Math.max(1, Math.abs(actual), Math.abs(expected));
  expect(error, `${what}: ${actual} against ${expected}`).toBeLessThanOrEqual(tolerance);
}

/** Judges one program; throws at the first thing that is not as it should be. */
export function judge<A extends unknown[]>(shape: Shape<A>, tier: Tier): void {
  const wrt = shape.wrt ?? [0];
  const f = shape.f as unknown as AnyFunction;
  const derivative = grad(f as never, { wrt, tier }) as unknown as AnyFunction;
  const tolerance = shape.tolerance ?? 1e-6;
  const next = random(20_260_101);
  for (const make of shape.inputs) {
    shape.reset?.();
    const value = f(...make()) as number;
    const stateAfter = structuredState(shape);

    shape.reset?.();
    const args = make();
    const before = make();
    const gradients = derivative(...args) as unknown[];
    expect(args, 'the arguments are as they were').toEqual(before);
    expect(trackedIn([args, gradients]), 'tracked numbers left').toEqual([]);
    if (shape.state) {
      expect(trackedIn(shape.state()), 'tracked numbers left in captured state').toEqual([]);
      if (stateAfter !== undefined && shape.tracksState !== true) expect(structuredState(shape)).toEqual(stateAfter);
    }
    const flat = wrt.flatMap((_, k) => flatten(gradients[k]));
    const count = wrt.reduce((n, i) => n + flatten(args[i]).length, 0);
    expect(flat.length, 'the gradient has the shape of the argument').toBe(count);
    if (shape.exact) {
      const exact = flatten(shape.exact(...make()));
      flatten(gradients[0]).forEach((g, i) => close(g, exact[i], 1e-9, `closed form ${i}`));
    }

    shape.reset?.();
    const { value: again, pullback } = vjp.with({ tier })(f as never, ...(make() as never)) as never as {
      value: number;
      pullback(c: number): unknown[];
    };
    expect(again, 'the value').toBe(value);
    const pulled = wrt.flatMap((i) => flatten(pullback(1)[i]));
    pulled.forEach((g, i) => close(g, flat[i], 1e-12, `pullback ${i}`));

    for (let trial = 0; trial < 2; trial++) {
      const direction = flat.map(() => next());
      const slope = dot(flat, direction);
      close(slope, nearestSlope(shape, make, wrt, direction, slope), tolerance, 'central differences');
      shape.reset?.();
      const forwardArgs = [...make()] as unknown[];
      const rest = [...direction];
      const tangents = forwardArgs.map((_, i) =>
        wrt.includes(i)
          ? assign(
              make()[i],
              flatten(forwardArgs[i]).map(() => rest.shift() as number),
            )
          : undefined,
      );
      const { value: forwardValue, tangent } = jvp(f as never, forwardArgs as never, tangents as never, { tier }) as {
        value: number;
        tangent: number;
      };
      expect(forwardValue, 'the value, in forward mode').toBe(value);
      close(tangent, slope, 1e-10, 'forward against reverse');
    }
  }
}

function structuredState<A extends unknown[]>(shape: Shape<A>): unknown {
  return shape.state === undefined ? undefined : structuredClone(shape.state());
}

/** One test of a shape of the catalogue, under the provider of this run, on each tier. */
export function shape<A extends unknown[]>(number: number, title: string, program: Shape<A>): void {
  describe(`shape ${number}`, () => onBoth(number, title, (tier) => judge(program, tier)));
}

/** The same for a check of another kind: within the `describe` of its shape. */
export function onBoth(number: number, title: string, check: (tier: Tier) => void | Promise<void>): void {
  test(`${title} (${provider})`, () => check('dynamic'));
  test(`${title} (${provider}, compiled)`, () => onCompiledTier(`${number} ${title}`, () => check('compiled')));
}

/** What it throws. That a tier is declined is no answer. */
export function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (e) {
    if (e instanceof FluxionError && e.code === 'NotCompiled') throw e;
    return e;
  }
  return undefined;
}
