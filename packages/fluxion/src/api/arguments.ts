/**
 * What the operators make of what they are given: `wrt`, functions that are none, results that are no number.
 * Invariant: a wrong call is refused before anything of the user's has run, a wrong result after the state is put back.
 */
import { isBox, type Value } from '../dynamic/numbers/box.ts';
import { describe } from '../errors/describe.ts';
import { fluxionError } from '../errors/error.ts';
import { optionNames } from '../runtime/options.ts';
import type { Wrt } from './types.ts';

export function checkFunction(operator: string, f: unknown): void {
  if (typeof f !== 'function') throw fluxionError('NotAFunction', { operator, got: describe(f) });
}

/**
 * Refuses options that are none: a misspelt name, or the arguments of f in their place, would be passed over without a word.
 * @param more what this operator takes beside the options that all of them take
 */
export function checkOptions(operator: string, options: unknown, more: readonly string[] = []): void {
  if (options === undefined) return;
  const known = [...optionNames, ...more];
  const names = `The options are ${known.join(', ')}.`;
  if (typeof options !== 'object' || options === null || Array.isArray(options) || ArrayBuffer.isView(options)) {
    const problem = `the options are an object, and this is ${describe(options)}`;
    throw fluxionError('BadArgument', { operator, problem, fix: names });
  }
  const wrong = Object.keys(options).find((name) => !known.includes(name));
  if (wrong === undefined) return;
  throw fluxionError('BadArgument', { operator, problem: `there is no option called ${wrong}`, fix: names });
}

/** The index of the one argument that an operator differentiates by. */
export function indexOf(operator: string, wrt: unknown, count: number): number {
  if (wrt !== undefined && typeof wrt !== 'number') {
    throw fluxionError('BadArgument', {
      operator,
      problem: `wrt is the index of one argument, and this is ${describe(wrt)}`,
    });
  }
  return indexesOf(operator, wrt, count)[0];
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
  if (list.length > 1 && new Set(list).size !== list.length) {
    throw fluxionError('BadArgument', { operator, problem: 'wrt names an argument twice' });
  }
  return list;
}

/** The result as the number it has to be. */
export function numberResult(operator: string, result: unknown): Value {
  if (typeof result === 'number' || isBox(result)) return result as Value;
  throw fluxionError('NotANumber', { operator, got: describe(result) });
}
