/** What a gradient looks like at run time: what the types of `api/types.ts` say it does. */
import { describe, expect, test } from 'vitest';
import { grad, hessian, jacobian, jvp, vjp } from '../../src/index.ts';

class Vec3 {
  x: number;
  y: number;
  z: number;
  readonly label = 'v';
  constructor(x: number, y: number, z: number) {
    if (x === undefined) throw new Error('constructed without arguments');
    this.x = x;
    this.y = y;
    this.z = z;
  }
  get squared(): number {
    return this.x ** 2 + this.y ** 2 + this.z ** 2;
  }
  plus(v: Vec3): Vec3 {
    return new Vec3(this.x + v.x, this.y + v.y, this.z + v.z);
  }
}

describe('a gradient has the shape of the argument', () => {
  test('numbers, arrays, nested arrays, tuples', () => {
    expect(grad((x: number) => x * x)(3)).toBe(6);
    expect(grad((x: number[]) => x[0] * x[1])([2, 3, 4])).toEqual([3, 2, 0]);
    expect(grad((x: number[][]) => x[1][0] ** 2)([[1], [2, 3], []])).toEqual([[0], [4, 0], []]);
    expect(grad((t: [number, string, number[]]) => t[0] * t[2][0])([2, 'a', [5]])).toEqual([5, undefined, [2]]);
    expect(grad((_: number[]) => 1)([])).toEqual([]);
  });

  test('typed arrays: floats as they are, integers none', () => {
    expect(grad((x: Float64Array) => x[0] * x[1])(Float64Array.of(2, 3))).toEqual(Float64Array.of(3, 2));
    expect(grad((x: Float32Array) => x[0] * x[1])(Float32Array.of(2, 3))).toEqual(Float32Array.of(3, 2));
    expect(grad((x: Int32Array) => x[0] * 2.5)(Int32Array.of(2))).toBeUndefined();
    expect(grad((p: { n: Uint8Array; w: number }) => p.w * p.n[0])({ n: Uint8Array.of(7), w: 2 })).toEqual({
      n: undefined,
      w: 7,
    });
  });

  test('objects: undefined where there is no number, 0 where it does not matter', () => {
    const at = {
      a: 2,
      unused: 5,
      name: 'p',
      on: true,
      none: null as null | number,
      missing: undefined as number | undefined,
      big: 3n,
      when: new Date(0),
      f: (x: number) => x * 2,
      inner: { b: [1, 2] },
    };
    const gradient = grad((p: typeof at) => p.f(p.a) * p.inner.b[1])(at);
    expect(gradient).toStrictEqual({
      a: 4,
      unused: 0,
      name: undefined,
      on: undefined,
      none: undefined,
      missing: undefined,
      big: undefined,
      when: undefined,
      f: undefined,
      inner: { b: [0, 4] },
    });
    expect(Object.keys(gradient)).toEqual(Object.keys(at));
  });

  test('class instances keep their class, made without its constructor', () => {
    const gradient = grad((v: Vec3) => v.squared)(new Vec3(1, 2, 3));
    expect(gradient).toBeInstanceOf(Vec3);
    expect({ ...gradient }).toEqual({ x: 2, y: 4, z: 6, label: undefined });
    expect((gradient as unknown as Vec3).plus(new Vec3(1, 1, 1)).x).toBe(3);
  });

  test('Maps keep their keys; a Set gives a Map by member', () => {
    const key = { k: 1 };
    const byMap = grad((m: Map<object | string, number>) => (m.get(key) ?? 0) * (m.get('b') ?? 0))(
      new Map<object | string, number>([
        [key, 2],
        ['b', 3],
        ['c', 4],
      ]),
    );
    expect(byMap).toBeInstanceOf(Map);
    expect(byMap.get(key)).toBe(3);
    expect([...byMap.values()]).toEqual([3, 2, 0]);
    const bySet = grad((s: Set<number>) => [...s].reduce((sum, v) => sum + v * v, 0))(new Set([1, 2]));
    expect(bySet).toEqual(
      new Map([
        [1, 2],
        [2, 4],
      ]),
    );
  });

  test('frozen and readonly arguments give fresh, mutable gradients', () => {
    const frozen = Object.freeze({ w: Object.freeze([1, 2]) as readonly number[] });
    const gradient = grad((p: { readonly w: readonly number[] }) => p.w[0] * p.w[1])(frozen);
    gradient.w[0] += 1;
    expect(gradient).toEqual({ w: [3, 1] });
    expect(Object.isFrozen(gradient)).toBe(false);
    expect(frozen).toEqual({ w: [1, 2] });
  });

  test('recursive types and cycles', () => {
    interface Node {
      value: number;
      next: Node | null;
    }
    const list: Node = { value: 1, next: { value: 2, next: { value: 3, next: null } } };
    const product = (n: Node | null): number => (n === null ? 1 : n.value * product(n.next));
    expect(grad((n: Node) => product(n))(list)).toEqual({
      value: 6,
      next: { value: 3, next: { value: 2, next: undefined } },
    });
    const ring: Node = { value: 2, next: null };
    ring.next = ring;
    const gradient = grad((n: Node) => n.value * (n.next?.value ?? 0))(ring);
    expect(gradient.value).toBe(4);
    expect(gradient.next).toBe(gradient);
  });

  test('wrt: an index or a list', () => {
    const f = (a: number, b: { w: number[] }, c: string) => a * b.w[0] + c.length;
    expect(grad(f, { wrt: 1 })(2, { w: [3] }, 'x')).toEqual({ w: [2] });
    expect(grad(f, { wrt: [1, 0] })(2, { w: [3] }, 'x')).toEqual([{ w: [2] }, 3]);
    expect(grad(f, { wrt: [2, 0] })(2, { w: [3] }, 'x')).toEqual([undefined, 3]);
  });

  test('an async function gives a promise', async () => {
    const f = async (x: number[]) => {
      await null;
      return x[0] * x[1];
    };
    expect(grad(f)([2, 3])).toBeInstanceOf(Promise);
    expect(await grad(f)([2, 3])).toEqual([3, 2]);
  });
});

