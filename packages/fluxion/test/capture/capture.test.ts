import { createRequire } from 'node:module';
import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { bumpEpoch, type Captured, capture, privateState, proxyParts } from '../../src/capture/capture.ts';
import Shape, * as all from './fixtures/exports.ts';
import { counter, increment, scaled } from './fixtures/exports.ts';

const of = (fn: Function): Captured => {
  const captured = capture(fn);
  if (captured.native) throw new Error(`${fn.name} was taken for a native function`);
  return captured;
};
const valueOf = (fn: Function, name: string): unknown => {
  const binding = of(fn).binding(name);
  if (binding === undefined) return 'no binding';
  return binding.kind === 'constant' ? binding.value : binding.get();
};
const kindOf = (fn: Function, name: string): string | undefined => of(fn).binding(name)?.kind;

describe('bindings', () => {
  it('has a function once, with its source', () => {
    const f = (x: number) => x + 1;
    expect(of(f)).toBe(of(f));
    expect(of(f).source).toBe(f.toString());
    expect(of(f).provider).toBe('inspector');
    expect(of(f).binding('Math')).toBeUndefined();
    expect(of(f).binding('x')).toBeUndefined();
  });

  it('proves constants, and only those', () => {
    const list = [1, 2];
    let once = 2;
    let twice = 3;
    twice = 4;
    var old = 5;
    class Local {}
    function helper(): number {
      return 6;
    }
    const f = () => [list, once, twice, old, Local, helper];
    expect(f().length).toBe(6);
    for (const [name, value] of Object.entries({ list, once, old, Local, helper })) {
      expect(of(f).binding(name)).toEqual({ kind: 'constant', value });
      expect(valueOf(f, name)).toBe(value);
    }
    expect(kindOf(f, 'twice')).toBe('live');
    expect(valueOf(f, 'twice')).toBe(4);
    once satisfies number;
  });

  it('reads a live binding again after the epoch', () => {
    let scale = 1;
    const step = (): void => {
      scale *= 2;
    };
    const f = (x: number) => x * scale;
    expect(valueOf(f, 'scale')).toBe(1);
    step();
    bumpEpoch();
    expect(valueOf(f, 'scale')).toBe(2);
    const binding = of(f).binding('scale')!;
    expect(binding).not.toHaveProperty('set');
  });

  it('gives each iteration its own variable', () => {
    const made: Function[] = [];
    for (let i = 0; i < 3; i++) made.push(() => i);
    for (const item of ['a', 'b']) made.push(() => item);
    for (var late = 0; late < 2; late++) made.push(() => late);
    expect(made.slice(0, 3).map((f) => valueOf(f, 'i'))).toEqual([0, 1, 2]);
    expect(made.slice(3, 5).map((f) => valueOf(f, 'item'))).toEqual(['a', 'b']);
    expect(kindOf(made[3]!, 'item')).toBe('constant');
    expect(kindOf(made[0]!, 'i')).toBe('live');
    expect(kindOf(made[5]!, 'late')).toBe('live');
  });

  it('takes a var that is initialised in a loop for live', () => {
    const made: Function[] = [];
    for (let i = 0; i < 2; i++) {
      var doubled = i * 2;
      const own = i;
      made.push(() => doubled + own);
    }
    expect(kindOf(made[0]!, 'doubled')).toBe('live');
    expect(valueOf(made[0]!, 'doubled')).toBe(2);
    expect(kindOf(made[0]!, 'own')).toBe('constant');
    expect(valueOf(made[0]!, 'own')).toBe(0);
  });

  it('does not take a variable for constant that is not initialised yet', () => {
    const f = () => late;
    expect(kindOf(f, 'late')).toBe('live');
    var late = 3;
    bumpEpoch();
    expect(valueOf(f, 'late')).toBe(3);
    const g = () => dead;
    expect(kindOf(g, 'dead')).toBe('live');
    const dead = 4;
    bumpEpoch();
    expect(valueOf(g, 'dead')).toBe(4);
  });

  it('has parameters, patterns, defaults and caught errors', () => {
    const make = (a: number, { b, c: [d] }: { b: number; c: number[] }, e = 5, ...rest: number[]) => {
      try {
        throw 6;
      } catch (caught) {
        return () => [a, b, d, e, rest, caught];
      }
    };
    const f = make(1, { b: 2, c: [3] }, undefined, 7, 8);
    expect(['a', 'b', 'd', 'e', 'rest', 'caught'].map((name) => valueOf(f, name))).toEqual([1, 2, 3, 5, [7, 8], 6]);
    expect(['a', 'b', 'd', 'e', 'rest', 'caught'].every((name) => kindOf(f, name) === 'constant')).toBe(true);
  });

  it('takes the innermost of variables of one name', () => {
    const x = 1;
    const f = (
      (x: number) => () =>
        x
    )(2);
    expect(valueOf(f, 'x')).toBe(2);
    expect(x).toBe(1);
  });

  it('sees that a destructuring or a loop head assigns', () => {
    let a = 0;
    let b = 0;
    let c = 0;
    let d: number | string = 0;
    const f = () => [a, b, c, d];
    [a, { x: b }] = [1, { x: 2 }] as [number, { x: number }];
    for (c of [3]);
    for (d in { k: 1 });
    for (const name of ['a', 'b', 'c', 'd']) expect(kindOf(f, name)).toBe('live');
  });

  it('has the bindings of imported modules live', () => {
    const f = () => [counter, scaled, all, Shape];
    const before = f()[0] as number;
    increment();
    bumpEpoch();
    expect((f()[0] as number) - before).toBe(1);
    expect(of(f).location?.url).toMatch(/capture\.test\.ts$/);
  });

  it("has a closure's arguments", () => {
    function outer(..._args: number[]) {
      return () => arguments;
    }
    expect(Array.from(of(outer(1, 2)).lexicalArguments()!.value as ArrayLike<number>)).toEqual([1, 2]);
    expect(of((x: number) => x).lexicalThis()).toBeUndefined();
    expect(of((x: number) => x).lexicalNewTarget()).toBeUndefined();
  });

  it('has the scope of a CommonJS module', () => {
    const require = createRequire(import.meta.url);
    const lib = require('./fixtures/commonjs.cjs') as Record<string, (x: number) => number>;
    expect(valueOf(lib.f!, 'factor')).toBe(3);
    expect(kindOf(lib.f!, 'factor')).toBe('constant');
    expect(kindOf(lib.f!, 'require')).toBe('constant');
    expect(kindOf(lib.f!, 'count')).toBe('live');
    expect(of(lib.f!).strict).toBe(false);
    expect(of(lib.strictArrow!).strict).toBe(true);
    expect(of(lib.sloppyArrow!).strict).toBe(false);
    expect(kindOf(lib.sloppyParameter!(1) as unknown as Function, 'a')).toBe('live');
    expect(of(lib.f!).location).toMatchObject({ line: 2, column: 12 });
  });

  it('leaves script variables and globals to the realm', () => {
    const f = vm.runInThisContext('let fluxionScriptVariable = 5; (x) => x * fluxionScriptVariable') as Function;
    expect(of(f).binding('fluxionScriptVariable')).toBeUndefined();
  });

  it('reads the object of a with block as it is', () => {
    const o = { z: 3 };
    const f = new Function('o', 'with (o) { return () => z; }')(o) as Function;
    expect(valueOf(f, 'z')).toBe(3);
    expect(kindOf(f, 'z')).toBe('live');
  });

  it('takes nothing for constant beside a direct eval', () => {
    const f = new Function('let a = 1; const change = (text) => eval(text); return [() => a, change]')() as Function[];
    expect(kindOf(f[0]!, 'a')).toBe('live');
    f[1]!('a = 2');
    bumpEpoch();
    expect(valueOf(f[0]!, 'a')).toBe(2);
  });
});

