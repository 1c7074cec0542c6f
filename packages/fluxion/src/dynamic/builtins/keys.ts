/**
 * Under which key a collection holds something: numbers are one key if their primals are, and a stand-in is one key with what
 * it stands for; yet the collection holds (and gives back) the very key it was given first, derivative and all.
 * Invariant: what is stored under a box or a stand-in is found by every value that the program takes to be equal to it.
 */
import { key, add as plus } from '../operators.ts';
import { OwnMap } from '../own.ts';
import { isBox, isObject, primalOf } from './adapt.ts';

type Collection = Map<unknown, unknown> | Set<unknown>;

const mapHas = Map.prototype.has;
const setHas = Set.prototype.has;
const mapForEach = Map.prototype.forEach;
const setForEach = Set.prototype.forEach;
const weakMapHas = WeakMap.prototype.has;
const weakSetHas = WeakSet.prototype.has;

/** For each collection: from the primal or the original to the box or stand-in that it holds as a key. */
const aliases = new WeakMap<object, Map<unknown, unknown>>();

function aliasesOf(collection: Collection, map: boolean): Map<unknown, unknown> {
  let found = aliases.get(collection);
  if (found === undefined) {
    const made = new OwnMap<unknown, unknown>();
    const note = (_: unknown, held: unknown): void => {
      if (isObject(held)) {
        const normal = key(held);
        if (normal !== held) made.set(normal, held);
      }
    };
    if (map) mapForEach.call(collection as Map<unknown, unknown>, note);
    else setForEach.call(collection as Set<unknown>, note);
    aliases.set(collection, made);
    found = made;
  }
  return found;
}

/** The key under which `collection` holds what is equal to `wanted`; `wanted` itself if it holds nothing such. */
export function heldKey(collection: Collection, wanted: unknown, map: boolean): unknown {
  const object = isObject(wanted);
  if (!object && typeof wanted !== 'number') return wanted;
  if (holds(collection, wanted, map)) return wanted;
  const normal = object ? key(wanted) : wanted;
  if (normal !== wanted && object && holds(collection, normal, map)) return normal;
  const known = aliasesOf(collection, map);
  if (known.size > 0) {
    const alias = known.get(normal);
    if (alias !== undefined && holds(collection, alias, map)) return alias;
  }
  return wanted;
}

function holds(collection: Collection, k: unknown, map: boolean): boolean {
  return map ? mapHas.call(collection as Map<unknown, unknown>, k) : setHas.call(collection as Set<unknown>, k);
}

/** The key to store under: the one that is held already, or `wanted`, remembered under what it is equal to. */
export function keyToStore(collection: Collection, wanted: unknown, map: boolean): unknown {
  const held = heldKey(collection, wanted, map);
  if (held !== wanted || !isObject(wanted)) return held;
  const normal = key(wanted);
  if (normal === wanted) return wanted;
  // Collections hold no negative zero.
  const stored = isBox(wanted) && primalOf(wanted) === 0 ? plus(wanted, 0) : wanted;
  const known = aliasesOf(collection, map);
  if (!known.has(normal) || !holds(collection, known.get(normal), map)) known.set(normal === 0 ? 0 : normal, stored);
  return stored;
}

const weakAliases = new WeakMap<object, WeakMap<object, object>>();

/** As `heldKey`, for WeakMap and WeakSet. */
export function weakHeldKey(
  collection: WeakMap<object, unknown> | WeakSet<object>,
  wanted: unknown,
  map: boolean,
): unknown {
  const has = map ? weakMapHas : (weakSetHas as typeof weakMapHas);
  if (!isObject(wanted) || has.call(collection as WeakMap<object, unknown>, wanted)) return wanted;
  const normal = key(wanted);
  if (!isObject(normal)) return normal;
  if (normal !== wanted && has.call(collection as WeakMap<object, unknown>, normal)) return normal;
  const alias = weakAliases.get(collection)?.get(normal);
  return alias !== undefined && has.call(collection as WeakMap<object, unknown>, alias) ? alias : wanted;
}

/** As `keyToStore`, for WeakMap and WeakSet. */
export function weakKeyToStore(
  collection: WeakMap<object, unknown> | WeakSet<object>,
  wanted: unknown,
  map: boolean,
): unknown {
  const held = weakHeldKey(collection, wanted, map);
  if (held !== wanted || !isObject(wanted)) return held;
  const normal = key(wanted) as object;
  if (normal !== wanted) {
    let known = weakAliases.get(collection);
    if (known === undefined) weakAliases.set(collection, (known = new WeakMap()));
    known.set(normal, wanted);
  }
  return wanted;
}
