/** Shapes 49–65 of the program-shape catalogue: recursion, closures, calls. */
import { describe, expect } from 'vitest';
import { derivative, grad, jvp, type Tier, valueAndGrad } from '../../src/index.ts';
import { onBoth, provider, shape } from './harness.ts';

const at =
  <A extends readonly unknown[]>(...args: A) =>
  (): A =>
    structuredClone(args) as unknown as A;

const pow = (x: number, n: number): number => (n === 0 ? 1 : x * pow(x, n - 1));
shape(49, 'recursive power', { f: (x: number) => pow(x, 5), inputs: [at(1.3)], exact: (x) => 5 * x ** 4 });
function sumOf(x: number[]): number {
  return x.length === 0 ? 0 : x[0] ** 2 + sumOf(x.slice(1));
}
shape(49, 'recursive sum by slices', { f: sumOf, inputs: [at([1, 2, 3])], exact: (x) => x.map((v) => 2 * v) });
interface Tree {
  value: number;
  children: Tree[];
}
const fold = (t: Tree): number => t.value * t.children.reduce((s, c) => s + fold(c), 1);
shape(49, 'recursion over a tree', {
  f: fold,
  inputs: [
    at({
      value: 2,
      children: [
        { value: 3, children: [] },
        { value: 0.5, children: [{ value: 4, children: [] }] },
      ],
    }),
  ],
});

function even(x: number, n: number): number {
  return n === 0 ? x : odd(x * 1.1, n - 1);
}
function odd(x: number, n: number): number {
  return n === 0 ? -x : even(Math.sin(x), n - 1);
}
shape(50, 'mutual recursion', { f: (x: number) => even(x, 5) + odd(x, 4), inputs: [at(0.8)] });
function flip(a: number, b: number, n: number): number {
  return n === 0 ? a / b : flip(b, a * 1.5, n - 1);
}
shape(50, 'recursion with the arguments in another order', {
  f: (a: number, b: number) => flip(a, b, 3),
  wrt: [0, 1],
  inputs: [at(2, 3)],
});

interface List {
  head: number;
  tail: List | null;
}
shape(51, 'linked list', {
  f: (l: List) => {
    let s = 1;
    for (let at: List | null = l; at !== null; at = at.tail) s = s * 0.5 + at.head ** 2;
    return s;
  },
  inputs: [at({ head: 1, tail: { head: 2, tail: { head: 3, tail: null } } })],
});
type Nested = { [key: string]: number | Nested };
const total = (d: Nested): number =>
  Object.values(d).reduce<number>((s, v) => s + (typeof v === 'number' ? v * v : 2 * total(v)), 0);
shape(51, 'nested dictionaries', { f: total, inputs: [at({ a: 1, b: { c: 2, d: { e: 3 } } } as Nested)] });

shape(52, 'higher-order methods', {
  f: (x: number[]) => {
    let count = 0;
    const y = x.map((v) => v * v).filter((v) => v > 1);
    y.forEach((v) => {
      count += v * 0.5;
    });
    const found = x.find((v) => v > 1.5) ?? 0;
    return (
      y.reduce((a, b) => a * b, 1) +
      y.reduceRight((a, b) => a * 0.5 + b, 0) +
      count +
      found * (x.some((v) => v > 2) ? 2 : 3) +
      (x.every((v) => v > 0) ? x[0] : 0) +
      x.flatMap((v) => [v, v * 2]).reduce((a, b) => a + b)
    );
  },
  inputs: [at([1.1, 2.2, 0.5]), at([0.1, 1.2, -3])],
});

const table: Record<string, (x: number) => number> = { square: (x) => x * x, cube: (x) => x ** 3 };
const registry = new Map<string, (x: number) => number>([['half', (x) => x / 2]]);
shape(53, 'functions called by a name read at run time', {
  f: (x: number, names: string[]) => names.reduce((v, n) => (table[n] ?? registry.get(n) ?? Math.sin)(v), x),
  inputs: [at(1.2, ['square', 'half', 'cube', 'other'])],
});

