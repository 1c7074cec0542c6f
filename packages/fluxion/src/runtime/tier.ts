/**
 * Which tier answers a call. Invariant: what was asked for by name is given or refused, never replaced.
 */

import { fluxionError } from '../errors/error.ts';
import type { Options, Tier } from './options.ts';

/** Why a function is not compiled, for explain and for `tier: 'compiled'`. */
export const whyNotCompiled = 'this version has the dynamic tier only';

export function tierFor(options: Options | undefined): Exclude<Tier, 'auto'> {
  const tier = options?.tier ?? 'auto';
  if (tier === 'compiled') throw fluxionError('NotAvailable', { what: 'The compiled tier', reasons: [whyNotCompiled] });
  if (tier !== 'auto' && tier !== 'dynamic') {
    throw fluxionError('BadArgument', {
      operator: 'tier',
      problem: `there is no tier called ${String(tier)}`,
      fix: "Use 'auto', 'compiled' or 'dynamic'.",
    });
  }
  return 'dynamic';
}
