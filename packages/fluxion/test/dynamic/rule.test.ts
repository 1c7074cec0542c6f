import { describe, expect, test } from 'vitest';
import { checkRule, defineRule, derivative, grad, hessian, jacobian, jvp, valueAndGrad, vjp } from '../../src/index.ts';

const shape = expect.objectContaining({ code: 'RuleShape' });

describe('partials', () => {
  // Deliberately not the true derivative, so that it shows which one was used.
  const f = defineRule((x: number, y: number) => x * x + y, { partials: [(x) => 10 * x, () => 7] });

  test('serve both modes and every higher order', () => {
    expect(grad((x: number) => f(x, 1) * 2)(3)).toBe(60);
    expect(jvp((x: number, y: number) => f(x, y), [3, 1], [1, 2])).toEqual({ value: 10, tangent: 44 });
    expect(derivative(derivative((x: number) => f(x, x)))(3)).toBe(10);
    expect(hessian((v: number[]) => f(v[0]!, v[1]!))([3, 4])).toEqual([
      [10, 0],
      [0, 0],
    ]);
  });

  test('of captured numbers too', () => {
    const k = 4;
    const g = defineRule((x: number) => k * x, { partials: [() => k] });
    expect(grad((x: number) => g(x) * x)(2)).toBe(16);
  });

  test('of a native function', () => {
    const native = Object.is.bind(undefined, 0) as unknown as (x: number) => number;
    const f0 = defineRule(native, { partials: [() => 3] });
    void f0;
    expect(() => grad((x: number) => Number(native(x)))(2)).not.toThrow(TypeError);
  });

  test('untracked arguments run the function itself', () => {
    let calls = 0;
    const g = defineRule(
      (x: number) => {
        calls++;
        return x;
      },
      { partials: [() => 1] },
    );
    expect(grad((x: number) => x * g(2))(5)).toBe(2);
    expect(calls).toBe(1);
  });
});

describe('vjp', () => {
  type Point = { x: number; at: number[]; name: string };
  const norm = defineRule((p: Point) => Math.hypot(p.x, ...p.at), {
    vjp: (ct, value, p) => [{ x: (ct * p.x) / value, at: p.at.map((v) => (ct * v) / value), name: undefined }] as never,
  });

  test('of an object, in both modes and nested', () => {
    const p: Point = { x: 3, at: [4, 12], name: 'p' };
    expect(grad((q: Point) => norm(q) * 13)(p)).toEqual({ x: 3, at: [4, 12], name: undefined });
    expect(jvp(norm, [p], [{ x: 1, at: [0, 1], name: undefined }]).tangent).toBeCloseTo(15 / 13, 14);
    const second = derivative(derivative((x: number) => norm({ x, at: [4, 12], name: '' })))(3);
    expect(second).toBeCloseTo(160 / 13 ** 3, 12);
    expect(checkRule(norm, p).largestError).toBeLessThan(1e-6);
    expect(p).toEqual({ x: 3, at: [4, 12], name: 'p' });
  });

  test('of typed arrays, with several results', () => {
    const scale = defineRule((v: Float64Array, k: number) => v.map((x) => x * k), {
      vjp: (ct, _value, v, k) => [
        (ct as Float64Array).map((c) => c * k),
        (ct as Float64Array).reduce((sum, c, i) => sum + c * v[i]!, 0),
      ],
    });
    const v = Float64Array.of(1, 2, 3);
    const { value, pullback } = vjp(scale, v, 2);
    expect(value).toEqual(Float64Array.of(2, 4, 6));
    expect(pullback(Float64Array.of(1, 0, 10) as never)).toEqual([Float64Array.of(2, 0, 20), 31]);
    expect(pullback(Float64Array.of(0, 0, 0) as never)).toEqual([Float64Array.of(0, 0, 0), 0]);
    expect(jacobian((x: Float64Array) => scale(x, 3), { mode: 'forward' })(v)).toEqual(
      jacobian((x: Float64Array) => scale(x, 3), { mode: 'reverse' })(v),
    );
    const g = grad((x: Float64Array) => scale(scale(x, 2), x[0]!).reduce((a, b) => a + b))(v);
    // 2 x0 (x0 + x1 + x2)
    expect(g).toEqual(Float64Array.of(2 * 6 + 2, 2, 2));
  });

  test('undefined stands for zeros', () => {
    const first = defineRule((a: number[], b: number[]) => a[0]! * b[0]!, {
      vjp: (ct, _v, a, b) => [a.map((_, i) => (i === 0 ? ct * b[0]! : 0)), undefined] as never,
    });
    expect(grad(first, { wrt: [0, 1] })([2, 3], [5])).toEqual([[5, 0], [0]]);
  });
});

