/**
 * What is known of each program of the catalogue on the compiled tier: tiers.json, which `npm run shapes` writes.
 * Invariant: a program that is said to compile compiles, and one that is said to decline does so with that reason.
 */
import { readFileSync } from 'node:fs';

/** By the number and title of each program: why it is declined; null for what compiles. */
export type Tiers = Record<string, string | null>;

export const tiersFile: URL = new URL('./tiers.json', import.meta.url);

export function knownTiers(): Tiers {
  return JSON.parse(readFileSync(tiersFile, 'utf8')) as Tiers;
}
