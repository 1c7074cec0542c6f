/** Shapes 97–112 of the program-shape catalogue: higher order, modes, and what libraries do. */
import { describe, expect, test } from 'vitest';
import {
  checkpoint,
  defineRule,
  derivative,
  grad,
  hessian,
  hvp,
  jacobian,
  jvp,
  stopGradient,
  valueAndGrad,
  vjp,
} from '../../src/index.ts';
import { onBoth, shape } from './harness.ts';

const at =
  <A extends readonly unknown[]>(...args: A) =>
  (): A =>
    structuredClone(args) as unknown as A;

const rosenbrock = (x: number[]): number => {
  let sum = 0;
  for (let i = 0; i + 1 < x.length; i++) sum += 100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2;
  return sum;
};

/** The Hessian by hand. */
function rosenbrockHessian(x: number[]): number[][] {
  const h = x.map(() => x.map(() => 0));
  for (let i = 0; i + 1 < x.length; i++) {
    h[i][i] += 1200 * x[i] ** 2 - 400 * x[i + 1] + 2;
    h[i + 1][i + 1] += 200;
    h[i][i + 1] -= 400 * x[i];
    h[i + 1][i] -= 400 * x[i];
  }
  return h;
}

describe('shape 97', () => {
  const x = [1.2, -0.7, 0.4];
  const exact = rosenbrockHessian(x);
  const direction = [0.3, -1, 2];
  const product = exact.map((row) => row.reduce((s, v, i) => s + v * direction[i], 0));

  onBoth(97, 'the Hessian of Rosenbrock’s function', (tier) => {
    const got = hessian(rosenbrock, { tier })(x);
    for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) expect(got[i][j]).toBeCloseTo(exact[i][j], 9);
  });

  onBoth(97, 'a Hessian-vector product in every order of modes', (tier) => {
    const along = (v: number[]) => jvp(rosenbrock, [v], [direction], { tier }).tangent;
    const ways = {
      hvp: hvp(rosenbrock, { tier })(x, direction),
      'forward over reverse': jvp(grad(rosenbrock), [x], [direction], { tier }).tangent,
      'reverse over forward': grad(along, { tier })(x),
      'reverse over reverse': grad((v: number[]) => grad(rosenbrock)(v).reduce((s, g, i) => s + g * direction[i], 0), {
        tier,
      })(x),
    };
    for (const [name, got] of Object.entries(ways))
      for (let i = 0; i < 3; i++) expect(got[i], name).toBeCloseTo(product[i], 9);
  });

  onBoth(97, 'mixed partials in either order, and a third derivative', (tier) => {
    const f = (a: number, b: number) => Math.sin(a * b) * b ** 2;
    const exactMixed = (a: number, b: number) => 3 * b ** 2 * Math.cos(a * b) - a * b ** 3 * Math.sin(a * b);
    const ab = derivative((b: number) => derivative((a: number) => f(a, b))(0.7), { tier })(1.3);
    const ba = derivative((a: number) => derivative((b: number) => f(a, b))(1.3), { tier })(0.7);
    const rf = grad((b: number) => derivative((a: number) => f(a, b))(0.7), { tier })(1.3);
    const fr = derivative((b: number) => grad((a: number) => f(a, b))(0.7), { tier })(1.3);
    for (const got of [ab, ba, rf, fr]) expect(got).toBeCloseTo(exactMixed(0.7, 1.3), 11);
    const third = derivative(derivative(derivative((a: number) => a ** 5 * Math.log(a))), { tier });
    expect(third(1.7)).toBeCloseTo(1.7 ** 2 * (60 * Math.log(1.7) + 47), 10);
    expect(grad(grad(grad((a: number) => a ** 5 * Math.log(a))), { tier })(1.7)).toBeCloseTo(
      1.7 ** 2 * (60 * Math.log(1.7) + 47),
      10,
    );
  });
});

