// The same under a test runner, where several hundred scripts are loaded.
import { writeFileSync } from 'node:fs';
import { grad } from 'fluxion';
import { test } from 'vitest';
import { example, flight } from './projectile.mjs';

test('the first gradient', () => {
  const start = performance.now();
  grad(flight)(...example);
  const milliseconds = performance.now() - start;
  writeFileSync(process.env.FLUXION_BENCH_OUT, JSON.stringify({ milliseconds }));
});