describe('kinds of functions', () => {
  it('tells native functions', () => {
    expect(capture(Math.sin)).toMatchObject({ native: true });
    expect(capture(Math.sin).bound).toBeUndefined();
    expect(capture(Array.prototype.map).native).toBe(true);
  });

  it('opens bound functions', () => {
    function f(this: unknown, ..._args: unknown[]) {}
    const self = { name: 'self' };
    const bound = capture(f.bind(self, 1, Number.NaN, undefined, null, 'text', -0, 10n, self)).bound!;
    expect(bound.target).toBe(f);
    expect(bound.boundThis).toBe(self);
    expect(bound.boundArgs).toEqual([1, Number.NaN, undefined, null, 'text', -0, 10n, self]);
    expect(bound.boundArgs[7]).toBe(self);
    expect(capture(f.bind(null).bind(3)).bound!.boundThis).toBe(3);
    const symbol = Symbol('s');
    expect(capture(f.bind(symbol)).bound!.boundThis).toBe(symbol);
  });

  it('opens Proxies and runs no trap on the way', () => {
    const target = function target() {};
    let traps = 0;
    const handler = new Proxy({}, { get: () => void traps++ });
    const proxy = new Proxy(target, handler);
    const parts = proxyParts(proxy)!;
    expect(parts.target === target && parts.handler === handler).toBe(true);
    expect(capture(proxy).proxy!.target === target).toBe(true);
    expect(traps).toBe(0);
    expect(proxyParts({})).toBeUndefined();
    const { proxy: revoked, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(proxyParts(revoked)).toEqual({ target: null, handler: null });
  });

  it('places methods, accessors, classes and generators at the beginning of their source', () => {
    const o = {
      method(x: number) {
        return x;
      },
      get value() {
        return 1;
      },
      async *['computed' + 1]() {
        yield 1;
      },
    };
    class C {
      static create() {
        return new C();
      }
      field = 1;
    }
    const getter = Object.getOwnPropertyDescriptor(o, 'value')!.get!;
    for (const fn of [o.method, getter, o.computed1 as Function, C, C.create, function* named() {}]) {
      expect(of(fn).location?.url).toMatch(/capture\.test\.ts$/);
      expect(of(fn).strict).toBe(true);
    }
  });
});

describe('private members', () => {
  class Base {
    #shared = 10;
    #own = 11;
    base() {
      return this.#shared + this.#own;
    }
  }
  class Derived extends Base {
    #shared = 1;
    #list = [1, 2];
    static #count = 4;
    get #double() {
      return this.#shared * 2;
    }
    #method() {
      return this.#list;
    }
    use() {
      return [this.#double, this.#method(), Derived.#count];
    }
    change() {
      this.#list = [9];
    }
  }

  it('reads fields, methods and accessors, of instances and statics', () => {
    const o = new Derived();
    const state = privateState(o, Derived)!;
    expect(state.get('#list')).toEqual([1, 2]);
    expect(state.has('#absent')).toBe(false);
    expect(state.set).toBeUndefined();
    expect(state.member('#method')).toMatchObject({ kind: 'method' });
    expect(state.member('#double')).toMatchObject({ kind: 'accessor', setter: undefined });
    expect(privateState(o, Base)!.get('#own')).toBe(11);
    expect(privateState(Derived, Derived)!.get('#count')).toBe(4);
    o.change();
    bumpEpoch();
    expect(state.get('#list')).toEqual([9]);
    expect(o.use().length).toBe(3);
  });

  it('refuses a name that two classes of the chain share', () => {
    expect(() => privateState(new Derived(), Derived)!.get('#shared')).toThrow(/PrivateField/);
    class Stranger {
      #list = 1;
      read() {
        return this.#list;
      }
    }
    expect(() => privateState(new Stranger(), Derived)!.get('#list')).toThrow(/PrivateField/);
    expect(new Stranger().read() + new Base().base()).toBe(22);
  });
});

it('does not take a variable that the engine has dropped for a global', () => {
  const make = new Function('const escape = "k"; return class C { [escape] = 1; static m() {} };') as () => Function;
  const binding = of(make()).binding('escape');
  if (binding?.kind !== 'live') throw new Error('taken for a global or a constant');
  expect(() => binding.get()).toThrow(/MissingBinding/);
});