describe('shape 98', () => {
  onBoth(98, 'the fifth derivative of exp(sin x)', (tier) => {
    const f = (x: number) => Math.exp(Math.sin(x));
    let df = f;
    for (let i = 0; i < 5; i++) df = derivative(df, { tier });
    const exact = (x: number) => {
      const [s, c] = [Math.sin(x), Math.cos(x)];
      return Math.exp(s) * (c ** 5 - 10 * c ** 3 * s + 15 * c * s * s - 10 * c ** 3 + 15 * s * c + c);
    };
    for (const x of [0, 0.4, 1.3, -2]) expect(df(x)).toBeCloseTo(exact(x), 9);
    expect(df(0)).toBeCloseTo(-8, 12);
  });

  onBoth(98, 'a directional derivative', (tier) => {
    const x = [1.2, -0.7, 0.4];
    const v = [0.5, 2, -1];
    const g = grad(rosenbrock, { tier })(x);
    expect(jvp(rosenbrock, [x], [v], { tier }).tangent).toBeCloseTo(
      g.reduce((s, gi, i) => s + gi * v[i], 0),
      9,
    );
    expect(derivative((t: number) => rosenbrock(x.map((xi, i) => xi + t * v[i])), { tier })(0)).toBeCloseTo(
      g.reduce((s, gi, i) => s + gi * v[i], 0),
      9,
    );
  });
});

describe('shape 99', () => {
  const stencil = (x: Float64Array) => x.map((v, i) => v ** 2 - (x[i - 1] ?? 0) + 3 * (x[i + 1] ?? 0) * v);
  const x = Float64Array.of(0.5, -1, 2, 0.3, 1.1, -0.4);
  const exact = (i: number, j: number) =>
    i === j ? 2 * x[i] + 3 * (x[i + 1] ?? 0) : j === i - 1 ? -1 : j === i + 1 ? 3 * x[i] : 0;

  onBoth(99, 'a Jacobian with a band of entries, in both modes', (tier) => {
    for (const mode of ['forward', 'reverse', 'auto'] as const) {
      const rows = jacobian(stencil, { mode, tier })(x);
      expect(rows).toHaveLength(6);
      rows.forEach((row, i) => {
        expect(row).toBeInstanceOf(Float64Array);
        row.forEach((v, j) => {
          expect(v).toBeCloseTo(exact(i, j), 13);
        });
      });
    }
  });

  onBoth(99, 'three compressed columns give all of it', (tier) => {
    for (let colour = 0; colour < 3; colour++) {
      const seed = x.map((_, j) => (j % 3 === colour ? 1 : 0));
      const { tangent } = jvp(stencil, [x], [seed], { tier });
      tangent.forEach((v, i) => {
        const j = [i - 1, i, i + 1].find((k) => k >= 0 && k < 6 && k % 3 === colour);
        expect(v).toBeCloseTo(j === undefined ? 0 : exact(i, j), 13);
      });
    }
  });
});

describe('shape 100', () => {
  onBoth(100, 'the gradient of a batch is the gradients one by one', (tier) => {
    const f = (x: number[]) => Math.sin(x[0]) * x[1] ** 2 + (x[0] > x[1] ? x[0] : 0);
    const batch = [
      [1, 2],
      [0.5, -1],
      [3, 3.5],
    ];
    const together = grad((all: number[][]) => all.map(f).reduce((s, v) => s + v, 0), { tier })(batch);
    expect(together).toEqual(batch.map((x) => grad(f, { tier })(x)));
  });
});

describe('shape 101', () => {
  onBoth(101, 'the gradient with respect to what a function carries with it', (tier) => {
    const model = { slope: 2, offset: [0.5, 1] };
    const make = (state: typeof model) => (x: number) => state.slope * x ** 2 + state.offset[0] * x + state.offset[1];
    const byState = grad((state: typeof model) => make(state)(3), { tier });
    expect(byState(model)).toEqual({ slope: 9, offset: [3, 1] });
    class Line {
      k: number;
      constructor(k: number) {
        this.k = k;
      }
      at = (x: number) => this.k * x;
    }
    expect(grad((k: number) => new Line(k).at(4), { tier })(2)).toBe(4);
  });
});

