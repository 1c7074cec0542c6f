/** Shapes 30–48 of the program-shape catalogue: mutation and aliasing. */
import { describe, expect, test } from 'vitest';
import { grad, valueAndGrad } from '../../src/index.ts';
import { trackedIn } from '../tracked.ts';
import { onBoth, provider, shape } from './harness.ts';

const at =
  <A extends readonly unknown[]>(...args: A) =>
  (): A =>
    structuredClone(args) as unknown as A;

shape(30, 'fill a local array by index, return its sum', {
  f: (x: number[]) => {
    const y = new Array<number>(x.length);
    for (let i = 0; i < x.length; i++) y[i] = x[i] * x[(i + 1) % x.length];
    let s = 0;
    for (const v of y) s += v;
    return s;
  },
  inputs: [at([1, 2, 3])],
});
shape(30, 'the same with a Float64Array', {
  f: (x: Float64Array) => {
    const y = new Float64Array(x.length);
    for (let i = 0; i < x.length; i++) y[i] = x[i] * x[(i + 1) % x.length];
    let s = 0;
    for (const v of y) s += v;
    return s;
  },
  inputs: [() => [new Float64Array([1, 2, 3])]],
});

shape(31, 'write to the argument in place', {
  f: (x: number[]) => {
    x[0] = Math.sin(x[1]);
    x[1] = x[0] * x[2];
    return x[0] + x[1] ** 2;
  },
  inputs: [at([1, 2, 3])],
});
shape(31, 'write to a typed argument in place', {
  f: (x: Float64Array) => {
    x[0] = Math.sin(x[1]);
    x[1] *= x[2];
    x[2]++;
    return x[0] + x[1] ** 2 * x[2];
  },
  inputs: [() => [new Float64Array([1, 2, 3])]],
});

shape(32, 'overwrite an element that was used, twice', {
  f: (x: number[]) => {
    const before = x[0] * x[1];
    x[0] *= x[0];
    x[0] *= x[0];
    return x[0] * before;
  },
  inputs: [at([1.2, 2])],
});

describe('shape 33', () => {
  const read = (a: number[], b: number[]) => {
    let s = 0;
    for (let i = 0; i + 1 < a.length; i++) s += a[i] * b[i + 1];
    return s;
  };
  onBoth(33, 'the same array under two arguments: independent variables while nobody writes', (tier) => {
    const x = [1, 2, 3];
    expect(grad(read, { wrt: [0, 1], tier })(x, x)).toEqual([
      [2, 3, 0],
      [0, 1, 2],
    ]);
    expect(grad(read, { tier })(x, x)).toEqual([2, 3, 0]);
  });
  test('written and both differentiated: AmbiguousAlias', () => {
    const x = [1, 2, 3];
    const write = (a: number[], b: number[]) => {
      a[0] = a[0] * 2;
      return read(a, b);
    };
    expect(() => grad(write, { wrt: [0, 1] })(x, x)).toThrow(expect.objectContaining({ code: 'AmbiguousAlias' }));
    expect(x).toEqual([1, 2, 3]);
  });
  onBoth(33, 'written and one differentiated: the write is followed', (tier) => {
    const x = [1, 2, 3];
    const write = (a: number[], b: number[]) => {
      a[0] = a[0] * 2;
      return b[0] * a[1];
    };
    expect(grad(write, { tier })(x, x)).toEqual([4, 2, 0]);
    // Here a[0] is read, as a constant, before the write makes the two names one.
    expect(() => grad(write, { wrt: 1, tier })(x, x)).toThrow(expect.objectContaining({ code: 'AmbiguousAlias' }));
    expect(x).toEqual([1, 2, 3]);
  });
});

shape(34, 'views of one buffer written through both names', {
  f: (x: Float64Array) => {
    const tail = x.subarray(1);
    tail[0] = x[0] * x[1];
    x[2] *= tail[0];
    return x[1] + tail[1] + x.slice(0, 2).reduce((s, v) => s * v, 1);
  },
  inputs: [() => [new Float64Array([1.5, 2, 3])]],
});

shape(35, 'object field updated in a loop', {
  f: (o: { x: number; n: string }) => {
    for (let i = 0; i < 4; i++) o.x = Math.sin(o.x) * 1.5;
    return o.x;
  },
  inputs: [at({ x: 0.7, n: 'a' })],
});
class Scaled {
  x: number;
  constructor(x: number) {
    this.x = x;
  }
  scale(k: number): this {
    this.x *= k;
    return this;
  }
}
shape(35, 'method that writes this.x', {
  f: (x: number) => new Scaled(x).scale(3).scale(x).x,
  inputs: [at(2)],
  exact: (x) => 6 * x,
});

