/**
 * `npm run shapes`: runs the programs of the catalogue on the compiled tier, and writes down which of them compile. Give it to `git diff`: what
 * compiled before and does not now is a step back.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Tiers, tiersFile } from '../packages/fluxion/test/shapes/record.ts';

const found = join(mkdtempSync(join(tmpdir(), 'fluxion-shapes-')), 'tiers');
const tests = ['vitest', 'run', '--project', 'fluxion', 'packages/fluxion/test/shapes'];
const { status } = spawnSync('npx', tests, { stdio: 'inherit', env: { ...process.env, FLUXION_TIERS: found } });
if (status !== 0) process.exit(status ?? 1);
const lines = readFileSync(found, 'utf8').trim().split('\n');
const entries = lines.map((line) => JSON.parse(line) as [string, string | null]);
entries.sort(([a], [b]) => Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1));
const tiers: Tiers = Object.fromEntries(entries);
writeFileSync(tiersFile, `${JSON.stringify(tiers, undefined, 2)}\n`);
await import('./write-docs.ts');
