/**
 * `Intl` and the formatting methods of numbers' texts: texts of primals, by the language's rules.
 * Invariant: no text carries a derivative; options are read through the table.
 */
import { noteInactive } from '../hooks.ts';
import { iter } from '../iteration.ts';
import { writeAs, writeNumber } from '../texts.ts';
import { anyBox, isBox, isObject, locales, options, scalar } from './adapt.ts';
import { callOrConstruct, type Native, ownFunctions } from './entries.ts';
import { define, defineTransient, lookup } from './registry.ts';

const { apply } = Reflect;

/** Arguments of an Intl function: numbers and texts by primals, lists and dates as they are, options through a view. */
function argument(value: unknown): unknown {
  if (!isObject(value)) return value;
  if (isBox(value)) return scalar(value);
  if (Array.isArray(value)) return locales(value);
  const proto: unknown = Object.getPrototypeOf(value);
  return proto === Object.prototype || proto === null ? options(value) : value;
}

function methodTwin(name: string, native: Native): Native {
  return function (this: unknown, ...args: unknown[]): unknown {
    if (anyBox(args)) noteInactive(name);
    if (name.startsWith('Intl.ListFormat.prototype.format') && isObject(args[0]) && !isBox(args[0])) {
      args[0] = [...(iter(args[0]) as Iterable<unknown>)].map(scalar);
    }
    const numbers = name.startsWith('Intl.NumberFormat.prototype.format');
    const box = numbers ? args.find(isBox) : undefined;
    if (box === undefined) return apply(native, isBox(this) ? scalar(this) : this, args.map(argument));
    if (args.some((arg) => arg !== box && isBox(arg)) || name !== 'Intl.NumberFormat.prototype.format') {
      for (const arg of args) if (isBox(arg)) writeNumber(arg);
      return apply(native, this, args.map(argument));
    }
    return writeAs(box, (n) => apply(native, this, [n]) as string);
  };
}

if (typeof Intl === 'object') {
  for (const [key, native, role] of ownFunctions(Intl)) {
    const name = `Intl.${String(key)}`;
    const proto = (native as { prototype?: object }).prototype;
    if (role !== 'method' || proto === undefined) {
      if (lookup(native) === undefined) define(native, methodTwin(name, native), 'primal');
      continue;
    }
    define(
      native,
      function (this: unknown, ...args: unknown[]): unknown {
        return callOrConstruct(native, this, args.map(argument), new.target);
      },
      'primal',
    );
    for (const [k, fn] of ownFunctions(native)) define(fn, methodTwin(`${name}.${String(k)}`, fn), 'primal');
    for (const [k, fn, kind] of ownFunctions(proto)) {
      if (k === 'constructor') continue;
      const path = `${name}.prototype.${String(k)}`;
      if (kind !== 'get') {
        define(fn, methodTwin(path, fn), 'primal');
        continue;
      }
      // `format` and `compare` are getters that give a function bound to the formatter.
      define(
        fn,
        function (this: unknown): unknown {
          const value = apply(fn, this, []);
          if (typeof value === 'function' && lookup(value) === undefined)
            defineTransient(value, methodTwin(path, value as Native));
          return value;
        },
        'primal',
      );
    }
  }
  // What `segment` gives can be asked and iterated.
  if ('Segmenter' in Intl) {
    const segments = new Intl.Segmenter().segment('a');
    for (const holder of [
      Object.getPrototypeOf(segments),
      Object.getPrototypeOf(segments[Symbol.iterator]()),
    ] as object[]) {
      for (const [k, fn] of ownFunctions(holder)) {
        if (lookup(fn) === undefined) define(fn, methodTwin(`Segments.${String(k)}`, fn), 'primal');
      }
    }
  }
}
