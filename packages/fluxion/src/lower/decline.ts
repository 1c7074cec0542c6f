/** Why a function is not compiled: thrown by whoever meets what it can't lower, caught by whoever asked for the lowering. */
import type { Position } from '../errors/original.ts';
import type { Place } from '../ir/ops.ts';

export class Decline extends Error {
  readonly at: Place | undefined;
  /** The user's line, set by the lowering that the error leaves. */
  position: Position | undefined;
  /** The name of the function that this line is in, set likewise. */
  functionName: string | undefined;
  constructor(message: string, at?: Place) {
    super(message);
    this.at = at;
  }
}
