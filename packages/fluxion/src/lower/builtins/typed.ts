/** Typed arrays: their constructors and methods. */
import type { Builtin, Method } from './table.ts';

export const typedFunctions: readonly (readonly [Function, Builtin])[] = [];

export const typedMethods: readonly (readonly [Function, Method])[] = [];