describe('jvp', () => {
  const polar = defineRule((r: number, a: number) => ({ x: r * Math.cos(a), y: r * Math.sin(a) }), {
    jvp: ([dr, da], value, r, a) => ({
      x: dr * Math.cos(a) - da * value.y,
      y: dr * Math.sin(a) + r * da * Math.cos(a),
    }),
  });

  test('serves both modes and nesting', () => {
    expect(checkRule(polar, 2, 0.7).largestError).toBeLessThan(1e-6);
    const f = (r: number, a: number): number => {
      const p = polar(r, a);
      return p.x * p.y;
    };
    const exact = (r: number, a: number): number[] => [r * Math.sin(2 * a), r * r * Math.cos(2 * a)];
    grad(f, { wrt: [0, 1] })(2, 0.7).forEach((d, i) => expect(d).toBeCloseTo(exact(2, 0.7)[i]!, 12));
    expect(derivative(derivative((a: number) => f(2, a)))(0.7)).toBeCloseTo(-2 * 4 * Math.sin(1.4), 10);
  });
});

describe('a rule', () => {
  test('counts from when it is defined, also after a first use', () => {
    const f = (x: number): number => x * x;
    const g = (x: number): number => f(x) + f(x);
    expect(grad(g)(3)).toBe(12);
    defineRule(f, { partials: [() => 100] });
    expect(grad(g)(3)).toBe(200);
    defineRule(f, { partials: [() => 1] });
    expect(grad(g)(3)).toBe(2);
  });

  test('of the wrong shape is refused, when it is given or when it is used', () => {
    const f = (x: number[], y: number): number => x[0]! * y;
    for (const rule of [
      undefined,
      null,
      {},
      { partial: [] },
      { partials: () => 1 },
      { partials: [1] },
      { vjp: 3 },
      { jvp: {} },
    ]) {
      expect(() => defineRule(f, rule as never), JSON.stringify(rule)).toThrow(shape);
    }
    const used = (rule: object): (() => unknown) => {
      const g = defineRule((x: number[], y: number): number => x[0]! * y, rule as never);
      return () => grad(g, { wrt: [0, 1] })([1, 2], 3);
    };
    expect(used({ partials: [() => 1, () => 1] })).toThrow(/argument 0.*vjp or jvp/);
    expect(used({ vjp: () => 5 })).toThrow(/list with one cotangent for each argument.*a number/);
    expect(used({ vjp: () => [[1, 2]] })).toThrow(/1 cotangent for 2 arguments/);
    expect(used({ vjp: () => [[1], 2] })).toThrow(/cotangent of argument 0 should have length 2, and has 1/);
    expect(used({ vjp: () => [7, 2] })).toThrow(
      /cotangent of argument 0 should have the shape of an array of length 2/,
    );
    expect(used({ vjp: () => [[1, 'a'], 2] })).toThrow(/should be a number, and is a string/);
    expect(used({ jvp: () => [1] })).toThrow(/tangent that jvp gave should be a number, and is an array of length 1/);
    const one = defineRule((x: number, y: number) => x * y, { partials: [() => 1] } as never);
    expect(() => grad(one, { wrt: [0, 1] })(2, 3)).toThrow(/1 partial derivative for 2 arguments/);
    const text = defineRule((x: number) => x, { partials: [() => 'a'] } as never);
    expect(() => grad(text)(2)).toThrow(/partials\[0\] gave a string/);
    const list = defineRule((x: number) => [x], { partials: [() => 1] } as never);
    expect(() => grad((x: number) => list(x)[0]!)(2)).toThrow(shape);
  });

  test('an error of its own passes through', () => {
    const f = defineRule((x: number) => x, {
      partials: [
        () => {
          throw new RangeError('mine');
        },
      ],
    });
    expect(() => grad(f)(1)).toThrow(new RangeError('mine'));
  });

  test('on the differentiated function itself', () => {
    const f = defineRule((x: number) => x ** 3, { partials: [(x) => 3 * x * x] });
    expect(valueAndGrad(f)(2)).toEqual({ value: 8, grad: 12 });
  });
});