describe('shape 102', () => {
  const chain = (step: (x: number) => number) => (x: number) => {
    let y = x;
    for (let i = 0; i < 4; i++) y = step(y);
    return y;
  };

  test('a checkpointed piece runs once forwards and once again, and its derivative is the same', () => {
    const counter = { calls: 0 };
    const piece = (x: number) => {
      counter.calls++;
      return Math.sin(x) * x;
    };
    const expected = grad(chain(piece))(0.9);
    expect(counter.calls).toBe(4);
    counter.calls = 0;
    expect(grad(chain(checkpoint(piece)))(0.9)).toBeCloseTo(expected, 13);
    expect(counter.calls).toBe(8);
    counter.calls = 0;
    expect(derivative(chain(checkpoint(piece)))(0.9)).toBeCloseTo(expected, 13);
    expect(counter.calls).toBe(4);
  });

  test('a checkpoint inside a checkpoint runs three times', () => {
    const counter = { inner: 0, outer: 0 };
    const inner = checkpoint((x: number) => {
      counter.inner++;
      return Math.sin(x) * x;
    });
    const outer = checkpoint((x: number) => {
      counter.outer++;
      return inner(inner(x)) + x;
    });
    const expected = grad(chain((x: number) => Math.sin(Math.sin(x) * x) * (Math.sin(x) * x) + x))(0.9);
    expect(grad(chain(outer))(0.9)).toBeCloseTo(expected, 12);
    expect(counter).toEqual({ outer: 8, inner: 24 });
  });

  onBoth(102, 'checkpoints nest', (tier) => {
    const inner = checkpoint((x: number) => Math.exp(-x * x));
    const outer = checkpoint((x: number[]) => inner(x[0]) * inner(x[1]) + x[2]);
    const plain = (x: number[]) => Math.exp(-x[0] * x[0]) * Math.exp(-x[1] * x[1]) + x[2];
    const x = [0.3, 0.8, 1];
    const got = grad((v: number[]) => outer(v) ** 2, { tier })(x);
    grad((v: number[]) => plain(v) ** 2, { tier })(x).forEach((v, i) => {
      expect(got[i]).toBeCloseTo(v, 13);
    });
  });
});

describe('shape 103', () => {
  onBoth(103, 'a stopped part counts as a constant', (tier) => {
    expect(grad((x: number) => x * stopGradient(x), { tier })(3)).toBe(3);
    expect(
      grad((p: { a: number; b: number[] }) => p.a * stopGradient(p).b[0] + stopGradient(p.a), { tier })({
        a: 2,
        b: [5],
      }),
    ).toEqual({
      a: 5,
      b: [0],
    });
    expect(derivative((x: number) => stopGradient(x) ** 2 + x, { tier })(3)).toBe(1);
  });

  onBoth(103, 'a detached branch', (tier) => {
    const f = (x: number, detach: boolean) => {
      const side = Math.exp(x);
      return x ** 2 + (detach ? stopGradient(side) : side);
    };
    expect(grad(f, { tier })(1, true)).toBe(2);
    expect(grad(f, { tier })(1, false)).toBe(2 + Math.E);
  });

  onBoth(103, 'a hook that clips the derivative on its way back', (tier) => {
    const clipped = (x: number): number => x;
    defineRule(clipped, { vjp: (cotangent) => [Math.max(-1, Math.min(1, cotangent))] });
    expect(grad((x: number) => 100 * clipped(x), { tier })(2)).toBe(1);
    expect(grad((x: number) => 0.5 * clipped(x), { tier })(2)).toBe(0.5);
  });
});

describe('shape 104', () => {
  onBoth(104, 'a rule stands in for the body, also when it comes after the first use', (tier) => {
    const body = (x: number): number => x ** 3;
    const f = (x: number) => 2 * body(x);
    expect(grad(f, { tier })(2)).toBe(24);
    defineRule(body, { partials: [(x) => 10 * x] });
    expect(grad(f, { tier })(2)).toBe(40);
    expect(f(2)).toBe(16);
    expect(derivative(derivative(f), { tier })(2)).toBe(20);
    defineRule(body, { partials: [() => 7] });
    expect(grad(f, { tier })(2)).toBe(14);
  });

  test('a rule of the wrong shape is an error that says so', () => {
    const norm = (x: number[]): number => Math.hypot(...x);
    defineRule(norm, { vjp: () => [1] as never });
    expect(() => grad((x: number[]) => norm(x) * 2)([3, 4])).toThrow(expect.objectContaining({ code: 'RuleShape' }));
    const product = (x: number, y: number): number => x * y;
    defineRule(product, { vjp: (c, _, x, y) => [c * y, c * x, c] as never });
    expect(() => grad((x: number) => product(x, x))(3)).toThrow(expect.objectContaining({ code: 'RuleShape' }));
  });
});

