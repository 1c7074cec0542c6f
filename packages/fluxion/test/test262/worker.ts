/**
 * Runs single tests, one after another in one realm: first as they are, then their twin. The parent sends paths, and replaces
 * this process when a test hangs or leaves the realm broken.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import vm from 'node:vm';
import { runsAsItIs } from '../../src/dynamic/calls.ts';
import { hooks } from '../../src/dynamic/hooks.ts';
import { beginRun, endRun, enterRun, leaveRun, type Run, setLevel } from '../../src/dynamic/run.ts';
import '../../src/dynamic/table.ts';
import { isBox, Tracked } from '../../src/dynamic/numbers/box.ts';
import { reverseLevel } from '../../src/dynamic/numbers/level.ts';
import { Tape } from '../../src/dynamic/tape.ts';
import { children, type Node } from '../../src/syntax/ast.ts';
import { parseFunction } from '../../src/syntax/parse.ts';
import { analyze } from '../../src/syntax/scope.ts';
import { twinOfText } from '../dynamic/rewrite/twin-of.ts';
import { type Metadata, metadataOf } from './metadata.ts';
import { baseline, restore } from './realm.ts';

export interface Job {
  readonly path: string;
  readonly checkout: string;
  /** With the rewriter's plain runtime in place of the dynamic tier. */
  readonly plain: boolean;
  readonly tracked: boolean;
  /** Which of the test's modes comes first; and in that mode the test is known to pass as it is. */
  readonly from?: number;
  readonly passes?: boolean;
  readonly ran?: number;
}

export interface Outcome {
  readonly path: string;
  readonly status: 'pass' | 'fail' | 'excluded';
  readonly reason?: string;
  /** The realm is no longer as it was. */
  readonly spent?: boolean;
  /** What is still to be run in a new realm. */
  readonly again?: { readonly from: number; readonly passes: boolean; readonly ran: number };
}

const host = globalThis as unknown as Record<string, any>;
const loaded = new Set<string>();
const { setTimeout } = globalThis;
process.on('unhandledRejection', () => {});
process.on('uncaughtException', () => {});

const hooksOfHost = {
  global: globalThis,
  gc: undefined,
  detachArrayBuffer(buffer: ArrayBuffer) {
    structuredClone(buffer, { transfer: [buffer] });
    return null;
  },
};

function load(checkout: string, include: string): void {
  if (loaded.has(include)) return;
  loaded.add(include);
  const text = readFileSync(join(checkout, 'harness', include), 'utf8');
  vm.runInThisContext(text, { filename: `harness/${include}` });
}

const wrongPlace: Record<string, string> = {
  module: 'is a module',
  raw: 'is a raw script',
  CanBlockIsFalse: 'needs agents',
};

function excludedBy(meta: Metadata, source: string): string | undefined {
  for (const [flag, why] of Object.entries(wrongPlace)) if (meta.flags.has(flag)) return why;
  if (meta.negative !== undefined && meta.negative.phase !== 'runtime') return 'must not parse (negative syntax test)';
  if (
    meta.features.includes('import-defer') ||
    meta.features.includes('dynamic-import') ||
    meta.features.includes('source-phase-imports')
  )
    return 'is about modules';
  if (/\$262\.(createRealm|evalScript|agent|IsHTMLDDA|AbstractModuleSource)/.test(source))
    return 'needs another realm, script or agent';
  return undefined;
}

function wrapped(source: string, strict: boolean): string {
  return `function () {${strict ? '"use strict";' : ''}\n${source}\n}`;
}

/** Runs `body` as the test says it must run; a string tells what went wrong. */
async function attempt(body: () => unknown, meta: Metadata, end: () => void = () => {}): Promise<string | undefined> {
  try {
    return await outcomeOf(body, meta);
  } finally {
    end();
  }
}

async function outcomeOf(body: () => unknown, meta: Metadata): Promise<string | undefined> {
  const asynchronous = meta.flags.has('async');
  let finish: (message: string | undefined) => void = () => {};
  const done = new Promise<string | undefined>((resolve) => {
    finish = resolve;
  });
  host.$DONE = runsAsItIs((error: unknown) => finish(error === undefined ? undefined : describe(error)));
  host.print = runsAsItIs(() => {});
  try {
    body();
  } catch (e) {
    if (meta.negative !== undefined) return nameOf(e) === meta.negative.type ? undefined : `threw ${describe(e)}`;
    return describe(e);
  }
  if (meta.negative !== undefined) return `did not throw ${meta.negative.type}`;
  if (!asynchronous) return undefined;
  const timer = setTimeout(() => finish('$DONE was not called'), 1500);
  const result = await done;
  clearTimeout(timer);
  return result;
}

function nameOf(e: unknown): string {
  return (e as { constructor?: { name?: string } } | undefined)?.constructor?.name ?? String(e);
}

function describe(e: unknown): string {
  try {
    const error = e as { name?: unknown; message?: unknown; code?: unknown };
    if (typeof e === 'object' && e !== null && 'message' in e) {
      const first = String(error.message).split('\n')[0];
      return `${error.code === undefined ? nameOf(e) : String(error.code)}: ${first}`;
    }
    return String(e);
  } catch {
    return 'an error that can not be shown';
  }
}

