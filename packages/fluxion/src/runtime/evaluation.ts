/**
 * Compiled code with the part of the memory that one evaluation of it owns.
 * Invariant: what an evaluation needed more of is noted with the code, so the next one begins with it.
 */
import { type Compiled, compileModule, type Instance, instantiate, TooLarge } from '../emit/wasm/compile.ts';
import { Unavailable } from '../emit/wasm/engine.ts';
import { type Layout, layOut } from '../emit/wasm/memory.ts';
import type { Module } from '../ir/ops.ts';
import { Decline } from '../lower/decline.ts';
import { HostResult } from '../lower/outside/host.ts';
import type { Texts } from '../lower/texts.ts';
import { Arena, ArenaFull, enlarged, firstSizes, leaving, RegionFull, type Segment } from './arena.ts';
import { Left, OutOfMemory } from './heap.ts';
import { currentLog } from './hostlog.ts';

const arena = new Arena();

/** A module of the IR as it is called. */
export class Code {
  readonly compiled: Compiled;
  readonly instance: Instance;
  /** Bytes by region that its evaluations have been found to need. */
  sizes: number[];
  /** All of them together, with their mirrors. */
  bytes: number;
  /** How the last segment of these sizes was laid out. */
  layout: Layout | undefined;

  constructor(module: Module, entries: readonly string[]) {
    this.sizes = firstSizes(module.levels);
    this.bytes = layOut(module.levels, 0, this.sizes).to;
    const { hosts, reasons } = module;
    const leave = leaving((index) => {
      const { code, message, at } = reasons[index];
      return new Left(message, code !== 'throw', code === 'throw' || code === 'type', at);
    });
    try {
      this.compiled = compileModule(module, entries);
      const host = (index: number, args: readonly number[]): unknown => {
        const { callee, pure } = hosts[index];
        if (pure) return callee(...args);
        return currentLog()!.call(callee, args);
      };
      this.instance = instantiate(this.compiled, { memory: arena.memory, leave, host });
    } catch (e) {
      if (e instanceof TooLarge || e instanceof Unavailable) throw new Decline(e.message);
      throw e;
    }
  }

  resize(sizes: number[]): void {
    this.sizes = sizes;
    this.bytes = layOut(this.compiled.levels, 0, sizes).to;
    this.layout = undefined;
  }
}

/** How many bytes an evaluation may have, arrays, adjoints and what is kept together. */
let allowed = Number.POSITIVE_INFINITY;

export function allowing<T>(bytes: number, work: () => T): T {
  const before = allowed;
  allowed = bytes;
  try {
    return work();
  } finally {
    allowed = before;
  }
}

export class Evaluation {
  readonly segment: Segment;
  private readonly code: Code;
  private texts: Texts | undefined;

  constructor(code: Code) {
    this.code = code;
    // What others were allowed may be more.
    if (code.bytes > allowed) code.resize(firstSizes(code.compiled.levels));
    try {
      this.segment = arena.open(code.compiled.levels, code.sizes, undefined, code.layout);
      code.layout = this.segment.layout;
    } catch (e) {
      // More than there is: to try again is of no use.
      if (e instanceof ArenaFull) throw new OutOfMemory(Number.POSITIVE_INFINITY);
      throw e;
    }
  }

  /** What an error becomes that was thrown where memory was needed: if there was not enough, that is noted. */
  outOf(e: unknown): unknown {
    if (!(e instanceof RegionFull)) return e;
    const { code } = this;
    const { sizes } = code;
    // As much more as is allowed; if that is not even what is missing, there is not enough.
    for (let more = 1; ; more /= 2) {
      code.resize(enlarged(sizes, e, more));
      if (code.bytes <= allowed || more * sizes[e.region] <= e.bytes) return new OutOfMemory(code.bytes);
    }
  }

  /** Calls a function of the module with what has been copied in. */
  call(name: string, args: readonly number[]): number[] {
    const { segment } = this;
    const { instance } = this.code;
    segment.enter(instance);
    try {
      return instance.entry(name).call(...args);
    } catch (e) {
      if (e instanceof HostResult) throw new Left(e.message, true);
      if (e instanceof RangeError) throw new Left('it recurses too deep', false);
      throw this.outOf(e);
    } finally {
      segment.leave(instance);
    }
  }

  /** The numbers of texts mean the same until it is closed. */
  keep(texts: Texts): void {
    this.texts = texts;
    texts.begin();
  }

  close(): void {
    this.segment.close();
    this.texts?.end();
    this.texts = undefined;
  }
}