describe('shape 105', () => {
  onBoth(105, 'one derivative at inputs that take other branches, loops of other lengths and other shapes', (tier) => {
    const f = (x: number[]) => {
      let y = x[0];
      while (Math.abs(y) < 10) y = y > 0 ? y * 1.7 + x[x.length - 1] : y * 2 - 0.3;
      return x.length > 2 ? y * x[1] : y;
    };
    const gradient = grad(f, { tier });
    const pull = (x: number[]) => vjp.with({ tier })(f, x);
    const inputs = [[1, 2], [-1, 0.5], [9, 1, 3], [11], [0.1, 4, 0.2, 0.3], [1, 2]];
    const kept = inputs.map(pull);
    inputs.forEach((x, k) => {
      const got = gradient(x);
      expect(got).toHaveLength(x.length);
      x.forEach((xi, i) => {
        const h = 1e-6;
        const shifted = (d: number) => f(x.map((v, j) => (j === i ? xi + d : v)));
        expect(got[i]).toBeCloseTo((shifted(h) - shifted(-h)) / (2 * h), 4);
      });
      expect(kept[k].pullback(1)[0]).toEqual(got);
      expect(kept[k].pullback(2)[0]).toEqual(got.map((v) => 2 * v));
    });
  });
});

describe('shape 106', () => {
  onBoth(106, 'value and gradient together are what they are apart', (tier) => {
    const p = { w: [1.5, -0.5], name: 'p' };
    const f = (q: typeof p, xs: Float64Array) => xs.reduce((s, x) => s + Math.tanh(q.w[0] * x + q.w[1]), 0) / xs.length;
    const xs = Float64Array.of(1, 2, -0.5);
    const both = valueAndGrad(f, { tier })(p, xs);
    expect(both.value).toBe(f(p, xs));
    expect(both.grad).toEqual(grad(f, { tier })(p, xs));
    expect(p).toEqual({ w: [1.5, -0.5], name: 'p' });
    expect(xs).toEqual(Float64Array.of(1, 2, -0.5));
    const aux = valueAndGrad((q: typeof p) => [q.w[0] ** 2, { seen: q.w[0] * 2, label: q.name }], {
      hasAux: true,
      tier,
    })(p);
    expect(aux).toEqual({ value: 2.25, grad: { w: [3, 0], name: undefined }, aux: { seen: 3, label: 'p' } });
  });
});

shape(107, 'recursion, mutation, a branch on the data and aliasing in one', {
  f: (x: number[]) => {
    const trail: number[] = [];
    const visit = (values: number[], depth: number): number => {
      const alias = values;
      alias[0] = values[0] * 1.1 + depth;
      if (values.length === 1) {
        trail.push(alias[0]);
        return values[0] > 2 ? Math.sin(values[0]) : values[0] ** 2;
      }
      const middle = values.length >> 1;
      const left = visit(values.slice(0, middle), depth + 1);
      const right = visit(values.slice(middle), depth + 1);
      values[0] += left;
      return left < right ? left * right : left - right + alias[0];
    };
    return visit(x, 0) + trail.reduce((sum, v) => sum + v * v, 0);
  },
  inputs: [at([0.5, 3, 1.2, 2.5, 0.1]), at([3, 2, 1]), at([1.3])],
});

shape(107, 'the same over a typed array with views of views', {
  f: (x: Float64Array) => {
    const halve = (view: Float64Array): number => {
      if (view.length === 1) return view[0] > 0 ? Math.sqrt(view[0]) : view[0] ** 2;
      const middle = view.length >> 1;
      const [left, right] = [view.subarray(0, middle), view.subarray(middle)];
      right[0] *= left[0];
      const value = halve(left) - halve(right);
      if (value > 0) left[0] += value;
      return value * view[0];
    };
    return halve(x) + x[0] * x[x.length - 1];
  },
  inputs: [() => [Float64Array.of(1.5, -2, 0.7, 3, 1.1)], () => [Float64Array.of(-1, 2, 3)]],
});