const curry = (a: number) => (b: number) => (c: number) => a * b + c;
const compose =
  (...fs: ((x: number) => number)[]) =>
  (x: number) =>
    fs.reduce((v, f) => f(v), x);
shape(54, 'returned functions, currying, composition', {
  f: (x: number) =>
    compose(curry(x)(2), Math.exp, (v) => v * x)(0.5) + [1, 2, 3].map(curry(x)).reduce((s, g) => s + g(x), 0),
  inputs: [at(0.4)],
});

const weights = [0.5, 1.5];
shape(55, 'closures over numbers, arrays and reassigned variables', {
  f: (x: number) => {
    let total = 0;
    const add = (v: number) => {
      total += v * x;
      return total;
    };
    add(1);
    add(x);
    const scale = weights[0];
    const w = [x, x * x];
    const dot = () => w[0] * weights[1] + w[1] * scale;
    w[0] *= 2;
    return total * dot();
  },
  inputs: [at(1.5)],
});
let factor = 1;
const step = () => {
  factor *= 2;
};
describe('shape 55', () => {
  onBoth(55, 'a captured variable that another function changes is read again', (tier) => {
    factor = 1;
    const f = (x: number) => {
      step();
      return x * factor;
    };
    expect(grad(f, { tier })(3)).toBe(2);
    expect(grad(f, { tier })(3)).toBe(4);
    expect(factor).toBe(4);
  });
});

shape(56, 'closures made in loops: let and var', {
  f: (x: number[]) => {
    const lets: (() => number)[] = [];
    for (let i = 0; i < x.length; i++) lets.push(() => x[i] * (i + 1));
    const vars: (() => number)[] = [];
    for (var j = 0; j < x.length; j++) vars.push(() => x[j - 1] * j);
    return lets.reduce((s, g) => s + g() ** 2, 0) + vars.reduce((s, g) => s + g(), 0);
  },
  inputs: [at([1, 2, 3])],
});

describe('shape 57', () => {
  onBoth(57, 'an inner derivative whose function reassigns a captured variable (ForwardDiff #443)', (tier) => {
    const f = (x: number) => {
      let z = 0;
      const inner = derivative((y: number) => {
        z = x * y;
        return z * y;
      })(2);
      return inner + z;
    };
    // inner = d/dy (x y²) at 2 = 4x; afterwards z = 2x.
    // Outside a derivative the inner one meets a variable of native code.
    if (provider === 'plugin') expect(f(3)).toBe(18);
    else expect(() => f(3)).toThrow(expect.objectContaining({ code: 'UnwritableBinding' }));
    expect(derivative(f, { tier })(3)).toBe(6);
    expect(grad(f, { tier })(3)).toBe(6);
  });
  onBoth(57, 'the same with reverse inside', (tier) => {
    const f = (x: number) => {
      const state = { z: x };
      const inner = grad((y: number) => {
        state.z = x * y;
        return state.z * y;
      })(2);
      return inner * x;
    };
    expect(grad(f, { tier })(3)).toBe(24);
    expect(derivative(f, { tier })(3)).toBe(24);
  });
});

describe('shape 58', () => {
  type Operator = (f: (x: number) => number, options?: { tier: Tier }) => (x: number) => number;
  const operators = { grad: grad as Operator, derivative: derivative as Operator };
  for (const [outer, D] of Object.entries(operators)) {
    for (const [inner, E] of Object.entries(operators)) {
      onBoth(58, `${outer} of ${inner}: no perturbation confusion`, (tier) => {
        expect(D((x) => x * E((y) => x + y)(1), { tier })(1)).toBe(1);
        expect(D((x) => x * E((y) => x * y)(1), { tier })(4)).toBe(8);
        expect(D((x) => E((y) => x * y * y)(x), { tier })(3)).toBe(12);
        expect(D((x) => E((y) => E((z) => x * y * z)(y))(x), { tier })(2)).toBe(1);
      });
    }
  }
  onBoth(58, 'to fifth order', (tier) => {
    let f: (x: number) => number = (x) => Math.exp(2 * x);
    for (let k = 0; k < 5; k++) f = derivative(f, { tier });
    expect(f(0)).toBeCloseTo(32, 10);
    expect(grad(grad(grad((x: number) => x ** 5)), { tier })(2)).toBe(240);
  });
});

