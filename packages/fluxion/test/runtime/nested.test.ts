/** Derivatives inside a differentiated function: compiled code gives what the dynamic tier gives, in both modes, call after call. */
import { describe, expect, test } from 'vitest';
import {
  derivative,
  grad,
  hessian,
  hvp,
  jacobian,
  jvp,
  stopGradient,
  type Tier,
  valueAndGrad,
  vjp,
} from '../../src/index.ts';

class Point {
  x: number;
  y: number;
  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
  norm() {
    return Math.sqrt(this.x ** 2 + this.y ** 2);
  }
  scale(k: number) {
    return new Point(this.x * k, this.y * k);
  }
}

const outside = grad((p: Point, k: number) => p.norm() * k);
const third = derivative(derivative(derivative((x: number) => x ** 5)));

type Program = (x: never) => number;

/** A direction of its own for each number. */
function directionFor(value: unknown, next = { n: 0 }): unknown {
  if (typeof value === 'number') return Math.cos(1 + next.n++);
  if (value instanceof Float64Array) return value.map(() => Math.cos(1 + next.n++));
  if (Array.isArray(value)) return value.map((v) => directionFor(v, next));
  return Object.fromEntries(Object.entries(value as object).map(([k, v]) => [k, directionFor(v, next)]));
}

function outcomes(f: Program, x: unknown, tier: Tier): unknown[] {
  const both = valueAndGrad(f as never, { tier }) as unknown as (x: unknown) => unknown;
  const along = jvp(f as never, [x] as never, [directionFor(x)] as never, { tier });
  const { value, pullback } = (vjp.with({ tier }) as (f: Program, x: unknown) => never)(f, x) as {
    value: number;
    pullback(seed: number): unknown;
  };
  return [both(x), both(x), along, value, pullback(1), pullback(2)];
}

function numbersOf(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (value instanceof Float64Array) return [...value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersOf) : [];
}

function same(f: Program, x: unknown): void {
  const meant = numbersOf(outcomes(f, x, 'dynamic'));
  const got = numbersOf(outcomes(f, x, 'compiled'));
  expect(got.length).toBe(meant.length);
  got.forEach((v, i) => {
    expect(Math.abs(v - meant[i]), `number ${i}: ${v}, not ${meant[i]}`).toBeLessThan(
      1e-10 * Math.max(1, Math.abs(meant[i])),
    );
  });
}

