/** `Number`, `Boolean`, `isNaN` and the like. */
import { numberValue, toNumber, truthy } from '../operators.ts';
import { constantValue } from '../values.ts';
import type { Builtin } from './table.ts';

const isNaNOf: Builtin = (act, args, node) => {
  const n = toNumber(act, args[0] ?? constantValue(undefined), node);
  if (n.kind === 'constant') return constantValue(Number.isNaN(n.value));
  const value = numberValue(act, n, node);
  return { kind: 'boolean', value: act.b.compare('ne', value, value) };
};

const isFiniteOf: Builtin = (act, args, node) => {
  const n = toNumber(act, args[0] ?? constantValue(undefined), node);
  if (n.kind === 'constant') return constantValue(Number.isFinite(n.value));
  const zero = act.b.math('sub', numberValue(act, n, node), numberValue(act, n, node));
  return { kind: 'boolean', value: act.b.compare('eq', zero, act.b.number(0)) };
};

const isIntegerOf: Builtin = (act, args, node) => {
  const n = toNumber(act, args[0] ?? constantValue(undefined), node);
  if (n.kind === 'constant') return constantValue(Number.isInteger(n.value));
  const value = numberValue(act, n, node);
  const rest = act.b.math('sub', value, act.b.math('trunc', value));
  return { kind: 'boolean', value: act.b.compare('eq', rest, act.b.number(0)) };
};

const isSafeIntegerOf: Builtin = (act, args, node) => {
  const whole = isIntegerOf(act, args, node);
  const n = toNumber(act, args[0], node);
  if (whole.kind !== 'boolean') return constantValue(n.kind === 'constant' && Number.isSafeInteger(n.value));
  const size = act.b.math('abs', numberValue(act, n, node));
  const safe = act.b.compare('le', size, act.b.number(Number.MAX_SAFE_INTEGER));
  return { kind: 'boolean', value: act.b.integer('and', whole.value, safe) };
};

/** `Number.isX(v)`: false for what is no number. */
const ofNumbers =
  (test: Builtin): Builtin =>
  (act, args, node) => {
    const [v] = args;
    if (v?.kind === 'maybe') {
      return act.branch(
        v.defined,
        () => test(act, [{ kind: 'number', value: v.value }], node),
        () => constantValue(false),
      );
    }
    if (v?.kind === 'union') return act.decline('it may be no number', node);
    const isNumber = v?.kind === 'number' || (v?.kind === 'constant' && typeof v.value === 'number');
    return isNumber ? test(act, args, node) : constantValue(false);
  };

/** Of a number: itself, as its text has all its digits; -0 becomes 0. */
const parseFloatOf: Builtin = (act, args, node) => {
  const [v = constantValue(undefined)] = args;
  if (v.kind === 'constant') return constantValue(Number.parseFloat(String(v.value)));
  if (v.kind !== 'number') return act.decline('reading a number from a text is not compiled', node);
  return { kind: 'number', value: act.b.math('add', v.value, act.b.number(0)) };
};

/** Of a number: what stands before the point of its text, which has no exponent between 1e-6 and 1e21. */
const parseIntOf: Builtin = (act, args, node) => {
  const { b } = act;
  const [v = constantValue(undefined), radix = constantValue(undefined)] = args;
  if (radix.kind !== 'constant') return act.decline('parseInt with a radix that is not known is not compiled', node);
  const base = radix.value === undefined ? undefined : Number(radix.value);
  if (v.kind === 'constant') return constantValue(Number.parseInt(String(v.value), base));
  if (v.kind !== 'number' || (base !== undefined && base !== 10 && base !== 0)) {
    return act.decline('reading a number from a text is not compiled', node);
  }
  if (v.int !== undefined) return v;
  const size = b.math('abs', v.value);
  const zero = b.compare('eq', v.value, b.number(0));
  const plain = b.integer('and', b.compare('ge', size, b.number(1e-6)), b.compare('lt', size, b.number(1e21)));
  const isNaN = b.compare('ne', v.value, v.value);
  act.guard(b.integer('or', isNaN, b.integer('or', zero, plain)), 'range', 'a text with an exponent is read', node);
  return { kind: 'number', value: b.select(zero, b.number(0), b.math('trunc', v.value)) };
};

export const numberFunctions: readonly (readonly [Function, Builtin])[] = [
  [Number, (act, args, node) => (args.length === 0 ? constantValue(0) : toNumber(act, args[0], node))],
  [
    Boolean,
    (act, args, node) => {
      const value = args.length === 0 ? false : truthy(act, args[0], node);
      return typeof value === 'boolean' ? constantValue(value) : { kind: 'boolean', value };
    },
  ],
  [isNaN, isNaNOf],
  [isFinite, isFiniteOf],
  [Number.isNaN, ofNumbers(isNaNOf)],
  [Number.isFinite, ofNumbers(isFiniteOf)],
  [Number.isInteger, ofNumbers(isIntegerOf)],
  [Number.isSafeInteger, ofNumbers(isSafeIntegerOf)],
  [Number.parseFloat, parseFloatOf],
  [Number.parseInt, parseIntOf],
];
