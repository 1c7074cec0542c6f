/**
 * `bind`: a function that calls another with what it has been given.
 * Invariant: what it makes is a function of lowered code like any other, so whoever calls it need not know.
 */
import type { Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { type Abstract, undefinedValue } from '../values.ts';
import { callClosure } from './calls.ts';

/** Written in the language itself, since they are lowered: one for each number of arguments that are held. */
type Callee = (this: unknown, ...args: unknown[]) => unknown;
const binders: readonly Function[] = [
  (f: Callee, self: unknown) =>
    (...rest: unknown[]) =>
      f.call(self, ...rest),
  (f: Callee, self: unknown, a: unknown) =>
    (...rest: unknown[]) =>
      f.call(self, a, ...rest),
  (f: Callee, self: unknown, a: unknown, b: unknown) =>
    (...rest: unknown[]) =>
      f.call(self, a, b, ...rest),
  (f: Callee, self: unknown, a: unknown, b: unknown, c: unknown) =>
    (...rest: unknown[]) =>
      f.call(self, a, b, c, ...rest),
];

export function bound(act: Activation, fn: Abstract, args: readonly Abstract[], node: Node): Abstract {
  const [self = undefinedValue, ...held] = args;
  const binder = binders[held.length];
  if (binder === undefined) return act.decline('bind with more than three arguments is not compiled', node);
  return callClosure(act, act.lowering.closureOf(binder, act.place(node)), undefinedValue, [fn, self, ...held], node);
}
