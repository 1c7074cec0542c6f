/** Jacobians and Hessians on the compiled tier, where several columns are had in a run, against the dynamic tier: column by column. */
import { describe, expect, it } from 'vitest';
import { grad, hessian, hvp, jacobian, jvp } from '../../src/index.ts';
import { onAuto } from '../../src/runtime/tier.ts';
import { compiledFirst, outcome } from './both.ts';

/** A structure with its numbers taken out. */
function taken(value: unknown, numbers: number[]): unknown {
  const seen = new Map<object, unknown>();
  const visit = (v: unknown): unknown => {
    if (typeof v === 'number') return `number ${numbers.push(v)}`;
    if (typeof v !== 'object' || v === null) return v;
    if (seen.has(v)) return seen.get(v);
    if (ArrayBuffer.isView(v)) {
      numbers.push(...(v as Float64Array));
      return `${v.constructor.name} ${(v as Float64Array).length}`;
    }
    const copy: Record<string, unknown> | unknown[] = Array.isArray(v) ? [] : Object.create(Object.getPrototypeOf(v));
    seen.set(v, copy);
    for (const key of Object.keys(v)) {
      (copy as Record<string, unknown>)[key] = visit((v as Record<string, unknown>)[key]);
    }
    return copy;
  };
  return visit(value);
}

/** The same structures on both tiers, and the same numbers but for rounding. Gives why the compiled tier was left. */
function agreeOnBoth(scene: () => unknown): readonly string[] {
  const before = onAuto.first;
  onAuto.first = 'dynamic';
  const wanted = outcome(scene);
  onAuto.first = before;
  expect(wanted).toHaveProperty('value');
  const { got, left } = compiledFirst(() => outcome(scene));
  const [x, y]: number[][] = [[], []];
  expect(taken(got, x)).toStrictEqual(taken(wanted, y));
  const norm = y.reduce((most, v) => (Number.isFinite(v) ? Math.max(most, Math.abs(v)) : most), 0);
  for (const [i, v] of y.entries()) {
    if (Number.isFinite(v)) expect(Math.abs(x[i] - v)).toBeLessThanOrEqual(1e-12 * norm);
    else expect(x[i]).toBe(v);
  }
  return left;
}

const wave = (n: number): number[] => Array.from({ length: n }, (_, i) => Math.sin(1 + i) + 1.5);

