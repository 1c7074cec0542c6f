import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const main = resolve(import.meta.dirname, '../src/main.ts');
const fixtures = resolve(import.meta.dirname, 'fixtures');

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(args: readonly string[], input = ''): Promise<Outcome> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, ['--conditions=fluxion-source', '--import', 'tsx', main, ...args], {
    cwd: fixtures,
    env: { ...env, NO_COLOR: '1' },
  });
  return new Promise((settle) => {
    let out = '';
    let err = '';
    child.stdout.on('data', (data) => (out += data));
    child.stderr.on('data', (data) => (err += data));
    child.on('close', (code) => settle({ code, out, err }));
    child.stdin.end(input);
  });
}

describe.concurrent('grad', () => {
  test('prints value and gradient as JSON, and nothing else, on standard output', async () => {
    const { code, out, err } = await run(['grad', 'model.ts#loss', '--args', 'model.args.json', '--json']);
    expect(err).toBe('loss is being computed (1)\n');
    expect(JSON.parse(out)).toEqual({ value: 2, gradient: { weights: [-2, -4], bias: -2, name: null } });
    expect(code).toBe(0);
  });

  test('prints a table for people', async () => {
    const { code, out } = await run(['grad', 'model.ts#loss', '--args', 'model.args.json']);
    expect(out).toBe(
      [
        'value  2',
        '',
        '                     argument   gradient',
        'args[0].weights[0]          1         -2',
        'args[0].weights[1]         -1         -4',
        'args[0].bias                1         -2',
        '',
      ].join('\n'),
    );
    expect(code).toBe(0);
  });

  test('takes the arguments on standard input, and with respect to several', async () => {
    const all = await run(['grad', 'model.ts#product', '--args', '-', '--wrt', 'all', '--json'], '[3, 5]');
    expect(JSON.parse(all.out)).toEqual({ value: 15, gradient: [5, 3] });
    const second = await run(['grad', 'model.ts#product', '--args', '[3, 5]', '--wrt', '1']);
    expect(second.out).toContain('args[1]          5          3');
  });

  test('awaits an async function', async () => {
    const { out } = await run(['grad', 'model.ts#later', '--args', '[2]', '--json']);
    expect(JSON.parse(out)).toEqual({ value: 8, gradient: 12 });
  });

  test('finds nested exports, and those of a CommonJS module', async () => {
    const nested = await run(['grad', 'model.ts#models.cubic.f', '--args', '[2]', '--json']);
    expect(JSON.parse(nested.out)).toEqual({ value: 8, gradient: 12 });
    const common = await run(['grad', 'common.cjs', '--args', '[2]', '--json']);
    expect(JSON.parse(common.out)).toEqual({ value: 4, gradient: 4 });
  });

  test('has words for numbers that JSON has none for', async () => {
    const { out } = await run(['grad', 'model.ts#root', '--args', '[0]', '--json']);
    expect(JSON.parse(out)).toEqual({ value: 0, gradient: 'Infinity' });
  });

  test('cuts a long table in the middle', async () => {
    const args = JSON.stringify([Array.from({ length: 100 }, (_, i) => i)]);
    const short = await run(['grad', 'model.ts#sumOfSquares', '--args', args]);
    expect(short.out.split('\n').filter((line) => line.startsWith('args'))).toHaveLength(40);
    expect(short.out).toContain('… 60 more (--all shows them)');
    const long = await run(['grad', 'model.ts#sumOfSquares', '--args', args, '--all']);
    expect(long.out.split('\n').filter((line) => line.startsWith('args'))).toHaveLength(100);
  });
});

describe.concurrent('explain', () => {
  test('says which tier ran and where a derivative ends', async () => {
    const { code, out } = await run(['explain', 'model.ts#rounded', '--args', '[2.5]']);
    expect(out).toMatch(/dynamic/);
    expect(out).toMatch(/Math\.floor/);
    expect(out).toMatch(/model\.ts:44:/);
    expect(code).toBe(0);
    const json = await run(['explain', 'model.ts#rounded', '--args', '[2.5]', '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ tier: 'dynamic' });
  });
});

describe.concurrent('failures', () => {
  test('an exception of the function: its message and its frames alone, exit code 1', async () => {
    const { code, out, err } = await run(['grad', 'model.ts#broken', '--args', '[2]']);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toMatch(/^RangeError: too large\n {4}at broken \(.*model\.ts:34:\d+\)\n?$/);
  });

  test('a refused gradient: the line in the TypeScript file, and what to do', async () => {
    const { code, err } = await run(['grad', 'model.ts#text', '--args', '[2]']);
    expect(code).toBe(1);
    expect(err).toMatch(/^LostDerivative: /);
    expect(err).toContain('model.ts:39:');
    expect(err).toContain('> 39 |   return JSON.stringify({ x }).length;');
    expect(err).toContain('What to do: ');
    expect(err).not.toMatch(/^\s+at .*\(/m);
  });

  test.each([
    [['grad', 'model.ts#nope'], /does not export nope.*loss, product/],
    [['grad', 'model.ts#constant'], /constant of .* is not a function/],
    [['grad', 'model.ts'], /Which function/],
    [['grad', 'missing.ts#f'], /There is no file/],
    [['grad', 'model.ts#product', '--args', '{"a": 1}'], /a list with one entry for each argument/],
    [['grad', 'model.ts#product', '--args', '[1,'], /is not JSON/],
    [['grad', 'model.ts#product', '--args', 'missing.json'], /could not be read/],
    [['grad', 'model.ts#product', '--args', '[1, 2]', '--wrt', '2'], /There are 2 arguments/],
    [['grad'], /missing required argument/],
    [['grad', 'model.ts#product', '--nonsense'], /unknown option/],
    [['frobnicate'], /unknown command/],
  ])('a wrong call, %j: exit code 2', async (args, message) => {
    const { code, out, err } = await run(args);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/^\s+at /m);
    expect(out).toBe('');
    expect(code).toBe(2);
  });
});
