/**
 * Arrays and typed arrays: length, elements, literals. Their methods are in builtins/.
 * Invariant: a load or store of an element is preceded by a check of its index, unless the index comes from counting to the length.
 */
import type { Value } from '../ir/ops.ts';
import type { ArrayExpression, Node } from '../syntax/ast.ts';
import type { Activation } from './activation.ts';
import { spreadInto } from './builtins/array.ts';
import { evaluate } from './expressions.ts';
import { makeRecord, memberOf, present } from './members.ts';
import { fromInt32, int32Value, numberValue, toNumber } from './operators.ts';
import {
  ArrayType,
  arrayCapacity,
  arrayData,
  arrayLength,
  arrayShape,
  cellFor,
  describeType,
  join,
  objectOf,
  typedData,
  typedLength,
  typedSpaces,
} from './types.ts';
import {
  type Abstract,
  coerce,
  flatten,
  neverValue,
  type ObjectValue,
  rebuild,
  typeOf,
  undefinedValue,
} from './values.ts';

export function lengthOf(act: Activation, list: ObjectValue): Value {
  return act.b.load(list.type.type.kind === 'typed' ? typedLength : arrayLength, list.ref);
}

export function lengthValue(act: Activation, list: ObjectValue): Abstract {
  return fromInt32(act, lengthOf(act, list));
}

export function dataOf(act: Activation, list: ObjectValue): Value {
  return act.b.load(list.type.type.kind === 'typed' ? typedData : arrayData, list.ref);
}

/** A number as an index; -1 for what is none. */
export function indexValue(act: Activation, key: Abstract, node: Node): Value {
  const n = toNumber(act, key, node);
  if (n.kind === 'constant') {
    const value = n.value as number;
    return act.b.int(Number.isInteger(value) && value >= 0 && value < 2 ** 31 ? value : -1);
  }
  if (n.kind === 'never') return act.b.int(-1);
  return n.int ?? act.b.convert('toIndex', n.value);
}

export function elementByNumber(act: Activation, list: Abstract, key: Abstract, node: Node): Abstract {
  const base = present(act, list, node);
  if (base.kind !== 'object') return neverValue;
  const index = indexValue(act, key, node);
  const inside = act.b.compare('lt', index, lengthOf(act, base), true);
  act.guard(inside, 'bounds', 'an element beyond the end is read', node);
  return elementAt(act, base, index, node);
}

/** The element at an index that is in bounds. */
export function elementAt(act: Activation, list: ObjectValue, index: Value, node: Node): Abstract {
  const { b } = act;
  const { type } = list.type;
  if (type.kind === 'record') return act.decline('an object is used as an array', node);
  const data = dataOf(act, list);
  if (type.kind === 'typed') {
    const raw = b.load(typedSpaces[type.name], data, index);
    if (raw.type === 'f64') return { kind: 'number', value: raw };
    if (type.name === 'Uint32Array') return { kind: 'number', value: b.convert('toNumberUnsigned', raw) };
    return fromInt32(act, raw);
  }
  const element = type.root.element.type;
  if (element.kind === 'conflict' || element.kind === 'maybe') {
    return act.decline(`an array holds ${describeType(element)}`, node);
  }
  if (cellFor(element) === undefined || element.kind === 'constant') return rebuild(element, []);
  const value = b.load(type.space, data, index);
  if (type.holey) holeGuard(act, value, node);
  return rebuild(element, [value]);
}

/** In arrays that were made with a length only, a cell that was never written is 0 of type ref, or the number that stands for a hole. */
function holeGuard(act: Activation, value: Value, node: Node): void {
  void value;
  act.decline('an array with holes is not compiled', node);
}

/** What is put into an array becomes part of its type. */
export function elementCarried(act: Activation, type: ArrayType, value: Abstract, node: Node): Value | undefined {
  const { element } = type.root;
  const joined = join(element.type, typeOf(value));
  if (
    joined.kind === 'conflict' ||
    joined.kind === 'maybe' ||
    (joined.kind === 'closure' && flatten(value).length > 0)
  ) {
    act.decline(`an array of ${describeType(element.type)} gets a ${describeType(typeOf(value))}`, node);
  }
  element.add(typeOf(value));
  const held = element.type;
  if (cellFor(held) === undefined || held.kind === 'constant') return undefined;
  return flatten(coerce(act.b, value, held, act.lowering))[0];
}

export function assignElement(act: Activation, list: ObjectValue, key: Abstract, value: Abstract, node: Node): void {
  const { b } = act;
  const { type } = list.type;
  const index = indexValue(act, key, node);
  if (type.kind === 'record') act.decline('an object is used as an array', node);
  if (type.kind === 'typed') {
    const stored = typedStored(act, list, value, node);
    const inside = b.compare('lt', index, lengthOf(act, list), true);
    // What is written beyond the end of a typed array is lost, as in the language.
    act.branch(
      inside,
      () => {
        b.store(typedSpaces[type.name], dataOf(act, list), index, stored);
        return undefined;
      },
      () => undefined,
    );
    return;
  }
  const carried = elementCarried(act, type, value, node);
  const length = lengthOf(act, list);
  act.guard(b.compare('le', index, length, true), 'bounds', 'an element beyond the end is written', node);
  act.branch(
    b.compare('eq', index, length),
    () => {
      reserve(act, list, b.integer('add', length, b.int(1)));
      b.store(arrayLength, list.ref, b.integer('add', length, b.int(1)));
      return undefined;
    },
    () => undefined,
  );
  if (carried !== undefined) b.store(type.space, dataOf(act, list), index, carried);
}

