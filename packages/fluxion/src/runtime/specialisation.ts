/**
 * What has been compiled of a function: one specialisation for each kind of arguments met, derivatives of it as they are asked for.
 * Invariant: nothing here depends on sizes or on contents; what the types leave open is given to each call.
 */

import { type Active, eachOp } from '../differentiate/activity.ts';
import { expand } from '../differentiate/expand.ts';
import { forward } from '../differentiate/forward.ts';
import { stillLoads, writtenBefore } from '../differentiate/origin.ts';
import { reverse } from '../differentiate/reverse.ts';
import { isOwn } from '../dynamic/calls.ts';
import { FluxionError } from '../errors/error.ts';
import type { Module } from '../ir/ops.ts';
import type { Level, Space } from '../ir/types.ts';
import { recogniseOwn } from '../lower/builtins/fluxion.ts';
import { Decline } from '../lower/decline.ts';
import { type Lowered, lower } from '../lower/lowering.ts';
import { isProxy } from '../lower/outside/known.ts';
import { functionAround, positionOf, startOf } from '../lower/program/places.ts';
import { irTypes } from '../lower/types/cells.ts';
import { spacesOf } from '../lower/types/spaces.ts';
import { describeType, type JsType } from '../lower/types/types.ts';
import { optimize } from '../optimize/pipeline.ts';
import { onRule } from '../rules/user.ts';
import type { Writing } from './copyout.ts';
import { Code } from './evaluation.ts';
import type { Left } from './heap.ts';
import { receiving } from './spaces.ts';

/** Why a function is not compiled, or a call of it left the tier. */
export interface DeclineReason {
  readonly message: string;
  readonly unit?: { readonly text: string; readonly offset: number; readonly fn: Function } | undefined;
}

/** Modules are not kept once there is code of them: they are large, and can be made again from the primal one. */
export interface CompiledReverse {
  readonly code: Code;
  readonly forward: string;
  readonly reverse: string;
  readonly level: Level;
}

export interface CompiledForward {
  readonly code: Code;
  readonly entry: string;
  readonly level: Level;
}

/** A gradient and how it moves. */
export interface CompiledSecond {
  readonly code: Code;
  readonly entry: string;
  readonly inner: Level;
  readonly outer: Level;
}

recogniseOwn(isOwn);

const most = 8;
/** After so many calls that had to be done again on the dynamic tier, a specialisation is given up. */
const mostFailures = 3;

/** What is nested deeper than the stack of the engine allows its walks to go is declined, as what is too large in other ways. */
function withinStack<T>(work: () => T): T {
  try {
    return work();
  } catch (e) {
    if (!isStackOverflow(e)) throw e;
    throw new Decline('it is nested too deep');
  }
}

function isStackOverflow(e: unknown): boolean {
  return e instanceof Error && /call stack|too much recursion/i.test(e.message) && !(e instanceof FluxionError);
}

/** What has been made, by key; what could not be made is not tried again. */
class Made<T> {
  private readonly made = new Map<string, T | Decline>();

  get(key: string): T | undefined {
    const known = this.made.get(key);
    if (known instanceof Decline) throw known;
    return known;
  }

  make(key: string, work: () => T): T {
    try {
      const made = withinStack(work);
      this.made.set(key, made);
      return made;
    } catch (e) {
      if (e instanceof Decline) this.made.set(key, e);
      throw e;
    }
  }
}

export class Specialisation {
  readonly lowered: Omit<Lowered, 'module'>;
  /** The module as it is differentiated. */
  readonly primal: Module;
  /** What it writes in objects that were there before the call. */
  readonly written: ReadonlySet<Space>;
  /** How many numbers of the parameters come before each argument. */
  readonly firstNumbers: readonly number[];
  failures = 0;
  lastFailure: string | undefined;
  /** The lists of arguments by which both tiers have given the same gradient. */
  readonly agreed = new Set<string>();
  private readonly reversed = new Made<CompiledReverse>();
  private readonly fused = new Made<CompiledForward>();
  private readonly pushed = new Made<CompiledForward>();
  private readonly second = new Made<CompiledSecond>();

  constructor({ module, ...lowered }: Lowered) {
    this.lowered = lowered;
    this.primal = primalOf(module, lowered);
    this.written = writtenBefore(this.primal, lowered.entry);
    let numbers = 0;
    this.firstNumbers = lowered.args.map((type) => {
      const first = numbers;
      for (const t of irTypes(type)) if (t === 'f64') numbers++;
      return first;
    });
  }

