/**
 * What a GradBench module is to its tool and to the bench: named functions, each of which reads what the eval sent, does what
 * is timed, and gives the result as the protocol has it. Reading and writing are never timed.
 */
import type { Tier } from 'fluxion';

export interface Options {
  /** Who computes the derivatives; default `'auto'`. */
  readonly tier?: Tier | undefined;
}

export interface Timed {
  read(input: unknown): unknown;
  run(args: unknown): unknown;
  write(result: unknown): unknown;
}

/** The functions of a module, by their names in the protocol, their derivatives computed as the options say. */
export type Problem = (options?: Options) => Readonly<Record<string, Timed>>;

/** One function of a module. A result is sent as it is, unless `write` makes something else of it. */
export function timed<I, A, R>(
  read: (input: I) => A,
  run: (args: A) => R,
  write: (result: R) => unknown = (result) => result,
): Timed {
  return { read, run, write } as Timed;
}

/** The rows of a matrix one after the other. */
export const flatten = (rows: readonly (readonly number[])[]): Float64Array => Float64Array.from(rows.flat());

/** A matrix from its rows one after the other. */
export const rowsOf = (flat: Float64Array, columns: number): number[][] =>
  Array.from({ length: flat.length / columns }, (_, i) => Array.from(flat.subarray(i * columns, (i + 1) * columns)));
