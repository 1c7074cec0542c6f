import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

// The road a function takes, from the public face down. A folder may import from those after it, never from one before.
const road = [
  'api',
  'runtime',
  'dynamic',
  'emit',
  'optimize',
  'differentiate',
  'lower',
  'ir',
  'capture',
  'syntax',
  'rules',
  'errors',
];

// The tiers meet in runtime and do not know each other.
const compiled = ['emit', 'optimize', 'differentiate', 'lower', 'ir'];

const src = resolve(import.meta.dirname, '../src');

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.split(sep).join('/'));

const imports = files.flatMap((file) => {
  const text = readFileSync(join(src, file), 'utf8');
  return [
    ...text.matchAll(/^\s*(?:import|export)\b[^'";]*?\bfrom\s*'([^']+)'|\bimport\(\s*'([^']+)'|^import '([^']+)'/gm),
  ].map((match) => ({ file, specifier: match[1] ?? match[2] ?? match[3] }));
});

const local = imports
  .filter(({ specifier }) => specifier.startsWith('.'))
  .map(({ file, specifier }) => {
    const target = relative(src, resolve(src, dirname(file), specifier))
      .split(sep)
      .join('/');
    return { file, target, from: file.split('/')[0], to: target.split('/')[0] };
  });

const say = (found: readonly { file: string; target: string }[]): string[] =>
  found.map(({ file, target }) => `${file} imports ${target}`);

describe('the house', () => {
  test('is read at all', () => {
    expect(local.length).toBeGreaterThan(50);
    expect(local.some(({ file, target }) => file.startsWith('errors/') && target === 'errors/catalogue.ts')).toBe(true);
  });

  test('every folder stands on the road', () => {
    const folders = new Set(files.filter((file) => file.includes('/')).map((file) => file.split('/')[0]));
    expect([...folders].filter((folder) => !road.includes(folder))).toEqual([]);
  });

  test('imports point down the road, never back', () => {
    const upward = local.filter(
      ({ from, to }) => road.includes(from) && (road.indexOf(to) < road.indexOf(from) || !road.includes(to)),
    );
    expect(say(upward)).toEqual([]);
  });

  test('the dynamic tier and the compiled tier do not import each other', () => {
    const across = local.filter(
      ({ from, to }) => (from === 'dynamic' && compiled.includes(to)) || (compiled.includes(from) && to === 'dynamic'),
    );
    expect(say(across)).toEqual([]);
  });

  test('the only package imported is the parser', () => {
    const packages = imports.filter(({ specifier }) => !specifier.startsWith('.')).map(({ specifier }) => specifier);
    expect([...new Set(packages)].filter((name) => name !== 'acorn' && !name.startsWith('node:'))).toEqual([]);
  });

  test('every local import names a file, with its extension', () => {
    expect(say(local.filter(({ target }) => !files.includes(target)))).toEqual([]);
  });

  test('no file is called utils', () => {
    expect(files.filter((file) => /(?:^|\/)(?:utils?|helpers?|misc|common)(?:\.ts|\/)/i.test(file))).toEqual([]);
  });
});
