/** Each way out of compiled code, forced: the dynamic tier answers, and nothing but the time tells. */
import { describe, expect, it } from 'vitest';
import { FluxionError, grad, jacobian, jvp, valueAndGrad, vjp } from '../../src/index.ts';
import { compiledFirst, sameOnBoth } from './both.ts';

describe('what compiled code can not go on with', () => {
  it('a read out of bounds', () => {
    const f = (a: Float64Array, n: number) => {
      let s = 0;
      for (let i = 0; i < n; i++) s += a[i] === undefined ? 1 : a[i] * a[i];
      return s;
    };
    const left = sameOnBoth(() => valueAndGrad(f)(new Float64Array([1, 2, 3]), 5));
    expect(left.length).toBeLessThanOrEqual(1);
    const g = (a: number[], i: number) => a[i] * a[0];
    expect(sameOnBoth(() => valueAndGrad(g)([2, 3], 1))).toEqual([]);
    expect(sameOnBoth(() => valueAndGrad(g)([2, 3], 7))).toHaveLength(1);
  });

  it('an index that is none', () => {
    const f = (a: number[], i: number) => a[i] * 2;
    expect(sameOnBoth(() => valueAndGrad(f)([1, 2], 0.5))).toHaveLength(1);
    expect(sameOnBoth(() => valueAndGrad(f)([1, 2], -1))).toHaveLength(1);
  });

  it('a hole', () => {
    const f = (a: number[]) => a[0] * (a[1] ?? 3) * a[2];
    expect(sameOnBoth(() => valueAndGrad(f)([1, 2, 3]))).toEqual([]);
    sameOnBoth(() => valueAndGrad(f)([1, , 3] as number[]));
  });

  it('another shape, another prototype, between two calls', () => {
    class A {
      x: number;
      constructor(x: number) {
        this.x = x;
      }
      at(y: number) {
        return this.x * y;
      }
    }
    class B extends A {
      override at(y: number) {
        return this.x + y;
      }
    }
    const f = (a: A, y: number) => a.at(y) * y;
    sameOnBoth(() => [
      valueAndGrad(f)(new A(2), 3),
      valueAndGrad(f)(new B(2), 3),
      valueAndGrad(f)(Object.assign(new A(2), { z: 1 }), 3),
      valueAndGrad(f)(new A(5), 4),
    ]);
    sameOnBoth(() => {
      const a = new A(2);
      const before = valueAndGrad(f)(a, 3);
      Object.setPrototypeOf(a, B.prototype);
      return [before, valueAndGrad(f)(a, 3)];
    });
    sameOnBoth(() => {
      const old = A.prototype.at;
      const before = valueAndGrad(f)(new A(2), 3);
      try {
        A.prototype.at = function (y) {
          return this.x * y * y;
        };
        return [before, valueAndGrad(f)(new A(2), 3)];
      } finally {
        A.prototype.at = old;
      }
    });
  });

  it('memory: more is taken as it is needed, up to maxMemory', () => {
    const f = (x: number, n: number) => {
      const a: number[] = [];
      for (let i = 0; i < n; i++) a.push(x * i);
      let s = 0;
      for (const v of a) s += v * v;
      return s;
    };
    expect(sameOnBoth(() => [valueAndGrad(f)(2, 10), valueAndGrad(f)(2, 30_000), valueAndGrad(f)(2, 10)])).toEqual([]);
    const limited = grad(f, { tier: 'compiled', maxMemory: 2 ** 20 });
    expect(() => limited(2, 300_000)).toThrow(FluxionError);
    expect(() => limited(2, 300_000)).toThrow(/MemoryLimit/);
    expect(limited(2, 3)).toBe(20);
  });

  it('recursion', () => {
    const down = (x: number, n: number): number => (n === 0 ? x : down(x, n - 1) * 0.5 + x);
    const left = sameOnBoth(() => valueAndGrad(down)(1, 500));
    expect(left).toEqual([]);
    const depth = (call: (n: number) => unknown): number => {
      let n = 1000;
      for (;;) {
        try {
          call(n);
        } catch {
          return n;
        }
        n = Math.ceil(n * 1.2);
      }
    };
    const plain = depth((n) => down(1, n));
    const compiled = depth((n) => grad(down, { tier: 'compiled' })(1, n));
    expect(compiled).toBeGreaterThan(plain / 2);
  });

  it("the user's error is the user's object, with its message and frames", () => {
    const kept = new RangeError('kept');
    const f = (x: number, how: number) => {
      if (how === 1) throw new TypeError(`not ${how}`);
      if (how === 2) throw kept;
      return x * x;
    };
    compiledFirst(() => {
      expect(grad(f)(3, 0)).toBe(6);
      expect(() => grad(f)(3, 1)).toThrow(new TypeError('not 1'));
      let thrown: unknown;
      try {
        grad(f)(3, 2);
      } catch (e) {
        thrown = e;
      }
      expect(thrown).toBe(kept);
      try {
        grad(f)(3, 1);
      } catch (e) {
        expect((e as Error).stack?.split('\n')[1]).toMatch(/at f \(.*leaving\.test\.ts/);
      }
      // Errors do not speak against compiling.
      for (let i = 0; i < 5; i++) expect(() => grad(f)(3, 1)).toThrow(TypeError);
      const { left } = compiledFirst(() => grad(f)(3, 0));
      expect(left).toEqual([]);
    });
  });

  it('what meets infinities is told by the conventions', () => {
    sameOnBoth(() => [
      grad((x: number) => (x > 0 ? Math.sqrt(x) : 0))(0),
      grad((x: number) => Math.min(1, 1 / x))(0),
      grad((x: number) => 0 * Math.sqrt(x))(0),
      grad((x: number) => Math.sqrt(x) ** 2)(0),
      grad((x: number) => Math.sqrt(x))(0),
      grad((x: number) => Math.log(x))(-1),
      jvp((x: number) => Math.sqrt(x) * 0, [0], [1]),
      jacobian((x: number) => [Math.sqrt(x), x])(0),
      vjp((x: number) => [Math.sqrt(x), x], 0).pullback([0, 1]),
      vjp((x: number) => [Math.sqrt(x), x], 0).pullback([1, 1]),
      grad((a: Float64Array) => Math.sqrt(a[0]) * a[1])(new Float64Array([0, 0])),
    ]);
  });

  it('after three failures a kind of call stays on the dynamic tier, others do not', () => {
    const f = (a: number[], i: number) => a[i] * a[0];
    const { left } = compiledFirst(() => {
      for (let n = 0; n < 5; n++) expect(grad(f)([2, 3], 9)).toEqual([Number.NaN, 0]);
      expect(grad(f)([2, 3], 1)).toEqual([3, 2]);
      expect(grad(f as never)(new Float64Array([2, 3]), 1)).toEqual(new Float64Array([3, 2]));
    });
    expect(left).toHaveLength(6);
    expect(left[5]).toMatch(/too often/);
  });
});
