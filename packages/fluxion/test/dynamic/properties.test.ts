import { describe, expect, test } from 'vitest';
import { noteYoung } from '../../src/dynamic/generators.ts';
import { hooks } from '../../src/dynamic/hooks.ts';
import { asyncIter, iter } from '../../src/dynamic/iteration.ts';
import * as p from '../../src/dynamic/properties.ts';
import { inside, make, pair } from './inside.ts';

const message = (f: () => unknown): string => {
  try {
    f();
  } catch (e) {
    return (e as Error).message;
  }
  return 'no error';
};

/** Getters and setters that ran as twins. */
function recorded<T>(body: (ran: Function[]) => T): T {
  const ran: Function[] = [];
  const { callTwin } = hooks;
  hooks.callTwin = (f, thisArg, args) => {
    ran.push(f);
    return callTwin(f, thisArg, args);
  };
  try {
    return body(ran);
  } finally {
    hooks.callTwin = callTwin;
  }
}

describe('reading', () => {
  test('getters run as twins, with the receiver', () => {
    const o = {
      get me() {
        return this;
      },
    };
    const child = Object.create(o);
    recorded((ran) => {
      expect(p.g(o, 'me')).toBe(false);
      expect(p.g(child, 'me')).toBe(false);
      expect(p.get(child, 'me')).toBe(child);
      expect(ran.length).toBe(1);
    });
    expect(p.g({ me: 1 }, 'me')).toBe(true);
    expect(p.g('abc', 'length')).toBe(true);
    expect(p.g([1], 'length')).toBe(true);
    expect(p.g(new Float64Array(1), 'length')).toBe(true);
    expect(p.g(new Map(), 'size')).toBe(true);
  });

  test('primitives', () => {
    expect(p.get('abc', 1)).toBe('b');
    expect(p.get('abc', 'length')).toBe(3);
    expect(p.get(5, 'toFixed')).toBe(Number.prototype.toFixed);
    expect(p.get(Symbol('d'), 'description')).toBe('d');
    expect(message(() => p.get(undefined, 'k'))).toBe("Cannot read properties of undefined (reading 'k')");
    expect(message(() => p.get(null, 3))).toBe("Cannot read properties of null (reading '3')");
  });

  test('a tracked number reads as a number', () => {
    inside(({ box }) => {
      expect(p.g(box(1, 1), 'toFixed')).toBe(false);
      expect(p.get(box(1, 1), 'toFixed')).toBe(Number.prototype.toFixed);
      expect(p.get(box(1, 1), 'nothing')).toBe(undefined);
      expect(p.get(box(1, 1), 'constructor')).toBe(Number);
      expect(p.get(['a', 'b'], box(1, 1))).toBe('b');
      expect(p.get({ 1: 'x' }, { toString: () => box(1, 1) })).toBe('x');
    });
  });

  test('proxies of native code: traps run as twins', () => {
    const seen: unknown[] = [];
    const handler = {
      get(_: object, k: PropertyKey) {
        seen.push(k);
        return 7;
      },
      has: () => true,
      set: () => false,
    };
    const proxy = new Proxy({}, handler);
    recorded((ran) => {
      expect(p.get(proxy, 'a')).toBe(7);
      expect(p.get(Object.create(proxy), 'b')).toBe(7);
      expect(p.inOperator('z', proxy)).toBe(true);
      expect(() => p.set(proxy, 'a', 1)).toThrow(TypeError);
      expect(ran).toContain(handler.get);
      expect(ran).toContain(handler.has);
      expect(ran).toContain(handler.set);
    });
    expect(seen.filter((k) => typeof k !== 'symbol')).toEqual(['a', 'b']);
  });
});

