/** Typed arrays of every kind of memory: detached, resized, shared, with NaN of any payload, large, under several views. */
import { describe, expect, it } from 'vitest';
import { grad, valueAndGrad, vjp } from '../../src/index.ts';
import { compiledFirst, sameOnBoth } from './both.ts';

const sum = (x: Float64Array) => {
  let s = 0;
  for (let i = 0; i < x.length; i++) s += x[i] * x[i];
  return s;
};

/** Detaches the buffer. */
const take = (x: ArrayBufferView) => structuredClone(x.buffer, { transfer: [x.buffer as ArrayBuffer] });

describe('memory of typed arrays', () => {
  it('detached, before a call and between two', () => {
    sameOnBoth(() => {
      const gone = new Float64Array([1, 2]);
      take(gone);
      return [valueAndGrad(sum)(new Float64Array([3, 4])), valueAndGrad(sum)(gone)];
    });
    sameOnBoth(() => {
      const table = new Float64Array([1, 2]);
      const f = (x: number) => x * table.length + (table[0] ?? 5) * x;
      const before = valueAndGrad(f)(3);
      take(table);
      return [before, valueAndGrad(f)(3)];
    });
  });

  it('detached, as an argument that is differentiated, is refused', () => {
    const gone = new Float64Array([1, 2]);
    take(gone);
    expect(() => grad(sum)(gone)).toThrow(/BadArgument.*detached/);
    expect(() => vjp((o: { readonly x: Float64Array }) => sum(o.x), { x: gone })).toThrow(/BadArgument.*detached/);
  });

  it('a pullback does not need the buffer any more', () => {
    sameOnBoth(() => {
      const x = new Float64Array([3, 4]);
      const { value, pullback } = vjp(sum, x);
      take(x);
      return [value, pullback(1), pullback(2)];
    });
  });

  it('resizable and shared', () => {
    type Resizable = ArrayBuffer & { resize(bytes: number): void };
    const Kind = ArrayBuffer as unknown as new (bytes: number, options: { maxByteLength: number }) => Resizable;
    sameOnBoth(() => {
      const buffer = new Kind(16, { maxByteLength: 64 });
      if (typeof buffer.resize !== 'function') return [];
      const tracking = new Float64Array(buffer);
      tracking.set([3, 4]);
      const fixed = new Float64Array(buffer, 0, 2);
      const f = (x: number) => x * tracking.length + tracking[tracking.length - 1] * x;
      const seen = [valueAndGrad(sum)(tracking), valueAndGrad(sum)(fixed), valueAndGrad(f)(2)];
      buffer.resize(32);
      tracking[3] = 7;
      seen.push(valueAndGrad(sum)(tracking), valueAndGrad(sum)(fixed), valueAndGrad(f)(2));
      buffer.resize(8);
      seen.push(valueAndGrad(sum)(tracking), valueAndGrad(sum)(fixed), valueAndGrad(f)(2));
      return seen;
    });
    sameOnBoth(() => {
      const shared = new Float64Array(new SharedArrayBuffer(16));
      shared.set([3, 4]);
      return valueAndGrad(sum)(shared);
    });
  });

  it('NaN keeps what it is through other views, or the tier declines', () => {
    const bits = (x: Float64Array) => new Uint32Array(x.buffer.slice(0));
    sameOnBoth(() => {
      const x = new Float64Array(3);
      new Uint32Array(x.buffer).set([1, 0x7ff80000, 5, 0xfff00000, 0, 0x40080000]);
      const kept = new Float64Array(3);
      const f = (t: number) => {
        for (let i = 0; i < 3; i++) kept[i] = x[i];
        return t * x[2];
      };
      return [valueAndGrad(f)(2), bits(kept).length, Number.isNaN(kept[0]), Number.isNaN(kept[1]), kept[2]];
    });
    sameOnBoth(() => {
      const x = new Float64Array([Number.NaN, 2, -0]);
      const f = (a: Float64Array) => (a[0] === a[0] ? 1 : a[1] * a[1]) + (Object.is(a[2], -0) ? a[1] : 0);
      return valueAndGrad(f)(x);
    });
  });

  it('views of one buffer: one argument twice, parts that overlap, other element types', () => {
    const both = (x: Float64Array, y: Float64Array) => {
      x[0] = x[1] * 2;
      return x[0] * y[0] + y[1];
    };
    const read = (x: Float64Array, y: Float64Array) => x[0] * y[0] + x[1] * y[1];
    const bytes = (x: Float64Array, y: Uint8Array) => {
      y[0] = 3;
      return x[0] * y[0];
    };
    sameOnBoth(() => {
      const x = new Float64Array([2, 3, 5]);
      return [valueAndGrad(read, { wrt: [0, 1] })(x, x), valueAndGrad(read, { wrt: [0, 1] })(x, x.subarray(1))];
    });
    for (const to of [(x: Float64Array) => x, (x: Float64Array) => x.subarray(1), (x: Float64Array) => x.slice()]) {
      sameOnBoth(() => {
        const x = new Float64Array([2, 3, 5]);
        return valueAndGrad(both, { wrt: [0, 1] })(x, to(x));
      });
      sameOnBoth(() => {
        const x = new Float64Array([2, 3, 5]);
        return [valueAndGrad(both)(x, to(x)), [...x]];
      });
    }
    sameOnBoth(() => {
      const x = new Float64Array([2, 3]);
      return valueAndGrad(bytes)(x, new Uint8Array(x.buffer, 8));
    });
    sameOnBoth(() => {
      const f = (x: Float64Array) => {
        const y = new Float32Array(x.buffer);
        y[0] = 1;
        return x[0] * x[1];
      };
      return valueAndGrad(f)(new Float64Array([2, 3]));
    });
  });

  it('a view that begins within an element, of a buffer whose end is no element', () => {
    sameOnBoth(() => {
      const buffer = new ArrayBuffer(30);
      const x = new Float32Array(buffer, 4, 3);
      x.set([1.5, 2.5, 3.5]);
      const y = new Int16Array(buffer, 2, 5);
      return [
        valueAndGrad((a: Float32Array) => a[0] * a[2])(x),
        valueAndGrad((t: number) => t * y[1] + t * y[4])(2),
        valueAndGrad((a: Float32Array) => a.subarray(1)[1] * a[0])(x),
      ];
    });
  });
});

