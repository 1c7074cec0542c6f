/**
 * Evaluations on the compiled tier: arguments copied in, compiled code run, results and gradients copied out.
 * Invariant: an evaluation gives f's value and derivative, or nothing has happened and the dynamic tier is asked.
 */
import { Dual, Tracked, type Value } from '../dynamic/numbers/box.ts';
import { forwardLevel, type LevelRun, type Level as NumberLevel, reverseLevel } from '../dynamic/numbers/level.ts';
import { fill, outlineOf, project } from '../dynamic/outline.ts';
import { copyWith } from '../dynamic/standin.ts';
import { Tape } from '../dynamic/tape.ts';
import { fluxionError } from '../errors/error.ts';
import { type Level, type Space, shadowOf } from '../ir/types.ts';
import { Decline } from '../lower/decline.ts';
import { guardHolds } from '../lower/guards.ts';
import { positionOf } from '../lower/places.ts';
import type { JsType } from '../lower/types.ts';
import { irTypes } from '../lower/values.ts';
import { GradientOut } from './adjoints.ts';
import { CopyIn, Mismatch } from './copyin.ts';
import { CopyOut } from './copyout.ts';
import { type Derived, derivedOf } from './derived.ts';
import { below, type ForwardResult, type ReverseResult } from './evaluate.ts';
import { Evaluation } from './evaluation.ts';
import { type Heap, Left, numberIn, OutOfMemory } from './heap.ts';
import { currentLog } from './hostlog.ts';
import { leafPlaces, type Place } from './leaves.ts';
import type { Options } from './options.ts';
import { mayWrite } from './spaces.ts';
import { type Specialisation, specialisationsOf, specialise } from './specialisation.ts';

/** A place of the result that holds a number: one of the values returned, or a cell. */
type ResultPlace =
  | { readonly own: number }
  | { readonly space: Space; readonly object: number; readonly index: number };

interface Entered {
  readonly specialisation: Specialisation;
  readonly roots: readonly CopyIn[];
  readonly globals: CopyIn;
  readonly given: number[];
}

/** Copies the arguments in, for the first specialisation they fit; compiles another if they fit none. */
export function enter(
  f: Function,
  args: readonly unknown[],
  open: (s: Specialisation) => Evaluation,
): { entered: Entered; evaluation: Evaluation } {
  const tried = new Set<Specialisation>();
  for (;;) {
    const next = specialisationsOf(f).find((s) => !tried.has(s)) ?? specialise(f, args);
    if (tried.has(next)) throw new Decline('its arguments are not of the types that they were found to be of');
    tried.add(next);
    const evaluation = open(next);
    try {
      const entered = evaluation.within(() => copyIn(next, args, evaluation));
      if (next.givenUp) throw new Decline(`it left the compiled tier too often: ${next.lastFailure}`);
      return { entered, evaluation };
    } catch (e) {
      evaluation.close();
      if (!(e instanceof Mismatch)) throw e;
    }
  }
}

function copyIn(specialisation: Specialisation, args: readonly unknown[], evaluation: Evaluation): Entered {
  const { lowered } = specialisation;
  if (lowered.args.length !== args.length || !lowered.guards.every(guardHolds)) throw new Mismatch();
  const { segment: heap } = evaluation;
  const globals = new CopyIn(heap, specialisation.tag);
  const given = [globals.globals(lowered.globalsShape, lowered.globals)];
  const roots = args.map((arg, i) => {
    if (lowered.args[i].kind === 'number') {
      if (typeof arg !== 'number') throw new Mismatch();
      given.push(arg);
      return noObjects;
    }
    const root = new CopyIn(heap, specialisation.tag);
    given.push(...root.values(lowered.args[i], arg));
    return root;
  });
  writable([globals, ...roots], specialisation);
  return { specialisation, roots, globals, given };
}

/** What copying a number in has made. */
const noObjects = new CopyIn(undefined as unknown as Heap, () => 0);

