/**
 * Derivatives by central differences, the oracle that knows nothing of how a program is made.
 * Invariant: every evaluation gets a fresh copy of the arguments, and runs the user's function itself.
 */
import { outlineOf } from '../dynamic/outline.ts';
import { copyWith } from '../dynamic/standin.ts';

/** Relative step sizes tried; the best agreement counts, since no single step suits rounding and curvature alike. */
const steps = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7];

/** One number among the arguments. */
export interface Place {
  readonly argument: number;
  readonly leaf: number;
  readonly path: string;
}

/** Every number of the arguments, with its path: `[0].weights[3]`. */
export function places(args: readonly unknown[], which: readonly number[]): Place[] {
  return which.flatMap((argument) => {
    const { leaves } = outlineOf(args[argument]);
    const paths = pathsOf(args[argument], `[${argument}]`);
    return leaves.map((_, leaf) => ({ argument, leaf, path: paths[leaf] ?? `[${argument}]` }));
  });
}

/** The paths of the numbers of `value` in the order of its leaves. */
function pathsOf(value: unknown, root: string): string[] {
  const { outline } = outlineOf(value);
  const paths: string[] = [];
  const seen = new Set<unknown>();
  const visit = (o: typeof outline | undefined, path: string): void => {
    if (o === undefined || o.kind === 'nothing' || o.kind === 'bytes' || (o.kind !== 'leaf' && seen.has(o))) return;
    seen.add(o);
    switch (o.kind) {
      case 'leaf':
        paths[o.index] = path;
        return;
      case 'list':
        o.parts.forEach((part, i) => visit(part, `${path}[${i}]`));
        return;
      case 'record':
        o.keys.forEach((key, i) =>
          visit(
            o.parts[i],
            typeof key === 'string' && /^[\w$]+$/.test(key) ? `${path}.${key}` : `${path}[${String(key)}]`,
          ),
        );
        return;
      case 'map':
        o.keys.forEach((key, i) => visit(o.parts[i], `${path}.get(${String(key)})`));
        return;
      case 'set':
        o.parts.forEach((part, i) => visit(part, `${path}{${i}}`));
        return;
      case 'floats':
        for (let i = 0; i < o.source.length; i++) {
          const leaf = o.buffer.leaves[o.source.byteOffset / o.buffer.width + i];
          paths[leaf] ??= `${path}[${i}]`;
        }
    }
  };
  visit(outline, root);
  return paths;
}

/** f at the arguments with `change(leaf, value)` applied to the numbers of one of them. */
export function evaluateAt(
  f: Function,
  args: readonly unknown[],
  argument: number,
  change: (leaf: number, value: number) => number,
): unknown {
  const fresh = args.map((arg, i) => {
    const { outline, leaves } = outlineOf(arg);
    return copyWith(outline, (leaf) => (i === argument ? change(leaf, leaves[leaf] as number) : leaves[leaf]));
  });
  return f(...fresh);
}

/** The central difference of `f` at one place that lies nearest to `expected`, over the grid of steps. */
export function nearestDifference(f: Function, args: readonly unknown[], place: Place, expected: number): number {
  let best = Number.NaN;
  for (const relative of steps) {
    const at = (sign: number): number =>
      evaluateAt(f, args, place.argument, (leaf, v) =>
        leaf === place.leaf ? v + sign * relative * Math.max(1, Math.abs(v)) : v,
      ) as number;
    const width = widthOf(args, place, relative);
    const slope = (at(1) - at(-1)) / width;
    if (Number.isNaN(best) || Math.abs(slope - expected) < Math.abs(best - expected)) best = slope;
  }
  return best;
}

/** The distance between the two points as floating point has it. */
function widthOf(args: readonly unknown[], place: Place, relative: number): number {
  const x = outlineOf(args[place.argument]).leaves[place.leaf] as number;
  const h = relative * Math.max(1, Math.abs(x));
  const rounded = isSingle(args[place.argument]) ? Math.fround : (v: number): number => v;
  return rounded(x + h) - rounded(x - h);
}

function isSingle(argument: unknown): boolean {
  return argument instanceof Float32Array;
}

/** The difference between a derivative and its estimate, relative to the larger of them (and to 1 near zero). */
export function relativeError(a: number, b: number): number {
  if (Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  const error = Math.abs(a - b) / Math.max(1, Math.abs(a), Math.abs(b));
  return Number.isNaN(error) ? Infinity : error;
}
