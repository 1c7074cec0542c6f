/**
 * The counter of a counted `for` loop, as an i32: `for (let i = a; i < b; i += c)` and its kin.
 * Invariant: i is what the program counts, in each round and afterwards; where 32 bits are not enough the tier is left.
 */
import type { Op, Value } from '../../ir/ops.ts';
import { children, type ForStatement, type Node, unparen } from '../../syntax/ast.ts';
import type { Binding } from '../../syntax/scope.ts';
import type { Activation } from '../activation.ts';
import { fromInt32, numberValue } from '../operators.ts';
import { bindingOf } from '../patterns.ts';
import type { Effects } from '../types/effects.ts';
import { anyInteger, highest, holds, integerOf, isInteger, lowest } from '../types/ranges.ts';
import type { Abstract, Limit, Range } from '../values.ts';
import { invariant } from './invariant.ts';

export interface Counter {
  readonly binding: Binding;
  /** The expression that counts. */
  readonly update: Node;
  readonly step: number;
  readonly operator: '<' | '<=' | '>' | '>=';
  readonly bound: Node;
  /** What else must hold for another round. */
  readonly rest: readonly Node[];
}

const flipped = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

/** The counter of a loop by its text: a variable that only the loop's own update changes, tested against a bound. */
export function counterOf(act: Activation, node: ForStatement): Counter | undefined {
  if (!node.test || !node.update) return undefined;
  const [first, ...rest] = conjuncts(node.test);
  if (first.type !== 'BinaryExpression' || !(first.operator in flipped)) return undefined;
  const operator = first.operator as keyof typeof flipped;
  for (const update of updatesOf(node.update)) {
    const counted = stepOf(update);
    const binding = counted && bindingOf(act, counted.target);
    if (counted === undefined || binding === undefined || !isCountedOnly(act, binding, node)) continue;
    const isCounter = (side: Node): boolean => {
      const inner = unparen(side);
      return inner.type === 'Identifier' && bindingOf(act, inner) === binding;
    };
    const { step } = counted;
    const found = { binding, update, step, rest };
    if (isCounter(first.left)) return aims({ ...found, operator, bound: first.right });
    if (isCounter(first.right)) return aims({ ...found, operator: flipped[operator], bound: first.left });
  }
  return undefined;
}

function aims(counter: Counter): Counter | undefined {
  const up = counter.operator === '<' || counter.operator === '<=';
  return up === counter.step > 0 ? counter : undefined;
}

function conjuncts(test: Node): Node[] {
  const node = unparen(test);
  if (node.type === 'LogicalExpression' && node.operator === '&&') {
    return [...conjuncts(node.left), ...conjuncts(node.right)];
  }
  return [node];
}

export function updatesOf(update: Node): Node[] {
  const node = unparen(update);
  return node.type === 'SequenceExpression' ? node.expressions.map(unparen) : [node];
}

function stepOf(node: Node) {
  if (node.type === 'UpdateExpression') {
    const target = unparen(node.argument);
    return target.type === 'Identifier' ? { target, step: node.operator === '++' ? 1 : -1 } : undefined;
  }
  if (node.type !== 'AssignmentExpression' || (node.operator !== '+=' && node.operator !== '-=')) return undefined;
  const target = unparen(node.left);
  const value = unparen(node.right);
  if (target.type !== 'Identifier' || value.type !== 'Literal' || typeof value.value !== 'number') return undefined;
  const step = node.operator === '+=' ? value.value : -value.value;
  return Number.isInteger(step) && step !== 0 && Math.abs(step) <= 2 ** 16 ? { target, step } : undefined;
}

/** Nothing in the loop but one expression assigns the variable, and no function shares it. */
function isCountedOnly(act: Activation, binding: Binding, node: ForStatement): boolean {
  const held = act.env.vars.get(binding);
  if (held?.kind !== 'number' && held?.kind !== 'constant') return false;
  const parts: Node[] = [node.test!, node.update!, node.body];
  const within = (n: Node): boolean => parts.some((p) => n.start >= p.start && n.end <= p.end);
  if (binding.assignments.filter(({ at }) => within(at)).length !== 1) return false;
  return !binding.declarations.some(within);
}

/** How a loop with a counter goes: from where, how long, and what is known of the counter inside. */
export interface Counting {
  readonly start: Value;
  readonly trips: Value | undefined;
  /** Whether there is another round, as far as the counter has a say. */
  again(i: Value): Value;
  next(i: Value): Value;
  inside(i: Value): Abstract;
  /** The counter after the last round. */
  after(i: Value): Abstract;
}

