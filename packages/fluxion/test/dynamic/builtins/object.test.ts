/** `Object` and `Object.prototype`: in which order things are asked for, and which are not asked at all. */
import { describe, expect, test } from 'vitest';
import { derivative, grad, valueAndGrad } from '../../../src/index.ts';

/** What the keys and traps of a program were asked, by twin code and natively. */
function both(program: (log: unknown[]) => void): { native: unknown[]; twin: unknown[] } {
  const native: unknown[] = [];
  program(native);
  const twin: unknown[] = [];
  grad((x: number) => {
    program(twin);
    return x;
  })(1);
  return { native, twin };
}

function attempt(log: unknown[], run: () => unknown): void {
  try {
    log.push(run());
  } catch (error) {
    log.push((error as Error).name);
  }
}

const programs: Record<string, (log: unknown[]) => void> = {
  'accessors are looked up on nothing': (log) => {
    const key = { toString: () => (log.push('key'), 'k') };
    const proto = Object.prototype as any;
    for (const name of ['__lookupGetter__', '__lookupSetter__', '__defineGetter__', '__defineSetter__']) {
      attempt(log, () => proto[name].call(undefined, key, () => 1));
      attempt(log, () => proto[name].call(null, key, () => 1));
    }
  },
  'what is defined as an accessor is no function': (log) => {
    const key = { toString: () => (log.push('key'), 'k') };
    attempt(log, () => (({}) as any).__defineGetter__(key, 5));
    attempt(log, () => (({}) as any).__defineSetter__(key, {}));
    const o = {} as any;
    attempt(log, () => o.__defineGetter__(key, () => 7));
    log.push(o.k, Object.keys(o), typeof o.__lookupGetter__('k'), o.__lookupSetter__('k'));
    Object.freeze(o);
    attempt(log, () => o.__defineGetter__('other', () => 7));
  },
  'a Proxy that is revoked while its tag is asked for': (log) => {
    for (const target of [{}, [], () => 1]) {
      const made = Proxy.revocable(target, {
        get(_, key) {
          log.push(String(key));
          made.revoke();
          return undefined;
        },
      });
      attempt(log, () => Object.prototype.toString.call(made.proxy));
      attempt(log, () => Object.prototype.toString.call(made.proxy));
    }
  },
  'traps for own properties': (log) => {
    const target = { a: 1, b: 2 };
    const noted = new Proxy(target, {
      get: (t, k, r) => (log.push(['get', k]), Reflect.get(t, k, r)),
      ownKeys: (t) => (log.push('ownKeys'), Reflect.ownKeys(t)),
      getOwnPropertyDescriptor: (t, k) => (log.push(['own', k]), Reflect.getOwnPropertyDescriptor(t, k)),
      getPrototypeOf: (t) => (log.push('prototype'), Reflect.getPrototypeOf(t)),
      has: (t, k) => (log.push(['has', k]), Reflect.has(t, k)),
      defineProperty: (t, k, d) => (log.push(['define', k]), Reflect.defineProperty(t, k, d)),
      set: (t, k, v) => (log.push(['set', k]), Reflect.set(t, k, v)),
      deleteProperty: (t, k) => (log.push(['delete', k]), Reflect.deleteProperty(t, k)),
    });
    log.push(Object.getOwnPropertyDescriptors(noted), Object.entries(noted), Object.values(noted), Object.keys(noted));
    log.push({ ...noted }, 'a' in noted, Object.isFrozen(noted), Object.hasOwn(noted, 'a'));
    Object.defineProperty(noted, 'c', { value: 3, configurable: true, enumerable: true, writable: true });
    noted.a = 4;
    (noted as any)[0] = 5;
    delete (noted as any).c;
    log.push(target);
  },
};

describe('as natively', () => {
  for (const [name, program] of Object.entries(programs)) {
    test(name, () => {
      const { native, twin } = both(program);
      expect(twin).toEqual(native);
    });
  }
});

/** Knows its own keys, and takes any other for a fault of the program. */
const strict = new Proxy({ a: 3, times: (x: number) => 2 * x, 0: 5 } as Record<string | symbol, any>, {
  get(target, key) {
    if (!(key in target)) throw new Error(`unknown: ${String(key)}`);
    return target[key];
  },
});

describe('a Proxy that is older than the gradient is asked for nothing that the program does not ask for', () => {
  const cases: Record<string, (x: number) => number> = {
    read: (x) => x * strict.a,
    call: (x) => strict.times(x),
    'read by name': (x) => x * strict[['a'][0] as string],
    write: (x) => {
      strict.a = 2 * x;
      const made = strict.a;
      strict.a = 3;
      return made;
    },
    keys: (x) => Object.keys(strict).length * x,
    spread: (x) => ({ ...strict }).a * x,
    in: (x) => ('a' in strict ? 2 * x : 0),
    entries: (x) => Object.entries(strict).length * x,
    delete: (x) => (delete strict.other ? 3 * x : 0),
    rest: (x) => {
      const { a, ...others } = strict;
      return a * Object.keys(others).length * x;
    },
  };
  for (const [name, f] of Object.entries(cases)) {
    test(name, () => {
      const expected = (f(2.5) - f(1.5)) / 1;
      expect(valueAndGrad(f)(2)).toEqual({ value: f(2), grad: expected });
      expect(derivative(f)(2)).toBe(expected);
    });
  }
});

test('an element made an accessor by __defineGetter__ keeps its derivative', () => {
  const f = (x: number): number => {
    const list = [1, 2] as any;
    list.__defineGetter__(0, () => 3 * x);
    return list[0] * list.reduce((a: number, b: number) => a + b, 0);
  };
  expect(valueAndGrad(f)(2)).toEqual({ value: 48, grad: 42 });
});

describe('defining a property again that can not be changed', () => {
  const locked = (first: number, again: unknown): number => {
    const o = {} as { v: number };
    Object.defineProperty(o, 'v', { value: first });
    Object.defineProperty(o, 'v', { value: again });
    return o.v;
  };
  test('with the same number does nothing', () => {
    expect(valueAndGrad((x: number) => locked(2 * x, 2 * x))(2)).toEqual({ value: 4, grad: 2 });
    expect(valueAndGrad((x: number) => locked(2 * x, 4))(2)).toEqual({ value: 4, grad: 2 });
    expect(valueAndGrad((x: number) => locked(4, x * x))(2)).toEqual({ value: 4, grad: 0 });
  });
  test('with another is an error', () => {
    expect(() => grad((x: number) => locked(2 * x, 3 * x))(2)).toThrow(TypeError);
    expect(() => grad((x: number) => locked(2 * x, 5))(2)).toThrow(TypeError);
  });
  test('where it is configurable the new number counts', () => {
    const f = (x: number): number => {
      const o = {} as { v: number };
      Object.defineProperty(o, 'v', { value: 2 * x, configurable: true });
      Object.defineProperty(o, 'v', { value: x * x });
      return o.v;
    };
    expect(valueAndGrad(f)(2)).toEqual({ value: 4, grad: 4 });
  });
});

test('a constructor that is a number is none', () => {
  const f = (x: number): number => {
    const list = [x] as any;
    list.constructor = x;
    return list.flatMap((v: number) => [v])[0];
  };
  expect(() => f(2)).toThrow(TypeError);
  expect(() => grad(f)(2)).toThrow(TypeError);
});
