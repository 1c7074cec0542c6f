/** Programs that use one family of built-ins each, against differences; forward and reverse. */
import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { derivative, grad } from '../../../src/index.ts';

const cases: Record<string, (x: number) => number> = {
  map: (x) => [1, 2].map((v) => v * x).reduce((a, b) => a + b, 0),
  set: (x) => [...new Set([x, 2 * x, x])].reduce((a, b) => a + b, 0),
  mapKeys: (x) => {
    const m = new Map();
    m.set(x, 3 * x);
    let s = 0;
    for (const [k, v] of m) s += k * v;
    return s + m.get(x);
  },
  assign: (x) => {
    const o = Object.assign({}, { a: x }, { b: 2 * x });
    return Object.values(o).reduce((a: number, b) => a + (b as number), 0);
  },
  getter: (x) => {
    const o = {
      get v() {
        return x * x;
      },
    };
    return Object.entries(o)[0][1] as number;
  },
  clone: (x) =>
    structuredClone({ a: [x, { b: x }] }).a.reduce(
      (s: number, v: any) => s + (typeof v === 'number' ? v : v.b * 2),
      0,
    ) as number,
  proxy: (x) => {
    const p = new Proxy({ a: x } as any, { get: (t, k) => t[k] * 3, has: () => x as any });
    return p.a + ('q' in p ? 1 : 0);
  },
  bind: (x) => ((a: number, b: number) => a * b).bind(null, x)(3),
  sort: (x) => [3, x, 2].sort((a, b) => a - b)[0],
  cls: (x) => {
    class V extends Array<number> {
      sum() {
        return this.reduce((a, b) => a + b, 0);
      }
    }
    const v = V.from([x, 2 * x]) as V;
    const w = v.map((q) => q * 2) as V;
    return w.sum() + (w instanceof V ? 1 : 0);
  },
  mapcls: (x) => {
    class M extends Map<string, number> {
      override get(k: string) {
        return (super.get(k) ?? 0) * 2;
      }
    }
    const m = new M([['a', x]]);
    return m.get('a') + (m instanceof Map ? 1 : 0);
  },
  err: (x) => {
    class E2 extends Error {
      v: number;
      constructor(v: number) {
        super('m' + v);
        this.v = v;
      }
    }
    try {
      throw new E2(x);
    } catch (e) {
      return (e as E2).v * 2;
    }
  },
  json: (x) => {
    const o = JSON.parse('{"a":3}', (k, v) => (k === 'a' ? v * x : v));
    return o.a;
  },
  reflect: (x) =>
    (Reflect.apply(Math.max, null, [x, 1]) as number) +
    (Reflect.construct(Array, [x, 1]) as number[])[0] +
    Reflect.get(
      {
        get q() {
          return (this as any).z;
        },
      },
      'q',
      { z: x },
    ),
  fnstr: (x) => {
    const f = (a: number) => a * x;
    return f.toString() === '(a) => a * x' || f.toString().includes('a * x') ? f(2) : NaN;
  },
  str: (x) => `${x}`.length * 0 + [1, 2, 3].at(x as number)! * x,
  gen: (x) => {
    function* g() {
      const y: number = yield x;
      yield y * x;
    }
    const it = g();
    it.next();
    return it.next(3).value as number;
  },
  replace: (x) => {
    let s = 0;
    'abc'.replace(/b/g, () => {
      s += x;
      return 'q';
    });
    return s;
  },
  fromEntries: (x) => Object.fromEntries([['a', x]]).a * 2,
  flat: (x) => [[x], [2 * x, [x]]].flat(Infinity).reduce((a: number, b) => a + (b as number), 0) as number,
  weak: (x) => {
    const k = {};
    const w = new WeakMap([[k, x]]);
    return w.get(k)! * 2;
  },
  fn: (x) => new Function('a', 'b', 'return a * b')(x, 3),
  defprop: (x) => {
    const o: any = {};
    Object.defineProperty(o, 'q', { get: () => x * 2, enumerable: true });
    return o.q + { ...o }.q;
  },
  super: (x) => {
    class A {
      v: number;
      constructor(v: number) {
        this.v = v;
      }
      get d() {
        return this.v * 2;
      }
    }
    class B extends A {
      override get d() {
        return super.d + 1;
      }
    }
    return new B(x).d;
  },
  iterh: (x) => {
    const it = {
      *[Symbol.iterator]() {
        yield x;
        yield 2 * x;
      },
    };
    return Array.from(it, (v) => v * 2).reduce((a, b) => a + b);
  },
  inst: (x) => {
    const o = Object(x);
    return typeof o === 'object' ? o * 2 : NaN;
  },
};
for (const [name, f] of Object.entries(cases))
  test(name, () => {
    const h = 1e-6;
    const x = 1.3;
    const d = derivative(f as any)(x) as unknown as number;
    expect(d).toBeCloseTo((f(x + h) - f(x - h)) / (2 * h), 5);
    expect(grad(f as any)(x)).toBeCloseTo(d, 9);
  });
test('promises', async () => {
  const f = async (x: number) => {
    const a = await Promise.all([x, Promise.resolve(2 * x), new Promise<number>((r) => setTimeout(() => r(x * x), 2))]);
    const t = (await {
      then(r: (v: number) => void) {
        r(x * 3);
      },
    }) as unknown as number;
    const c = await Promise.resolve(x)
      .then((v) => v * v)
      .finally(() => {});
    const q = await new Promise<number>((r) => queueMicrotask(() => r(x)));
    return a[0] + a[1] + a[2] + t + c + q;
  };
  const d = await (grad(f as any)(1.5) as unknown as Promise<number>);
  expect(d).toBeCloseTo(1 + 2 + 3 + 3 + 3 + 1, 9);
});
test('events', () => {
  const old = new EventEmitter();
  const heard: number[] = [];
  const listener = (v: number) => {
    heard.push(v);
  };
  old.on('a', listener);
  const f = (x: number) => {
    const emitter = new EventEmitter();
    let sum = 0;
    emitter.on('v', (v: number) => {
      sum += v * x;
    });
    emitter.once('v', (v: number) => {
      sum += v;
    });
    emitter.emit('v', x);
    emitter.emit('v', 2);
    old.emit('a', x);
    return sum;
  };
  expect(grad(f)(3)).toBeCloseTo(2 * 3 + 1 + 2, 9);
  expect(heard).toEqual([]);
});
