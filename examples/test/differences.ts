/**
 * The tests' own derivative: central differences in every number of an argument, the best agreement of several step
 * sizes. Knows nothing of the library.
 */
import { expect } from 'vitest';

type Path = (string | number)[];

/** Paths to all numbers in nested arrays, typed arrays and objects. */
function paths(value: unknown, here: Path = []): Path[] {
  if (typeof value === 'number') return [here];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, part]) => paths(part, [...here, key]));
}

function read(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((part, key) => (part as Record<string | number, unknown>)[key], value);
}

/** A deep copy in which one number is another; prototypes are kept. */
function replaced<T>(value: T, path: Path, number: number): T {
  if (path.length === 0) return number as T;
  const [key, ...rest] = path;
  const source = value as Record<string | number, unknown>;
  const copy = (
    ArrayBuffer.isView(value)
      ? (value as unknown as Float64Array).slice()
      : Array.isArray(value)
        ? [...value]
        : Object.assign(Object.create(Object.getPrototypeOf(value)), value)
  ) as Record<string | number, unknown>;
  copy[key] = replaced(source[key], rest, number);
  return copy as T;
}

/**
 * Expects `gradient` to be the gradient of `f` at `x`: each of its numbers within `tolerance`, relative to the largest
 * of the whole gradient. `limit` tests only that many of the numbers, evenly chosen.
 */
export function expectGradient<T>(
  f: (x: T) => number,
  x: T,
  gradient: unknown,
  { tolerance = 1e-7, limit = Infinity } = {},
): void {
  const all = paths(x);
  const largest = Math.max(1e-300, ...all.map((path) => Math.abs(read(gradient, path) as number)));
  const stride = Math.max(1, Math.ceil(all.length / limit));
  for (let i = 0; i < all.length; i += stride) {
    const path = all[i];
    const derivative = read(gradient, path) as number;
    const at = read(x, path) as number;
    let best = Infinity;
    let closest = NaN;
    for (const step of [1e-4, 1e-5, 1e-6]) {
      const h = step * Math.max(1, Math.abs(at));
      const difference = (f(replaced(x, path, at + h)) - f(replaced(x, path, at - h))) / (2 * h);
      const error = Math.abs(difference - derivative) / largest;
      if (error < best) {
        best = error;
        closest = difference;
      }
    }
    expect(best, `at ${path.join('.')}: derivative ${derivative}, differences ${closest}`).toBeLessThan(tolerance);
  }
}