  /** A call had to be done again on the dynamic tier. */
  failed(why: Left): void {
    if (why.counts) this.failures++;
    this.lastFailure = why.message;
  }

  get givenUp(): boolean {
    return this.failures >= mostFailures;
  }

  giveUp(reason: string): void {
    this.failures = mostFailures;
    this.lastFailure = reason;
  }

  /** How many operations it has. */
  get size(): number {
    if (this.operations === 0) {
      for (const { body } of this.primal.functions.values()) eachOp(body, () => this.operations++);
    }
    return this.operations;
  }
  private operations = 0;

  /** Whether the value is made of derivatives, which are the same on both tiers to rounding only. */
  get takesDerivatives(): boolean {
    return this.primal.levels.length > 0;
  }

  /** Whether a run can be noticed: by the host, or in what f captured. */
  get hasEffects(): boolean {
    if (this.effects === undefined) {
      const reached = spacesOf(this.lowered.globals.map(({ type }) => type));
      this.effects =
        this.primal.hosts.some(({ pure }) => pure !== true) || [...reached].some((space) => this.written.has(space));
    }
    return this.effects;
  }
  private effects: boolean | undefined;

  get tag(): (text: string) => number {
    return this.lowered.texts.tag;
  }

  get text(): (tag: number) => string {
    return this.lowered.texts.text;
  }

  reverse(wrt: readonly number[]): CompiledReverse {
    const key = keyOf(wrt);
    return (
      this.reversed.get(key) ??
      this.reversed.make(key, () => {
        const level: Level = { index: this.primal.levels.length, mode: 'reverse', lanes: 1 };
        const made = reverse(this.primal, this.lowered.entry, this.active(wrt), level, { gradient: false });
        const entries = [made.forward, made.reverse];
        const code = new Code(optimize(made.module, 'after', { entries }), entries);
        return { code, forward: made.forward, reverse: made.reverse, level };
      })
    );
  }

  /** Value and gradient in one function. */
  gradient(wrt: readonly number[]): CompiledForward {
    const key = keyOf(wrt);
    return (
      this.fused.get(key) ??
      this.fused.make(key, () => {
        const { differentiated, entry, level } = this.differentiated(wrt);
        const code = new Code(optimize(differentiated, 'after', { entries: [entry] }), [entry]);
        return { code, entry, level };
      })
    );
  }

  /** The module that value and gradient are compiled from, before it is optimised. */
  differentiated(wrt: readonly number[]): {
    readonly differentiated: Module;
    readonly entry: string;
    readonly level: Level;
  } {
    const level: Level = { index: this.primal.levels.length, mode: 'reverse', lanes: 1 };
    const { module, gradient } = reverse(this.primal, this.lowered.entry, this.active(wrt), level, { pullback: false });
    return { differentiated: module, entry: gradient, level };
  }

  /** With tangents along as many directions at once as there are lanes. */
  forward(wrt: readonly number[], lanes = 1): CompiledForward {
    const key = `${wrt.join()}/${lanes}`;
    return (
      this.pushed.get(key) ??
      this.pushed.make(key, () => {
        const level: Level = { index: this.primal.levels.length, mode: 'forward', lanes };
        const made = forward(this.primal, this.lowered.entry, this.active(wrt), level);
        const code = new Code(optimize(made.module, 'after', { entries: [made.entry] }), [made.entry]);
        return { code, entry: made.entry, level };
      })
    );
  }

  /** The gradient by one argument, pushed forward along the arguments `wrt`. */
  gradientForward(index: number, wrt: readonly number[], lanes = 1): CompiledSecond {
    const key = `${index}:${wrt.join()}/${lanes}`;
    return (
      this.second.get(key) ??
      this.second.make(key, () => {
        const inner: Level = { index: this.primal.levels.length, mode: 'reverse', lanes: 1 };
        const outer: Level = { index: this.primal.levels.length + 1, mode: 'forward', lanes };
        const wanted = { pullback: false };
        const reversed = reverse(this.primal, this.lowered.entry, this.active([index]), inner, wanted);
        const optimised = optimize(reversed.module, 'after', { entries: [reversed.gradient] });
        // The seed comes last, and does not move.
        const pushed = forward(optimised, reversed.gradient, this.active(wrt, optimised, reversed.gradient), outer);
        const { entry } = pushed;
        const code = new Code(optimize(pushed.module, 'after', { entries: [entry] }), [entry]);
        return { code, entry, inner, outer };
      })
    );
  }

