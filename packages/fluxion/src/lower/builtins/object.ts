/** `Object` and its functions. */
import type { Builtin } from './table.ts';

export const objectFunctions: readonly (readonly [Function, Builtin])[] = [
  [
    Object.defineProperty,
    (act, args, node) => {
      const [target, key] = args;
      // Tools that keep names write them down beside each function; a compiled function has none.
      if (target?.kind === 'closure' && key?.kind === 'constant' && key.value === 'name') return target;
      return act.decline('Object.defineProperty is not compiled', node);
    },
  ],
];
