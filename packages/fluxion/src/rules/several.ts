/**
 * The rules of the functions of two and of any number of variables.
 * Invariant: at a tie or at the origin the partial derivatives are those of one definite choice, never NaN where a
 * subgradient exists.
 */
import { type Arithmetic, type BinaryRule, type VariadicRule, where } from './rule.ts';

/**
 * atan2(y, x): x/(x² + y²) and -y/(x² + y²), in terms of the smaller of y/x and x/y, so that no square overflows or underflows.
 */
export const atan2: BinaryRule = {
  name: 'atan2',
  arity: 2,
  kind: 'kinked',
  convention:
    'atan2 has no derivative at the origin: it is NaN there. On the cut (y = 0, x < 0) it is that of the neighbouring branch.',
  value: Math.atan2,
  partials: [
    (o, y, x) =>
      steep(
        o,
        y,
        x,
        (_t, scale) => o.div(o.constant(1), scale),
        (t, scale) => o.div(t, scale),
      ),
    (o, y, x) =>
      steep(
        o,
        y,
        x,
        (t, scale) => o.neg(o.div(t, scale)),
        (_t, scale) => o.neg(o.div(o.constant(1), scale)),
      ),
  ],
  edges: [
    { at: [0, -1], partials: [-1, -0] },
    { at: [0, 0], partials: [Number.NaN, Number.NaN] },
  ],
  domain: [
    [0.2, 3],
    [-3, 3],
  ],
  samples: [
    [1, 0],
    [-1, 2],
    [2, -1],
    [-2, -0.5],
    [1e-3, 4],
  ],
};

function steep<V, C>(o: Arithmetic<V, C>, y: V, x: V, flat: (t: V, scale: V) => V, upright: (t: V, scale: V) => V): V {
  const unit = o.constant(1);
  const t = o.div(y, x);
  const u = o.div(x, y);
  return o.select(
    o.le(o.abs(y), o.abs(x)),
    flat(t, o.mul(x, o.add(unit, o.mul(t, t)))),
    upright(u, o.mul(y, o.add(unit, o.mul(u, u)))),
  );
}

/** The first argument that equals the result has the whole derivative. */
function firstEqual<V, C>(o: Arithmetic<V, C>, xs: readonly V[], result: V): V[] {
  const unit = o.constant(1);
  const nil = o.constant(0);
  const known = o.eq(result, result);
  let free: C | undefined;
  return xs.map((x, n) => {
    // If it is none of the others it is the last, or NaN.
    if (n === xs.length - 1)
      return free === undefined ? where(o, known, unit) : o.select(free, where(o, known, unit), nil);
    const hit = o.eq(x, result);
    const mine = free === undefined ? hit : o.and(free, hit);
    free = free === undefined ? o.not(hit) : o.and(free, o.not(hit));
    return where(o, known, o.select(mine, unit, nil));
  });
}

const tie = 'Where arguments of max or min tie, the first of them has the derivative 1 and the others 0.';

export const max: VariadicRule = {
  name: 'max',
  arity: 'any',
  kind: 'kinked',
  convention: tie,
  value: Math.max,
  partials: firstEqual,
  chooses: true,
  edges: [
    { at: [2, 2], partials: [1, 0] },
    { at: [0, -0], partials: [1, 0] },
    { at: [1, 3, 3], partials: [0, 1, 0] },
  ],
  domain: [
    [-3, 0],
    [0.1, 3],
  ],
  samples: [[4], [3, 2], [1, 5, 2, -1]],
};

export const min: VariadicRule = {
  name: 'min',
  arity: 'any',
  kind: 'kinked',
  convention: tie,
  value: Math.min,
  partials: firstEqual,
  chooses: true,
  edges: [
    { at: [2, 2], partials: [1, 0] },
    { at: [1, 1, 3], partials: [1, 0, 0] },
  ],
  domain: [
    [-3, 0],
    [0.1, 3],
  ],
  samples: [[4], [3, 2], [1, 5, 2, -1]],
};

export const hypot: VariadicRule = {
  name: 'hypot',
  arity: 'any',
  kind: 'kinked',
  convention: 'The derivative of hypot at the origin is 0.',
  value: Math.hypot,
  partials: (o, xs, result) => {
    const nil = o.constant(0);
    const origin = o.eq(result, nil);
    return xs.map((x) => o.select(origin, nil, o.div(x, result)));
  },
  edges: [
    { at: [0, 0], partials: [0, 0] },
    { at: [0], partials: [0] },
  ],
  domain: [
    [0.2, 3],
    [-3, 3],
  ],
  samples: [[-2], [3, 4], [1, -2, 2], [0, 1]],
};

type SumPrecise = (xs: Iterable<number>) => number;
const precise = (Math as { sumPrecise?: SumPrecise }).sumPrecise;

export const sumPrecise: VariadicRule = {
  name: 'sumPrecise',
  arity: 'any',
  kind: 'smooth',
  value: (...xs) => (precise === undefined ? xs.reduce((a, b) => a + b, -0) : precise(xs)),
  partials: (o, xs) => xs.map(() => o.constant(1)),
  domain: [
    [-3, 3],
    [-3, 3],
  ],
  samples: [[1], [1e8, 1, -1e8]],
};
