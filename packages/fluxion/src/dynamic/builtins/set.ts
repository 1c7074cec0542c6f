/**
 * `Set`. Numbers are members by their primals, objects by what they stand for; what the Set gives back is the member as it was
 * first added, derivative and all.
 * Invariant: a Set that may be old is touched before it receives a box or an object.
 */
import { touch } from '../journal.ts';
import { type Callable, callTwin, get, isBox, isObject, primalOf, reading, scalar, truthy, writing } from './adapt.ts';
import { filling, wholeMethods } from './collections.ts';
import { entry, type Native, nativeOf } from './entries.ts';
import { heldKey, keyToStore } from './keys.ts';
import { define } from './registry.ts';

type AnySet = Set<unknown>;

const proto = Set.prototype;
const nativeAdd = nativeOf(proto, 'add') as Native;
const nativeHas = nativeOf(proto, 'has') as Native;
const nativeDelete = nativeOf(proto, 'delete') as Native;
const { apply } = Reflect;

function check(receiver: unknown): asserts receiver is AnySet {
  nativeHas.call(receiver, undefined);
}

function setAdd(this: unknown, member: unknown): unknown {
  check(this);
  const set = writing(this);
  if (isObject(member)) {
    touch(set, member);
    nativeAdd.call(set, keyToStore(set, member, false));
  } else nativeAdd.call(set, heldKey(set, member, false));
  return this;
}

function has(set: AnySet, member: unknown): boolean {
  return nativeHas.call(set, heldKey(set, member, false)) as boolean;
}

function remove(set: AnySet, member: unknown): boolean {
  return nativeDelete.call(set, heldKey(set, member, false)) as boolean;
}

define(nativeAdd, setAdd, 'passes');
define(
  nativeHas,
  function (this: unknown, member: unknown): boolean {
    check(this);
    return has(reading(this), member);
  },
  'primal',
);
define(
  nativeDelete,
  function (this: unknown, member: unknown): boolean {
    check(this);
    return remove(writing(this), member);
  },
  'primal',
);
wholeMethods(Set, ['entries', 'values']);
filling(Set, 'add', nativeAdd, setAdd, (member) => [member]);

// The algebra of sets. The other operand is anything with `size`, `has` and `keys`.
interface SetRecord {
  readonly size: number;
  has(member: unknown): boolean;
  /** Calls `visit` with each member until it returns false. */
  each(visit: (member: unknown) => boolean | void): void;
}

function recordOf(other: unknown): SetRecord {
  if (!isObject(other) || isBox(other)) throw new TypeError(`${String(primalOf(other))} is not an object`);
  const size = +(scalar(get(other, 'size')) as number);
  if (Number.isNaN(size)) throw new TypeError("The 'size' property must be a number");
  const whole = Math.trunc(size);
  if (whole < 0) throw new RangeError(`'${whole}' is an invalid size`);
  const hasOf = get(other, 'has');
  if (typeof hasOf !== 'function') throw new TypeError("The 'has' property must be a function");
  const keysOf = get(other, 'keys');
  if (typeof keysOf !== 'function') throw new TypeError("The 'keys' property must be a function");
  return {
    size: whole,
    has: (member) => truthy(callTwin(hasOf, other, [member])),
    each(visit) {
      const iterator = callTwin(keysOf, other, []);
      if (!isObject(iterator)) throw new TypeError(`${String(iterator)} is not an object`);
      const next = get(iterator, 'next') as Callable;
      for (;;) {
        const result = callTwin(next, iterator, []);
        if (!isObject(result)) throw new TypeError(`Iterator result ${String(result)} is not an object`);
        if (truthy(get(result, 'done'))) return;
        if (visit(get(result, 'value')) === false) {
          const end = get(iterator, 'return');
          if (end !== undefined && end !== null) callTwin(end as Callable, iterator, []);
          return;
        }
      }
    },
  };
}

function members(set: AnySet): unknown[] {
  const list: unknown[] = [];
  proto.forEach.call(set, (member) => list.push(member));
  return list;
}

function copy(set: AnySet): AnySet {
  const made = new Set<unknown>();
  for (const member of members(set)) apply(setAdd, made, [member]);
  return made;
}

const algebra: Record<string, (set: AnySet, other: SetRecord) => unknown> = {
  union(set, other) {
    const result = copy(set);
    other.each((member) => void apply(setAdd, result, [member]));
    return result;
  },
  intersection(set, other) {
    const result = new Set<unknown>();
    if (set.size <= other.size) {
      for (const member of members(set)) if (other.has(member)) apply(setAdd, result, [member]);
    } else {
      other.each((member) => {
        if (has(set, member)) apply(setAdd, result, [heldKey(set, member, false)]);
      });
    }
    return result;
  },
  difference(set, other) {
    const result = copy(set);
    if (set.size <= other.size) {
      for (const member of members(set)) if (other.has(member)) remove(result, member);
    } else {
      other.each((member) => void remove(result, member));
    }
    return result;
  },
  symmetricDifference(set, other) {
    const result = copy(set);
    other.each((member) => {
      if (has(set, member)) remove(result, member);
      else apply(setAdd, result, [member]);
    });
    return result;
  },
  isSubsetOf(set, other) {
    return set.size <= other.size && members(set).every((member) => other.has(member));
  },
  isSupersetOf(set, other) {
    if (set.size < other.size) return false;
    let holds = true;
    other.each((member) => (holds = has(set, member)));
    return holds;
  },
  isDisjointFrom(set, other) {
    if (set.size <= other.size) return !members(set).some((member) => other.has(member));
    let disjoint = true;
    other.each((member) => (disjoint = !has(set, member)));
    return disjoint;
  },
};

for (const [name, compute] of Object.entries(algebra)) {
  entry(
    proto,
    name,
    name.startsWith('is') ? 'primal' : 'passes',
    () =>
      function (this: unknown, other: unknown): unknown {
        check(this);
        return compute(reading(this), recordOf(other));
      },
  );
}
