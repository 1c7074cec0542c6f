/**
 * Unary, binary and logical operators, conditions, and operands in general.
 * Invariant: operands are evaluated once, left to right; the table is asked only where an operand is not a plain number.
 */
import type {
  BinaryExpression,
  Expression,
  LogicalExpression,
  Node,
  PrivateIdentifier,
  UnaryExpression,
} from '../../syntax/ast.ts';
import { unparen } from '../../syntax/ast.ts';
import type { Context } from './context.ts';
import { BIGINT, isPlain, type Kind, NULLISH, neverNumber, STRING } from './kinds.ts';
import { simple } from './names.ts';

/** Something to operate on: a text that may be repeated, or one that may be evaluated only once. */
export interface Operand {
  readonly kind: Kind;
  /** May be read again and later. */
  readonly simple: string | undefined;
  /** Reading it can not throw. */
  readonly sure: boolean;
  /** The text that evaluates it, if it is not simple. */
  readonly text: () => string;
}

export function operand(r: Context, node: Node, later: readonly Node[]): Operand {
  const again = simple(r, node, later);
  return {
    kind: r.kind(node),
    simple: again?.text,
    sure: again?.sure ?? false,
    text: () => r.emit(node),
  };
}

/** A temporary that holds a value already. */
export function held(text: string, kind: Kind): Operand {
  return { kind, simple: text, sure: true, text: () => text };
}

const slow: Readonly<Record<string, string>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '%': 'mod',
  '**': 'pow',
  '&': 'bitand',
  '|': 'bitor',
  '^': 'bitxor',
  '<<': 'shl',
  '>>': 'shr',
  '>>>': 'ushr',
  '<': 'lt',
  '>': 'gt',
  '<=': 'le',
  '>=': 'ge',
  '==': 'eq',
  '!=': 'ne',
  '===': 'seq',
  '!==': 'sne',
};

/** `left op right`, where `at` is the node that the operation stands for. */
export function combine(r: Context, at: Node, op: string, left: Operand, right: Operand): string {
  const native = (a: string, b: string) => `(${a} ${op} ${b})`;
  // A string that is read as a number may have a tracked number in it: the table refuses that, and follows what is joined.
  const readsText = /^[-+*/%]/.test(op) && ((left.kind | right.kind) & STRING) !== 0 && isPlain(left.kind | right.kind);
  const plain = isPlain(left.kind) && isPlain(right.kind) && !readsText;
  const equality = op === '===' || op === '!==';
  const loose = op === '==' || op === '!=';
  if (
    plain ||
    (equality && (neverNumber(left.kind) || neverNumber(right.kind))) ||
    (loose && (left.kind === NULLISH || right.kind === NULLISH))
  ) {
    const a = left.simple ?? left.text();
    return r.mark(at.start) + native(a, right.simple ?? right.text());
  }
  const name = slow[op];
  if (
    readsText ||
    (op === '+' && (left.kind === STRING || right.kind === STRING)) ||
    left.kind === BIGINT ||
    right.kind === BIGINT
  ) {
    const a = left.simple ?? left.text();
    return r.call(at, name, a, right.simple ?? right.text());
  }

  // At most one operand can be evaluated within the tests: the first test, which always runs.
  const before: string[] = [];
  const tests: string[] = [];
  const temps: string[] = [];
  let a = left.simple;
  let first: string | undefined;
  if (a === undefined) {
    const text = left.text();
    a = r.temp();
    temps.push(a);
    if (right.simple !== undefined && !isPlain(left.kind)) first = `(${a} = ${text})`;
    else before.push(`${a} = ${text}`);
  } else if (!left.sure && right.simple === undefined) {
    before.push(a);
  }
  let b = right.simple;
  if (b === undefined) {
    const text = right.text();
    b = r.temp();
    temps.push(b);
    if (isPlain(right.kind)) before.push(`${b} = ${text}`);
    else tests.push(`typeof (${b} = ${text}) === 'number'`);
  }
  if (!isPlain(left.kind)) tests.push(`typeof ${first ?? a} === 'number'`);
  if (right.simple !== undefined && !isPlain(right.kind) && b !== a) tests.push(`typeof ${b} === 'number'`);
  r.release(...temps);
  const choice = `${tests.join(' && ')} ? ${a} ${op} ${b} : ${r.call(at, name, a, b)}`;
  return before.length === 0 ? `(${choice})` : `(${before.join(', ')}, ${choice})`;
}

