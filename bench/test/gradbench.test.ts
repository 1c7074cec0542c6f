/** The problems of GradBench against results from elsewhere: stored ones, closed forms, and the protocol itself. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { normwiseError } from '../gradbench/normwise.ts';
import type { Options } from '../gradbench/problem.ts';
import { problems } from '../gradbench/problems.ts';
import { responder } from '../gradbench/protocol.ts';

const json = (path: string): unknown =>
  JSON.parse(readFileSync(new URL(`../gradbench/fixtures/${path}`, import.meta.url), 'utf8'));

const evaluate = (name: string, which: string, input: unknown, options?: Options): unknown => {
  const { read, run, write } = problems[name](options)[which];
  return write(run(read(input)));
};

/** They differentiate within what is differentiated. */
const notCompiled = ['particle', 'saddle'];

describe.each(['dynamic', 'compiled'] as const)('stored results, %s tier', (tier) => {
  for (const file of readdirSync(new URL('../gradbench/fixtures/outputs', import.meta.url))) {
    const [, name, size, which] = /^([a-z]+)-(.*)\.([a-z]+)\.json$/.exec(file) ?? [];
    if (tier === 'compiled' && notCompiled.includes(name)) continue;
    test(`${name} ${size} ${which}`, () => {
      const found = evaluate(name, which, json(`inputs/${name}-${size}.json`), { tier });
      expect(normwiseError(found, json(`outputs/${file}`))).toBeLessThan(1e-7);
    });
  }
});

describe.each(['dynamic', 'compiled'] as const)('closed forms, %s tier', (tier) => {
  const run = (name: string, which: string, input: unknown): unknown => evaluate(name, which, input, { tier });

  test('the gradient of log-sum-exp is the softmax', () => {
    const x = Array.from({ length: 200 }, (_, i) => Math.sin(i) * 300);
    const weights = x.map((v) => Math.exp(v - Math.max(...x)));
    const total = weights.reduce((a, b) => a + b, 0);
    const softmax = weights.map((w) => w / total);
    expect(normwiseError(run('lse', 'gradient', { x }), softmax)).toBeLessThan(1e-12);
  });

  test('the step of k-means leads from each centroid to the mean of its points', () => {
    const points = Array.from({ length: 60 }, (_, i) => [Math.sin(3 * i), Math.cos(7 * i), Math.sin(i * i)]);
    const centroids = points.slice(-5);
    const squared = (a: number[], b: number[]): number => a.reduce((sum, v, i) => sum + (v - b[i]) ** 2, 0);
    const nearest = points.map((p) =>
      centroids.map((c) => squared(c, p)).reduce((m, v, j, all) => (v < all[m] ? j : m), 0),
    );
    const steps = centroids.map((c, j) => {
      const own = points.filter((_, i) => nearest[i] === j);
      return c.map((v, i) => v - own.reduce((sum, p) => sum + p[i], 0) / own.length);
    });
    const cost = points.reduce((sum, p, i) => sum + squared(centroids[nearest[i]], p), 0);
    expect(normwiseError(run('kmeans', 'cost', { points, centroids }), cost)).toBeLessThan(1e-14);
    expect(normwiseError(run('kmeans', 'dir', { points, centroids }), steps)).toBeLessThan(1e-12);
  });

  test('the last element of the ODE with constant coefficients is a monomial in t', () => {
    // With four stages, the method is exact for polynomials up to the fourth degree.
    const x = [0.3, 1.1, 0.7, 1.9];
    const last = (x.reduce((a, b) => a * b, 1) * 2 ** 4) / 24;
    expect(normwiseError((run('ode', 'primal', { x, s: 3 }) as number[])[3], last)).toBeLessThan(1e-14);
    const gradient = x.map((v) => last / v);
    expect(normwiseError(run('ode', 'gradient', { x, s: 3 }), gradient)).toBeLessThan(1e-13);
  });

  test('a camera that is not turned is the limit of one that hardly is', () => {
    const input = json('inputs/ba-ba1_n49_m7776_p31843.json') as { cam: number[] };
    const turned = (angle: number): unknown => {
      const cam = [angle, -angle, angle / 2, ...input.cam.slice(3)];
      return run('ba', 'objective', { ...input, n: 1, m: 1, p: 1, cam });
    };
    expect(normwiseError(turned(1e-9), turned(0))).toBeLessThan(1e-7);
  });

  test('observations beyond a batch have their own cameras, points and columns', () => {
    const input = json('inputs/ba-ba1_n49_m7776_p31843.json');
    const size = { n: 3, m: 5, p: 600 };
    const { read, run: jacobian } = problems.ba({ tier }).jacobian;
    const { rows, columns, values } = jacobian(read({ ...(input as object), ...size })) as {
      rows: Int32Array;
      columns: Int32Array;
      values: Float64Array;
    };
    expect(rows).toEqual(Int32Array.from({ length: 1801 }, (_, i) => (i <= 1200 ? 15 * i : 18_000 + i - 1200)));
    const at = 30 * 599;
    const expected = [...Array.from({ length: 11 }, (_, j) => 11 * (599 % 3) + j), 33 + 3 * (599 % 5)];
    expect([...columns.subarray(at, at + 12)]).toEqual(expected);
    expect(columns[at + 14]).toBe(33 + 15 + 599);
    expect(values.subarray(at, at + 30)).toEqual(values.subarray(0, 30));
  });
});

