// Modules as Node itself loads them: a test runner would make something else of them.
import { constants, runInThisContext } from 'node:vm';
import { expect, it } from 'vitest';
import { bumpEpoch, type Captured, capture } from '../../src/capture/capture.ts';

const load = runInThisContext('(url) => import(url)', {
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
}) as (url: string) => Promise<any>;

it('takes an import for constant if its module never assigns it', async () => {
  const { f } = await load(new URL('./fixtures/modules/importer.mjs', import.meta.url).href);
  const captured = capture(f) as Captured;
  const kinds = Object.fromEntries(
    ['anonymous', 'all', 'change', 'fixed', 'other', 'own', 'changing', 'number', 'handedOn', 'renamed', 'reset'].map(
      (name) => [name, captured.binding(name)?.kind],
    ),
  );
  expect(kinds).toEqual({
    anonymous: 'constant',
    all: 'constant',
    change: 'constant',
    fixed: 'constant',
    other: 'constant',
    own: 'constant',
    reset: 'constant',
    changing: 'live',
    number: 'live',
    handedOn: 'live',
    // Handed on by a module in between, which is not followed.
    renamed: 'live',
  });
  const changing = captured.binding('changing');
  if (changing?.kind !== 'live') throw new Error('constant');
  const read = () => (changing.get() as (x: number) => number)(1);
  expect(read()).toBe(1);
  f()[2]();
  bumpEpoch();
  expect(read()).toBe(2);
  expect(captured.strict).toBe(true);
  expect(captured.location).toMatchObject({ line: 5, column: 17 });
  expect(captured.location?.url).toMatch(/modules\/importer\.mjs$/);
});
