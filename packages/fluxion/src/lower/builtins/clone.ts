/**
 * `structuredClone`, of what can't reach one object by two ways: as far as types tell, so of objects of different shapes, and of arrays of
 * primitives.
 * Invariant: the copy shares nothing with what it is of.
 */
import type { Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { arrayOf, lengthOf } from '../lists/arrays.ts';
import { collectionKind } from '../lists/entries.ts';
import { isList, slice } from '../lists/lists.ts';
import { elementsOfTuple, isTuple } from '../lists/tuples.ts';
import { isDictionary } from '../objects/dictionaries.ts';
import { entriesOf, makeRecord } from '../objects/members.ts';
import { isNullish } from '../operators.ts';
import { type ObjectType, objectOf } from '../types/types.ts';
import { split } from '../unions.ts';
import { type Abstract, neverValue, undefinedValue } from '../values.ts';
import type { Builtin } from './table.ts';

function cloned(act: Activation, value: Abstract, node: Node, met: Set<ObjectType>): Abstract {
  switch (value.kind) {
    case 'number':
    case 'boolean':
    case 'string':
    case 'maybe':
    case 'never':
      return value;
    case 'constant':
      if (typeof value.value !== 'function' && typeof value.value !== 'symbol') return value;
      break;
    case 'union':
      return split(act, value, node, (one) => cloned(act, one, node, met));
    case 'object': {
      const missing = isNullish(act, value, node);
      if (missing === true) return value;
      const there = { ...value, type: objectOf(value.type.type) };
      if (missing === false) return objectClone(act, there, node, met);
      return act.branch(
        missing,
        () => value,
        () => objectClone(act, there, node, met),
      );
    }
  }
  return act.decline('structuredClone of a function is not compiled', node);
}

function objectClone(
  act: Activation,
  value: Extract<Abstract, { kind: 'object' }>,
  node: Node,
  met: Set<ObjectType>,
): Abstract {
  const { type } = value.type;
  const own = type.kind === 'typed' ? type : type.root;
  if (met.has(own)) {
    return act.decline('structuredClone where one object may be reached by two ways is not compiled', node);
  }
  met.add(own);
  if (isTuple(value)) {
    return arrayOf(
      act,
      node,
      elementsOfTuple(act, value, node).map((e) => cloned(act, e, node, met)),
    );
  }
  if (isList(value)) {
    const element = own.kind === 'array' ? own.element.type.kind : 'number';
    if (!['never', 'number', 'boolean', 'string', 'maybe', 'constant'].includes(element)) {
      return act.decline('structuredClone of an array of objects is not compiled: two of them may be one', node);
    }
    return slice(act, node, value, act.b.int(0), lengthOf(act, value));
  }
  if (own.kind !== 'record') return neverValue;
  const plain = own.variants.every((v) => v.owner === undefined && v.prototype === Object.prototype);
  if (!plain || isDictionary(own) || collectionKind(own) !== undefined) {
    return act.decline('structuredClone is compiled for plain objects and arrays only', node);
  }
  return makeRecord(
    act,
    node,
    entriesOf(act, value, node).map(([name, part]) => [name, cloned(act, part, node, met)] as const),
  );
}

const clone: Builtin = (act, args, node) => cloned(act, args[0] ?? undefinedValue, node, new Set());

export const cloneFunctions: readonly (readonly [Function, Builtin])[] =
  typeof structuredClone === 'function' ? [[structuredClone, clone]] : [];