shape(36, 'a label and a count written beside the numbers', {
  f: (o: { x: number; label: string; count: number }) => {
    o.label = `step ${o.label}`;
    o.count += 1;
    o.x = o.x ** 2 * o.count;
    return o.x;
  },
  inputs: [at({ x: 1.5, label: 'a', count: 2 })],
});

shape(37, 'an array of mutable objects, one of them twice', {
  f: (x: number[]) => {
    const cell = { v: x[0] };
    const cells = [cell, { v: x[1] }, cell];
    cells[0].v *= 3;
    cells[2].v += x[1];
    const outer = { inner: { ref: cells[1] } };
    outer.inner.ref.v *= x[0];
    return cells.reduce((s, c) => s + c.v ** 2, 0);
  },
  inputs: [at([1, 2])],
});

function matmul(C: number[][], A: number[][], B: number[][]): void {
  for (let i = 0; i < A.length; i++) {
    for (let j = 0; j < B[0].length; j++) {
      C[i][j] = 0;
      for (let k = 0; k < B.length; k++) C[i][j] += A[i][k] * B[k][j];
    }
  }
}
shape(38, 'matrix product into a preallocated C', {
  f: (A: number[][], B: number[][], C: number[][]) => {
    matmul(C, A, B);
    return C.flat().reduce((s, v) => s + v * v, 0);
  },
  wrt: [0, 1],
  inputs: [
    at(
      [
        [1, 2],
        [3, 4],
      ],
      [
        [0.5, -1],
        [2, 1],
      ],
      [
        [9, 9],
        [9, 9],
      ],
    ),
  ],
});
shape(38, 'mul!(A, A, B)', {
  f: (A: number[][], B: number[][]) => {
    matmul(A, A, B);
    return A[0][0] * A[1][1] + A[0][1];
  },
  wrt: [0, 1],
  inputs: [
    at(
      [
        [1, 2],
        [3, 4],
      ],
      [
        [0.5, -1],
        [2, 1],
      ],
    ),
  ],
});

shape(39, 'stacks, splice, shift and unshift', {
  f: (x: number[]) => {
    const stack: number[] = [];
    for (const v of x) {
      stack.push(v * v);
      if (stack.length > 2) stack.push((stack.pop() as number) * (stack.pop() as number));
    }
    stack.unshift(x[0] * x[1]);
    const cut = stack.splice(1, 1, x[2], x[2] * 2);
    stack.length = Math.min(stack.length, 4);
    return stack.reduce((s, v, i) => s + v * (i + 1), 0) + cut[0] + (stack.shift() as number);
  },
  inputs: [at([1.1, 1.2, 1.3, 1.4])],
});

shape(40, 'sort, reverse, fill and copyWithin', {
  f: (x: number[]) => {
    const y = [...x].sort((a, b) => a - b);
    const z = [...y].reverse();
    const w = new Array<number>(5).fill(x[0]);
    w[3] = x[1];
    w.copyWithin(0, 3);
    const t = Float64Array.from(x).sort();
    return y.reduce((s, v, i) => s + v * (i + 1), 0) * z[0] + w.reduce((s, v, i) => s + v * i, 0) + t[0] * t[1];
  },
  inputs: [at([3, 1, 2]), at([1, 5, -2])],
});

shape(41, 'a workspace that is reused', {
  f: (x: number[], work: Float64Array) => {
    for (let k = 0; k < 3; k++) {
      work.fill(0);
      for (let i = 0; i < x.length; i++) work[i] += x[i] ** (k + 1);
      x[0] = work.reduce((s, v) => s + v, 0) * 0.1;
    }
    return x[0] + work[1];
  },
  inputs: [() => [[1, 2, 0.5], new Float64Array(3)]],
});
describe('shape 41', () => {
  onBoth(41, 'the same workspace in two calls', (tier) => {
    const work = new Float64Array(2);
    const f = (x: number[], w: Float64Array) => {
      w[0] = x[0] * x[1];
      w[1] = w[0] * x[0];
      return w[1];
    };
    expect(grad(f, { tier })([2, 3], work)).toEqual([12, 4]);
    expect(grad(f, { tier })([2, 3], work)).toEqual([12, 4]);
    expect([...work]).toEqual([0, 0]);
  });
});

const counter = { n: 0, last: 0 };
shape(42, 'a captured counter object', {
  f: (x: number) => {
    counter.n++;
    counter.last = counter.n * 2;
    return x ** 2 * counter.last;
  },
  reset: () => {
    counter.n = 0;
    counter.last = 0;
  },
  state: () => counter,
  inputs: [at(3)],
  exact: (x) => 4 * x,
});
shape(42, 'r = x in a Ref, then r.value *= x', {
  f: (x: number) => {
    const r = { value: 1 };
    const pow = (n: number) => {
      r.value = 1;
      while (n-- > 0) r.value *= x;
      return r.value;
    };
    return pow(3) + pow(2);
  },
  inputs: [at(1.5)],
  exact: (x) => 3 * x * x + 2 * x,
});

