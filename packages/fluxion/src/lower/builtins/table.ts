/**
 * The engine's functions that lowering knows, by identity: called as functions, constructed, or as methods of arrays.
 * Invariant: an entry does exactly what the function does, or declines.
 */
import type { Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { hostObjects } from '../outside/surroundings.ts';
import type { Abstract } from '../values.ts';
import { arrayFunctions, arrayMethods } from './array.ts';
import { cloneFunctions } from './clone.ts';
import { collectionFunctions, collectionMethods } from './collections.ts';
import { mathFunctions } from './math.ts';
import { numberFunctions } from './number.ts';
import { objectFunctions } from './object.ts';
import { stringFunctions, stringMethods } from './string.ts';
import { tagMethods } from './tag.ts';
import { typedFunctions, typedMethods } from './typed.ts';

export type Builtin = (act: Activation, args: readonly Abstract[], node: Node) => Abstract;
export type Method = (act: Activation, self: Abstract, args: readonly Abstract[], node: Node) => Abstract;

/** Objects of the engine's whose properties are as they always are. */
export const builtinObjects: ReadonlySet<object> = new Set<object>([
  globalThis,
  Math,
  Number,
  Array,
  Object,
  JSON,
  Reflect,
  Date,
  ...hostObjects,
]);

/** A table made when it is first asked: its parts import each other. */
class Table<V> {
  private made: ReadonlyMap<Function, V> | undefined;
  private readonly entries: () => Iterable<readonly [Function, V]>;
  constructor(entries: () => Iterable<readonly [Function, V]>) {
    this.entries = entries;
  }
  private get map(): ReadonlyMap<Function, V> {
    this.made ??= new Map(this.entries());
    return this.made;
  }
  get(fn: Function): V | undefined {
    return this.map.get(fn);
  }
  has(fn: Function): boolean {
    return this.map.has(fn);
  }
}

export const builtins = new Table<Builtin>(() => [
  ...mathFunctions,
  ...numberFunctions,
  ...arrayFunctions,
  ...collectionFunctions,
  ...cloneFunctions,
  ...objectFunctions,
  ...stringFunctions,
  ...typedFunctions,
]);

export const methodTable = new Table<Method>(() => [
  ...arrayMethods(),
  ...collectionMethods(),
  ...typedMethods(),
  ...stringMethods(),
  ...tagMethods,
]);
