/**
 * The derivatives of every number of a result by every number of an argument: by columns in forward mode, several at a time where they are
 * compiled, or by rows in reverse mode.
 * Invariant: what f does to the host and to what it captured happens once for each column, or once for all rows, on every tier.
 */
import type { Value } from '../dynamic/numbers/box.ts';
import { fill, floatsFrom, type Outline, outlineOf, structureOf } from '../dynamic/outline.ts';
import { FluxionError } from '../errors/error.ts';
import { agreed, areClose, type Compiled, withoutEffects } from './agreement.ts';
import { kindOf } from './derived.ts';
import { withMemory } from './entering.ts';
import type { Options } from './options.ts';
import { compiledPullback, dynamicPullback, type Pullback } from './pullback.ts';
import { pushforwardOf, pushing } from './pushforward.ts';
import type { Specialisation } from './specialisation.ts';

/** The structure of a result, with a gradient for each of its numbers. */
export interface Rows {
  readonly outline: Outline;
  readonly gradients: readonly unknown[];
}

/** One sweep for each number of the result. */
export function rowsByReverse(
  f: Function,
  args: readonly unknown[],
  index: number,
  options: Options | undefined,
): Rows | Promise<Rows> {
  const finish = ({ outline, count, pull, release }: Pullback): Rows => {
    const gradients = Array.from({ length: count }, (_, leaf) => pull((put) => put(leaf, 1))[0]);
    release();
    return { outline, gradients };
  };
  return agreed(f, args, options, `rows ${index}`, {
    compiled: (careful) => compiledPullback(f, args, [index], options, finish, careful),
    dynamic: () => dynamicPullback(f, args, [index], options, finish),
    agree: (a, b) => areClose(outlineOf(a.gradients).leaves, outlineOf(b.gradients).leaves),
  });
}

/** The tangents of a result along each number of an argument. */
interface Columns {
  readonly outline: Outline;
  /** By number of the argument, then by number of the result. */
  readonly tangents: readonly ArrayLike<Value>[];
}

/** At least one run of f, however many numbers the argument has: without any there is no column to tell the result's structure. */
export function rowsByForward(
  f: Function,
  args: readonly unknown[],
  index: number,
  options: Options | undefined,
): Rows | Promise<Rows> {
  const { outline: input, count: columns } = structureOf(args[index]);
  if (columns === 0) return rowsByReverse(f, args, index, options);
  const assemble = ({ outline, tangents }: Columns): Rows => {
    const count = tangents[0].length;
    const gradients = Array.from({ length: count }, (_, row) => fill(input, (leaf) => tangents[leaf][row]));
    return { outline, gradients };
  };
  const found = columnsOf(f, args, index, options);
  return found instanceof Promise ? found.then(assemble) : assemble(found);
}

/** In the place of each number of the argument, the derivative of the whole result by it. */
export function columnsInPlace(
  f: Function,
  args: readonly unknown[],
  index: number,
  options: Options | undefined,
): readonly unknown[] | Promise<readonly unknown[]> {
  const assemble = ({ outline, tangents }: Columns): unknown[] =>
    tangents.map((column) =>
      fill(outline, (leaf) => column[leaf], column instanceof Float64Array ? floatsFrom(column, 0) : undefined),
    );
  if (structureOf(args[index]).count === 0) return [];
  const columns = columnsOf(f, args, index, options);
  return columns instanceof Promise ? columns.then(assemble) : assemble(columns);
}

function columnsOf(
  f: Function,
  args: readonly unknown[],
  index: number,
  options: Options | undefined,
): Columns | Promise<Columns> {
  const { of, kind } = kindOf(f, `columns ${index}`);
  const found = agreed<Columns | undefined>(of, args, options, kind, {
    patience: 2,
    compiled: (careful) => {
      const compiled = compiledColumns(f, args, index, options);
      if (careful) withoutEffects(compiled.specialisation);
      return compiled;
    },
    dynamic: () => eachColumn(f, args, index, { ...options, tier: 'dynamic' }),
    agree: (a, b) => a !== undefined && b !== undefined && areClose(numbersOf(a), numbersOf(b)),
  });
  return found === undefined ? eachColumn(f, args, index, options) : (found as Columns | Promise<Columns>);
}

/** All tangents, one column after the other. */
function numbersOf({ tangents }: Columns): unknown[] {
  return tangents.flatMap((column) => Array.from(column));
}

function eachColumn(
  f: Function,
  args: readonly unknown[],
  index: number,
  options: Options | undefined,
): Columns | Promise<Columns> {
  const { outline: input, leaves } = outlineOf(args[index]);
  const columns = leaves.map((_, leaf) => {
    const direction = fill(input, (l) => (l === leaf ? 1 : 0));
    const tangents = args.map((_, i) => (i === index ? direction : undefined));
    return pushforwardOf(f, args, tangents, options);
  });
  const assemble = (all: readonly Awaited<(typeof columns)[0]>[]): Columns => ({
    outline: all[0].outline,
    tangents: all.map(({ tangents }) => tangents),
  });
  return columns.some((c) => c instanceof Promise)
    ? Promise.all(columns).then(assemble)
    : assemble(columns as Exclude<(typeof columns)[0], Promise<unknown>>[]);
}

/** Several columns a run; undefined where somebody could tell how often f runs: they are to be had one by one. */
function compiledColumns(
  f: Function,
  args: readonly unknown[],
  index: number,
  options: Options | undefined,
): Compiled<Columns | undefined> {
  const { outline: input, count: columns } = structureOf(args[index]);
  /** Fewer lanes need less memory. */
  const within = (most: number): Compiled<Columns | undefined> => {
    let lanes = 1;
    const choose = (s: Specialisation): number => (lanes = s.hasEffects ? 1 : lanesFor(columns, s.size, most));
    try {
      return withMemory(options, () =>
        pushing(f, args, [index], choose, (pass) => {
          const { specialisation } = pass;
          if (specialisation.hasEffects) return { answer: undefined, specialisation };
          const again = pass.keep();
          const seed = pass.seeding(index, input, columns);
          const tangents: Float64Array[] = [];
          let outline: Outline | undefined;
          for (let from = 0; from < columns; from += lanes) {
            if (from > 0) again();
            const some = Math.min(lanes, columns - from);
            for (let lane = 0; lane < some; lane++) seed(from + lane, lane, 1);
            const passed = pass.run();
            outline ??= passed.outline;
            const found = new Float64Array(some * passed.count);
            passed.read(found, some);
            for (let lane = 0; lane < some; lane++)
              tangents.push(found.subarray(lane * passed.count, (lane + 1) * passed.count));
          }
          return { answer: { outline: outline!, tangents }, specialisation };
        }),
      );
    } catch (e) {
      if (lanes === 1 || !(e instanceof FluxionError && e.code === 'MemoryLimit')) throw e;
      return within(lanes >> 1);
    }
  };
  return within(16);
}

/** More than this, operations times lanes, takes long to compile. */
const mostOperations = 2 ** 15;

/** As many runs as are needed with the most lanes there may be, and no more lanes than so many runs need. */
function lanesFor(columns: number, operations: number, most: number): number {
  const lanes = Math.max(1, Math.min(most, Math.floor(mostOperations / operations)));
  return Math.ceil(columns / Math.ceil(columns / lanes));
}
