/**
 * Calls of original functions by native code, taken over at their probes: a comparator, a getter, a Proxy's trap, a
 * listener run as the library has it.
 * Invariant: a call is taken over as a whole, before anything of it has run, or not at all.
 */
import type { SourcePosition } from './captured.ts';
import { answered, type PluginCaptured } from './plugin.ts';
import { type Answer, FLAG, NOTHING, type ProbeHandler, probe, textOf } from './protocol.ts';

/** A call of an original function that native code made, caught at its probe. */
export interface CaughtCall {
  /** As `pluginCapture` gives it; its `fn` is unknown, and only stands for the function. */
  readonly captured: PluginCaptured;
  readonly thisValue: unknown;
  readonly args: readonly unknown[];
  /** Of a call by `new`. */
  readonly newTarget: Function | undefined;
  readonly isGenerator: boolean;
  readonly isAsync: boolean;
}

export interface Redirection {
  /** Whether calls of this text are to be taken over; asked before its parameters' defaults run, and must not waver. */
  takes(source: string, location: () => SourcePosition): boolean;
  /** Runs in place of the original; what it returns or throws is what the caller sees. A generator's is an iterable. */
  run(call: CaughtCall): unknown;
}

let redirection: Redirection | undefined;

/**
 * From now on originals that are called run as `to` has it; `undefined` lets them run natively. Returns what was set.
 * Classes' constructors are never taken over.
 */
export function redirect(to: Redirection | undefined): Redirection | undefined {
  const before = redirection;
  redirection = to;
  probe.$fx = to && handlerOf(to);
  probe.$r = undefined;
  return before;
}

function handlerOf(to: Redirection): ProbeHandler {
  const call = (...[getTable, start, end, flags, self, args, scope, newTarget]: Parameters<ProbeHandler>) => {
    if (start === undefined) return undefined;
    const text = textOf(getTable, start, end!, flags);
    if (!to.takes(text.source, () => text.location)) return undefined;
    if (flags === undefined) return true;
    if (args === 0 || args === undefined) return undefined;
    const answer: Answer = { text, scope: scope ? scope() : NOTHING, probe };
    return {
      captured: answered(() => undefined, answer, undefined)!,
      thisValue: flags & FLAG.arrow ? answer.scope.t?.() : self,
      args: Array.from(args),
      newTarget,
      isGenerator: (flags & FLAG.generator) !== 0,
      isAsync: (flags & FLAG.async) !== 0,
    };
  };
  const handler: ProbeHandler = (...parts) => {
    let caught: CaughtCall | true | undefined;
    // Nothing is taken over while this is worked out.
    probe.$fx = undefined;
    try {
      caught = call(...parts);
    } finally {
      probe.$fx = handler;
    }
    if (typeof caught !== 'object') return caught === true;
    probe.$r = to.run(caught);
    return true;
  };
  return handler;
}
