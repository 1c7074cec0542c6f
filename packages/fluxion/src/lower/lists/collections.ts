/**
 * Map and Set: objects of two lists, or of one, that nobody else sees, in the order of insertion.
 * Invariant: no two keys are the same (as the language compares keys), and the key and the value of an entry stand at one index.
 */
import type { Value } from '../../ir/ops.ts';
import type { Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { append, move } from '../builtins/growing.ts';
import { allocateRecord } from '../objects/members.ts';
import { numberValue, strictEquals } from '../operators.ts';
import type { ArrayType } from '../types/array.ts';
import type { RecordType } from '../types/record.ts';
import { asBoolean, splitTest } from '../unions.ts';
import { type Abstract, constantValue, type ObjectValue, usable } from '../values.ts';
import { admit, elementAt, lengthOf, newArray, placeKey, setLength, storeAt } from './arrays.ts';
import {
  type CollectionKind,
  collectionKind,
  keysField,
  listTypeIn,
  newCollectionType,
  valuesField,
} from './entries.ts';

/** A Map or Set that is there. */
export interface Collection {
  readonly kind: CollectionKind;
  readonly object: ObjectValue;
  readonly keys: ObjectValue;
  /** Of a Set, its members once more. */
  readonly values: ObjectValue;
}

export function collectionOf(act: Activation, value: Abstract): Collection | undefined {
  if (value.kind !== 'object' || value.type.type.kind !== 'record') return undefined;
  if (value.type.orNull || value.type.orUndefined) return undefined;
  const { root } = value.type.type;
  const kind = collectionKind(root);
  if (kind === undefined || root.variants.length > 1) return undefined;
  const keys = listIn(act, value, root, keysField);
  return { kind, object: value, keys, values: kind === 'Map' ? listIn(act, value, root, valuesField) : keys };
}

export function listIn(act: Activation, object: ObjectValue, root: RecordType, name: string): ObjectValue {
  const held = root.field(name)!.type.type;
  if (held.kind !== 'object') throw new Error('a collection has lists');
  return { kind: 'object', type: held, ref: act.b.load(root.space(name), object.ref) };
}

/** A new one without entries. */
export function newCollection(act: Activation, kind: CollectionKind, node: Node): Collection {
  const { lowering, b } = act;
  const type = lowering.site(placeKey(node, kind), () => newCollectionType(lowering.growth, kind));
  const { root } = type;
  const object = allocateRecord(act, type, node);
  for (const name of kind === 'Map' ? [keysField, valuesField] : [keysField]) {
    const list = newArray(act, listTypeIn(root, name), b.int(0));
    b.store(root.space(name), object.ref, list.ref);
  }
  return collectionOf(act, object)!;
}

/** As keys of Maps are compared: NaN is NaN. */
function sameKey(act: Activation, a: Abstract, b: Abstract, node: Node): Value | boolean {
  if (a.kind === 'union') return splitTest(act, a, node, (one) => sameKey(act, one, b, node));
  if (b.kind === 'union') return splitTest(act, b, node, (one) => sameKey(act, a, one, node));
  const same = strictEquals(act, usable(a), usable(b), node);
  const isNumber = (v: Abstract): boolean =>
    v.kind === 'number' || (v.kind === 'constant' && typeof v.value === 'number');
  if (a.kind === 'maybe' || b.kind === 'maybe') {
    return act.decline('a key that may be a number or undefined is not compiled', node);
  }
  if (!isNumber(a) || !isNumber(b) || typeof same === 'boolean') return same;
  const [x, y] = [numberValue(act, a, node), numberValue(act, b, node)];
  const neither = act.b.integer('and', act.b.compare('ne', x, x), act.b.compare('ne', y, y));
  return act.b.integer('or', same, neither);
}

/** Where a key stands, and whether it does. */
export function find(act: Activation, { keys }: Collection, key: Abstract, node: Node): { at: Value; found: Value } {
  const { b } = act;
  const length = lengthOf(act, keys);
  const [at] = act.loop(
    node,
    [],
    [b.int(0)],
    ([i]) => {
      const goesOn = act.branch(
        b.compare('lt', i, length),
        () => {
          const same = sameKey(act, elementAt(act, keys, i, node), key, node);
          return asBoolean(typeof same === 'boolean' ? !same : b.not(same));
        },
        () => constantValue(false),
      );
      return goesOn.kind === 'boolean' ? goesOn.value : b.bool(goesOn.kind === 'constant' && goesOn.value === true);
    },
    ([i]) => [b.integer('add', i, b.int(1))],
  );
  return { at, found: b.compare('lt', at, length) };
}

/** Takes an entry out. Gives whether there was one. */
export function remove(act: Activation, of: Collection, key: Abstract, node: Node): Value {
  const { b } = act;
  const { at, found } = find(act, of, key, node);
  act.branch(
    found,
    () => {
      const behind = b.integer('add', at, b.int(1));
      for (const list of new Set([of.keys, of.values])) {
        const length = lengthOf(act, list);
        move(act, list, behind, at, b.integer('sub', length, behind));
        setLength(act, list, b.integer('sub', length, b.int(1)));
      }
      act.changes(removalEffect(of.keys));
      return undefined;
    },
    () => undefined,
  );
  return found;
}

/** -0 is 0 among keys. */
function normal(act: Activation, key: Abstract): Abstract {
  if (key.kind === 'constant') return Object.is(key.value, -0) ? constantValue(0) : key;
  if (key.kind !== 'number' || key.int !== undefined) return key;
  return { kind: 'number', value: act.b.math('add', key.value, act.b.number(0)) };
}

/** Puts an entry in, or another value in the place of the one that was there. */
export function put(act: Activation, to: Collection, key: Abstract, value: Abstract | undefined, node: Node): void {
  if (key.kind === 'never' || value?.kind === 'never') return;
  const own = normal(act, key);
  admit(act, listTypeOf(to.keys), own, node);
  if (value !== undefined) admit(act, listTypeOf(to.values), value, node);
  const { at, found } = find(act, to, own, node);
  act.branch(
    found,
    () => {
      if (value !== undefined) storeAt(act, to.values, at, value, node);
      return undefined;
    },
    () => {
      append(act, to.keys, [own], node);
      if (value !== undefined) append(act, to.values, [value], node);
      return undefined;
    },
  );
}

export function listTypeOf(list: ObjectValue): ArrayType {
  const { type } = list.type;
  if (type.kind !== 'array') throw new Error('a list of a collection is an array');
  return type.root;
}

/** What rounds over a collection do not survive: an entry taken out of it. */
export function removalEffect(keys: ObjectValue): string {
  return `removal ${listTypeOf(keys).id}`;
}
