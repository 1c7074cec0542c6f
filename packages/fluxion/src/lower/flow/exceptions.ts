/**
 * try, catch, finally and throw. What is thrown where a handler of the same function stands around it goes there; whatever else throws
 * leaves the tier, and the dynamic one does what the language does.
 * Invariant: a finally block runs on every way out of its try block that does not leave the tier, before the way goes on.
 */
import {
  type BlockStatement,
  children,
  isFunction,
  type Node,
  type Pattern,
  type ThrowStatement,
  type TryStatement,
} from '../../syntax/ast.ts';
import type { Activation, Target } from '../activation.ts';
import { Decline } from '../decline.ts';
import { evaluate } from '../expressions.ts';
import { bindPattern } from '../patterns.ts';
import { lowerStatement, statements } from '../statements.ts';
import { type Abstract, undefinedValue } from '../values.ts';

/** A try block that is being lowered. */
export interface Attempted {
  /** How many targets there were around it: those are left through it. */
  readonly depth: number;
  /** Where what is thrown inside goes. */
  readonly handler?: Target;
  readonly finalizer?: BlockStatement;
}

/** Lowers with a try block around. */
function within(act: Activation, attempted: Attempted, write: () => void): void {
  act.tries.push(attempted);
  try {
    write();
  } finally {
    act.tries.pop();
  }
}

/** Leaves for a target, through the finally blocks on the way. */
export function leaveTo(act: Activation, target: Target, value: Abstract = undefinedValue): void {
  const at = act.targets.indexOf(target);
  finish(
    act,
    act.tries.findIndex(({ depth }) => depth > at),
  );
  if (!act.dead) act.leave(target, value);
}

/** Runs the finally blocks of the try blocks from this one inwards, the innermost first. */
function finish(act: Activation, from: number): void {
  if (from < 0) return;
  const { tries } = act;
  const inner = tries.splice(from);
  try {
    for (let i = inner.length - 1; i >= 0 && !act.dead; i--) {
      const { finalizer } = inner[i];
      if (finalizer === undefined) continue;
      tries.push(...inner.slice(0, i));
      lowerStatement(act, finalizer);
      tries.length = from;
    }
  } finally {
    tries.length = from;
    tries.push(...inner);
  }
}

export function lowerThrow(act: Activation, node: ThrowStatement): void {
  const at = act.tries.findLastIndex(({ handler }) => handler !== undefined);
  if (at >= 0) {
    // What can't be made here is made, and caught, on the dynamic tier.
    const value = act.attempt(() => evaluate(act, node.argument));
    if (act.dead) return;
    if (!(value instanceof Decline)) {
      finish(act, at + 1);
      if (!act.dead) act.leave(act.tries[at].handler!, value);
      return;
    }
  }
  act.guard(act.b.bool(false), 'throw', 'the function throws', node);
  act.stop();
}

export function lowerTry(act: Activation, node: TryStatement): void {
  const { finalizer } = node;
  if (!finalizer) {
    handled(act, node);
    return;
  }
  within(act, { depth: act.targets.length, finalizer }, () => handled(act, node));
  if (!act.dead) lowerStatement(act, finalizer);
}

function handled(act: Activation, { block, handler }: TryStatement): void {
  if (!handler || !throws(block)) {
    lowerStatement(act, block);
    return;
  }
  act.block('chain', [], (after) => {
    const thrown = act.block('chain', [], (target) => {
      within(act, { depth: act.targets.length, handler: target }, () => lowerStatement(act, block));
      if (!act.dead) act.leave(after);
      return undefined;
    });
    if (act.dead) return undefined;
    if (handler.param) bindPattern(act, handler.param as Pattern, thrown, true);
    statements(act, handler.body.body);
    return undefined;
  });
}

/** Whether there is a throw in it that its own handler may get. */
function throws(node: Node): boolean {
  if (node.type === 'ThrowStatement') return true;
  return !isFunction(node) && children(node).some(throws);
}
