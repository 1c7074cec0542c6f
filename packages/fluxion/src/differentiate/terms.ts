/**
 * Derivative rules read as terms: the table's expressions over the values of one operation, folded where constants allow, and
 * written as IR only when they are asked for.
 * Invariant: a term that is never written asks for no value of the primal program, so what a rule does not use is not kept for it.
 */
import type { Builder } from '../ir/build.ts';
import type { Primitive, Value } from '../ir/ops.ts';
import type { Arithmetic, PrimitiveName } from '../rules/rule.ts';
import { table } from '../rules/table.ts';

type NodeName = PrimitiveName | 'lt' | 'le' | 'eq' | 'ne' | 'and' | 'or' | 'not' | 'select';

export interface Leaf {
  readonly kind: 'leaf';
  readonly value: Value;
  /** A value of the code that is being written, and not of the primal. */
  readonly given?: boolean;
}

export interface Node {
  readonly kind: 'node';
  readonly fn: NodeName;
  readonly args: readonly Term[];
}

/** Numbers and booleans are constants. */
export type Term = number | boolean | Leaf | Node;

export function leaf(value: Value): Leaf {
  return { kind: 'leaf', value };
}

export function given(value: Value): Leaf {
  return { kind: 'leaf', value, given: true };
}

function node(fn: NodeName, ...args: Term[]): Term {
  return { kind: 'node', fn, args };
}

const isNumber = (t: Term): t is number => typeof t === 'number';

function primitive(fn: PrimitiveName, args: readonly Term[]): Term {
  if (args.every(isNumber)) return (table[fn].value as (...xs: number[]) => number)(...args);
  const [x, y] = args;
  switch (fn) {
    case 'neg':
      if (typeof x === 'object' && x.kind === 'node' && x.fn === 'neg') return x.args[0];
      break;
    case 'add':
      if (x === 0) return y;
      if (y === 0) return x;
      break;
    case 'sub':
      if (y === 0) return x;
      break;
    case 'mul':
      if (x === 1) return y;
      if (y === 1) return x;
      if (x === -1) return primitive('neg', [y]);
      if (y === -1) return primitive('neg', [x]);
      break;
    case 'div':
      if (y === 1) return x;
      break;
    case 'pow':
      if (y === 0) return 1;
      if (y === 1) return x;
      if (y === 2) return node('mul', x, x);
      if (y === -1) return node('div', 1, x);
      break;
  }
  return node(fn, ...args);
}

function select(condition: Term, a: Term, b: Term): Term {
  if (typeof condition === 'boolean') return condition ? a : b;
  return Object.is(a, b) ? a : node('select', condition, a, b);
}

const primitives = Object.fromEntries(
  (Object.keys(table) as PrimitiveName[]).map((fn) => [fn, (...args: Term[]) => primitive(fn, args)]),
) as unknown as Pick<Arithmetic<Term, Term>, PrimitiveName>;

const terms: Arithmetic<Term, Term> = {
  ...primitives,
  constant: (n) => n,
  lt: (x, y) => (isNumber(x) && isNumber(y) ? x < y : node('lt', x, y)),
  le: (x, y) => (isNumber(x) && isNumber(y) ? x <= y : node('le', x, y)),
  eq: (x, y) => (isNumber(x) && isNumber(y) ? x === y : node('eq', x, y)),
  and: (a, b) => (typeof a === 'boolean' ? a && b : typeof b === 'boolean' ? b && a : node('and', a, b)),
  or: (a, b) => (typeof a === 'boolean' ? a || b : typeof b === 'boolean' ? b || a : node('or', a, b)),
  not: (a) => {
    if (typeof a === 'boolean') return !a;
    return typeof a === 'object' && a.kind === 'node' && a.fn === 'eq' ? node('ne', ...a.args) : node('not', a);
  },
  select,
};

/** The constant that a value is, if it is one. */
export type Constants = (value: Value) => number | undefined;

