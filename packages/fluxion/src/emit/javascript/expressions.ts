/**
 * Expressions: the text of a value where it is used.
 * Invariant: parentheses stand where JavaScript's precedence needs them, so that what is computed is the IR's, operation by operation.
 */
import type { Compare, Convert, Integer, Primitive, Value } from '../../ir/ops.ts';
import { numberText } from '../../ir/print.ts';
import type { Level } from '../../ir/types.ts';
import { type CellKind, nullRef, type Space, undefinedRef } from '../../ir/types.ts';
import type { Heads } from './heads.ts';
import { isIdentifier, marksOf, type Properties } from './names.ts';
import type { Nesting } from './nesting.ts';
import { type FuncTree, headProperty, type Node, type Tree } from './tree.ts';

export interface Text {
  readonly text: string;
  readonly rank: number;
}

const rank = {
  choice: 3,
  or: 4,
  and: 5,
  bitOr: 6,
  bitXor: 7,
  bitAnd: 8,
  equal: 9,
  less: 10,
  shift: 11,
  sum: 12,
  product: 13,
  power: 14,
  unary: 15,
  primary: 20,
};

export interface Surroundings {
  readonly tree: FuncTree;
  readonly nesting: Nesting;
  readonly heads: Heads;
  readonly properties: Properties;
  readonly levels: readonly Level[];
  readonly callees: ReadonlyMap<string, string>;
  readonly hosts: readonly string[];
  /** The variable's name. */
  name(value: Value): string;
  /** The variable that holds the shadow, if there is one. */
  shadowName(value: Value, marks: readonly string[]): string | undefined;
  /** Counts upwards from 0 or downwards to it: an integer that is never negative. */
  isCounter(value: Value): boolean;
}

export class Expressions {
  private readonly s: Surroundings;

  constructor(surroundings: Surroundings) {
    this.s = surroundings;
  }

  text(value: Value): string {
    return this.of(value).text;
  }

  of(value: Value): Text {
    const node = this.s.tree.definitions.get(value.id);
    if (node !== undefined && this.s.nesting.isNested(node)) return this.operation(node);
    return { text: this.s.name(value), rank: rank.primary };
  }

  /** In parentheses if it binds less than `least`. */
  operand(value: Value, least: number): string {
    const { text, rank } = this.of(value);
    return rank < least ? `(${text})` : text;
  }

  /** A value that something is to be subtracted from. */
  sum(value: Value): string {
    return this.operand(value, rank.sum);
  }

  /** The opposite of a condition. */
  not(value: Value): string {
    const node = this.nestedNode(value);
    if (
      node?.op.op === 'compare' &&
      (node.op.args[0].type !== 'f64' || ['eq', 'ne'].includes(node.op.test)) &&
      node.op.unsigned !== true
    ) {
      const opposite = { eq: 'ne', ne: 'eq', lt: 'ge', le: 'gt', gt: 'le', ge: 'lt' } as const;
      return this.compare(node, { ...node.op, test: opposite[node.op.test] }).text;
    }
    if (node?.op.op === 'convert' && node.op.fn === 'isNull')
      return `${this.operand(node.operands[0], rank.less)} !== null`;
    if (node?.op.op === 'convert' && node.op.fn === 'isNonzero')
      return `${this.operand(node.operands[0], rank.less)} === 0`;
    const inner = this.inverted(node);
    if (inner !== undefined) return this.text(inner);
    return `!${this.operand(value, rank.unary)}`;
  }

  /** What a negation negates. */
  private inverted(node: Node | undefined): Value | undefined {
    if (node?.op.op !== 'int' || node.op.fn !== 'xor' || node.op.results[0].type !== 'bool') return undefined;
    return this.constant(node.operands[1]) === 1 ? node.operands[0] : undefined;
  }

  nestedNode(value: Value): Node | undefined {
    const node = this.s.tree.definitions.get(value.id);
    return node !== undefined && this.s.nesting.isNested(node) ? node : undefined;
  }