/**
 * One object under two roots is two here: that is right as long as nobody writes to it. And what is frozen is not so here: a write to it
 * throws in JavaScript.
 */
function writable(roots: readonly CopyIn[], { written }: Specialisation): void {
  if (written.size === 0) return;
  const seen = new Map<object, { readonly root: CopyIn; writes: boolean }>();
  for (const root of roots) {
    for (const { object, type } of root.copied) {
      const writes = mayWrite(type, written);
      if (writes && !takesWrites(object)) throw new Left('an object is frozen, and something like it is written');
      // Views of other element types are of other spaces, and see what is written all the same.
      const memory = type.kind === 'typed' ? (object as Float64Array).buffer : object;
      const owner = seen.get(memory);
      if (owner === undefined) seen.set(memory, { root, writes });
      else if (owner.root === root) owner.writes ||= writes;
      else if (writes || owner.writes)
        throw new Left('one object is reached by two ways, and something like it is written');
    }
  }
}

function takesWrites(object: object): boolean {
  if (!Object.isExtensible(object)) return false;
  if (Array.isArray(object)) return Object.getOwnPropertyDescriptor(object, 'length')!.writable === true;
  if (ArrayBuffer.isView(object)) return true;
  return Object.values(Object.getOwnPropertyDescriptors(object)).every(({ writable }) => writable !== false);
}

/** A derivative that needs more is refused, unless `maxMemory` says otherwise. */
const defaultMemory = 2 ** 30;

