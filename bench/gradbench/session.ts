/** The session of a GradBench tool: answers the lines of standard input until it ends. `--tier=dynamic` names the tier. */
import { createInterface } from 'node:readline';
import type { Tier } from 'fluxion';
import { problems } from './problems.ts';
import { responder } from './protocol.ts';

const named = process.argv.find((argument) => argument.startsWith('--tier='))?.slice('--tier='.length);
const respond = responder(problems, { tier: named as Tier | undefined });

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() !== '') process.stdout.write(`${respond(line)}\n`);
}
