import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { pluginCapture } from '../../fluxion/src/capture/plugin.ts';
import { transform } from '../src/transform.ts';
import { programs } from './programs.ts';

const require = createRequire(import.meta.url);

async function logOf(code: string): Promise<unknown[]> {
  const log: unknown[] = [];
  new Function('log', code)((...values: unknown[]) => log.push(...values));
  await new Promise((resolve) => setTimeout(resolve, 15));
  return log;
}

describe('a program does what it did', () => {
  it.each(Object.entries(programs))('%s', async (_, code) => {
    const expected = await logOf(code);
    expect(expected.length).toBeGreaterThan(0);
    expect(await logOf(transform(code, 'x', { format: 'commonjs' })!.code)).toEqual(expected);
  });
});

function load(file: string, code: string): Record<string, any> {
  const module = { exports: {} as Record<string, any> };
  const run = new Function('require', 'module', 'exports', '__filename', '__dirname', code);
  run(createRequire(file), module, module.exports, file, file);
  return module.exports;
}

function both(specifier: string) {
  const file = require.resolve(specifier);
  const code = readFileSync(file, 'utf8');
  const begin = performance.now();
  const transformed = transform(code, file, { format: 'commonjs', node: true, map: false })!.code;
  const milliseconds = performance.now() - begin;
  return { file, code, milliseconds, original: load(file, code), probed: load(file, transformed) };
}

/** Every function and class within reach of a module's exports, in pairs. */
function* pairs(a: unknown, b: unknown, seen = new Set<unknown>()): Generator<[Function, Function]> {
  if ((typeof a !== 'object' && typeof a !== 'function') || a === null || seen.has(a)) return;
  seen.add(a);
  if (typeof a === 'function') yield [a, b as Function];
  for (const key of Reflect.ownKeys(a)) {
    const ofA = Object.getOwnPropertyDescriptor(a, key)!;
    const ofB = Object.getOwnPropertyDescriptor(b, key);
    if (typeof a === 'function' && (key === 'caller' || key === 'arguments')) continue;
    for (const part of ['value', 'get', 'set'] as const) yield* pairs(ofA[part], ofB?.[part], seen);
  }
}

describe('a large package', () => {
  it('typescript: transpiles as before, and every function is captured with its own text', () => {
    const { code, milliseconds, original, probed } = both('typescript');
    // Nine megabytes; an order of magnitude above what it takes.
    expect(code.length).toBeGreaterThan(5e6);
    expect(milliseconds).toBeLessThan(20_000);
    const text = readFileSync(new URL('./semantics.test.ts', import.meta.url), 'utf8');
    const options = { compilerOptions: { target: original.ScriptTarget.ES2015 } };
    expect(probed.transpileModule(text, options)).toEqual(original.transpileModule(text, options));
    let count = 0;
    for (const [a, b] of pairs(original, probed)) {
      if (/\{\s*\[native code\]\s*\}$/.test(String(a))) continue;
      if (count++ % 7 === 0 && pluginCapture(b)?.source !== String(a)) expect(pluginCapture(b)?.source).toBe(String(a));
    }
    expect(count).toBeGreaterThan(1000);
  }, 120_000);

  it.each(['acorn', 'ml-matrix', 'esbuild'])('%s: functions and names', (name) => {
    const { original, probed } = both(name);
    let count = 0;
    for (const [a, b] of pairs(original, probed)) {
      expect([b.name, b.length, Reflect.ownKeys(b)]).toEqual([a.name, a.length, Reflect.ownKeys(a)]);
      if (/\{\s*\[native code\]\s*\}$/.test(String(a)) || String(b) === String(a)) continue;
      expect(pluginCapture(b)?.source).toBe(String(a));
      count++;
    }
    expect(count).toBeGreaterThan(5);
  });

  it('acorn parses as before', () => {
    const { original, probed, code } = both('acorn');
    const options = { ecmaVersion: 'latest' };
    expect(JSON.stringify(probed.parse(code, options))).toBe(JSON.stringify(original.parse(code, options)));
  });

  it('ml-matrix computes as before', () => {
    const { original, probed } = both('ml-matrix');
    const run = ({ Matrix, SVD, inverse }: any) => {
      const m = Matrix.rand(6, 6, { random: seeded() });
      return JSON.stringify([inverse(m), new SVD(m).diagonal, m.mmul(m.transpose())]);
    };
    expect(run(probed)).toBe(run(original));
  });
});

function seeded(): () => number {
  let state = 1;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}
