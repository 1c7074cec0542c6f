/** Shapes 66–80 of the program-shape catalogue: data types. */
import { describe, expect, test } from 'vitest';
import { defineRule, derivative, explain, grad, valueAndGrad } from '../../src/index.ts';
import { onBoth, provider, shape } from './harness.ts';

const at =
  <A extends readonly unknown[]>(...args: A) =>
  (): A =>
    structuredClone(args) as unknown as A;

shape(66, 'nested plain objects', {
  f: (p: { a: number; inner: { b: number; deep: { c: number } }; unused: number }) =>
    p.a * p.inner.b ** 2 + Math.sin(p.inner.deep.c),
  inputs: [at({ a: 2, inner: { b: 3, deep: { c: 0.5 } }, unused: 1 })],
});
describe('shape 66', () => {
  onBoth(
    66,
    'the gradient has the shape of the object; what is no number is undefined; a missing field is zero',
    (tier) => {
      const f = (p: { a: number; name: string; b?: number }) => p.a * p.a + (p.b ?? 0);
      expect(grad(f, { tier })({ a: 3, name: 'p' })).toEqual({ a: 6, name: undefined });
      expect(grad(f, { tier })({ a: 3, name: 'p', b: 1 })).toEqual({ a: 6, name: undefined, b: 1 });
    },
  );
});

class Model {
  w: number;
  readonly name = 'model';
  #bias: number;
  constructor(w: number, bias: number) {
    this.w = w;
    this.#bias = bias;
  }
  get weight(): number {
    return this.w * 2;
  }
  set weight(v: number) {
    this.w = v / 2;
  }
  predict(x: number): number {
    return this.weight * x + this.#bias;
  }
  shift(d: number): void {
    this.#bias += d;
  }
  static unit(): Model {
    return new Model(1, 0);
  }
}
describe('shape 67', () => {
  onBoth(67, 'a class instance as the argument, with an accessor and a private field that is read', (tier) => {
    const model = new Model(3, 1);
    const { value, grad: g } = valueAndGrad((m: Model, x: number) => m.predict(x) ** 2, { tier })(model, 2);
    expect(value).toBe(169);
    expect(g).toBeInstanceOf(Model);
    expect({ ...g }).toEqual({ w: 2 * 13 * 4, name: undefined });
    expect(model.predict(1)).toBe(7);
  });
  onBoth(67, 'a setter', (tier) => {
    const f = (m: Model, x: number) => {
      m.weight = m.w * x;
      return m.predict(1);
    };
    expect({ ...grad(f)(new Model(3, 1), 5) }).toEqual({ w: 5, name: undefined });
  });
  onBoth(67, 'an instance made inside, its private field written', (tier) => {
    const f = (x: number) => {
      const m = new Model(x, x * x);
      m.shift(x);
      return m.predict(3) + Model.unit().predict(x);
    };
    expect(grad(f, { tier })(2)).toBe(6 + 4 + 1 + 2);
  });
  test('a private field written on an instance handed in', () => {
    const model = new Model(3, 1);
    const f = (x: number) => {
      model.shift(x);
      return model.predict(x);
    };
    if (provider === 'inspector') {
      expect(() => grad(f)(2)).toThrow(expect.objectContaining({ code: 'PrivateField' }));
    } else {
      expect(grad(f)(2)).toBe(7);
      expect(model.predict(0)).toBe(3);
    }
  });
});

describe('shape 68', () => {
  onBoth(68, 'a heterogeneous array', (tier) => {
    const f = (t: [number, string, number[]]) => t[0] * t[2][1] + t[1].length;
    expect(grad(f, { tier })([2, 'ab', [3, 4]])).toEqual([4, undefined, [0, 2]]);
  });
});

const keyA = { id: 'a' };
const keyB = { id: 'b' };
shape(69, 'Map and Set keyed by strings and objects', {
  f: (m: Map<string, number>) => {
    const by = new Map<object, number>([
      [keyA, m.get('x') as number],
      [keyB, (m.get('y') as number) ** 2],
    ]);
    const seen = new Set<object>([keyA]);
    let s = 0;
    by.forEach((v, k) => {
      s += seen.has(k) ? v * v : v * 3;
    });
    const dictionary: Record<string, number> = Object.fromEntries(m);
    return s * dictionary.x + [...m.values()].reduce((a, b) => a + b, 0);
  },
  inputs: [
    () => [
      new Map([
        ['x', 1.5],
        ['y', 2],
      ]),
    ],
  ],
});

