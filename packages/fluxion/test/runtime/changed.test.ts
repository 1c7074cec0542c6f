/** What is changed between two calls of compiled code by somebody else: prototypes, accessors, functions, shapes, sizes. */
import { describe, expect, it } from 'vitest';
import { grad, valueAndGrad } from '../../src/index.ts';
import { compiledFirst, sameOnBoth } from './both.ts';

/** Runs a change, and takes it back. */
function meanwhile<T>(change: () => () => void, work: () => T): T {
  const back = change();
  try {
    return work();
  } finally {
    back();
  }
}

function defined(object: object, key: PropertyKey, descriptor: PropertyDescriptor): () => void {
  const before = Object.getOwnPropertyDescriptor(object, key);
  Object.defineProperty(object, key, { configurable: true, ...descriptor });
  return () => {
    if (before === undefined) Reflect.deleteProperty(object, key);
    else Object.defineProperty(object, key, before);
  };
}

describe('between two calls', () => {
  it('a property appears on Object.prototype', () => {
    const f = (p: { u: number; w?: number }) => p.u * (p.w ?? 2);
    sameOnBoth(() => {
      const before = valueAndGrad(f)({ u: 3 });
      const now = meanwhile(
        () => defined(Object.prototype, 'w', { value: 7 }),
        () => valueAndGrad(f)({ u: 3 }).value,
      );
      return [before, now, valueAndGrad(f)({ u: 3 })];
    });
  });

  it('a getter and a setter appear on a prototype', () => {
    class A {
      u: number;
      constructor(u: number) {
        this.u = u;
      }
    }
    const f = (a: A & { w?: number }) => a.u * (a.w === undefined ? 2 : a.w);
    const made = (x: number) => new A(x).u * x;
    sameOnBoth(() => {
      const seen = [valueAndGrad(f)(new A(3)), valueAndGrad(made)(3)];
      const back = defined(A.prototype, 'w', { get: () => 5 });
      seen.push(valueAndGrad(f)(new A(3)));
      back();
      let sets = 0;
      const again = defined(A.prototype, 'u', { set: () => sets++, get: () => 11 });
      seen.push(valueAndGrad(f)(Object.create(A.prototype) as A).value as never, valueAndGrad(made)(3));
      again();
      seen.push(valueAndGrad(f)(new A(3)), sets as never);
      return seen;
    });
  });

  it('an index appears on Array.prototype, for holes and beyond the end', () => {
    const f = (a: number[], i: number) => a[0] * (a[i] === undefined ? 2 : a[i]);
    const made = (x: number) => x * ([x, x][2] ?? 3);
    const holey = (x: number) => {
      const a = new Array<number>(2);
      a[0] = x;
      return x * (a[1] ?? 3);
    };
    for (const key of [1, 2, 5]) {
      sameOnBoth(() => {
        const all = () => [valueAndGrad(f)([3, 4], 5).value, valueAndGrad(made)(3).value, valueAndGrad(holey)(3).value];
        const before = all();
        const now = meanwhile(() => defined(Array.prototype, key, { value: 7, writable: true }), all);
        return [before, now, all()];
      });
    }
  });

  it('the iterator of arrays is another', () => {
    const f = (a: number[]) => {
      let s = 0;
      for (const v of a) s += v * v;
      return s + Math.max(...a);
    };
    sameOnBoth(() => {
      const before = valueAndGrad(f)([3, 4]);
      const now = meanwhile(
        () =>
          defined(Array.prototype, Symbol.iterator, {
            *value(this: number[]) {
              yield this[0];
            },
            writable: true,
          }),
        () => valueAndGrad(f)([3, 4]),
      );
      return [before, now, valueAndGrad(f)([3, 4])];
    });
  });

  it('a method of typed arrays, a constant of Number, a function of Number', () => {
    const f = (x: Float64Array) => x.reduce((s, v) => s + v * v, 0);
    const g = (x: number) => (Number.isFinite(x) ? x * 2 : x * 3);
    sameOnBoth(() => {
      const before = [valueAndGrad(f)(new Float64Array([3, 4])), valueAndGrad(g)(3)];
      const prototype = Object.getPrototypeOf(Float64Array.prototype) as object;
      const now = [
        meanwhile(
          () => defined(prototype, 'reduce', { value: () => 1, writable: true }),
          () => valueAndGrad(f)(new Float64Array([3, 4])).value,
        ),
        meanwhile(
          () => defined(Number, 'isFinite', { value: () => false, writable: true }),
          () => valueAndGrad(g)(3).value,
        ),
      ];
      return [before, now, valueAndGrad(f)(new Float64Array([3, 4])), valueAndGrad(g)(3)];
    });
  });

  it('a function that f calls is assigned anew; so is a class', () => {
    sameOnBoth(() => {
      let step = (x: number) => x * x;
      let Shape = class {
        r: number;
        constructor(r: number) {
          this.r = r;
        }
        area() {
          return this.r * 2;
        }
      };
      const f = (x: number) => step(x) * new Shape(x).area();
      const seen = [valueAndGrad(f)(3)];
      step = (x) => Math.sin(x);
      seen.push(valueAndGrad(f)(3));
      Shape = class extends Shape {
        override area() {
          return this.r * this.r;
        }
      };
      seen.push(valueAndGrad(f)(3));
      return seen;
    });
  });

  it('a method is put on the object itself, or taken from it', () => {
    class A {
      u: number;
      constructor(u: number) {
        this.u = u;
      }
      at(x: number) {
        return this.u * x;
      }
    }
    const f = (a: A, x: number) => a.at(x) * x;
    sameOnBoth(() => {
      const own = new A(2);
      (own as { at: unknown }).at = (x: number) => x + 1;
      const table = { scale: (x: number) => x * 2 };
      const g = (x: number) => table.scale(x) * x;
      const seen = [valueAndGrad(f, { wrt: 1 })(new A(2), 3), valueAndGrad(f, { wrt: 1 })(own, 3), valueAndGrad(g)(3)];
      table.scale = (x) => x * 5;
      seen.push(valueAndGrad(g)(3), valueAndGrad(f, { wrt: 1 })(new A(2), 3));
      return seen;
    });
  });

  it('static members and constants of objects', () => {
    sameOnBoth(() => {
      class K {
        static factor = 2;
        static of(x: number) {
          return x * K.factor;
        }
      }
      const f = (x: number) => K.of(x) * x;
      const seen = [valueAndGrad(f)(3)];
      K.factor = 5;
      seen.push(valueAndGrad(f)(3));
      K.of = (x) => x;
      seen.push(valueAndGrad(f)(3));
      return seen;
    });
  });

  it('a captured array becomes one of objects, longer, shorter, with holes', () => {
    sameOnBoth(() => {
      let table: unknown[] = [1, 2, 3];
      const f = (x: number) => {
        let s = 0;
        for (let i = 0; i < table.length; i++) s += x * Number(table[i] ?? 10);
        return s;
      };
      const seen = [valueAndGrad(f)(3)];
      table.push(4);
      seen.push(valueAndGrad(f)(3));
      table.length = 1;
      seen.push(valueAndGrad(f)(3));
      table = [1, , 3];
      seen.push(valueAndGrad(f)(3));
      table = [true, 2];
      seen.push(valueAndGrad(f)(3));
      table = new Float64Array([5, 6]) as never;
      seen.push(valueAndGrad(f)(3));
      return seen;
    });
  });
});