describe('shape 59', () => {
  onBoth(59, 'the gradient of gradient descent with respect to its rate', (tier) => {
    const loss = (w: number) => (w - 3) ** 2;
    const descend = (rate: number) => {
      let w = 0;
      for (let k = 0; k < 3; k++) w -= rate * grad(loss)(w);
      return loss(w);
    };
    // w after k steps: 3 − 3 (1 − 2r)^k, so the loss is 9 (1 − 2r)^6.
    expect(grad(descend, { tier })(0.1)).toBeCloseTo(9 * 6 * 0.8 ** 5 * -2, 10);
    expect(derivative(descend, { tier })(0.1)).toBeCloseTo(9 * 6 * 0.8 ** 5 * -2, 10);
  });
  onBoth(59, 'through a Newton solver that uses a derivative', (tier) => {
    const root = (a: number) => {
      let x = 1;
      const g = (v: number) => v ** 3 - a;
      for (let k = 0; k < 30; k++) x -= g(x) / derivative(g)(x);
      return x;
    };
    expect(grad(root, { tier })(8)).toBeCloseTo(1 / 12, 12);
  });
});

shape(60, 'rest, spread, defaults and destructuring', {
  f: (x: number[], y: number) => {
    const sum = (first: number, second = first * 2, ...rest: number[]) => rest.reduce((s, v) => s + v, first * second);
    const {
      a,
      b: [c, d = y] = [y],
      ...others
    } = { a: x[0] * y, e: x[1], g: 2 } as { a: number; b?: number[]; e: number; g: number };
    const [p, , q = p * y, ...tail] = [...x, y];
    const optional = (v?: number) => (v === undefined ? y : v * y);
    return (
      sum(x[0]) +
      sum(...(x as [number, number])) * a +
      c * d +
      others.e * others.g +
      p * q +
      tail.length +
      Math.max(...x) +
      optional() +
      optional(p)
    );
  },
  wrt: [0, 1],
  inputs: [at([1.5, 2, 0.3], 0.7)],
});

interface Options {
  rate?: number;
  steps?: number;
  mode: string;
}
const three = (x: number, { rate = 0.5, ...rest }: Options) =>
  (rest.mode === 'fast' ? x * rate : x / rate) * (rest.steps ?? 1);
const two = (x: number, o: Options) => three(x, { steps: 2, ...o });
const one = (x: number, o: Partial<Options> = {}) => two(x, { mode: 'slow', ...o });
shape(61, 'options passed down three levels, one of them tracked', {
  f: (x: number) => one(2, { rate: x }) + one(x, { mode: 'fast' }) + one(x),
  inputs: [at(1.5)],
});

class Line {
  slope = 2;
  at(x: number): number {
    return this.slope * x * x;
  }
}
shape(62, 'call, apply, bind, extracted methods', {
  f: (x: number) => {
    const line = new Line();
    const { at: extracted } = line;
    const bound = line.at.bind({ slope: x } as Line);
    const partial = Math.pow.bind(null, x);
    return (
      extracted.call({ slope: 3 } as Line, x) +
      line.at.apply(line, [x]) +
      bound(2) +
      partial(2) +
      Math.max.apply(null, [x, 1]) +
      Reflect.apply(line.at, line, [x])
    );
  },
  inputs: [at(1.7)],
});

