/** Which programs the compiled tier takes, and why it declines the others: written down where FLUXION_TIERS names a file. */
import { appendFileSync } from 'node:fs';
import { FluxionError } from '../../src/index.ts';

/** Runs a check on the compiled tier; a program that is declined there passes, and its reason is noted. */
export function onCompiledTier(name: string, check: () => void): void {
  let reason: string | undefined;
  try {
    check();
  } catch (e) {
    if (!(e instanceof FluxionError) || e.code !== 'NotCompiled') throw e;
    reason = e.message.split('\n')[0].replace(/^NotCompiled: .*? is not compiled: /, '');
  }
  const file = process.env.FLUXION_TIERS;
  if (file) appendFileSync(file, `${JSON.stringify({ name, reason })}\n`);
}
