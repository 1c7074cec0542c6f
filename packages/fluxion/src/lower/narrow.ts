/**
 * What a test that has had its outcome says of variables: that one is not undefined, or not null.
 * Invariant: only what the outcome proves is taken out of a variable's type, and only while nothing has assigned it since.
 */
import { type Node, unparen } from '../syntax/ast.ts';
import type { Binding } from '../syntax/scope.ts';
import type { Activation } from './activation.ts';
import { bindingOf } from './patterns.ts';
import type { Abstract } from './values.ts';

type Narrowing = readonly [Binding, Abstract];

/** Runs `write` where the test has had this outcome; afterwards variables are as they were, unless it has assigned them. */
export function assuming<T>(act: Activation, test: Node, outcome: boolean, write: () => T): T {
  const before = found(act, test, outcome).map(([binding, value]) => {
    const old = act.env.vars.get(binding)!;
    act.env.vars.set(binding, value);
    return [binding, value, old] as const;
  });
  const result = write();
  for (const [binding, value, old] of before.reverse()) {
    if (act.env.vars.get(binding) === value) act.env.vars.set(binding, old);
  }
  return result;
}

/** From here on the test has had this outcome. */
export function assume(act: Activation, test: Node, outcome: boolean): void {
  for (const [binding, value] of found(act, test, outcome)) act.env.vars.set(binding, value);
}

function found(act: Activation, test: Node, outcome: boolean): Narrowing[] {
  const all = narrowings(act, test, outcome);
  const within = (at: Node): boolean => at.start >= test.start && at.end <= test.end;
  return all.filter(([binding]) => !binding.assignments.some(({ at }) => within(at)));
}

function narrowings(act: Activation, test: Node, outcome: boolean): Narrowing[] {
  const node = unparen(test);
  switch (node.type) {
    case 'Identifier':
      return outcome ? without(act, node, true, true) : [];
    case 'UnaryExpression':
      return node.operator === '!' ? narrowings(act, node.argument, !outcome) : [];
    case 'LogicalExpression':
      if (node.operator === '??' || (node.operator === '&&') !== outcome) return [];
      return [...narrowings(act, node.left, outcome), ...narrowings(act, node.right, outcome)];
    case 'BinaryExpression': {
      const equal = node.operator === '===' || node.operator === '==';
      if (!equal && node.operator !== '!==' && node.operator !== '!=') return [];
      if (equal === outcome) return [];
      const loose = node.operator.length === 2;
      const [nothing, other] = isNothing(node.right)
        ? [isNothing(node.right), node.left]
        : [isNothing(node.left), node.right];
      if (nothing === undefined) return [];
      return without(act, unparen(other), loose || nothing === 'null', loose || nothing === 'undefined');
    }
    default:
      return [];
  }
}

function isNothing(side: Node): 'null' | 'undefined' | undefined {
  const node = unparen(side);
  if (node.type === 'Literal') return node.value === null && node.raw === 'null' ? 'null' : undefined;
  if (node.type === 'Identifier') return node.name === 'undefined' ? 'undefined' : undefined;
  return node.type === 'UnaryExpression' && node.operator === 'void' ? 'undefined' : undefined;
}

/** The variable without null, without undefined. */
function without(act: Activation, node: Node, noNull: boolean, noUndefined: boolean): Narrowing[] {
  if (node.type !== 'Identifier') return [];
  const binding = bindingOf(act, node);
  const held = binding && act.env.vars.get(binding);
  if (binding === undefined || held === undefined) return [];
  if (held.kind === 'maybe' && noUndefined) return [[binding, { kind: 'number', value: held.value }]];
  if (held.kind !== 'object') return [];
  const { type, orNull, orUndefined } = held.type;
  const next = { kind: 'object', type, orNull: orNull && !noNull, orUndefined: orUndefined && !noUndefined } as const;
  if (next.orNull === orNull && next.orUndefined === orUndefined) return [];
  return [[binding, { ...held, type: next }]];
}