  constant(value: Value): number | undefined {
    const node = this.s.tree.definitions.get(value.id);
    return node?.op.op === 'const' ? node.op.value : undefined;
  }

  operation(node: Node): Text {
    const { op, operands } = node;
    switch (op.op) {
      case 'const':
        return constantText(op.results[0], op.value);
      case 'math':
        return this.math(op, operands);
      case 'compare':
        return this.compare(node, op);
      case 'int':
        return this.integer(op, operands);
      case 'convert':
        return this.convert(op, operands[0]);
      case 'select':
        return this.choice(operands[0], operands[1], operands[2]);
      case 'alloc':
        return { text: this.object(op.shape.fields, node), rank: rank.primary };
      case 'elements':
        return { text: arrayText(op.space.cell, this.text(operands[0])), rank: rank.primary };
      case 'offset':
        if (op.space.cell === 'ref' || op.space.cell === 'bool') throw new Error('No view of an array of references');
        return call(`${this.operand(operands[0], rank.primary)}.subarray`, this.text(operands[1]));
      case 'load':
        return { text: this.place(op.space, operands), rank: rank.primary };
      case 'call':
        return call(this.s.callees.get(op.callee) ?? op.callee, ...operands.map((v) => this.text(v)));
      case 'host':
        return call(`host.${this.s.hosts[op.host]}`, ...operands.map((v) => this.text(v)));
      case 'if':
        return this.branches(node);
      default:
        throw new Error(`${op.op} is no expression`);
    }
  }

  /** A cell: of an array, of an object, or of the shadow of either. */
  place(space: Space, [object, index]: readonly Value[]): string {
    const marks = marksOf(this.s.levels, space);
    if (marks.length === 0 && this.s.heads.isField(space)) {
      const property = headProperty(space)!;
      return property === 'start' ? `start(${this.text(object)})` : `${this.operand(object, rank.primary)}.${property}`;
    }
    const base = this.base(object, marks);
    if (index !== undefined && space.kind === 'elements') return `${base}[${this.text(index)}]`;
    const property = this.s.properties.of(space);
    return isIdentifier(property) ? `${base}.${property}` : `${base}[${quoted(property)}]`;
  }

  /** The object itself, or its shadow. */
  base(object: Value, marks: readonly string[]): string {
    if (marks.length === 0) return this.operand(object, rank.primary);
    const name = this.s.shadowName(object, marks);
    if (name !== undefined) return name;
    const inner = marks.slice(0, -1);
    return shadowText(this.base(object, inner), marks[marks.length - 1]);
  }

  private object(fields: readonly Space[], node: Node): string {
    const parts = fields.map((space) => {
      const property = this.s.properties.of(space);
      const value = node.fills.get(space);
      const text = value === undefined ? emptyText(space.cell) : stored(space.cell, this.text(value));
      const key = isIdentifier(property) ? property : quoted(property);
      return text === key ? key : `${key}: ${text}`;
    });
    return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
  }

  private math({ fn }: Primitive, args: readonly Value[]): Text {
    switch (fn) {
      case 'add':
        return this.binary('+', rank.sum, args);
      case 'sub':
        return this.binary('-', rank.sum, args);
      case 'mul':
        return this.binary('*', rank.product, args);
      case 'div':
        return this.binary('/', rank.product, args);
      case 'mod':
        return this.binary('%', rank.product, args);
      case 'pow':
        return {
          text: `${this.operand(args[0], rank.primary)} ** ${this.operand(args[1], rank.power)}`,
          rank: rank.power,
        };
      case 'neg': {
        const text = this.operand(args[0], rank.unary);
        return { text: text.startsWith('-') ? `-(${text})` : `-${text}`, rank: rank.unary };
      }
      case 'sumPrecise':
      case 'f16round':
        return call(fn, ...args.map((v) => this.text(v)));
      default:
        return call(`Math.${fn}`, ...args.map((v) => this.text(v)));
    }
  }

