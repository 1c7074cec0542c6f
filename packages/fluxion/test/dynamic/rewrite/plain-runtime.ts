/**
 * The runtime of twin code with nothing tracked: every function does what the language does, and twins are made of everything
 * that has source. So the twin's behaviour can be compared with the original's without the dynamic tier.
 */
import type { TwinRuntime } from '../../../src/dynamic/rewrite/runtime.ts';
import { support } from '../../../src/dynamic/rewrite/support.ts';

const S = Symbol('S');

/** `trace` sees the name of each runtime function that is called. */
export function plainRuntime(trace?: (name: string) => void): TwinRuntime {
  const base = {
    add: (a: any, b: any) => a + b,
    sub: (a: any, b: any) => a - b,
    mul: (a: any, b: any) => a * b,
    div: (a: any, b: any) => a / b,
    mod: (a: any, b: any) => a % b,
    pow: (a: any, b: any) => a ** b,
    neg: (a: any) => -a,
    plus: (a: any) => +a,
    inc: (a: any) => ++a,
    dec: (a: any) => --a,
    num: (a: any) => a++,
    bitand: (a: any, b: any) => a & b,
    bitor: (a: any, b: any) => a | b,
    bitxor: (a: any, b: any) => a ^ b,
    shl: (a: any, b: any) => a << b,
    shr: (a: any, b: any) => a >> b,
    ushr: (a: any, b: any) => a >>> b,
    bitnot: (a: any) => ~a,
    lt: (a: any, b: any) => a < b,
    gt: (a: any, b: any) => a > b,
    le: (a: any, b: any) => a <= b,
    ge: (a: any, b: any) => a >= b,
    eq: (a: any, b: any) => a == b,
    ne: (a: any, b: any) => a != b,
    seq: (a: any, b: any) => a === b,
    sne: (a: any, b: any) => a !== b,
    truthy: (a: any) => !!a,
    typeof: (a: any) => typeof a,
    str: (a: any) => `${a}`,
    text: (a: any) => a,
    whole: (a: any) => `${a}`,
    refused: () => undefined,
    key: (a: any) => a,
    S,
    g: () => true,
    newSite: () => ({ k: null }),
    kindOf: () => undefined,
    get: (o: any, k: any) => o[k],
    set: (o: any, k: any, v: any) => {
      o[k] = v;
    },
    setSloppy: new Function('o', 'k', 'v', 'o[k] = v') as TwinRuntime['setSloppy'],
    setYoung: (o: any, k: any, v: any) => {
      o[k] = v;
    },
    delete: (o: any, k: any) => delete o[k],
    deleteSloppy: new Function('o', 'k', 'return delete o[k]') as TwinRuntime['deleteSloppy'],
    in: (k: any, o: any) => k in o,
    instanceof: (a: any, c: any) => a instanceof c,
    toKey(k: any, ...rest: any[]): PropertyKey {
      if (rest.length > 0 && (rest[0] === null || rest[0] === undefined)) throw new TypeError('Cannot read properties');
      return Reflect.ownKeys({ [k]: 0 })[0];
    },
    original: (o: any) => o,
    spread: (o: any) => o,
    rest(o: any, keys: readonly PropertyKey[]) {
      const names = new Set<PropertyKey>(keys.map((k) => (typeof k === 'symbol' ? k : String(k))));
      const copy: any = {};
      const source = Object(o);
      for (const k of Reflect.ownKeys(source)) {
        if (names.has(k)) continue;
        const d = Reflect.getOwnPropertyDescriptor(source, k);
        if (d?.enumerable)
          Object.defineProperty(copy, k, { value: source[k], writable: true, enumerable: true, configurable: true });
      }
      return copy;
    },
    withHome(make: any) {
      const cell: { home?: object } = {};
      return (cell.home = make(cell));
    },
    superGet: (home: any, k: any, receiver: any) => Reflect.get(Object.getPrototypeOf(home), k, receiver),
    superSet(home: any, k: any, v: any, receiver: any) {
      if (!Reflect.set(Object.getPrototypeOf(home), k, v, receiver)) throw new TypeError('super');
    },
    forIn: (o: any) => o,
    iter: (x: any) => x,
    asyncIter: (x: any) => x,
    suspendEach: (_act: unknown, x: any) => x,
    t: (f: any) => (typeof f === 'function' ? f : notFunction),
    twinFor: (f: any) => (typeof f === 'function' ? f : notFunction),
    constructed: (v: any) => v,
    sloppyThis: (v: any) => v,
    construct: (c: any, args: any) => Reflect.construct(c, args),
    super: (b: any) => b,
    import: (specifier: any) => import(specifier),
    activation: () => ({ done() {} }),
    suspend: (_act: unknown, v: any) => v,
    resume: (_act: unknown, v?: any) => v,
    q: { n: 1 },
    ended: () => {},
    touchGlobal: () => {},
    env: {},
    self: undefined,
    home: undefined,
    parent: undefined,
    privateGet: (): never => {
      throw new TypeError('private');
    },
    privateSet: (): never => {
      throw new TypeError('private');
    },
    privateIn: () => false,
  };
  const runtime = { ...support(base as never), ...base } as unknown as TwinRuntime;
  if (trace === undefined) return runtime;
  return new Proxy(runtime, {
    get(target, key) {
      trace(String(key));
      return Reflect.get(target, key);
    },
  });
}

function notFunction(): never {
  throw new TypeError('is not a function');
}
