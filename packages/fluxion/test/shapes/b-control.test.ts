/** Shapes 13–29 of the program-shape catalogue: control flow. */
import { describe, expect } from 'vitest';
import { grad, valueAndGrad } from '../../src/index.ts';
import { onBoth, random, shape } from './harness.ts';

const at =
  <A extends readonly unknown[]>(...args: A) =>
  (): A =>
    structuredClone(args) as unknown as A;

shape(13, 'one derivative at inputs of both branches', {
  f: (x: number) => {
    if (x > 0) return x * x;
    else return Math.sin(x) * 3;
  },
  inputs: [at(1.5), at(-1.5), at(2.5)],
  exact: (x) => (x > 0 ? 2 * x : 3 * Math.cos(x)),
});

shape(14, 'three ways without else, reassigned in some', {
  f: (x: number) => {
    let y = x;
    let z = 1;
    if (x > 2) y = y * x;
    else if (x > 0) z = y + 1;
    return y * z;
  },
  inputs: [at(3), at(1), at(-1)],
});

shape(15, 'nested conditions over several booleans', {
  f: (x: number, y: number) => {
    const p = x > 0;
    const q = y > 0;
    let r = x;
    if (p && q) {
      if (x > y) r = x * y;
      else if (!(x < 1) || q) r = x / y;
    } else if (p || q) {
      r = q ? y * y : x * x * x;
    }
    if (p !== q) r += x * y;
    return r;
  },
  wrt: [0, 1],
  inputs: [at(2, 1), at(1, 2), at(-1, 2), at(2, -1), at(-1, -2), at(0.5, 0.7)],
});

shape(16, 'short circuits decide what is differentiated', {
  f: (x: number, y: number) => {
    const a = (x > 0 && x * y) || y ** 2;
    const options: { scale?: number } = x > 1 ? { scale: x } : {};
    const s = options.scale ?? y;
    let t: number | undefined;
    t ??= x * 3;
    t ||= 1;
    t &&= t * y;
    return (a as number) * s + t;
  },
  wrt: [0, 1],
  inputs: [at(2, 1.5), at(0.5, 1.5), at(-1, 2)],
});
shape(16, 'a tracked zero is false', {
  f: (x: number) => (x - 1 || x * 5) + (x && 2 * x),
  inputs: [at(2), at(3)],
});
describe('shape 16', () => {
  onBoth(16, 'at the zero itself the branch is the one the plain program takes', (tier) => {
    const f = (x: number) => x - 1 || x * 5;
    expect(valueAndGrad(f, { tier })(1)).toEqual({ value: 5, grad: 5 });
    expect(valueAndGrad(f, { tier })(2)).toEqual({ value: 1, grad: 1 });
    expect(valueAndGrad((x: number) => (x ? 1 : x * 7), { tier })(0)).toEqual({ value: 0, grad: 7 });
  });
});

shape(17, 'early return in a loop', {
  f: (x: number[]) => {
    let s = 0;
    for (let i = 0; i < x.length; i++) {
      if (x[i] < 0) return s * x[i];
      s += x[i] ** 2;
    }
    return s;
  },
  inputs: [at([1, 2, 3]), at([1, -2, 3]), at([-1, 2, 3])],
});
shape(17, 'early throw not taken', {
  f: (x: number) => {
    if (x > 100) throw new RangeError('too large');
    return x ** 3;
  },
  inputs: [at(2)],
  exact: (x) => 3 * x * x,
});

shape(18, 'Newton iteration to a tolerance', {
  f: (a: number) => {
    let x = a;
    while (Math.abs(x * x - a) > 1e-13) x = 0.5 * (x + a / x);
    return x;
  },
  inputs: [at(2), at(9), at(0.3)],
  exact: (a) => 0.5 / Math.sqrt(a),
});

shape(19, 'continue, break, nested and empty loops', {
  f: (x: number[]) => {
    let s = 0;
    for (let i = 0; i < 0; i++) s += 1000 * x[0];
    for (let i = 0; i < x.length; i++) {
      if (i % 2 === 1) continue;
      for (let j = 0; j < x.length; j++) {
        if (x[j] > 5) break;
        s += x[i] * x[j];
      }
    }
    return s;
  },
  inputs: [at([1, 2, 3]), at([1, 7, 3]), at([6, 1, 1])],
});

shape(20, 'swaps and rotations carried by a loop', {
  f: (a: number, b: number, c: number) => {
    for (let i = 0; i < 5; i++) {
      [a, b] = [b, a + c];
      [a, b, c] = [b, c, a * 0.5];
    }
    return a * b + c;
  },
  wrt: [0, 1, 2],
  inputs: [at(1, 2, 3)],
});

