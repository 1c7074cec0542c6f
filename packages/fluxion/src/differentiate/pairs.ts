/**
 * What stands for a function in a differentiated program: its augmented forward function and its reverse.
 * Invariant: fixed before a call of it is written.
 */
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