export function counting(
  act: Activation,
  node: ForStatement,
  counter: Counter,
  effects: Effects,
  carried: readonly Binding[],
): Counting | undefined {
  const { b } = act;
  const start = startOf(act, node, counter);
  if (start === undefined) return undefined;
  const { step } = counter;
  const ops: Op[] = [];
  let bound: Abstract | undefined;
  const forget = act.markSeen();
  b.draft(() => {
    bound = invariant(act, counter.bound, effects, carried);
  }, ops);
  if (bound?.kind !== 'number' && !(bound?.kind === 'constant' && typeof bound.value === 'number')) {
    forget();
    return undefined;
  }
  for (const op of ops) b.append(op);
  const end = endOf(act, counter, bound, node);
  const up = step > 0;
  const kept = (limits: readonly Limit[], less: number): Limit[] =>
    limits
      .filter((l) => holds(act, l) && (l.until === undefined || !effects.changes(l.until.what)))
      .map((l) => ({ list: l.list, less: l.less + less }));
  // Up: at most the bound. Down: at most the start.
  const limits = up
    ? kept(bound.kind === 'number' ? (bound.range?.limits ?? []) : [], counter.operator === '<' ? 1 : 0)
    : kept(start.range.limits, 0);
  const range: Range = up
    ? { low: start.range.low, high: end.range.high - 1, limits }
    : { low: end.range.low + 1, high: start.range.high, limits };
  return {
    start: start.int,
    trips: counter.rest.length === 0 ? tripsOf(act, start, end, step) : undefined,
    again: (i) => b.compare(up ? 'lt' : 'gt', i, end.int),
    next: (i) => b.integer('add', i, b.int(step)),
    inside: (i) => fromInt32(act, i, range),
    after: (i) => {
      end.check?.(i);
      return fromInt32(
        act,
        i,
        up ? { ...anyInteger, low: start.range.low } : { ...anyInteger, high: start.range.high },
      );
    },
  };
}

interface Integer {
  readonly int: Value;
  readonly range: Range;
}

function startOf(act: Activation, node: ForStatement, { binding }: Counter): Integer | undefined {
  const { b } = act;
  const held = act.env.vars.get(binding)!;
  const known = integerOf(act, held);
  if (known !== undefined) return known;
  if (held.kind !== 'number' || !isIndexIn(act, binding, node)) return undefined;
  // Used as an index, it is one, or the tier is left.
  const int = b.convert('toInt32', held.value);
  const same = b.compare('eq', b.convert('toNumber', int), held.value);
  const zero = b.number(0);
  const negativeZero = b.integer(
    'and',
    b.compare('eq', held.value, zero),
    b.compare('lt', b.math('div', b.number(1), held.value), zero),
  );
  act.guard(b.integer('and', same, b.not(negativeZero)), 'range', 'a loop does not count in integers', node);
  return { int, range: anyInteger };
}

const indexed = new WeakMap<Node, ReadonlySet<Binding>>();
function isIndexIn(act: Activation, binding: Binding, node: ForStatement): boolean {
  let known = indexed.get(node);
  if (known === undefined) {
    const found = new Set<Binding>();
    const visit = (n: Node): void => {
      if (n.type === 'MemberExpression' && n.computed) {
        const key = unparen(n.property);
        const used = key.type === 'Identifier' ? bindingOf(act, key) : undefined;
        if (used) found.add(used);
      }
      children(n).forEach(visit);
    };
    visit(node.body);
    indexed.set(node, (known = found));
  }
  return known.has(binding);
}

interface End extends Integer {
  /** Leaves the tier where the loop has ended for want of bits. */
  check?(i: Value): void;
}

/** The first integer that the counter must not reach. */
function endOf(act: Activation, { operator, step }: Counter, bound: Abstract, node: Node): End {
  const { b } = act;
  const up = step > 0;
  const spare = Math.abs(step) - 1;
  const inclusive = operator === '<=' || operator === '>=';
  const one = up ? 1 : -1;
  const most = up ? highest - spare : lowest + spare;
  if (isInteger(bound)) {
    const { int, range } = integerOf(act, bound)!;
    const shift = inclusive ? one : 0;
    const low = range.low + shift;
    const high = range.high + shift;
    if (up ? high <= most : low >= most) {
      const end = shift === 0 ? int : b.integer('add', int, b.int(shift));
      return { int: end, range: { low, high, limits: [] } };
    }
  }
  const given = numberValue(act, bound, node);
  // i < b as i < ceil(b); i <= b as i < floor(b) + 1; downwards the other way round.
  const whole = b.math(up === inclusive ? 'floor' : 'ceil', given);
  const first = inclusive ? b.math('add', whole, b.number(one)) : whole;
  const [low, high] = up ? [lowest, most] : [most, highest];
  const clamped = b.math('max', b.math('min', first, b.number(high)), b.number(low));
  const none = b.number(up ? lowest : highest);
  const int = b.convert('toInt32', b.select(b.compare('eq', given, given), clamped, none));
  return {
    int,
    range: up ? { low: lowest, high: most, limits: [] } : { low: most, high: highest, limits: [] },
    check: (i) => {
      const beyond = b.compare(up ? 'gt' : 'lt', first, b.number(most));
      const ended = b.compare(up ? 'lt' : 'gt', i, int);
      act.guard(b.integer('or', b.not(beyond), ended), 'range', 'a loop counts beyond 2^31', node);
    },
  };
}

function tripsOf(act: Activation, start: Integer, end: Integer, step: number): Value {
  const { b } = act;
  const [from, to] = step > 0 ? [start, end] : [end, start];
  if (Math.abs(step) === 1 && to.range.high - from.range.low <= highest && to.range.low - from.range.high >= lowest) {
    return b.integer('max', b.integer('sub', to.int, from.int), b.int(0));
  }
  const distance = b.math('sub', b.convert('toNumber', to.int), b.convert('toNumber', from.int));
  const rounds = b.math('ceil', b.math('div', distance, b.number(Math.abs(step))));
  return b.convert('toInt32', b.math('max', b.math('min', rounds, b.number(highest)), b.number(0)));
}
