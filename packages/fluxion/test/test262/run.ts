/**
 * `npm run test262 -- [PATH…] [--plain] [--tracked] [--checkout DIR] [--jobs N] [--write]`: runs test262, the language's conformance
 * suite, through the rewriter. A checkout of tc39/test262 has to be at hand (TEST262, or --checkout; not part of this repository).
 */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Recorded, reportOf } from './report.ts';
import type { Job, Outcome } from './worker.ts';

const here = dirname(fileURLToPath(import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    checkout: { type: 'string', default: process.env.TEST262 ?? 'test262' },
    plain: { type: 'boolean', default: false },
    tracked: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '2' },
    every: { type: 'string', default: '1' },
    out: { type: 'string' },
    quiet: { type: 'boolean', default: false },
    report: { type: 'string' },
  },
});

const defaults = [
  'language/expressions',
  'language/statements',
  'language/destructuring',
  'language/function-code',
  'language/arguments-object',
  'language/block-scope',
  'language/computed-property-names',
  'language/rest-parameters',
  'language/literals',
  'language/types',
  'built-ins/Math',
  'built-ins/Number',
  'built-ins/Array',
  'built-ins/TypedArray',
  'built-ins/TypedArrayConstructors',
  'built-ins/Map',
  'built-ins/Set',
  'built-ins/Object',
];

if (values.report !== undefined) {
  // `--report docs/test262.md RUN.json…`: from what earlier runs wrote with --out; later files replace outcomes of earlier ones.
  writeFileSync(values.report, reportOf(positionals.map((file) => JSON.parse(readFileSync(file, 'utf8')) as Recorded)));
  process.exit();
}

const checkout = resolve(values.checkout);
if (!existsSync(join(checkout, 'harness'))) {
  console.error(
    `No checkout of test262 at ${checkout}: git clone https://github.com/tc39/test262, then --checkout DIR or TEST262=DIR.`,
  );
  process.exit(2);
}

const paths = (positionals.length > 0 ? positionals : defaults).flatMap((p) => filesBelow(p.replace(/^test\//, '')));
const every = Number(values.every);
const queue = paths.filter((_, i) => i % every === 0);
const outcomes: Outcome[] = [];
const limit = 15_000;

function filesBelow(path: string): string[] {
  const full = join(checkout, 'test', path);
  if (statSync(full).isFile()) return [path];
  return readdirSync(full)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)))
    .filter((p) => p.endsWith('.js') && !p.endsWith('_FIXTURE.js'));
}

function suiteVersion(): string {
  try {
    return execFileSync('git', ['-C', checkout, 'rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
  } catch {
    return process.env.TEST262_COMMIT ?? 'unknown';
  }
}

function start(): Promise<ChildProcess> {
  const child = fork(join(here, 'worker.ts'), [], {
    execArgv: process.execArgv,
    stdio: ['ignore', 'ignore', values.quiet ? 'ignore' : 'inherit', 'ipc'],
  });
  return new Promise((done) => child.once('message', () => done(child)));
}

async function one(
  child: ChildProcess,
  path: string,
  again?: Outcome['again'],
): Promise<{ outcome: Outcome; alive: boolean }> {
  const job: Job = { path, checkout, plain: values.plain, tracked: values.tracked, ...again };
  return new Promise((done) => {
    const finish = (outcome: Outcome, alive: boolean) => {
      clearTimeout(timer);
      child.off('message', heard);
      child.off('exit', gone);
      done({ outcome, alive });
    };
    const heard = (outcome: unknown) => finish(outcome as Outcome, true);
    const gone = () => finish({ path, status: 'fail', reason: 'the process ended' }, false);
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      finish({ path, status: 'fail', reason: `did not end within ${limit / 1000} s` }, false);
    }, limit);
    child.on('message', heard);
    child.on('exit', gone);
    child.send(job);
  });
}

function record(): void {
  if (values.out === undefined) return;
  const mode = values.plain ? 'plain' : values.tracked ? 'tracked' : 'normal';
  const sorted = [...outcomes].sort((a, b) => (a.path < b.path ? -1 : 1));
  const recorded: Recorded = { mode, every, node: process.version, suite, outcomes: sorted };
  writeFileSync(values.out, JSON.stringify(recorded, null, 1));
}

async function worker(): Promise<void> {
  let child = await start();
  for (;;) {
    const path = queue.shift();
    if (path === undefined) break;
    let { outcome, alive } = await one(child, path);
    while (alive && outcome.again) {
      child.kill('SIGKILL');
      child = await start();
      ({ outcome, alive } = await one(child, path, outcome.again));
    }
    outcomes.push(outcome);
    if (outcomes.length % 500 === 0) record();
    if (outcome.status === 'fail' && !values.quiet) console.log(`FAIL ${path}\n     ${outcome.reason}`);
    if (!alive || outcome.spent) {
      child.kill('SIGKILL');
      child = await start();
    }
  }
  child.kill('SIGKILL');
}

const suite = suiteVersion();
const begun = Date.now();
await Promise.all(Array.from({ length: Number(values.jobs) }, worker));
outcomes.sort((a, b) => (a.path < b.path ? -1 : 1));
record();
const count = (status: string) => outcomes.filter((o) => o.status === status).length;
const pass = count('pass');
const fail = count('fail');
const share = ((100 * pass) / Math.max(1, pass + fail)).toFixed(2);
console.log(
  `${pass} pass, ${fail} fail (${share} %), ${count('excluded')} excluded; ${((Date.now() - begun) / 1000).toFixed(0)} s`,
);
