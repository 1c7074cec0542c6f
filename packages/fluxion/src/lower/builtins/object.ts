/** `Object` and its functions, on objects of fixed shape: what is listed is known while lowering. */
import type { Value } from '../../ir/ops.ts';
import type { Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { countedLoop } from '../flow/counted.ts';
import { arrayOf, elementAt, elementOf, lengthOf } from '../lists/arrays.ts';
import { listed } from '../lists/iterables.ts';
import { isList, slice } from '../lists/lists.ts';
import { elementsOfTuple, isTuple, makeTuple } from '../lists/tuples.ts';
import { hasEntry, isDictionary, makeDictionary, namesOf, valuesOf, writeEntry } from '../objects/dictionaries.ts';
import { entriesOf, keysOf, makeRecord, writeField } from '../objects/members.ts';
import { numberValue, strictEquals } from '../operators.ts';
import type { RecordType } from '../types/record.ts';
import { asBoolean, split } from '../unions.ts';
import {
  type Abstract,
  constantValue,
  neverValue,
  type ObjectValue,
  typeKey,
  typeOf,
  undefinedValue,
} from '../values.ts';
import type { Builtin } from './table.ts';

const first = (args: readonly Abstract[]): Abstract => args[0] ?? undefinedValue;

function dictionaryIn(value: Abstract): ObjectValue | undefined {
  if (value.kind !== 'object' || value.type.type.kind !== 'record' || value.type.orNull || value.type.orUndefined)
    return undefined;
  return isDictionary(value.type.type.root) ? value : undefined;
}

/** What a Map or a list of pairs has, as an object. */
const fromEntries: Builtin = (act, args, node) => {
  const from = first(args);
  if (from.kind === 'never') return neverValue;
  const pairs = listed(act, from, node);
  if (isTuple(pairs)) {
    const parts = elementsOfTuple(act, pairs, node).map(
      (pair) => [elementOf(act, node, pair, 0), elementOf(act, node, pair, 1)] as const,
    );
    if (parts.every(([key]) => key.kind === 'constant')) {
      return makeRecord(
        act,
        node,
        parts.map(([key, value]) => [String((key as { value: unknown }).value), value]),
      );
    }
    const made = makeDictionary(act, node, []) as ObjectValue;
    for (const [key, value] of parts) writeEntry(act, made, key, value, node);
    return made;
  }
  if (!isList(pairs)) return act.decline('Object.fromEntries of something that is no list is not compiled', node);
  const made = makeDictionary(act, node, []) as ObjectValue;
  const length = lengthOf(act, pairs);
  act.round(node, () => {
    countedLoop(act, node, act.b.int(0), length, (i) => {
      const pair = elementAt(act, pairs, i, node);
      writeEntry(act, made, elementOf(act, node, pair, 0), elementOf(act, node, pair, 1), node);
    });
  });
  return made;
};

const keys: Builtin = (act, args, node) => {
  if (first(args).kind === 'never') return neverValue;
  const dictionary = dictionaryIn(first(args));
  if (dictionary) return namesOf(act, dictionary, node);
  return makeTuple(act, node, keysOf(act, first(args), node).map(constantValue), typeKey(typeOf(first(args))));
};

const values: Builtin = (act, args, node) => {
  if (first(args).kind === 'never') return neverValue;
  const of = first(args);
  const dictionary = dictionaryIn(of);
  if (dictionary) return valuesOf(act, dictionary, node);
  if (isList(of)) return slice(act, node, of, act.b.int(0), lengthOf(act, of));
  return split(act, of, node, (one) => {
    const listed = entriesOf(act, one, node).map(([, value]) => value);
    return arrayOf(act, node, listed, typeKey(typeOf(one)));
  });
};

const entries: Builtin = (act, args, node) => {
  if (first(args).kind === 'never') return neverValue;
  const inner = node.type === 'CallExpression' ? node.callee : node;
  const listed = entriesOf(act, first(args), node);
  const what = typeKey(typeOf(first(args)));
  return makeTuple(
    act,
    node,
    listed.map(([name, value]) => makeTuple(act, inner, [constantValue(name), value], `${what} ${name}`)),
    what,
  );
};

const assign: Builtin = (act, args, node) => {
  const [target, ...sources] = args;
  if (args.some((a) => a.kind === 'never')) return neverValue;
  if (target?.kind !== 'object' || target.type.type.kind !== 'record') {
    return act.decline('Object.assign to something that is no object of fixed shape is not compiled', node);
  }
  const found = sources.flatMap((s) =>
    s.kind === 'constant' && (s.value === undefined || s.value === null) ? [] : entriesOf(act, s, node),
  );
  // A literal without properties is nobody else's: what is made is one with all of them.
  const literal = node.type === 'CallExpression' ? node.arguments[0] : undefined;
  if (literal?.type === 'ObjectExpression') {
    const parts = new Map(entriesOf(act, target, node));
    for (const [name, value] of found) parts.set(name, value);
    return makeRecord(act, node, [...parts]);
  }
  for (const [name, value] of found) {
    writeField(act, target, (target.type.type as RecordType).root, name, value, node);
  }
  return target;
};

const freeze: Builtin = (act, args, node) => {
  const target = first(args);
  if (target.kind === 'object') {
    if (target.type.type.kind !== 'record') return act.decline('a frozen array is not compiled', node);
    for (const variant of target.type.type.root.variants) {
      if (variant.root.frozen) continue;
      variant.root.frozen = true;
      act.lowering.growth.changed = true;
    }
  }
  return target;
};

/** NaN is itself, and -0 is not 0. */
function sameNumber(act: Activation, a: Abstract, b: Abstract, node: Node): Value {
  const m = act.b;
  const [x, y] = [numberValue(act, a, node), numberValue(act, b, node)];
  const one = m.number(1);
  const signs = m.compare('eq', m.math('div', one, x), m.math('div', one, y));
  const equal = m.integer('and', m.compare('eq', x, y), m.integer('or', m.compare('ne', x, m.number(0)), signs));
  return m.integer('or', equal, m.integer('and', m.compare('ne', x, x), m.compare('ne', y, y)));
}

const is: Builtin = (act, args, node) => {
  const [a, b] = [first(args), args[1] ?? undefinedValue];
  if (a.kind === 'constant' && b.kind === 'constant') return constantValue(Object.is(a.value, b.value));
  const isNumber = (v: Abstract): boolean =>
    v.kind === 'number' || (v.kind === 'constant' && typeof v.value === 'number');
  if (isNumber(a) && isNumber(b)) return { kind: 'boolean', value: sameNumber(act, a, b, node) };
  if (a.kind === 'maybe' || b.kind === 'maybe' || a.kind === 'union' || b.kind === 'union') {
    return act.decline('Object.is of what may be a number is not compiled', node);
  }
  return asBoolean(strictEquals(act, a, b, node));
};

const hasOwn: Builtin = (act, args, node) => {
  const [object, key] = args;
  const dictionary = object && dictionaryIn(object);
  if (dictionary && key) return hasEntry(act, dictionary, key, node);
  if (object?.kind !== 'object' || object.type.type.kind !== 'record' || key?.kind !== 'constant') {
    return act.decline('Object.hasOwn is compiled for objects of fixed shape and known names only', node);
  }
  const name = String(key.value);
  const { variants } = object.type.type.root;
  const having = variants.filter((v) => v.keys.includes(name));
  if (variants.some((v) => v.late.has(name)) || (having.length > 0 && having.length < variants.length)) {
    return act.decline(`whether the object has ${name} is not known`, node);
  }
  return constantValue(having.length > 0);
};

const defineProperty: Builtin = (act, args, node) => {
  const [target, key] = args;
  // Tools that keep names write them down beside each function; a compiled function has none.
  if (target?.kind === 'closure' && key?.kind === 'constant' && key.value === 'name') return target;
  return act.decline('Object.defineProperty is not compiled', node);
};

export const objectFunctions: readonly (readonly [Function, Builtin])[] = [
  [Object.keys, keys],
  [Object.values, values],
  [Object.entries, entries],
  [Object.assign, assign],
  [Object.fromEntries, fromEntries],
  [Object.freeze, freeze],
  [Object.is, is],
  [Object.hasOwn, hasOwn],
  [Object.defineProperty, defineProperty],
];