/** The IR value that a typed array's cell gets for this number. */
export function typedStored(act: Activation, list: ObjectValue, value: Abstract, node: Node): Value {
  const { type } = list.type;
  if (type.kind !== 'typed') throw new Error('a typed array');
  const { b } = act;
  switch (type.name) {
    case 'Float64Array':
      return numberValue(act, value, node);
    case 'Float32Array':
      return b.math('fround', numberValue(act, value, node));
    case 'Uint8ClampedArray': {
      // Half-way cases go to the even neighbour; NaN becomes 0.
      const x = numberValue(act, value, node);
      const low = b.math('min', b.math('max', x, b.number(0)), b.number(255));
      const floor = b.math('floor', low);
      const rest = b.math('sub', low, floor);
      const half = b.compare('eq', rest, b.number(0.5));
      const odd = b.compare('ne', b.math('mod', floor, b.number(2)), b.number(0));
      const up = b.integer('or', b.compare('gt', rest, b.number(0.5)), b.integer('and', half, odd));
      return b.convert('toInt32', b.select(up, b.math('add', floor, b.number(1)), floor));
    }
    default:
      return int32Value(act, value, node);
  }
}

/** Makes room for `length` elements: twice the room when it is used up. */
export function reserve(act: Activation, list: ObjectValue, length: Value): void {
  const { b } = act;
  const { type } = list.type;
  if (type.kind !== 'array') throw new Error('an array');
  const capacity = b.load(arrayCapacity, list.ref);
  act.branch(
    b.compare('gt', length, capacity),
    () => {
      const room = b.integer('max', b.integer('max', length, b.int(4)), b.integer('shl', capacity, b.int(1)));
      const data = b.elements(type.space, room);
      const zero = b.int(0);
      b.copy(type.space, data, zero, b.load(arrayData, list.ref), zero, b.load(arrayLength, list.ref));
      b.store(arrayData, list.ref, data);
      b.store(arrayCapacity, list.ref, room);
      return undefined;
    },
    () => undefined,
  );
}

/** A new array of `length` elements (all 0) with room for them. */
export function newArray(act: Activation, type: ArrayType, length: Value): ObjectValue {
  const { b } = act;
  const ref = b.alloc(arrayShape);
  b.store(arrayData, ref, b.elements(type.space, length));
  b.store(arrayLength, ref, length);
  b.store(arrayCapacity, ref, length);
  return { kind: 'object', type: objectOf(type.root), ref };
}

const siteKeys = new WeakMap<Node, Map<string, object>>();
/** The type of the arrays that are made at a place; `what` tells several at one place apart. */
export function arrayTypeAt(act: Activation, node: Node, what = ''): ArrayType {
  let byWhat = siteKeys.get(node);
  if (byWhat === undefined) siteKeys.set(node, (byWhat = new Map()));
  let key = byWhat.get(what);
  if (key === undefined) byWhat.set(what, (key = {}));
  return act.lowering.site(key, () => new ArrayType(act.lowering.growth)).root;
}

export function arrayLiteral(act: Activation, node: ArrayExpression): Abstract {
  if (node.elements.some((e) => e?.type === 'SpreadElement')) return spreadInto(act, node);
  const values = node.elements.map((e) => {
    if (e === null) return act.decline('an array with holes is not compiled', node);
    return evaluate(act, e);
  });
  if (act.dead) return neverValue;
  return arrayOf(act, node, values);
}

/** A new array of these; or, where they are of several kinds, an object with the properties 0, 1, …: a tuple. */
export function arrayOf(act: Activation, node: Node, values: readonly Abstract[]): Abstract {
  if (values.some((v) => v.kind === 'never')) return neverValue;
  const types = values.map(typeOf);
  const joined = types.reduce(join, { kind: 'never' });
  const closures = values.some((v) => v.kind === 'closure');
  if (joined.kind === 'conflict' || joined.kind === 'maybe' || closures) {
    return makeRecord(act, node, [
      ...values.map((v, i) => [String(i), v] as const),
      ['length', { kind: 'constant', value: values.length }] as const,
    ]);
  }
  const { b } = act;
  const type = arrayTypeAt(act, node);
  const carried = values.map((v) => elementCarried(act, type, v, node));
  const list = newArray(act, type, b.int(values.length));
  const data = dataOf(act, list);
  carried.forEach((value, i) => {
    if (value !== undefined) b.store(type.space, data, b.int(i), value);
  });
  return list;
}

/** The element `i` in a pattern: undefined beyond the end. */
export function elementOf(act: Activation, node: Node, value: Abstract, i: number): Abstract {
  if (value.kind === 'never') return neverValue;
  if (value.kind !== 'object') return act.decline('only arrays are taken apart', node);
  const { type } = value.type;
  if (type.kind === 'record') {
    if (type.root.field(String(i)) === undefined)
      return type.root.field('length') ? undefinedValue : act.decline('only arrays are taken apart', node);
    return memberOf(act, value, String(i), node);
  }
  return elementByNumber(act, value, { kind: 'constant', value: i }, node);
}

export function restOf(act: Activation, node: Node, value: Abstract, from: number): Abstract {
  void value;
  void from;
  return act.decline('the rest of an array in a pattern is not compiled', node);
}

export function assignLength(act: Activation, list: ObjectValue, value: Abstract, node: Node): void {
  const { b } = act;
  if (list.type.type.kind !== 'array') act.decline('the length of a typed array is written', node);
  const length = indexValue(act, value, node);
  act.guard(
    b.compare('le', length, lengthOf(act, list), true),
    'bounds',
    'an array is made longer by its length',
    node,
  );
  b.store(arrayLength, list.ref, length);
}
