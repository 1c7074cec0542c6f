/**
 * `Map` and `Set`: making them, and their methods.
 * Invariant: entries are gone through in the order of insertion, those that are added meanwhile included.
 */
import type { Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { countedLoop } from '../flow/counted.ts';
import { arrayTypeOf, elementAt, elementOf, lengthOf, lengthValue, setLength } from '../lists/arrays.ts';
import {
  type Collection,
  collectionOf,
  find,
  newCollection,
  put,
  removalEffect,
  remove,
} from '../lists/collections.ts';
import type { CollectionKind } from '../lists/entries.ts';
import { asList, iterationOver } from '../lists/iterables.ts';
import { callbackOf, isList } from '../lists/lists.ts';
import { elementsOfTuple, isTuple } from '../lists/tuples.ts';
import { parentOf } from '../program/parents.ts';
import { lengthEffect } from '../types/effects.ts';
import { type Abstract, constantValue, neverValue, undefinedValue } from '../values.ts';
import type { Builtin, Method } from './table.ts';

const first = (args: readonly Abstract[]): Abstract => args[0] ?? undefinedValue;

function isNothing(value: Abstract): boolean {
  return value.kind === 'constant' && (value.value === undefined || value.value === null);
}

/** What an iterable gives, one after another. */
function eachItem(act: Activation, source: Abstract, node: Node, use: (item: Abstract) => void): void {
  if (source.kind === 'constant' && typeof source.value === 'string') {
    for (const character of source.value) use(constantValue(character));
    return;
  }
  if (isTuple(source)) {
    for (const item of elementsOfTuple(act, source, node)) use(item);
    return;
  }
  if (!isList(source)) act.decline('a Map or Set of something that is no array is not compiled', node);
  const length = lengthOf(act, source);
  act.round(node, () => {
    countedLoop(act, node, act.b.int(0), length, (i) => use(elementAt(act, source, i, node)));
  });
}

const construct =
  (kind: CollectionKind): Builtin =>
  (act, args, node) => {
    if (node.type !== 'NewExpression') {
      act.guard(act.b.bool(false), 'throw', `${kind} is called without new`, node);
      return neverValue;
    }
    const source = first(args);
    if (source.kind === 'never') return neverValue;
    const made = newCollection(act, kind, node);
    if (isNothing(source)) return made.object;
    const from = collectionOf(act, source);
    if (kind === 'Map' && from?.kind === 'Map') {
      const length = lengthOf(act, from.keys);
      act.round(node, () => {
        countedLoop(act, node, act.b.int(0), length, (i) => {
          put(act, made, elementAt(act, from.keys, i, node), elementAt(act, from.values, i, node), node);
        });
      });
      return made.object;
    }
    eachItem(act, from && kind === 'Set' ? asList(act, iterationOver(from), node) : source, node, (item) => {
      if (kind === 'Set') put(act, made, item, undefined, node);
      else put(act, made, elementOf(act, node, item, 0), elementOf(act, node, item, 1), node);
    });
    return made.object;
  };

type CollectionMethod = (act: Activation, of: Collection, args: readonly Abstract[], node: Node) => Abstract;

/** A method that both have, or one of them. */
const on =
  (kind: CollectionKind, method: CollectionMethod): Method =>
  (act, self, args, node) => {
    if (self.kind === 'never' || args.some((a) => a.kind === 'never')) return neverValue;
    const of = collectionOf(act, self);
    if (of?.kind !== kind) return act.decline(`a method of ${kind} is called on something else`, node);
    return method(act, of, args, node);
  };

const get: CollectionMethod = (act, of, args, node) => {
  const { at, found } = find(act, of, first(args), node);
  return act.branch(
    found,
    () => elementAt(act, of.values, at, node),
    () => undefinedValue,
  );
};

const has: CollectionMethod = (act, of, args, node) => ({
  kind: 'boolean',
  value: find(act, of, first(args), node).found,
});

const set: CollectionMethod = (act, of, args, node) => {
  put(act, of, first(args), args[1] ?? undefinedValue, node);
  return of.object;
};

const add: CollectionMethod = (act, of, args, node) => {
  put(act, of, first(args), undefined, node);
  return of.object;
};

const deleted: CollectionMethod = (act, of, args, node) => ({
  kind: 'boolean',
  value: remove(act, of, first(args), node),
});

const clear: CollectionMethod = (act, of) => {
  for (const list of new Set([of.keys, of.values])) setLength(act, list, act.b.int(0));
  act.changes(removalEffect(of.keys));
  return undefinedValue;
};

const forEach: CollectionMethod = (act, of, args, node) => {
  const { b } = act;
  const call = callbackOf(act, args, node);
  act.round(node, (effects) => {
    if (effects.changes(removalEffect(of.keys))) {
      act.decline('taking entries out of a Map or Set that is gone through is not compiled', node);
    }
    const grows = effects.changes(lengthEffect(arrayTypeOf(of.keys)!));
    const length = grows ? undefined : lengthOf(act, of.keys);
    act.loop(
      node,
      [],
      [b.int(0)],
      ([i]) => b.compare('lt', i, length ?? lengthOf(act, of.keys)),
      ([i]) => {
        call(elementAt(act, of.values, i, node), elementAt(act, of.keys, i, node), of.object);
        return [b.integer('add', i, b.int(1))];
      },
      length,
    );
  });
  return undefinedValue;
};

/** An iteration as a list at once, where nothing can happen before it has been gone through. */
const listed =
  (what: 'keys' | 'values' | 'entries'): CollectionMethod =>
  (act, of, _args, node) => {
    const user = parentOf(act, node);
    const consumed =
      user?.type === 'NewExpression' || (user?.type === 'CallExpression' && user.arguments.includes(node as never));
    if (!consumed) return act.decline(`${what}() is compiled where it is looped over or spread only`, node);
    return asList(act, iterationOver(of, what), node);
  };

const both = { has, delete: deleted, clear, forEach } as const;
const iterations = { keys: listed('keys'), values: listed('values'), entries: listed('entries') } as const;

function* methods(
  kind: CollectionKind,
  table: Readonly<Record<string, CollectionMethod>>,
): Iterable<[Function, Method]> {
  const { prototype } = globalThis[kind];
  for (const [name, method] of Object.entries(table)) {
    const fn = (prototype as unknown as Record<string, unknown>)[name];
    if (typeof fn === 'function') yield [fn, on(kind, method)];
  }
  const size = Object.getOwnPropertyDescriptor(prototype, 'size')?.get;
  if (size) yield [size, on(kind, (act, of) => lengthValue(act, of.keys))];
}

export const collectionFunctions: readonly (readonly [Function, Builtin])[] = [
  [Map, construct('Map')],
  [Set, construct('Set')],
];

export function* collectionMethods(): Iterable<[Function, Method]> {
  yield* methods('Map', { ...both, ...iterations, get, set });
  yield* methods('Set', { ...both, ...iterations, add });
}
