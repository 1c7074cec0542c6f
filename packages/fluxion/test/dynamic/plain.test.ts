/** Places that read and write properties natively learn of everything that makes that wrong. Each is warmed up first. */
import { describe, expect, test } from 'vitest';
import { grad } from '../../src/index.ts';

interface P {
  v: number;
}

/** Reads `p.v` so often that the object is known as plain at this place. */
const enough = 100;

describe('a property that was plain data', () => {
  test('becomes an accessor by Object.defineProperty', () => {
    const p: P = { v: 2 };
    const f = (x: number): number => {
      let sum = 0;
      for (let i = 0; i < enough; i++) {
        sum += p.v;
        if (i === enough / 2) Object.defineProperty(p, 'v', { get: () => x * x, configurable: true });
      }
      Object.defineProperty(p, 'v', { value: 2, writable: true, configurable: true });
      return sum;
    };
    expect(grad(f)(3)).toBe(6 * (enough / 2 - 1));
  });

  test('becomes an accessor by __defineGetter__ and by Reflect', () => {
    const f = (x: number): number => {
      const p = { v: 2, w: 2 } as P & { w: number; __defineGetter__(k: string, f: () => number): void };
      let sum = 0;
      for (let i = 0; i < enough; i++) {
        sum += p.v + p.w;
        if (i === enough / 2) {
          p.__defineGetter__('v', () => x);
          Reflect.defineProperty(p, 'w', { get: () => 2 * x });
        }
      }
      return sum;
    };
    expect(grad(f)(3)).toBe(3 * (enough / 2 - 1));
  });

  test('becomes an accessor between two gradients', () => {
    const p: P = { v: 2 };
    let y = 1;
    const square = (x: number): number => {
      let sum = 0;
      for (let i = 0; i < enough; i++) sum += x * p.v;
      return sum;
    };
    expect(grad(square)(3)).toBe(2 * enough);
    Object.defineProperty(p, 'v', { get: () => ++y && 5 });
    expect(grad(square)(3)).toBe(5 * enough);
    expect(y).toBe(1 + enough);
  });

  test('is deleted, and an accessor of the prototype shows', () => {
    class WithGetter {
      scale: number;
      constructor(scale: number) {
        this.scale = scale;
      }
      get v(): number {
        return this.scale * 3;
      }
    }
    const f = (x: number): number => {
      const p = new WithGetter(x) as unknown as Record<string, number>;
      Object.defineProperty(p, 'v', { value: 1, configurable: true });
      let sum = 0;
      for (let i = 0; i < enough; i++) {
        sum += p.v;
        if (i === enough / 2) delete p.v;
      }
      return sum;
    };
    expect(grad(f)(3)).toBe(3 * (enough / 2 - 1));
  });

  test('is hidden by an accessor of a prototype that it gets, by another prototype, by one defined above', () => {
    const f = (x: number): number => {
      class A {}
      const bare = new A() as P;
      const moved = { w: 1 } as unknown as P;
      let sum = 0;
      for (let i = 0; i < enough; i++) {
        sum += (bare.v ?? 0) + (moved.v ?? 0);
        if (i === enough / 2) {
          Object.defineProperty(A.prototype, 'v', { get: () => x });
          Object.setPrototypeOf(moved, {
            get v() {
              return 2 * x;
            },
          });
        }
      }
      return sum;
    };
    expect(grad(f)(3)).toBe(3 * (enough / 2 - 1));
  });

  test('is written where a setter has come', () => {
    const f = (x: number): number => {
      const p: P = { v: 0 };
      let seen = 0;
      for (let i = 0; i < enough; i++) {
        p.v = p.v + 1;
        if (i === enough / 2) Object.defineProperty(p, 'v', { get: () => 1, set: (w) => void (seen = w * x) });
      }
      return seen;
    };
    expect(grad(f)(3)).toBe(2);
  });

  test('receives a tracked number', () => {
    const p: P = { v: 1 };
    const f = (x: number): number => {
      let sum = 0;
      for (let i = 0; i < enough; i++) {
        sum += p.v;
        p.v = i < enough / 2 ? 1 : x;
      }
      return sum;
    };
    expect(grad(f)(3)).toBe(enough / 2 - 1);
    expect(p.v).toBe(1);
  });
});

describe('one place meets', () => {
  test('Proxies, frozen objects, boxes, primitives and objects of other kinds', () => {
    class Q {
      v = 3;
    }
    class Getter {
      get v(): number {
        return 5;
      }
    }
    const f = (x: number): number => {
      const proxy = new Proxy({ v: 0 }, { get: () => x });
      const all = [
        { v: 1 },
        new Q(),
        Object.freeze({ v: 2 }),
        proxy,
        new Getter(),
        Object.create({ v: x }),
        7,
        'text',
      ] as P[];
      let sum = 0;
      for (let i = 0; i < enough; i++) for (const o of all) sum += o.v ?? 0;
      return sum;
    };
    expect(grad(f)(3)).toBe(2 * enough);
  });

  test('an argument of an inner gradient that is also captured', () => {
    const f = (x: number): number => {
      const p: P = { v: 2 };
      let sum = 0;
      for (let i = 0; i < enough; i++) sum += p.v;
      const inner = grad((q: P) => {
        q.v = q.v * 2;
        return q.v * p.v * x;
      });
      return sum + inner(p).v;
    };
    // The inner function is (2 v)² x, by v: 8 v x.
    expect(grad(f)(3)).toBe(16);
  });

  test('a frozen object that is written: the error of the language', () => {
    const f = (x: number): number => {
      const p: P = { v: 2 };
      for (let i = 0; i < enough; i++) {
        p.v = p.v + 1;
        if (i === enough / 2) Object.freeze(p);
      }
      return x;
    };
    expect(() => grad(f)(3)).toThrow(TypeError);
  });

  test('private names like any other', () => {
    class Counter {
      #n = 1;
      scale = 2;
      times(x: number): number {
        let sum = 0;
        for (let i = 0; i < enough; i++) sum += this.#n * this.scale * x;
        return sum;
      }
    }
    const counter = new Counter();
    expect(grad((x: number) => counter.times(x))(3)).toBe(2 * enough);
    expect(grad((x: number) => counter.times(x))(3)).toBe(2 * enough);
    expect(Reflect.ownKeys(counter)).toEqual(['scale']);
  });
});
