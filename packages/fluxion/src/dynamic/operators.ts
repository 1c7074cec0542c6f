/**
 * The operators of the language on any values, tracked numbers among them: what twin code calls when its operands are not both
 * plain numbers.
 * Invariants: on untracked values an operator does what the language does, in the language's order and with its errors (the
 * primitive cases are left to the language itself); with a box, arithmetic goes by rule, comparisons by primals, and what is piecewise
 * constant takes the primal and notes it.
 *
 * The five commonest operators are written out for one level over plain numbers; the tests hold them to the table of rules.
 */
import type { BinaryRule } from '../rules/rule.ts';
import { binaryRules, unaryRules } from '../rules/table.ts';
import { isProperObject, toNumber, toNumeric, toPrimitive, toString, toWholeString } from './conversions.ts';
import { hooks, noteInactive } from './hooks.ts';
import { apply1, apply2 } from './numbers/apply.ts';
import { Box, type Dual, isBox, numberOf, primalOf, type Tracked } from './numbers/box.ts';
import { joined, made, writeNumber, writePart } from './texts.ts';

type Native = (a: never, b: never) => unknown;

// Arithmetic

export function add(a: unknown, b: unknown): unknown {
  if (Box.is(a)) {
    const { level, primal } = a;
    if (typeof primal === 'number') {
      const tape = level.hot;
      if (tape !== undefined) {
        if (typeof b === 'number') return new Box(level, primal + b, tape.unary((a as Tracked).index, 1));
        if (Box.is(b) && b.level === level) {
          const q = b.primal;
          if (typeof q === 'number') {
            return new Box(level, primal + q, tape.binary((a as Tracked).index, 1, (b as Tracked).index, 1));
          }
        }
      } else if (level.dual) {
        const { tangent } = a as Dual;
        if (typeof b === 'number') return new Box(level, primal + b, tangent);
        if (Box.is(b) && b.level === level) {
          const q = b.primal;
          const u = (b as Dual).tangent;
          if (typeof q === 'number' && typeof tangent === 'number' && typeof u === 'number') {
            return new Box(level, primal + q, tangent + u);
          }
        }
      }
    }
  } else if (typeof a === 'number') {
    if (typeof b === 'number') return a + b;
    if (Box.is(b)) {
      const { level, primal } = b;
      if (typeof primal === 'number') {
        const tape = level.hot;
        if (tape !== undefined) return new Box(level, a + primal, tape.unary((b as Tracked).index, 1));
        if (level.dual) return new Box(level, a + primal, (b as Dual).tangent);
      }
    }
  } else if (typeof a === 'string' && typeof b === 'string') {
    return joined(a, b);
  }
  return addSlow(a, b);
}

export function sub(a: unknown, b: unknown): unknown {
  if (Box.is(a)) {
    const { level, primal } = a;
    if (typeof primal === 'number') {
      const tape = level.hot;
      if (tape !== undefined) {
        if (typeof b === 'number') return new Box(level, primal - b, tape.unary((a as Tracked).index, 1));
        if (Box.is(b) && b.level === level) {
          const q = b.primal;
          if (typeof q === 'number') {
            return new Box(level, primal - q, tape.binary((a as Tracked).index, 1, (b as Tracked).index, -1));
          }
        }
      } else if (level.dual) {
        const { tangent } = a as Dual;
        if (typeof b === 'number') return new Box(level, primal - b, tangent);
        if (Box.is(b) && b.level === level) {
          const q = b.primal;
          const u = (b as Dual).tangent;
          if (typeof q === 'number' && typeof tangent === 'number' && typeof u === 'number') {
            return new Box(level, primal - q, tangent - u);
          }
        }
      }
    }
  } else if (typeof a === 'number') {
    if (typeof b === 'number') return a - b;
    if (Box.is(b)) {
      const { level, primal } = b;
      if (typeof primal === 'number') {
        const tape = level.hot;
        if (tape !== undefined) return new Box(level, a - primal, tape.unary((b as Tracked).index, -1));
        if (level.dual) {
          const u = (b as Dual).tangent;
          if (typeof u === 'number') return new Box(level, a - primal, -1 * u);
        }
      }
    }
  }
  return arithmetic(binaryRules.sub, natively.sub, a, b);
}

