import { afterEach, describe, expect, test } from 'vitest';
import { S } from '../../src/dynamic/numbers/box.ts';
import { derivative, grad, valueAndGrad } from '../../src/index.ts';

afterEach(() => {
  expect((Float64Array.prototype as any)[S]).toBe(undefined);
});

/** The gradient of f at x against central differences. */
function agrees(f: (x: any) => number, x: number[] | Float64Array | Float32Array): void {
  const { value, grad: g } = valueAndGrad(f)(x as never) as { value: number; grad: ArrayLike<number> };
  const copy = () => (Array.isArray(x) ? [...x] : x.slice());
  expect(value).toBeCloseTo(f(copy()), 12);
  for (let i = 0; i < x.length; i++) {
    const h = x instanceof Float32Array ? 1e-2 : 1e-5;
    const [up, down] = [copy(), copy()];
    up[i] += h;
    down[i] -= h;
    const width = up[i] - down[i];
    const fd = (f(up) - f(down)) / width;
    expect(g[i], `component ${i}`).toBeCloseTo(fd, x instanceof Float32Array ? 2 : 6);
  }
}

const workspace = new Float64Array(8);
const firstHalf = workspace.subarray(0, 4);
const memo: Record<string, number> = {};
const history: number[][] = [];

class Vector extends Float64Array {
  get norm2(): number {
    let s = 0;
    for (const v of this) s += v * v;
    return s;
  }
  scaled(k: number): Vector {
    return this.map((v) => v * k) as Vector;
  }
}

class Range {
  readonly n: number;
  readonly step: number;
  constructor(n: number, step: number) {
    this.n = n;
    this.step = step;
  }
  *[Symbol.iterator](): Generator<number> {
    for (let i = 0; i < this.n; i++) yield i * this.step;
  }
}

const recorder = new Proxy({} as Record<string, number>, {
  get: (target, k) => (k in target ? target[k as string] * 2 : 1),
  set(target, k, v) {
    target[k as string] = v + 1;
    return true;
  },
});

const counters = {
  total: 0,
  set add(v: number) {
    this.total += v;
  },
  get half(): number {
    return this.total / 2;
  },
};

