/**
 * What calling each function of a module may do besides giving results.
 * Invariant: what is not named here does not happen, whatever the arguments; recursion is followed to the end.
 */
import { type Loop, type Module, type Op, regionsOf } from '../ir/ops.ts';
import type { Space } from '../ir/types.ts';
import { eachOp } from './rewrite.ts';

export interface Effects {
  /** Spaces that it, or what it calls, may store to. */
  readonly writes: ReadonlySet<Space>;
  /** It may leave the tier, call the host, or go on for ever: a call of it has to stay. */
  readonly stays: boolean;
  readonly recursive: boolean;
}

export type EffectsOf = (callee: string) => Effects;

/** Found out when it is first asked for: most functions call none, once what is small is inlined. */
export function effectsOf(module: Module): EffectsOf {
  let known: ReadonlyMap<string, Effects> | undefined;
  return (callee) => {
    known ??= effectsIn(module);
    return known.get(callee)!;
  };
}

function effectsIn(module: Module): ReadonlyMap<string, Effects> {
  const own = new Map<string, { writes: Set<Space>; stays: boolean; recursive: boolean; calls: Set<string> }>();
  for (const func of module.functions.values()) {
    const found = { writes: new Set<Space>(), stays: false, recursive: false, calls: new Set<string>() };
    eachOp(func.body, (op) => {
      if (op.op === 'store' || op.op === 'copy') found.writes.add(op.space);
      else if (op.op === 'call') found.calls.add(op.callee);
      else if (op.op === 'guard' || op.op === 'host') found.stays = true;
      else if (op.op === 'loop' && op.trips === undefined) found.stays = true;
    });
    own.set(func.name, found);
  }
  const names = componentsOf(own);
  for (const component of names) {
    const cyclic = component.length > 1 || own.get(component[0])!.calls.has(component[0]);
    const writes = new Set<Space>();
    let stays = cyclic;
    for (const name of component) {
      const mine = own.get(name)!;
      for (const space of mine.writes) writes.add(space);
      stays ||= mine.stays;
      for (const callee of mine.calls) {
        const theirs = own.get(callee);
        if (theirs === undefined) stays = true;
        else {
          for (const space of theirs.writes) writes.add(space);
          stays ||= theirs.stays;
        }
      }
    }
    for (const name of component) Object.assign(own.get(name)!, { writes, stays, recursive: cyclic });
  }
  return own;
}

/** Sets of functions that call each other in a circle, callees before callers. */
function componentsOf(graph: ReadonlyMap<string, { readonly calls: ReadonlySet<string> }>): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const components: string[][] = [];
  const visit = (name: string): void => {
    const n = order.size;
    order.set(name, n);
    low.set(name, n);
    open.push(name);
    isOpen.add(name);
    for (const callee of graph.get(name)!.calls) {
      if (!graph.has(callee)) continue;
      if (!order.has(callee)) visit(callee);
      if (isOpen.has(callee)) low.set(name, Math.min(low.get(name)!, low.get(callee)!));
    }
    if (low.get(name) !== n) return;
    const component: string[] = [];
    for (;;) {
      const member = open.pop()!;
      isOpen.delete(member);
      component.push(member);
      if (member === name) break;
    }
    components.push(component);
  };
  for (const name of graph.keys()) if (!order.has(name)) visit(name);
  return components;
}

/** Gives every space that the operation itself may write; regions are not looked into. */
export function eachWritten(op: Op, effects: EffectsOf, see: (space: Space) => void): void {
  if (op.op === 'store' || op.op === 'copy') see(op.space);
  else if (op.op === 'call') for (const space of effects(op.callee).writes) see(space);
}

/** The spaces that a loop may write, inner ones and calls included; of each loop they are found out once. */
export function writtenIn(effects: EffectsOf): (loop: Loop) => ReadonlySet<Space> {
  const known = new Map<Loop, ReadonlySet<Space>>();
  return (loop) => {
    let written = known.get(loop);
    if (written === undefined) {
      const found = new Set<Space>();
      const see = (op: Op): void => eachWritten(op, effects, add);
      const add = (space: Space): void => {
        found.add(space);
      };
      for (const inner of regionsOf(loop)) eachOp(inner, see);
      known.set(loop, (written = found));
    }
    return written;
  };
}

/** Gives the same for the same operands at any place, can't fail, changes nothing. */
export function isPure(op: Op): boolean {
  switch (op.op) {
    case 'const':
    case 'math':
    case 'compare':
    case 'int':
    case 'convert':
    case 'select':
    case 'offset':
      return true;
    default:
      return false;
  }
}
