/** `Array` and the methods of arrays. */
import type { ArrayExpression } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import type { Abstract } from '../values.ts';
import type { Builtin, Method } from './table.ts';

export function spreadInto(act: Activation, node: ArrayExpression): Abstract {
  return act.decline('spread in an array is not compiled', node);
}

export const arrayFunctions: readonly (readonly [Function, Builtin])[] = [];

export const arrayMethods: readonly (readonly [Function, Method])[] = [];
