/**
 * Array literals of several kinds of values: objects with the properties 0, 1, …, length, whose kinds are known one by one.
 * Invariant: a tuple never changes its length, and what is done to each of its elements is written out for each.
 */
import type { Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { allocateRecord, memberOf, storeField } from '../objects/members.ts';
import { tupleLength as lengthOfTuple, RecordType } from '../types/record.ts';
import { type Abstract, constantValue, neverValue, type ObjectValue, typeOf, usable } from '../values.ts';
import { placeKey } from './arrays.ts';

/** `what` tells apart what is made at one place. */
export function makeTuple(act: Activation, node: Node, values: readonly Abstract[], what = ''): Abstract {
  const { lowering } = act;
  if (values.some((v) => v.kind === 'never')) return neverValue;
  const parts: [string, Abstract][] = values.map((v, i) => [String(i), usable(v)]);
  parts.push(['length', constantValue(values.length)]);
  const type = lowering.site(placeKey(node, `tuple ${values.length} ${what}`), () => {
    const record = new RecordType(lowering.growth, 'tuple', Array.prototype);
    for (const [name] of parts) record.addField(name);
    return record;
  });
  for (const [name, value] of parts) type.addField(name, typeOf(value));
  const object = allocateRecord(act, type, node);
  for (const [name, value] of parts) storeField(act, object.ref, type, name, value, node);
  return object;
}

/** The length of a tuple; undefined for everything else. */
export function tupleLength(value: Abstract): number | undefined {
  if (value.kind !== 'object' || value.type.type.kind !== 'record') return undefined;
  const length = lengthOfTuple(value.type.type.root);
  return length >= 0 ? length : undefined;
}

export function isTuple(value: Abstract): value is ObjectValue {
  return tupleLength(value) !== undefined;
}

/** Its elements, read one by one. */
export function elementsOfTuple(act: Activation, value: Abstract, node: Node): Abstract[] {
  return Array.from({ length: tupleLength(value)! }, (_, i) => memberOf(act, value, String(i), node));
}
