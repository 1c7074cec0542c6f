/**
 * The order of the passes, before and after differentiation.
 * Invariant: each pass takes a valid module to a valid module that means the same; so any order is right, and this one is quick.
 */
import type { Module } from '../ir/ops.ts';
import { dead } from './dead.ts';
import { hoist } from './hoist.ts';
import { simplify } from './simplify.ts';
import { values } from './values.ts';

export type Pass = (module: Module) => Module;

export const passes: Readonly<Record<string, Pass>> = { simplify, dead, values, hoist };

/** Before differentiation: everything, since what is not there needs no adjoint and no tape. */
export const before: readonly (keyof typeof passes)[] = ['simplify', 'dead', 'hoist', 'values', 'simplify', 'dead'];

/** After it: what the derivative computes twice, or without need. */
export const after: readonly (keyof typeof passes)[] = ['simplify', 'dead', 'hoist', 'values', 'simplify', 'dead'];

export interface OptimizeOptions {
  /** Is given the module after each pass. */
  readonly see?: (pass: string, module: Module) => void;
}

export function optimize(module: Module, when: 'before' | 'after' = 'before', { see }: OptimizeOptions = {}): Module {
  let now = module;
  for (const name of when === 'before' ? before : after) {
    now = passes[name](now);
    see?.(name, now);
  }
  return now;
}
