/**
 * `Symbol`. Descriptions are texts of primals; the rest stores and looks up.
 * Invariant: a symbol holds no number.
 */
import { text } from './adapt.ts';
import { callOrConstruct, entry, type Native, ownFunctions, passing } from './entries.ts';
import { define } from './registry.ts';

define(
  Symbol,
  function (this: unknown, ...args: unknown[]): unknown {
    return callOrConstruct(Symbol as unknown as Native, undefined, args.map(text), new.target);
  },
  'primal',
);
for (const name of ['for', 'keyFor']) {
  entry(
    Symbol,
    name,
    'primal',
    (native) =>
      function (this: unknown, value: unknown): unknown {
        return Reflect.apply(native, Symbol, [typeof value === 'symbol' ? value : text(value)]);
      },
  );
}
passing(
  Symbol.prototype,
  ownFunctions(Symbol.prototype).flatMap(([key]) => (key === 'constructor' ? [] : [key])),
);
