/**
 * Arrays and typed arrays: length, elements, literals. Their methods are in builtins/.
 * Invariant: a load or store of an element is preceded by a check of its index, unless the index is known to be in bounds; an element of
 * a type that may have holes has a state, which is right whenever the element can be seen.
 */
import type { Value } from '../../ir/ops.ts';
import type { Space } from '../../ir/types.ts';
import type { ArrayExpression, Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { spreadInto } from '../builtins/joining.ts';
import { evaluate } from '../expressions.ts';
import { countedLoop } from '../flow/counted.ts';
import { memberOf, present } from '../objects/members.ts';
import { fromInt32, int32Value, numberValue, toNumber } from '../operators.ts';
import { captureEarly } from '../patterns.ts';
import { isLoose } from '../program/loose.ts';
import { ArrayType } from '../types/array.ts';
import {
  arrayCapacity,
  arrayData,
  arrayLength,
  arrayShape,
  arrayStates,
  cellFor,
  elementStates,
  holeState,
  presentState,
  typedData,
  typedLength,
  typedSpaces,
  undefinedState,
} from '../types/cells.ts';
import { elementEffect, lengthEffect } from '../types/effects.ts';
import { join } from '../types/join.ts';
import { isInside, lengthRange } from '../types/ranges.ts';
import { describeType, type JsType, number, objectOf } from '../types/types.ts';
import {
  type Abstract,
  coerce,
  flatten,
  neverValue,
  type ObjectValue,
  rebuild,
  typeOf,
  undefinedValue,
  usable,
} from '../values.ts';
import { boxed, boxOf, unboxed } from './boxes.ts';
import { makeTuple, tupleLength } from './tuples.ts';

export function lengthOf(act: Activation, list: ObjectValue): Value {
  return act.b.load(list.type.type.kind === 'typed' ? typedLength : arrayLength, list.ref);
}

export function lengthValue(act: Activation, list: ObjectValue): Abstract {
  return fromInt32(act, lengthOf(act, list), lengthRange(act, list));
}

export function dataOf(act: Activation, list: ObjectValue): Value {
  return act.b.load(list.type.type.kind === 'typed' ? typedData : arrayData, list.ref);
}

/** The array type of a list; undefined for typed arrays. */
export function arrayTypeOf(list: ObjectValue): ArrayType | undefined {
  const { type } = list.type;
  return type.kind === 'array' ? type.root : undefined;
}

/** Where the numbers of an array are found; undefined for what is none. */
export function numbersOf(type: JsType): { length: Space; data: Space; elements: Space } | undefined {
  if (type.kind !== 'object' || type.type.kind === 'record' || type.orNull || type.orUndefined) return undefined;
  if (type.type.kind === 'typed') {
    const elements = typedSpaces[type.type.name];
    return elements.cell === 'f64' ? { length: typedLength, data: typedData, elements } : undefined;
  }
  if (type.type.root.element.type.kind !== 'number') return undefined;
  return { length: arrayLength, data: arrayData, elements: type.type.space };
}

export function spaceOf(list: ObjectValue): Space {
  const { type } = list.type;
  if (type.kind === 'record') throw new Error('an object has no elements');
  return type.kind === 'typed' ? typedSpaces[type.name] : type.space;
}

/** What its elements are. */
export function elementTypeOf(list: ObjectValue): JsType {
  return arrayTypeOf(list)?.element.type ?? number;
}

/** Whether elements of this type take a cell: others are known by their type. */
export function hasCell(element: JsType): boolean {
  return element.kind === 'maybe' || (cellFor(element) !== undefined && element.kind !== 'constant');
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

/** `list[key]`. Beyond the end it is undefined where the program asks for that, else the tier is left. */
export function elementByNumber(act: Activation, list: Abstract, key: Abstract, node: Node): Abstract {
  const base = present(act, list, node);
  if (base.kind === 'never') return neverValue;
  if (base.kind !== 'object') return act.decline('only arrays and objects have elements', node);
  if (key.kind === 'constant' && typeof key.value === 'string') return act.decline(`.${key.value} of an array`, node);
  const index = indexValue(act, key, node);
  const read = (): Abstract =>
    isInside(act, base, key) ? elementAt(act, base, index, node) : elementWhere(act, base, index, node);
  // The same object again, so that what is known of it is known here.
  const type = arrayTypeOf(base);
  const place = key.kind === 'constant' ? String(key.value) : key.kind === 'number' && key.int ? `%${key.int.id}` : '';
  if (type === undefined || place === '' || type.element.type.kind !== 'object') return read();
  const name = `${base.ref.id}[${place}]`;
  const known = act.recall(name);
  if (known?.kind === 'object') return known;
  const element = read();
  if (element.kind === 'object') act.remember(name, element, [elementEffect(type), lengthEffect(type)]);
  return element;
}

/** The element at an index that may be out of bounds. */
export function elementWhere(act: Activation, list: ObjectValue, index: Value, node: Node): Abstract {
  const inside = act.b.compare('lt', index, lengthOf(act, list), true);
  if (isLoose(act, node)) {
    if (list.type.type.kind !== 'typed') inheritsNone(act, node);
    return act.branch(
      inside,
      () => elementAt(act, list, index, node),
      () => undefinedValue,
    );
  }
  act.guard(inside, 'bounds', 'an element beyond the end is read', node);
  return elementAt(act, list, index, node);
}

/** What an array lacks is undefined, and not found on its prototypes. */
function inheritsNone(act: Activation, node: Node): void {
  if (!act.lowering.guards.noElements()) act.decline('arrays inherit elements', node);
}

/** The element at an index that is in bounds. */
export function elementAt(act: Activation, list: ObjectValue, index: Value, node: Node): Abstract {
  const { b } = act;
  const { type } = list.type;
  if (type.kind === 'record') return act.decline('an object is used as an array', node);
  if (type.kind === 'typed') {
    const raw = b.load(typedSpaces[type.name], dataOf(act, list), index);
    if (raw.type === 'f64') return { kind: 'number', value: raw };
    if (type.name === 'Uint32Array') return { kind: 'number', value: b.convert('toNumberUnsigned', raw) };
    return fromInt32(act, raw, integerRanges[type.name]);
  }
  const element = type.root.element.type;
  if (element.kind === 'conflict') return act.decline(`an array holds ${describeType(element)}`, node);
  const state = type.holey ? stateAt(act, list, index) : undefined;
  const isPresent = state && b.compare('eq', state, b.int(presentState));
  const loose = isLoose(act, node);
  if (isPresent !== undefined && loose) inheritsNone(act, node);
  if (element.kind === 'maybe' || (element.kind === 'number' && isPresent && loose)) {
    const value = b.load(type.space, dataOf(act, list), index);
    return { kind: 'maybe', value, defined: isPresent ?? b.bool(true) };
  }
  const read = (): Abstract =>
    hasCell(element) ? elementFrom(act, type, b.load(type.space, dataOf(act, list), index)) : rebuild(element, []);
  if (isPresent === undefined || (element.kind === 'constant' && element.value === undefined)) return read();
  if (loose && element.kind !== 'number') return act.branch(isPresent, read, () => undefinedValue);
  act.guard(isPresent, 'hole', 'a hole of an array is read', node);
  return read();
}

/** The element that a cell holds. */
export function elementFrom(act: Activation, type: ArrayType, cell: Value): Abstract {
  const held = type.root.element.type;
  const box = boxOf(type);
  return box === undefined ? rebuild(held, [cell]) : unboxed(act, box, cell);
}

const integerRanges: Partial<Record<string, { low: number; high: number; limits: [] }>> = {
  Int16Array: { low: -(2 ** 15), high: 2 ** 15 - 1, limits: [] },
  Uint16Array: { low: 0, high: 2 ** 16 - 1, limits: [] },
  Int8Array: { low: -128, high: 127, limits: [] },
  Uint8Array: { low: 0, high: 255, limits: [] },
  Uint8ClampedArray: { low: 0, high: 255, limits: [] },
};

export function stateAt(act: Activation, list: ObjectValue, index: Value): Value {
  return act.b.load(elementStates, act.b.load(arrayStates, list.ref), index);
}

/** Whether there is an element at an index in bounds: undefined where there always is. */
export function isWritten(act: Activation, list: ObjectValue, index: Value): Value | undefined {
  if (!arrayTypeOf(list)?.holey) return undefined;
  return act.b.compare('ne', stateAt(act, list, index), act.b.int(holeState));
}

/** What the cells of an element get. */
export interface Carried {
  readonly value: Value | undefined;
  readonly state: Value | undefined;
}

/** What is put into an array becomes part of its type. */
export function admit(act: Activation, type: ArrayType, value: Abstract, node: Node): void {
  const { element } = type.root;
  if (value.kind === 'closure') captureEarly(act, value.closure);
  element.add(typeOf(usable(value)));
  const held = element.type;
  if (held.kind === 'conflict') act.decline(`an array holds ${describeType(held)}`, node);
  if (held.kind === 'maybe') type.makeHoley();
}

/** The cells that an element has for this value, which is admitted. */
export function elementCarried(act: Activation, type: ArrayType, value: Abstract, node: Node): Carried {
  const { b } = act;
  admit(act, type, value, node);
  const held = type.root.element.type;
  const stated = type.holey;
  if (!hasCell(held)) return { value: undefined, state: stated ? b.int(presentState) : undefined };
  const box = boxOf(type);
  if (box !== undefined) return { value: boxed(act, box, value), state: stated ? b.int(presentState) : undefined };
  const [cell, defined] = flatten(coerce(b, value, held, act.lowering));
  const written = defined ? b.select(defined, b.int(presentState), b.int(undefinedState)) : b.int(presentState);
  return { value: cell, state: stated ? written : undefined };
}

/** Writes what `carriedFor` gave into a cell that is in bounds. */
export function storeCarried(act: Activation, list: ObjectValue, index: Value, carried: Carried): void {
  const { b } = act;
  const type = arrayTypeOf(list);
  if (type) act.changes(elementEffect(type));
  if (carried.value !== undefined) b.store(spaceOf(list), dataOf(act, list), index, carried.value);
  if (carried.state !== undefined) b.store(elementStates, b.load(arrayStates, list.ref), index, carried.state);
}

/** What is to be stored for this value: in arrays it becomes part of the type, in typed arrays it is rounded. */
export function carriedFor(act: Activation, list: ObjectValue, value: Abstract, node: Node): Carried {
  const type = arrayTypeOf(list);
  if (type) return elementCarried(act, type, value, node);
  return { value: typedStored(act, list, value, node), state: undefined };
}

/** Writes an element in bounds. */
export function storeAt(act: Activation, list: ObjectValue, index: Value, value: Abstract, node: Node): void {
  if (value.kind === 'never') return;
  storeCarried(act, list, index, carriedFor(act, list, value, node));
}

/** `list[key] = value`. */
export function assignElement(act: Activation, list: ObjectValue, key: Abstract, value: Abstract, node: Node): void {
  const { b } = act;
  const { type } = list.type;
  if (type.kind === 'record') act.decline('an object is used as an array', node);
  if (key.kind === 'constant' && typeof key.value === 'string') act.decline(`.${key.value} of an array`, node);
  const index = indexValue(act, key, node);
  const carried = carriedFor(act, list, value, node);
  if (isInside(act, list, key)) {
    storeCarried(act, list, index, carried);
    return;
  }
  const length = lengthOf(act, list);
  if (type.kind === 'typed') {
    // What is written beyond the end of a typed array is lost, as in the language.
    act.branch(
      b.compare('lt', index, length, true),
      () => void storeCarried(act, list, index, carried),
      () => undefined,
    );
    return;
  }
  if (isOwnLength(list, key)) type.makeGrowing();
  if (!type.growing) {
    act.guard(b.compare('lt', index, length, true), 'bounds', 'an element beyond the end is written', node);
  } else {
    act.guard(b.compare('le', index, length, true), 'bounds', 'an element far beyond the end is written', node);
    act.branch(
      b.compare('eq', index, length),
      () => {
        const longer = b.integer('add', length, b.int(1));
        reserve(act, list, longer);
        setLength(act, list, longer);
        return undefined;
      },
      () => undefined,
    );
  }
  storeCarried(act, list, index, carried);
}

/** `a[a.length] = v`. */
function isOwnLength(list: ObjectValue, key: Abstract): boolean {
  return key.kind === 'number' && (key.range?.limits.some((l) => l.list === list.ref && l.less === 0) ?? false);
}

export function setLength(act: Activation, list: ObjectValue, length: Value): void {
  act.changes(lengthEffect(arrayTypeOf(list)!));
  act.b.store(arrayLength, list.ref, length);
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
  const type = arrayTypeOf(list)!;
  const capacity = b.load(arrayCapacity, list.ref);
  act.branch(
    b.compare('gt', length, capacity),
    () => {
      const room = b.integer('max', b.integer('max', length, b.int(4)), b.integer('shl', capacity, b.int(1)));
      const zero = b.int(0);
      const used = b.load(arrayLength, list.ref);
      const data = b.elements(type.space, room);
      b.copy(type.space, data, zero, b.load(arrayData, list.ref), zero, used);
      b.store(arrayData, list.ref, data);
      if (type.holey) {
        const states = b.elements(elementStates, room);
        b.copy(elementStates, states, zero, b.load(arrayStates, list.ref), zero, used);
        b.store(arrayStates, list.ref, states);
      }
      b.store(arrayCapacity, list.ref, room);
      return undefined;
    },
    () => undefined,
  );
}

/** A new array of `length` elements with room for as many; all 0, and holes in types that may have some. */
export function newArray(act: Activation, type: ArrayType, length: Value, room = length): ObjectValue {
  const { b } = act;
  const ref = b.alloc(arrayShape);
  b.store(arrayData, ref, b.elements(type.space, room));
  b.store(arrayLength, ref, length);
  b.store(arrayCapacity, ref, room);
  if (type.holey) b.store(arrayStates, ref, b.elements(elementStates, room));
  return { kind: 'object', type: objectOf(type.root), ref };
}

/** `count` elements from `from` on are there from now on. */
export function markWritten(act: Activation, node: Node, list: ObjectValue, from: Value, count: Value): void {
  if (!arrayTypeOf(list)?.holey) return;
  const { b } = act;
  const states = b.load(arrayStates, list.ref);
  const written = b.int(presentState);
  countedLoop(act, node, b.int(0), count, (i) => {
    b.store(elementStates, states, b.integer('add', from, i), written);
  });
}

const siteKeys = new WeakMap<Node, Map<string, object>>();
/** A key for something that belongs to a place; `what` tells several at one place apart. */
export function placeKey(node: Node, what: string): object {
  let byWhat = siteKeys.get(node);
  if (byWhat === undefined) siteKeys.set(node, (byWhat = new Map()));
  let key = byWhat.get(what);
  if (key === undefined) byWhat.set(what, (key = {}));
  return key;
}

/** The type of the arrays that are made at a place. */
export function arrayTypeAt(act: Activation, node: Node, what = ''): ArrayType {
  return act.lowering.site(placeKey(node, `array ${what}`), () => new ArrayType(act.lowering.growth)).root;
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
export function arrayOf(act: Activation, node: Node, values: readonly Abstract[], what = ''): Abstract {
  if (values.some((v) => v.kind === 'never')) return neverValue;
  const joined = values.map(typeOf).reduce(join, { kind: 'never' });
  if (joined.kind === 'conflict' || values.some((v) => v.kind === 'closure')) return makeTuple(act, node, values, what);
  const { b } = act;
  const type = arrayTypeAt(act, node, what);
  type.makeGrowing();
  for (const value of values) admit(act, type, value, node);
  const list = newArray(act, type, b.int(values.length));
  values.forEach((value, i) => {
    storeCarried(act, list, b.int(i), elementCarried(act, type, value, node));
  });
  return list;
}

/** The element `i` in a pattern: undefined beyond the end if there is a default. */
export function elementOf(act: Activation, node: Node, value: Abstract, i: number): Abstract {
  if (value.kind === 'never') return neverValue;
  if (value.kind !== 'object' || value.type.orNull || value.type.orUndefined) {
    return act.decline('only arrays are taken apart', node);
  }
  const { type } = value.type;
  if (type.kind === 'record') {
    const length = tupleLength(value);
    if (length === undefined) return act.decline('only arrays are taken apart', node);
    if (i >= length) return undefinedValue;
    return memberOf(act, value, String(i), node);
  }
  return elementByNumber(act, value, { kind: 'constant', value: i }, node);
}

export function assignLength(act: Activation, list: ObjectValue, value: Abstract, node: Node): void {
  const { b } = act;
  const type = arrayTypeOf(list);
  if (type === undefined) act.decline('the length of a typed array is written', node);
  const length = indexValue(act, value, node);
  if (value.kind === 'constant' && value.value === 0) {
    setLength(act, list, length);
    return;
  }
  const old = lengthOf(act, list);
  act.guard(b.compare('le', length, old, true), 'bounds', 'an array is made longer by its length', node);
  setLength(act, list, length);
}