  /** What it writes, where these arguments are differentiated. */
  writing(wrt: readonly number[]): Writing {
    const key = keyOf(wrt);
    let known = this.writings.get(key);
    if (known === undefined) {
      known = { spaces: this.written, receiving: receiving(this.primal, this.lowered.entry, this.active(wrt)) };
      this.writings.set(key, known);
    }
    return known;
  }
  private readonly writings = new Map<string, Writing>();

  /** What moves in derivatives by the arguments `wrt`; in a program of other parameters, those stand first. */
  active(wrt: readonly number[], module = this.primal, entry = this.lowered.entry): Active {
    const { params } = module.functions.get(entry)!;
    // The globals object comes first, and is never active itself.
    const numbers: boolean[] = [false];
    const leading: boolean[] = [false];
    this.lowered.args.forEach((type, i) => {
      const carried = type.kind === 'number' || type.kind === 'maybe';
      irTypes(type).forEach((_, k) => {
        numbers.push(k === 0 && carried && wrt.includes(i));
        leading.push(wrt.includes(i));
      });
    });
    const spaces = new Set([...spacesOf(wrt.map((i) => this.lowered.args[i]))].filter((s) => s.cell === 'f64'));
    const still = stillLoads(
      module,
      entry,
      params.map((_, i) => leading[i] ?? false),
    );
    return { params: params.map((_, i) => numbers[i] ?? false), spaces, still };
  }
}

/** A list of arguments, as a key. */
export function keyOf(wrt: readonly number[]): string {
  return wrt.length === 1 ? String(wrt[0]) : wrt.join();
}

/** The program as it is differentiated, with the derivatives written that it takes itself. */
function primalOf(module: Module, { entry, units }: Omit<Lowered, 'module'>): Module {
  try {
    const prepare = (own: Module, name: string): Module => optimize(own, 'before', { entries: [name] });
    return optimize(expand(module, entry, prepare), 'before', { entries: [entry] });
  } catch (e) {
    if (e instanceof Decline) {
      e.position ??= positionOf(units, e.at ?? startOf(units));
      e.functionName ??= functionAround(units, e.at);
    }
    throw e;
  }
}

interface Known {
  readonly list: Specialisation[];
  readonly declined: Map<string, Decline>;
}

let known = new WeakMap<Function, Known>();
// A rule counts from the moment it is defined, for whoever calls the function.
onRule(() => {
  known = new WeakMap();
});

function knownOf(f: Function): Known {
  let of = known.get(f);
  if (of === undefined) known.set(f, (of = { list: [], declined: new Map() }));
  return of;
}

/** What is compiled of `f` already, in the order to be tried. */
export function specialisationsOf(f: Function): readonly Specialisation[] {
  return knownOf(f).list;
}

/** Compiles `f` for arguments like these. Throws Decline. */
export function specialise(f: Function, args: readonly unknown[]): Specialisation {
  const of = knownOf(f);
  const key = args.map((arg) => kindOf(arg)).join();
  const before = of.declined.get(key);
  if (before !== undefined) throw before;
  try {
    if (of.list.length >= most) throw new Decline('it has been called with too many kinds of arguments');
    const made = withinStack(() => new Specialisation(lower(f, args)));
    checkResult(made.lowered.result);
    of.list.push(made);
    return made;
  } catch (e) {
    // What is wrong with a function that may be called is said by the tier that calls it.
    const why = e instanceof FluxionError ? new Decline(e.message.split('\n')[0]) : e;
    if (why instanceof Decline) of.declined.set(key, why);
    throw why;
  }
}

function checkResult(type: JsType): void {
  const numbers = type.kind === 'union' && type.members.some((m) => m.kind === 'number' || m.kind === 'maybe');
  if (type.kind === 'closure' || type.kind === 'conflict' || numbers)
    throw new Decline(`it returns ${describeType(type)}`);
}

/** What is told of a value where a decline is remembered: what it is, and roughly what it holds. */
function kindOf(value: unknown, depth = 0): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  if (isProxy(value)) return 'Proxy';
  const name = (Object.getPrototypeOf(value) as object | null)?.constructor?.name ?? 'object';
  if (depth > 2 || ArrayBuffer.isView(value)) return name;
  const kindIn = (key: string): string => {
    const own = Object.getOwnPropertyDescriptor(value, key);
    return own !== undefined && 'value' in own ? kindOf(own.value, depth + 1) : 'undefined';
  };
  if (Array.isArray(value)) return `${name}[${kindIn('0')}]`;
  return `${name}{${Object.keys(value)
    .slice(0, 9)
    .map((key) => `${key}:${kindIn(key)}`)}}`;
}
