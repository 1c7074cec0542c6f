/**
 * `ArrayBuffer`, as far as it lies under typed arrays of one element type: an object that holds the typed array of all its bytes.
 * Invariant: what kind of typed array that is, is found out from the views that are made; two kinds decline the function.
 */
import type { Value } from '../../ir/ops.ts';
import type { Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { dataOf, indexValue, lengthOf, placeKey } from '../lists/arrays.ts';
import { newTyped, typedView } from '../lists/lists.ts';
import { fieldOf, storeField } from '../objects/members.ts';
import { fromInt32 } from '../operators.ts';
import { typedSpaces } from '../types/cells.ts';
import { join } from '../types/join.ts';
import { RecordType } from '../types/record.ts';
import { objectOf, type TypedName, typedType } from '../types/types.ts';
import { type Abstract, constantValue, neverValue, type ObjectValue } from '../values.ts';
import type { Builtin } from './table.ts';

const whole = '#whole';

export const bufferMade: Builtin = (act, args, node) => {
  const { lowering, b } = act;
  const [bytes = constantValue(0)] = args;
  if (args.length > 1) return act.decline('a buffer that can be resized is not compiled', node);
  const type = lowering.site(placeKey(node, 'buffer'), () => {
    const made = new RecordType(lowering.growth, 'ArrayBuffer', ArrayBuffer.prototype);
    made.addField(whole);
    made.addField('byteLength');
    return made;
  }).root;
  const size = indexValue(act, bytes, node);
  act.guard(b.compare('ge', size, b.int(0)), 'throw', 'a length is no length of a buffer', node);
  type.addField('byteLength', { kind: 'number' });
  const ref = b.alloc(type.shape);
  storeField(act, ref, type, 'byteLength', fromInt32(act, size), node);
  const held = type.field(whole)!.type.type;
  if (held.kind === 'object' && held.type.kind === 'typed') {
    const { name } = held.type;
    const width = globalThis[name].BYTES_PER_ELEMENT;
    const count = width === 1 ? size : b.integer('shr', size, b.int(Math.log2(width)));
    storeField(act, ref, type, whole, newTyped(act, name, count), node);
  }
  return { kind: 'object', type: objectOf(type), ref };
};

/** `new Float64Array(buffer, byteOffset, length)`. */
export function viewOfBuffer(
  act: Activation,
  name: TypedName,
  buffer: ObjectValue,
  args: readonly Abstract[],
  node: Node,
): Abstract {
  const { b } = act;
  const { type } = buffer.type;
  if (type.kind !== 'record' || type.root.prototype !== ArrayBuffer.prototype) {
    return act.decline(`${name} of an object is not compiled`, node);
  }
  const record = type.root;
  const held = record.field(whole)!.type;
  if (join(held.type, objectOf(typedType(name))).kind === 'conflict') {
    return act.decline('a buffer with views of different element types is not compiled', node);
  }
  if (held.type.kind === 'never') {
    record.addField(whole, objectOf(typedType(name)));
    return neverValue;
  }
  const all = fieldOf(act, buffer, record, whole, node);
  if (all.kind !== 'object') return neverValue;
  const width = globalThis[name].BYTES_PER_ELEMENT;
  const inElements = (bytes: Value): Value => {
    const rest = b.integer('and', bytes, b.int(width - 1));
    act.guard(b.compare('eq', rest, b.int(0)), 'throw', 'a view does not begin at an element', node);
    return width === 1 ? bytes : b.integer('shr', bytes, b.int(Math.log2(width)));
  };
  const room = lengthOf(act, all);
  const start = inElements(indexValue(act, args[0] ?? constantValue(0), node));
  act.guard(b.compare('le', start, room, true), 'throw', 'a view begins behind its buffer', node);
  const rest = b.integer('sub', room, start);
  const [, given] = args;
  let length = rest;
  if (given !== undefined && !(given.kind === 'constant' && given.value === undefined)) {
    length = indexValue(act, given, node);
    act.guard(b.compare('le', length, rest, true), 'throw', 'a view is longer than its buffer', node);
  }
  const data = dataOf(act, all);
  return typedView(act, name, length, b.offset(typedSpaces[name], data, start), start, data);
}