/** Runs `evaluate` in an evaluation that has enough memory. */
export function withMemory<T>(options: Options | undefined, evaluate: () => T): T {
  for (;;) {
    try {
      currentLog()?.rewind();
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
    let undo = nothing;
    try {
      const result = runForward(entered, evaluation, wrt, code.forward, 'reverse');
      undo = result.undo;
      const { segment } = evaluation;
      const tops = [...segment.tops];
      let pulls = 0;
      const pull = (seeds: readonly (readonly [Value, Value])[]): unknown[] => {
        if (pulls++ > 0) {
          segment.cutBack(tops);
          segment.clearShadows(code.level.index);
        }
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
      // A pullback that is kept can't be left any more: whether its sweep gets through is seen now.
      if (pulls === 0 && !released) pull(result.numbers.map((number) => [number, 1] as const));
      finished = true;
      if (!released) abandoned.register(pull, evaluation.segment);
      return done;
    } catch (e) {
      // What is no business of the other tier has happened for good.
      if (e instanceof Left || e instanceof OutOfMemory) undo();
      throw e;
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
  const derived = derivedOf(f);
  if (derived !== undefined) return gradientForward(derived, args, tangents, wrt, options, finish);
  return withMemory(options, () => {
    const { entered, evaluation } = enter(f, args, (s) => new Evaluation(s.forward(wrt).code));
    const code = entered.specialisation.forward(wrt);
    try {
      const given = withTangents(entered, evaluation, args, tangents, wrt, code.level);
      const result = runForward({ ...entered, given }, evaluation, wrt, code.entry, 'forward', code.level);
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

/** The gradient of a number-valued function in forward mode. */
function gradientForward<T>(
  { of, index }: Derived,
  args: readonly unknown[],
  tangents: readonly unknown[],
  wrt: readonly number[],
  options: Options | undefined,
  finish: (r: ForwardResult) => T,
): T {
  return withMemory(options, () => {
    const { entered, evaluation } = enter(of, args, (s) => new Evaluation(s.gradientForward(index, wrt).code));
    const { specialisation, roots } = entered;
    const code = specialisation.gradientForward(index, wrt);
    const { args: types, result } = specialisation.lowered;
    let undo = nothing;
    try {
      if (result.kind !== 'number') throw new Decline('it does not return a number');
      const given = withTangents(entered, evaluation, args, tangents, wrt, code.outer);
      const out = call(specialisation, evaluation, code.entry, [...given, 1, 0]);
      undo = writeBack(entered, evaluation, [index, ...wrt]);
      const level = forwardLevel(standingRun, undefined);
      const moving = (primal: number, tangent: number): Value => {
        if (!Number.isFinite(primal) || !Number.isFinite(tangent)) throw new Left('a derivative is not finite', false);
        return tangent === 0 ? primal + 0 : new Dual(level, primal + 0, tangent);
      };
      // The value of f and its tangent come first, then the adjoint of each number among the parameters and its tangent.
      const before = types.slice(0, index).flatMap((type) => irTypes(type).filter((t) => t === 'f64')).length;
      const { outline, leaves } = outlineOf(args[index]);
      const places = leafPlaces(types[index], outline, leaves.length, roots[index]);
      const { segment: heap } = evaluation;
      const gradient = fill(outline, (leaf) => {
        const place = places[leaf];
        if (place === undefined)
          return typeof args[index] === 'number' ? moving(out[2 + 2 * before], out[3 + 2 * before]) : 0;
        const adjoint = shadowOf(place.space, code.inner);
        const primal = numberIn(heap, adjoint, place.object, place.index);
        return moving(primal, numberIn(heap, shadowOf(adjoint, code.outer), place.object, place.index));
      });
      return finish({
        result: gradient,
        tangent: (value) => (Dual.is(value) && value.level === level ? value.tangent : 0),
        plain: (value) => below(value, level),
      });
    } catch (e) {
      if (e instanceof Left || e instanceof OutOfMemory) undo();
      throw e;
    } finally {
      evaluation.close();
    }
  });
}

interface Ran {
  /** What f returned, its numbers tracked. */
  readonly value: unknown;
  /** Takes back what has been done to captured objects. */
  undo(): void;
  readonly level: NumberLevel;
  readonly places: readonly ResultPlace[];
  /** The tracked numbers, in the order of their places. */
  readonly numbers: readonly Tracked[];
  /** What was returned beside f's result. */
  readonly rest: readonly number[];
  /** An adjoint of 0 for each number among the values returned. */
  ownSeeds(): number[];
}

function runForward(
  entered: Entered,
  evaluation: Evaluation,
  wrt: readonly number[],
  name: string,
  mode: 'forward' | 'reverse',
  tangents?: Level,
): Ran {
  const { specialisation, globals, roots, given } = entered;
  const { result: type } = specialisation.lowered;
  const out = call(specialisation, evaluation, name, given);
  const level =
    mode === 'reverse' ? reverseLevel(standingRun, undefined, new Tape()) : forwardLevel(standingRun, undefined);
  const types = irTypes(type);
  const carried: number[] = [];
  const moved: number[] = [];
  let at = 0;
  for (const t of types) {
    carried.push(out[at++]);
    moved.push(mode === 'forward' && t === 'f64' ? out[at++] : 0);
  }
  const { segment: heap } = evaluation;
  const copy = new CopyOut(heap, specialisation.text, existingOf(globals));
  const before = [globals, ...roots.filter((_, i) => !wrt.includes(i))];
  if (type.kind === 'object' || type.kind === 'union')
    copy.foreign = new Set(before.flatMap(({ at }) => [...at.values()]));
  const plain = copy.value(type, carried, (space, object, index) => numberIn(heap, space, object, index));
  const undo = writeBack(entered, evaluation, wrt, copy);
  const places: ResultPlace[] = [];
  const numbers: Tracked[] = [];
  const tracked = (primal: number, place: ResultPlace): Value => {
    if (mode === 'reverse') {
      const number = new Tracked(level, primal, places.push(place) - 1);
      numbers.push(number);
      return number;
    }
    const tangent = 'own' in place ? moved[place.own] : numberAt(heap, place, tangents!);
    if (!Number.isFinite(tangent)) throw new Left('a tangent is not finite', false);
    return tangent === 0 ? primal : new Dual(level, primal, tangent);
  };
  const floats = types.filter((t) => t === 'f64').length;
  let value: unknown;
  try {
    value = withNumbers(plain, memberOf(type, carried), { heap, copy }, tracked);
  } catch (e) {
    undo();
    throw e;
  }
  return {
    value,
    undo,
    level,
    places,
    numbers,
    rest: out.slice(at),
    ownSeeds: () => new Array<number>(floats).fill(0),
  };
}

/** The type of a value that may be of several, by the numbers that carry it. */
function memberOf(type: JsType, carried: readonly number[]): JsType {
  return type.kind === 'union' ? type.members[carried[0]] : type;
}

/** The value with each of its numbers replaced by what `tracked` makes of it and its place. */
function withNumbers(
  plain: unknown,
  type: JsType,
  { heap, copy }: { heap: Heap; copy: CopyOut },
  tracked: (primal: number, place: ResultPlace) => Value,
): unknown {
  if (type.kind === 'constant') return plain;
  if (typeof plain === 'number') return tracked(plain, { own: 0 });
  if (typeof plain !== 'object' || plain === null) return plain;
  const { outline, leaves } = outlineOf(plain);
  if (leaves.length === 0) return plain;
  const { at } = copy;
  const dataOf = (array: object): number => copy.dataAt(at.get(array)!, ArrayBuffer.isView(array));
  const standing = leafPlaces(type, outline, leaves.length, { heap, at, dataOf });
  return copyWith(outline, (leaf) => {
    const place = standing[leaf];
    return place === undefined ? leaves[leaf] : tracked(leaves[leaf] as number, place);
  });
}

/** The number of a shadow. */
function numberAt(heap: Heap, place: Place, level: Level): number {
  return numberIn(heap, shadowOf(place.space, level), place.object, place.index);
}

/** A run of the dynamic tier's that never ends: the numbers of results belong to it until they are read. */
const standingRun: LevelRun = {
  get root() {
    return standingRun;
  },
  ended: false,
};

export function call(
  specialisation: Specialisation,
  evaluation: Evaluation,
  name: string,
  given: readonly number[],
): number[] {
  try {
    return evaluation.call(name, given);
  } catch (e) {
    if (e instanceof Left) {
      specialisation.failed(e);
      e.position ??= positionOf(specialisation.lowered.units, e.at);
    }
    throw e;
  }
}

function addShadow(evaluation: Evaluation, place: Place, seed: number, level: Level): void {
  const { segment: heap } = evaluation;
  heap.views.f64[heap.address(shadowOf(place.space, level), place.object, place.index) >>> 3] += seed;
}

export function gradients(
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
      const places = leafPlaces(type, outline, leaves.length, roots[i]);
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

/** Captured objects get what the program has done to them. Gives what takes it back, should the evaluation be given up. */
export function writeBack(
  { specialisation, globals, roots }: Entered,
  evaluation: Evaluation,
  wrt: readonly number[],
  reading?: CopyOut,
): () => void {
  if (specialisation.written.size === 0 || globals.copied.length === 0) return nothing;
  const copy = reading ?? new CopyOut(evaluation.segment, specialisation.text, existingOf(globals));
  const writing = specialisation.writing(wrt);
  copy.foreign = new Set(roots.flatMap(({ at }) => [...at.values()]));
  const done: (() => void)[] = [];
  const undo = (): void => {
    while (done.length > 0) done.pop()!();
  };
  try {
    for (const { object, type, ref } of globals.copied) {
      const one = copy.into(object, type, ref, writing);
      if (one !== undefined) done.push(one);
    }
  } catch (e) {
    undo();
    if (e instanceof Left) specialisation.failed(e);
    throw e;
  }
  return undo;
}

const nothing = (): void => {};

/** Objects that the caller has already, by where they stand. */
function existingOf(globals: CopyIn): Map<number, object> {
  return new Map([...globals.at].map(([object, ref]) => [ref, object] as const));
}
