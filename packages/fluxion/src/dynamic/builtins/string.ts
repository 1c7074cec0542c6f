/**
 * `String`. Positions, counts and texts made of tracked numbers take the primal; callbacks and the user's methods under
 * well-known symbols run as twins.
 * Invariant: a text never carries a derivative, and `explain` is told where one ends in it.
 */
import { toLength } from '../conversions.ts';
import { noteInactive } from '../hooks.ts';
import { str } from '../operators.ts';
import { cut, joined, made, refuseDigit, writeNumber } from '../texts.ts';
import {
  anyBox,
  type Callable,
  callback,
  callTwin,
  get,
  isBox,
  isObject,
  locales,
  options,
  scalar,
  text,
  truthy,
} from './adapt.ts';
import { entry, type Key, type Native, ownFunctions, passing } from './entries.ts';
import { define, lookup } from './registry.ts';

const proto = String.prototype;
const { apply } = Reflect;

/** Tells explain of a derivative that ends in a text. */
function note(name: string, receiver: unknown, args: readonly unknown[]): void {
  if (isBox(receiver) || anyBox(args)) noteInactive(name);
}

// Methods that hand over to what their argument has under a symbol.
const delegating: [name: string, symbol: symbol][] = [
  ['match', Symbol.match],
  ['matchAll', Symbol.matchAll],
  ['replace', Symbol.replace],
  ['replaceAll', Symbol.replace],
  ['search', Symbol.search],
  ['split', Symbol.split],
];
for (const [name, symbol] of delegating) {
  entry(
    proto,
    name,
    'primal',
    (native) =>
      function (this: unknown, pattern: unknown, ...rest: unknown[]): unknown {
        note(`String.prototype.${name}`, this, [pattern, ...rest]);
        if (this === undefined || this === null) return apply(native, this, [pattern, ...rest]);
        if (isObject(pattern) && !isBox(pattern)) {
          if (name === 'matchAll' || name === 'replaceAll') requireGlobal(native, pattern);
          const method = get(pattern, symbol);
          if (method !== undefined && method !== null) return callTwin(method as Function, pattern, [this, ...rest]);
        }
        if (typeof rest[0] === 'function') rest[0] = replacement(rest[0]);
        else rest = rest.map(name.startsWith('replace') ? text : scalar);
        return pieces(text(this), apply(native, text(this), [text(pattern), ...rest]));
      },
  );
}

/** What a native method has made of a text, remembered if a tracked number is in that. */
export function pieces(from: unknown, out: unknown): unknown {
  return typeof out === 'string' ? made(cut(from, out)) : cut(from, out);
}

/** A regular expression without the flag `g` is refused by the native itself. */
function requireGlobal(native: Native, pattern: object): void {
  const match = get(pattern, Symbol.match);
  const regular = match === undefined ? pattern instanceof RegExp : truthy(match);
  if (!regular) return;
  const flags = get(pattern, 'flags');
  if (flags === undefined || flags === null || !str(flags).includes('g')) apply(native, '', [/./, '']);
}

/** A function that gives the replacement for each match. */
export function replacement(fn: unknown): Callable {
  const twin = callback(fn) as Callable;
  return (...args: unknown[]) => {
    cut(
      args.findLast((arg) => typeof arg === 'string'),
      args,
    );
    return str(twin.call(undefined, ...args));
  };
}

// Methods that look for a text, and refuse a regular expression.
for (const name of ['startsWith', 'endsWith', 'includes']) {
  entry(
    proto,
    name,
    'primal',
    (native) =>
      function (this: unknown, wanted: unknown, ...rest: unknown[]): unknown {
        note(`String.prototype.${name}`, this, [wanted]);
        let pattern = text(wanted);
        if (isObject(wanted) && !isBox(wanted)) {
          const match = get(wanted, Symbol.match);
          const regular = match === undefined ? wanted instanceof RegExp : truthy(match);
          if (regular) pattern = /./;
        }
        return apply(native, text(this), [pattern, ...rest.map(scalar)]);
      },
  );
}

entry(
  proto,
  'localeCompare',
  'primal',
  (native) =>
    function (this: unknown, that: unknown, where?: unknown, how?: unknown): unknown {
      note('String.prototype.localeCompare', this, [that]);
      return apply(native, text(this), [text(that), locales(where), options(how)]);
    },
);

// toString and valueOf give the string of a String object and nothing else.
passing(proto, ['toString', 'valueOf']);

/** Those whose arguments become part of the text. */
const texts: ReadonlySet<Key> = new Set(['padStart', 'padEnd']);

for (const name of ['toLocaleLowerCase', 'toLocaleUpperCase']) {
  entry(
    proto,
    name,
    'primal',
    (native) =>
      function (this: unknown, where?: unknown): unknown {
        return apply(native, text(this), [locales(where)]);
      },
  );
}

entry(
  proto,
  'concat',
  'primal',
  (native) =>
    function (this: unknown, ...args: unknown[]): unknown {
      note('String.prototype.concat', this, args);
      if (this === undefined || this === null) return apply(native, this, args);
      return args.reduce((a: string, b) => joined(a, `${text(b) as string}`), `${text(this) as string}`);
    },
);

/** All others convert their receiver and their arguments. */
for (const [key, native] of ownFunctions(proto)) {
  if (key === 'constructor' || lookup(native) !== undefined) continue;
  const name = `String.prototype.${String(key)}`;
  const code = key === 'charCodeAt' || key === 'codePointAt';
  const adapt = (arg: unknown, i: number): unknown => (texts.has(key) && i > 0 ? text(arg) : scalar(arg));
  define(
    native,
    function (this: unknown, ...args: unknown[]): unknown {
      if (typeof this === 'string' && !args.some(isObject)) {
        if (code) refuseDigit(this, this[Math.trunc(Number(args[0])) || 0]);
        return pieces(this, apply(native, this, args));
      }
      note(name, this, args);
      return pieces(text(this), apply(native, text(this), args.map(adapt)));
    },
    'primal',
  );
}
passing(Object.getPrototypeOf(''[Symbol.iterator]()), ['next']);

define(
  String,
  function (this: unknown, ...args: unknown[]): unknown {
    if (new.target === undefined) {
      if (args.length === 0) return '';
      if (typeof args[0] === 'symbol') return String(args[0]);
      note('String()', undefined, args);
      return isBox(args[0]) ? writeNumber(args[0]) : str(args[0]);
    }
    note('String()', undefined, args);
    return Reflect.construct(String, args.length === 0 ? [] : [str(args[0])], new.target);
  },
  'primal',
);
for (const name of ['fromCharCode', 'fromCodePoint']) {
  entry(
    String,
    name,
    'primal',
    (native) =>
      function (...args: unknown[]): unknown {
        note(`String.${name}`, undefined, args);
        return native(...args.map(scalar));
      },
  );
}
entry(
  String,
  'raw',
  'primal',
  (native) =>
    function (template: unknown, ...values: unknown[]): unknown {
      note('String.raw', undefined, values);
      if (!isObject(template)) return native(template, ...values);
      const raw = get(template, 'raw');
      if (raw === undefined || raw === null) return native({ raw }, ...values);
      const length = toLength(get(raw, 'length'));
      let out = '';
      for (let i = 0; i < length; i++) {
        out += str(get(raw, i));
        if (i + 1 < length && i < values.length) out += str(values[i]);
      }
      return made(out);
    },
);