describe('gradients through objects and typed memory', () => {
  test('a captured workspace that is reused, with views from before', () => {
    const f = (x: number[]) => {
      for (let i = 0; i < x.length; i++) workspace[i] = x[i] * x[(i + 1) % x.length];
      workspace.fill(0, 4);
      workspace.set(firstHalf, 4);
      firstHalf.reverse();
      return firstHalf.reduce((s, v, i) => s + v * (i + 1), 0) + workspace[5] ** 2;
    };
    agrees(f, [1, 2, 3, 4]);
    agrees(f, [0.5, -1, 2, 1.5]);
    const before = Float64Array.from(workspace);
    grad(f)([1, 2, 3, 4]);
    expect(workspace).toEqual(before);
    expect(Reflect.ownKeys(workspace).length).toBe(8);
    expect(Reflect.ownKeys(firstHalf).length).toBe(4);
  });

  test('views, slices and copies of an argument', () => {
    agrees(
      (x: Float64Array) => {
        const mid = x.subarray(1, 3);
        mid[0] *= mid[1];
        const copy = Float64Array.from(x, (v) => Math.sin(v));
        const single = new Float64Array(x);
        x.copyWithin(0, 2);
        return x[0] * copy[1] + mid[0] ** 2 + x.slice(-2)[0] + single[3] + x.toSorted()[2] + x.with(0, x[1] * 2)[0];
      },
      new Float64Array([1.5, 2.5, 0.75, 3.25]),
    );
  });

  test('Float32Array', () => {
    agrees((x: Float32Array) => x.map((v) => v * v).reduce((a, b) => a + b, 0) * x[0], new Float32Array([1, 2, 3]));
  });

  test('DataView and mixed fields', () => {
    agrees(
      (x: number[]) => {
        const b = new ArrayBuffer(32);
        const d = new DataView(b);
        d.setFloat64(1, x[0] * x[1]);
        d.setFloat32(12, x[1], true);
        d.setInt16(20, 7);
        const moved = b.slice(1, 9);
        return new DataView(moved).getFloat64(0) * d.getInt16(20) + d.getFloat64(1) ** 2;
      },
      [1.25, 2.5],
    );
  });

  test('reinterpreted bits are refused', () => {
    const f = (x: number) => {
      const a = new Float64Array([x]);
      return new Uint32Array(a.buffer)[1] + x;
    };
    expect(() => derivative(f)(2)).toThrow(expect.objectContaining({ code: 'BitReinterpretation' }));
  });

  test('subclasses of typed arrays', () => {
    agrees(
      (x: number[]) => {
        const v = new Vector(x);
        const w = v.scaled(x[0]);
        expect(w).toBeInstanceOf(Vector);
        return (w as Vector).norm2 + (Vector as any).from([x[1], 2]).norm2;
      },
      [1, 2, 3],
    );
  });

  test('sorting by a tracked comparator', () => {
    agrees(
      (x: number[]) => {
        const a = Float64Array.from(x).sort((p, q) => q - p);
        return a[0] * 3 + a[1] * a[2];
      },
      [2, 5, 3],
    );
  });

  test('integers have no derivative', () => {
    expect(grad((x: number[]) => new Int32Array(x)[0] * x[0])([2.5])).toEqual([2]);
  });

  test('user iterables, getters, setters, accessors of a captured object', () => {
    agrees(
      (x: number[]) => {
        let s = 0;
        for (const v of new Range(3, x[0])) s += v * x[1];
        const [a, ...rest] = new Range(4, x[1]);
        counters.total = 0;
        counters.add = s;
        counters.add = a + rest[2];
        const o = {
          get g() {
            return x[0] * x[1];
          },
          h: 1,
        };
        const { ...copy } = o;
        return counters.half + copy.g + { ...o }.g;
      },
      [2, 3],
    );
    expect(typeof counters.total).toBe('number');
    expect(Object.getOwnPropertySymbols(counters)).toEqual([]);
  });

  test('a captured Proxy runs its traps', () => {
    agrees(
      (x: number[]) => {
        recorder.a = x[0] * x[0];
        return recorder.a * recorder.missing;
      },
      [3],
    );
    expect(typeof recorder.a).toBe('number');
  });

  test('memo and history keep their values, as numbers', () => {
    const f = (x: number) => {
      history.push([x, x * x]);
      memo[`k${history.length}`] = x;
      return history[history.length - 1][1];
    };
    expect(derivative(f)(3)).toBe(6);
    expect(history).toEqual([[3, 9]]);
    expect(memo).toEqual({});
    expect(history[0][0] + 1).toBe(4);
  });

  test('the result of a young array filled by a function is kept', () => {
    const fill = (out: number[], x: number) => {
      out[0] = x * 2;
      out[1] = 5;
    };
    const f = (x: number) => {
      const out = [0, 0];
      fill(out, x);
      return { loss: out[0] * x, out };
    };
    const r = valueAndGrad(
      (x: number) => {
        const { loss, out } = f(x);
        return [loss, out] as [number, number[]];
      },
      { hasAux: true } as never,
    )(3) as any;
    expect(r.aux).toEqual([6, 5]);
    expect(r.grad).toBe(12);
  });

  test('nested derivatives share typed memory', () => {
    const buf = new Float64Array(1);
    const f = (x: number) =>
      x *
      derivative((y: number) => {
        buf[0] = x * y * y;
        return buf[0];
      })(2);
    expect(derivative(f)(3)).toBe(24);
    expect(buf[0]).toBe(0);
  });

  test('non-differentiated arguments are put back entirely', () => {
    const work = { buffer: new Float64Array(2), list: [1], map: new Map([['a', 1]]) };
    const f = (x: number, w: typeof work) => {
      w.buffer[0] = x;
      w.buffer[1] = 7;
      w.list.push(x);
      w.map.set('b', x).delete('a');
      (w as any).extra = 1;
      return w.buffer[0] * w.list[1] * (w.map.get('b') as number);
    };
    expect(grad(f)(2, work)).toBe(12);
    expect(work).toEqual({ buffer: new Float64Array(2), list: [1], map: new Map([['a', 1]]) });
    expect(Reflect.ownKeys(work)).toEqual(['buffer', 'list', 'map']);
  });

  test('async: old objects are clean while it waits', async () => {
    const shared = { v: 1, typed: new Float64Array(1) };
    const f = async (x: number) => {
      shared.v = x * 2;
      shared.typed[0] = x * 3;
      await null;
      return shared.v * shared.typed[0];
    };
    const p = grad(f)(2) as unknown as Promise<number>;
    expect(shared.v).toBe(4);
    expect(shared.typed[0]).toBe(6);
    expect(await p).toBe(24);
    expect(shared.v).toBe(1);
    expect(shared.typed[0]).toBe(0);
  });
});
