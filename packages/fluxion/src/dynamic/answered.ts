/**
 * Calls that have happened already: an evaluation that was given up has made them, and the run that takes its place is given their
 * outcomes.
 * Invariant: each outcome is given once, in the order of the calls, and only to a call of the same function with the same
 * primitives; a function that has never been called that way costs nothing.
 */
import { primalOf } from './numbers/box.ts';

/** A call with primitives, and what came of it. */
export interface PastCall {
  readonly callee: Function;
  readonly args: readonly unknown[];
  readonly threw: boolean;
  /** What it returned or threw. */
  readonly outcome: unknown;
}

export function isSameCall(past: PastCall, callee: Function, args: readonly unknown[]): boolean {
  return (
    past.callee === callee &&
    past.args.length === args.length &&
    past.args.every((arg, i) => Object.is(arg, primalOf(args[i])))
  );
}

export function outcomeOf({ threw, outcome }: PastCall): unknown {
  if (threw) throw outcome;
  return outcome;
}

const callees = new WeakSet<Function>();
let waiting: PastCall[] = [];

/** Whether calls of `f` may have happened already. */
export function mayBeAnswered(f: Function): boolean {
  return callees.has(f);
}

/** Notes functions whose calls may have happened already; whether one of them is new. */
export function noteCallees(calls: readonly PastCall[]): boolean {
  let fresh = false;
  for (const { callee } of calls) {
    fresh ||= !callees.has(callee);
    callees.add(callee);
  }
  return fresh;
}

/** Runs `work`, whose first calls of these functions have happened already. */
export function answering<T>(calls: readonly PastCall[], work: () => T): T {
  const before = waiting;
  waiting = [...calls];
  try {
    return work();
  } finally {
    waiting = before;
  }
}

/** What runs in place of `f`, whose twin is `twin`. */
export function answered<F extends (this: unknown, ...args: unknown[]) => unknown>(f: Function, twin: F): F {
  return function (this: unknown, ...args: unknown[]): unknown {
    const next = waiting[0];
    if (next === undefined) return Reflect.apply(twin, this, args);
    if (isSameCall(next, f, args)) {
      waiting.shift();
      return outcomeOf(next);
    }
    // The run goes another way than the one that was given up: from here on it is on its own.
    waiting = [];
    return Reflect.apply(twin, this, args);
  } as F;
}
