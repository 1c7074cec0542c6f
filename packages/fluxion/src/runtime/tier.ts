/**
 * Which tier answers a call. Invariant: what was asked for by name is given or refused, never replaced.
 */
import { fluxionError } from '../errors/error.ts';
import type { Position } from '../errors/original.ts';
import { Decline } from '../lower/decline.ts';
import { watch } from '../lower/outside/surroundings.ts';
import { Left } from './heap.ts';
import type { Options, Tier } from './options.ts';

export function tierFor(options: Options | undefined): Tier {
  const tier = options?.tier ?? 'auto';
  if (tier !== 'auto' && tier !== 'compiled' && tier !== 'dynamic') {
    throw fluxionError('BadArgument', {
      operator: 'tier',
      problem: `there is no tier called ${String(tier)}`,
      fix: "Use 'auto', 'compiled' or 'dynamic'.",
    });
  }
  return tier;
}

/** What 'auto' means: the compiled tier, where it has agreed with the dynamic one. The tests look at each of them, alone. */
export const onAuto: {
  first: 'agreed' | 'compiled' | 'dynamic';
  left: ((why: Decline | Left) => void) | undefined;
  /** By which the tiers are compared, in milliseconds. */
  now: () => number;
} = {
  first: 'agreed',
  now: () => (watch === undefined ? Date.now() : watch.now()),
  /** Told why a call is given to the dynamic tier. */
  left: undefined,
};

/** Whether the compiled tier is asked first. */
export function triesCompiling(options: Options | undefined): boolean {
  const tier = tierFor(options);
  return (tier === 'auto' ? onAuto.first : tier) === 'compiled';
}

/** Whether an error says that the dynamic tier has to answer. */
export function isDeclined(e: unknown): e is Decline | Left {
  return e instanceof Decline || e instanceof Left;
}

/** Throws if the compiled tier was asked for by name. What the user's function throws, the dynamic tier throws. */
export function mustDecline(f: Function, options: Options | undefined, e: Decline | Left): void {
  if (tierFor(options) !== 'compiled' || (e instanceof Left && e.userThrows)) return;
  const at: Position | undefined = e.position;
  throw fluxionError('NotCompiled', { functionName: f.name, reason: e.message }, { at });
}
