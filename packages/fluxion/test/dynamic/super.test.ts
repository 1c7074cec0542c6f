/** `super` in object literals, and traps of Proxies that existed before: getters and traps read tracked typed memory as their twins. */
import { describe, expect, test } from 'vitest';
import { derivative, grad } from '../../src/index.ts';

const memory = new Float64Array(1);
const copies = new Float64Array(1);

describe('super in an object literal', () => {
  const base = {
    get area() {
      return memory[0]! * memory[0]!;
    },
    set side(v: number) {
      memory[0] = v;
    },
    scaled(k: number) {
      return memory[0]! * k;
    },
  };
  const programs: Record<string, (x: number) => number> = {
    'a getter': (x) => {
      memory[0] = x;
      const o = {
        __proto__: base,
        get area(): number {
          return super.area * 2;
        },
      };
      return o.area;
    },
    'a method, within an arrow': (x) => {
      memory[0] = x * x;
      const o = {
        __proto__: base,
        twice() {
          return [1, 1].map((k) => super.scaled(k)).reduce((a, b) => a + b);
        },
      };
      return o.twice();
    },
    'a setter, and a computed key': (x) => {
      const key = 'area' as const;
      const o = {
        __proto__: base,
        put(v: number) {
          super.side = v;
          return super[key] * 2;
        },
      };
      return o.put(x);
    },
    'objects made in a loop, each with its own': (x) => {
      let sum = 0;
      const made: { value(): number }[] = [];
      for (const k of [1, 1]) {
        const parent = {
          get v() {
            return memory[0]! * memory[0]! * k;
          },
        };
        made.push({
          __proto__: parent,
          value(this: unknown) {
            return super.v;
          },
        } as never);
      }
      memory[0] = x;
      for (const o of made) sum += o.value();
      return sum;
    },
    'with the arguments of the function around it': function (x: number) {
      memory[0] = arguments[0];
      const o = {
        __proto__: base,
        factor: arguments.length + 1,
        value() {
          return super.area * this.factor;
        },
      };
      return o.value();
    },
  };
  for (const [name, f] of Object.entries(programs)) {
    test(name, () => {
      expect(grad(f)(3)).toBe(12);
      expect(derivative(f)(3)).toBe(12);
      expect(f(3)).toBe(18);
    });
  }

  test('in a generator, and where the object is not called at once', () => {
    const f = (x: number) => {
      memory[0] = x;
      const make = function* () {
        yield {
          __proto__: base,
          get area(): number {
            return super.area * 2;
          },
        };
      };
      const [o] = make();
      return o!.area;
    };
    expect(grad(f)(3)).toBe(12);
  });
});

describe('super in a class', () => {
  class Base {
    get area(): number {
      return memory[0]! * memory[0]!;
    }
    set side(v: number) {
      memory[0] = v;
    }
    static get area(): number {
      return memory[0]! * memory[0]!;
    }
  }
  const programs: Record<string, (x: number) => number> = {
    'without a name': (x) => {
      memory[0] = x;
      const Made = class extends Base {
        override get area(): number {
          return super.area * 2;
        }
      };
      return Made.name === 'Made' ? new Made().area : Number.NaN;
    },
    'without a name, in a property, with a static name of its own': (x) => {
      memory[0] = x;
      const o = {
        made: class extends Base {
          static override get area(): number {
            return super.area * 2;
          }
          static override name = 'other';
        },
      };
      return o.made.name === 'other' ? o.made.area : Number.NaN;
    },
    'without a name, where no name is given': (x) => {
      const make = (k: number) =>
        class extends Base {
          put(v: number): number {
            super.side = v;
            return super.area * k;
          }
        };
      const Two = make(2);
      const Three = make(3);
      return Two.name === '' ? new Two().put(x) + 0 * new Three().put(x) : Number.NaN;
    },
    'whose name means something else inside': (x) => {
      memory[0] = x;
      const made: Base[] = [];
      for (const k of [1, 2]) {
        class Area extends Base {
          override get area(): number {
            const Area = k;
            return super.area * Area;
          }
        }
        made.push(new Area());
      }
      return made[1]!.area;
    },
    'an expression whose name means something else inside': (x) => {
      memory[0] = x;
      const o = new (class Area extends Base {
        override get area(): number {
          const Area = 2;
          return super.area * Area;
        }
      })();
      return o.constructor.name === 'Area' ? o.area : Number.NaN;
    },
  };
  for (const [name, f] of Object.entries(programs)) {
    test(name, () => {
      expect(grad(f)(3)).toBe(12);
      expect(f(3)).toBe(18);
    });
  }

  test('that extends nothing, and was given a prototype', () => {
    const make = new Function(
      'memory',
      `return (x) => {
        class Alone { value() { return super.area * 2; } }
        Object.setPrototypeOf(Alone.prototype, { get area() { return memory[0] * memory[0]; } });
        memory[0] = x;
        return new Alone().value();
      }`,
    );
    expect(grad(make(memory) as (x: number) => number)(3)).toBe(12);
  });

  test('captured, without a name', () => {
    const Outer = [
      class extends Base {
        override get area(): number {
          return super.area * 2;
        }
      },
    ][0]!;
    const f = (x: number): number => {
      memory[0] = x;
      return new Outer().area;
    };
    expect(grad(f)(3)).toBe(12);
  });
});

