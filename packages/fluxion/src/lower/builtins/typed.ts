/**
 * Typed arrays: their constructors and methods, and buffers as far as views of one element type are made of them.
 * Invariant: typed arrays of one element type share a space; one buffer is never seen with two element types.
 */
import type { Value } from '../../ir/ops.ts';
import type { Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { dataOf, indexValue, lengthOf, storeAt } from '../lists/arrays.ts';
import { copyElements, isList, listOf, newTyped, typedView } from '../lists/lists.ts';
import { elementsOfTuple, isTuple } from '../lists/tuples.ts';
import { toNumber } from '../operators.ts';
import { typedBuffer, typedSpaces, typedStart } from '../types/cells.ts';
import type { TypedName } from '../types/types.ts';
import { type Abstract, constantValue, neverValue, type ObjectValue, undefinedValue } from '../values.ts';
import { listedMethods, listFrom, methodsOf } from './array.ts';
import { bufferMade, viewOfBuffer } from './buffer.ts';
import { iterationMethods } from './iteration.ts';
import { rearrangeMethods, section } from './rearrange.ts';
import type { Builtin, Method } from './table.ts';

function checkedLength(act: Activation, value: Abstract, node: Node): Value {
  const n = toNumber(act, value, node);
  // Fractions are cut off, NaN is 0.
  const whole: Abstract =
    n.kind === 'constant'
      ? constantValue(Math.trunc(n.value as number) || 0)
      : n.kind === 'number' && n.int === undefined
        ? {
            kind: 'number',
            value: act.b.math('trunc', act.b.select(act.b.compare('eq', n.value, n.value), n.value, act.b.number(0))),
          }
        : n;
  const length = indexValue(act, whole, node);
  act.guard(act.b.compare('ge', length, act.b.int(0)), 'throw', 'a length is no array length', node);
  return length;
}

const construct =
  (name: TypedName): Builtin =>
  (act, args, node) => {
    const { b } = act;
    if (node.type !== 'NewExpression') return act.decline(`${name} is called without new`, node);
    const [source = undefinedValue] = args;
    switch (source.kind) {
      case 'never':
        return neverValue;
      case 'constant':
      case 'number':
        if (source.kind === 'constant' && source.value !== undefined && typeof source.value !== 'number') break;
        return newTyped(act, name, checkedLength(act, source, node));
      case 'object': {
        if (isTuple(source)) return fromElements(act, name, elementsOfTuple(act, source, node), node);
        if (!isList(source)) return viewOfBuffer(act, name, source, args.slice(1), node);
        const length = lengthOf(act, source);
        const result = newTyped(act, name, length);
        copyElements(act, node, result, b.int(0), source, b.int(0), length);
        return result;
      }
    }
    return act.decline(`${name} of this is not compiled`, node);
  };

function fromElements(act: Activation, name: TypedName, values: readonly Abstract[], node: Node): Abstract {
  const result = newTyped(act, name, act.b.int(values.length));
  values.forEach((value, i) => storeAt(act, result, act.b.int(i), value, node));
  return result;
}

const set: Method = (act, self, args, node) => {
  const { b } = act;
  const list = listOf(act, self, node);
  const [source = undefinedValue, offset = constantValue(0)] = args;
  if (source.kind === 'never') return neverValue;
  const start = checkedLength(act, offset, node);
  const fits = (count: Value): void =>
    act.guard(
      b.compare('le', b.integer('add', start, count), lengthOf(act, list), true),
      'throw',
      'more elements are set than there is room for',
      node,
    );
  if (isTuple(source)) {
    const elements = elementsOfTuple(act, source, node);
    fits(b.int(elements.length));
    elements.forEach((e, i) => storeAt(act, list, b.integer('add', start, b.int(i)), e, node));
    return undefinedValue;
  }
  if (!isList(source)) return act.decline('only arrays are set', node);
  const count = lengthOf(act, source);
  fits(count);
  copyElements(act, node, list, start, source, b.int(0), count);
  return undefinedValue;
};

const subarray: Method = (act, self, args, node) => {
  const { b } = act;
  const list = listOf(act, self, node);
  const { type } = list.type;
  if (type.kind !== 'typed') return act.decline('subarray of an array', node);
  const { from, count } = section(act, args, lengthOf(act, list), node);
  const data = b.offset(typedSpaces[type.name], dataOf(act, list), from);
  const start = b.integer('add', b.load(typedStart, list.ref), from);
  return typedView(act, type.name, count, data, start, b.load(typedBuffer, list.ref));
};

const names = Object.keys(typedSpaces) as TypedName[];

function* functions(): Iterator<readonly [Function, Builtin]> {
  for (const name of names) yield [globalThis[name], construct(name)];
  // `from` and `of` are one function for all; which class they are called on is known where they are called.
  yield [ArrayBuffer, bufferMade];
}

/** `Float64Array.from` and `.of`: methods of the class. */
const classOf = (act: Activation, self: Abstract, node: Node): TypedName => {
  const name = self.kind === 'constant' && typeof self.value === 'function' ? self.value.name : '';
  return names.find((n) => n === name) ?? act.decline('from of this class is not compiled', node);
};

const from: Method = (act, self, args, node) => {
  const name = classOf(act, self, node);
  return isTuple(args[0] ?? undefinedValue) && args.length === 1
    ? fromElements(act, name, elementsOfTuple(act, args[0], node), node)
    : listFrom(act, args, node, (length) => newTyped(act, name, length));
};

const of: Method = (act, self, args, node) => fromElements(act, classOf(act, self, node), args, node);

export const typedFunctions: Iterable<readonly [Function, Builtin]> = { [Symbol.iterator]: functions };

const classPrototype = Object.getPrototypeOf(Float64Array.prototype) as object;
const typedClass = Object.getPrototypeOf(Float64Array) as { from: Function; of: Function };

export function typedMethods(): readonly (readonly [Function, Method])[] {
  return [
    ...methodsOf(classPrototype, { ...iterationMethods, ...rearrangeMethods, ...listedMethods, set, subarray }),
    [typedClass.from, from],
    [typedClass.of, of],
  ];
}

/** Whether the name is that of an accessor or constant of typed arrays, other than `length`. */
export function isTypedProperty(name: string): boolean {
  return ['BYTES_PER_ELEMENT', 'byteLength', 'byteOffset', 'buffer'].includes(name);
}

export function typedProperty(act: Activation, list: ObjectValue, name: string, node: Node): Abstract {
  const { type } = list.type;
  if (type.kind !== 'typed') return act.decline(`.${name} of an array is not compiled`, node);
  const { b } = act;
  const width = globalThis[type.name].BYTES_PER_ELEMENT;
  const bytes = (elements: Value): Abstract => ({
    kind: 'number',
    value: b.math('mul', b.convert('toNumber', elements), b.number(width)),
  });
  switch (name) {
    case 'BYTES_PER_ELEMENT':
      return constantValue(width);
    case 'byteLength':
      return bytes(lengthOf(act, list));
    default:
      // A view may begin at a byte that is the beginning of no element of its copy.
      return act.decline(`.${name} of a typed array is not compiled`, node);
  }
}
