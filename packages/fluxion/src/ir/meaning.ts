/**
 * What comparisons, integer operations and conversions give on known operands: for whoever runs the IR, and whoever folds it.
 * Invariant: the same as compiled code gives, bit for bit.
 */
import type { ConversionName, IntegerName, Test } from './ops.ts';
import { nullRef } from './types.ts';

export function holds(test: Test, a: number, b: number, unsigned = false): boolean {
  const [x, y] = unsigned ? [a >>> 0, b >>> 0] : [a, b];
  switch (test) {
    case 'eq':
      return x === y;
    case 'ne':
      return x !== y;
    case 'lt':
      return x < y;
    case 'le':
      return x <= y;
    case 'gt':
      return x > y;
    case 'ge':
      return x >= y;
  }
}

export const integerOf: Readonly<Record<IntegerName, (a: number, b: number) => number>> = {
  add: (a, b) => (a + b) | 0,
  sub: (a, b) => (a - b) | 0,
  mul: Math.imul,
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, b) => a << b,
  shr: (a, b) => a >> b,
  shru: (a, b) => (a >>> b) | 0,
  clz: (a) => Math.clz32(a),
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
};

export const conversionOf: Readonly<Record<ConversionName, (x: number) => number>> = {
  toNumber: (x) => x,
  toNumberUnsigned: (x) => x >>> 0,
  toInt32: (x) => x | 0,
  toIndex: (x) => (x >= 0 && x < 2 ** 31 && Number.isInteger(x) ? x | 0 : -1),
  booleanToInt: (x) => x,
  isNonzero: (x) => (x !== 0 ? 1 : 0),
  isNull: (x) => (x === nullRef ? 1 : 0),
};
