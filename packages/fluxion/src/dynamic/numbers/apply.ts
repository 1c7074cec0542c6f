/**
 * Rules applied to tracked numbers: the value by the operands' primals, the partial derivatives by the rule, recorded at the
 * innermost level among the operands. Primals that are tracked at an outer level go through the same functions again, so nesting to
 * any depth is this one recursion.
 * Invariant: an operation is recorded at exactly one level, that of the largest id; operands of other levels are constants to it.
 */
import { fluxionError } from '../../errors/error.ts';
import type { Arithmetic, BinaryRule, PrimitiveName, UnaryRule, VariadicRule } from '../../rules/rule.ts';
import { binaryRules, numbers, unaryRules, variadicRules } from '../../rules/table.ts';
import { type Box, Dual, numberOf, settle, Tracked, type Value } from './box.ts';
import type { Level } from './level.ts';

export function apply1(rule: UnaryRule, operand: Value): Value {
  if (typeof operand === 'number') return rule.value(operand);
  const x = operand.level.ended ? settle(operand) : operand;
  if (typeof x === 'number') return rule.value(x);
  if (rule.kind === 'constant') return rule.value(numberOf(x));
  const p = x.primal;
  let result: Value;
  let d: Value;
  if (typeof p === 'number') {
    result = rule.value(p);
    d = rule.partials[0](numbers, p, result);
  } else {
    result = apply1(rule, p);
    d = rule.partials[0](values, p, result);
  }
  return record1(rule.name, x, result, d);
}

export function apply2(rule: BinaryRule, left: Value, right: Value): Value {
  const a = typeof left !== 'number' && left.level.ended ? settle(left) : left;
  const b = typeof right !== 'number' && right.level.ended ? settle(right) : right;
  if (typeof a === 'number') {
    if (typeof b === 'number') return rule.value(a, b);
    if (rule.kind === 'constant') return rule.value(a, numberOf(b));
    return rightOnly(rule, a, b);
  }
  if (rule.kind === 'constant') return rule.value(numberOf(a), numberOf(b));
  if (typeof b === 'number') return leftOnly(rule, a, b);
  if (a.level === b.level) return both(rule, a, b);
  meet(a.level, b.level);
  return a.level.id > b.level.id ? leftOnly(rule, a, b) : rightOnly(rule, a, b);
}

/** `x` is tracked; `y` is a constant to x's level. */
function leftOnly(rule: BinaryRule, x: Box, y: Value): Value {
  const p = x.primal;
  if (typeof y === 'number' && rule.idle?.[0]?.(y)) return apply2(rule, p, y);
  if (typeof p === 'number' && typeof y === 'number') {
    const result = rule.value(p, y);
    return record1(rule.name, x, result, rule.partials[0](numbers, p, y, result));
  }
  const result = apply2(rule, p, y);
  return record1(rule.name, x, result, rule.partials[0](values, p, y, result));
}

function rightOnly(rule: BinaryRule, x: Value, y: Box): Value {
  const p = y.primal;
  if (typeof x === 'number' && rule.idle?.[1]?.(x)) return apply2(rule, x, p);
  if (typeof x === 'number' && typeof p === 'number') {
    const result = rule.value(x, p);
    return record1(rule.name, y, result, rule.partials[1](numbers, x, p, result));
  }
  const result = apply2(rule, x, p);
  return record1(rule.name, y, result, rule.partials[1](values, x, p, result));
}

/** Both are tracked at one level. */
function both(rule: BinaryRule, x: Box, y: Box): Value {
  const p = x.primal;
  const q = y.primal;
  let result: Value;
  let dx: Value;
  let dy: Value;
  if (typeof p === 'number' && typeof q === 'number') {
    result = rule.value(p, q);
    dx = rule.partials[0](numbers, p, q, result);
    dy = rule.partials[1](numbers, p, q, result);
  } else {
    result = apply2(rule, p, q);
    dx = rule.partials[0](values, p, q, result);
    dy = rule.partials[1](values, p, q, result);
  }
  const { level } = x;
  if (Tracked.is(x) && Tracked.is(y)) {
    const tape = level.tape!;
    const index =
      typeof dx === 'number' && typeof dy === 'number'
        ? tape.binary(x.index, dx, y.index, dy)
        : tape.many([x.index, y.index], [dx, dy]);
    if (tape.onRecord !== undefined) tape.onRecord(index, rule.name);
    return new Tracked(level, result, index);
  }
  if (Dual.is(x) && Dual.is(y)) {
    return new Dual(level, result, sum(values.mul(dx, x.tangent), values.mul(dy, y.tangent)));
  }
  throw unknownKind();
}