interface Ring {
  v: number;
  next?: Ring;
}
describe('shape 70', () => {
  onBoth(70, 'a cycle: the gradient has the same cycle', (tier) => {
    const ring: Ring = { v: 2 };
    ring.next = { v: 3, next: ring };
    const f = (r: Ring) => {
      let s = 1;
      let node = r;
      for (let i = 0; i < 5; i++) {
        s *= node.v;
        node = node.next as Ring;
      }
      return s;
    };
    const g = grad(f, { tier })(ring);
    expect(g.v).toBe(3 * 4 * 9);
    expect(g.next?.v).toBe(2 * 3 * 8);
    expect(g.next?.next).toBe(g);
    expect(ring.next.next).toBe(ring);
  });
  onBoth(70, 'an array that contains itself', (tier) => {
    const a: unknown[] = [2];
    a.push(a);
    const g = grad((x: unknown[]) => (x[0] as number) * ((x[1] as unknown[])[0] as number), { tier })(a);
    expect(g).toHaveLength(2);
    expect((g as unknown[])[0]).toBe(4);
    expect((g as unknown[])[1]).toBe(g);
  });
});

shape(71, 'fields initialised on one branch only', {
  f: (p: { x: number; cache?: number }) => {
    if (p.x > 1) p.cache = p.x ** 2;
    return (p.cache ?? 3) * p.x;
  },
  inputs: [at({ x: 2 }), at({ x: 0.5 })],
});

shape(72, 'number, array or null; optional chaining', {
  f: (p: { v: number | number[] | null; o?: { k?: { z: number } } }) => {
    const v = p.v === null ? 2 : Array.isArray(p.v) ? p.v.reduce((a, b) => a * b, 1) : p.v;
    return v * v + (p.o?.k?.z ?? 1) * 3 + (p?.['o']?.k?.z.valueOf() ?? 0);
  },
  inputs: [
    at({ v: 3 }),
    at({ v: [2, 3], o: { k: { z: 4 } } }),
    at({ v: null, o: { k: { z: 1 } } }),
    at({ v: null, o: {} }),
  ],
});

shape(73, 'typed arrays of several kinds, nested and empty arrays', {
  f: (x: Float64Array, idx: Int32Array, nested: number[][], empty: number[], one: number[]) => {
    const w = new Float64Array(x.length);
    for (let i = 0; i < idx.length; i++) w[i] = x[idx[i]];
    const bytes = Uint8Array.of(1, 2, 3);
    let s = empty.reduce((a, b) => a + b, 0);
    for (let i = 0; i < w.length; i++) s += w[i] * bytes[i] * one[0];
    return s + nested.flat().reduce((a, b) => a * b, 1);
  },
  wrt: [0, 2, 3, 4],
  inputs: [() => [new Float64Array([1, 2, 3]), Int32Array.of(2, 0, 1), [[1.5, 2], [3]], [], [0.5]]],
});
describe('shape 73', () => {
  onBoth(73, 'Float32Array: the derivative passes through the rounding', (tier) => {
    const f = (x: Float32Array) => {
      const y = new Float32Array(2);
      y[0] = x[0] * 1.1;
      y[1] = y[0] * x[1];
      return y[1] ** 2;
    };
    const g = grad(f, { tier })(Float32Array.of(2, 3));
    expect(g).toBeInstanceOf(Float32Array);
    const y0 = Math.fround(2 * 1.1);
    const y1 = Math.fround(y0 * 3);
    expect(g[0]).toBeCloseTo(2 * y1 * 3 * 1.1, 4);
    expect(g[1]).toBeCloseTo(2 * y1 * y0, 4);
  });
});

describe('shape 74', () => {
  onBoth(74, 'counts and indexes get no gradient; a tracked number as an index uses its primal', (tier) => {
    const f = (x: number, xs: number[]) => xs[x] * x + xs.length;
    expect(grad(f, { tier })(1, [5, 7, 9])).toBe(7);
    const g = (p: { values: Float64Array; counts: Int32Array }) => p.values[p.counts[0]] * p.counts[1];
    expect(grad(g, { tier })({ values: Float64Array.of(1, 2), counts: Int32Array.of(1, 3) })).toEqual({
      values: Float64Array.of(0, 3),
      counts: undefined,
    });
  });
});

describe('shape 75', () => {
  onBoth(75, 'strings that depend on x but not on the result', (tier) => {
    const lines: string[] = [];
    const f = (x: number) => {
      const y = x * x;
      lines.push(`y = ${y}`, 'y is ' + y, String(y), y.toFixed(1), y.toString());
      return y + lines.length * 0;
    };
    expect(grad(f, { tier })(3)).toBe(6);
    expect(lines).toEqual(['y = 9', 'y is 9', '9', '9.0', '9']);
    expect(explain(f, 3).reasons.some((r) => r.code === 'Inactive')).toBe(true);
  });
});

