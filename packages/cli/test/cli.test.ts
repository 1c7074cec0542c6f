import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';

const fixtures = resolve(import.meta.dirname, 'fixtures');
const main = resolve(import.meta.dirname, '../src/main.ts');
const patience = 60_000;

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(script: string, args: readonly string[], input = ''): Promise<Outcome> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, ['--conditions=fluxion-source', '--import', 'tsx', script, ...args], {
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

const cli = (args: readonly string[], input?: string): Promise<Outcome> => run(main, args, input);

const row = (...cells: string[]): RegExp =>
  new RegExp(`^${cells.map((cell) => cell.replace(/\W/g, '\\$&')).join(' +')}$`, 'm');

describe('the program', () => {
  test('prints value and gradient as JSON, and nothing else, on standard output', { timeout: patience }, async () => {
    const { code, out, err } = await cli(['grad', 'model.ts#loss', '--args', 'model.args.json', '--json']);
    expect(err).toBe('loss is being computed\n');
    expect(JSON.parse(out)).toEqual({ value: 2, gradient: { weights: [-2, -4], bias: -2, name: null } });
    expect(code).toBe(0);
  });

  test('takes the arguments on standard input', { timeout: patience }, async () => {
    const { out } = await cli(['grad', 'model.ts#product', '--args', '-', '--wrt', 'all'], '[3, 5]');
    expect(out).toMatch(/^value {2}15$/m);
    expect(out).toMatch(row('args[0]', '3', '5'));
    expect(out).toMatch(row('args[1]', '5', '3'));
  });

  test('an exception of the function: its message and its frames alone, exit code 1', {
    timeout: patience,
  }, async () => {
    const { code, out, err } = await cli(['grad', 'model.ts#broken', '--args', '[2]']);
    expect(err).toMatch(/^RangeError: too large\n {4}at broken \(.*model\.ts:32:\d+\)\n?$/);
    expect(out).toBe('');
    expect(code).toBe(1);
  });

  test('a wrong option: exit code 2', { timeout: patience }, async () => {
    const { code, out, err } = await cli(['grad', 'model.ts#product', '--nonsense']);
    expect(err).toMatch(/unknown option/);
    expect(out).toBe('');
    expect(code).toBe(2);
  });
});

describe('the commands', () => {
  const long = JSON.stringify([Array.from({ length: 100 }, (_, i) => i)]);
  const cases = {
    table: ['grad', 'model.ts#loss', { args: 'model.args.json' }],
    second: ['grad', 'model.ts#product', { args: '[3, 5]', wrt: '1', json: true }],
    lists: ['grad', 'model.ts#product', { args: '[3, 5]', wrt: 'all', json: true }],
    later: ['grad', 'model.ts#later', { args: '[2]', json: true }],
    nested: ['grad', 'model.ts#models.cubic.f', { args: '[2]', json: true }],
    captured: ['grad', 'counting.ts#grown', { args: '[3]', json: true }],
    privateField: ['grad', 'counting.ts#growing', { args: '[3]', json: true }],
    explainFirst: ['explain', 'model.ts#rounded', { args: '[2.5]', wrt: '0', verify: true }],
    explainNone: ['explain', 'model.ts#rounded', { args: '[2.5]', wrt: '1' }],
    common: ['grad', 'common.cjs', { args: '[2]', json: true }],
    root: ['grad', 'model.ts#root', { args: '[0]', json: true }],
    short: ['grad', 'model.ts#sumOfSquares', { args: long }],
    long: ['grad', 'model.ts#sumOfSquares', { args: long, all: true }],
    explain: ['explain', 'model.ts#rounded', { args: '[2.5]' }],
    explainDerivative: ['explain', 'model.ts#sumOfSquares', { args: '[[1, 2]]', derivative: true }],
    explainIr: ['explain', 'model.ts#product', { args: '[3, 5]', ir: true }],
    explainWat: ['explain', 'model.ts#product', { args: '[3, 5]', wat: true }],
    explainDynamic: ['explain', 'model.ts#product', { args: '[3, 5]', tier: 'dynamic', ir: true }],
    explainDeclined: ['explain', 'model.ts#later', { args: '[2]' }],
    explainJson: ['explain', 'model.ts#rounded', { args: '[2.5]', json: true }],
    refused: ['grad', 'model.ts#text', { args: '[2]' }],
    compiled: ['grad', 'model.ts#text', { args: '[2]', tier: 'compiled' }],
    noSuchExport: ['grad', 'model.ts#nope', {}],
    noFunction: ['grad', 'model.ts#constant', {}],
    noName: ['grad', 'model.ts', {}],
    noFile: ['grad', 'missing.ts#f', {}],
    noList: ['grad', 'model.ts#product', { args: '{"a": 1}' }],
    noJson: ['grad', 'model.ts#product', { args: '[1,' }],
    noArguments: ['grad', 'model.ts#product', { args: 'missing.json' }],
    noArgument: ['grad', 'model.ts#product', { args: '[1, 2]', wrt: '2' }],
  } as const;

  let outcomes: Record<keyof typeof cases, { code: number; text: string }>;

  beforeAll(async () => {
    const { out, err } = await run('several.ts', [JSON.stringify(Object.values(cases))]);
    const lines = out.trim().split('\n');
    expect(err).toBe('');
    const list = JSON.parse(lines.at(-1)!) as { code: number; text: string }[];
    outcomes = Object.fromEntries(Object.keys(cases).map((name, i) => [name, list[i]])) as typeof outcomes;
  }, patience);

  const json = (name: keyof typeof cases): unknown => JSON.parse(outcomes[name].text);

  test('a table for people', () => {
    expect(outcomes.table.text).toBe(
      [
        'value  2',
        '',
        '                     argument   gradient',
        'args[0].weights[0]          1         -2',
        'args[0].weights[1]         -1         -4',
        'args[0].bias                1         -2',
      ].join('\n'),
    );
  });

  test('with respect to one argument, of an async function, of nested exports and of a CommonJS module', () => {
    expect(json('second')).toEqual({ value: 15, gradient: 3 });
    expect(json('later')).toEqual({ value: 8, gradient: 12 });
    expect(json('nested')).toEqual({ value: 8, gradient: 12 });
    expect(json('common')).toEqual({ value: 4, gradient: 4 });
  });

  test('of functions that reassign what they capture', () => {
    expect(json('captured')).toEqual({ value: 10, gradient: 6 });
    expect(json('privateField')).toEqual({ value: 12, gradient: 4 });
  });

  test('lists of numbers stand on one line of the JSON', () => {
    expect(outcomes.lists.text).toBe('{\n  "value": 15,\n  "gradient": [5, 3]\n}');
  });

  test('words for numbers that JSON has none for', () => {
    expect(json('root')).toEqual({ value: 0, gradient: 'Infinity' });
  });

  test('a long table is cut in the middle, unless all is wanted', () => {
    const rows = (text: string): number => text.split('\n').filter((line) => line.startsWith('args')).length;
    expect(rows(outcomes.short.text)).toBe(40);
    expect(outcomes.short.text).toContain('… 60 more (--all shows them)');
    expect(rows(outcomes.long.text)).toBe(100);
  });

  test('explain says which tier ran and where a derivative ends', () => {
    expect(outcomes.explain.text).toMatch(/^tier: compiled$/m);
    expect(outcomes.explain.text).toMatch(/Math\.floor/);
    expect(outcomes.explain.text).toMatch(/model\.ts:42:/);
    expect(outcomes.explain.text).toMatch(/^ {2}Math\.floor has derivative zero.*\n {4}at model\.ts:42:\d+$/m);
    expect(outcomes.explainFirst.text).toBe(outcomes.explain.text);
    expect(outcomes.explainNone.code).toBe(2);
    expect(json('explainJson')).toMatchObject({
      tier: 'compiled',
      derivative: expect.stringContaining('function rounded_gradient(x'),
      ir: { lowered: expect.stringContaining('func rounded') },
      wat: expect.stringContaining('(module'),
    });
    expect(outcomes.explainDeclined.text).toMatch(
      /^tier: dynamic\n {2}Not compiled: later is async\.\n {4}at model\.ts:27:\d+$/m,
    );
  });

  test('explain prints the derivative, the representation after each stage, the WebAssembly, each alone', () => {
    expect(outcomes.explainDerivative.text).toMatch(/^function sumOfSquares_gradient\(xs, dresult\) \{[^]*\n\}$/);
    const stages = outcomes.explainIr.text.split('\n').filter((line) => line.startsWith('; '));
    expect(stages).toEqual(['; lowered', '; optimised', '; differentiated', '; emitted']);
    expect(outcomes.explainWat.text).toMatch(/^\(module\n[^]*\n\)$/);
    expect(outcomes.explainDynamic.text).toMatch(/^tier: dynamic\n {2}Not compiled: the dynamic tier is asked for/);
  });

  test('a refused gradient: the line in the TypeScript file, and what to do', () => {
    const { code, text } = outcomes.refused;
    expect(code).toBe(1);
    expect(text).toMatch(/^LostDerivative: /);
    expect(text).toContain('model.ts:37:');
    expect(text).toContain('> 37 |   return JSON.stringify({ x }).length;');
    expect(text).toContain('What to do: ');
    expect(text).not.toMatch(/^\s+at .*\(/m);
    expect(outcomes.compiled.code).toBe(1);
    expect(outcomes.compiled.text).toMatch(/^NotCompiled: /);
  });

  test.each<[keyof typeof cases, RegExp]>([
    ['noSuchExport', /does not export nope.*loss, product/],
    ['noFunction', /constant of .* is not a function/],
    ['noName', /Which function/],
    ['noFile', /There is no file/],
    ['noList', /a list with one entry for each argument/],
    ['noJson', /is not JSON/],
    ['noArguments', /could not be read/],
    ['noArgument', /There are 2 arguments/],
  ])('a wrong call, %s: exit code 2', (name, message) => {
    expect(outcomes[name].text).toMatch(message);
    expect(outcomes[name].text).not.toMatch(/^\s+at /m);
    expect(outcomes[name].code).toBe(2);
  });
});