abstract class Shape {
  abstract area(): number;
  get double(): number {
    return this.area() * 2;
  }
  describe(): string {
    return `${this.constructor.name} of ${this.area().toFixed(2)}`;
  }
}
class Circle extends Shape {
  r: number;
  constructor(r: number) {
    super();
    this.r = r;
  }
  area(): number {
    return Math.PI * this.r ** 2;
  }
}
class Ring extends Circle {
  inner: number;
  constructor(r: number, inner: number) {
    super(r);
    this.inner = inner;
  }
  override area(): number {
    return super.area() - Math.PI * this.inner ** 2;
  }
  override get double(): number {
    return super.double + this.inner;
  }
}
shape(63, 'overridden methods, getters of subclasses, a Proxy', {
  f: (x: number) => {
    const shapes: Shape[] = [new Circle(x), new Ring(x * 2, x)];
    const p = new Proxy({ x } as Record<string, number>, {
      get: (t, k) => (typeof k === 'string' && k in t ? t[k] * 2 : x * x),
    });
    return shapes.reduce((s, c) => s + c.area() * c.double + c.describe().length, 0) + p.x * p.anything;
  },
  inputs: [at(0.8)],
  tolerance: 1e-5,
});

function* powers(x: number, n: number): Generator<number> {
  let v = 1;
  for (let i = 0; i < n; i++) {
    const scale = (yield v) as unknown as number | undefined;
    v *= x * (scale ?? 1);
  }
}
class Grid {
  xs: number[];
  constructor(xs: number[]) {
    this.xs = xs;
  }
  *[Symbol.iterator](): Generator<number> {
    yield* this.xs;
    yield this.xs[0] * this.xs[1];
  }
}
shape(64, 'generators and the iterator protocol', {
  f: (x: number) => {
    let s = 0;
    for (const p of powers(x, 4)) s += p;
    const g = powers(x, 3);
    g.next();
    s += (g.next(x).value as number) * 2;
    const [a, b, c] = new Grid([x, x * x]);
    return s + a * b * c + Math.max(...new Grid([x, 2 * x]));
  },
  inputs: [at(1.3)],
});
describe('shape 64', () => {
  onBoth(64, 'an async function: the gradient is a promise', async (tier) => {
    const f = async (x: number) => {
      const y = await Promise.resolve(x * x);
      const [a, b] = await Promise.all([Promise.resolve(y * x), (async () => y + 1)()]);
      return a * b;
    };
    // x³ (x² + 1)
    const promise = grad(f, { tier })(2);
    expect(promise).toBeInstanceOf(Promise);
    expect(await promise).toBe(5 * 16 + 3 * 4);
    expect(await valueAndGrad(f, { tier })(2)).toEqual({ value: 40, grad: 92 });
    expect(await jvp(f, [2], [1], { tier })).toEqual({ value: 40, tangent: 92 });
  });
  onBoth(64, 'a promise pipeline', async (tier) => {
    const f = (x: number) =>
      Promise.resolve(x)
        .then((v) => v * x)
        .then((v) => Math.sin(v))
        .finally(() => undefined);
    expect(await grad(f, { tier })(0.5)).toBeCloseTo(Math.cos(0.25), 14);
  });
  onBoth(64, 'a rejection reaches the caller', async (tier) => {
    const error = new Error('mine');
    await expect(
      grad(
        async (x: number) => {
          await null;
          if (x > 1) throw error;
          return x;
        },
        { tier },
      )(2),
    ).rejects.toBe(error);
  });
  onBoth(64, 'for await over an async generator', async (tier) => {
    async function* numbers(x: number) {
      for (let i = 1; i < 4; i++) yield x ** i;
    }
    const f = async (x: number) => {
      let s = 0;
      for await (const v of numbers(x)) s += v;
      return s;
    };
    expect(await grad(f, { tier })(2)).toBe(1 + 4 + 12);
  });
});

shape(65, 'memoised recursion', {
  f: (x: number) => {
    const memo: Record<number, number> = {};
    const fib = (n: number): number => {
      if (n < 2) return n === 0 ? x : x * x;
      memo[n] ??= fib(n - 1) + fib(n - 2);
      return memo[n];
    };
    return fib(12);
  },
  inputs: [at(0.9)],
});
const cache = new Map<string, number>();
describe('shape 65', () => {
  onBoth(65, 'a cache that outlives the gradient holds no tracked number afterwards', (tier) => {
    const f = (x: number) => {
      if (!cache.has('k')) cache.set('k', x * x);
      return (cache.get('k') as number) * x;
    };
    expect(grad(f, { tier })(2)).toBe(12);
    expect(cache.size).toBe(0);
  });
});
