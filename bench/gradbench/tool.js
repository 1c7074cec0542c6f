/**
 * `node bench/gradbench/tool.js`: Fluxion as a GradBench tool, on standard input and output. Runs the TypeScript beside it, on the
 * sources of the library, in a process that has been told how; nothing needs to be built.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const session = fileURLToPath(new URL('session.ts', import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const child = spawn(
  process.execPath,
  ['--conditions=fluxion-source', '--import', tsx, session, ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
child.on('exit', (code, signal) => {
  process.exitCode = signal === null ? (code ?? 1) : 1;
});
