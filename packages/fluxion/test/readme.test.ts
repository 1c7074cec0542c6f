import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map((match) => match[1]);

test('the README has an example', () => {
  expect(examples.length).toBeGreaterThan(0);
});

test.each(examples)('an example of the README prints what it says: %s', (code) => {
  const folder = mkdtempSync(join(import.meta.dirname, '.readme-'));
  try {
    const file = join(folder, 'example.ts');
    writeFileSync(file, code);
    const { NODE_OPTIONS: _, ...env } = process.env;
    const flags = ['--conditions=fluxion-source', '--import', 'tsx'];
    const printed = execFileSync(process.execPath, [...flags, file], { cwd: root, env, encoding: 'utf8' });
    const said = [...code.matchAll(/^\/\/ (.*)$/gm)].map((match) => match[1]);
    expect(printed.trim().split('\n')).toEqual(said);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
