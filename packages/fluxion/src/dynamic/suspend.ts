/**
 * What async functions of twin code do around `await`: leave the gradient while they wait, enter it again when they go on.
 * Invariant: every segment of an async function after its first is entered once and left once, however it is resumed
 * (value, rejection caught, rejection not caught), and no tick is added to the order the language gives.
 */
import { bumpEpoch } from '../capture/capture.ts';
import { adopt } from './builtins/promise.ts';
import { currentRun, enterRun, leaveRun, type Run } from './run.ts';

export interface Activation {
  run: Run | undefined;
  /** This activation entered the run itself (it was resumed) and has to leave it. */
  owns: boolean;
  suspended: boolean;
  done(): void;
}

function done(this: Activation): void {
  if (this.owns && this.run !== undefined) {
    this.owns = false;
    leaveRun(this.run);
  }
}

/** One per call of an async function of twin code. */
export function activation(): Activation {
  return { run: currentRun(), owns: false, suspended: false, done };
}

/** Just before an `await`: the operand passes through; a thenable of the user's as one that runs its `then` as a twin. */
export function suspend<T>(act: Activation, operand: T): T {
  const adopted = adopt(operand) as T;
  act.suspended = true;
  act.done();
  return adopted;
}

/** Just after an `await`, and first in `catch` and `finally` blocks of async functions (where a rejection arrives). */
export function resume<T>(act: Activation, value: T): T {
  if (act.suspended) {
    act.suspended = false;
    bumpEpoch();
    const run = act.run;
    if (run !== undefined && !run.ended) {
      enterRun(run);
      act.owns = true;
    }
  }
  return value;
}
