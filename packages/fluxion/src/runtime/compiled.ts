/**
 * Evaluations on the compiled tier: arguments copied in, compiled code run, results and gradients copied out.
 * Invariant: an evaluation gives f's value and derivative, or nothing has happened and the dynamic tier is asked.
 */
import { Dual, isBox, Tracked, type Value } from '../dynamic/numbers/box.ts';
import { forwardLevel, type LevelRun, type Level as NumberLevel, reverseLevel } from '../dynamic/numbers/level.ts';
import { outlineOf, project } from '../dynamic/outline.ts';
import { currentRun } from '../dynamic/run.ts';
import { Tape } from '../dynamic/tape.ts';
import { fluxionError } from '../errors/error.ts';
import { type Level, type Space, shadowOf } from '../ir/types.ts';
import { Decline } from '../lower/decline.ts';
import { irTypes } from '../lower/values.ts';
import { below, type ForwardResult, type ReverseResult } from './evaluate.ts';
import { Evaluation } from './evaluation.ts';
import { Left, OutOfMemory } from './heap.ts';
import { CopyIn, CopyOut, GradientOut, LeafPlaces, Mismatch, numberIn } from './marshal.ts';
import type { Options } from './options.ts';
import { type Specialisation, specialisationsOf, specialise } from './specialisation.ts';

/** A place of the result that holds a number: one of the values returned, or a cell. */
type ResultPlace =
  | { readonly own: number }
  | { readonly space: Space; readonly object: number; readonly index: number };

/** Compiled code is for the outermost derivative, at plain numbers. */
export function mayCompile(args: readonly unknown[]): boolean {
  return currentRun() === undefined && !args.some(isBox);
}

interface Entered {
  readonly specialisation: Specialisation;
  readonly roots: readonly CopyIn[];
  readonly globals: CopyIn;
  readonly given: number[];
}

/** Copies the arguments in, for the first specialisation they fit; compiles another if they fit none. */
function enter(
  f: Function,
  args: readonly unknown[],
  open: (s: Specialisation) => Evaluation,
): { entered: Entered; evaluation: Evaluation } {
  const tried = new Set<Specialisation>();
  for (;;) {
    const next = specialisationsOf(f).find((s) => !tried.has(s)) ?? specialise(f, args);
    if (tried.has(next)) throw new Decline('its arguments are not of the types that they were found to be of');
    tried.add(next);
    if (next.givenUp) throw new Decline(`it left the compiled tier too often: ${next.lastFailure}`);
    const evaluation = open(next);
    try {
      return { entered: evaluation.within(() => copyIn(next, args, evaluation)), evaluation };
    } catch (e) {
      evaluation.close();
      if (!(e instanceof Mismatch)) throw e;
    }
  }
}

function copyIn(specialisation: Specialisation, args: readonly unknown[], evaluation: Evaluation): Entered {
  const { lowered } = specialisation;
  if (lowered.args.length !== args.length) throw new Mismatch();
  const { segment: heap } = evaluation;
  const globals = new CopyIn(heap, specialisation.tag);
  const given = [globals.globals(lowered.globalsShape, lowered.globals)];
  const roots = args.map((arg, i) => {
    const root = new CopyIn(heap, specialisation.tag);
    given.push(...root.values(lowered.args[i], arg));
    return root;
  });
  sharedOnlyIfUnwritten([globals, ...roots], specialisation);
  return { specialisation, roots, globals, given };
}

/** One object under two roots is two here: that is right as long as nobody writes to it. */
function sharedOnlyIfUnwritten(roots: readonly CopyIn[], specialisation: Specialisation): void {
  if (specialisation.written.size === 0) return;
  const seen = new Map<object, number>();
  roots.forEach((root, i) => {
    for (const object of root.at.keys()) {
      if (seen.has(object)) throw new Left('one object is reached by two ways, and something is written');
      seen.set(object, i);
    }
  });
}

/** A derivative that needs more is refused, unless `maxMemory` says otherwise. */
const defaultMemory = 2 ** 30;