export function applyAny(rule: VariadicRule, operands: readonly Value[]): Value {
  let level: Level | undefined;
  const xs = operands.map((x) => (typeof x !== 'number' && x.level.ended ? settle(x) : x));
  for (const x of xs) {
    if (typeof x === 'number' || x.level === level) continue;
    if (level !== undefined) meet(level, x.level);
    if (level === undefined || x.level.id > level.id) level = x.level;
  }
  if (level === undefined) return rule.value(...(xs as number[]));
  const tracked: Box[] = [];
  const at: number[] = [];
  const primals = xs.map((x, k) => {
    if (typeof x === 'number' || x.level !== level) return x;
    tracked.push(x);
    at.push(k);
    return x.primal;
  });
  let result: Value;
  let partials: readonly Value[];
  if (primals.every((p) => typeof p === 'number')) {
    result = rule.value(...primals);
    partials = rule.partials<number, boolean>(numbers, primals, result);
  } else {
    result = applyAny(rule, primals);
    partials = rule.partials<Value, boolean>(values, primals, result);
  }
  let own = at.map((k) => partials[k]!);
  let inputs: readonly Box[] = tracked;
  if (rule.chooses === true) {
    inputs = tracked.filter((_, i) => own[i] !== 0);
    own = own.filter((d) => d !== 0);
    if (inputs.length === 0) return result;
  }
  return recordAny(rule.name, level, inputs, result, own);
}

/** A result that depends on one operand of its level. */
export function record1(operation: string, x: Box, result: Value, d: Value): Box {
  const { level } = x;
  if (Tracked.is(x)) {
    const tape = level.tape!;
    const index = typeof d === 'number' ? tape.unary(x.index, d) : tape.many([x.index], [d]);
    if (tape.onRecord !== undefined) tape.onRecord(index, operation);
    return new Tracked(level, result, index);
  }
  if (Dual.is(x)) return new Dual(level, result, values.mul(d, x.tangent));
  throw unknownKind();
}

/** A result that depends on any number of operands, all of `level`. */
export function recordAny(
  operation: string,
  level: Level,
  operands: readonly Box[],
  result: Value,
  partials: readonly Value[],
): Box {
  if (level.tape !== undefined) {
    const { tape } = level;
    const index = tape.many(
      (operands as readonly Tracked[]).map((x) => x.index),
      partials,
    );
    if (tape.onRecord !== undefined) tape.onRecord(index, operation);
    return new Tracked(level, result, index);
  }
  let tangent: Value = 0;
  (operands as readonly Dual[]).forEach((x, k) => {
    tangent = sum(tangent, values.mul(partials[k]!, x.tangent));
  });
  return new Dual(level, result, tangent);
}

function sum(x: Value, y: Value): Value {
  return x === 0 ? y : y === 0 ? x : values.add(x, y);
}

/** Two levels in one operation must nest in one outermost run. */
function meet(a: Level, b: Level): void {
  if (a.run.root !== b.run.root) throw fluxionError('ConcurrentMutation', { object: 'An object' });
}

function unknownKind(): Error {
  return new TypeError('A tracked number of an unknown kind');
}

type Applied = Pick<Arithmetic<Value, boolean>, PrimitiveName>;

const applied: Record<string, (...args: Value[]) => Value> = {};
for (const rule of Object.values(unaryRules) as UnaryRule[]) {
  applied[rule.name] = (x) => (typeof x === 'number' ? rule.value(x) : apply1(rule, x!));
}
for (const rule of Object.values(binaryRules) as BinaryRule[]) {
  applied[rule.name] = (x, y) =>
    typeof x === 'number' && typeof y === 'number' ? rule.value(x, y) : apply2(rule, x!, y!);
}
for (const rule of Object.values(variadicRules) as VariadicRule[]) {
  applied[rule.name] = (...xs) => applyAny(rule, xs);
}

/** The primitives on numbers and tracked numbers of any levels. Truth values are by primals. */
export const values: Arithmetic<Value, boolean> = {
  ...(applied as unknown as Applied),
  constant: (n) => n,
  lt: (x, y) => numberOf(x) < numberOf(y),
  le: (x, y) => numberOf(x) <= numberOf(y),
  eq: (x, y) => numberOf(x) === numberOf(y),
  and: (a, b) => a && b,
  or: (a, b) => a || b,
  not: (a) => !a,
  select: (condition, a, b) => (condition ? a : b),
};