async function run(job: Job): Promise<Outcome> {
  const { path } = job;
  const source = readFileSync(join(job.checkout, 'test', path), 'utf8');
  const meta = metadataOf(source);
  const excluded = excludedBy(meta, source);
  if (excluded !== undefined) return { path, status: 'excluded', reason: excluded };
  host.$262 = hooksOfHost;
  const before = loaded.size;
  try {
    for (const include of ['assert.js', 'sta.js', 'doneprintHandle.js', ...meta.includes]) load(job.checkout, include);
  } catch (e) {
    return { path, status: 'excluded', reason: `a harness file does not load in this engine (${describe(e)})` };
  }
  host.$DONE = host.print = host.$262 = undefined;
  host.$262 = hooksOfHost;
  if (loaded.size !== before) baseline();

  await warm(job);

  const modes = meta.flags.has('onlyStrict') ? [true] : meta.flags.has('noStrict') ? [false] : [false, true];
  let spent = false;
  let ran = job.ran ?? 0;
  for (let i = job.from ?? 0; i < modes.length; i++) {
    const strict = modes[i];
    if (spent) return { path, status: 'pass', spent, again: { from: i, passes: false, ran } };
    const text = wrapped(source, strict);
    let native: Function;
    try {
      native = vm.runInThisContext(`(${text})`, { filename: path });
    } catch (e) {
      return {
        path,
        status: 'excluded',
        reason: 'can not be the body of a function (or this engine does not parse it)',
      };
    }
    const direct = usesEval(text);
    if (direct !== undefined) return { path, status: 'excluded', reason: direct };
    if (!(job.passes && i === job.from)) {
      const nativeFailure = await attempt(() => Reflect.apply(native, globalThis, []), meta);
      spent = !restore();
      if (nativeFailure !== undefined) continue;
      if (spent) return { path, status: 'pass', spent, again: { from: i, passes: true, ran } };
    }
    ran++;
    const tested = job.tracked ? vm.runInThisContext(`(${tracking(text)})`, { filename: path }) : native;
    const twin = twinBody(job, text, tested);
    const failure = await attempt(twin.body, meta, () => {
      // First the built-ins, which the library itself needs; but a tracked number (or what stands for it while the
      // evaluation is left) is to be found where it was.
      restore(job.tracked ? (now) => typeof now.value === 'number' || isBox(now.value) : undefined);
      twin.end();
      spent = !restore();
    });
    if (failure?.includes('direct eval can not') && !job.tracked) {
      return { path, status: 'excluded', reason: 'uses direct eval', spent: true };
    }
    if (failure !== undefined) {
      return {
        path,
        status: 'fail',
        reason: `${modes.length > 1 ? (strict ? 'strict: ' : 'sloppy: ') : ''}${failure}`,
        // What was captured and parsed while built-ins were broken would be found again.
        spent: true,
      };
    }
  }
  if (ran === 0) {
    return {
      path,
      status: 'excluded',
      reason: 'fails without the rewriter (this engine, or it must be global code)',
      spent,
    };
  }
  return { path, status: 'pass', spent };
}

let warmed = false;

/** The harness is parsed and rewritten before the first test of a process, which may break what that stands on. */
async function warm(job: Job): Promise<void> {
  if (warmed || job.plain) return;
  warmed = true;
  const text = `function () {
    class C { m([a, b]) { return a + b; } }
    for (const v of [[1, 2]]) assert.sameValue(new C().m(v), 3, 'sum');
    assert.notSameValue(1, 2);
    assert.throws(TypeError, function () { throw new TypeError('as it should'); });
    try { assert(false, 'as it should'); } catch (e) {}
  }`;
  const twin = twinBody(job, text, vm.runInThisContext(`(${text})`, { filename: 'warm.js' }));
  await attempt(twin.body, metadataOf(''), twin.end);
}

function usesEval(text: string): string | undefined {
  const analysis = analyze(parseFunction(text).node as Node);
  for (const fn of [analysis.lexical, ...analysis.functions.values()]) {
    if (fn.directEval && analysis.free.has('eval')) return 'uses direct eval';
    if (fn.usesWith) return 'uses with';
  }
  return undefined;
}

/** The test with every numeric literal a tracked number (those that are property names stay). */
function tracking(text: string): string {
  const shape = parseFunction(text);
  const places: { start: number; end: number }[] = [];
  const visit = (node: Node, isKey: boolean): void => {
    if (node.type === 'Literal' && typeof node.value === 'number' && !isKey) places.push(node);
    const key =
      'key' in node && 'computed' in node && !node.computed && !(node.type === 'Property' && node.shorthand)
        ? node.key
        : undefined;
    for (const child of children(node)) visit(child, child === key);
  };
  visit(shape.node as Node, false);
  let out = '';
  let at = shape.offset;
  for (const { start, end } of places.sort((a, b) => a.start - b.start)) {
    out += `${shape.text.slice(at, start)}$track(${shape.text.slice(start, end)})`;
    at = end;
  }
  return out + shape.text.slice(at, shape.offset + text.length);
}

/** What runs the twin of the test, and what ends its evaluation: promise reactions still belong to it. */
function twinBody(job: Job, text: string, native: Function): { body: () => unknown; end: () => void } {
  if (job.plain) {
    return { body: () => Reflect.apply(twinOfText(text, { strict: false }), globalThis, []), end: () => {} };
  }
  let run: Run | undefined;
  return {
    body() {
      run = beginRun();
      const tape = new Tape();
      const level = reverseLevel(run, undefined, tape);
      setLevel(run, level);
      host.$track = runsAsItIs((n: number) => new Tracked(level, n, tape.leaf()));
      try {
        return hooks.callTwin(native, globalThis, []);
      } finally {
        leaveRun(run);
      }
    },
    end() {
      if (run === undefined) return;
      enterRun(run);
      endRun(run);
    },
  };
}

process.on('message', (job: Job) => {
  run(job).then(
    (outcome) => process.send!(outcome),
    (e) =>
      process.send!({
        path: job.path,
        status: 'fail',
        reason: `the runner itself: ${(e as Error)?.stack ?? e}`,
        spent: true,
      }),
  );
});
process.send!('ready');
