// Where functions stand: with what the engine tells, and without its intrinsics.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Captured, capture } from '../../src/capture/capture.ts';

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'fluxion-places-')));
  writeFileSync(
    join(folder, 'shapes.cjs'),
    `#!/usr/bin/env node
// λ, so that bytes are not characters
exports.plain = function plain(x) { return x; }; exports.second = function (x) { return -x; };
exports.arrow = async (x) =>
  x;
const key = 'computed';
exports.object = { method(x) { return x; }, get value() { return 1; }, async *[key + 1](x) { yield x; }, f: x => x };
exports.Class = class Named extends Object { static make(x) { return x; }

  constructor() { super(); } };
exports.Plain = class { field = 1; };
exports.spread = function
  spread(
    x,
  ) { return x; };
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = `
const { capture } = await import(process.argv[2]);
const { default: shapes } = await import(process.argv[3]);
const value = Object.getOwnPropertyDescriptor(shapes.object, 'value').get;
const functions = { ...shapes, ...shapes.object, value, make: shapes.Class.make };
delete functions.object;
const places = {};
for (const [name, f] of Object.entries(functions)) {
  if (typeof f !== 'function') continue;
  const { location } = capture(f);
  places[name] = [location.line, location.column, location.url.endsWith('shapes.cjs')];
}
console.log(JSON.stringify(places));
`;

const expected = {
  plain: [2, 16, true],
  second: [2, 66, true],
  arrow: [3, 16, true],
  Class: [7, 16, true],
  Plain: [10, 16, true],
  spread: [11, 17, true],
  method: [6, 19, true],
  computed1: [6, 71, true],
  f: [6, 108, true],
  value: [6, 44, true],
  make: [7, 52, true],
};

const placesWith = (...options: string[]) => {
  const main = join(folder, 'main.mts');
  writeFileSync(main, program);
  const tsx = import.meta.resolve('tsx');
  const library = new URL('../../src/capture/capture.ts', import.meta.url).href;
  const shapes = pathToFileURL(join(folder, 'shapes.cjs')).href;
  const args = [...options, '--import', tsx, main, library, shapes];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as unknown;
};

describe('the beginning of the source', () => {
  it('is found with the text of the engine', () => expect(placesWith()).toEqual(expected));
  it('is found without its intrinsics', () => expect(placesWith('--freeze-flags-after-init')).toEqual(expected));
});

it('has no place for code that has none', () => {
  expect((capture(new Function('x', 'return x')) as Captured).location).toBeUndefined();
});

it('has the file of a function on the stack', () => {
  expect((capture(() => folder) as Captured).location?.url).toContain('places.test.ts');
  expect(fileURLToPath((capture(placesWith) as Captured).location!.url)).toMatch(/places\.test\.ts$/);
});
