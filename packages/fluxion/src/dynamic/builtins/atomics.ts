/**
 * `Atomics`. Integers only: what is stored is a primal, what is read has no derivative.
 * Invariant: memory in which a tracked number lies is not read or written as integers.
 */
import { fluxionError } from '../../errors/error.ts';
import { noteInactive } from '../hooks.ts';
import { anyBox, isBox, isObject, S, scalar } from './adapt.ts';
import { ownFunctions } from './entries.ts';
import { define } from './registry.ts';

if (typeof Atomics === 'object') {
  for (const [key, native] of ownFunctions(Atomics)) {
    const name = `Atomics.${String(key)}`;
    define(
      native,
      function (...args: unknown[]): unknown {
        const view = args[0];
        if (isObject(view) && !isBox(view) && (view as unknown as Record<symbol, unknown>)[S] !== undefined) {
          throw fluxionError('BitReinterpretation', { written: 'a tracked number', read: `an integer by ${name}` });
        }
        if (anyBox(args)) noteInactive(name);
        return native(...args.map((arg, i) => (i === 0 && !isBox(arg) ? arg : scalar(arg))));
      },
      'primal',
    );
  }
}