describe('other operators', () => {
  test('the Jacobian has the structure of the result, a gradient for each number', () => {
    const f = (p: { u: number; v: number[] }) => ({
      sum: p.u + p.v[0],
      list: [p.u * p.v[1]],
      name: 'n',
      typed: Float64Array.of(p.u),
    });
    for (const mode of ['forward', 'reverse'] as const) {
      expect(jacobian(f, { mode })({ u: 2, v: [3, 4] })).toEqual({
        sum: { u: 1, v: [1, 0] },
        list: [{ u: 4, v: [0, 2] }],
        name: undefined,
        typed: [{ u: 1, v: [0, 0] }],
      });
    }
    expect(hessian((p: { a: number; b: number[] }) => p.a ** 2 * p.b[0])({ a: 3, b: [5] })).toEqual({
      a: { a: 10, b: [6] },
      b: [{ a: 6, b: [0] }],
    });
  });

  test('tangents and cotangents may leave things out', () => {
    type P = { w: number[]; b: number; name: string };
    const f = (p: P) => ({ first: p.w[0] * p.b, second: p.w[1], name: p.name });
    const p: P = { w: [1, 2], b: 3, name: 'p' };
    expect(jvp(f, [p], [{ b: 1 }]).tangent).toEqual({ first: 1, second: 0, name: undefined });
    expect(jvp(f, [p], [p]).tangent).toEqual({ first: 6, second: 2, name: undefined });
    const { value, pullback } = vjp(f, p);
    expect(value).toEqual({ first: 3, second: 2, name: 'p' });
    expect(pullback({ first: 2 })).toEqual([{ w: [6, 0], b: 2, name: undefined }]);
    expect(pullback({ second: 1, name: 'ignored' })).toEqual([{ w: [0, 1], b: 0, name: undefined }]);
  });
});