describe('writing', () => {
  test('setters, inherited ones too', () => {
    const log: unknown[] = [];
    const base = {
      set v(x: unknown) {
        log.push([this, x]);
      },
    };
    const child = Object.create(base);
    recorded((ran) => {
      p.set(child, 'v', 3);
      expect(ran.length).toBe(1);
    });
    expect(log).toEqual([[child, 3]]);
    expect(Object.hasOwn(child, 'v')).toBe(false);
  });

  test('the native errors', () => {
    const frozen = Object.freeze({ a: 1 });
    const getter = {
      get a() {
        return 1;
      },
    };
    const native = (f: () => void): string => message(f);
    const cases: [object | number | string | undefined, PropertyKey][] = [
      [frozen, 'a'],
      [frozen, 'b'],
      [getter, 'a'],
      [5, 'x'],
      ['abc', 0],
      ['abc', 'length'],
      [undefined, 'x'],
      [Object.freeze([1]), 0],
    ];
    for (const [o, k] of cases) {
      const expected = native(() => {
        (o as any)[k] = 1;
      });
      expect(expected).not.toBe('no error');
      expect(message(() => p.set(o, k, 1))).toBe(expected);
      if (o !== undefined) expect(message(() => p.setSloppy(o, k, 1))).toBe('no error');
    }
  });

  test('array lengths', () => {
    inside(({ box }) => {
      const a = [1, 2, 3];
      p.set(a, 'length', box(1, 1));
      expect(a).toEqual([1]);
      expect(() => p.set(a, 'length', box(1.5, 1))).toThrow(RangeError);
      expect(() => p.set(a, 'length', box(-1, 1))).toThrow(RangeError);
      p.set(a, 3, box(2, 5));
      expect(a.length).toBe(4);
      expect(pair(a[3])).toEqual([2, 5]);
    });
  });

  test('a receiver that is not the target', () => {
    inside(({ box }) => {
      const home = Object.create({
        get who() {
          return (this as any).name;
        },
        set who(v: unknown) {
          (this as any).name = v;
        },
      });
      const me: any = { name: 'me' };
      expect(p.superGet(home, 'who', me)).toBe('me');
      p.superSet(home, 'who', me, 'you');
      expect(me.name).toBe('you');
      p.superSet(home, 'plain', me, box(1, 2));
      expect(pair(me.plain)).toEqual([1, 2]);
      expect(Object.hasOwn(home, 'plain')).toBe(false);
    });
  });
});

describe('asking', () => {
  test('in, delete, instanceof', () => {
    inside(({ box }) => {
      expect(p.inOperator(box(1, 1), [1, 2])).toBe(true);
      expect(message(() => p.inOperator('a', 5 as never))).toBe("Cannot use 'in' operator to search for 'a' in 5");
      expect(message(() => p.inOperator('a', box(5, 1)))).toBe("Cannot use 'in' operator to search for 'a' in 5");
      const o: any = { a: 1 };
      expect(p.deleteStrict(o, 'a')).toBe(true);
      expect(o).toEqual({});
      expect(() => p.deleteStrict(Object.freeze({ a: 1 }), 'a')).toThrow(TypeError);
      expect(p.deleteSloppy(Object.freeze({ a: 1 }), 'a')).toBe(false);
      expect(p.deleteSloppy(5, 'a')).toBe(true);
      expect(p.instanceOf(box(1, 1), Object)).toBe(false);
      expect(p.instanceOf([], Array)).toBe(true);
      expect(p.instanceOf(box(1, 1), { [Symbol.hasInstance]: (v: unknown) => v })).toBe(true);
      expect(() => p.instanceOf({}, {})).toThrow(TypeError);
      expect(() => p.instanceOf({}, 5)).toThrow(TypeError);
      class A {}
      expect(p.instanceOf(new A(), A.bind(null))).toBe(true);
      class B {
        static [Symbol.hasInstance]() {
          return true;
        }
      }
      expect(p.instanceOf(1, B.bind(null))).toBe(true);
    });
  });

  test('spread and rest', () => {
    inside(({ box }) => {
      const plain = { a: 1 };
      expect(p.spread(plain)).toBe(plain);
      const x = box(3, 1);
      const o = {
        get a() {
          return x;
        },
        b: 2,
        [Symbol.iterator]: 1,
      };
      Object.defineProperty(o, 'hidden', { value: 1, enumerable: false });
      recorded((ran) => {
        const copy = { ...(p.spread(o) as object) } as any;
        expect(ran.length).toBe(1);
        expect(copy.a).toBe(x);
        expect(Reflect.ownKeys(copy)).toEqual(['a', 'b', Symbol.iterator]);
      });
      expect({ ...(p.spread(x) as object) }).toEqual({});
      expect({ ...(p.spread('ab') as object) }).toEqual({ 0: 'a', 1: 'b' });
      expect(p.rest({ a: 1, b: 2, 3: 4 }, ['a', 3])).toEqual({ b: 2 });
      const typed = make(Float64Array, 2);
      p.set(typed, 1, box(2, 7));
      const copied = { ...(p.spread(typed) as object) } as any;
      expect(Reflect.ownKeys(copied)).toEqual(['0', '1']);
      expect(pair(copied[1])).toEqual([2, 7]);
      expect(() => p.rest(undefined, [])).toThrow(TypeError);
      expect(p.rest(JSON.parse('{"__proto__": 1, "a": 2}'), ['a'])).toEqual(JSON.parse('{"__proto__": 1}'));
    });
  });
});

