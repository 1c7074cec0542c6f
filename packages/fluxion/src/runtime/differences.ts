/**
 * Derivatives by central differences, the oracle that knows nothing of how a program is made.
 * Invariant: every evaluation gets a fresh copy of the arguments, and runs the user's function itself.
 */
import { type Outline, outlineOf } from '../dynamic/outline.ts';
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

/** The numbers of a result that count, in a fixed order. */
export type Read = (result: unknown) => readonly number[];

/** A direction: for each argument, how far each of its numbers moves. */
export type Direction = readonly (readonly number[])[];

/** The direction in which one number moves, and no other. */
export function unitDirection(args: readonly unknown[], place: Place): Direction {
  return args.map((arg, i) =>
    i === place.argument ? outlineOf(arg).leaves.map((_, leaf) => (leaf === place.leaf ? 1 : 0)) : [],
  );
}

/**
 * The slope of each number of `f`'s result along a direction, by central differences: over the grid of steps, the one that
 * lies nearest to what is expected.
 */
export function* slopesAlong(
  f: Function,
  args: readonly unknown[],
  direction: Direction,
  expected: readonly number[],
  read: Read,
): Generator<unknown, number[], unknown> {
  const given = args.map((arg) => outlineOf(arg) as { outline: Outline; leaves: number[] });
  let size = 1;
  let longest = 0;
  given.forEach(({ leaves }, i) =>
    leaves.forEach((x, leaf) => {
      const d = direction[i][leaf] ?? 0;
      if (d !== 0) size = Math.max(size, Math.abs(x));
      longest = Math.max(longest, Math.abs(d));
    }),
  );
  if (longest === 0) return expected.map(() => 0);

  /** Fresh arguments, moved, with the numbers that they really hold: memory of single precision rounds. */
  const moved = (h: number): { args: unknown[]; leaves: readonly number[][] } => {
    const copies = given.map(({ outline, leaves }, i) =>
      copyWith(outline, (leaf) => leaves[leaf] + h * (direction[i][leaf] ?? 0)),
    );
    return { args: copies, leaves: copies.map((copy) => outlineOf(copy).leaves as number[]) };
  };

  const best: number[] = expected.map(() => Number.NaN);
  for (const relative of steps) {
    const h = (relative * size) / longest;
    const right = moved(h);
    const left = moved(-h);
    let across = 0;
    let norm = 0;
    direction.forEach((numbers, i) =>
      numbers.forEach((d, leaf) => {
        across += d * (right.leaves[i][leaf] - left.leaves[i][leaf]);
        norm += d * d;
      }),
    );
    const width = across / norm;
    const above = read(yield f(...right.args));
    const below = read(yield f(...left.args));
    expected.forEach((wanted, k) => {
      const slope = (above[k] - below[k]) / width;
      if (Number.isNaN(best[k]) || Math.abs(slope - wanted) < Math.abs(best[k] - wanted)) best[k] = slope;
    });
  }
  return best;
}

/** The difference between a derivative and its estimate, relative to the larger of them (and to 1 near zero). */
export function relativeError(a: number, b: number): number {
  if (Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  const error = Math.abs(a - b) / Math.max(1, Math.abs(a), Math.abs(b));
  return Number.isNaN(error) ? Infinity : error;
}