describe('shape 76', () => {
  onBoth(76, 'a thousand elements in one expression', (tier) => {
    const body = Array.from({ length: 1000 }, (_, i) => `x * ${i}`).join(', ');
    const f = (0, eval)(`(x) => [${body}].reduce((a, b) => a + b)`) as (x: number) => number;
    expect(grad(f, { tier })(2)).toBe(499_500);
  });
  onBoth(76, 'a very large block', (tier) => {
    const lines = Array.from({ length: 2000 }, (_, i) => `y = y * 0.999 + x * ${i % 7};`).join('\n');
    const f = (0, eval)(`(x) => { let y = x;\n${lines}\nreturn y; }`) as (x: number) => number;
    expect(grad(f, { tier })(2)).toBeCloseTo(f(1), 8);
  });
});

interface Complex {
  re: number;
  im: number;
}
const times = (a: Complex, b: Complex): Complex => ({ re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re });
shape(77, 'complex numbers as pairs', {
  f: (z: Complex) => {
    let w = { ...z };
    for (let k = 0; k < 3; k++) w = times(w, z);
    const modulus = Math.hypot(w.re, w.im);
    return w.re + 2 * w.im + modulus;
  },
  inputs: [at({ re: 0.8, im: 0.6 })],
});
describe('shape 77', () => {
  onBoth(77, 'a holomorphic function satisfies the Cauchy–Riemann equations, |z|² does not', (tier) => {
    const cube = (z: Complex) => times(times(z, z), z);
    const re = grad((z: Complex) => cube(z).re, { tier })({ re: 1.2, im: -0.7 });
    const im = grad((z: Complex) => cube(z).im, { tier })({ re: 1.2, im: -0.7 });
    expect(re.re).toBeCloseTo(im.im, 12);
    expect(re.im).toBeCloseTo(-im.re, 12);
    expect(grad((z: Complex) => z.re ** 2 + z.im ** 2, { tier })({ re: 1, im: 2 })).toEqual({ re: 2, im: 4 });
  });
});

class Interval {
  readonly lo: number;
  readonly hi: number;
  constructor(lo: number, hi = lo) {
    this.lo = lo;
    this.hi = hi;
  }
  plus(o: Interval): Interval {
    return new Interval(this.lo + o.lo, this.hi + o.hi);
  }
  times(o: Interval): Interval {
    const p = [this.lo * o.lo, this.lo * o.hi, this.hi * o.lo, this.hi * o.hi];
    return new Interval(Math.min(...p), Math.max(...p));
  }
  valueOf(): number {
    return this.hi - this.lo;
  }
}
shape(78, 'a number type of the user', {
  f: (x: number) => {
    const a = new Interval(x - 0.1, x + 0.2);
    const b = a.times(a).plus(new Interval(x));
    return b.hi * 2 - b.lo + +(b as unknown as number) * (b as unknown as number);
  },
  inputs: [at(1.5), at(-1.5)],
});

class Vec3 {
  x: number;
  y: number;
  z: number;
  constructor(x = 0, y = 0, z = 0) {
    this.x = x;
    this.y = y;
    this.z = z;
  }
  add(o: Vec3): Vec3 {
    return new Vec3(this.x + o.x, this.y + o.y, this.z + o.z);
  }
  cross(o: Vec3): Vec3 {
    return new Vec3(this.y * o.z - this.z * o.y, this.z * o.x - this.x * o.z, this.x * o.y - this.y * o.x);
  }
  dot({ x, y, z }: Vec3): number {
    return this.x * x + this.y * y + this.z * z;
  }
  normalize(): this {
    const n = Math.sqrt(this.dot(this));
    this.x /= n;
    this.y /= n;
    this.z /= n;
    return this;
  }
}
shape(79, 'Vec3', {
  f: (p: number[]) => {
    const a = new Vec3(...p);
    const b = new Vec3(p[2], p[0], 1);
    return a.cross(b).add(a).normalize().dot(b.normalize());
  },
  inputs: [at([0.4, -1.2, 0.8])],
});

shape(80, 'only some inputs matter; zero-length arrays', {
  f: (x: number[], none: number[], skip: number[]) => x[3] * x[7] + none.reduce((a, b) => a + b, 0) + (skip[9] ?? 1),
  wrt: [0, 1, 2],
  inputs: [
    at(
      Array.from({ length: 10 }, (_, i) => i + 0.5),
      [],
      [1, 2],
    ),
  ],
});
describe('shape 80', () => {
  onBoth(80, 'the gradient of an empty array is an empty array', (tier) => {
    expect(grad((x: number[]) => x.length, { tier })([])).toEqual([]);
    expect(grad((x: Float64Array) => x.reduce((a, b) => a + b, 0), { tier })(new Float64Array(0))).toEqual(
      new Float64Array(0),
    );
  });
  onBoth(80, 'a rule given for a function of the user takes part', (tier) => {
    const smooth = defineRule((x: number) => Math.abs(x), { partials: [(x) => x / Math.sqrt(x * x + 1)] });
    expect(derivative((x: number) => smooth(x) * 2, { tier })(0)).toBe(0);
  });
});