  private binary(sign: string, own: number, [a, b]: readonly Value[]): Text {
    const right = this.operand(b, own + 1);
    return { text: `${this.operand(a, own)} ${sign} ${right.startsWith('-') ? `(${right})` : right}`, rank: own };
  }

  private compare(node: Node, { test, unsigned }: Pick<Compare, 'test' | 'unsigned'>): Text {
    const [a, b] = node.operands;
    const sign = { eq: '===', ne: '!==', lt: '<', le: '<=', gt: '>', ge: '>=' }[test];
    if (unsigned === true && test === 'lt') {
      if (this.s.isCounter(a))
        return { text: `${this.operand(a, rank.shift)} < ${this.operand(b, rank.shift)}`, rank: rank.less };
      const n = this.constant(a);
      if (n !== undefined && n >= 0) return { text: `${n} < ${this.operand(b, rank.shift)}`, rank: rank.less };
      return call('within', this.text(a), this.text(b));
    }
    const own = test === 'eq' || test === 'ne' ? rank.equal : rank.less;
    const side = (v: Value): string => {
      const text = this.operand(v, own + 1);
      return unsigned === true && this.constant(v) === undefined ? `${this.operand(v, rank.shift)} >>> 0` : text;
    };
    if (unsigned === true) return { text: `(${side(a)}) ${sign} (${side(b)})`, rank: own };
    return { text: `${side(a)} ${sign} ${side(b)}`, rank: own };
  }

  private integer({ fn, results }: Integer, args: readonly Value[]): Text {
    const [a, b] = args;
    if (results[0].type === 'bool') {
      if (fn === 'xor') {
        if (this.constant(b) === 1) {
          const text = this.not(a);
          return { text, rank: text.startsWith('!') ? rank.unary : rank.equal };
        }
        return { text: `${this.operand(a, rank.less)} !== ${this.operand(b, rank.less)}`, rank: rank.equal };
      }
      const [sign, own] = fn === 'and' ? (['&&', rank.and] as const) : (['||', rank.or] as const);
      return { text: `${this.operand(a, rank.bitOr)} ${sign} ${this.operand(b, rank.bitOr)}`, rank: own };
    }
    const wrapped = (sign: string): Text => {
      const { text } = this.binary(sign, rank.sum, args);
      return this.staysSmall(fn, a, b) ? { text, rank: rank.sum } : { text: `(${text}) | 0`, rank: rank.bitOr };
    };
    const bits = (sign: string, own: number): Text => ({
      text: `${this.operand(a, own + 1)} ${sign} ${this.operand(b, own + 1)}`,
      rank: own,
    });
    switch (fn) {
      case 'add':
        return wrapped('+');
      case 'sub':
        return wrapped('-');
      case 'mul':
        return call('Math.imul', this.text(a), this.text(b));
      case 'and':
        return bits('&', rank.bitAnd);
      case 'or':
        return bits('|', rank.bitOr);
      case 'xor':
        return bits('^', rank.bitXor);
      case 'shl':
        return bits('<<', rank.shift);
      case 'shr':
        return bits('>>', rank.shift);
      case 'shru':
        return { text: `(${bits('>>>', rank.shift).text}) | 0`, rank: rank.bitOr };
      case 'clz':
        return call('Math.clz32', this.text(a));
      default:
        return call(`Math.${fn}`, this.text(a), this.text(b));
    }
  }

  /** Whether a sum of integers can not leave 32 bits. */
  private staysSmall(fn: 'add' | 'sub' | string, a: Value, b: Value): boolean {
    if (fn === 'sub') return this.isNatural(a) && this.isNatural(b);
    const [x, y] = [this.constant(a), this.constant(b)];
    return (this.s.isCounter(a) && y === 1) || (this.s.isCounter(b) && x === 1) || (this.isNatural(a) && y === -1);
  }

  private isNatural(value: Value): boolean {
    const n = this.constant(value);
    if (n !== undefined) return n >= 0;
    const node = this.s.tree.definitions.get(value.id);
    if (node?.op.op === 'load' && headProperty(node.op.space) === 'length') return true;
    return this.s.isCounter(value);
  }

