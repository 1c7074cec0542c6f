/**
 * `JSON`. Text has no derivative, so a tracked number in a value to be written is refused; replacers, revivers, `toJSON` and
 * getters run as twins.
 * Invariant: for plain values the text is the native's, character for character.
 */

import { refuseReadBack, toLength, toNumber } from '../conversions.ts';
import { str } from '../operators.ts';
import { deleteProperty } from '../properties.ts';
import { type Callable, callback, callTwin, get, isBox, isObject, primalOf, refuse, scalar } from './adapt.ts';
import { defineOwn, keysOf } from './descriptors.ts';
import { entry, nativeOf, passing } from './entries.ts';

const isRaw = nativeOf(JSON, 'isRawJSON');
const stringify = JSON.stringify;
const isEnumerable = Object.prototype.propertyIsEnumerable;
const tagOf = Object.prototype.toString;

interface Writing {
  readonly replacer: Callable | undefined;
  readonly allowed: string[] | undefined;
  readonly gap: string;
  readonly open: object[];
}

function boxedValue(value: object): unknown {
  if (value instanceof Number || value instanceof String || value instanceof Boolean || value instanceof BigInt) {
    const tag = tagOf.call(value);
    if (tag === '[object Number]') {
      const number = toNumber(value);
      return isBox(number) ? refuse('JSON.stringify') : number;
    }
    if (tag === '[object String]') return str(value);
    if (value instanceof Boolean) return Boolean.prototype.valueOf.call(value);
    return BigInt.prototype.valueOf.call(value);
  }
  return value;
}

function property(w: Writing, holder: object, k: string, indent: string, read: unknown): string | undefined {
  let value = read;
  if (isBox(value)) refuse('JSON.stringify');
  if (isObject(value) || typeof value === 'bigint') {
    const toJSON = get(value, 'toJSON');
    if (typeof toJSON === 'function') value = callTwin(toJSON, value, [k]);
  }
  if (w.replacer !== undefined) value = callTwin(w.replacer, holder, [k, value]);
  if (isBox(value)) refuse('JSON.stringify');
  if (isObject(value)) value = boxedValue(value);
  if (typeof value === 'bigint') throw new TypeError('Do not know how to serialize a BigInt');
  if (!isObject(value)) return stringify(value);
  if (typeof value === 'function') return undefined;
  if (isRaw?.(value)) return stringify(value);
  return structure(w, value, indent);
}

function structure(w: Writing, value: object, outer: string): string {
  // The native's own message, which tells of the way around the circle.
  if (w.open.includes(value)) return stringify(circle(w.open, value)) as string;
  w.open.push(value);
  const indent = outer + w.gap;
  const parts: string[] = [];
  const array = Array.isArray(value);
  if (array) {
    const length = +(scalar(get(value, 'length')) as number);
    for (let i = 0; i < length; i++) parts.push(property(w, value, String(i), indent, get(value, String(i))) ?? 'null');
  } else {
    for (const k of w.allowed ?? enumerableKeys(value)) {
      const text = property(w, value, k, indent, get(value, k));
      if (text !== undefined) parts.push(`${stringify(k)}:${w.gap === '' ? '' : ' '}${text}`);
    }
  }
  w.open.pop();
  const [begin, end] = array ? '[]' : '{}';
  if (parts.length === 0) return `${begin}${end}`;
  if (w.gap === '') return `${begin}${parts.join(',')}${end}`;
  return `${begin}\n${indent}${parts.join(`,\n${indent}`)}\n${outer}${end}`;
}

function enumerableKeys(o: object): string[] {
  return keysOf(o).filter((k) => typeof k === 'string' && isEnumerable.call(o, k)) as string[];
}