shape(108, 'a colour difference: CIE76 between sRGB colours', {
  f: (a: number[], b: number[]) => {
    const lab = (rgb: number[]) => {
      const [r, g, bl] = rgb.map((v) => (v > 0.04045 ? ((v + 0.055) / 1.055) ** 2.4 : v / 12.92));
      const xyz = [
        (0.4124 * r + 0.3576 * g + 0.1805 * bl) / 0.95047,
        0.2126 * r + 0.7152 * g + 0.0722 * bl,
        (0.0193 * r + 0.1192 * g + 0.9505 * bl) / 1.08883,
      ].map((t) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116));
      return [116 * xyz[1] - 16, 500 * (xyz[0] - xyz[1]), 200 * (xyz[1] - xyz[2])];
    };
    const [p, q] = [lab(a), lab(b)];
    return Math.hypot(...p.map((v, i) => v - q[i]));
  },
  inputs: [at([0.2, 0.5, 0.8], [0.3, 0.4, 0.7]), at([0.01, 0.02, 0.9], [0.5, 0.03, 0.1])],
  wrt: [0, 1],
});

shape(108, 'a quantile by sorting', {
  f: (x: number[], p: number) => {
    const sorted = [...x].sort((a, b) => a - b);
    const place = p * (x.length - 1);
    const low = Math.floor(place);
    const share = place - low;
    return sorted[low] * (1 - share) + sorted[Math.min(low + 1, x.length - 1)] * share;
  },
  inputs: [at([3, 1, 4, 1.5, 9, 2.6], 0.37), at([2, 7, 1], 0.8)],
  wrt: [0, 1],
});

shape(108, 'a natural cubic spline through points', {
  f: (ys: number[], at: number) => {
    const n = ys.length;
    const [diagonal, right] = [new Array<number>(n).fill(4), new Array<number>(n).fill(0)];
    for (let i = 1; i + 1 < n; i++) right[i] = 6 * (ys[i - 1] - 2 * ys[i] + ys[i + 1]);
    for (let i = 2; i + 1 < n; i++) {
      const factor = 1 / diagonal[i - 1];
      diagonal[i] -= factor;
      right[i] -= factor * right[i - 1];
    }
    const m = new Array<number>(n).fill(0);
    for (let i = n - 2; i > 0; i--) m[i] = (right[i] - m[i + 1]) / diagonal[i];
    const i = Math.min(n - 2, Math.floor(at));
    const [a, b] = [i + 1 - at, at - i];
    return a * ys[i] + b * ys[i + 1] + ((a ** 3 - a) * m[i] + (b ** 3 - b) * m[i + 1]) / 6;
  },
  inputs: [at([1, 3, 2, 0.5, 4], 2.3), at([0, 1, 0], 0.6)],
  wrt: [0, 1],
});

shape(108, 'a root by Brent’s kind of bracketing with a last secant step', {
  f: (c: number) => {
    const g = (x: number) => x ** 3 + x - c;
    let [a, b] = [-5, 5];
    for (let i = 0; i < 40; i++) {
      const middle = (a + b) / 2;
      if (g(middle) > 0) b = middle;
      else a = middle;
    }
    let x = (a + b) / 2;
    x -= g(x) / (3 * x * x + 1);
    return x;
  },
  inputs: [at(2.2), at(-7)],
});

shape(109, 'rotate, repeat, shift, concatenate and fill arrays with computed entries', {
  f: (x: number[]) => {
    const rotated = [...x.slice(2), ...x.slice(0, 2)].map((v, i) => v * (i + 1));
    const repeated = Array.from({ length: 2 }, () => x).flat();
    repeated.shift();
    repeated.unshift(rotated[0] ** 2);
    const filled = new Array<number>(3).fill(x[0] * x[1]).concat(repeated, rotated.reverse());
    filled.copyWithin(0, 4, 6);
    filled.splice(1, 1, Math.sin(x[2]), x[0]);
    return filled.reduce((s, v, i) => s + v * Math.cos(i), 0);
  },
  inputs: [at([0.5, 1.5, -0.7, 2])],
});