  private convert({ fn }: Convert, value: Value): Text {
    switch (fn) {
      case 'toNumber':
        return this.of(value);
      case 'toNumberUnsigned':
        return { text: `${this.operand(value, rank.shift)} >>> 0`, rank: rank.shift };
      case 'toInt32':
        return { text: `${this.operand(value, rank.bitOr)} | 0`, rank: rank.bitOr };
      case 'toIndex':
        return call('index', this.text(value));
      case 'booleanToInt':
        return call('Number', this.text(value));
      case 'isNonzero':
        return { text: `${this.operand(value, rank.less)} !== 0`, rank: rank.equal };
      case 'isNull':
        return { text: `${this.operand(value, rank.less)} === null`, rank: rank.equal };
    }
  }

  private choice(condition: Value, a: Value, b: Value): Text {
    const side = (v: Value) => this.operand(v, rank.choice + 1);
    return { text: `${side(condition)} ? ${side(a)} : ${side(b)}`, rank: rank.choice };
  }

  private branches({ operands, trees }: Node): Text {
    const [a, b] = trees.map((t: Tree) => (t.end.kind === 'yield' ? t.end.values[0] : undefined)) as [Value, Value];
    if (a.type === 'bool') {
      if (this.constant(b) === 0 && this.isConstant(b))
        return { text: `${this.operand(operands[0], rank.bitOr)} && ${this.operand(a, rank.bitOr)}`, rank: rank.and };
      if (this.constant(a) === 1 && this.isConstant(a))
        return { text: `${this.operand(operands[0], rank.bitOr)} || ${this.operand(b, rank.bitOr)}`, rank: rank.or };
    }
    return this.choice(operands[0], a, b);
  }

  private isConstant(value: Value): boolean {
    return this.constant(value) !== undefined;
  }
}

export function shadowText(object: string, mark: string): string {
  return mark === 'd' ? `shadow(${object})` : `shadow(${object}, '${mark}')`;
}

function call(callee: string, ...args: string[]): Text {
  return { text: `${callee}(${args.join(', ')})`, rank: rank.primary };
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

const mathConstants = new Map(
  (['PI', 'E', 'LN2', 'LN10', 'LOG2E', 'LOG10E', 'SQRT2', 'SQRT1_2'] as const).map((name) => [
    Math[name],
    `Math.${name}`,
  ]),
);

function constantText({ type }: Value, value: number): Text {
  if (type === 'bool') return { text: value === 0 ? 'false' : 'true', rank: rank.primary };
  if (type === 'ref' && value === nullRef) return { text: 'null', rank: rank.primary };
  if (type === 'ref' && value === undefinedRef) return { text: 'undefined', rank: rank.primary };
  const known = type === 'f64' ? mathConstants.get(value) : undefined;
  const text = known ?? numberText(value);
  return { text, rank: text.startsWith('-') ? rank.unary : rank.primary };
}

function emptyText(cell: CellKind): string {
  return cell === 'ref' ? 'null' : cell === 'bool' ? 'false' : '0';
}

/** What a cell of an object holds after the value was put there; typed arrays do this themselves. */
export function stored(cell: CellKind, text: string): string {
  switch (cell) {
    case 'i8':
      return `((${text}) << 24) >> 24`;
    case 'u8':
      return `(${text}) & 0xff`;
    case 'i16':
      return `((${text}) << 16) >> 16`;
    case 'u16':
      return `(${text}) & 0xffff`;
    default:
      return text;
  }
}

function arrayText(cell: CellKind, count: string): string {
  switch (cell) {
    case 'f64':
      return `new Float64Array(${count})`;
    case 'i32':
      return `new Int32Array(${count})`;
    case 'i16':
      return `new Int16Array(${count})`;
    case 'u16':
      return `new Uint16Array(${count})`;
    case 'i8':
      return `new Int8Array(${count})`;
    case 'u8':
      return `new Uint8Array(${count})`;
    default:
      return `new Array(${count}).fill(${emptyText(cell)})`;
  }
}