/** Whether the derivative by that argument is zero whatever it is: piecewise constant functions, and `x * 0`. */
export function isIdle(op: Primitive, index: number, constant: Constants): boolean {
  const rule = table[op.fn];
  if (rule.kind === 'constant') return true;
  if (rule.arity !== 2 || rule.idle?.[index] === undefined) return false;
  const other = constant(op.args[1 - index]);
  return other !== undefined && rule.idle[index](other);
}

/** The partial derivatives of an operation by its arguments; undefined for those that are not active, and where it is zero whatever they are. */
export type Partials = readonly (Term | undefined)[];

export function partialsOf(op: Primitive, constant: Constants, isActive: (value: Value) => boolean): Partials {
  const rule = table[op.fn];
  const args = op.args.map((v) => constant(v) ?? leaf(v));
  const result = leaf(op.results[0]);
  let all: readonly Term[] | undefined;
  return op.args.map((arg, index) => {
    if (!isActive(arg) || isIdle(op, index, constant)) return undefined;
    if (rule.arity === 1) return rule.partials[0](terms, args[0], result);
    if (rule.arity === 2) return rule.partials[index](terms, args[0], args[1], result);
    return (all ??= rule.partials(terms, args, result))[index];
  });
}

/** A partial derivative times what flows through it; 0 for nothing at all. */
export function times(partial: Term, flow: Term): Term {
  if (partial === 0) return 0;
  if (Number.isNaN(partial)) return partial;
  if (typeof partial === 'object' && partial.kind === 'node') {
    const [a, b, c] = partial.args;
    if (partial.fn === 'neg') return primitive('neg', [times(a, flow)]);
    if (partial.fn === 'div' && a === 1) return node('div', flow, b);
    if (partial.fn === 'select' && (isNumber(b) || isNumber(c))) return select(a, times(b, flow), times(c, flow));
  }
  return primitive('mul', [partial, flow]);
}

/** The sum of two flows; a sum with a negated one is a difference. */
export function plus(sum: Term, flow: Term): Term {
  if (flow === 0) return sum;
  if (sum === 0) return flow;
  if (typeof flow === 'object' && flow.kind === 'node' && flow.fn === 'neg') return node('sub', sum, flow.args[0]);
  if (typeof sum === 'object' && sum.kind === 'node' && sum.fn === 'neg') return node('sub', flow, sum.args[0]);
  return node('add', sum, flow);
}

/** The flow where the condition holds, else the other. */
export function either(condition: Term, flow: Term, other: Term): Term {
  return select(condition, flow, other);
}

/** Calls `visit` with the values that a term is made of. */
export function eachLeaf(term: Term, visit: (value: Value) => void): void {
  if (typeof term !== 'object') return;
  if (term.kind === 'leaf') visit(term.value);
  else for (const arg of term.args) eachLeaf(arg, visit);
}

/** What terms are written with. */
export interface Pen {
  readonly builder: Builder;
  /** The value that stands for a leaf, and the one that is a constant. */
  read(value: Value): Value;
  number(value: number): Value;
}

/** Writes terms as IR; from `begin` on, the same term is written once. */
export class Writer {
  private readonly pen: Pen;
  private readonly written = new Map<Node, Value>();

  constructor(pen: Pen) {
    this.pen = pen;
  }

  begin(): void {
    this.written.clear();
  }

  write(term: Term): Value {
    const { pen, written } = this;
    if (typeof term === 'number') return pen.number(term);
    if (typeof term === 'boolean') return pen.builder.bool(term);
    if (term.kind === 'leaf') return term.given === true ? term.value : pen.read(term.value);
    let value = written.get(term);
    if (value === undefined) written.set(term, (value = this.node(term)));
    return value;
  }

  private node({ fn, args }: Node): Value {
    const values = args.map((arg) => this.write(arg));
    const b = this.pen.builder;
    switch (fn) {
      case 'lt':
      case 'le':
      case 'eq':
      case 'ne':
        return b.compare(fn, values[0], values[1]);
      case 'and':
      case 'or':
        return b.integer(fn, values[0], values[1]);
      case 'not':
        return b.not(values[0]);
      case 'select':
        return b.select(values[0], values[1], values[2]);
      default:
        return b.math(fn, ...values);
    }
  }
}