const programs: readonly [string, Program, unknown][] = [
  [
    'captured array',
    (x: number[]) => {
      const h = (y: number[]) => y[0] * x[0] + y[1] ** 2 * x[1];
      const g = grad(h)([x[1], x[0]]);
      return g[0] * g[1];
    },
    [1.5, 2.5],
  ],
  [
    'same array captured',
    (x: number[]) => {
      const h = (y: number[]) => y[0] * x[0] + y[1] ** 2 * x[1];
      const g = grad(h)(x);
      return g[0] * g[1];
    },
    [1.5, 2.5],
  ],
  [
    'float64',
    (x: Float64Array) => {
      const h = (y: Float64Array) => {
        let s = 0;
        for (let i = 0; i < y.length; i++) s += Math.sin(y[i]) * y[i] * x[0];
        return s;
      };
      const g = grad(h)(x);
      let s = 0;
      for (const v of g) s += v * v;
      return s;
    },
    Float64Array.of(1.5, 2.5, 0.3),
  ],
  [
    'float64 sub',
    (x: Float64Array) => {
      const h = (y: Float64Array) => {
        let s = 0;
        for (let i = 0; i < y.length; i++) s += Math.sin(y[i]) * y[i] * x[0];
        return s;
      };
      const g = grad(h)(x.subarray(1));
      let s = 0;
      for (const v of g) s += v * v;
      return s;
    },
    Float64Array.of(1.5, 2.5, 0.3),
  ],
  [
    'object',
    (p: { a: number; b: number }) => {
      const h = (q: { a: number; b: number }) => q.a * q.b * p.a;
      const g = grad(h)(p);
      return g.a * p.b + g.b;
    },
    { a: 1.2, b: 3 },
  ],
  [
    'object with text',
    (x: number) => {
      const h = (q: { a: number; name: string; on: boolean }) => (q.on ? q.a ** 3 : 0);
      const g = grad(h)({ a: x, name: 'k', on: true });
      return g.a * x;
    },
    1.2,
  ],
  [
    'class',
    (x: number) => {
      const h = (q: Point) => q.norm() * x;
      const g = grad(h)(new Point(x, 2));
      return (g as unknown as Point).norm() + (g as unknown as Point).scale(2).x;
    },
    1.2,
  ],
  [
    'matrix',
    (x: number[][]) => {
      const h = (m: number[][]) => {
        let s = 0;
        for (const r of m) for (const v of r) s += v ** 3;
        return s;
      };
      const g = grad(h)(x);
      return g[0][0] * g[1][1] + g[0][1];
    },
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    'points',
    (x: number) => {
      const ps = [
        { x, y: 1 },
        { x: 2, y: x * x },
      ];
      const e = (q: { x: number; y: number }[]) => {
        let s = 0;
        for (const p of q) s += p.x * p.y * x;
        return s;
      };
      const g = grad(e)(ps);
      return g[0].x + g[1].y * g[0].y;
    },
    1.3,
  ],
  [
    'params',
    (x: number) => {
      const e = (p: { w: number[]; b: number }) => {
        let s = p.b;
        for (const w of p.w) s += w * w * x;
        return s * s;
      };
      const { value, grad: g } = valueAndGrad(e)({ w: [1, x], b: x });
      return value + g.b * g.w[1];
    },
    1.3,
  ],
  ['wrt 1', (x: number) => grad((a: number, b: number) => a * b ** 3, { wrt: 1 })(x, x), 1.3],
  [
    'wrt list',
    (x: number) => {
      const [a, b] = grad((a: number, b: number[]) => a * b[0] ** 3, { wrt: [0, 1] })(x, [x, 1]) as [number, number[]];
      return a * b[0];
    },
    1.3,
  ],
  [
    'aux',
    (x: number) => {
      const { value, grad: g, aux } = valueAndGrad((a: number) => [a * a * x, a + x] as const, { hasAux: true })(x);
      return value * g * (aux as number);
    },
    1.3,
  ],
  [
    'aux object',
    (x: number) => {
      const {
        value,
        grad: g,
        aux,
      } = valueAndGrad((a: number) => [a * a * x, { k: [a, x] }] as const, { hasAux: true })(x);
      return value * g * (aux as any).k[0];
    },
    1.3,
  ],
  [
    'derivative vector',
    (x: number) => {
      const d = derivative((t: number) => [t * t, t * x])(x);
      return d[0] * d[1];
    },
    1.3,
  ],
  [
    'jvp',
    (x: number) => {
      const { value, tangent } = jvp((a: number[], b: number) => [a[0] * b, a[1] * x], [[x, 2], x], [[1, x], 0.5]);
      return value[0] + tangent[0] * tangent[1];
    },
    1.3,
  ],
  [
    'jvp partial',
    (x: number) => {
      const { value, tangent } = jvp((a: number[], b: number) => [a[0] * b, a[1] * x], [[x, 2], x], [[1, x]]);
      return value[0] + tangent[0] * tangent[1];
    },
    1.3,
  ],
  [
    'vjp',
    (x: number) => {
      const { value, pullback } = vjp((a: number, b: number) => [a * b * x, a ** 2], x, 2);
      const [p, q] = pullback([1, x]);
      const [r] = pullback([x, 0]);
      return value[0] * p + q * r;
    },
    1.3,
  ],
  [
    'vjp of gradients, pulled twice',
    (x: number[]) => {
      const f = (y: number[]) => {
        const g = grad((z: number[]) => z[0] ** 2 * z[1] * y[0] + x[1] * z[1])(y);
        return [g[0] * y[1], g[1]];
      };
      const { value, pullback } = vjp(f, x);
      const [p] = pullback([1, x[0]]);
      const [q] = pullback([x[1], 2]);
      const [r] = pullback([1, x[0]]);
      return value[0] * p[0] * q[1] + r[1] * p[1];
    },
    [1.3, 2],
  ],
  [
    'vjp number',
    (x: number) => {
      const { value, pullback } = vjp((a: number[]) => a[0] * a[1] * x, [x, 2]);
      const [p] = pullback(x);
      const [q] = pullback(2);
      return value * p[0] + q[1];
    },
    1.3,
  ],
  [
    'vjp identity',
    (x: number[]) => {
      const { value, pullback } = vjp((a: number[]) => a, x);
      value[0] = 3;
      const [p] = pullback([x[1], 2]);
      const [q] = pullback([1, x[0]]);
      return value[0] * p[0] + q[1];
    },
    [1.3, 2],
  ],
  [
    'vjp interleaved',
    (x: number) => {
      const make = (k: number) => vjp((a: number[]) => [a[0] * a[0] * k, a[1] * x], [x, k]);
      const a = make(2);
      const b = make(x);
      const [p] = a.pullback([1, 1]);
      const [q] = b.pullback([x, 1]);
      const [r] = a.pullback([x, x]);
      return p[0] * q[0] + r[1] * r[0];
    },
    1.3,
  ],
  [
    'vjp later write',
    (x: number[]) => {
      const data = [x[0], 2];
      const { pullback } = vjp((a: number) => a * data[0] * data[1], x[1]);
      data[0] = 100;
      const [p] = pullback(x[0]);
      return p;
    },
    [1.3, 2],
  ],
  [
    'hvp',
    (x: number[]) => {
      const p = hvp((v: number[]) => v[0] ** 2 * v[1] * x[0])(x, [1, x[1]]);
      return p[0] + p[1];
    },
    [1.3, 2],
  ],
  [
    'hessian',
    (x: number[]) => {
      const p = hessian((v: number[]) => v[0] ** 2 * v[1] * x[0])(x);
      return p[0][0] + p[1][0] * p[0][1];
    },
    [1.3, 2],
  ],
  ['hessian number', (x: number) => hessian((v: number) => v ** 4 * x)(x), 1.3],
  [
    'jacobian',
    (x: number[]) => {
      const p = jacobian((v: number[]) => [v[0] ** 2 * v[1] * x[0], v[1]])(x);
      return p[0][0] + p[1][0] * p[0][1] + p[1][1];
    },
    [1.3, 2],
  ],
  [
    'jacobian number',
    (x: number) => {
      const p = jacobian((v: number) => [v ** 2, v * x])(x);
      return p[0] * p[1];
    },
    1.3,
  ],
  [
    'captured variable',
    (x: number) => {
      let z = 0;
      const inner = derivative((y: number) => {
        z = x * y;
        return z * y;
      })(2);
      return inner + z;
    },
    3,
  ],
  [
    'captured variable twice',
    (x: number) => {
      let z = x;
      let s = 0;
      for (let i = 0; i < 3; i++) {
        s +=
          derivative((y: number) => {
            const before = z;
            z = before * 0.5 + x * y;
            return z * y * before;
          })(2 + i) + z;
      }
      return s;
    },
    3,
  ],
  [
    'captured variable twice r',
    (x: number) => {
      let z = x;
      let s = 0;
      for (let i = 0; i < 3; i++) {
        s +=
          grad((y: number) => {
            const before = z;
            z = before * 0.5 + x * y;
            return z * y * before;
          })(2 + i) + z;
      }
      return s;
    },
    3,
  ],
  [
    'arg mutated',
    (x: number[]) => {
      const g = grad((y: number[]) => {
        y[0] *= y[1];
        return y[0] * y[0];
      })(x);
      return g[0] * g[1] + x[0];
    },
    [1.3, 2],
  ],
  [
    'gd',
    (rate: number) => {
      const loss = (w: number) => (w - 3) ** 2;
      let w = 0;
      for (let k = 0; k < 3; k++) w -= rate * grad(loss)(w);
      return loss(w);
    },
    0.1,
  ],
  [
    'gd vec',
    (rate: number) => {
      const loss = (w: number[]) => (w[0] - 3) ** 2 + w[1] ** 4;
      let w = [1, 2];
      for (let k = 0; k < 3; k++) {
        const g = grad(loss)(w);
        w = w.map((v, i) => v - rate * g[i]);
      }
      return loss(w);
    },
    0.1,
  ],
  [
    'newton',
    (a: number) => {
      let x = 1;
      const g = (v: number) => v ** 3 - a;
      for (let k = 0; k < 30; k++) x -= g(x) / derivative(g)(x);
      return x;
    },
    8,
  ],
  [
    'newton grad',
    (a: number) => {
      let x = 1;
      const g = (v: number) => v ** 3 - a;
      const dg = grad(g);
      for (let k = 0; k < 30; k++) x -= g(x) / dg(x);
      return x;
    },
    8,
  ],
  [
    'stopGradient',
    (x: number) => {
      const g = grad((y: number) => y * stopGradient(y * x) * x)(x);
      return g * x;
    },
    1.3,
  ],
  ['math', (x: number) => derivative(Math.sin)(x) * x, 1.3],
  ['outside', (x: number) => outside(new Point(x, 1), x).x, 1.3],
  ['third outside', (x: number) => third(x) * x, 1.3],
  [
    'recursion',
    (x: number) => {
      const go = (n: number, v: number): number => (n === 0 ? v : go(n - 1, grad((y: number) => y ** 3 * x)(v) * 0.3));
      return go(4, x);
    },
    0.9,
  ],
  [
    'map',
    (x: number[]) => {
      const g = x.map((v) => derivative((y: number) => y ** 3 * x[0])(v));
      return g[0] * g[1];
    },
    [1.1, 0.7],
  ],
  [
    'map direct',
    (x: number[]) => {
      const g = x.map(derivative((y: number) => y ** 3 * x[0]));
      return g[0] * g[1];
    },
    [1.1, 0.7],
  ],
  [
    'method',
    (x: number) => {
      const o = { f: (y: number) => y * y * x };
      return grad(o.f)(x);
    },
    1.1,
  ],
  [
    'rr in inner',
    (x: number[]) => {
      const f = (y: number[]) => {
        const g = grad((z: number[]) => z[0] ** 2 * z[1] * y[0])(y);
        return g[0] * g[1];
      };
      const h = grad(f)(x);
      return h[0] * h[1];
    },
    [1.1, 0.7],
  ],
  [
    'fr in inner loop',
    (x: number[]) => {
      let s = 0;
      const f = (y: number[]) => {
        const g = jvp((z: number[]) => z[0] ** 2 * z[1] * y[0] * x[1], [y], [[1, 2]]).tangent;
        return g * y[1];
      };
      for (let i = 0; i < 3; i++) {
        const h = grad(f)([x[0] + i, x[1]]);
        s += h[0] * h[1];
      }
      return s;
    },
    [1.1, 0.7],
  ],
  [
    'results escape',
    (x: number[]) => {
      let v = x;
      for (let i = 0; i < 3; i++) {
        const w = v;
        const r = jvp((y: number[]) => [y[0] * w[1], y[1] * w[0] * 0.5], [v], [[1, 0.5]]);
        v = [r.value[0] + r.tangent[1], r.value[1]];
      }
      return v[0] * v[1];
    },
    [1.1, 0.7],
  ],
  [
    'results escape 2',
    (x: number[]) => {
      let v = x;
      let s = 0;
      for (let i = 0; i < 3; i++) {
        const w = v;
        const r = jvp((y: number[]) => [y[0] * w[1], y[1] * w[0] * 0.5], [v], [[1, 0.5]]);
        v = r.value;
        s += r.tangent[0];
      }
      return v[0] * v[1] + s;
    },
    [1.1, 0.7],
  ],
  [
    'results captured',
    (x: number[]) => {
      let v = x;
      let s = 0;
      for (let i = 0; i < 3; i++) {
        const w = v;
        const r = jvp((y: number) => [y * w[1], y * w[0] * 0.5], [x[0] + i], [1]);
        v = r.value;
        s += r.tangent[0];
      }
      return v[0] * v[1] + s;
    },
    [1.1, 0.7],
  ],
  [
    'perturb',
    (x: number) =>
      derivative((y: number) => {
        const g = (z: number) => derivative((w: number) => w * y * z)(x);
        return g(y);
      })(x),
    1.3,
  ],
  [
    'list of functions',
    (x: number) => {
      const fs = [(y: number) => y * x, (y: number) => y * y];
      let s = 0;
      for (const f of fs) s += derivative(f)(x);
      return s;
    },
    1.3,
  ],
];

