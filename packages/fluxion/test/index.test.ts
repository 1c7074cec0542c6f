import { expect, test } from 'vitest';

test('the public face can be imported by its package name, from source', async () => {
  const byName = await import('fluxion');
  const bySource = await import('../src/index.ts');
  expect(byName).toBe(bySource);
});