describe('the protocol', () => {
  const session = (messages: readonly object[]): Record<string, unknown>[] => {
    const respond = responder(problems);
    return messages.map((message) => JSON.parse(respond(JSON.stringify(message))));
  };

  test('every message is answered, with its id', () => {
    const input = { x: [1, 2, 3], min_runs: 3, min_seconds: 0 };
    const answers = session([
      { id: 0, kind: 'start', eval: 'lse' },
      { id: 1, kind: 'define', module: 'lse' },
      { id: 2, kind: 'evaluate', module: 'lse', function: 'gradient', input },
      { id: 3, kind: 'analysis', of: 2, valid: true },
      { id: 4, kind: 'something new' },
    ]);
    expect(answers.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4]);
    expect(answers[0].tool).toBe('fluxion');
    expect(answers[1]).toEqual({ id: 1, success: true });
    const timings = answers[2].timings as { name: string; nanoseconds: number }[];
    expect(timings.filter(({ name }) => name === 'evaluate')).toHaveLength(3);
    expect(timings.every(({ nanoseconds }) => Number.isInteger(nanoseconds))).toBe(true);
    expect(answers[2].output).toHaveLength(3);
  });

  test('what is unknown or fails is said to fail', () => {
    const answers = session([
      { id: 0, kind: 'define', module: 'constructor' },
      { id: 1, kind: 'evaluate', module: 'det', function: 'primal', input: {} },
      { id: 2, kind: 'define', module: 'det' },
      { id: 3, kind: 'evaluate', module: 'det', function: 'toString', input: {} },
      { id: 4, kind: 'evaluate', module: 'det', function: 'primal', input: {} },
    ]);
    expect(answers.map(({ success }) => success)).toEqual([false, false, true, false, false]);
  });

  test('the tool speaks it, from any folder', { timeout: 60_000 }, () => {
    const tool = fileURLToPath(new URL('../gradbench/tool.js', import.meta.url));
    const messages = [
      { id: 0, kind: 'start' },
      { id: 1, kind: 'define', module: 'hello' },
      { id: 2, kind: 'evaluate', module: 'hello', function: 'double', input: 3 },
    ];
    const input = messages.map((message) => `${JSON.stringify(message)}\n`).join('');
    const { stdout, stderr } = spawnSync(process.execPath, [tool], { input, encoding: 'utf8', cwd: '/' });
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answers.at(-1), stderr).toMatchObject({ id: 2, success: true, output: 6 });
  });
});
