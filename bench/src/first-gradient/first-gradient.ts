/** The time to the first gradient of a function of a hundred lines: the median over fresh processes. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { measureInChild } from '../child.ts';
import type { Row } from '../table.ts';
import { median } from '../timing.ts';

interface Measured {
  readonly milliseconds: number;
  /** Processor time, all threads. */
  readonly processor: number;
  readonly second: number;
}

export function firstGradient(): Row[] {
  const plain = Array.from({ length: 7 }, () => measureInChild<Measured>('./first-gradient/first.mjs'));
  const underVitest = Array.from({ length: 3 }, inVitest);
  const list = (times: readonly number[]): string => times.map((ms) => ms.toFixed(0)).join(', ');
  return [
    {
      what: 'first gradient of 100 lines, from the first call',
      figure: median(plain.map(({ milliseconds }) => milliseconds)),
      unit: ' ms',
      target: 30,
      detail: `${list(plain.map(({ milliseconds }) => milliseconds))}; processor time ${list(plain.map(({ processor }) => processor))}; the second gradient ${list(plain.map(({ second }) => second))} ms`,
    },
    {
      what: 'the same under vitest',
      figure: median(underVitest),
      unit: ' ms',
      target: 200,
      detail: `${list(underVitest)} ms`,
    },
  ];
}

function inVitest(): number {
  const folder = mkdtempSync(join(tmpdir(), 'fluxion-bench-'));
  const out = join(folder, 'out.json');
  const root = import.meta.dirname;
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  const child = spawnSync(process.execPath, [vitest, 'run', '--config', join(root, 'vitest.config.mjs')], {
    cwd: root,
    env: { ...process.env, FLUXION_BENCH_OUT: out },
    encoding: 'utf8',
  });
  if (child.status !== 0) throw new Error(`vitest failed:\n${child.stdout}${child.stderr}`);
  const { milliseconds } = JSON.parse(readFileSync(out, 'utf8')) as Measured;
  rmSync(folder, { recursive: true });
  return milliseconds;
}
