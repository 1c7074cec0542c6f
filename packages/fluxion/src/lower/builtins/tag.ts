/**
 * `Object.prototype.toString`, by which programs tell kinds of objects apart.
 * Invariant: an object that may say something else of itself, by Symbol.toStringTag, is declined.
 */

import { RecordType, type Variant } from '../types/record.ts';
import { describeType } from '../types/types.ts';
import { split } from '../unions.ts';
import { type Abstract, constantValue, neverValue, typeOf } from '../values.ts';
import type { Method } from './table.ts';

const tagOf = (value: Abstract): string | undefined => {
  switch (value.kind) {
    case 'number':
      return 'Number';
    case 'boolean':
      return 'Boolean';
    case 'string':
      return 'String';
    case 'closure':
      return 'Function';
    case 'constant':
      return typeof value.value !== 'object' || value.value === null
        ? Object.prototype.toString.call(value.value).slice('[object '.length, -1)
        : undefined;
    case 'object': {
      if (value.type.orNull || value.type.orUndefined) return undefined;
      const { type } = value.type;
      return type.kind === 'array' ? 'Array' : type.kind === 'typed' ? type.name : undefined;
    }
    default:
      return undefined;
  }
};

const toString: Method = (act, self, args, node) => {
  if (self.kind === 'never') return neverValue;
  if (self.kind === 'union') return split(act, self, node, (one) => toString(act, one, args, node));
  if (self.kind === 'maybe') {
    return act.branch(
      self.defined,
      () => constantValue('[object Number]'),
      () => constantValue('[object Undefined]'),
    );
  }
  const isUntagged = ({ prototype: own }: Variant): boolean =>
    own !== undefined && act.lowering.guards.find(own, Symbol.toStringTag) === undefined;
  const type = self.kind === 'object' && !self.type.orNull && !self.type.orUndefined ? self.type.type : undefined;
  const isRecord = type instanceof RecordType && type.root.variants.every((v) => v.name !== 'tuple' && isUntagged(v));
  const tag = isRecord ? 'Object' : tagOf(self);
  if (tag === undefined) {
    return act.decline(`Object.prototype.toString of ${describeType(typeOf(self))} is not compiled`, node);
  }
  return constantValue(`[object ${tag}]`);
};

export const tagMethods: readonly (readonly [Function, Method])[] = [[Object.prototype.toString, toString]];
