/**
 * ToPrimitive: what an object is as a number or a text, by its own `valueOf` and `toString`.
 * Invariant: what has both built in only, as plain objects and arrays have, is declined.
 */
import type { Node } from '../syntax/ast.ts';
import type { Activation } from './activation.ts';
import { callValue } from './calls/calls.ts';
import { memberOf, present } from './objects/members.ts';
import { describeType } from './types/types.ts';
import { split } from './unions.ts';
import { type Abstract, typeOf } from './values.ts';

const native = new Set<unknown>([Object.prototype.valueOf, Object.prototype.toString]);

export function toPrimitive(act: Activation, value: Abstract, hint: 'number' | 'string', node: Node): Abstract {
  if (value.kind === 'union') return split(act, value, node, (one) => toPrimitive(act, one, hint, node));
  if (value.kind !== 'object') return value;
  const object = present(act, value, node);
  if (object.kind !== 'object') return object;
  if (object.type.type.kind === 'record' && Symbol.toPrimitive in (object.type.type.root.prototype ?? {})) {
    return act.decline('Symbol.toPrimitive is not compiled', node);
  }
  if (object.type.type.kind === 'record' && object.type.type.root.prototype !== Array.prototype) {
    for (const name of hint === 'string' ? ['toString', 'valueOf'] : ['valueOf', 'toString']) {
      const method = memberOf(act, object, name, node);
      if (method.kind === 'never') return method;
      if (method.kind === 'constant' && native.has(method.value)) {
        // An object is no primitive: the next is asked. A text like [object Object] is not made.
        if (name === 'toString') break;
        continue;
      }
      const made = callValue(act, method, object, [], node);
      if (made.kind === 'object') break;
      return made;
    }
  }
  return act.decline(`a ${describeType(typeOf(value))} is used as a ${hint}`, node);
}