shape(43, 'swap elements and references', {
  f: (x: number[]) => {
    [x[0], x[2]] = [x[2], x[0]];
    let a = { v: x[0] };
    let b = { v: x[1] };
    [a, b] = [b, a];
    a.v *= 2;
    return a.v ** 2 + b.v * x[2];
  },
  inputs: [at([1, 2, 3])],
});

shape(44, 'clone, change the clone, use both', {
  f: (p: { w: number[]; o: { k: number } }) => {
    const c = structuredClone(p);
    c.w[0] *= p.o.k;
    c.o.k = c.w[0] + c.w[1];
    const s = { ...p, o: { ...p.o } };
    s.o.k = 5;
    return c.o.k * p.o.k + p.w[0] * s.w[1] + s.o.k * c.w[1];
  },
  inputs: [at({ w: [1, 2], o: { k: 3 } })],
});

shape(45, 'a copy of a Map with computed keys', {
  f: (m: Map<string, number>, x: number) => {
    const c = new Map(m);
    c.set('sum', (c.get('a') as number) + x);
    c.set(`k${Math.round(x)}`, x * x);
    let s = 0;
    for (const [, v] of c) s += v * v;
    return s + c.size;
  },
  wrt: [0, 1],
  inputs: [
    () => [
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
      3,
    ],
  ],
});

shape(46, 'a variable bound to a new array', {
  f: (x: number[]) => {
    let y = x;
    for (let k = 0; k < 3; k++) y = y.map((v, i) => v * y[(i + 1) % y.length]);
    return y.reduce((s, v) => s + v, 0) + x[0];
  },
  inputs: [at([0.9, 1.1, 1.2])],
});

const shared = [1, 2, 3];
describe('shape 47', () => {
  onBoth(47, 'captured and passed, only read: the captured one is a constant', (tier) => {
    const f = (x: number[]) => x[0] * shared[0] + x[1] * shared[1];
    expect(grad(f, { tier })(shared)).toEqual([1, 2, 0]);
    expect(shared).toEqual([1, 2, 3]);
  });
  onBoth(47, 'written through the argument, read through the capture', (tier) => {
    const f = (x: number[]) => {
      x[0] = x[0] ** 2 * x[1];
      return shared[0] * 3;
    };
    expect(valueAndGrad(f, { tier })(shared)).toEqual({ value: 6, grad: [12, 3, 0] });
    expect(shared).toEqual([1, 2, 3]);
  });
  onBoth(47, 'written through the capture, read through the argument', (tier) => {
    const f = (x: number[]) => {
      shared[0] = x[1] * 5;
      return x[0] * x[2];
    };
    expect(valueAndGrad(f, { tier })(shared)).toEqual({ value: 30, grad: [0, 15, 10] });
    expect(trackedIn(shared)).toEqual([]);
    expect(shared).toEqual([1, 2, 3]);
  });
});

describe('shape 48', () => {
  onBoth(48, 'one object as an argument and inside another', (tier) => {
    const inner = { v: 2 };
    const f = (a: { v: number }, b: { child: { v: number } }) => {
      a.v = a.v * 3;
      return b.child.v * 2;
    };
    expect(grad(f, { tier })(inner, { child: inner })).toEqual({ v: 6 });
    expect(() => grad(f, { wrt: [0, 1], tier })(inner, { child: inner })).toThrow(
      expect.objectContaining({ code: 'AmbiguousAlias' }),
    );
    expect(inner).toEqual({ v: 2 });
  });
});

describe('captured state', () => {
  test('an object that received a tracked number is put back whole', () => {
    const state = { a: 1, b: 2 };
    const f = (x: number) => {
      state.b = 7;
      state.a = x * 2;
      return state.a * state.b;
    };
    expect(grad(f)(3)).toBe(14);
    expect(trackedIn(state)).toEqual([]);
    expect(state).toEqual({ a: 1, b: 7 });
  });
  let last = 0;
  const remember = (x: number) => {
    last = x * 2;
    return last * x;
  };
  test('a captured variable that is written', () => {
    if (provider === 'inspector') {
      expect(() => grad(remember)(3)).toThrow(expect.objectContaining({ code: 'UnwritableBinding' }));
    } else {
      expect(grad(remember)(3)).toBe(12);
      expect(last).toBe(6);
    }
  });
});
