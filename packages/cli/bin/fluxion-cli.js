#!/usr/bin/env node
// Runs the built command line; in a clone that has not been built, the sources.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = new URL('../dist/main.js', import.meta.url);
const source = new URL('../src/main.ts', import.meta.url);

if (existsSync(built) || !existsSync(source)) {
  await import(built.href);
} else {
  const flags = ['--conditions=fluxion-source', '--import', import.meta.resolve('tsx')];
  const { status } = spawnSync(process.execPath, [...flags, fileURLToPath(source), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}