export function emitBinary(r: Context, node: BinaryExpression): string {
  const { operator } = node;
  if ((node.left as Node).type === 'PrivateIdentifier') return privateIn(r, node);
  const left = node.left as Expression;
  const gap = r.gap(left.end, node.right.start);
  if (operator === 'in' || operator === 'instanceof') {
    return r.call(node, operator, r.emit(left), gap + r.emit(node.right));
  }
  const typeTest = typeofTest(r, node, left, gap);
  if (typeTest !== undefined) return typeTest;
  const chain = longChain(node);
  if (chain !== undefined) return emitLongChain(r, chain);
  const L = operand(r, left, [node.right]);
  const R = operand(r, node.right, []);
  if (gap === '') return combine(r, node, operator, L, R);
  if (R.simple === undefined) return combine(r, node, operator, L, { ...R, text: () => gap + R.text() });
  return `(${gap}${combine(r, node, operator, L, R)})`;
}

const longEnough = 60;
const arithmetic = /^(?:\+|-|\*|\/|%)$/;

/** The operations of `a + b + c + …`, innermost first, if they are so many that nesting them would exhaust the parser's stack. */
function longChain(node: BinaryExpression): BinaryExpression[] | undefined {
  let depth = 0;
  for (let at: Node = node; isArithmetic(at); at = at.left as Node) depth++;
  if (depth < longEnough) return undefined;
  const chain: BinaryExpression[] = [];
  for (let at: Node = node; isArithmetic(at); at = at.left as Node) chain.push(at);
  return chain.reverse();
}

function isArithmetic(node: Node): node is BinaryExpression {
  return node.type === 'BinaryExpression' && arithmetic.test(node.operator);
}

/** One step after the other into one temporary. */
function emitLongChain(r: Context, chain: readonly BinaryExpression[]): string {
  const begin = chain[0].left as Node;
  const first = r.emit(begin);
  const total = r.temp();
  const parts = [`${total} = ${first}`];
  let kind = r.kind(begin);
  for (const step of chain) {
    const R = operand(r, step.right, []);
    const gap = r.gap(step.left.end, step.right.start);
    parts.push(`${gap}${total} = ${combine(r, step, step.operator, held(total, kind), R)}`);
    kind = r.kind(step);
  }
  r.release(total);
  return `(${parts.join(', ')}, ${total})`;
}

/** `typeof x === 'function'` and the like, which need no dispatch unless 'number' or 'object' is asked for. */
function typeofTest(r: Context, node: BinaryExpression, left: Node, gap: string): string | undefined {
  const { operator } = node;
  if (!/^[!=]==?$/.test(operator)) return undefined;
  const asked = unparen(left);
  const wanted = unparen(node.right);
  if (asked.type !== 'UnaryExpression' || asked.operator !== 'typeof') return undefined;
  if (wanted.type !== 'Literal' || typeof wanted.value !== 'string') return undefined;
  const literal = r.slice(wanted.start, wanted.end);
  const argument = unparen(asked.argument);
  if (wanted.value !== 'number' && wanted.value !== 'object') {
    const text = argument.type === 'Identifier' && isUnresolved(r, argument) ? argument.name : r.emit(asked.argument);
    return `(typeof ${text} ${operator} ${gap}${literal})`;
  }
  const again = simple(r, argument, []);
  if (again === undefined || wanted.value === 'object' || isPlain(r.kind(argument))) return undefined;
  if (argument.type === 'ThisExpression' && !r.frame.strict) return undefined;
  const test = `(typeof ${again.text} === ${gap}'number' || ${r.call(node, 'typeof', again.text)} === 'number')`;
  return operator[0] === '!' ? `(!${test})` : test;
}

export function isUnresolved(r: Context, node: Node): boolean {
  return (
    node.type === 'Identifier' &&
    r.reference(node) === undefined &&
    r.analysis.free.has(node.name) &&
    r.free(node.name) === 'global'
  );
}

function privateIn(r: Context, node: BinaryExpression): string {
  const name = `#${(node.left as unknown as PrivateIdentifier).name}`;
  const object = r.gap(node.left.end, node.right.start) + r.emit(node.right);
  if (r.analysis.freePrivateNames.has(name)) return r.call(node, 'privateIn', JSON.stringify(name), object);
  const t = r.temp();
  r.release(t);
  if (r.shape.kind !== 'class') {
    return `((${name} in (${t} = ${object})) || ${name} in ${r.call(node, 'original', t, JSON.stringify(name))})`;
  }
  // Instances that the original class made have its names, not those of the twin body.
  return `((${name} in (${t} = ${object})) || ${r.call(node, 'privateIn', JSON.stringify(name), t)})`;
}

