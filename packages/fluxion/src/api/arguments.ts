/**
 * What the operators make of what they are given: `wrt`, functions that are none, results that are no number.
 * Invariant: a wrong call is refused before anything of the user's has run, a wrong result after the state is put back.
 */
import { isBox, type Value } from '../dynamic/numbers/box.ts';
import { describe } from '../errors/describe.ts';
import { fluxionError } from '../errors/error.ts';
import type { Wrt } from './types.ts';

export function checkFunction(operator: string, f: unknown): void {
  if (typeof f !== 'function') throw fluxionError('NotAFunction', { operator, got: describe(f) });
}

/** The argument indexes of a `wrt`, checked against the number of arguments. */
export function indexesOf(operator: string, wrt: Wrt | undefined, count: number): number[] {
  const list = wrt === undefined ? [0] : typeof wrt === 'number' ? [wrt] : [...wrt];
  for (const index of list) {
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      const given = count === 1 ? '1 argument' : `${count} arguments`;
      throw fluxionError('BadArgument', {
        operator,
        problem: `wrt names argument ${String(index)}, and the function was called with ${given}`,
      });
    }
  }
  if (new Set(list).size !== list.length) {
    throw fluxionError('BadArgument', { operator, problem: 'wrt names an argument twice' });
  }
  return list;
}

/** The result as the number it has to be. */
export function numberResult(operator: string, result: unknown): Value {
  if (typeof result === 'number' || isBox(result)) return result as Value;
  throw fluxionError('NotANumber', { operator, got: describe(result) });
}
