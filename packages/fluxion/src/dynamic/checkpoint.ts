/**
 * Checkpoints: a call whose segment of the tape is cut off and recorded again in the reverse sweep.
 * Invariant: the second run gives the numbers of the first, bit for bit, or an error; a tracked number that left the first run
 * by another way than its result is refused when it is used.
 */
import { fluxionError } from '../errors/error.ts';
import { callTwin } from './calls.ts';
import { isBox, numberOf, Tracked, type Value } from './numbers/box.ts';
import type { Level } from './numbers/level.ts';
import { type Outlined, outlineOf } from './outline.ts';
import { beginRun, currentRun, endRun, levelOf } from './run.ts';
import { copyWith } from './standin.ts';
import type { Tape } from './tape.ts';

/** Calls `f` so that the innermost reverse level keeps its arguments in place of its operations. */
export function checkpointed(f: Function, thisArg: unknown, args: readonly unknown[]): unknown {
  const run = currentRun();
  if (run === undefined) return Reflect.apply(f, thisArg, args);
  const level = levelOf(run);
  const tape = level?.tape;
  if (level === undefined || tape === undefined) return callTwin(f, thisArg, args);

  // What the arguments hold now; the program may change them before the sweep.
  const kept = args.map(outlineOf);
  const again = (): unknown => callTwin(f, thisArg, kept.map(copyOf));
  const mark = tape.mark();
  const result = callTwin(f, thisArg, args);
  if (result instanceof Promise) {
    throw fluxionError('CheckpointEffects', {
      effect: 'gave a promise; put the checkpoint inside, around what is not async',
    });
  }
  args.forEach((arg, i) => {
    if (changed(kept[i], outlineOf(arg)))
      throw fluxionError('CheckpointEffects', { effect: `changed its argument ${i}` });
  });
  const { outline, leaves } = outlineOf(result);
  const fresh = leaves.flatMap((leaf, i) => (isFresh(leaf, level, tape, mark) ? [i] : []));
  const primals = fresh.map((i) => (leaves[i] as Tracked).primal);
  tape.cut(mark);
  if (fresh.length === 0) return result;

  const replay = (): number[] => {
    const outer = level.ended;
    const inner = outer ? beginRun() : undefined;
    level.ended = false;
    try {
      const second = outlineOf(again()).leaves;
      return fresh.map((i, k) => {
        const leaf = second[i];
        if (leaf === undefined || !Object.is(numberOf(leaf), numberOf(primals[k]))) {
          throw fluxionError('CheckpointEffects', { effect: 'gave another result when it was run again' });
        }
        return Tracked.is(leaf) && leaf.level === level ? leaf.index : -1;
      });
    } finally {
      level.ended = outer;
      if (inner !== undefined) endRun(inner);
    }
  };
  const first = tape.replayed(fresh.length, replay);
  const place = new Map(fresh.map((i, k) => [i, k]));
  return copyWith(outline, (leaf) => {
    const k = place.get(leaf);
    return k === undefined ? leaves[leaf] : new Tracked(level, primals[k], first + k);
  });
}

function copyOf({ outline, leaves }: Outlined): unknown {
  return copyWith(outline, (leaf) => leaves[leaf]);
}

function isFresh(leaf: Value, level: Level, tape: Tape, mark: number): boolean {
  return Tracked.is(leaf) && leaf.level === level && tape.isAfter(leaf.index, mark);
}

function changed(before: Outlined, now: Outlined): boolean {
  if (before.leaves.length !== now.leaves.length) return true;
  return before.leaves.some((leaf, i) => {
    const other = now.leaves[i];
    return isBox(leaf) || isBox(other) ? leaf !== other : !Object.is(leaf, other);
  });
}
