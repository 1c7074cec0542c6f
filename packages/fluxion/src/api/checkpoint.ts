/** A function whose operations are not remembered but done again. */

import { runsAsItIs } from '../dynamic/calls.ts';
import { checkpointed } from '../dynamic/checkpoint.ts';
import { registerCheckpoint, registerOperator } from '../lower/builtins/fluxion.ts';
import { checkFunction } from './arguments.ts';
import type { CheckpointOperator } from './types.ts';

/**
 * The same function, which in reverse mode keeps its arguments only, and is run a second time when its derivative is needed:
 * less memory for more time (Griewank and Walther, Evaluating Derivatives, 2008, chapter 12). Nests.
 *
 * @param f a function without effects: it must do the same each time it is called with the same arguments
 * @throws CheckpointEffects if it does not
 *
 * @example
 * ```ts
 * const step = checkpoint((x: number) => Math.sin(x) * x);
 * grad((x: number) => step(step(x)))(1);
 * ```
 */
export const checkpoint: CheckpointOperator = runsAsItIs((f: Function) => {
  checkFunction('checkpoint', f);
  const made = runsAsItIs(function (this: unknown, ...args: unknown[]) {
    return checkpointed(f, this, args);
  });
  registerCheckpoint(made, f);
  return made;
}) as never;

registerOperator(checkpoint, 'checkpoint');