describe('columns', () => {
  const sizes = [0, 1, 2, 7, 8, 9, 16, 17, 31];

  it.each(sizes)('%i numbers', (n) => {
    const f = (x: number[]): number[] => {
      const out: number[] = [1];
      let product = 1;
      for (let i = 0; i < x.length; i++) {
        product *= x[i];
        out.push(product, x[i] * x[x.length - 1 - i]);
      }
      return out;
    };
    const g = (x: Float64Array): Float64Array => {
      const out = new Float64Array(3);
      for (let i = 0; i < x.length; i++) {
        out[i % 3] += x[i] * x[i];
        x[i] = 0;
      }
      return out;
    };
    const left = agreeOnBoth(() => {
      const x = wave(n);
      const typed = new Float64Array(x);
      return [
        jacobian(f, { mode: 'forward' })(x),
        jacobian(f, { mode: 'reverse' })(x),
        jacobian(g, { mode: 'forward' })(typed),
        jacobian(g, { mode: 'reverse' })(typed),
        typed,
      ];
    });
    expect(left).toEqual([]);
  });

  it.each(['forward', 'reverse'] as const)('results of every shape, %s', (mode) => {
    const left = agreeOnBoth(() => {
      const p = { a: 2, b: [3, 4], name: 'p', deep: { c: new Float32Array([0.5, 0.25]) } };
      type P = typeof p;
      const shapes = [
        (q: P) => q.a * q.b[1],
        (q: P) => [q.a * q.b[0], 7, q.b[1] ** 2],
        (q: P) => new Float64Array([q.a / q.b[0], 1, q.deep.c[0]]),
        (q: P) => new Float32Array([q.a / q.b[0], q.deep.c[1]]),
        (q: P) => ({ x: q.a, list: [[q.b[0] * q.deep.c[1]], []], tag: q.name, none: undefined as undefined | number }),
        (q: P): [number, { y: number }] => [q.a ** 3, { y: -q.b[1] }],
        (q: P) => q.b,
        (q: P) => q.deep,
        (_q: P) => 3,
        (_q: P) => [] as number[],
      ];
      return shapes.map((f) => jacobian(f as (q: P) => number, { mode })(p));
    });
    expect(left).toEqual([]);
  });

  it.each(['forward', 'reverse'] as const)('the argument itself, written and given back, %s', (mode) => {
    agreeOnBoth(() => {
      const list = [1, 2, 3];
      const doubled = (x: number[]): number[] => {
        for (let i = 1; i < x.length; i++) x[i] *= x[i - 1];
        return x;
      };
      return [jacobian(doubled, { mode })(list), list];
    });
  });

  it.each(['forward', 'reverse'] as const)('several arguments, aliases and linked structures, %s', (mode) => {
    interface Item {
      v: number;
      next: Item | null;
    }
    const left = agreeOnBoth(() => {
      const shared = [2, 3];
      const twice = (p: { a: number[]; b: number[] }, k: number) => [p.a[0] * p.b[0], p.a[1] * k];
      const chain: Item = { v: 1, next: { v: 2, next: { v: 3, next: null } } };
      const powers = (first: Item): number[] => {
        const out: number[] = [];
        let product = 1;
        for (let at: Item | null = first; at !== null; at = at.next) out.push((product *= at.v));
        return out;
      };
      const view = new Float64Array([1, 2, 3, 4]);
      const two = (p: { all: Float64Array; some: Float64Array }): number[] => [
        p.all[1] * p.some[0],
        p.some[1] * p.all[0],
      ];
      return [
        jacobian(twice, { mode })({ a: shared, b: shared }, 4),
        jacobian(twice, { mode, wrt: 1 })({ a: shared, b: shared }, 4),
        jacobian(powers, { mode })(chain),
        jacobian(two, { mode })({ all: view, some: view.subarray(1, 3) }),
        jacobian((s: string, x: number[], yes: boolean) => (s === 'a' && yes ? [x[0] * x[1]] : x), { mode, wrt: 1 })(
          'a',
          [5, 6],
          true,
        ),
      ];
    });
    expect(left).toEqual([]);
  });

  it('what is not finite is told by the dynamic tier', () => {
    const left = agreeOnBoth(() => [
      jacobian((x: number[]) => [Math.sqrt(x[0]), x[0] * x[1]], { mode: 'forward' })([0, 1]),
      jacobian((x: number[]) => [Math.sqrt(x[0]) ** 2, x[1]], { mode: 'reverse' })([0, 1]),
      jacobian((x: number[]) => [1 / x[0], x[1] / 0], { mode: 'forward' })([1, 1]),
    ]);
    expect(left).toHaveLength(3);
  });

  it('host calls and captured state: once for each column, or once for all rows', () => {
    const left = agreeOnBoth(() => {
      const state = { sum: 0 };
      const adding = (x: number[]): number[] => {
        state.sum += 1;
        return [x[0] * x[1] * state.sum, x[0]];
      };
      return [
        jacobian(adding, { mode: 'forward' })([1, 2]),
        state.sum,
        jacobian(adding, { mode: 'reverse' })([1, 2]),
        state.sum,
        hessian((x: number[]) => adding(x)[0])([1, 2]),
        state.sum,
      ];
    });
    expect(left).toEqual([]);
  });

  it('random draws are one for each column', () => {
    const draw = Math.random;
    try {
      agreeOnBoth(() => {
        let k = 0;
        Math.random = () => ++k / 10;
        const f = (x: number[]): number[] => [x[0] * Math.random(), x[1]];
        return [jacobian(f, { mode: 'forward' })([1, 2]), k, jacobian(f, { mode: 'reverse' })([1, 2]), k];
      });
    } finally {
      Math.random = draw;
    }
  });

  it('captured data is read anew, and shared state of two Jacobians is none', () => {
    agreeOnBoth(() => {
      const held = [2, 3];
      const f = (x: number[]): number[] => x.map((v, i) => v * held[i % 2]);
      const J = jacobian(f, { mode: 'forward' });
      const first = J([1, 2, 3]);
      held[0] = 5;
      return [first, J([1, 2, 3]), J(wave(20))];
    });
  });

  it('a function that throws throws its own error', () => {
    const left = agreeOnBoth(() => {
      const mine = (x: number[]): number[] => {
        if (x[1] > 1) throw new RangeError('too large');
        return x;
      };
      const caught = outcome(() => jacobian(mine, { mode: 'forward' })([1, 2])) as { thrown: Error };
      return [caught.thrown instanceof RangeError, caught.thrown.message, jacobian(mine, { mode: 'forward' })([1, 1])];
    });
    expect(left).toHaveLength(1);
  });

  it('the limit of memory holds for all of it, and fewer columns at a time need less', () => {
    const f = (x: Float64Array): Float64Array => {
      const out = new Float64Array(20_000);
      for (let i = 0; i < out.length; i++) out[i] = x[i % x.length] * i;
      return out;
    };
    const limited = (maxMemory: number) => jacobian(f, { mode: 'forward', tier: 'compiled', maxMemory });
    const x = new Float64Array(wave(16));
    expect(() => limited(200_000)(x)).toThrow(/MemoryLimit/);
    const rows = limited(1_000_000)(x);
    expect(rows).toHaveLength(20_000);
    expect(rows.every((row, i) => row.every((v, k) => v === (i % 16 === k ? i : 0)))).toBe(true);
  });

  it('data beside the argument is no variable, whatever way it comes', () => {
    const left = agreeOnBoth(() => {
      const data = new Float64Array([2, 3, 5]);
      const held = { k: new Float64Array([7, 11]) };
      const product = (a: Float64Array, b: Float64Array): number => a[0] * b[0] + a[1] * b[1];
      const f = (x: Float64Array, d: Float64Array): Float64Array => {
        const out = new Float64Array(3);
        out[0] = product(x, d) + product(d, x);
        out[1] = product(held.k, d) * x[0];
        out[2] = product(out, x);
        return out;
      };
      const same = new Float64Array([1, 2, 3]);
      const written = (x: Float64Array, d: Float64Array): number => {
        d[0] = x[0] * 2;
        return d[0] * x[1] + d[1];
      };
      const modes = ['forward', 'reverse'] as const;
      return modes.flatMap((mode) => [
        jacobian(f, { mode })(new Float64Array([1, 2, 3]), data),
        jacobian(f, { mode, wrt: 1 })(new Float64Array([1, 2, 3]), data),
        jacobian(f, { mode })(same, same),
        jacobian((x: Float64Array) => product(x, held.k) * x[0], { mode })(data),
        jacobian(written, { mode })(new Float64Array([1, 2]), new Float64Array([3, 4])),
        jacobian((p: { a: Float64Array; b: Float64Array }) => product(p.a, p.b), { mode })({ a: data, b: data }),
      ]);
    });
    expect(left).toEqual([]);
  });
});

