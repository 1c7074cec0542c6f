/**
 * A result with its tangents, by the tier that answers: along one direction, or along as many at once as the code has lanes.
 * Invariant: what does not depend on what is moved has the tangent 0, and no tangent is lost on the way between memory and leaves.
 */
import type { Value } from '../dynamic/numbers/box.ts';
import { type Outline, project, structureOf } from '../dynamic/outline.ts';
import type { Level } from '../ir/types.ts';
import { Decline } from '../lower/decline.ts';
import { irTypes } from '../lower/types/cells.ts';
import { gradients } from './adjoints.ts';
import { agreed, areClose, areSame, type Compiled, withoutEffects } from './agreement.ts';
import { type Derived, derivedOf, kindOf } from './derived.ts';
import { call, type Entered, enter, withMemory } from './entering.ts';
import { forward, numbersOf } from './evaluate.ts';
import { Evaluation } from './evaluation.ts';
import { type Heap, Left } from './heap.ts';
import { leafCells } from './leaves.ts';
import type { Options } from './options.ts';
import { orUndo, outcomeOf, writeBack } from './outcome.ts';
import type { Specialisation } from './specialisation.ts';

export interface Pushed {
  /** What f returned, as the caller may have it. */
  readonly value: unknown;
  readonly outline: Outline;
  /** By leaf. */
  readonly tangents: ArrayLike<Value>;
}

/** Runs f in forward mode along one tangent per argument (undefined: that argument is not differentiated). */
export function pushforwardOf(
  f: Function,
  args: readonly unknown[],
  tangents: readonly unknown[],
  options: Options | undefined,
): Pushed | Promise<Pushed> {
  const wrt = args.flatMap((_, i) => (tangents[i] === undefined || tangents[i] === null ? [] : [i]));
  const { of, kind, first } = kindOf(f, `pushforward ${wrt}`);
  return agreed(of, [...args, ...tangents], options, kind, {
    compiled: (careful) => compiledPushforward(f, args, tangents, wrt, options, careful),
    dynamic: () => dynamicPushforward(f, args, tangents),
    // What a gradient gives is a derivative itself.
    agree: (a, b, exact) => areSame(a.value, b.value, exact && first) && areClose(a.tangents, b.tangents),
  });
}

function dynamicPushforward(
  f: Function,
  args: readonly unknown[],
  tangents: readonly unknown[],
): Pushed | Promise<Pushed> {
  return forward(f, args, tangents, ({ result, tangent, plain }) => {
    const { outline, leaves } = numbersOf(result);
    return { value: plain(result), outline, tangents: leaves.map(tangent) };
  });
}

/** The same on the compiled tier. Throws Decline or Left, with nothing done. */
function compiledPushforward(
  f: Function,
  args: readonly unknown[],
  tangents: readonly unknown[],
  wrt: readonly number[],
  options: Options | undefined,
  careful: boolean,
): Compiled<Pushed> {
  return withMemory(options, () =>
    pushing(
      f,
      args,
      wrt,
      () => 1,
      (pass) => {
        const { specialisation } = pass;
        if (careful) withoutEffects(specialisation);
        for (const i of wrt) {
          const { outline, count } = structureOf(args[i]);
          const seed = pass.seeding(i, outline, count);
          project(outline, tangents[i], (leaf, value) => {
            if (typeof value !== 'number') throw new Left('the tangent is itself being differentiated', false);
            seed(leaf, 0, value);
          });
        }
        const { value, outline, count, read } = pass.run();
        const found = new Float64Array(count);
        read(found, 1);
        return { answer: { value, outline, tangents: found }, specialisation };
      },
    ),
  );
}

/** Runs of forward-mode code on arguments that have been copied in. */
export interface Pass {
  readonly specialisation: Specialisation;
  /** What puts a tangent at a number of an argument. */
  seeding(index: number, outline: Outline, count: number): (leaf: number, lane: number, tangent: number) => void;
  /** What f, or its gradient, gives. */
  run(): Passed;
  /** To be asked before the first seed where there will be several runs: gives what makes all as it is now. */
  keep(): () => void;
}

export interface Passed {
  readonly value: unknown;
  readonly outline: Outline;
  /** How many numbers it holds. */
  readonly count: number;
  /** Puts the tangents of the first lanes one after the other, each with all numbers by leaf. Throws Left if one is not finite. */
  read(into: Float64Array, lanes: number): void;
}

