/**
 * `Function` and `Function.prototype`: calls through `call`, `apply` and bound functions are calls of the twin.
 * Invariant: a bound function is the native one (name, length, identity); only calling it finds the twin of its target.
 */
import { hooks, noteInactive } from '../hooks.ts';
import { callTwin, constructTwin, isBox, isObject, primalOf, scalars } from './adapt.ts';
import { elementsOf } from './array.ts';
import { callOrConstruct, entry, type Native, passing } from './entries.ts';
import { define, defineTransient } from './registry.ts';

const proto = Function.prototype;

/** The word `static` before a member of a class is not part of the function's text. */
const staticMember = /^static(?:\s|\/\*[\s\S]*?\*\/|\/\/.*\n)+(?=[^\s(=;])/;
const { apply } = Reflect;

entry(
  proto,
  'call',
  'passes',
  (native) =>
    function (this: unknown, thisArg: unknown, ...args: unknown[]): unknown {
      return typeof this === 'function' ? callTwin(this, thisArg, args) : apply(native, this, [thisArg]);
    },
);
entry(
  proto,
  'apply',
  'passes',
  (native) =>
    function (this: unknown, thisArg: unknown, args: unknown): unknown {
      if (typeof this !== 'function') return apply(native, this, [thisArg]);
      if (args !== undefined && args !== null && (!isObject(args) || isBox(args)))
        return apply(native, this, [thisArg, primalOf(args)]);
      return callTwin(this, thisArg, args === undefined || args === null ? [] : elementsOf(args));
    },
);
entry(
  proto,
  'bind',
  'passes',
  (native) =>
    function (this: unknown, thisArg: unknown, ...args: unknown[]): unknown {
      const bound = apply(native, this, [thisArg, ...args]) as Function;
      const target = this as Function;
      defineTransient(bound, function (this: unknown, ...rest: unknown[]): unknown {
        if (new.target === undefined) return callTwin(target, thisArg, [...args, ...rest]);
        return constructTwin(target, [...args, ...rest], (new.target as Function) === bound ? target : new.target);
      });
      return bound;
    },
);
entry(
  proto,
  'toString',
  'passes',
  (native) =>
    function (this: unknown): unknown {
      const text = apply(native, this, []);
      return (typeof this === 'function' ? hooks.originalText(this)?.replace(staticMember, '') : undefined) ?? text;
    },
);
define(
  proto[Symbol.hasInstance],
  function (this: unknown, value: unknown): boolean {
    return apply(Function.prototype[Symbol.hasInstance], this, [primalOf(value)]);
  },
  'passes',
);
passing(proto, ['arguments', 'caller']);
define(proto, () => undefined, 'passes');

// Code from text closes over nothing but globals, so its twin is found from its text like any other function's.
const kinds = [function () {}, async () => {}, function* () {}, async function* () {}];
for (const kind of kinds) {
  const Constructor = (Object.getPrototypeOf(kind) as { constructor: Native }).constructor;
  define(
    Constructor,
    function (this: unknown, ...args: unknown[]): unknown {
      if (args.some(isBox)) noteInactive('Function()');
      return callOrConstruct(Constructor, this, scalars(args), new.target);
    },
    'primal',
  );
}