describe('second derivatives', () => {
  it.each([1, 2, 8, 9, 20])('the Hessian by %i numbers', (n) => {
    const f = (x: number[]): number => {
      let sum = 0;
      for (let i = 0; i < x.length; i++) sum += x[i] ** 2 * x[(i + 1) % x.length] + Math.sin(x[i] * x[0]);
      return sum;
    };
    const left = agreeOnBoth(() => {
      const x = wave(n);
      return [
        hessian(f)(x),
        hvp(f)(
          x,
          x.map((_, i) => i),
        ),
        hessian((y: Float64Array) => f(Array.from(y)))(new Float64Array(x)),
      ];
    });
    expect(left.filter((why) => !why.includes('Array.from'))).toEqual([]);
  });

  it('structures, a single number, other arguments', () => {
    const left = agreeOnBoth(() => {
      const p = { a: 2, b: [3, 4], name: 'p', c: new Float32Array([0.5, 0.25]) };
      const f = (q: typeof p, k: number): number => q.a * q.b[0] ** 2 * k + q.c[1] ** 3 * q.a;
      return [
        hessian(f)(p, 3),
        hessian(f, { wrt: 1 })(p, 3),
        hessian((x: number, q: { y: number }) => x ** 3 * q.y)(2, { y: 5 }),
        hvp(f)(p, { a: 1, b: [1] }, 3),
        jacobian(grad(f), { mode: 'forward' })(p, 3),
        jacobian(grad(f), { mode: 'forward', wrt: 1 })(p, 3),
        jvp(grad(f), [p, 3], [{ a: 1 }, 1]),
      ];
    });
    expect(left).toEqual([]);
  });

  it('arguments that are written', () => {
    agreeOnBoth(() => {
      const x = [1, 2, 3];
      const f = (y: number[]): number => {
        for (let i = 1; i < y.length; i++) y[i] *= y[i - 1];
        return y[2] * y[1];
      };
      return [hessian(f)(x), x];
    });
  });
});