export function mul(a: unknown, b: unknown): unknown {
  if (Box.is(a)) {
    const { level, primal } = a;
    if (typeof primal === 'number' && b !== 0) {
      const tape = level.hot;
      if (tape !== undefined) {
        if (typeof b === 'number') return new Box(level, primal * b, tape.unary((a as Tracked).index, b));
        if (Box.is(b) && b.level === level) {
          const q = b.primal;
          if (typeof q === 'number') {
            return new Box(level, primal * q, tape.binary((a as Tracked).index, q, (b as Tracked).index, primal));
          }
        }
      } else if (level.dual) {
        const { tangent } = a as Dual;
        if (typeof tangent === 'number') {
          if (typeof b === 'number') return new Box(level, primal * b, b * tangent);
          if (Box.is(b) && b.level === level) {
            const q = b.primal;
            const u = (b as Dual).tangent;
            if (typeof q === 'number' && typeof u === 'number') {
              return new Box(level, primal * q, q * tangent + primal * u);
            }
          }
        }
      }
    }
  } else if (typeof a === 'number') {
    if (typeof b === 'number') return a * b;
    if (Box.is(b)) {
      const { level, primal } = b;
      if (typeof primal === 'number' && a !== 0) {
        const tape = level.hot;
        if (tape !== undefined) return new Box(level, a * primal, tape.unary((b as Tracked).index, a));
        if (level.dual) {
          const u = (b as Dual).tangent;
          if (typeof u === 'number') return new Box(level, a * primal, a * u);
        }
      }
    }
  }
  return arithmetic(binaryRules.mul, natively.mul, a, b);
}

export function div(a: unknown, b: unknown): unknown {
  if (Box.is(a)) {
    const { level, primal } = a;
    if (typeof primal === 'number') {
      const tape = level.hot;
      if (tape !== undefined) {
        if (typeof b === 'number') return new Box(level, primal / b, tape.unary((a as Tracked).index, 1 / b));
        if (Box.is(b) && b.level === level) {
          const q = b.primal;
          if (typeof q === 'number') {
            const r = primal / q;
            return new Box(level, r, tape.binary((a as Tracked).index, 1 / q, (b as Tracked).index, -(r / q)));
          }
        }
      } else if (level.dual) {
        const { tangent } = a as Dual;
        if (typeof tangent === 'number') {
          if (typeof b === 'number') return new Box(level, primal / b, (1 / b) * tangent);
          if (Box.is(b) && b.level === level) {
            const q = b.primal;
            const u = (b as Dual).tangent;
            if (typeof q === 'number' && typeof u === 'number') {
              const r = primal / q;
              return new Box(level, r, (1 / q) * tangent + -(r / q) * u);
            }
          }
        }
      }
    }
  } else if (typeof a === 'number') {
    if (typeof b === 'number') return a / b;
    if (Box.is(b)) {
      const { level, primal } = b;
      if (typeof primal === 'number') {
        const tape = level.hot;
        const r = a / primal;
        if (tape !== undefined) return new Box(level, r, tape.unary((b as Tracked).index, -(r / primal)));
        if (level.dual) {
          const u = (b as Dual).tangent;
          if (typeof u === 'number') return new Box(level, r, -(r / primal) * u);
        }
      }
    }
  }
  return arithmetic(binaryRules.div, natively.div, a, b);
}

export function neg(a: unknown): unknown {
  if (typeof a === 'number') return -a;
  if (Box.is(a)) {
    const { level, primal } = a;
    const tape = level.hot;
    if (tape !== undefined && typeof primal === 'number') {
      return new Box(level, -primal, tape.unary((a as Tracked).index, -1));
    }
  }
  const x = toNumeric(a);
  return typeof x === 'bigint' ? -x : apply1(unaryRules.neg, x);
}