shape(21, 'assigned in one branch, read under the same condition', {
  f: (x: number) => {
    let y: number | undefined;
    if (x > 0) y = x * x;
    const z = x * 2;
    return x > 0 ? (y as number) * z : z;
  },
  inputs: [at(1.5), at(-1.5)],
});

shape(22, 'probed by typeof and undefined', {
  f: (x: number) => {
    let y: number | string | undefined;
    if (x > 1) y = x * x;
    else if (x < -1) y = 'none';
    if (typeof y === 'number') return y + x;
    if (y === undefined) return 3 * x;
    return typeof y === 'string' ? -x : 0;
  },
  inputs: [at(2), at(0), at(-2)],
});

shape(23, 'labelled break and continue', {
  f: (x: number[]) => {
    let s = 0;
    outer: for (let i = 0; i < x.length; i++) {
      for (let j = 0; j < x.length; j++) {
        if (x[j] > 3) continue outer;
        if (x[i] * x[j] < -1) break outer;
        s += x[i] * x[j];
      }
      s *= 2;
    }
    return s;
  },
  inputs: [at([1, 2, 2.5]), at([1, 4, 2]), at([2, -1, 1])],
});

shape(24, 'do-while, for-in, for-of', {
  f: (p: { a: number; b: number; c: number }, xs: number[]) => {
    let s = 0;
    let i = 0;
    do {
      s += p.a ** i;
      i++;
    } while (i < 3);
    for (const key in p) s += p[key as 'a'] * 2;
    for (const x of xs) s *= x;
    for (const [k, v] of new Map(Object.entries(p))) if (k !== 'b') s += v * v;
    for (const v of new Set(xs)) s += v;
    for (const ch of '123') s += Number(ch) * p.c;
    for (const [k, v] of xs.entries()) s += k * v;
    return s;
  },
  wrt: [0, 1],
  inputs: [at({ a: 1, b: 2, c: 3 }, [1.5, 0.5])],
});

shape(25, 'switch with fall-through and default', {
  f: (x: number) => {
    let y = x;
    switch (Math.floor(x)) {
      // @ts-expect-error: falls through
      case 0:
        y *= 2;
      // falls through
      case 1:
        y += x * x;
        break;
      // @ts-expect-error: falls through
      default:
        y = Math.exp(x);
      // falls through
      case 5:
        y *= x;
    }
    return y;
  },
  inputs: [at(0.5), at(1.5), at(2.5), at(5.5)],
});
shape(25, 'switch on the tracked number itself', {
  f: (x: number) => {
    switch (x) {
      case 2:
        return x * 10;
      default:
        return x * x;
    }
  },
  inputs: [at(3)],
});

shape(26, 'while (true) with two exits', {
  f: (x: number) => {
    let y = x;
    let n = 0;
    while (true) {
      y = y * 1.5 + 0.1;
      if (y > 10) break;
      if (++n > 7) return -y;
    }
    return y * n;
  },
  inputs: [at(1), at(0.01), at(-1)],
});

shape(27, 'a loop of 500 sines', {
  f: (x: number) => {
    let y = x;
    for (let i = 0; i < 500; i++) y = Math.sin(y);
    return y;
  },
  inputs: [at(1), at(0.2)],
});

shape(28, 'a branch on seeded random numbers', {
  f: (x: number) => {
    let seed = 42;
    const next = () => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed / 2 ** 32;
    };
    let s = x;
    for (let i = 0; i < 20; i++) s = next() > 0.5 ? s * 1.1 : s + x * next();
    return s;
  },
  inputs: [at(0.7)],
});

const uniform = random(7);
shape(29, 'a branch on each of 1000 elements', {
  f: (x: Float64Array) => {
    let s = 0;
    for (let i = 0; i < x.length; i++) {
      if (x[i] > 0) s += Math.sin(x[i]);
      else s += Math.cos(x[i]);
    }
    return s;
  },
  inputs: [
    (() => {
      const x = Float64Array.from({ length: 1000 }, () => uniform() + 2);
      return (): [Float64Array] => [x.slice()];
    })(),
    (() => {
      const x = Float64Array.from({ length: 1000 }, () => uniform() - 2);
      return (): [Float64Array] => [x.slice()];
    })(),
  ],
  exact: (x) => x.map((v) => (v > 0 ? Math.cos(v) : -Math.sin(v))),
});
describe('shape 29', () => {
  onBoth(29, 'signs mixed, against the closed form', (tier) => {
    const x = Float64Array.from({ length: 1000 }, () => uniform());
    const f = (v: Float64Array) => v.reduce((s, y) => s + (y > 0 ? Math.sin(y) : Math.cos(y)), 0);
    expect(grad(f, { tier })(x)).toEqual(x.map((v) => (v > 0 ? Math.cos(v) : -Math.sin(v))));
  });
});