/** Runs `evaluate` in an evaluation that has enough memory. */
function withMemory<T>(options: Options | undefined, evaluate: () => T): T {
  for (;;) {
    try {
      return evaluate();
    } catch (e) {
      if (!(e instanceof OutOfMemory)) throw e;
      const limit = options?.maxMemory ?? defaultMemory;
      if (2 * e.had > limit) throw fluxionError('MemoryLimit', { limit });
    }
  }
}

/** Closes the memory of a pullback when nobody can call it any more. */
const abandoned = new FinalizationRegistry<{ close(): void }>((memory) => memory.close());

/** f in reverse mode on the compiled tier. Throws Decline or Left, with nothing done. */
export function compiledReverse<T>(
  f: Function,
  args: readonly unknown[],
  wrt: readonly number[],
  options: Options | undefined,
  finish: (r: ReverseResult) => T,
): T {
  return withMemory(options, () => {
    const { entered, evaluation } = enter(f, args, (s) => new Evaluation(s.reverse(wrt).code));
    const { specialisation } = entered;
    const code = specialisation.reverse(wrt);
    let released = false;
    let finished = false;
    try {
      const result = runForward(entered, evaluation, code.forward, 'reverse');
      let pulls = 0;
      const pull = (seeds: readonly (readonly [Value, Value])[]): unknown[] => {
        if (pulls++ > 0) evaluation.segment.clearShadows(code.level.index);
        const own = result.ownSeeds();
        for (const [number, seed] of seeds) {
          if (!Tracked.is(number) || number.level !== result.level) continue;
          if (typeof seed !== 'number') throw new Left('the cotangent is itself being differentiated');
          const place = result.places[number.index];
          if ('own' in place) own[place.own] += seed;
          else addShadow(evaluation, place, seed, code.level);
        }
        const adjoints = evaluation.call(code.reverse, [...result.rest, ...own]);
        return gradients(entered, evaluation, args, wrt, adjoints, code.level, finished);
      };
      const done = finish({
        result: result.value,
        pull,
        plain: (value) => below(value, result.level),
        tape: {
          release: () => {
            released = true;
          },
        },
        level: result.level,
      });
      finished = true;
      if (!released) abandoned.register(pull, evaluation.segment);
      return done;
    } finally {
      if (released || !finished) evaluation.close();
    }
  });
}

/** f in forward mode on the compiled tier. Throws Decline or Left, with nothing done. */
export function compiledForward<T>(
  f: Function,
  args: readonly unknown[],
  tangents: readonly unknown[],
  options: Options | undefined,
  finish: (r: ForwardResult) => T,
): T {
  const wrt = args.map((_, i) => i).filter((i) => tangents[i] !== undefined && tangents[i] !== null);
  return withMemory(options, () => {
    const { entered, evaluation } = enter(f, args, (s) => new Evaluation(s.forward(wrt).code));
    const code = entered.specialisation.forward(wrt);
    try {
      const given = withTangents(entered, evaluation, args, tangents, wrt, code.level);
      const result = runForward({ ...entered, given }, evaluation, code.entry, 'forward', code.level);
      return finish({
        result: result.value,
        tangent: (value) => (Dual.is(value) && value.level === result.level ? value.tangent : 0),
        plain: (value) => below(value, result.level),
      });
    } finally {
      evaluation.close();
    }
  });
}

interface Ran {
  /** What f returned, its numbers tracked. */
  readonly value: unknown;
  readonly level: NumberLevel;
  readonly places: readonly ResultPlace[];
  /** What was returned beside f's result. */
  readonly rest: readonly number[];
  /** An adjoint of 0 for each number among the values returned. */
  ownSeeds(): number[];
}