test('super in an object literal whose values await is refused', async () => {
  const base = {
    get area(): number {
      return memory[0]!;
    },
  };
  const f = async (x: number): Promise<number> => {
    memory[0] = x;
    const o = {
      __proto__: base,
      k: await Promise.resolve(2),
      get area(): number {
        return super.area * this.k;
      },
    };
    return o.area;
  };
  await expect(grad(f)(3)).rejects.toThrow(expect.objectContaining({ code: 'UnsupportedSyntax' }));
});

test('sloppy code that assigns through super', () => {
  const make = new Function(
    'memory',
    `return (x) => {
      memory[0] = 1;
      const o = {
        __proto__: { set side(v) { memory[0] = v; }, get side() { return memory[0]; }, get fixed() { return 1; } },
        put(v) { super.fixed = 2; super.side = v; super.side *= v; return super.side; },
      };
      return o.put(x) * 2;
    }`,
  );
  const f = make(memory) as (x: number) => number;
  expect(f(3)).toBe(18);
  expect(grad(f)(3)).toBe(12);
});

describe('a Proxy that existed before', () => {
  const watched = new Proxy({ a: 1, b: 2 } as Record<string, number>, {
    ownKeys(target) {
      copies[0] = memory[0]! * 3;
      return Reflect.ownKeys(target);
    },
  });
  const described = new Proxy({ a: 1, b: 2 } as Record<string, number>, {
    getOwnPropertyDescriptor(target, k) {
      copies[0] = memory[0]! * 3;
      return Reflect.getOwnPropertyDescriptor(target, k);
    },
  });
  const child = Object.create(described, { own: { value: 1, enumerable: true } });
  const programs: Record<string, (x: number) => number> = {
    'for in': (x) => {
      memory[0] = x;
      let sum = 0;
      for (const k in watched) sum += copies[0]! * k.length;
      return sum;
    },
    'for in, by descriptors': (x) => {
      memory[0] = x;
      let sum = 0;
      for (const k in described) sum += copies[0]! * k.length;
      return sum;
    },
    'for in, on the prototype chain': (x) => {
      memory[0] = x;
      const seen: string[] = [];
      for (const k in child) seen.push(k);
      return copies[0]! * (seen.join() === 'own,a,b' ? 2 : Number.NaN);
    },
    'Object.keys': (x) => {
      memory[0] = x;
      return Object.keys(described).length * copies[0]!;
    },
    'Object.getOwnPropertyNames': (x) => {
      memory[0] = x;
      return Object.getOwnPropertyNames(watched).length * copies[0]!;
    },
    'Object.hasOwn': (x) => {
      memory[0] = x;
      return Object.hasOwn(described, 'a') ? copies[0]! * 2 : 0;
    },
    'by hasOwnProperty': (x) => {
      memory[0] = x;
      return Object.prototype.hasOwnProperty.call(described, 'a') ? copies[0]! * 2 : 0;
    },
    'by propertyIsEnumerable': (x) => {
      memory[0] = x;
      return Object.prototype.propertyIsEnumerable.call(described, 'b') ? copies[0]! * 2 : 0;
    },
    'Object.entries': (x) => {
      memory[0] = x;
      return Object.entries(described).length * copies[0]!;
    },
    'Reflect.ownKeys': (x) => {
      memory[0] = x;
      return Reflect.ownKeys(watched).length * copies[0]!;
    },
    'Object.getOwnPropertyDescriptor': (x) => {
      memory[0] = x;
      return Object.getOwnPropertyDescriptor(described, 'b')!.value * copies[0]!;
    },
  };
  for (const [name, f] of Object.entries(programs)) {
    test(name, () => {
      expect(grad(f)(3)).toBe(6);
      expect(f(3)).toBe(18);
    });
  }
});
