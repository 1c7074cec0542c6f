/**
 * For tests of the dynamic tier's parts below the rewriter: a run with one forward level, tracked numbers to put into things, and
 * built-ins called as twin code calls them.
 */
import '../../src/dynamic/builtins/typedarray.ts';
import '../../src/dynamic/builtins/arraybuffer.ts';
import '../../src/dynamic/builtins/dataview.ts';
import '../../src/dynamic/builtins/array.ts';
import { lookup } from '../../src/dynamic/builtins/registry.ts';
import { hooks } from '../../src/dynamic/hooks.ts';
import { Dual, isBox, numberOf } from '../../src/dynamic/numbers/box.ts';
import { forwardLevel } from '../../src/dynamic/numbers/level.ts';
import { get } from '../../src/dynamic/properties.ts';
import { beginRun, endRun, type Run } from '../../src/dynamic/run.ts';

hooks.twinOf = (f) => lookup(f) ?? f;
hooks.callTwin = (f, thisArg, args) => Reflect.apply(lookup(f) ?? f, thisArg, args as unknown[]);
hooks.constructTwin = (C, args, newTarget) => Reflect.construct(lookup(C) ?? C, args as unknown[], newTarget ?? C);

export interface Inside {
  readonly run: Run;
  /** A tracked number with this primal and tangent. */
  box(primal: number, tangent?: number): Dual;
}

/** Runs `body` inside a gradient. */
export function inside<T>(body: (i: Inside) => T): T {
  const run = beginRun();
  const level = forwardLevel(run, undefined);
  try {
    return body({ run, box: (primal, tangent = 1) => new Dual(level, primal, tangent) });
  } finally {
    endRun(run);
    level.ended = true;
  }
}

/** Calls method `name` of `o` as twin code does. */
export function call(o: object, name: PropertyKey, ...args: unknown[]): any {
  return hooks.callTwin(get(o, name) as Function, o, args);
}

/** `new C(...args)` as twin code does. */
export function make(C: Function, ...args: unknown[]): any {
  return hooks.constructTwin(C, args);
}

/** [primal, tangent] of a number: a plain one has tangent 0. */
export function pair(v: unknown): unknown {
  return isBox(v) ? [numberOf(v), (v as Dual).tangent] : typeof v === 'number' ? [v, 0] : v;
}

export function pairs(o: ArrayLike<unknown>): unknown[] {
  return Array.from({ length: o.length }, (_, i) => pair(get(o, i)));
}
