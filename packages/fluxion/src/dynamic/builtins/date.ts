/**
 * `Date`. A date counts whole milliseconds, so a tracked number that becomes one has lost its derivative: refused.
 * Invariant: what a Date gives are plain numbers and texts.
 */
import { refuseReadBack, toPrimitive } from '../conversions.ts';
import { callTwin, get, isBox, isObject, locales, options, refuse } from './adapt.ts';
import { callOrConstruct, entry, type Native, ownFunctions } from './entries.ts';
import { define, lookup } from './registry.ts';

const proto = Date.prototype;
const { apply } = Reflect;

/** What the native converts itself, unless it is or becomes a tracked number. */
function part(value: unknown, operation: string): unknown {
  if (isBox(value)) return refuse(operation);
  if (typeof value === 'string') refuseReadBack(value);
  if (!isObject(value)) return value;
  return {
    [Symbol.toPrimitive](hint: 'number' | 'string' | 'default') {
      const primitive = toPrimitive(value, hint);
      return isBox(primitive) ? refuse(operation) : primitive;
    },
  };
}

function isDate(value: unknown): boolean {
  try {
    apply(proto.getTime, value, []);
    return true;
  } catch {
    return false;
  }
}

define(
  Date,
  function (this: unknown, ...args: unknown[]): unknown {
    if (new.target === undefined) return (Date as unknown as Native)();
    const parts = args.length === 1 && isDate(args[0]) ? args : args.map((arg) => part(arg, 'new Date'));
    return callOrConstruct(Date, this, parts, new.target);
  },
  'refuses',
);
for (const name of ['UTC', 'parse']) {
  entry(
    Date,
    name,
    'refuses',
    (native) =>
      function (...args: unknown[]): unknown {
        return native(...args.map((arg) => part(arg, `Date.${name}`)));
      },
  );
}
entry(Date, 'now', 'passes', (native) => native);

for (const name of ['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString']) {
  entry(
    proto,
    name,
    'primal',
    (native) =>
      function (this: unknown, where?: unknown, how?: unknown): unknown {
        return apply(native, this, [locales(where), options(how)]);
      },
  );
}
entry(
  proto,
  'toJSON',
  'refuses',
  (native) =>
    function (this: unknown): unknown {
      if (!isObject(this)) return apply(native, this, []);
      if (isBox(this)) return refuse('Date.prototype.toJSON');
      const primitive = toPrimitive(this, 'number');
      if (isBox(primitive)) return refuse('Date.prototype.toJSON');
      if (typeof primitive === 'number' && !Number.isFinite(primitive)) return null;
      return callTwin(get(this, 'toISOString') as Function, this, []);
    },
);
entry(
  proto,
  Symbol.toPrimitive,
  'passes',
  (native) =>
    function (this: unknown, hint: unknown): unknown {
      if (!isObject(this) || (hint !== 'default' && hint !== 'string' && hint !== 'number'))
        return apply(native, this, [hint]);
      if (isBox(this)) return refuse('Date.prototype[Symbol.toPrimitive]');
      if (isDate(this)) return apply(native, this, [hint]);
      for (const name of hint === 'number' ? ['valueOf', 'toString'] : ['toString', 'valueOf']) {
        const method = get(this, name);
        if (typeof method !== 'function') continue;
        const value = callTwin(method, this, []);
        if (!isObject(value) || isBox(value)) return value;
      }
      throw new TypeError('Cannot convert object to primitive value');
    },
);
for (const [key, native] of ownFunctions(proto)) {
  if (key === 'constructor' || lookup(native) !== undefined) continue;
  const setting = String(key).startsWith('set');
  define(
    native,
    function (this: unknown, ...args: unknown[]): unknown {
      if (isBox(this)) return refuse(`Date.prototype.${String(key)}`);
      return apply(native, this, setting ? args.map((arg) => part(arg, `Date.prototype.${String(key)}`)) : args);
    },
    setting ? 'refuses' : 'passes',
  );
}
