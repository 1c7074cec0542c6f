/**
 * What stands for an argument while a derivative inside the program is taken by it: a deep copy, whose shadows are the derivative's
 * alone. Beside it the structures that go with one: gradients and tangents read out of shadows, directions put into them.
 * Invariant: an argument in which one object may stand at two places is refused, where that can't be asked at run time.
 */
import type { Value } from '../../ir/ops.ts';
import type { Space } from '../../ir/types.ts';
import type { Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { countedLoop } from '../flow/counted.ts';
import {
  arrayTypeAt,
  dataOf,
  elementAt,
  elementByNumber,
  elementTypeOf,
  hasCell,
  lengthOf,
  newArray,
  placeKey,
  spaceOf,
  storeAt,
} from '../lists/arrays.ts';
import { isList, newTyped } from '../lists/lists.ts';
import { isTuple, makeTuple } from '../lists/tuples.ts';
import { allocateRecord, memberOf, storeField } from '../objects/members.ts';
import { isNullish, numberValue } from '../operators.ts';
import type { ArrayType } from '../types/array.ts';
import { arrayData, arrayLength, arrayStates, elementStates, typedBuffer, typedSpaces } from '../types/cells.ts';
import { RecordType } from '../types/record.ts';
import { type JsType, type ObjectType, type ObjectTypeUse, objectOf } from '../types/types.ts';
import { type Abstract, constantValue, type ObjectValue, rebuild, typeOf, undefinedValue } from '../values.ts';

/** Where the numbers of a derivative are, for the places of a structure. */
export interface Beside {
  /** The space beside a space of memory. */
  readonly space: (space: Space) => Space;
  /** What belongs to a number that is carried as a value. */
  readonly own: Value | undefined;
}

function isFloats(type: ObjectType): boolean {
  return type.kind === 'typed' && (type.name === 'Float64Array' || type.name === 'Float32Array');
}

/** Whether the derivative is by something in values of this type, which are copied for it. */
export function isCopied(value: Abstract): value is ObjectValue {
  return value.kind === 'object' && (value.type.type.kind !== 'typed' || isFloats(value.type.type));
}

/** What a derivative may be by: numbers, structures of them, and what holds none. */
export function checkVariable(act: Activation, value: Abstract, node: Node): void {
  if (value.kind === 'union' || value.kind === 'maybe')
    act.decline('a derivative by an argument that is one of several things is not compiled', node);
  if (value.kind === 'object') checkPlaces(act, value, node);
}

/** A copy of all that has numbers in it; anything else is itself. */
export function copyOf(act: Activation, value: Abstract, node: Node): Abstract {
  if (!isCopied(value)) return value;
  const { type } = value;
  if (!type.orNull && !type.orUndefined) return copyOfObject(act, value, node);
  const missing = isNullish(act, value, node);
  if (typeof missing === 'boolean') return missing ? value : copyOfObject(act, value, node);
  return act.branch(
    missing,
    () => value,
    () => copyOfObject(act, { ...value, type: objectOf(type.type) }, node),
  );
}

function copyOfObject(act: Activation, value: ObjectValue, node: Node): ObjectValue {
  const { b } = act;
  const { type } = value.type;
  const zero = b.int(0);
  if (type.kind === 'typed') {
    const length = lengthOf(act, value);
    const copy = newTyped(act, type.name, length);
    b.copy(typedSpaces[type.name], dataOf(act, copy), zero, dataOf(act, value), zero, length);
    return copy;
  }
  if (type.kind === 'array') {
    const { root } = type;
    const length = lengthOf(act, value);
    const copy = newArray(act, root, length);
    const element = root.element.type;
    const data = { from: dataOf(act, value), to: dataOf(act, copy) };
    if (root.holey)
      b.copy(elementStates, b.load(arrayStates, copy.ref), zero, b.load(arrayStates, value.ref), zero, length);
    if (!hasCell(element)) return copy;
    if (element.kind !== 'object') b.copy(root.space, data.to, zero, data.from, zero, length);
    else {
      if (root.holey) act.decline('a derivative by an array with holes is not compiled', node);
      countedLoop(act, node, zero, length, (i) => {
        const one = copyOf(act, { kind: 'object', type: element, ref: b.load(root.space, data.from, i) }, node);
        b.store(root.space, data.to, i, (one as ObjectValue).ref);
      });
    }
    return copy;
  }
  const { root } = type;
  const ref = b.alloc(root.shape);
  if (root.tag !== undefined) b.store(root.tag, ref, b.load(root.tag, value.ref));
  for (const { name, type: held } of root.fields) {
    const spaces = root.spaces(name);
    const cells = spaces.map((space) => b.load(space, value.ref));
    const one = copyOf(act, rebuild(held.type, cells), node);
    const copied = one.kind === 'object' ? [one.ref] : cells;
    copied.forEach((cell, i) => void b.store(spaces[i], ref, cell));
  }
  return { kind: 'object', type: objectOf(root), ref };
}

/** Refuses what can't be copied, and asks that no object stands at two places. */
function checkPlaces(act: Activation, value: ObjectValue, node: Node): void {
  const { b } = act;
  const found = new Map<unknown, Value[]>();
  const apart = (x: Value, y: Value): void => {
    act.guard(b.compare('ne', x, y), 'alias', 'one object stands at two places of what is differentiated', node);
  };
  const note = (what: unknown, ref: Value): void => {
    const others = found.get(what) ?? [];
    for (const other of others) apart(other, ref);
    found.set(what, [...others, ref]);
  };
  const listed = new Set<ObjectType>();
  const open: ObjectType[] = [];
  const visit = (type: JsType, ref: Value): void => {
    if (isMixed(type)) act.decline('a derivative by a structure with parts of several kinds is not compiled', node);
    if (type.kind !== 'object') return;
    if (type.type.kind === 'typed') {
      if (isFloats(type.type)) note('buffer', b.load(typedBuffer, ref));
      return;
    }
    const { root } = type.type;
    if (open.includes(root)) act.decline('a derivative by a linked structure is not compiled', node);
    if (listed.has(root) || ((type.orNull || type.orUndefined) && root.kind === 'array'))
      act.decline('a derivative by a structure in which one object may stand at two places is not compiled', node);
    note(root, ref);
    open.push(root);
    if (root.kind === 'array') {
      const element = root.element.type;
      if (isMixed(element)) act.decline('a derivative by a list of things of several kinds is not compiled', node);
      if (element.kind === 'object') list(root, element, ref);
    } else {
      if (root.fields.some(({ name }) => name.startsWith('#')))
        act.decline('a derivative by an object with private fields or accessors is not compiled', node);
      for (const { name, type: held } of root.fields) {
        const cells = root.spaces(name);
        if (held.type.kind !== 'object') visit(held.type, ref);
        else if (held.type.orNull || held.type.orUndefined)
          act.decline('a derivative by an object with parts that may be missing is not compiled', node);
        else visit(held.type, b.load(cells[0], ref));
      }
    }
    open.pop();
  };
  /** Its elements hold no objects themselves, and are compared with each other. */
  const list = (root: ArrayType, element: ObjectTypeUse, ref: Value): void => {
    const inner = element.type.kind === 'typed' ? undefined : element.type.root;
    const parts = inner?.kind === 'array' ? [inner.element.type] : (inner?.fields.map((f) => f.type.type) ?? []);
    const hidden = inner?.kind === 'record' && inner.fields.some(({ name }) => name.startsWith('#'));
    const flat = inner !== undefined && !hidden && parts.every((part) => part.kind !== 'object' && !isMixed(part));
    if (!flat || element.orNull || element.orUndefined || root.holey || found.has(inner) || listed.has(inner))
      act.decline('a derivative by a list of such objects is not compiled', node);
    listed.add(inner);
    const length = b.load(arrayLength, ref);
    const data = b.load(arrayData, ref);
    countedLoop(act, node, b.int(0), length, (i) => {
      const one = b.load(root.space, data, i);
      countedLoop(act, node, b.int(0), i, (j) => apart(one, b.load(root.space, data, j)));
    });
  };
  visit(objectOf(value.type.type), value.ref);
}

function isMixed(type: JsType): boolean {
  return type.kind === 'union' && type.members.some((m) => m.kind === 'object' || m.kind === 'number');
}

/** Leaves the tier unless a derivative is finite: where infinities meet, the dynamic tier says what it is. */
function finite(act: Activation, value: Value, node: Node): Value {
  const { b } = act;
  const none = b.compare('eq', b.math('sub', value, value), b.number(0));
  act.guard(none, 'range', 'a derivative inside the function is not finite', node);
  // There is one zero derivative.
  return b.math('add', value, b.number(0));
}

/** The structure of a value with the numbers that are beside it, and undefined for what is no number. */
export function structureBeside(act: Activation, value: Abstract, beside: Beside, node: Node): Abstract {
  if (value.kind === 'number')
    return numberOf(beside.own === undefined ? act.b.number(0) : finite(act, beside.own, node));
  if (value.kind === 'constant') return typeof value.value === 'number' ? constantValue(0) : undefinedValue;
  if (value.kind === 'never') return value;
  if (value.kind === 'maybe' || value.kind === 'union' || value.kind === 'closure')
    act.decline('a derivative of what is one of several things is not compiled', node);
  if (!isCopied(value)) return undefinedValue;
  const { type } = value;
  if (!type.orNull && !type.orUndefined) return objectBeside(act, value, beside, node);
  const missing = isNullish(act, value, node);
  if (typeof missing === 'boolean') return missing ? undefinedValue : objectBeside(act, value, beside, node);
  return act.branch(
    missing,
    () => undefinedValue,
    () => objectBeside(act, { ...value, type: objectOf(type.type) }, beside, node),
  );
}

function numberOf(value: Value): Abstract {
  return { kind: 'number', value };
}

function objectBeside(act: Activation, value: ObjectValue, beside: Beside, node: Node): Abstract {
  const { b } = act;
  const { type } = value.type;
  if (type.kind !== 'record') {
    const length = lengthOf(act, value);
    const data = dataOf(act, value);
    const element = elementTypeOf(value);
    const to =
      type.kind === 'typed'
        ? newTyped(act, type.name, length)
        : newArray(act, isNumeric(value.type) ? type.root : arrayTypeAt(act, node, `beside ${type.root.id}`), length);
    if (type.kind === 'array' && (type.root.holey || !hasCell(element)) && element.kind !== 'never')
      act.decline('a derivative by an array with holes, or without numbers, is not compiled', node);
    countedLoop(act, node, b.int(0), length, (i) => {
      const space = spaceOf(value);
      const one =
        element.kind === 'number'
          ? numberOf(finite(act, b.load(beside.space(space), data, i), node))
          : structureBeside(act, rebuild(element, [b.load(space, data, i)]), beside, node);
      storeAt(act, to, i, one, node);
    });
    return to;
  }
  const { root } = type;
  if (isTuple(value as Abstract)) {
    const parts = root.fields.filter(({ name }) => name !== 'length');
    return makeTuple(
      act,
      node,
      parts.map(({ name }) => fieldBeside(act, value, root, name, beside, node)),
    );
  }
  if (root.variants.length > 1 || root.variants[0].late.size > 0)
    act.decline('a derivative by objects of several shapes is not compiled', node);
  const [variant] = root.variants;
  const own: RecordType = isNumeric(value.type)
    ? root
    : act.lowering.site(placeKey(node, `beside ${root.id}`), () => {
        const made = new RecordType(act.lowering.growth, root.name, variant.prototype, variant.owner);
        for (const { name } of root.fields) made.addField(name);
        made.variant.closed = true;
        return made;
      });
  const parts = root.fields.map(({ name }) => [name, fieldBeside(act, value, root, name, beside, node)] as const);
  if (parts.some(([, part]) => part.kind === 'never')) return { kind: 'never' };
  for (const [name, part] of parts) own.addField(name, typeOf(part));
  const made = allocateRecord(act, own, node);
  for (const [name, part] of parts) storeField(act, made.ref, own, name, part, node);
  return made;
}

function fieldBeside(
  act: Activation,
  object: ObjectValue,
  root: RecordType,
  name: string,
  beside: Beside,
  node: Node,
): Abstract {
  const { b } = act;
  const held = root.field(name)!.type.type;
  const spaces = root.spaces(name);
  if (held.kind === 'number') return numberOf(finite(act, b.load(beside.space(spaces[0]), object.ref), node));
  if (held.kind === 'constant') return structureBeside(act, held, beside, node);
  if (held.kind === 'boolean' || held.kind === 'string') return undefinedValue;
  return structureBeside(
    act,
    rebuild(
      held,
      spaces.map((space) => b.load(space, object.ref)),
    ),
    beside,
    node,
  );
}

/** Whether a structure is of numbers alone, so that its gradient is of the same type. */
function isNumeric(type: JsType, seen: ObjectType[] = []): boolean {
  if (type.kind === 'number') return true;
  if (type.kind !== 'object' || type.orNull || type.orUndefined) return false;
  if (type.type.kind === 'typed') return isFloats(type.type);
  const { root } = type.type;
  if (seen.includes(root)) return false;
  if (root.kind === 'array') return !root.holey && isNumeric(root.element.type, [...seen, root]);
  if (root.variants.length > 1 || root.variants[0].late.size > 0 || root.variants[0].root.frozen) return false;
  return root.fields.every(({ type: held }) => isNumeric(held.type, [...seen, root]));
}

/**
 * Puts the numbers of a direction, which has the structure of the value or parts of it, beside the value's. `put` is given the space, the
 * cell and the number.
 */
export function direct(
  act: Activation,
  value: Abstract,
  direction: Abstract,
  put: (space: Space, cell: readonly Value[], number: Value) => void,
  node: Node,
): void {
  const { b } = act;
  if (!isCopied(value) || direction.kind === 'never') return;
  if (direction.kind === 'constant' && (direction.value === undefined || direction.value === null)) return;
  const { type } = value.type;
  if (value.type.orNull || value.type.orUndefined)
    act.decline('a direction of what may be missing is not compiled', node);
  if (type.kind === 'record') {
    for (const { name, type: held } of type.root.fields) {
      const moves = held.type.kind === 'number' || held.type.kind === 'object' || isMixed(held.type);
      if (!moves) continue;
      const part = partOf(act, direction, name, node);
      const spaces = type.root.spaces(name);
      if (held.type.kind === 'number') {
        if (!isAbsent(part)) put(spaces[0], [value.ref], numberValue(act, part, node));
      } else {
        const cells = spaces.map((space) => b.load(space, value.ref));
        direct(act, rebuild(held.type, cells), part, put, node);
      }
    }
    return;
  }
  if (isTuple(direction) || !isList(direction))
    act.decline('a direction that has not the structure of its argument is not compiled', node);
  const length = lengthOf(act, value);
  act.guard(b.compare('eq', length, lengthOf(act, direction)), 'shape', 'a direction has another length', node);
  const element = elementTypeOf(value);
  const data = dataOf(act, value);
  countedLoop(act, node, b.int(0), length, (i) => {
    const part = elementAt(act, direction, i, node);
    if (isAbsent(part)) return;
    if (element.kind === 'number') put(spaceOf(value), [data, i], numberValue(act, part, node));
    else if (element.kind === 'object')
      direct(act, { kind: 'object', type: element, ref: b.load(spaceOf(value), data, i) }, part, put, node);
  });
}

function isAbsent(value: Abstract): boolean {
  return value.kind === 'never' || (value.kind === 'constant' && (value.value === undefined || value.value === null));
}

function partOf(act: Activation, direction: Abstract, name: string, node: Node): Abstract {
  if (direction.kind !== 'object' || direction.type.orNull || direction.type.orUndefined)
    return act.decline('a direction that has not the structure of its argument is not compiled', node);
  const { type } = direction.type;
  if (type.kind !== 'record') return elementByNumber(act, direction, constantValue(Number(name)), node);
  if (type.root.variants.length > 1) return act.decline('a direction of several shapes is not compiled', node);
  return type.root.field(name) === undefined ? undefinedValue : memberOf(act, direction, name, node);
}

/** Makes what is beside a copy 0. */
export function clearBeside(act: Activation, value: Abstract, space: (space: Space) => Space, node: Node): void {
  if (!isCopied(value)) return;
  const { b } = act;
  const { type } = value.type;
  if (value.type.orNull || value.type.orUndefined)
    act.decline('a pullback to what may be missing is not compiled', node);
  if (type.kind === 'record') {
    for (const { name, type: held } of type.root.fields) {
      const spaces = type.root.spaces(name);
      if (held.type.kind === 'number') b.store(space(spaces[0]), value.ref, b.number(0));
      else if (held.type.kind === 'object')
        clearBeside(act, rebuild(held.type, [b.load(spaces[0], value.ref)]), space, node);
    }
    return;
  }
  const element = elementTypeOf(value);
  const data = dataOf(act, value);
  if (element.kind !== 'number' && element.kind !== 'object') return;
  countedLoop(act, node, b.int(0), lengthOf(act, value), (i) => {
    if (element.kind === 'number') b.store(space(spaceOf(value)), data, i, b.number(0));
    else clearBeside(act, { kind: 'object', type: element, ref: b.load(spaceOf(value), data, i) }, space, node);
  });
}
