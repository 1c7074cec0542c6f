/**
 * Which operations have a reverse: those through which an adjoint flows, or whose shadows it must change.
 * Invariant: what is not alive writes nothing in the reverse sweep and asks for nothing to be kept.
 */
import type { Func, Op, Region, Value } from '../ir/ops.ts';
import { regionsOf } from '../ir/ops.ts';
import type { Space } from '../ir/types.ts';
import type { Activity } from './activity.ts';

export interface Liveness {
  op(op: Op): boolean;
  func(name: string): boolean;
  /** The reverse of the function reads or writes shadows, so it counts even where no result has an adjoint. */
  memory(name: string): boolean;
}

/** `clear`: the reverse of an allocation clears its shadows, so that a sweep can be made again. */
export function livenessOf(activity: Activity, clear: boolean): Liveness {
  const alive = new Set<string>();
  const memory = new Set<string>();
  const isActive = (space: Space) => space.cell === 'f64' && activity.space(space);
  const isMade = (space: Space) => activity.beside(space).length > 0;
  const ownMemory = (op: Op, func: Func): boolean => {
    switch (op.op) {
      case 'load':
        return isActive(op.space) && activity.value(func, op.results[0]);
      case 'store':
      case 'copy':
        return isActive(op.space);
      case 'elements':
        return clear && op.tape === undefined && isMade(op.space);
      case 'alloc':
        return clear && op.shape.tape === undefined && op.shape.fields.some(isMade);
      default:
        return false;
    }
  };
  let grown = true;
  while (grown) {
    grown = false;
    for (const func of activity.functions.values()) {
      const { end } = func.body;
      const found = {
        alive: end.kind === 'yield' && end.values.some((v) => activity.value(func, v)),
        memory: false,
      };
      const walk = (region: Region): void => {
        for (const op of region.ops) {
          if (op.op === 'call') {
            found.alive ||= alive.has(op.callee);
            found.memory ||= memory.has(op.callee);
          } else {
            found.memory ||= ownMemory(op, func);
            found.alive ||= op.results.some((v) => activity.value(func, v));
          }
          for (const inner of regionsOf(op)) walk(inner);
        }
      };
      walk(func.body);
      found.alive ||= found.memory;
      if (found.alive && !alive.has(func.name)) grown = alive.add(func.name) !== undefined;
      if (found.memory && !memory.has(func.name)) grown = memory.add(func.name) !== undefined;
    }
  }
  const ops = new Set<Op>();
  for (const func of activity.functions.values()) {
    const active = (v: Value) => activity.value(func, v);
    const walk = (region: Region): boolean => {
      let any = region.end.kind === 'yield' && region.end.values.some(active);
      if (region.end.kind === 'br') any = region.end.values.some(active);
      for (const op of region.ops) {
        let lives = op.op === 'call' ? alive.has(op.callee) : ownMemory(op, func);
        if (op.op === 'math' || op.op === 'select') lives = active(op.results[0]);
        for (const inner of regionsOf(op)) if (walk(inner)) lives = true;
        if (!lives) continue;
        ops.add(op);
        any = true;
      }
      return any;
    };
    walk(func.body);
  }
  return { op: (op) => ops.has(op), func: (name) => alive.has(name), memory: (name) => memory.has(name) };
}
