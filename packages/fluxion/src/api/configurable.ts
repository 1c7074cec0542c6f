/**
 * Operators that take f's arguments beside f, so that there is no room for options in the call: `operator.with(options)` is the
 * same operator with these options.
 * Invariant: an argument of the function's is never taken for options.
 */
import { runsAsItIs } from '../dynamic/calls.ts';
import { checkFunction, checkOptions } from './arguments.ts';

export function configurable<O>(
  name: string,
  more: readonly string[],
  operate: (f: Function, args: unknown[], options: O | undefined) => unknown,
): Function {
  const withOptions = (options: O | undefined): Function => {
    checkOptions(name, options, more);
    return runsAsItIs((f: Function, ...args: unknown[]) => {
      checkFunction(name, f);
      return operate(f, args, options);
    });
  };
  return Object.assign(withOptions(undefined), { with: runsAsItIs(withOptions) });
}
