/**
 * Calls that compiled code hands to the host: what has no source, and what changes variables that are not its own.
 * Invariant: only primitives cross, each call happens once and in the program's order, and a function whose result is wanted gets no
 * argument that a derivative is taken by.
 */

import type { Host } from '../../ir/ops.ts';
import type { Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { builtinObjects } from '../builtins/table.ts';
import type { Lowering } from '../lowering.ts';
import { parentOf } from '../program/parents.ts';
import type { Texts } from '../texts.ts';
import { irTypes } from '../types/cells.ts';
import { hostEffect } from '../types/effects.ts';
import type { JsType } from '../types/types.ts';
import { describeType } from '../types/types.ts';
import { split } from '../unions.ts';
import { type Abstract, flatten, typeKey, typeOf, undefinedValue, usable } from '../values.ts';
import { log, watch } from './surroundings.ts';

/** What the host gave back is no number: the compiled tier can't go on. */
export class HostResult extends Error {}

/** A call of the host as JavaScript makes it. */
export interface Hosted {
  readonly fn: Function;
  readonly self: unknown;
  args(cells: readonly number[]): unknown[];
  /** Whether compiled code takes a number from it. */
  readonly wanted: boolean;
}

const hosted = new WeakMap<Host['callee'], Hosted>();

/** What a host of a module stands for. */
export function hostedBy(callee: Host['callee']): Hosted {
  return hosted.get(callee) ?? { fn: callee, self: undefined, args: (cells) => [...cells], wanted: true };
}

export function callHosted({ fn, self, wanted }: Hosted, args: readonly unknown[]): unknown {
  const value: unknown = Reflect.apply(fn, self, args);
  return wanted ? numberFrom(fn, value) : undefined;
}

/** What compiled code is given. Throws `HostResult` if it can't take it. */
export function numberFrom(fn: Function, value: unknown): number {
  if (typeof value !== 'number') throw new HostResult(`${fn.name || 'a function'} gave back ${typeof value}`);
  return value;
}

const silent = new Set<Function>(
  [log?.log, log?.info, log?.warn, log?.error, log?.debug, log?.time, log?.timeEnd, log?.count].filter(
    (f) => typeof f === 'function',
  ),
);

const clocks = new Set<Function>([Date.now, watch?.now].filter((f) => f !== undefined));

/** Whether a function of the engine's may be called as it is. */
export function isHosted(fn: Function): boolean {
  return silent.has(fn) || clocks.has(fn);
}

export function hostCall(act: Activation, fn: Function, args: readonly Abstract[], node: Node): Abstract {
  const { lowering, b } = act;
  const several = args.findIndex((a) => a.kind === 'union');
  if (several >= 0) {
    return split(act, args[several], node, (one) => hostCall(act, fn, args.with(several, one), node));
  }
  for (const a of args) {
    const { kind } = usable(a);
    const fixed =
      a.kind === 'constant' && (typeof a.value !== 'object' || a.value === null) && typeof a.value !== 'function';
    if (kind !== 'number' && kind !== 'boolean' && kind !== 'maybe' && kind !== 'string' && !fixed) {
      act.decline(`${fn.name || 'a function'} is called by the host and is given a ${describeType(typeOf(a))}`, node);
    }
  }
  const types = args.map(typeOf);
  // A call for its effect alone may give back anything.
  const forEffect = silent.has(fn) || parentOf(act, node)?.type === 'ExpressionStatement';
  const result = forEffect ? [] : (['f64'] as const);
  const self: unknown = clocks.has(fn) ? (fn === Date.now ? Date : watch) : silent.has(fn) ? log : undefined;
  const host = lowering.site(lowering.hostKey(fn, `${forEffect}${types.map(typeKey).join()}`), () => {
    const call: Hosted = {
      fn,
      self,
      args: (cells) => argumentsFrom(types, cells, lowering.texts),
      wanted: result.length > 0,
    };
    const callee = (...cells: number[]): unknown => callHosted(call, call.args(cells));
    hosted.set(callee, call);
    return lowering.host(fn.name || 'anonymous', callee, types.flatMap(irTypes), result, result.length > 0);
  });
  act.changes(hostEffect);
  const results = b.host(host, args.flatMap(flatten), result);
  return results.length === 0 ? undefinedValue : { kind: 'number', value: results[0] };
}

function argumentsFrom(types: readonly JsType[], cells: readonly number[], texts: Texts): unknown[] {
  let at = 0;
  return types.map((type) => {
    switch (type.kind) {
      case 'number':
        return cells[at++];
      case 'boolean':
        return cells[at++] !== 0;
      case 'string':
        return texts.text(cells[at++]);
      case 'maybe':
        at += 2;
        return cells[at - 1] ? cells[at - 2] : undefined;
      default:
        return type.kind === 'constant' ? type.value : undefined;
    }
  });
}

/**
 * Why a function of the user's that writes variables can't be left to the host; undefined if it can. What it reaches must be nothing
 * that compiled code has a copy of: primitives, and functions of which the same holds.
 */
export function whyNotHosted(lowering: Lowering, fn: Function, seen = new Set<Function>()): string | undefined {
  if (seen.has(fn)) return undefined;
  seen.add(fn);
  const unit = lowering.unitFor(fn);
  if (unit === undefined) return undefined;
  const name = fn.name || 'a function';
  if (unit.shape.async || unit.shape.generator) return `${name} is async or a generator`;
  if (unit.analysis.functions.get(unit.shape.node)?.usesThis)
    return `${name} writes variables that it captures, and uses this`;
  for (const [free, { write }] of unit.analysis.free) {
    const binding = unit.captured.binding(free);
    if (binding === undefined) {
      if (write) return `${name} writes the global ${free}`;
      continue;
    }
    const value = binding.kind === 'constant' ? binding.value : binding.get();
    if (write && lowering.liveNames.has(free)) return `${name} writes ${free}, which compiled code reads`;
    if (write) lowering.writtenNames.add(free);
    if (typeof value === 'function') {
      const why = whyNotHosted(lowering, value, seen);
      if (why !== undefined) return why;
    } else if (typeof value === 'object' && value !== null && !builtinObjects.has(value)) {
      return `${name} writes variables that it captures, and reaches the object ${free}`;
    }
  }
  return undefined;
}
