/**
 * One call of a derivative: asked of the compiled tier where that comes first, and of the dynamic one where it declines or leaves.
 * Invariant: an effect on the host happens once, whichever tiers have run.
 */
import { bumpEpoch } from '../capture/capture.ts';
import { afterCalls } from '../dynamic/calls.ts';
import { isBox } from '../dynamic/numbers/box.ts';
import { currentRun } from '../dynamic/run.ts';
import { HostLog, logging } from './hostlog.ts';
import type { Options } from './options.ts';
import { isDeclined, mustDecline, onAuto, triesCompiling } from './tier.ts';

/** Compiled code is for the outermost derivative, at plain numbers. */
export function mayCompile(args: readonly unknown[]): boolean {
  return currentRun() === undefined && !args.some(isBox);
}

/** What `compiled` gives, or `dynamic` where it throws Decline or Left. `args`: all that is given to the function, and its tangents. */
export function compiledFirst<T>(
  f: Function,
  args: readonly unknown[],
  options: Options | undefined,
  compiled: () => T,
  dynamic: () => T,
): T {
  if (!triesCompiling(options) || !mayCompile(args)) return dynamic();
  return attempt(f, options, dynamic, compiled);
}

/** The same, where it has been decided that the compiled tier is asked. */
export function attempt<T>(f: Function, options: Options | undefined, dynamic: () => T, compiled: () => T): T {
  const log = new HostLog();
  // What f has captured may have changed since it was last read.
  bumpEpoch();
  try {
    return logging(log, compiled);
  } catch (e) {
    if (!isDeclined(e)) throw e;
    mustDecline(f, options, e);
    onAuto.left?.(e);
    bumpEpoch();
  }
  return afterCalls(log.calls, dynamic);
}
