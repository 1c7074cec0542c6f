/**
 * `Map`. Numbers are keys by their primals, objects by what they stand for; values are held as they are.
 * Invariant: a Map that may be old is touched before it receives a box or an object.
 */
import { iter } from '../iteration.ts';
import { touch } from '../journal.ts';
import { callback, callTwin, get, isBox, isObject, primalOf, reading, writing } from './adapt.ts';
import { filling, wholeMethods } from './collections.ts';
import { entry, type Native, nativeOf } from './entries.ts';
import { heldKey, keyToStore } from './keys.ts';
import { define } from './registry.ts';

type AnyMap = Map<unknown, unknown>;

const proto = Map.prototype;
const nativeSet = nativeOf(proto, 'set') as Native;
const nativeGet = nativeOf(proto, 'get') as Native;
const nativeHas = nativeOf(proto, 'has') as Native;
const { apply } = Reflect;

function mapSet(this: unknown, k: unknown, value: unknown): unknown {
  if (isObject(k) || isObject(value)) {
    nativeHas.call(this, undefined); // what is no Map says so before anything happens
    const map = writing(this) as AnyMap;
    touch(map, k);
    touch(map, value);
    nativeSet.call(map, keyToStore(map, k, true), value);
    return this;
  }
  nativeHas.call(this, undefined);
  const map = writing(this) as AnyMap;
  nativeSet.call(map, heldKey(map, k, true), value);
  return this;
}

define(nativeSet, mapSet, 'passes');
entry(
  proto,
  'get',
  'passes',
  (native) =>
    function (this: unknown, k: unknown): unknown {
      const map = reading(this) as AnyMap;
      const value = native.call(map, k);
      if (value !== undefined || typeof k === 'string') return value;
      const held = heldKey(map, k, true);
      return held === k ? undefined : native.call(map, held);
    },
);
entry(
  proto,
  'has',
  'primal',
  (native) =>
    function (this: unknown, k: unknown): unknown {
      const map = reading(this) as AnyMap;
      return native.call(map, k) || (typeof k !== 'string' && native.call(map, heldKey(map, k, true)));
    },
);
entry(
  proto,
  'delete',
  'primal',
  (native) =>
    function (this: unknown, k: unknown): unknown {
      nativeHas.call(this, undefined);
      const map = writing(this) as AnyMap;
      return native.call(map, heldKey(map, k, true));
    },
);
for (const [name, made] of [
  ['getOrInsert', false],
  ['getOrInsertComputed', true],
] as const) {
  entry(
    proto,
    name,
    'passes',
    (native) =>
      function (this: unknown, k: unknown, value: unknown): unknown {
        apply(nativeHas, this, [undefined]);
        if (made && typeof value !== 'function') return apply(native, this, [k, value]);
        const held = heldKey(this as AnyMap, k, true);
        if (apply(nativeHas, this, [held])) return apply(nativeGet, this, [held]);
        const fresh = made ? callTwin(value as Function, undefined, [k]) : value;
        apply(mapSet, this, [k, fresh]);
        return fresh;
      },
  );
}
wholeMethods(Map, ['entries', 'keys', 'values']);
filling(Map, 'set', nativeSet, mapSet, (item) => {
  if (!isObject(item) || isBox(item))
    throw new TypeError(`Iterator value ${String(primalOf(item))} is not an entry object`);
  const k = get(item, 0);
  return [k, get(item, 1)];
});

entry(
  Map,
  'groupBy',
  'passes',
  (native) =>
    function (this: unknown, items: unknown, fn: unknown): unknown {
      if (items === undefined || items === null || typeof fn !== 'function') return apply(native, this, [items, fn]);
      const groups = new Map<unknown, unknown>();
      const twin = callback(fn) as Native;
      let i = 0;
      for (const value of iter(items) as Iterable<unknown>) {
        const k = twin.call(undefined, value, i++);
        const held = heldKey(groups, k, true);
        const group = groups.get(held) as unknown[] | undefined;
        if (group === undefined) apply(mapSet, groups, [k, [value]]);
        else group.push(value);
      }
      return groups;
    },
);