describe('derivatives inside', () => {
  test.each(programs)('%s', (_, f, x) => {
    same(f, x);
  });

  test('the gradient of an object has its class', () => {
    const f = (x: number) => {
      const g = grad((p: Point) => p.norm())(new Point(x, 4));
      return (g as unknown) instanceof Point ? (g as unknown as Point).scale(10).norm() : 0;
    };
    same(f as never, 3);
    expect(valueAndGrad(f, { tier: 'compiled' })(3).value).toBeCloseTo(10, 12);
  });

  test('numbers compared with closed forms', () => {
    const tier = 'compiled';
    expect(derivative((x: number) => x * derivative((y: number) => x + y)(1), { tier })(1)).toBe(1);
    expect(derivative((x: number) => x * derivative((y: number) => x * y)(1), { tier })(4)).toBe(8);
    const descend = (rate: number) => {
      let w = 0;
      for (let k = 0; k < 3; k++) w -= rate * grad((v: number) => (v - 3) ** 2)(w);
      return (w - 3) ** 2;
    };
    expect(grad(descend, { tier })(0.1)).toBeCloseTo(9 * 6 * 0.8 ** 5 * -2, 10);
    const root = (a: number) => {
      let x = 1;
      const g = (v: number) => v ** 3 - a;
      for (let k = 0; k < 30; k++) x -= g(x) / derivative(g)(x);
      return x;
    };
    expect(grad(root, { tier })(8)).toBeCloseTo(1 / 12, 12);
    expect(grad(third, { tier })(2)).toBeCloseTo(120 * 2, 10);
  });

  test('what is thrown inside is thrown', () => {
    const error = new Error('mine');
    const f = (x: number) =>
      grad((y: number) => {
        if (y > 1) throw error;
        return y * x;
      })(x);
    expect(grad(f, { tier: 'compiled' })(0.5)).toBe(1);
    expect(() => grad(f, { tier: 'compiled' })(2)).toThrow(error);
    const fails = (): number => {
      throw error;
    };
    const always: readonly ((x: number) => number)[] = [
      (x) => {
        fails();
        return x;
      },
      (x) => x + 0 * grad((y: number) => y * fails())(x),
      (x) => {
        derivative((y: number) => y * fails())(x);
        return x;
      },
      (x) => {
        vjp((y: number) => y * fails(), x);
        return x;
      },
    ];
    for (const g of always) expect(() => grad(g, { tier: 'compiled' })(2)).toThrow(error);
  });

  test('auto compiles them, though both tiers agree to rounding only', () => {
    const f = (x: number[]) => {
      const g = grad((y: number[]) => Math.exp(y[0] * y[1]) * Math.sin(y[2]))(x);
      return g[0] * g[1] + g[2];
    };
    const first = grad(f)([1, 2, 3]);
    for (let i = 0; i < 4; i++)
      expect(numbersOf(grad(f)([1, 2, 3]))).toEqual(numbersOf(first).map((v) => expect.closeTo(v, 9)));
  });
});

