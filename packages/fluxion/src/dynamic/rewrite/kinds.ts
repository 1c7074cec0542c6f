/**
 * What kinds of value an expression can have, as far as its text tells: a small inference that lets plain code stay as it is.
 * Invariant: an over-estimate; where `isPlain` says yes, no tracked number and no object can come out, whatever runs.
 */
import { type AssignmentExpression, type Node, unparen } from '../../syntax/ast.ts';
import type { Analysis, Binding } from '../../syntax/scope.ts';

export const NUMBER = 1;
export const STRING = 2;
export const BOOLEAN = 4;
export const NULLISH = 8;
export const BIGINT = 16;
/** Functions, objects, symbols: never a tracked number. */
export const OBJECT = 32;
/** A tracked number. */
export const BOX = 64;
export const ANY = 127;

export type Kind = number;

/** A primitive that is no symbol and no tracked number: every operator may treat it natively. */
export function isPlain(kind: Kind): boolean {
  return (kind & (OBJECT | BOX)) === 0;
}

/** A kind that can never be a number, tracked or not: `===` with it needs no table. */
export function neverNumber(kind: Kind): boolean {
  return (kind & (NUMBER | BOX | OBJECT)) === 0;
}

export class Kinds {
  private readonly analysis: Analysis;
  private readonly isGlobal: (name: string) => boolean;
  private bindings = new Map<Binding, Kind>();
  private memo = new Map<Node, Kind>();

  constructor(analysis: Analysis, isGlobal: (name: string) => boolean) {
    this.analysis = analysis;
    this.isGlobal = isGlobal;
    this.solve();
  }

  /** The least fixed point: every variable begins with no kind at all and gains what is assigned to it. */
  private solve(): void {
    const candidates = new Set<Binding>();
    for (const ref of this.analysis.references.values()) {
      const b = ref.binding;
      if (b !== undefined && (b.kind === 'let' || b.kind === 'const' || b.kind === 'var')) candidates.add(b);
    }
    for (const b of candidates) this.bindings.set(b, 0);
    for (let changed = true; changed; ) {
      changed = false;
      this.memo.clear();
      for (const b of candidates) {
        const before = this.bindings.get(b)!;
        const after = before | this.assigned(b);
        if (after !== before) {
          this.bindings.set(b, after);
          changed = true;
        }
      }
    }
    this.memo.clear();
  }

  private assigned(b: Binding): Kind {
    let kind: Kind = b.kind === 'var' ? NULLISH : 0;
    for (const init of b.inits) {
      kind |= init === 'unknown' ? ANY : init === 'undefined' ? NULLISH : this.of(init);
    }
    for (const a of b.assignments) {
      const own = this.bindings.get(b)!;
      if (a.operator === '=') kind |= a.value === undefined ? ANY : this.of(a.value);
      else if (a.operator === '++' || a.operator === '--') kind |= unary(own);
      else kind |= this.compound(a.operator, own, a.value === undefined ? ANY : this.of(a.value));
    }
    return kind;
  }

  private compound(operator: string, left: Kind, right: Kind): Kind {
    const bare = operator.slice(0, -1);
    return bare === '&&' || bare === '||' || bare === '??' ? left | right : binaryKind(bare, left, right);
  }

  ofBinding(b: Binding): Kind {
    const known = this.bindings.get(b);
    if (known !== undefined) return known;
    if (b.kind === 'class' || b.kind === 'self') return OBJECT;
    return b.kind === 'function' && b.assignments.length === 0 && !b.inits.includes('unknown') ? OBJECT : ANY;
  }

  of(node: Node): Kind {
    const known = this.memo.get(node);
    if (known !== undefined) return known;
    const kind = this.compute(node);
    this.memo.set(node, kind);
    return kind;
  }

  private compute(node: Node): Kind {
    switch (node.type) {
      case 'ParenthesizedExpression':
        return this.of(node.expression);
      case 'Literal':
        if (node.regex) return OBJECT;
        if (node.bigint) return BIGINT;
        if (node.value === null) return NULLISH;
        return typeof node.value === 'number' ? NUMBER : typeof node.value === 'string' ? STRING : BOOLEAN;
      case 'Identifier': {
        const binding = this.analysis.references.get(node)?.binding;
        if (binding !== undefined) return this.ofBinding(binding);
        if (!this.isGlobal(node.name)) return ANY;
        return node.name === 'undefined' ? NULLISH : node.name === 'NaN' || node.name === 'Infinity' ? NUMBER : ANY;
      }
      case 'TemplateLiteral':
        return STRING;
      case 'UnaryExpression':
        switch (node.operator) {
          case '!':
          case 'delete':
            return BOOLEAN;
          case 'typeof':
            return STRING;
          case 'void':
            return NULLISH;
          case '+':
            return isPlain(this.of(node.argument)) ? NUMBER : NUMBER | BOX;
          case '~':
            return NUMBER | (this.of(node.argument) & (BIGINT | OBJECT) ? BIGINT : 0);
          default:
            return unary(this.of(node.argument));
        }
      case 'UpdateExpression':
        return unary(this.of(unparen(node.argument as Node)));
      case 'BinaryExpression':
        return binaryKind(node.operator, this.of(node.left as Node), this.of(node.right));
      case 'LogicalExpression':
        return this.of(node.left) | this.of(node.right);
      case 'ConditionalExpression':
        return this.of(node.consequent) | this.of(node.alternate);
      case 'SequenceExpression':
        return this.of(node.expressions[node.expressions.length - 1]);
      case 'AssignmentExpression':
        return this.assignment(node);
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
      case 'ClassExpression':
      case 'ObjectExpression':
      case 'ArrayExpression':
        return OBJECT;
      default:
        return ANY;
    }
  }

  private assignment(node: AssignmentExpression): Kind {
    if (node.operator === '=') return this.of(node.right);
    const target = unparen(node.left as Node);
    return this.compound(node.operator, target.type === 'Identifier' ? this.of(target) : ANY, this.of(node.right));
  }
}

/** The result of `-x`, `x++` and the like. */
function unary(kind: Kind): Kind {
  if (kind === 0) return 0;
  return NUMBER | (kind & (BIGINT | OBJECT) ? BIGINT : 0) | (isPlain(kind) ? 0 : BOX);
}

export function binaryKind(operator: string, left: Kind, right: Kind): Kind {
  switch (operator) {
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '==':
    case '!=':
    case '===':
    case '!==':
    case 'in':
    case 'instanceof':
      return BOOLEAN;
    case '>>>':
      return NUMBER;
  }
  // No kind yet: the fixed point is still being found.
  if (left === 0 || right === 0) return 0;
  const big = left & (BIGINT | OBJECT) && right & (BIGINT | OBJECT) ? BIGINT : 0;
  switch (operator) {
    case '|':
    case '&':
    case '^':
    case '<<':
    case '>>':
      return NUMBER | big;
    case '+': {
      const text = (left | right) & (STRING | OBJECT) ? STRING : 0;
      const numeric = left !== STRING && right !== STRING;
      if (isPlain(left) && isPlain(right)) return (numeric ? NUMBER | big : 0) | text;
      return numeric ? NUMBER | BOX | big | text : STRING;
    }
    default:
      return NUMBER | big | (isPlain(left) && isPlain(right) ? 0 : BOX);
  }
}