/** Begins forward mode along some arguments; f may be a gradient. `lanes`: by specialisation. Throws Decline or Left, with nothing done. */
export function pushing<T>(
  f: Function,
  args: readonly unknown[],
  wrt: readonly number[],
  lanes: (s: Specialisation) => number,
  work: (pass: Pass) => T,
): T {
  const derived = derivedOf(f);
  const plan = derived === undefined ? planOf(wrt, lanes) : gradientPlan(derived, wrt, lanes);
  const { entered, evaluation } = enter(derived?.of ?? f, args, (s) => new Evaluation(plan(s).code));
  try {
    const { specialisation, roots, given } = entered;
    const { level, entry, seed, outcome } = plan(specialisation);
    const types = specialisation.lowered.args;
    const { segment: heap } = evaluation;
    /** The parameters, each number with its tangents, and where those of each argument begin. */
    const params: number[] = [given[0]];
    const first: number[] = [];
    let at = 1;
    for (const type of types) {
      first.push(params.length);
      for (const t of irTypes(type)) {
        params.push(given[at++]);
        if (t === 'f64') for (let lane = 0; lane < level.lanes; lane++) params.push(0);
      }
    }
    params.push(...seed);
    const filled = [...heap.tops];
    // Nothing is written that was there before: neither contents nor tangents, but those put there.
    const intact = specialisation.written.size === 0 && level.index === 0;
    /** Where there will be several runs: the tangents that have been put into memory. */
    let seeds: number[] | undefined;
    const unseed = (): void => {
      const { f64 } = heap.views;
      for (const at of seeds!) f64[at] = 0;
      seeds = [];
    };
    const done = work({
      specialisation,
      seeding(index, outline, count) {
        const type = types[index];
        if (type.kind !== 'object') return (_leaf, lane, tangent) => void (params[first[index] + 1 + lane] = tangent);
        const cells = leafCells(type, outline, count, roots[index]);
        const { f64 } = heap.views;
        return (leaf, lane, tangent) => {
          if (cells[leaf] === 0) return;
          const at = (heap.shadow(cells[leaf], level) >>> 3) + lane;
          seeds?.push(at);
          f64[at] = tangent;
        };
      },
      run: () => outcome({ args, entered, evaluation, out: call(specialisation, evaluation, entry, params) }),
      keep() {
        seeds = [];
        const contents = specialisation.written.size > 0 ? heap.contents() : undefined;
        return () => {
          unseed();
          heap.cutBack(filled);
          if (contents !== undefined) heap.restore(contents);
          if (!intact) for (let n = 0; n <= level.index; n++) heap.clearShadows(n, filled);
        };
      },
    });
    if (intact && seeds !== undefined) {
      unseed();
      heap.spare(filled);
    }
    return done;
  } finally {
    evaluation.close();
  }
}

interface Run {
  readonly args: readonly unknown[];
  readonly entered: Entered;
  readonly evaluation: Evaluation;
  readonly out: readonly number[];
}

/** What code there is for it, and how its result is read. */
interface Plan {
  readonly code: ConstructorParameters<typeof Evaluation>[0];
  readonly entry: string;
  readonly level: Level;
  /** Parameters after those of the arguments. */
  readonly seed: readonly number[];
  outcome(run: Run): Passed;
}

function planOf(wrt: readonly number[], lanes: (s: Specialisation) => number): (s: Specialisation) => Plan {
  return (s) => {
    const { code, entry, level } = s.forward(wrt, lanes(s));
    const outcome = ({ entered, evaluation, out }: Run): Passed => {
      const carried: number[] = [];
      let at = 0;
      for (const t of irTypes(s.lowered.result)) {
        carried.push(out[at]);
        at += t === 'f64' ? 1 + level.lanes : 1;
      }
      const { value, outline, cells, isNumber, undo } = outcomeOf(entered, evaluation, wrt, carried);
      const read = (into: Float64Array, count: number): void =>
        orUndo(undo, () => {
          if (isNumber) for (let lane = 0; lane < count; lane++) into[lane] = finite(out[1 + lane]);
          else readLanes(evaluation.segment, cells, (cell) => evaluation.segment.shadow(cell, level), into, count);
        });
      return { value, outline, count: cells.length, read };
    };
    return { code, entry, level, seed: [], outcome };
  };
}

/** For the gradient of a number-valued function: the numbers are adjoints. */
function gradientPlan(
  { index }: Derived,
  wrt: readonly number[],
  lanes: (s: Specialisation) => number,
): (s: Specialisation) => Plan {
  return (s) => {
    if (s.lowered.result.kind !== 'number') throw new Decline('it does not return a number');
    const { code, entry, inner, outer } = s.gradientForward(index, wrt, lanes(s));
    const step = 1 + outer.lanes;
    const types = s.lowered.args;
    // The value of f comes first, then the adjoint of each number among the parameters, each followed by its tangents.
    const before = types.slice(0, index).flatMap((type) => irTypes(type).filter((t) => t === 'f64')).length;
    const own = step * (1 + before);
    const outcome = ({ args, entered, evaluation, out }: Run): Passed => {
      const undo = writeBack(entered, evaluation, [index, ...wrt]);
      const { segment } = evaluation;
      return orUndo(undo, () => {
        const { outline, count } = structureOf(args[index]);
        const adjoints = out.filter((_, i) => i >= step && i % step === 0);
        const [value] = gradients(entered, args, [index], adjoints, inner, false);
        const cells = leafCells(types[index], outline, count, entered.roots[index]);
        const read = (into: Float64Array, lanes: number): void =>
          orUndo(undo, () => {
            if (typeof args[index] === 'number') {
              for (let lane = 0; lane < lanes; lane++) into[lane] = finite(out[own + 1 + lane]);
            } else {
              const shadow = (cell: number): number => segment.shadow(segment.shadow(cell, inner), outer);
              readLanes(segment, cells, shadow, into, lanes);
            }
          });
        return { value, outline, count: cells.length, read };
      });
    };
    return { code, entry, level: outer, seed: [1, ...new Array<number>(outer.lanes).fill(0)], outcome };
  };
}

function readLanes(
  heap: Heap,
  cells: Uint32Array,
  shadow: (cell: number) => number,
  into: Float64Array,
  count: number,
): void {
  const { f64 } = heap.views;
  // Zero times what is not finite is NaN, and adding 0 makes 0 of -0.
  let zero = 0;
  for (let leaf = 0; leaf < cells.length; leaf++) {
    if (cells[leaf] === 0) continue;
    const at = shadow(cells[leaf]) >>> 3;
    for (let lane = 0; lane < count; lane++) {
      const tangent = f64[at + lane] + 0;
      zero += tangent * 0;
      into[lane * cells.length + leaf] = tangent;
    }
  }
  finite(zero);
}

/** What infinities meet is told by the tier that defines the meaning. */
function finite(tangent: number): number {
  if (!Number.isFinite(tangent)) throw new Left('a tangent is not finite', false);
  return tangent + 0;
}
