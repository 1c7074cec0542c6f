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

/** `Number.isX(v)`: false for what is no number. */
const ofNumbers =
  (test: Builtin): Builtin =>
  (act, args, node) => {
    const [v] = args;
    const isNumber = v?.kind === 'number' || (v?.kind === 'constant' && typeof v.value === 'number');
    if (!isNumber && v?.kind === 'maybe') return act.decline('it may be undefined', node);
    return isNumber ? test(act, args, node) : constantValue(false);
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
];