shape(109, 'the index of the largest, and entries found by a predicate', {
  f: (x: number[]) => {
    const squares = x.map((v) => v * v);
    const top = squares.indexOf(Math.max(...squares));
    const first = squares.find((v) => v > 1) ?? 0;
    const last = squares[squares.findLastIndex((v) => v < 2)];
    return x[top] * 3 + first * last + (squares.includes(squares[0]) ? x[0] : 0) + (squares.at(-1) ?? 0);
  },
  inputs: [at([0.5, -1.5, 1.2]), at([3, 0.1, 0.4])],
});

shape(109, 'duplicates removed by a Set of computed numbers', {
  f: (x: number[]) => {
    const unique = new Set(x.map((v) => v * 2));
    return [...unique].reduce((s, v, i) => s + v * (i + 1), 0) * unique.size;
  },
  inputs: [at([0.5, 1.5, 2.5])],
  exact: () => [6, 12, 18],
});

test('shape 109: members of a Set that are equal are one: the first keeps its derivative', () => {
  const f = (x: number[]) => [...new Set(x.map((v) => v * 2))].reduce((s, v) => s + v, 0);
  expect(f([1, 1, 3])).toBe(8);
  expect(grad(f)([1, 1, 3])).toEqual([2, 0, 2]);
});

shape(110, 'a buffer as long as the argument, filled and reduced', {
  f: (x: Float64Array) => {
    const buffer = new Float64Array(x.length).fill(x[0]);
    for (let i = 1; i < x.length; i++) buffer[i] += buffer[i - 1] * x[i];
    return buffer.reduce((s, v) => s + Math.log1p(v * v), 0);
  },
  inputs: [() => [Float64Array.of(0.5, 1.2, -0.3, 2)], () => [Float64Array.of(1.5)]],
});

shape(110, 'the same with a plain array of the same length', {
  f: (x: number[]) => {
    const buffer = Array<number>(x.length).fill(0);
    x.forEach((v, i) => {
      buffer[x.length - 1 - i] = v * (x[i + 1] ?? 1);
    });
    return buffer.reduce((s, v, i) => s + v ** (i + 1), 0);
  },
  inputs: [at([0.5, 1.2, 0.3, 2]), at([1.5])],
});

describe('shape 111', () => {
  onBoth(111, 'a double through a Float32Array: the value is rounded, the derivative passes', (tier) => {
    const f = (x: number) => {
      const buffer = new Float32Array(2);
      buffer[0] = x * x;
      buffer[1] = buffer[0] * 3;
      return buffer[1] + Math.fround(x);
    };
    const { value, grad: slope } = valueAndGrad(f, { tier })(1.1);
    expect(value).toBe(f(1.1));
    expect(slope).toBeCloseTo(6 * 1.1 + 1, 6);
  });

  onBoth(111, 'a Float32Array argument has a Float32Array for a gradient', (tier) => {
    const got = grad((x: Float32Array) => x.reduce((s, v) => s + v * v, 0), { tier })(Float32Array.of(0.1, 2));
    expect(got).toBeInstanceOf(Float32Array);
    expect(got).toEqual(Float32Array.of(2 * Math.fround(0.1), 4));
  });

  onBoth(111, 'a number cut off to an integer and read again has no derivative', (tier) => {
    const f = (x: number) => {
      const counts = new Int32Array(1);
      counts[0] = x * 10;
      return counts[0] * x + (Math.trunc(x) | 0);
    };
    expect(f(1.27)).toBe(12 * 1.27 + 1);
    expect(grad(f, { tier })(1.27)).toBe(12);
    expect(derivative(f, { tier })(1.27)).toBe(12);
  });
});

