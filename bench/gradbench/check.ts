/**
 * `npm run check:gradbench -- FOLDER [NAME…]`: evaluates the problems at FOLDER/inputs/NAME-SIZE.json and compares with
 * FOLDER/outputs/NAME-SIZE.FUNCTION.json, normwise. Fails where a result is further away than 1e-7.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { normwiseError } from './normwise.ts';
import type { Options } from './problem.ts';
import { problems } from './problems.ts';

const [folder, ...rest] = process.argv.slice(2);
const tier = rest.find((argument) => argument.startsWith('--tier='))?.slice('--tier='.length) as Options['tier'];
const names = rest.filter((argument) => !argument.startsWith('--'));
if (folder === undefined) {
  console.error('Which folder? It has inputs/NAME-SIZE.json and outputs/NAME-SIZE.FUNCTION.json.');
  process.exit(2);
}

// npm runs scripts in the folder of their package, and says where it was called.
const root = resolve(process.env.INIT_CWD ?? '.', folder);
const json = (...path: string[]): unknown => JSON.parse(readFileSync(join(root, ...path), 'utf8'));
let failed = false;
for (const file of readdirSync(join(root, 'outputs')).sort()) {
  const [, name, size, which] = /^([a-z]+)-(.*)\.([a-z]+)\.json$/.exec(file) ?? [];
  if (name === undefined || (names.length > 0 && !names.includes(name))) continue;
  const { read, run, write } = problems[name]({ tier })[which];
  const args = read(json('inputs', `${name}-${size}.json`));
  const start = performance.now();
  let verdict: string;
  try {
    const error = normwiseError(write(run(args)), json('outputs', file));
    failed ||= !(error <= 1e-7);
    verdict = `${error <= 1e-7 ? 'right' : 'WRONG'}  ${error.toExponential(1)}`;
  } catch (error) {
    failed = true;
    verdict = `FAILED  ${error instanceof Error ? error.message : error}`;
  }
  console.log(`${file.padEnd(56)} ${(performance.now() - start).toFixed(0).padStart(7)} ms  ${verdict}`);
}
process.exitCode = failed ? 1 : 0;