/** A plain circle of the same constructors, for the native to complain about. */
function circle(open: readonly object[], again: object): object {
  const from = open.indexOf(again);
  const round = open
    .slice(from)
    .map((o) =>
      Array.isArray(o) ? [] : Object.create(Object.getPrototypeOf(o), { toJSON: { value: undefined } }),
    ) as Record<string, unknown>[];
  round.forEach((o, i) => {
    const name = keysOf(open[from + i] as object).find((k) => get(open[from + i], k) === (open[from + i + 1] ?? again));
    Object.defineProperty(o, typeof name === 'string' ? name : '0', {
      value: round[i + 1] ?? round[0],
      enumerable: true,
    });
  });
  return round[0] as object;
}

function allowedKeys(list: object): string[] {
  const keys = new Set<string>();
  const length = +(scalar(get(list, 'length')) as number);
  for (let i = 0; i < length; i++) {
    const item = get(list, i);
    if (typeof item === 'string' || typeof item === 'number' || isBox(item)) keys.add(String(primalOf(item)));
    else if (item instanceof String || item instanceof Number) keys.add(str(item));
  }
  return [...keys];
}

entry(
  JSON,
  'stringify',
  'refuses',
  () =>
    function (value: unknown, replacer?: unknown, space?: unknown): unknown {
      let gap = isObject(space) && !isBox(space) ? boxedValue(space) : primalOf(space);
      if (typeof gap === 'number') gap = ' '.repeat(Math.max(0, Math.min(10, Math.trunc(gap) || 0)));
      const writing: Writing = {
        replacer: typeof replacer === 'function' ? (replacer as Callable) : undefined,
        allowed: typeof replacer !== 'function' && Array.isArray(replacer) ? allowedKeys(replacer) : undefined,
        gap: typeof gap === 'string' ? gap.slice(0, 10) : '',
        open: [],
      };
      return property(writing, { '': value }, '', '', value);
    },
);
/** What the engine tells a reviver of the text of each primitive, where it does. */
type Sources = Map<object, Map<string, { readonly value: unknown; readonly context: object }>>;

/** Revives what has been parsed, as the language has it; a tracked number that the reviver has put in is a number. */
function revive(holder: object, k: string, fn: Callable, sources: Sources | undefined): unknown {
  const value = get(holder, k);
  if (isObject(value) && !isBox(value)) {
    const length = Array.isArray(value) ? toLength(get(value, 'length')) : undefined;
    const keys = length === undefined ? enumerableKeys(value) : undefined;
    for (let i = 0; i < (length ?? (keys as string[]).length); i++) {
      const name = keys === undefined ? String(i) : (keys[i] as string);
      const made = revive(value, name, fn, sources);
      if (made === undefined) deleteProperty(value, name);
      else defineOwn(value, name, { value: made, writable: true, enumerable: true, configurable: true }, false);
    }
  }
  if (sources === undefined) return fn.call(holder, k, value);
  const source = sources.get(holder)?.get(k);
  return fn.call(holder, k, value, source !== undefined && source.value === value ? source.context : {});
}

entry(
  JSON,
  'parse',
  'passes',
  (native) =>
    function (text: unknown, reviver?: unknown): unknown {
      const written = str(text);
      refuseReadBack(written);
      if (typeof reviver !== 'function') return native(written);
      let sources: Sources | undefined;
      const parsed = native(written, function (this: object, k: string, value: unknown, context?: object): unknown {
        if (context !== undefined) {
          sources ??= new Map();
          let known = sources.get(this);
          if (known === undefined) sources.set(this, (known = new Map()));
          if (!isObject(value)) known.set(k, { value, context });
        }
        return value;
      });
      const root = { '': parsed };
      const top = [...(sources?.entries() ?? [])].find(
        ([holder]) => Reflect.get(holder, '') === parsed && !isObject(parsed),
      );
      if (top !== undefined) sources?.set(root, top[1]);
      return revive(root, '', callback(reviver) as Callable, sources);
    },
);
entry(
  JSON,
  'rawJSON',
  'refuses',
  (native) =>
    function (text: unknown): unknown {
      if (isBox(text)) refuse('JSON.rawJSON');
      return native(scalar(text));
    },
);
passing(JSON, ['isRawJSON']);
