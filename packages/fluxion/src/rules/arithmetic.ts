/**
 * The rules of the operators `+ - * / % **` and unary `-`.
 * Invariant: a partial derivative is finite wherever the true one is, except where the operation itself overflows.
 */
import { type BinaryRule, one, type UnaryRule, where } from './rule.ts';

const anywhere = [-3, 3] as const;

export const add: BinaryRule = {
  name: 'add',
  arity: 2,
  kind: 'smooth',
  value: (x, y) => x + y,
  partials: [one, one],
  domain: [anywhere, anywhere],
  samples: [
    [1, 2],
    [-1e8, 3],
  ],
};

export const sub: BinaryRule = {
  name: 'sub',
  arity: 2,
  kind: 'smooth',
  value: (x, y) => x - y,
  partials: [one, (o) => o.constant(-1)],
  domain: [anywhere, anywhere],
  samples: [
    [1, 2],
    [3, 3],
  ],
};

export const mul: BinaryRule = {
  name: 'mul',
  arity: 2,
  kind: 'smooth',
  value: (x, y) => x * y,
  partials: [(_o, _x, y) => y, (_o, x) => x],
  idle: [(y) => y === 0, (x) => x === 0],
  domain: [anywhere, anywhere],
  samples: [
    [2, 5],
    [0, 3],
    [0, 0],
    [-4, 0.25],
  ],
};

export const div: BinaryRule = {
  name: 'div',
  arity: 2,
  kind: 'smooth',
  value: (x, y) => x / y,
  partials: [(o, _x, y) => o.div(o.constant(1), y), (o, _x, y, result) => o.neg(o.div(result, y))],
  domain: [anywhere, [0.5, 3]],
  samples: [
    [1, 3],
    [0, -2],
    [5, -0.75],
  ],
};

/** `x % y` is x - y·q with q = trunc(x / y); q is taken from the exact remainder, since x / y may round up to an integer. */
export const mod: BinaryRule = {
  name: 'mod',
  arity: 2,
  kind: 'kinked',
  convention:
    'x % y has the derivatives 1 and -trunc(x / y), also where x is a multiple of y (the derivative on the side away from 0).',
  value: (x, y) => x % y,
  partials: [
    (o, _x, _y, result) => where(o, o.eq(result, result), o.constant(1)),
    (o, x, y, result) => o.sub(o.constant(0), o.round(o.div(o.sub(x, result), y))),
  ],
  edges: [
    { at: [6, 3], partials: [1, -2] },
    { at: [0, 3], partials: [1, 0] },
    { at: [-6, 3], partials: [1, 2] },
    { at: [5, Number.POSITIVE_INFINITY], partials: [1, 0] },
  ],
  domain: [
    [3.1, 3.9],
    [0.9, 1],
  ],
  samples: [
    [5.3, 2],
    [-5.3, 2],
    [5.3, -2],
    [-0.5, 4],
    [0.7, 0.1999],
  ],
};

/**
 * `x ** y`. The derivative by x is y·x^(y-1), and zero where x and y both are (x ** 0 is 1 for all x); so x ** n has all its
 * derivatives at 0. The derivative by y is x^y·log x, and zero where the power is. At x = 0 both are written so that the mixed
 * derivative is the limit from the right, whichever is taken first.
 */
export const pow: BinaryRule = {
  name: 'pow',
  arity: 2,
  kind: 'kinked',
  convention:
    'x ** y has the derivative 0 by x at x = y = 0. By y it is 0 where x is 0 and y > 0, -Infinity at 0 ** 0, and NaN for x < 0, where it is asked for only if y depends on the input.',
  value: (x, y) => x ** y,
  partials: [
    (o, x, y) => {
      const nil = o.constant(0);
      const one = o.constant(1);
      const lower = o.pow(x, o.sub(y, one));
      const root = o.and(o.eq(x, nil), o.and(o.lt(nil, y), o.lt(y, one)));
      return o.select(
        o.and(o.eq(y, nil), o.eq(x, nil)),
        o.sqrt(y),
        // Infinite in any case; with the factor its derivative by y would be ∞ - ∞.
        o.select(root, lower, o.mul(y, lower)),
      );
    },
    (o, x, y, result) => {
      const nil = o.constant(0);
      // At x = 0 the limit from the right, whose derivatives by x are those of -x^(k - 1/2): zero below order k, then -∞.
      const limit = o.neg(o.pow(x, o.sub(o.ceil(y), o.constant(0.5))));
      return o.select(
        o.and(o.eq(result, nil), o.le(nil, x)),
        o.select(o.and(o.eq(x, nil), o.lt(nil, y)), o.add(nil, limit), nil),
        o.mul(result, o.log(x)),
      );
    },
  ],
  edges: [
    { at: [0, 0], partials: [0, Number.NEGATIVE_INFINITY] },
    { at: [0, 1], partials: [1, 0] },
    { at: [0, 2], partials: [0, 0] },
    { at: [0, 0.5], partials: [Number.POSITIVE_INFINITY, 0] },
    { at: [-2, 3], partials: [12, Number.NaN] },
  ],
  idle: [(y) => y === 0, undefined],
  domain: [
    [0.2, 3],
    [-3, 3],
  ],
  samples: [
    [2, 3],
    [1.5, -2.5],
    [3, 0],
    [0.1, 0.5],
  ],
};

export const neg: UnaryRule = {
  name: 'neg',
  arity: 1,
  kind: 'smooth',
  value: (x) => -x,
  partials: [(o) => o.constant(-1)],
  domain: [anywhere],
  samples: [[0], [2.5]],
};