function runForward(
  { specialisation, globals, given }: Entered,
  evaluation: Evaluation,
  name: string,
  mode: 'forward' | 'reverse',
  tangents?: Level,
): Ran {
  const { result: type } = specialisation.lowered;
  const out = call(specialisation, evaluation, name, given);
  const level =
    mode === 'reverse' ? reverseLevel(standingRun, undefined, new Tape()) : forwardLevel(standingRun, undefined);
  const places: ResultPlace[] = [];
  const types = irTypes(type);
  const carried: number[] = [];
  const moved: number[] = [];
  let at = 0;
  for (const t of types) {
    carried.push(out[at++]);
    moved.push(mode === 'forward' && t === 'f64' ? out[at++] : 0);
  }
  const tracked = (primal: number, place: ResultPlace, tangent: () => number): Value =>
    mode === 'reverse' ? new Tracked(level, primal, places.push(place) - 1) : new Dual(level, primal, tangent());
  const existing = new Map([...globals.at].map(([object, ref]) => [ref, object] as const));
  const copy = new CopyOut(evaluation.segment, specialisation.text, existing);
  const value = copy.value(
    type,
    carried,
    (space, object, index) => {
      const { segment: heap } = evaluation;
      const primal = numberIn(heap, space, object, index);
      if (space.cell !== 'f64') return primal;
      return tracked(primal, { space, object, index }, () => numberIn(heap, shadowOf(space, tangents!), object, index));
    },
    (n) => tracked(n, { own: 0 }, () => moved[0]),
  );
  writeBack(specialisation, globals, copy);
  const floats = types.filter((t) => t === 'f64').length;
  return { value, level, places, rest: out.slice(at), ownSeeds: () => new Array<number>(floats).fill(0) };
}

/** A run of the dynamic tier's that never ends: the numbers of results belong to it until they are read. */
const standingRun: LevelRun = {
  get root() {
    return standingRun;
  },
  ended: false,
};

function call(
  specialisation: Specialisation,
  evaluation: Evaluation,
  name: string,
  given: readonly number[],
): number[] {
  try {
    return evaluation.call(name, given);
  } catch (e) {
    if (e instanceof Left) {
      specialisation.failures += e.counts ? 1 : 0;
      specialisation.lastFailure = e.message;
    }
    throw e;
  }
}

function addShadow(
  evaluation: Evaluation,
  place: Exclude<ResultPlace, { own: number }>,
  seed: number,
  level: Level,
): void {
  const { segment: heap } = evaluation;
  heap.views.f64[heap.address(shadowOf(place.space, level), place.object, place.index) >>> 3] += seed;
}

function gradients(
  { specialisation, roots }: Entered,
  evaluation: Evaluation,
  args: readonly unknown[],
  wrt: readonly number[],
  adjoints: readonly number[],
  level: Level,
  finished: boolean,
): unknown[] {
  void evaluation;
  const { args: types } = specialisation.lowered;
  let at = 0;
  const first = types.map((type) => {
    const here = at;
    at += irTypes(type).filter((t) => t === 'f64').length;
    return here;
  });
  return wrt.map((i) => {
    const out = new GradientOut(roots[i], level);
    const gradient = out.of(types[i], args[i], adjoints[first[i]] ?? 0);
    // What infinities meet is told by the tier that defines the meaning.
    if (!out.finite && !finished) throw new Left('the gradient is not finite', false);
    return gradient;
  });
}

/** The parameters with tangents after each number; those of memory are put into its shadows. */
function withTangents(
  { specialisation, roots, given }: Entered,
  evaluation: Evaluation,
  args: readonly unknown[],
  tangents: readonly unknown[],
  wrt: readonly number[],
  level: Level,
): number[] {
  const { args: types } = specialisation.lowered;
  const out = [given[0]];
  let at = 1;
  types.forEach((type, i) => {
    const active = wrt.includes(i);
    irTypes(type).forEach((t, k) => {
      out.push(given[at++]);
      if (t === 'f64') out.push(active && k === 0 ? tangentNumber(tangents[i]) : 0);
    });
    if (active && type.kind === 'object') {
      const { outline, leaves } = outlineOf(args[i]);
      const places = new LeafPlaces(roots[i], leaves.length).of(type, outline);
      project(outline, tangents[i], (leaf, value) => {
        const place = places[leaf];
        if (place === undefined) return;
        addShadow(evaluation, place, tangentNumber(value), level);
      });
    }
  });
  return out;
}

function tangentNumber(value: unknown): number {
  if (typeof value !== 'number') throw new Left('the tangent is itself being differentiated', false);
  return value;
}

/** Captured objects get what the program has done to them. */
function writeBack(specialisation: Specialisation, globals: CopyIn, copy: CopyOut): void {
  if (specialisation.written.size === 0) return;
  for (const { object, type, ref } of globals.copied) copy.into(object, type, ref, specialisation.written);
}
