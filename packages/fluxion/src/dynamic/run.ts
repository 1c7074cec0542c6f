/**
 * A gradient evaluation in progress: which one is current, what it nests in, and when control enters and leaves it.
 * Invariant: `current()` is the innermost run whose code is on the stack; while a run is suspended (an `await` is pending)
 * no object older than it holds a tracked number.
 */

import { createJournal, endJournal, type Journal, putIn, setCurrentJournal, takeOut } from './journal.ts';
import type { Level } from './numbers/level.ts';
import { forgetPlain } from './plain.ts';
import { unwatchStacks, watchStacks } from './stacks.ts';

export interface Run {
  readonly parent: Run | undefined;
  /** The outermost run this one nests in; itself if it is the outermost. */
  readonly root: Run;
  readonly journal: Journal;
  /** True once the evaluation is over; its boxes are then settled or refused (see `settle`). */
  ended: boolean;
  /** How many segments of this run are on the stack. Zero: suspended, or not begun. */
  depth: number;
  /** True between a suspension and the next entry: tracked numbers have been taken out of older objects. */
  outside: boolean;
}

/** Read by the prologue of every function of twin code: is any gradient active at all? */
export const q = { n: 0 };

/** Told when the first of the active runs begins and the last one ends. */
export interface Watcher {
  begin(): void;
  end(): void;
}

const watchers: Watcher[] = [{ begin: watchStacks, end: unwatchStacks }];

export function watchRuns(watcher: Watcher): void {
  watchers.push(watcher);
}

/** A segment of a run that is on the stack. */
interface Segment {
  readonly run: Run;
  readonly below: Segment | undefined;
}

let top: Segment | undefined;

export function currentRun(): Run | undefined {
  return top?.run;
}

/** Opens a run inside the current one (if any) and enters it. */
export function beginRun(): Run {
  const parent = currentRun();
  const run: { -readonly [K in keyof Run]: Run[K] } = {
    parent,
    root: undefined as unknown as Run,
    journal: createJournal(parent?.journal),
    ended: false,
    depth: 0,
    outside: false,
  };
  run.root = parent?.root ?? run;
  if (q.n++ === 0) for (const watcher of watchers) watcher.begin();
  enterRun(run);
  return run;
}

/** Puts `run` on the stack; puts tracked numbers back where the suspension had taken them out. */
export function enterRun(run: Run): void {
  for (let r: Run | undefined = run; r !== undefined; r = r.parent) {
    if (r.outside) {
      r.outside = false;
      putIn(r.journal);
    }
  }
  // Outside, any code may have made other objects of those that twin code knows.
  if (top === undefined) forgetPlain();
  run.depth++;
  top = { run, below: top };
  setCurrentJournal(run.journal);
}

/** Takes `run` off the stack; the last segment to leave takes the tracked numbers out of older objects. */
export function leaveRun(run: Run): void {
  top = top?.below;
  run.depth--;
  setCurrentJournal(currentRun()?.journal);
  if (run.ended) return;
  for (let r: Run | undefined = run; r !== undefined; r = r.parent) {
    if (onStack(r)) break;
    if (!r.outside && !r.ended) {
      r.outside = true;
      takeOut(r.journal);
    }
  }
}

/** Whether a segment of `run`, or of one that nests in it, is on the stack. */
function onStack(run: Run): boolean {
  for (let s = top; s !== undefined; s = s.below) if (nests(s.run, run)) return true;
  return false;
}

function nests(inner: Run, outer: Run): boolean {
  for (let r: Run | undefined = inner; r !== undefined; r = r.parent) if (r === outer) return true;
  return false;
}

/** Ends a run that is entered: puts state back, hands the rest to the parent, leaves. */
export function endRun(run: Run): void {
  if (run.ended) return;
  try {
    endJournal(run.journal);
  } finally {
    run.ended = true;
    if (--q.n === 0) for (const watcher of watchers) watcher.end();
    leaveRun(run);
  }
}

/**
 * A function for native code to call later (a promise reaction, a timer) whose body belongs to the current run: it enters
 * the run around each call. Once the run has ended, the call is refused by the twin's own prologue.
 */
export function continuation<A extends unknown[], R>(
  body: (this: unknown, ...args: A) => R,
): (this: unknown, ...args: A) => R {
  const run = currentRun();
  if (run === undefined) return body;
  return function (this: unknown, ...args: A): R {
    if (run.ended || currentRun() === run) return body.apply(this, args);
    enterRun(run);
    try {
      return body.apply(this, args);
    } finally {
      leaveRun(run);
    }
  };
}

const levels = new WeakMap<Run, Level>();

/** Declares the derivative that `run` takes. */
export function setLevel(run: Run, level: Level): void {
  levels.set(run, level);
}

/** The innermost derivative being taken where `run` is current. */
export function levelOf(run: Run | undefined): Level | undefined {
  for (let r = run; r !== undefined; r = r.parent) {
    const level = levels.get(r);
    if (level !== undefined) return level;
  }
  return undefined;
}

/** Lets functions of twin code (rules, checkpoints) run in a pullback that is called after its gradient has ended. */
export function whilePulling<T>(pull: () => T): T {
  q.n++;
  try {
    return pull();
  } finally {
    q.n--;
  }
}
