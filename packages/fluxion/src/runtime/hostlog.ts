/**
 * The calls of the host that a run of compiled code has made, so that whatever takes its place, should it be given up, does not
 * make them once more.
 * Invariant: a call that has begun is in the log, and happens once, however often the evaluation is done again.
 */
import { isSameCall, type PastCall } from '../dynamic/answered.ts';
import type { Host } from '../ir/ops.ts';
import { hostedBy, numberFrom } from '../lower/outside/host.ts';
import { Left } from './heap.ts';

export class HostLog {
  readonly calls: PastCall[] = [];
  /** How many of them this run has made. */
  private at = 0;

  /** The evaluation begins again, on the compiled tier. */
  rewind(): void {
    this.at = 0;
  }

  /** A call that compiled code makes; what it gives is undefined or a number. */
  call(callee: Host['callee'], cells: readonly number[]): number | undefined {
    const { fn, self, args, wanted } = hostedBy(callee);
    const given = args(cells);
    let past: PastCall | undefined = this.calls[this.at];
    if (past === undefined || !isSameCall(past, fn, given)) {
      this.calls.length = this.at;
      past = outcome(fn, self, given);
      this.calls.push(past);
    }
    this.at++;
    // The error is the user's, and is thrown where the user's code would see it.
    if (past.threw) throw new Left(`${fn.name || 'a function'} threw an error`, false, true);
    return wanted ? numberFrom(fn, past.outcome) : undefined;
  }
}

function outcome(callee: Function, self: unknown, args: readonly unknown[]): PastCall {
  try {
    return { callee, args, threw: false, outcome: Reflect.apply(callee, self, args) };
  } catch (thrown) {
    return { callee, args, threw: true, outcome: thrown };
  }
}

let current: HostLog | undefined;

/** The log of the evaluation that is running. */
export function currentLog(): HostLog | undefined {
  return current;
}

/** Runs an evaluation whose calls of the host go to this log. */
export function logging<T>(log: HostLog, evaluate: () => T): T {
  const before = current;
  current = log;
  try {
    return evaluate();
  } finally {
    current = before;
  }
}