describe('numbers at the ends of their range', () => {
  it('an integer that leaves its 32 bits', () => {
    const f = (x: number, n: number) => {
      let k = 1;
      for (let i = 0; i < n; i++) k *= 65537;
      return x * k + (k | 0) * x;
    };
    const up = (x: number, from: number) => {
      let k = from | 0;
      for (let i = 0; i < 3; i++) k++;
      return x * k;
    };
    const product = (x: number, a: number) => x * ((a | 0) * (a | 0)) + (((a | 0) * (a | 0)) | 0);
    const minus = (x: number, a: number) => x / -(a | 0);
    const rest = (x: number, a: number) => x / ((a | 0) % 4);
    const index = (x: Float64Array, a: number) => (x[(a | 0) - 1] ?? 9) * (x[-(a | 0)] ?? 7) * x[0];
    sameOnBoth(() => [1, 2, 3, 4, 40].map((n) => valueAndGrad(f)(1.5, n)));
    sameOnBoth(() => [2 ** 31 - 2, -(2 ** 31), 5].map((n) => valueAndGrad(up)(1.5, n)));
    sameOnBoth(() => [3, 46341, 2 ** 31 - 1, -(2 ** 31), 1e9].map((n) => valueAndGrad(product)(1.5, n)));
    sameOnBoth(() => [0, 1, -(2 ** 31)].map((n) => valueAndGrad(minus)(1.5, n).value));
    sameOnBoth(() => [-4, -3, 0, 3, 4].map((n) => valueAndGrad(rest)(1.5, n).value));
    sameOnBoth(() => [0, 1, 2, -1].map((n) => valueAndGrad(index)(new Float64Array([2, 3]), n)));
  });

  it('lengths and counters that are no small integers', () => {
    const list = (x: number, n: number) => {
      const a = new Array<number>(n).fill(x);
      return a.reduce((s, v) => s + v, 0) * a.length;
    };
    sameOnBoth(() => [valueAndGrad(list)(2, 3), valueAndGrad(list)(2, 0)]);
    for (const n of [-1, 1.5, 2 ** 32, Number.NaN]) sameOnBoth(() => valueAndGrad(list)(2, n));
    const typed = (x: number, n: number) => {
      const a = new Float64Array(n).fill(x);
      return a.reduce((s, v) => s + v, 0) * x;
    };
    sameOnBoth(() => [valueAndGrad(typed)(2, 3), valueAndGrad(typed)(2, 1.5), valueAndGrad(typed)(2, Number.NaN)]);
    sameOnBoth(() => valueAndGrad(typed)(2, -1));
    const steps = (x: number, to: number, by: number) => {
      let s = 0;
      for (let i = 0; i < to; i += by) s += x * i;
      return s;
    };
    sameOnBoth(() =>
      [
        [3, 1],
        [3, 0.5],
        [2 ** 31 + 2, 2 ** 30],
        [-1, 1],
        [Number.NaN, 1],
      ].map(([to, by]) => valueAndGrad(steps)(2, to, by)),
    );
  });
});

describe('pullbacks that are held', () => {
  it('segments are given back in any order, while others live', () => {
    const { left } = compiledFirst(() => {
      const at = (n: number) => new Float64Array(50).fill(n);
      let held = Array.from({ length: 6 }, (_, i) => ({ n: i + 1, ...vjp(sum, at(i + 1)) }));
      for (const drop of [2, 0, 3]) {
        held = held.filter((_, i) => i !== drop);
        (globalThis as { gc?: () => void }).gc?.();
        // What is free now is used again.
        held.push({ n: 10 + drop, ...vjp(sum, at(10 + drop)) });
        grad(sum)(at(99));
        for (const { n, value, pullback } of held) {
          expect(value).toBe(50 * n * n);
          const [gradient] = pullback(0.5) as [Float64Array];
          expect([...gradient]).toEqual(new Array(50).fill(n));
        }
      }
    });
    expect(left).toEqual([]);
  });
});
