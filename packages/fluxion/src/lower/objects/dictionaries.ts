/**
 * Objects that are written under names found out at run time: Maps from names to values, but for what every object inherits.
 * Invariant: an object literal is one from the beginning or not at all; its names are all numbers or all texts.
 */
import type { Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { countedLoop } from '../flow/counted.ts';
import { arrayTypeAt, elementAt, elementTypeOf, lengthOf, newArray, placeKey } from '../lists/arrays.ts';
import { type Collection, find, listIn, put, remove } from '../lists/collections.ts';
import { keysField, listTypeIn, valuesField } from '../lists/entries.ts';
import { copyElements, takeElements } from '../lists/lists.ts';
import { onTexts, tagOf, toText } from '../strings.ts';
import { ArrayType } from '../types/array.ts';
import { RecordType } from '../types/record.ts';
import { objectOf } from '../types/types.ts';
import { isAmong } from '../unions.ts';
import { type Abstract, constantValue, neverValue, type ObjectValue, undefinedValue } from '../values.ts';
import { allocateRecord } from './members.ts';

/** A literal turned out to be one: lowering begins again. */
export class Dictionaries extends Error {
  readonly nodes: readonly Node[];
  constructor(nodes: readonly Node[]) {
    super('objects are written under names found out at run time');
    this.nodes = nodes;
  }
}

const kind = 'dictionary';

export function isDictionary(type: RecordType): boolean {
  const { variants } = type;
  return variants.length === 1 && variants[0].name === kind && variants[0].prototype === Object.prototype;
}

export function isDictionaryObject({ type: { type, orNull, orUndefined } }: ObjectValue): boolean {
  return type.kind === 'record' && !orNull && !orUndefined && isDictionary(type.root);
}

export function makeDictionary(act: Activation, node: Node, parts: readonly (readonly [string, Abstract])[]): Abstract {
  const { lowering, b } = act;
  const type = lowering.site(placeKey(node, kind), () => {
    const record = new RecordType(lowering.growth, kind, Object.prototype);
    record.addField(keysField, objectOf(new ArrayType(lowering.growth)));
    record.addField(valuesField, objectOf(new ArrayType(lowering.growth)));
    record.variant.closed = true;
    return record;
  });
  const { root } = type;
  const object = allocateRecord(act, type, node);
  for (const name of [keysField, valuesField]) {
    b.store(root.space(name), object.ref, newArray(act, listTypeIn(root, name), b.int(0)).ref);
  }
  for (const [name, value] of parts) writeEntry(act, object, constantValue(name), value, node);
  return object;
}

function collection(act: Activation, object: ObjectValue): Collection {
  const { type } = object.type;
  if (type.kind !== 'record') throw new Error('a dictionary is an object');
  const list = (name: string): ObjectValue => listIn(act, object, type.root, name);
  return { kind: 'Map', object, keys: list(keysField), values: list(valuesField) };
}

const numeral = /^(?:0|[1-9]\d{0,8})$/;

/** A property's name as the dictionary has them. */
function nameOf(act: Activation, keys: ObjectValue, key: Abstract, node: Node): Abstract {
  const held = elementTypeOf(keys);
  if (key.kind === 'constant') {
    const text = String(key.value);
    return held.kind !== 'string' && numeral.test(text) ? constantValue(Number(text)) : constantValue(text);
  }
  if (key.kind === 'number') return held.kind === 'string' ? toText(act, key, node) : key;
  return toText(act, key, node);
}

function isPlainNumber(key: Abstract): boolean {
  return key.kind === 'number' || (key.kind === 'constant' && typeof key.value === 'number');
}

/** What every object inherits is found under its name, if the dictionary has nothing there. */
function notInherited(act: Activation, name: Abstract, node: Node): void {
  if (isPlainNumber(name)) return;
  const all = Object.getOwnPropertyNames(Object.prototype);
  if (name.kind === 'constant') {
    if (all.includes(String(name.value)))
      act.decline(`the name ${String(name.value)} is one that all objects have`, node);
    return;
  }
  const one = isAmong(
    act,
    tagOf(act, name),
    all.map((text) => act.lowering.tag(text)),
  );
  act.guard(act.b.not(one), 'shape', 'a name that all objects have is used', node);
}

export function readEntry(act: Activation, object: ObjectValue, key: Abstract, node: Node): Abstract {
  if (key.kind === 'never') return neverValue;
  const of = collection(act, object);
  const name = nameOf(act, of.keys, key, node);
  notInherited(act, name, node);
  const { at, found } = find(act, of, name, node);
  return act.branch(
    found,
    () => elementAt(act, of.values, at, node),
    () => undefinedValue,
  );
}

export function hasEntry(act: Activation, object: ObjectValue, key: Abstract, node: Node): Abstract {
  const of = collection(act, object);
  const name = nameOf(act, of.keys, key, node);
  notInherited(act, name, node);
  return { kind: 'boolean', value: find(act, of, name, node).found };
}

export function writeEntry(act: Activation, object: ObjectValue, key: Abstract, value: Abstract, node: Node): void {
  if (key.kind === 'never' || value.kind === 'never') return;
  const of = collection(act, object);
  const name = nameOf(act, of.keys, key, node);
  notInherited(act, name, node);
  const held = elementTypeOf(of.keys);
  if (held.kind === 'union' || (held.kind !== 'never' && (held.kind === 'number') !== isPlainNumber(name))) {
    act.decline('an object has both numbers and texts for names: use a Map', node);
  }
  put(act, of, name, value, node);
}

export function deleteEntry(act: Activation, object: ObjectValue, key: Abstract, node: Node): Abstract {
  const of = collection(act, object);
  remove(act, of, nameOf(act, of.keys, key, node), node);
  return constantValue(true);
}

/** Its names in the order of the language: that of insertion, since none of them is a numeral. */
export function namesOf(act: Activation, object: ObjectValue, node: Node): ObjectValue {
  const of = collection(act, object);
  onlyNames(act, of, node);
  return copied(act, of.keys, node, 'names');
}

export function valuesOf(act: Activation, object: ObjectValue, node: Node): ObjectValue {
  const of = collection(act, object);
  onlyNames(act, of, node);
  return copied(act, of.values, node, 'values');
}

/** Numerals would come first, whenever they were put in. */
function onlyNames(act: Activation, { keys }: Collection, node: Node): void {
  const held = elementTypeOf(keys);
  if (held.kind === 'never') return;
  if (held.kind !== 'string') act.decline('numbers that are names of an object are not listed: use a Map', node);
  const { texts } = act.lowering;
  const isNumeral = (tag: number): number => (/^(?:0|[1-9]\d{0,9})$/.test(texts.text(tag)) ? 1 : 0);
  const length = lengthOf(act, keys);
  countedLoop(act, node, act.b.int(0), length, (i) => {
    const name = elementAt(act, keys, i, node);
    const numeral = onTexts(act, 'is a numeral', isNumeral, [tagOf(act, name)], 'i32');
    act.guard(
      act.b.compare('eq', numeral, act.b.int(0)),
      'shape',
      'numerals among the names of an object are listed',
      node,
    );
  });
}

function copied(act: Activation, list: ObjectValue, node: Node, what: string): ObjectValue {
  const type = arrayTypeAt(act, node, what);
  takeElements(type, list);
  const length = lengthOf(act, list);
  const copy = newArray(act, type, length);
  copyElements(act, node, copy, act.b.int(0), list, act.b.int(0), length);
  return copy;
}

/** An object of a literal is written under a name that is not known: the literals become dictionaries. */
export function becomeDictionaries(act: Activation, type: RecordType): void {
  const { literals, dictionaries } = act.lowering;
  const nodes = literals.filter(({ variant }) => type.variants.includes(variant.root)).map(({ node }) => node);
  const all = type.variants.every((v) => literals.some(({ variant }) => variant.root === v));
  if (all && nodes.some((n) => !dictionaries.has(n))) throw new Dictionaries(nodes);
}