describe('arguments of an unusual make', () => {
  class Vector extends Array<number> {
    get norm() {
      return Math.hypot(...this);
    }
  }
  class Floats extends Float64Array {
    twice(i: number) {
      return this[i] * 2;
    }
  }

  it('subclasses of arrays, extra properties, null prototypes, frozen and sealed ones', () => {
    const f = (a: number[]) => a[0] * a[1];
    const norm = (a: Vector) => a.norm;
    const twice = (a: Floats) => a.twice(1) * a[0];
    const point = (p: { u: number }) => p.u * p.u;
    const put = (p: { u: number }) => {
      p.u *= 2;
      return p.u * p.u;
    };
    sameOnBoth(() => [
      valueAndGrad(f)([2, 3]),
      valueAndGrad(f)(Vector.from([2, 3]) as never),
      valueAndGrad(f)(Object.assign([2, 3], { extra: 5 })),
      valueAndGrad(f)(Object.freeze([2, 3]) as never),
      valueAndGrad(f)(Object.seal([2, 3])),
      valueAndGrad(norm)(Vector.from([3, 4]) as never),
      valueAndGrad(twice)(new Floats([3, 4])),
      valueAndGrad(point)({ u: 3 }),
      valueAndGrad(point)(Object.assign(Object.create(null) as { u: number }, { u: 3 })),
      valueAndGrad(point)(Object.freeze({ u: 3 })),
      valueAndGrad(point)(Object.seal({ u: 3 })),
      valueAndGrad(put)({ u: 3 }),
      valueAndGrad(put)(Object.seal({ u: 3 })),
    ]);
    sameOnBoth(() => valueAndGrad(put)(Object.freeze({ u: 3 })));
    sameOnBoth(() => valueAndGrad(put)(Object.defineProperty({ u: 3 }, 'u', { writable: false })));
  });

  it('properties that are hidden, or named by symbols', () => {
    const key = Symbol('key');
    const f = (p: { u: number; [key]?: number }) => p.u * (p[key] ?? 1);
    sameOnBoth(() => [
      valueAndGrad(f)({ u: 3 }),
      valueAndGrad(f)({ u: 3, [key]: 4 }),
      valueAndGrad(f)(Object.defineProperty({ u: 3 }, key, { value: 5, enumerable: false }) as never),
      valueAndGrad((p: { u: number; w: number }) => p.u * p.w)(
        Object.defineProperty({ u: 3 }, 'w', { value: 5, enumerable: false }) as never,
      ),
      valueAndGrad((p: { u: number; w: number }) => p.u * p.w)({
        u: 3,
        get w() {
          return 7;
        },
      }),
    ]);
  });

  it('an index that is -0, a text, or beyond 2 ** 31', () => {
    const f = (a: number[], i: number) => a[i] * a[0];
    const at = (a: Float64Array, i: number) => (a[i] ?? 5) * a[0];
    sameOnBoth(() => [
      valueAndGrad(f)([2, 3], -0),
      valueAndGrad(at)(new Float64Array([2, 3]), -0),
      valueAndGrad(at)(new Float64Array([2, 3]), 2 ** 31),
      valueAndGrad(at)(new Float64Array([2, 3]), 2 ** 32),
      valueAndGrad(at)(new Float64Array([2, 3]), 2 ** 32 + 1),
      valueAndGrad(at)(new Float64Array([2, 3]), -(2 ** 31)),
      valueAndGrad(at)(new Float64Array([2, 3]), 1e300),
      valueAndGrad(f as never)([2, 3], '1'),
    ]);
  });

  it('more kinds of arguments than are kept', () => {
    const f = (p: Record<string, number>) => p.a * p.a;
    const { got, left } = compiledFirst(() =>
      Array.from({ length: 12 }, (_, i) => grad(f)({ a: i + 1, [`k${i}`]: 1 })),
    );
    expect(got).toEqual(Array.from({ length: 12 }, (_, i) => ({ a: 2 * (i + 1), [`k${i}`]: 0 })));
    expect(left.every((why) => why.includes('too many kinds'))).toBe(true);
    // What was compiled before goes on.
    expect(compiledFirst(() => grad(f)({ a: 3, k0: 2 })).left).toEqual([]);
  });
});
