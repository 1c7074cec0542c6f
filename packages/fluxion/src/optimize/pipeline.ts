/**
 * The order of the passes, before and after differentiation.
 * Invariant: each pass takes a valid module to a valid module that means the same; so any order is right, and this one is quick.
 */
import type { Module } from '../ir/ops.ts';
import { bounds } from './bounds.ts';
import { dead } from './dead.ts';
import { hoist } from './hoist.ts';
import { inline, reachable } from './inline.ts';
import { scalars } from './scalars.ts';
import { simplify } from './simplify.ts';
import { structure } from './structure.ts';
import { values } from './values.ts';

export type Pass = (module: Module) => Module;

export const passes: Readonly<Record<PassName, Pass>> = {
  simplify,
  dead,
  inline,
  scalars,
  structure,
  hoist,
  bounds,
  values,
};

export type PassName = 'simplify' | 'dead' | 'inline' | 'scalars' | 'structure' | 'hoist' | 'bounds' | 'values';

/** Before differentiation: everything, since what is not there needs no adjoint and no tape. */
export const before: readonly PassName[] = [
  ...['simplify', 'inline', 'simplify', 'values'],
  // Objects that are held by others are taken apart once those are.
  ...['scalars', 'simplify', 'scalars', 'simplify', 'scalars', 'simplify', 'dead'],
  // Checks that have moved out of a loop may move on.
  ...['structure', 'hoist', 'bounds', 'hoist', 'values', 'simplify', 'dead'],
] as PassName[];

/** After it: what the derivative computes twice, or without need; and what need not go through the tape with both sweeps in one function. */
export const after: readonly PassName[] = [
  ...['inline', 'simplify', 'values'],
  ...['scalars', 'simplify', 'scalars', 'simplify'],
  ...['hoist', 'dead'],
] as PassName[];

/** What is not made better by what these passes do need not run again after them. */
const nothingNew: Readonly<Partial<Record<PassName, readonly PassName[]>>> = {
  inline: ['simplify', 'dead', 'inline', 'scalars', 'structure', 'hoist', 'values'],
  values: ['dead', 'values'],
  hoist: ['dead', 'hoist'],
};

export interface OptimizeOptions {
  /** The functions that are called from outside; others are left out once nothing calls them. */
  readonly entries?: readonly string[];
  /** Is given the module after each pass. */
  readonly see?: (pass: string, module: Module) => void;
}

export function optimize(module: Module, when: 'before' | 'after' = 'before', options: OptimizeOptions = {}): Module {
  const { entries, see } = options;
  let now = entries === undefined ? module : reachable(module, entries);
  /** The passes that would find nothing to do. */
  const done = new Set<PassName>();
  for (const name of when === 'before' ? before : after) {
    if (done.has(name)) continue;
    const was = now;
    now = passes[name](now);
    if (now !== was) {
      for (const other of done) if (nothingNew[other]?.includes(name) !== true) done.delete(other);
    }
    done.add(name);
    if (name === 'inline' && entries !== undefined) now = reachable(now, entries);
    see?.(name, now);
  }
  return now;
}
