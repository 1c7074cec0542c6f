/**
 * Values that are one of several: what is done with them is done with each, on a way of its own.
 * Invariant: where one of the several can't be used as the program does, the tier is left there, and the others go on.
 */
import type { Value } from '../ir/ops.ts';
import type { Node } from '../syntax/ast.ts';
import type { Activation } from './activation.ts';
import { Decline } from './decline.ts';
import { type Abstract, constantValue, neverValue } from './values.ts';

/** What `use` makes of the value, whichever member it is. */
export function split(act: Activation, value: Abstract, node: Node, use: (member: Abstract) => Abstract): Abstract {
  if (value.kind !== 'union') return use(value);
  const { members, tag } = value;
  return oneOf(
    act,
    tag,
    members.map((_, i) => [i]),
    node,
    (i) => use(members[i]),
  );
}

/** What `use` makes of the group that the tag is in. */
export function oneOf(
  act: Activation,
  tag: Value,
  groups: readonly (readonly number[])[],
  node: Node,
  use: (group: number) => Abstract,
): Abstract {
  if (groups.length === 1) return use(0);
  const failures: Decline[] = [];
  const attempt = (i: number): Abstract => {
    const outcome = act.attempt(() => use(i));
    if (!(outcome instanceof Decline)) return outcome;
    failures.push(outcome);
    act.guard(act.b.bool(false), 'type', outcome.message, node);
    act.stop();
    return neverValue;
  };
  const from = (i: number): Abstract =>
    i === groups.length - 1
      ? attempt(i)
      : act.branch(
          isAmong(act, tag, groups[i]),
          () => attempt(i),
          () => from(i + 1),
        );
  const result = from(0);
  if (failures.length === groups.length) throw failures[0];
  return result;
}

/** Whether the number is one of these. */
export function isAmong(act: Activation, tag: Value, numbers: readonly number[]): Value {
  const { b } = act;
  return numbers.map((n) => b.compare('eq', tag, b.int(n))).reduce((either, one) => b.integer('or', either, one));
}

/** As `split`, for what is known or a bool. */
export function splitTest(
  act: Activation,
  value: Abstract,
  node: Node,
  use: (member: Abstract) => Value | boolean,
): Value | boolean {
  const result = split(act, value, node, (member) => asBoolean(use(member)));
  if (result.kind === 'constant') return Boolean(result.value);
  return result.kind === 'boolean' ? result.value : act.b.bool(false);
}

export function asBoolean(value: Value | boolean): Abstract {
  return typeof value === 'boolean' ? constantValue(value) : { kind: 'boolean', value };
}