export function mod(a: unknown, b: unknown): unknown {
  return arithmetic(binaryRules.mod, natively.mod, a, b);
}

export function pow(a: unknown, b: unknown): unknown {
  return arithmetic(binaryRules.pow, natively.pow, a, b);
}

const natively = {
  add: (a: number, b: number) => a + b,
  sub: (a: number, b: number) => a - b,
  mul: (a: number, b: number) => a * b,
  div: (a: number, b: number) => a / b,
  mod: (a: number, b: number) => a % b,
  pow: (a: number, b: number) => a ** b,
  bitand: (a: number, b: number) => a & b,
  bitor: (a: number, b: number) => a | b,
  bitxor: (a: number, b: number) => a ^ b,
  shl: (a: number, b: number) => a << b,
  shr: (a: number, b: number) => a >> b,
  ushr: (a: number, b: number) => a >>> b,
  lt: (a: number, b: number) => a < b,
  le: (a: number, b: number) => a <= b,
  gt: (a: number, b: number) => a > b,
  ge: (a: number, b: number) => a >= b,
};

function native(operator: Native, a: unknown, b: unknown): unknown {
  return operator(primalOf(a) as never, primalOf(b) as never);
}

function arithmetic(rule: BinaryRule, operator: Native, a: unknown, b: unknown): unknown {
  const x = toNumeric(a);
  const y = toNumeric(b);
  // With a BigInt on either side the language computes, or says what is wrong with the mixture.
  if (typeof x === 'bigint' || typeof y === 'bigint') return native(operator, x, y);
  return apply2(rule, x, y);
}

function addSlow(a: unknown, b: unknown): unknown {
  const x = toPrimitive(a, 'default');
  const y = toPrimitive(b, 'default');
  if (typeof x === 'string' && typeof y !== 'symbol') return joined(x, isBox(y) ? write(x, y) : String(y));
  if (typeof y === 'string' && typeof x !== 'symbol') return joined(isBox(x) ? write(y, x) : String(x), y);
  if (!isBox(x) && !isBox(y)) return native(natively.add, x, y);
  return arithmetic(binaryRules.add, natively.add, x, y);
}

/** A tracked number beside a text: where digits may touch, it is remembered as it is. */
function write(beside: string, v: Box): string {
  return /^[\d.e+-]|[\d.e+-]$/.test(beside) ? writeNumber(v) : writePart(v);
}

/** ToNumber: the derivative passes. */
export function plus(a: unknown): unknown {
  return toNumber(a);
}

/** ToNumeric, which is what `x++` has for its value. */
export function num(a: unknown): unknown {
  return toNumeric(a);
}

export function inc(a: unknown): unknown {
  const x = toNumeric(a);
  return typeof x === 'bigint' ? x + 1n : add(x, 1);
}

export function dec(a: unknown): unknown {
  const x = toNumeric(a);
  return typeof x === 'bigint' ? x - 1n : sub(x, 1);
}

// Bit operators: piecewise constant

function bitwise(operator: Native, a: unknown, b: unknown): unknown {
  const x = toNumeric(a);
  const y = toNumeric(b);
  if (isBox(x) || isBox(y)) noteInactive('a bit operator');
  return native(operator, x, y);
}

export function bitand(a: unknown, b: unknown): unknown {
  return bitwise(natively.bitand, a, b);
}

export function bitor(a: unknown, b: unknown): unknown {
  return bitwise(natively.bitor, a, b);
}

export function bitxor(a: unknown, b: unknown): unknown {
  return bitwise(natively.bitxor, a, b);
}

export function shl(a: unknown, b: unknown): unknown {
  return bitwise(natively.shl, a, b);
}

export function shr(a: unknown, b: unknown): unknown {
  return bitwise(natively.shr, a, b);
}

export function ushr(a: unknown, b: unknown): unknown {
  return bitwise(natively.ushr, a, b);
}

export function bitnot(a: unknown): unknown {
  const x = toNumeric(a);
  if (isBox(x)) {
    noteInactive('a bit operator');
    return ~numberOf(x);
  }
  return ~(x as number);
}

