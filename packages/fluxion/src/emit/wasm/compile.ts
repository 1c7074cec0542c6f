/**
 * From a module of the IR to code that can be called.
 * Invariant: an instance holds nothing of a run but its globals, which `enter` sets anew; so instances are kept, and share one memory.
 */
import type { Host, Module } from '../../ir/ops.ts';
import { type Emitted, type Entry, emit } from './emit.ts';
import { engine, Unavailable, type WasmMemory, type WasmModule } from './engine.ts';
import { engineFunction } from './links.ts';
import { type Layout, reservedBytes, resultSlots } from './memory.ts';

export interface Compiled extends Emitted {
  readonly hosts: readonly Host[];
  readonly code: WasmModule;
}

/** A module that engines refuse for its size (locals, parameters, bytes of one function): it is not compiled. */
export class TooLarge extends Error {}

/** `entries`: the functions that will be called from outside; all of them if nothing is said. Throws `TooLarge`, `Unavailable`. */
export function compileModule(module: Module, entries: readonly string[] = [...module.functions.keys()]): Compiled {
  for (const { name, params, results } of module.functions.values()) {
    const mostResults = entries.includes(name) ? resultSlots : most;
    if (params.length > most || results.length > mostResults) {
      throw new TooLarge(`${name} has ${params.length} parameters and ${results.length} results`);
    }
  }
  const emitted = emit(module, entries);
  try {
    return { ...emitted, hosts: module.hosts, code: new (engine().Module)(emitted.bytes) };
  } catch (e) {
    if (isForbidden(e)) throw new Unavailable((e as Error).message);
    if (!isLimit(e)) throw e;
    throw new TooLarge((e as Error).message);
  }
}

/** Of parameters, and of results: more are refused by the engines. */
const most = 1000;

/** What the engine says of code that is well formed and too large for it; anything else is a fault of ours. */
function isLimit(e: unknown): boolean {
  return e instanceof Error && /exceeds? |too (?:large|many|big)|maximum/i.test(e.message);
}

/** A content-security policy that does not allow compiling. */
function isForbidden(e: unknown): boolean {
  return e instanceof Error && /disallowed|not allowed|blocked|content security policy|unsafe-eval/i.test(e.message);
}

/**
 * The compiled code can not go on: `code` is the index of one of the module's reasons, or `~region` where a region of the segment is
 * full and `bytes` more were needed in it (negative for 2^31 and more). It has to throw.
 */
export type Leave = (code: number, bytes: number) => void;

export interface Imports {
  readonly memory: WasmMemory;
  readonly leave: Leave;
  /** In place of the callees of the module's hosts, by index: for logging and replaying. */
  readonly host?: ((index: number, args: readonly number[]) => unknown) | undefined;
}

export interface Instance {
  /** To be called before each run, with the segment it owns; `tops`, where regions are filled already, up to where. */
  enter(layout: Layout, tops?: readonly number[]): void;
  /** Up to where a region is filled. */
  top(region: number): number;
  entry(name: string): Callable;
}

/** A function of the module. bools are 0 and 1, references unsigned addresses. */
export interface Callable extends Entry {
  /** Runs it, and gives its result if it has one. Several results are not given, but read with `result`. */
  readonly run: (...args: number[]) => number;
  /** One of several results of the last run; to be read before anything compiled is called again. */
  result(n: number): number;
  /** Runs it, and gives all results. */
  call(...args: number[]): number[];
}

export function instantiate(compiled: Compiled, { memory, leave, host }: Imports): Instance {
  const functions: Record<string, unknown> = {};
  let current: Layout | undefined;
  let entered = 0;
  const call = host ?? ((index: number, args: readonly number[]) => compiled.hosts[index].callee(...args));
  /** What a host calls may come back here, for a run of its own in another segment; the run that goes on has its own again. */
  const guarded = (index: number, args: readonly number[]): unknown => {
    const before = entered;
    const layout = current;
    const filled = tops.map((top) => top() >>> 0);
    try {
      return call(index, args);
    } finally {
      if (entered !== before && layout !== undefined) enter(layout, filled);
    }
  };
  compiled.imports.forEach((what, n) => {
    if (what.kind === 'leave') functions[n] = leave;
    else if (what.kind === 'math') functions[n] = engineFunction(what.fn);
    else functions[n] = (...args: number[]) => guarded(what.index, args);
  });
  const { exports } = new (engine().Instance)(compiled.code, { f: functions, m: { m: memory } });
  const setGlobals = exports.enter as (...globals: number[]) => void;
  const globals: number[] = [];
  const enter = (layout: Layout, filled?: readonly number[]) => {
    const { regions, shifts } = layout;
    let at = 0;
    for (let region = 0; region < regions.length; region++) {
      globals[at++] = filled === undefined ? regions[region].from : filled[region];
      globals[at++] = regions[region].to;
    }
    for (let level = 0; level < shifts.length; level++) globals[at++] = shifts[level];
    setGlobals(...globals);
    current = layout;
    entered++;
  };
  const tops: (() => number)[] = [];
  for (let region = 0; exports[`top ${region}`] !== undefined; region++) {
    tops.push(exports[`top ${region}`] as () => number);
  }
  let results = new Float64Array(memory.buffer);
  const result = (n: number): number => {
    // Where the memory has grown, an array over it is of length 0.
    if (results.length === 0) results = new Float64Array(memory.buffer);
    return results[reservedBytes / 8 + n];
  };
  const entries = new Map<string, Callable>();
  for (const [name, entry] of compiled.entries) {
    entries.set(name, callable(entry, exports[`call ${name}`] as (...args: number[]) => number, result));
  }
  return {
    enter,
    top: (region) => tops[region]() >>> 0,
    entry(name) {
      const found = entries.get(name);
      if (found === undefined) throw new Error(`No entry ${name}`);
      return found;
    },
  };
}

function callable(
  { params, results }: Entry,
  exported: (...args: number[]) => number,
  result: (n: number) => number,
): Callable {
  if (results.length > 1) {
    const call = (...args: number[]) => {
      exported(...args);
      const found: number[] = [];
      for (let n = 0; n < results.length; n++) found.push(result(n));
      return found;
    };
    return { params, results, run: exported, result, call };
  }
  // An address beyond 2^31 is negative to WebAssembly.
  const run = results[0] === 'ref' ? (...args: number[]) => exported(...args) >>> 0 : exported;
  let last = Number.NaN;
  const call = (...args: number[]) => {
    last = run(...args);
    return results.length === 0 ? [] : [last];
  };
  return { params, results, run, result: () => last, call };
}
