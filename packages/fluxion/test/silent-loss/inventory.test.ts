/** Every built-in of this engine has been decided about, and the registry does what was decided. */
import '../../src/dynamic/builtins/index.ts';
import { expect, test } from 'vitest';
import { entryOf } from '../../src/dynamic/builtins/registry.ts';
import { inventory } from './inventory.ts';
import { allFunctions } from './reflection.ts';

const decided = new Map<string, string>();
for (const [classification, paths] of Object.entries(inventory)) {
  for (const path of paths.split(';')) if (path.trim() !== '') decided.set(path.trim(), classification);
}

test('no built-in is unknown', () => {
  expect(allFunctions().flatMap(({ path }) => (decided.has(path) ? [] : [path]))).toEqual([]);
});

test('the registry says what was decided', () => {
  const different = allFunctions().flatMap(({ path, fn }) => {
    const is = entryOf(fn)?.classification ?? 'guarded';
    const wanted = decided.get(path);
    return wanted === undefined || wanted === is ? [] : [`${path} is ${is}, decided: ${wanted}`];
  });
  expect(different).toEqual([]);
});