// Comparisons: by primals, and plain booleans always

function compare(operator: Native, a: unknown, b: unknown): boolean {
  const x = toPrimitive(a, 'number');
  const y = toPrimitive(b, 'number');
  return native(operator, x, y) as boolean;
}

export function lt(a: unknown, b: unknown): boolean {
  const x = Box.is(a) ? a.primal : a;
  const y = Box.is(b) ? b.primal : b;
  return typeof x === 'number' && typeof y === 'number' ? x < y : compare(natively.lt, a, b);
}

export function le(a: unknown, b: unknown): boolean {
  const x = Box.is(a) ? a.primal : a;
  const y = Box.is(b) ? b.primal : b;
  return typeof x === 'number' && typeof y === 'number' ? x <= y : compare(natively.le, a, b);
}

export function gt(a: unknown, b: unknown): boolean {
  const x = Box.is(a) ? a.primal : a;
  const y = Box.is(b) ? b.primal : b;
  return typeof x === 'number' && typeof y === 'number' ? x > y : compare(natively.gt, a, b);
}

export function ge(a: unknown, b: unknown): boolean {
  const x = Box.is(a) ? a.primal : a;
  const y = Box.is(b) ? b.primal : b;
  return typeof x === 'number' && typeof y === 'number' ? x >= y : compare(natively.ge, a, b);
}

/** What identity is compared by: a box's primal, a stand-in's original, anything else itself. */
export function key(v: unknown): unknown {
  if (typeof v === 'object') {
    if (v === null) return null;
    return isBox(v) ? numberOf(v) : hooks.identityOf(v);
  }
  return typeof v === 'function' ? hooks.identityOf(v) : v;
}

/** `===` */
export function seq(a: unknown, b: unknown): boolean {
  return key(a) === key(b);
}

/** `!==` */
export function sne(a: unknown, b: unknown): boolean {
  return key(a) !== key(b);
}

/** `==` */
export function eq(a: unknown, b: unknown): boolean {
  // biome-ignore-start lint/suspicious/noDoubleEquals: this is that operator
  if (a === null || a === undefined || b === null || b === undefined) return a == b;
  const objectA = isProperObject(a);
  const objectB = isProperObject(b);
  if (objectA && objectB) return key(a) === key(b);
  const x = objectA ? toPrimitive(a, 'default') : a;
  const y = objectB ? toPrimitive(b, 'default') : b;
  return primalOf(x) == primalOf(y);
  // biome-ignore-end lint/suspicious/noDoubleEquals: end
}

/** `!=` */
export function ne(a: unknown, b: unknown): boolean {
  return !eq(a, b);
}

/** SameValue, as Object.is has it. */
export function sameValue(a: unknown, b: unknown): boolean {
  return Object.is(key(a), key(b));
}

/** SameValueZero, as Map keys and `includes` have it. */
export function sameValueZero(a: unknown, b: unknown): boolean {
  const x = key(a);
  const y = key(b);
  return x === y || (x !== x && y !== y);
}

// Conditions, typeof, strings

export function truthy(v: unknown): boolean {
  return isBox(v) ? Boolean(numberOf(v)) : Boolean(v);
}

export function not(v: unknown): boolean {
  return !truthy(v);
}

export function typeOf(v: unknown): string {
  return isBox(v) ? 'number' : typeof v;
}

/** ToString, as template literals do it; the whole template is then handed to `text`. */
export function str(v: unknown): string {
  return toString(v);
}

export { typeOf as typeof };

export const operators = {
  add,
  sub,
  mul,
  div,
  mod,
  pow,
  neg,
  plus,
  inc,
  dec,
  num,
  bitand,
  bitor,
  bitxor,
  shl,
  shr,
  ushr,
  bitnot,
  lt,
  gt,
  le,
  ge,
  eq,
  ne,
  seq,
  sne,
  not,
  truthy,
  typeof: typeOf,
  str,
  text: made,
  whole: toWholeString,
  key,
};
