/** The structure of values as a differentiation sees it: leaves, aliases, views, what is refused. */
import { describe, expect, test } from 'vitest';
import { fill, outlineOf, project } from '../../src/dynamic/outline.ts';
import { grad, vjp } from '../../src/index.ts';

describe('outlines', () => {
  test('one number of one object has one leaf, whichever path leads to it', () => {
    const shared = [1, 2];
    const buffer = new Float64Array([3, 4, 5]);
    const value = { a: shared, b: [shared], v: buffer, w: buffer.subarray(1) };
    const { leaves } = outlineOf(value);
    expect(leaves).toEqual([1, 2, 3, 4, 5]);
  });

  test('fill gives the structure of a gradient', () => {
    const value = {
      n: 1,
      s: 'text',
      list: [2, 'x', null],
      map: new Map([['k', 3]]),
      set: new Set([4]),
      when: new Date(0),
    };
    const { outline, leaves } = outlineOf(value);
    expect(fill(outline, (leaf) => (leaves[leaf] as number) * 10)).toEqual({
      n: 10,
      s: undefined,
      list: [20, undefined, undefined],
      map: new Map([['k', 30]]),
      set: new Map([[4, 40]]),
      when: undefined,
    });
  });

  test('holes stay holes', () => {
    const value = [1, , 3] as number[];
    const gradient = grad((x: number[]) => x[0] * x[2])(value);
    expect(1 in gradient).toBe(false);
    expect(gradient.length).toBe(3);
  });

  test('project reads what is there and takes the rest for zero', () => {
    const { outline, leaves } = outlineOf({ a: 1, b: { c: 2 }, d: [3, 4] });
    const numbers = leaves.map(() => 0);
    project(outline, { b: { c: 5 }, d: [6] }, (leaf, v) => {
      numbers[leaf] = v as number;
    });
    expect(numbers).toEqual([0, 5, 6, 0]);
  });

  test('what has the wrong structure is refused', () => {
    const { pullback } = vjp((x: number) => [x, 2 * x], 1);
    expect(() => pullback(3 as never)).toThrow(expect.objectContaining({ code: 'BadArgument' }));
  });

  test('a Proxy as a differentiated argument is refused', () => {
    const proxy = new Proxy({ a: 1 }, { get: (t, k) => (k === 'a' ? t.a * 2 : undefined) });
    expect(() => grad((p: { a: number }) => p.a ** 2)(proxy)).toThrow(
      expect.objectContaining({ code: 'NotDifferentiable' }),
    );
    expect(grad((x: number, p: { a: number }) => x * p.a)(3, proxy)).toBe(2);
  });

  test('subclasses, symbols and non-enumerable fields', () => {
    class Points extends Array<number> {
      label = 'p';
    }
    const points = Points.from([1, 2]) as Points;
    const gradient = grad((p: Points) => p[0] * p[1] * p.label.length)(points);
    expect(Array.from(gradient as ArrayLike<number>)).toEqual([2, 1]);
    const key = Symbol('k');
    const hidden = Object.defineProperty({ [key]: 2 }, 'h', { value: 3 }) as { [key]: number; h: number };
    const got = grad((o: typeof hidden) => o[key] * o.h)(hidden);
    expect([got[key], got.h]).toEqual([3, 2]);
    expect(Object.keys(got)).toEqual([]);
  });

  test('frozen, sealed and non-extensible arguments', () => {
    const frozen = Object.freeze({ a: 1, list: Object.freeze([2, 3]) });
    expect(grad((p: typeof frozen) => p.a * p.list[1])(frozen)).toEqual({ a: 3, list: [0, 1] });
    expect(() =>
      grad((p: { a: number }) => {
        p.a = 2;
        return p.a;
      })(frozen as { a: number }),
    ).toThrow(TypeError);
    expect(grad((p: number[]) => (Object.isSealed(p) ? p[0] ** 2 : 0))(Object.seal([3]))).toEqual([6]);
    const fixed = Object.preventExtensions(new Float64Array([1, 2]));
    expect(grad((x: Float64Array) => x[0] * x[1])(fixed)).toEqual(new Float64Array([2, 1]));
  });
});
