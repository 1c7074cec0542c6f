/**
 * WeakMap, WeakSet, WeakRef, FinalizationRegistry. Objects are keys by what they stand for.
 * Invariant: a value that a WeakMap receives is journaled cell by cell, for its entries can't be listed.
 */
import { iter } from '../iteration.ts';
import { noteHidden, touchCell } from '../journal.ts';
import { callTwin, get, isBox, isObject, primalOf, refuse } from './adapt.ts';
import { entry, type Native, nativeOf, passing } from './entries.ts';
import { weakHeldKey, weakKeyToStore } from './keys.ts';
import { later } from './later.ts';
import { define } from './registry.ts';
import { holdsTracked } from './search.ts';

const { apply } = Reflect;
const maps = WeakMap.prototype;
const sets = WeakSet.prototype;
const nativeGet = nativeOf(maps, 'get') as Native;
const nativeHas = nativeOf(maps, 'has') as Native;
const nativeSet = nativeOf(maps, 'set') as Native;
const nativeAdd = nativeOf(sets, 'add') as Native;
const nativeHasMember = nativeOf(sets, 'has') as Native;

type AnyWeakMap = WeakMap<object, unknown>;
type AnyWeakSet = WeakSet<object>;

function weakSet(this: unknown, k: unknown, value: unknown): unknown {
  apply(nativeHas, this, [undefined]);
  const stored = weakKeyToStore(this as AnyWeakMap, k, true);
  const map = this as AnyWeakMap;
  if (isObject(stored) && isObject(value)) {
    touchCell({
      get: () => apply(nativeGet, map, [stored]),
      set: (v: unknown) => {
        if (apply(nativeHas, map, [stored])) apply(nativeSet, map, [stored, v]);
      },
    });
  }
  return apply(nativeSet, map, [primalOf(stored), value]);
}

define(nativeSet, weakSet, 'passes');
for (const name of ['get', 'has', 'delete']) {
  entry(
    maps,
    name,
    name === 'get' ? 'passes' : 'primal',
    (native) =>
      function (this: unknown, k: unknown): unknown {
        apply(nativeHas, this, [undefined]);
        return noteHidden(apply(native, this, [weakHeldKey(this as AnyWeakMap, k, true)]));
      },
  );
}
for (const [name, made] of [
  ['getOrInsert', false],
  ['getOrInsertComputed', true],
] as const) {
  entry(
    maps,
    name,
    'passes',
    (native) =>
      function (this: unknown, k: unknown, value: unknown): unknown {
        apply(nativeHas, this, [undefined]);
        if (!isObject(k) || (made && typeof value !== 'function')) return apply(native, this, [primalOf(k), value]);
        const held = weakHeldKey(this as AnyWeakMap, k, true);
        if (apply(nativeHas, this, [held])) return apply(nativeGet, this, [held]);
        const fresh = made ? callTwin(value as Function, undefined, [k]) : value;
        apply(weakSet, this, [k, fresh]);
        return fresh;
      },
  );
}

function weakAdd(this: unknown, member: unknown): unknown {
  apply(nativeHasMember, this, [undefined]);
  return apply(nativeAdd, this, [primalOf(weakKeyToStore(this as AnyWeakSet, member, false))]);
}

define(nativeAdd, weakAdd, 'passes');
for (const name of ['has', 'delete']) {
  entry(
    sets,
    name,
    'primal',
    (native) =>
      function (this: unknown, member: unknown): unknown {
        apply(nativeHasMember, this, [undefined]);
        return apply(native, this, [weakHeldKey(this as AnyWeakSet, member, false)]);
      },
  );
}

define(
  WeakMap,
  function (this: unknown, iterable?: unknown): unknown {
    if (new.target === undefined) return apply(WeakMap as unknown as Native, this, [iterable]);
    const map = Reflect.construct(WeakMap, [], new.target) as object;
    if (iterable === undefined || iterable === null) return map;
    const adder = get(map, 'set');
    if (typeof adder !== 'function')
      throw new TypeError(`'${String(adder)}' returned for property 'set' of object '#<WeakMap>' is not a function`);
    for (const item of iter(primalOf(iterable)) as Iterable<unknown>) {
      if (!isObject(item) || isBox(item))
        throw new TypeError(`Iterator value ${String(primalOf(item))} is not an entry object`);
      callTwin(adder, map, [get(item, 0), get(item, 1)]);
    }
    return map;
  },
  'passes',
);
define(
  WeakSet,
  function (this: unknown, iterable?: unknown): unknown {
    if (new.target === undefined) return apply(WeakSet as unknown as Native, this, [iterable]);
    const set = Reflect.construct(WeakSet, [], new.target) as object;
    if (iterable === undefined || iterable === null) return set;
    const adder = get(set, 'add');
    if (typeof adder !== 'function')
      throw new TypeError(`'${String(adder)}' returned for property 'add' of object '#<WeakSet>' is not a function`);
    for (const member of iter(primalOf(iterable)) as Iterable<unknown>) callTwin(adder, set, [member]);
    return set;
  },
  'passes',
);

define(
  WeakRef,
  function (this: unknown, target: unknown): unknown {
    const value = primalOf(target);
    if (new.target === undefined) return apply(WeakRef as unknown as Native, this, [value]);
    return Reflect.construct(WeakRef, [value], new.target);
  },
  'primal',
);
passing(WeakRef.prototype, ['deref']);

define(
  FinalizationRegistry,
  function (this: unknown, fn: unknown): unknown {
    if (new.target === undefined) return apply(FinalizationRegistry as unknown as Native, this, [fn]);
    return Reflect.construct(FinalizationRegistry, [later(fn)], new.target);
  },
  'passes',
);
entry(
  FinalizationRegistry.prototype,
  'register',
  'refuses',
  (native) =>
    function (this: unknown, target: unknown, held: unknown, ...token: unknown[]): unknown {
      // It is handed over at some time after the gradient.
      if (holdsTracked(held)) refuse('FinalizationRegistry.prototype.register');
      return apply(native, this, [primalOf(target), held, ...token.map(primalOf)]);
    },
);
entry(
  FinalizationRegistry.prototype,
  'unregister',
  'primal',
  (native) =>
    function (this: unknown, token: unknown): unknown {
      return apply(native, this, [primalOf(token)]);
    },
);
