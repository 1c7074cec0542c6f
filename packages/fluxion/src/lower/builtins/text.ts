/**
 * Methods of texts, where the text and what is asked of it are known while lowering; and `Object.prototype.toString`, which tells kinds of
 * objects apart.
 * Invariant: what is folded here depends on nothing that can change between two calls.
 */
import { makeTuple } from '../tuples.ts';
import { describeType, RecordType, type Variant } from '../types.ts';
import { type Abstract, constantValue, neverValue, typeOf, undefinedValue } from '../values.ts';
import { methodOfText } from './string.ts';
import type { Method } from './table.ts';

type TextMethod = (this: string, ...args: never[]) => unknown;

const { prototype } = String;
const folded = [
  ...[prototype.at, prototype.charAt, prototype.charCodeAt, prototype.codePointAt, prototype.concat],
  ...[prototype.endsWith, prototype.includes, prototype.indexOf, prototype.lastIndexOf, prototype.startsWith],
  ...[prototype.padEnd, prototype.padStart, prototype.repeat, prototype.slice, prototype.split, prototype.substring],
  ...[prototype.toLowerCase, prototype.toUpperCase, prototype.toString, prototype.valueOf],
  ...[prototype.trim, prototype.trimEnd, prototype.trimStart],
] as readonly TextMethod[];

const isPrimitive = (value: unknown): boolean =>
  (typeof value !== 'object' && typeof value !== 'function') || value === null;

const fold =
  (method: TextMethod): Method =>
  (act, self, args, node) => {
    if ([self, ...args].some((a) => a.kind === 'never')) return neverValue;
    const known = args.map((a) => (a.kind === 'constant' && isPrimitive(a.value) ? a.value : unknownArgument));
    if (self.kind !== 'constant' || typeof self.value !== 'string' || known.includes(unknownArgument)) {
      const written = methodOfText(method);
      if (written !== undefined) return written(act, self, args, node);
      return act.decline(`.${method.name} is compiled of known texts only`, node);
    }
    let result: unknown;
    try {
      result = method.apply(self.value, known as never[]);
    } catch {
      return act.decline(`.${method.name} throws`, node);
    }
    return Array.isArray(result) ? makeTuple(act, node, result.map(constantValue)) : constantValue(result);
  };

const unknownArgument = Symbol('unknown');

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
      return isPrimitive(value.value) || typeof value.value === 'function'
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

const toString: Method = (act, self, _args, node) => {
  if (self.kind === 'never') return neverValue;
  const isUntagged = ({ prototype: own }: Variant): boolean =>
    own !== undefined && act.lowering.guards.find(own, Symbol.toStringTag) === undefined;
  const type = self.kind === 'object' && !self.type.orNull && !self.type.orUndefined ? self.type.type : undefined;
  const isRecord = type instanceof RecordType && type.root.variants.every((v) => v.name !== 'tuple' && isUntagged(v));
  const tag = isRecord ? 'Object' : tagOf(self);
  if (tag === undefined) {
    return act.decline(
      `Object.prototype.toString of ${describeType(typeOf(self ?? undefinedValue))} is not compiled`,
      node,
    );
  }
  return constantValue(`[object ${tag}]`);
};

export const textMethods = (): readonly (readonly [Function, Method])[] => [
  ...folded.map((method) => [method, fold(method)] as const),
  [Object.prototype.toString, toString],
];