shape(112, 'one object by position and again through an options object', {
  f: (p: { a: number; b: number[] }, options: { scale: number; base?: { a: number; b: number[] } }) => {
    const base = options.base ?? p;
    return p.a * base.a * options.scale + p.b.reduce((s, v, i) => s + v * base.b[i], 0);
  },
  inputs: [at({ a: 2, b: [1, 3] }, { scale: 0.5 }), at({ a: 2, b: [1, 3] }, { scale: 0.5, base: { a: 4, b: [1, 2] } })],
  wrt: [0, 1],
});

describe('shape 112', () => {
  onBoth(112, 'the same object under two arguments: two variables while nobody writes', (tier) => {
    const p = { a: 2, b: [1, 3] };
    const f = (first: typeof p, options: { base: typeof p }) =>
      first.a * options.base.a + first.b[0] * options.base.b[1];
    const [byFirst, byOptions] = grad(f, { wrt: [0, 1], tier })(p, { base: p });
    expect(byFirst).toEqual({ a: 2, b: [3, 0] });
    expect(byOptions).toEqual({ base: { a: 2, b: [0, 1] } });
  });

  onBoth(112, 'one of them differentiated: the other is followed when it is written', (tier) => {
    const p = { a: 2 };
    const f = (first: typeof p, options: { base: typeof p }) => {
      options.base.a = first.a * 3;
      return first.a ** 2;
    };
    expect(grad(f, { tier })(p, { base: p })).toEqual({ a: 36 });
    expect(p).toEqual({ a: 2 });
  });

  onBoth(112, 'captured and only read, in whatever way: a constant', (tier) => {
    const list = [1, 2];
    const sums: ((x: number[]) => number)[] = [
      () => list.reduce((s, v) => s + v, 0),
      () => {
        let sum = 0;
        for (const v of list) sum += v;
        return sum;
      },
      () => {
        let sum = 0;
        for (let i = 0; i < list.length; i++) sum += list[i];
        return sum;
      },
      () => [...list].map((v) => v).reduce((s, v) => s + v, 0),
      () => Object.values(list).reduce((s, v) => s + v, 0),
    ];
    for (const sum of sums) expect(grad((x: number[]) => sum(x) * x[0], { tier })(list)).toEqual([3, 0]);
  });

  test('one of them differentiated, the other read as a constant and then written: an error that says so', () => {
    const p = { a: 2 };
    const ambiguous = expect.objectContaining({ code: 'AmbiguousAlias' });
    const through = (first: typeof p, options: { base: typeof p }) => {
      options.base.a *= 3;
      return first.a ** 2;
    };
    expect(() => grad(through)(p, { base: p })).toThrow(ambiguous);
    const past = (first: typeof p, options: { base: typeof p }) => {
      const before = options.base.a;
      first.a = 5;
      return first.a * before;
    };
    expect(() => grad(past)(p, { base: p })).toThrow(ambiguous);
    const list = [1, 2];
    expect(() =>
      grad((x: number[]) => {
        const sum = list.reduce((s, v) => s + v, 0);
        x[0] *= 2;
        return sum * x[0];
      })(list),
    ).toThrow(ambiguous);
    const floats = Float64Array.of(1, 2);
    expect(() =>
      grad((x: Float64Array) => {
        const first = floats[0];
        x[1] = first * 2;
        return x[0] * x[1];
      })(floats),
    ).toThrow(ambiguous);
    expect([p, list, floats]).toEqual([{ a: 2 }, [1, 2], Float64Array.of(1, 2)]);
  });

  test('both differentiated and one written is an error that says so', () => {
    const p = { a: 2 };
    const f = (first: typeof p, options: { base: typeof p }) => {
      options.base.a *= 3;
      return first.a ** 2;
    };
    expect(() => grad(f, { wrt: [0, 1] })(p, { base: p })).toThrow(expect.objectContaining({ code: 'AmbiguousAlias' }));
    expect(p).toEqual({ a: 2 });
  });

  onBoth(112, 'twice inside one argument it is one variable', (tier) => {
    const shared = [2, 3];
    const got = grad((q: { u: number[]; v: number[] }) => q.u[0] * q.v[0] + q.v[1], { tier })({ u: shared, v: shared });
    expect(got.u).toEqual([4, 1]);
    expect(got.v).toBe(got.u);
  });
});
