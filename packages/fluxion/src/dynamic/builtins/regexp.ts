/**
 * `RegExp`. Texts and positions are primals; an `exec` of the user's and replacement functions run as twins.
 * Invariant: native algorithms read a regular expression that is not plain through a view.
 */
import { noteInactive } from '../hooks.ts';
import { cut } from '../texts.ts';
import {
  anyBox,
  callTwin,
  constructTwin,
  get,
  hasProperty,
  isBox,
  isConstructor,
  isObject,
  primalOf,
  S,
  scalar,
  set,
  text,
} from './adapt.ts';
import { callOrConstruct, entry, getter, type Native, nativeOf, ownFunctions } from './entries.ts';
import { define, lookup } from './registry.ts';
import { pieces, replacement } from './string.ts';

const proto = RegExp.prototype;
const { apply } = Reflect;
const nativeExec = nativeOf(proto, 'exec') as Native;

function isPlain(value: unknown): boolean {
  return (
    value instanceof RegExp &&
    Object.getPrototypeOf(value) === proto &&
    !Object.hasOwn(value, 'exec') &&
    !Object.hasOwn(value, 'flags') &&
    !Object.hasOwn(value, 'constructor') &&
    Object.getOwnPropertyDescriptor(proto, 'exec')?.value === nativeExec &&
    !isBox(value.lastIndex)
  );
}

/** What the views of this file stand for. */
const views = new WeakMap<object, object>();

/** What an `exec` of the program gives, as native algorithms read it: positions and texts of primals. */
function matchView(match: unknown): unknown {
  if (!isObject(match) || isBox(match)) return match;
  const proxy: object = new Proxy<object>(match, {
    get(_, key) {
      const value = get(match, key);
      if (key === 'index' || key === 'length') return scalar(value);
      return key === 'groups' ? value : text(value);
    },
  });
  views.set(proxy, match);
  return proxy;
}

/** What the program is given: never a view. */
function unviewed(value: unknown): unknown {
  return isObject(value) ? (views.get(value) ?? value) : value;
}

/** A regular expression as native algorithms may use it: `exec`, `flags` and the species are found and run by twins. */
function regexpView(o: object): object {
  const proxy: object = new Proxy<object>(Object.create(null), {
    get(_, key) {
      const value = get(o, key);
      if (key === 'lastIndex') return scalar(value);
      if (key === 'constructor' && isObject(value)) {
        return {
          get [Symbol.species](): unknown {
            const C = get(value, Symbol.species);
            if (!isConstructor(C)) return C;
            return function (source: unknown, flags: unknown): object {
              const made = constructTwin(C, [views.get(source as object) ?? source, flags]) as object;
              return isPlain(made) ? made : regexpView(made);
            };
          },
        };
      }
      if (typeof value === 'function') return (...args: unknown[]) => matchView(callTwin(value, o, args));
      return isBox(value) ? scalar(value) : value;
    },
    set(_, key, value) {
      set(o, key, value);
      return true;
    },
    has: (_, key) => hasProperty(o, key),
  });
  views.set(proxy, o);
  return proxy;
}

function subject(value: unknown): unknown {
  return !isObject(value) || isBox(value) || isPlain(value)
    ? isBox(value)
      ? scalar(value)
      : value
    : regexpView(value);
}

define(
  nativeExec,
  function (this: unknown, value: unknown): unknown {
    if (isBox(value)) noteInactive('RegExp.prototype.exec');
    if (this instanceof RegExp && isBox(this.lastIndex)) this.lastIndex = scalar(this.lastIndex) as number;
    const subject = text(value);
    return cut(subject, apply(nativeExec, isBox(this) ? scalar(this) : this, [subject]));
  },
  'primal',
);
for (const name of ['test', Symbol.match, Symbol.matchAll, Symbol.search, Symbol.split, Symbol.replace]) {
  entry(
    proto,
    name,
    'primal',
    (native) =>
      function (this: unknown, value: unknown, ...rest: unknown[]): unknown {
        if (isBox(value) || anyBox(rest))
          noteInactive(`RegExp.prototype.${typeof name === 'string' ? name : name.description}`);
        const others = rest.map((other) =>
          typeof other === 'function' ? replacement(other) : name === Symbol.replace ? text(other) : scalar(other),
        );
        const given = text(value);
        return pieces(given, unviewed(apply(native, subject(this), [given, ...others])));
      },
  );
}
entry(
  proto,
  'compile',
  'primal',
  (native) =>
    function (this: unknown, ...args: unknown[]): unknown {
      return apply(
        native,
        this,
        args.map((arg) => (arg instanceof RegExp ? arg : scalar(arg))),
      );
    },
);
entry(
  proto,
  'toString',
  'primal',
  (native) =>
    function (this: unknown): unknown {
      return apply(native, subject(this), []);
    },
);
getter(
  proto,
  'flags',
  'primal',
  (native) =>
    function (this: unknown): unknown {
      if (!isObject(this) || this instanceof RegExp || isBox(this)) return apply(native, primalOf(this), []);
      return apply(native, regexpView(this), []);
    },
);
for (const [, native] of ownFunctions(proto)) {
  if (native !== (RegExp as unknown) && lookup(native) === undefined) define(native, native, 'passes');
}
entry(
  Object.getPrototypeOf(''.matchAll(/./g)) as object,
  'next',
  'passes',
  (native) =>
    function (this: unknown): unknown {
      const step = apply(native, isBox(this) ? scalar(this) : this, []) as IteratorResult<unknown>;
      const { value } = step;
      if (Array.isArray(value)) cut((value as { input?: unknown }).input, value);
      return views.has(step.value as object) ? { value: unviewed(step.value), done: step.done } : step;
    },
);

define(
  RegExp,
  function (this: unknown, ...args: unknown[]): unknown {
    if (anyBox(args)) noteInactive('RegExp()');
    const given = args.map((arg) =>
      isObject(arg) &&
      (arg as unknown as Record<symbol, unknown>)[S] === undefined &&
      get(arg, Symbol.match) !== undefined
        ? arg
        : scalar(arg),
    );
    return callOrConstruct(RegExp as unknown as Native, this, given, new.target);
  },
  'primal',
);
entry(RegExp, 'escape', 'passes', (native) => (value: unknown) => native(value));
// The legacy statics ($1, lastMatch, input) hold texts.
for (const [, native] of ownFunctions(RegExp)) if (lookup(native) === undefined) define(native, native, 'passes');
