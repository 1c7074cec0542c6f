/**
 * What a test that has had its outcome says of variables: that one is not undefined, or not null; which of several kinds it is of.
 * Invariant: only what the outcome proves is taken out of a variable's type, and only while nothing has assigned it since.
 */
import { type Node, unparen } from '../../syntax/ast.ts';
import type { Binding } from '../../syntax/scope.ts';
import type { Activation } from '../activation.ts';
import { builtins } from '../builtins/table.ts';
import { tupleLength } from '../lists/tuples.ts';
import { bindingOf } from '../patterns.ts';
import { type Abstract, typeOf } from '../values.ts';

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
    case 'CallExpression': {
      const [of] = node.arguments;
      if (node.arguments.length !== 1) return [];
      if (outcome && isMember(act, node.callee, 'Number', numberTests)) return asNumber(act, unparen(of));
      if (!isMember(act, node.callee, 'Array', ['isArray'])) return [];
      return kept(act, unparen(of), (member) => isArray(member) !== !outcome);
    }
    case 'BinaryExpression': {
      const kind = typeofTest(node.left, node.right) ?? typeofTest(node.right, node.left);
      if (kind !== undefined && /^[!=]==?$/.test(node.operator)) {
        const same = node.operator.startsWith('=') === outcome;
        return kept(act, kind.of, (member) => isOfKind(member, kind.kind) !== !same);
      }
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
  if (held.kind === 'union') {
    return kept(act, node, (member) => {
      if (member.kind !== 'constant') return true;
      return !(noNull && member.value === null) && !(noUndefined && member.value === undefined);
    });
  }
  if (held.kind !== 'object') return [];
  const { type, orNull, orUndefined } = held.type;
  const next = { kind: 'object', type, orNull: orNull && !noNull, orUndefined: orUndefined && !noUndefined } as const;
  if (next.orNull === orNull && next.orUndefined === orUndefined) return [];
  return [[binding, { ...held, type: next }]];
}

/** The variable as one of those of its kinds that may be meant. `test` says undefined of a kind where it depends on the value. */
function kept(act: Activation, node: Node, test: (member: Abstract) => boolean | undefined): Narrowing[] {
  if (node.type !== 'Identifier') return [];
  const binding = bindingOf(act, node);
  const held = binding && act.env.vars.get(binding);
  if (binding === undefined || held?.kind !== 'union') return [];
  const left = held.members.filter((m) => test(m) !== false);
  if (left.length === 0 || left.length === held.members.length) return [];
  if (left.length === 1) return [[binding, left[0]]];
  return [[binding, act.coerce(held, { kind: 'union', members: left.map(typeOf) })]];
}

function typeofTest(side: Node, other: Node): { of: Node; kind: string } | undefined {
  const node = unparen(side);
  const literal = unparen(other);
  if (node.type !== 'UnaryExpression' || node.operator !== 'typeof') return undefined;
  if (literal.type !== 'Literal' || typeof literal.value !== 'string') return undefined;
  return { of: unparen(node.argument), kind: literal.value };
}

/** Functions that say yes of numbers only. */
const numberTests = ['isInteger', 'isFinite', 'isSafeInteger', 'isNaN'];

/** One of these functions of a global object, as the engine has them. */
function isMember(act: Activation, callee: Node, object: 'Number' | 'Array', names: readonly string[]): boolean {
  const node = unparen(callee);
  if (node.type !== 'MemberExpression' || node.computed || node.object.type !== 'Identifier') return false;
  if (node.object.name !== object || bindingOf(act, node.object) !== undefined) return false;
  const { name } = node.property as { name: string };
  return names.includes(name) && builtins.has((globalThis[object] as unknown as Record<string, Function>)[name]);
}

/** The variable as the number that it has been found to be. */
function asNumber(act: Activation, node: Node): Narrowing[] {
  if (node.type !== 'Identifier') return [];
  const binding = bindingOf(act, node);
  const held = binding && act.env.vars.get(binding);
  if (binding !== undefined && held?.kind === 'maybe') return [[binding, { kind: 'number', value: held.value }]];
  return kept(act, node, (member) => isOfKind(member, 'number'));
}

function isArray(member: Abstract): boolean | undefined {
  if (member.kind !== 'object') return false;
  const { type, orNull, orUndefined } = member.type;
  const array = type.kind === 'array' || tupleLength(member) !== undefined;
  return array && (orNull || orUndefined) ? undefined : array;
}

/** Whether `typeof` gives this; undefined where it depends on the value. */
function isOfKind(member: Abstract, kind: string): boolean | undefined {
  switch (member.kind) {
    case 'number':
    case 'boolean':
    case 'string':
      return kind === member.kind;
    case 'constant':
      return kind === typeof member.value;
    case 'closure':
      return kind === 'function';
    case 'object':
      return member.type.orUndefined
        ? kind === 'object' || kind === 'undefined'
          ? undefined
          : false
        : kind === 'object';
    case 'maybe':
      return kind === 'number' || kind === 'undefined' ? undefined : false;
    default:
      return undefined;
  }
}