describe('what is declined', () => {
  const declined: readonly [string, Program, unknown, string][] = [
    [
      'matrix alias',
      (x: number[]) => {
        const h = (m: number[][]) => m[0][0] * m[1][0] * m[1][1];
        const g = grad(h)([x, x]);
        return g[0][0] * g[1][1] + g[0][1];
      },
      [1, 2],
      'one object stands at two places',
    ],
    [
      'mutated captured',
      (x: number) => {
        const state = { z: x };
        const inner = grad((y: number) => {
          state.z = x * y;
          return state.z * y;
        })(2);
        return inner * x;
      },
      3,
      'changes what was there before',
    ],
    [
      'arg mutated and captured',
      (x: number[]) => {
        const g = grad((y: number[]) => {
          y[0] *= y[1];
          return y[0] * y[0] * x[0];
        })(x);
        return g[0] * g[1] + x[0];
      },
      [1.3, 2],
      'also be reached by another way',
    ],
    ['non finite', (x: number) => (grad((y: number) => Math.sqrt(y) * x)(0) > 1 ? x : x * x), 1.1, 'is not finite'],
    [
      'wrt that is not written out',
      (x: number) => {
        const wrt = x > 0 ? 1 : 0;
        return grad((a: number, b: number) => a * b, { wrt })(x, 2) as number;
      },
      1,
      'the option wrt',
    ],
    ['verify', (x: number) => grad((a: number) => a * a, { verify: true })(x), 1, 'the option verify'],
    [
      'a derivative that contains itself',
      (x: number) => {
        const f = (y: number, n: number): number => (n === 0 ? y * x : grad((z: number) => f(z, n - 1))(y));
        return f(x, 2);
      },
      1.5,
      'contains itself',
    ],
  ];
  test.each(declined)('%s', (_, f, x, why) => {
    expect(() => outcomes(f, x, 'compiled')).toThrow(why);
    expect(() => outcomes(f, x, 'dynamic')).not.toThrow();
  });
});
