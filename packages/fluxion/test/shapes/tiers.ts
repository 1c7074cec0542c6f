/** Which programs the compiled tier takes, and why it declines the others: held to what is written down. */
import { appendFileSync } from 'node:fs';
import { expect } from 'vitest';
import { FluxionError } from '../../src/index.ts';
import { knownTiers } from './record.ts';

const known = knownTiers();

/** Runs a check on the compiled tier. A program that is declined there passes if that is what is known of it. */
export function onCompiledTier(name: string, check: () => void | Promise<void>): void | Promise<void> {
  const settle = (reason: string | null): void => {
    const file = process.env.FLUXION_TIERS;
    if (file) appendFileSync(file, `${JSON.stringify([name, reason])}\n`);
    else expect(reason, `${name}: why it is declined on the compiled tier (npm run shapes)`).toBe(known[name]);
  };
  let pending: void | Promise<void>;
  try {
    pending = check();
  } catch (e) {
    return settle(reasonOf(e));
  }
  if (pending === undefined) return settle(null);
  return pending.then(
    () => settle(null),
    (e) => settle(reasonOf(e)),
  );
}

/** Throws what is no decline. */
function reasonOf(e: unknown): string {
  if (!(e instanceof FluxionError) || e.code !== 'NotCompiled') throw e;
  return e.message.split('\n')[0].replace(/^NotCompiled: .*? is not compiled: /, '');
}
