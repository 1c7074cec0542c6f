/**
 * The engine's functions that lowering knows, by identity: called as functions, constructed, or as methods of arrays.
 * Invariant: an entry does exactly what the function does, or declines.
 */
import type { Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import type { Abstract } from '../values.ts';
import { arrayFunctions, arrayMethods } from './array.ts';
import { mathFunctions } from './math.ts';
import { numberFunctions } from './number.ts';
import { objectFunctions } from './object.ts';
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
  console,
  Reflect,
]);

export const builtins: ReadonlyMap<Function, Builtin> = new Map([
  ...mathFunctions,
  ...numberFunctions,
  ...arrayFunctions,
  ...objectFunctions,
  ...typedFunctions,
]);

export const methodTable: ReadonlyMap<Function, Method> = new Map([...arrayMethods, ...typedMethods]);