export function emitUnary(r: Context, node: UnaryExpression): string {
  const { operator, argument } = node;
  const gap = r.gap(node.start, argument.start);
  switch (operator) {
    case '!':
      return `(!${gap}${condition(r, argument)})`;
    case 'void':
      return `(void ${gap}${r.emit(argument)})`;
    case 'typeof':
      return emitTypeof(r, node, argument, gap);
    case 'delete':
      throw new Error('delete is emitted with the members');
  }
  const inner = unparen(argument);
  if (operator === '-' && inner.type === 'Literal' && (typeof inner.value === 'number' || inner.bigint)) {
    return `(-${gap}${r.slice(inner.start, inner.end)})`;
  }
  const name = operator === '-' ? 'neg' : operator === '+' ? 'plus' : 'bitnot';
  const value = operand(r, argument, []);
  if (isPlain(value.kind) && (value.kind & STRING) === 0)
    return `${r.mark(node.start)}(${operator} ${gap}${value.text()})`;
  if (value.simple !== undefined) {
    const x = value.simple;
    return `(typeof ${gap}${x} === 'number' ? ${operator}${x} : ${r.call(node, name, x)})`;
  }
  const text = value.text();
  const t = r.temp();
  r.release(t);
  return `(typeof (${t} = ${gap}${text}) === 'number' ? ${operator}${t} : ${r.call(node, name, t)})`;
}

function emitTypeof(r: Context, node: UnaryExpression, argument: Node, gap: string): string {
  const inner = unparen(argument);
  if (isUnresolved(r, inner) && inner.type === 'Identifier') {
    // An undeclared name may be asked for; one that is a getter of the global object is asked once unless it gives an object.
    const t = r.temp();
    r.release(t);
    return `((${t} = typeof ${gap}${inner.name}) === 'object' ? ${r.call(node, 'typeof', inner.name)} : ${t})`;
  }
  // In sloppy code `this` is never a primitive, so a tracked number there is the object that wraps it.
  const wrapped = inner.type === 'ThisExpression' && !r.frame.strict && !r.lexicalOutside;
  if (wrapped || isPlain(r.kind(argument))) return `(typeof ${gap}${r.emit(argument)})`;
  return r.call(node, 'typeof', gap + r.emit(argument));
}

/** An expression whose truth is right under a native test. */
export function condition(r: Context, node: Node): string {
  const inner = unparen(node);
  const gap = inner === node ? '' : r.gap(node.start, inner.start) + r.gap(inner.end, node.end);
  if (inner.type === 'UnaryExpression' && inner.operator === '!') return gap + r.emit(inner);
  if (inner.type === 'LogicalExpression' && inner.operator !== '??') {
    const left = condition(r, inner.left);
    return `${gap}(${left} ${inner.operator} ${r.gap(inner.left.end, inner.right.start)}${condition(r, inner.right)})`;
  }
  if (inner.type === 'SequenceExpression' || isPlain(r.kind(inner))) {
    if (inner.type !== 'SequenceExpression') return gap + parenthesised(inner, r.emit(inner));
  }
  const again = simple(r, inner, []);
  if (again !== undefined) {
    return `${gap}(typeof ${again.text} === 'boolean' ? ${again.text} : ${r.call(inner, 'truthy', again.text)})`;
  }
  const text = r.emit(inner);
  const t = r.temp();
  r.release(t);
  return `${gap}(typeof (${t} = ${text}) === 'boolean' ? ${t} : ${r.call(inner, 'truthy', t)})`;
}

/** What is copied from the source may bind too weakly for a place next to an operator. */
export function parenthesised(node: Node, text: string): string {
  switch (node.type) {
    case 'ArrowFunctionExpression':
    case 'YieldExpression':
    case 'AssignmentExpression':
    case 'ConditionalExpression':
    case 'SequenceExpression':
      return `(${text})`;
    default:
      return text;
  }
}

export function emitLogical(r: Context, node: LogicalExpression): string {
  const gap = r.gap(node.left.end, node.right.start);
  if (node.operator === '??') return `(${r.emit(node.left)} ?? ${gap}${r.emit(node.right)})`;
  if (isPlain(r.kind(node.left))) return `(${r.emit(node.left)} ${node.operator} ${gap}${r.emit(node.right)})`;
  const again = simple(r, node.left, []);
  let test: string;
  let value: string;
  if (again !== undefined) {
    value = again.text;
    test = `(typeof ${value} === 'boolean' ? ${value} : ${r.call(node.left, 'truthy', value)})`;
  } else {
    const text = r.emit(node.left);
    value = r.temp();
    r.release(value);
    test = `(typeof (${value} = ${text}) === 'boolean' ? ${value} : ${r.call(node.left, 'truthy', value)})`;
  }
  // The right operand may use the same temporary: by then the left one is not needed any more.
  const right = gap + r.emit(node.right);
  return node.operator === '&&' ? `(${test} ? ${right} : ${value})` : `(${test} ? ${value} : ${right})`;
}
