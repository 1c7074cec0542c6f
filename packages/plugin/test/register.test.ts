import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const here = fileURLToPath(new URL('.', import.meta.url));
// Below the package, so that its dependencies are found; the hooks are JavaScript for every Node there is.
const built = fileURLToPath(new URL('../node_modules/.register/', import.meta.url));

beforeAll(async () => {
  mkdirSync(built, { recursive: true });
  const entryPoints = ['register', 'hooks'].map((name) => `${here}../src/${name}.ts`);
  await build({ entryPoints, outdir: built, bundle: true, packages: 'external', platform: 'node', format: 'esm' });
});

afterAll(() => rmSync(built, { recursive: true, force: true }));

const run = (file: string, ...flags: string[]) => {
  const args = [...flags, '--import', `${built}register.js`, `${here}fixtures/node/${file}`];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
};

describe('node --import fluxion-plugin/register', () => {
  it('instruments ES modules, imported and required CommonJS', () => {
    const { on, probed, value } = run('program.mjs');
    expect({ on, probed, value }).toEqual({ on: 'undefined', probed: [true, true, true], value: 9 });
  });

  it('keeps lines, and with source maps columns', () => {
    expect(run('program.mjs').line).toMatch(/^13:/);
    expect(run('program.mjs', '--enable-source-maps').line).toBe('13:11');
  });

  it('comes after tsx, whose map it continues', () => {
    expect(run('typed.ts', '--import', 'tsx')).toEqual({ probed: true, value: 6, line: '8:29' });
  });

  it('lets errors show the line of the TypeScript, and gradients write what they capture', () => {
    expect(run('gradient.ts', '--conditions=fluxion-source', '--import', 'tsx')).toEqual({
      gradients: [2, 4],
      scale: 4,
      where: { file: `${here}fixtures/node/gradient.ts`, line: 15, column: 23 },
      thrown: '20:9',
    });
  });
});
