/**
 * The rules of the elementary functions of one variable.
 * Invariant: outside its domain a function's derivative is NaN, as its value is; near the edges and far out the formulas keep
 * full precision (1 - x² as (1 - x)(1 + x), no square that overflows before the result does).
 */
import { type Arithmetic, type UnaryPartial, type UnaryRule, where } from './rule.ts';

type Interval = readonly [from: number, to: number];

function smooth(
  name: UnaryRule['name'],
  value: (x: number) => number,
  partial: UnaryPartial,
  domain: Interval,
  samples: readonly number[],
): UnaryRule {
  return {
    name,
    arity: 1,
    kind: 'smooth',
    value,
    partials: [partial],
    domain: [domain],
    samples: samples.map((x) => [x]),
  };
}

const inverse = <V, C>(o: Arithmetic<V, C>, v: V): V => o.div(o.constant(1), v);

/** 1 - x² without cancellation near ±1. */
const oneMinusSquare = <V, C>(o: Arithmetic<V, C>, x: V): V => o.mul(o.sub(o.constant(1), x), o.add(o.constant(1), x));

export const sin = smooth('sin', Math.sin, (o, x) => o.cos(x), [-4, 4], [0, 1, 100.5]);
export const cos = smooth('cos', Math.cos, (o, x) => o.neg(o.sin(x)), [-4, 4], [0, 1, 100.5]);
export const tan = smooth(
  'tan',
  Math.tan,
  (o, _x, result) => o.add(o.constant(1), o.mul(result, result)),
  [-1.2, 1.2],
  [0, 0.5, 2.5],
);

export const asin = smooth(
  'asin',
  Math.asin,
  (o, x) => inverse(o, o.sqrt(oneMinusSquare(o, x))),
  [-0.8, 0.8],
  [0, 0.3, -0.9],
);
export const acos = smooth(
  'acos',
  Math.acos,
  (o, x) => o.neg(inverse(o, o.sqrt(oneMinusSquare(o, x)))),
  [-0.8, 0.8],
  [0, 0.3, -0.9],
);
export const atan = smooth(
  'atan',
  Math.atan,
  (o, x) => inverse(o, o.add(o.constant(1), o.mul(x, x))),
  [-3, 3],
  [0, 0.5, -20],
);

export const sinh = smooth('sinh', Math.sinh, (o, x) => o.cosh(x), [-3, 3], [0, 1]);
export const cosh = smooth('cosh', Math.cosh, (o, x) => o.sinh(x), [-3, 3], [0, 1]);
export const tanh = smooth('tanh', Math.tanh, (o, _x, result) => oneMinusSquare(o, result), [-3, 3], [0, 0.25, -4]);
export const asinh = smooth(
  'asinh',
  Math.asinh,
  (o, x) => inverse(o, o.hypot(x, o.constant(1))),
  [-3, 3],
  [0, 0.5, -50],
);
export const acosh = smooth(
  'acosh',
  Math.acosh,
  // √(x - 1)·√(x + 1): exact near 1, and x² would overflow early.
  (o, x) => {
    const unit = o.constant(1);
    return inverse(o, o.mul(o.sqrt(o.sub(x, unit)), o.sqrt(o.add(x, unit))));
  },
  [1.2, 4],
  [1.5, 30],
);
export const atanh = smooth(
  'atanh',
  Math.atanh,
  (o, x, result) => where(o, o.eq(result, result), inverse(o, oneMinusSquare(o, x))),
  [-0.8, 0.8],
  [0, 0.5],
);

export const exp = smooth('exp', Math.exp, (_o, _x, result) => result, [-3, 3], [0, 1, -20]);
export const expm1 = smooth('expm1', Math.expm1, (o, _x, result) => o.add(result, o.constant(1)), [-3, 3], [0, 1e-3]);

const logarithm = <V, C>(o: Arithmetic<V, C>, x: V, derivative: V): V => where(o, o.le(o.constant(0), x), derivative);

export const log = smooth('log', Math.log, (o, x) => logarithm(o, x, inverse(o, x)), [0.2, 4], [1, 0.05, 1e6]);
export const log2 = smooth(
  'log2',
  Math.log2,
  (o, x) => logarithm(o, x, inverse(o, o.mul(x, o.constant(Math.LN2)))),
  [0.2, 4],
  [1, 8],
);
export const log10 = smooth(
  'log10',
  Math.log10,
  (o, x) => logarithm(o, x, inverse(o, o.mul(x, o.constant(Math.LN10)))),
  [0.2, 4],
  [1, 100],
);
export const log1p = smooth(
  'log1p',
  Math.log1p,
  (o, x) => {
    const next = o.add(x, o.constant(1));
    return logarithm(o, next, inverse(o, next));
  },
  [-0.8, 4],
  [0, 1e-3],
);

export const sqrt: UnaryRule = {
  ...smooth('sqrt', Math.sqrt, (o, _x, result) => o.div(o.constant(0.5), result), [0.2, 4], [1, 1e4]),
  kind: 'kinked',
  convention: 'The derivative of sqrt at 0 is Infinity (the limit from the right).',
  edges: [{ at: [0], partials: [Number.POSITIVE_INFINITY] }],
};
export const cbrt: UnaryRule = {
  ...smooth(
    'cbrt',
    Math.cbrt,
    (o, _x, result) => inverse(o, o.mul(o.constant(3), o.mul(result, result))),
    [0.2, 4],
    [1, -8],
  ),
  kind: 'kinked',
  convention: 'The derivative of cbrt at 0 is Infinity.',
  edges: [{ at: [0], partials: [Number.POSITIVE_INFINITY] }],
};
export const abs: UnaryRule = {
  ...smooth('abs', Math.abs, (o, x) => o.sign(x), [0.2, 4], [1, -2]),
  kind: 'kinked',
  convention: 'The derivative of abs at 0 is 0.',
  edges: [
    { at: [0], partials: [0] },
    { at: [-0], partials: [-0] },
  ],
};

/** Rounding to a narrower format moves the value by less than its precision: the derivative passes. */
const rounding = {
  kind: 'kinked',
  convention: 'Rounding to float32 or float16 (fround, f16round, storing in such an array) has the derivative 1.',
} as const;
const passing: UnaryPartial = (o) => o.constant(1);

export const fround: UnaryRule = { ...smooth('fround', Math.fround, passing, [-4, 4], []), ...rounding };

const f16 = (Math as { f16round?: (x: number) => number }).f16round;
export const f16round: UnaryRule = {
  ...smooth('f16round', (x) => (f16 === undefined ? Number.NaN : f16(x)), passing, [-4, 4], []),
  ...rounding,
};
