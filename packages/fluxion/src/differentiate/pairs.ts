/**
 * What stands for a function in a differentiated program: its augmented forward function and its reverse.
 * Invariant: fixed before a call of it is written.
 */
import type { Call } from '../ir/ops.ts';
import type { Interface } from './conventions.ts';

export interface Pair extends Interface {
  /** Takes what the function takes; gives its results, and the frame if there is one. */
  readonly forward: string;
  /** Takes the frame if there is one, the parameters passed on, and the adjoints of the results; gives those of the parameters. */
  readonly reverse: string;
  readonly frame: boolean;
  /** The parameters that the reverse takes, by their places. */
  readonly passed: readonly number[];
}

/** Whether the reverse sweep makes a call again, rather than that its frame is kept. */
export function isMadeAgain(op: Call, pair: Pair | undefined): boolean {
  return op.checkpoint !== undefined && pair?.frame === true;
}
