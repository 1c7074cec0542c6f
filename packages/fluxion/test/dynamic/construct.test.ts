/** `new` and `extends` through bound functions and Proxies: the class under construction is the one that was asked for. */
import { describe, expect, test } from 'vitest';
import { valueAndGrad } from '../../src/index.ts';

class Base {
  v: number;
  constructor(v: number) {
    this.v = v;
  }
  get two() {
    return 2 * this.v;
  }
}
const Passing = new Proxy(Base, {});
const Trapping = new Proxy(Base, {
  construct: (target, args, newTarget) => Reflect.construct(target, args, newTarget),
});
const Bound = Base.bind(null) as unknown as typeof Base;
Bound.prototype = Base.prototype;

class OfPassing extends Passing {
  three() {
    return 3 * this.two;
  }
}
class OfTrapping extends Trapping {
  three() {
    return 3 * this.two;
  }
}
class OfBound extends Bound {
  three() {
    return 3 * this.two;
  }
}

const programs: Record<string, (x: number) => number> = {
  'a captured Proxy': (x) => new OfPassing(x).three(),
  'a captured Proxy with a trap': (x) => new OfTrapping(x).three(),
  'a captured bound class': (x) => new OfBound(x).three(),
  'a Proxy made inside': (x) => {
    const P = new Proxy(Base, {});
    class C extends P {
      three() {
        return 3 * this.two;
      }
    }
    return new C(x).three();
  },
  'a Proxy made inside, with a trap': (x) => {
    const P = new Proxy(Base, { construct: (target, args, newTarget) => Reflect.construct(target, args, newTarget) });
    class C extends P {
      three() {
        return 3 * this.two;
      }
    }
    return new C(x).three();
  },
  'Reflect.construct of a Proxy': (x) => {
    class Other {
      v = 0;
      three() {
        return 6 * this.v;
      }
    }
    return (Reflect.construct(Passing, [x], Other) as unknown as Other).three();
  },
  'Reflect.construct of a bound class': (x) => {
    class Other {
      v = 0;
      three() {
        return 6 * this.v;
      }
    }
    return (Reflect.construct(Bound, [x], Other) as unknown as Other).three();
  },
};

describe('new.target goes through', () => {
  for (const [name, f] of Object.entries(programs)) {
    test(name, () => {
      expect(valueAndGrad(f)(2)).toEqual({ value: 12, grad: 6 });
    });
  }
});

test('a trap of construct that returns no object', () => {
  const P = new Proxy(Base, { construct: (_target, [v]) => v });
  expect(() => valueAndGrad((x: number) => new P(x) as unknown as number)(2)).toThrow(TypeError);
});

test('constructing asks a Proxy that comes out for nothing', () => {
  const asked: string[] = [];
  const made = new Proxy({}, { getPrototypeOf: () => (asked.push('prototype'), Object.prototype) });
  function Maker(): object {
    return made;
  }
  const { value } = valueAndGrad((x: number) => {
    new (Maker as unknown as new () => object)();
    return x + asked.length;
  })(1);
  expect(value).toBe(1);
});

test('extends asks for the prototype of what it extends once', () => {
  const asked: number[] = [];
  const Unusual = Base.bind(null) as unknown as typeof Base;
  Object.defineProperty(Unusual, 'prototype', { get: () => (asked.push(1), Base.prototype) });
  const { value } = valueAndGrad((x: number) => {
    class C extends Unusual {}
    const count = asked.length;
    return new C(x).v * count;
  })(3);
  expect(value).toBe(3);
});

test('own properties of functions are written past the accessors of all functions', () => {
  // Sloppy code: a `caller` that can't be written is passed over.
  const f = new Function('x', 'function g() {} g.caller = 5; return g.caller === null ? 2 * x : 3 * x') as (
    x: number,
  ) => number;
  expect(valueAndGrad(f)(2)).toEqual({ value: f(2), grad: 2 });
});

test('a prototype that is a tracked number is none', () => {
  const f = (x: number): number => {
    const Unusual = Base.bind(null) as unknown as typeof Base;
    Object.defineProperty(Unusual, 'prototype', { get: () => x });
    class C extends Unusual {}
    return new C(x).v;
  };
  expect(() => f(42)).toThrow(TypeError);
  expect(() => valueAndGrad(f)(42)).toThrow(TypeError);
});

test('this of sloppy code is an object, also where it is handed on', () => {
  const f = new Function(
    'x',
    `Object.defineProperty(Number.prototype, 'itself', { get() { return this; }, configurable: true });
     Number.prototype.given = function () { const self = this; return (() => [self, this])(); };
     try {
       const [a, b] = x.given();
       return (x.itself === x ? 100 : 1) * x.itself + (typeof a === 'object' ? a * b : 100) + (a === b ? 0 : 100);
     } finally {
       delete Number.prototype.itself;
       delete Number.prototype.given;
     }`,
  ) as (x: number) => number;
  expect(valueAndGrad(f)(3)).toEqual({ value: f(3), grad: 7 });
});

test('own properties of functions are read past the accessors of all functions', () => {
  const f = new Function(
    'x',
    `Object.defineProperty(Function.prototype, 'prototype', { get: () => 100, set() {}, configurable: true });
     try {
       const g = function () {};
       const name = 'prototype';
       g[name] = x;
       return g[name] * 2;
     } finally {
       delete Function.prototype.prototype;
     }`,
  ) as (x: number) => number;
  expect(valueAndGrad(f)(3)).toEqual({ value: 6, grad: 2 });
});