describe('iteration', () => {
  test('pristine things stand for themselves', () => {
    const generator = () => (function* () {})();
    for (const x of [[1], 'abc', new Map(), new Set(), noteYoung(generator()), [1].values(), new Map().keys()]) {
      expect(iter(x)).toBe(x);
    }
    // One that twin code has not made is guarded.
    const older = generator();
    expect(iter(older)).not.toBe(older);
  });

  test('user iterators run as twins, step by step', () => {
    const log: string[] = [];
    class Range {
      [Symbol.iterator]() {
        let i = 0;
        return {
          next: () => {
            log.push('next');
            return { value: i++, done: i > 3 };
          },
          return: () => {
            log.push('return');
            return {};
          },
        };
      }
    }
    recorded((ran) => {
      expect([...(iter(new Range()) as Iterable<number>)]).toEqual([0, 1, 2]);
      const [a] = iter(new Range()) as Iterable<number>;
      expect(a).toBe(0);
      expect(ran.length).toBe(1 + 4 + 1 + 1 + 1);
    });
    expect(log).toEqual(['next', 'next', 'next', 'next', 'next', 'return']);
  });

  test('a tracked done is decided by its primal', () => {
    inside(({ box }) => {
      const x = { [Symbol.iterator]: () => ({ next: () => ({ done: box(1, 1), value: 3 }) }) };
      expect([...(iter(x) as Iterable<unknown>)]).toEqual([]);
      const y = {
        i: 0,
        [Symbol.iterator]() {
          return this;
        },
        next() {
          return { done: box(this.i++, 1), value: 3 };
        },
      };
      expect([...(iter(y) as Iterable<unknown>)]).toEqual([3]);
    });
  });

  test('errors', () => {
    expect(() => [...(iter(undefined) as never)]).toThrow(/undefined is not iterable/);
    expect(() => [...(iter(5) as never)]).toThrow(TypeError);
    expect(() => [...(iter({}) as never)]).toThrow(/not iterable/);
    expect(() => [...(iter({ [Symbol.iterator]: () => 1 }) as never)]).toThrow(
      'Result of the Symbol.iterator method is not an object',
    );
    expect(() => [...(iter({ [Symbol.iterator]: () => ({ next: () => 1 }) }) as never)]).toThrow(
      'Iterator result 1 is not an object',
    );
    inside(({ box }) => expect(() => [...(iter(box(1, 1)) as never)]).toThrow(TypeError));
  });

  test('yield* passes return and throw on', () => {
    const log: unknown[] = [];
    const inner = {
      [Symbol.iterator]() {
        return this;
      },
      next(v: unknown) {
        log.push(['next', v]);
        return { value: 1, done: false };
      },
      return(v: unknown) {
        log.push(['return', v]);
        return { value: v, done: true };
      },
    };
    function* outer(): Generator<unknown, unknown, unknown> {
      return yield* iter(inner) as Iterable<unknown>;
    }
    const it = outer();
    it.next();
    it.next(5);
    expect(it.return(6)).toEqual({ value: 6, done: true });
    expect(log).toEqual([
      ['next', undefined],
      ['next', 5],
      ['return', 6],
    ]);
    const other = outer();
    other.next();
    expect(() => other.throw(new Error('x'))).toThrow(TypeError);
  });

  test('for await', async () => {
    const seen: unknown[] = [];
    const source = {
      i: 0,
      [Symbol.asyncIterator]() {
        return this;
      },
      next() {
        return Promise.resolve({ value: this.i, done: this.i++ > 2 });
      },
    };
    for await (const v of asyncIter(source) as AsyncIterable<unknown>) seen.push(v);
    for await (const v of asyncIter([7, Promise.resolve(8)]) as AsyncIterable<unknown>) seen.push(v);
    expect(seen).toEqual([0, 1, 2, 7, 8]);
  });
});
