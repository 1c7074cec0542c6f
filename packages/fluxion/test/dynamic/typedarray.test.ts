import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entryOf } from '../../src/dynamic/builtins/registry.ts';
import { get, set } from '../../src/dynamic/properties.ts';
import { TypedArrayConstructor, typedArrayConstructors, typedArrayPrototype } from '../../src/dynamic/views.ts';
import { call, type Inside, inside, make, pair, pairs } from './inside.ts';

type P = [primal: number, tangent: number];
interface Step {
  readonly op: string;
  readonly i: number;
  readonly j: number;
  readonly k: number;
  readonly v: number;
  readonly t: number;
  readonly compare: boolean;
}

const step = fc.record({
  op: fc.constantFrom(
    'store',
    'fill',
    'copyWithin',
    'reverse',
    'sort',
    'setList',
    'setTyped',
    'setOwn',
    'slice',
    'subarray',
    'map',
    'filter',
    'with',
    'toSorted',
    'toReversed',
    'from',
    'copy',
    'other',
    'reduce',
    'find',
  ),
  i: fc.integer({ min: -9, max: 9 }),
  j: fc.integer({ min: -9, max: 9 }),
  k: fc.integer({ min: -9, max: 9 }),
  v: fc.constantFrom(-3, -1, -0, 0, 0.1, 1, 2.5, 7, Number.NaN, 1e10),
  t: fc.integer({ min: 0, max: 5 }),
  compare: fc.boolean(),
});

const length = 6;
const near = (i: number, n: number): number => ((i % n) + n) % n;

/** What the memory should hold, kept in an ordinary array. */
class Model {
  items: P[] = Array.from({ length }, () => [0, 0]);
  readonly round: (x: number) => number;
  constructor(round: (x: number) => number) {
    this.round = round;
  }
  entry = (v: number, t: number): P => [this.round(v), t];
}

const byPrimal = (a: P, b: P): number => {
  const [x, y] = [a[0], b[0]];
  if (Number.isNaN(x)) return Number.isNaN(y) ? 0 : 1;
  if (Number.isNaN(y)) return -1;
  if (x === 0 && y === 0) return Number(Object.is(y, -0)) - Number(Object.is(x, -0));
  return x < y ? -1 : x > y ? 1 : 0;
};

function run(C: typeof Float64Array | typeof Float32Array, steps: Step[], { box }: Inside): void {
  const model = new Model(C === Float32Array ? Math.fround : (x) => x);
  const value = (s: Step): unknown => (s.t === 0 ? s.v : box(s.v, s.t));
  const tangent = (s: Step): number => s.t;
  let a = make(C, length);
  const check = (o: any, expected: P[]): void => expect(pairs(o)).toEqual(expected);
  for (const s of steps) {
    const m = model.items;
    const n = m.length;
    if (n === 0) return;
    const e = model.entry(s.v, tangent(s));
    const negate = (p: any): unknown => (typeof p === 'number' ? -p : box(-(pair(p) as P)[0], (pair(p) as P)[1]));
    switch (s.op) {
      case 'store':
        set(a, s.i, value(s));
        if (s.i >= 0 && s.i < n) m[s.i] = e;
        break;
      case 'fill':
        call(a, 'fill', value(s), s.i, s.j);
        m.fill(e, s.i, s.j);
        break;
      case 'copyWithin':
        call(a, 'copyWithin', s.i, s.j, s.k);
        m.copyWithin(s.i, s.j, s.k);
        break;
      case 'reverse':
        call(a, 'reverse');
        m.reverse();
        break;
      case 'sort':
        if (s.compare) call(a, 'sort', (x: unknown, y: unknown) => box(-byPrimal(pair(x) as P, pair(y) as P), 1));
        else call(a, 'sort');
        m.sort(s.compare ? (x, y) => -byPrimal(x, y) : byPrimal);
        break;
      case 'setList': {
        const at = near(s.i, n);
        call(a, 'set', [value(s)], at);
        m[at] = e;
        break;
      }
      case 'setTyped': {
        const at = near(s.i, n);
        const other = make(Float64Array, [value(s)]);
        call(a, 'set', other, at);
        m[at] = e;
        break;
      }
      case 'setOwn': {
        const from = near(s.i, n);
        const at = near(s.j, from + 1);
        call(a, 'set', call(a, 'subarray', from), at);
        m.copyWithin(at, from);
        break;
      }
      case 'slice':
        check(call(a, 'slice', s.i, s.j), m.slice(s.i, s.j));
        break;
      case 'subarray': {
        const part = call(a, 'subarray', s.i, s.j);
        check(part, m.slice(s.i, s.j));
        set(part, s.k, value(s));
        const start = s.i < 0 ? Math.max(n + s.i, 0) : Math.min(s.i, n);
        if (s.k >= 0 && s.k < part.length) m[start + s.k] = e;
        break;
      }
      case 'map':
        a = call(a, 'map', (x: unknown, i: number) => (i === near(s.i, n) ? value(s) : negate(x)));
        model.items = m.map(([p, t], i) => (i === near(s.i, n) ? e : [-p, t]));
        break;
      case 'filter':
        check(
          call(a, 'filter', (x: unknown) => box((pair(x) as P)[0] > s.v ? 1 : 0, 1)),
          m.filter(([p]) => p > s.v),
        );
        break;
      case 'with': {
        const at = near(s.i, n);
        if (!('with' in a)) break;
        a = call(a, 'with', at, value(s));
        m[at] = e;
        break;
      }
      case 'toSorted':
        if ('toSorted' in a) check(call(a, 'toSorted'), [...m].sort(byPrimal));
        break;
      case 'toReversed':
        if ('toReversed' in a) check(call(a, 'toReversed'), [...m].reverse());
        break;
      case 'from':
        check(
          call(C, 'from', a, (x: unknown) => x),
          m,
        );
        check(call(C, 'of', value(s)), [e]);
        break;
      case 'copy':
        a = make(C, a);
        break;
      case 'other': {
        const other = make(Float32Array, a);
        check(
          other,
          m.map(([p, t]) => [Math.fround(p), t]),
        );
        check(
          make(Float64Array, other),
          m.map(([p, t]) => [Math.fround(p), t]),
        );
        break;
      }
      case 'reduce': {
        const seen: unknown[] = [];
        call(a, 'reduce', (_: unknown, x: unknown) => void seen.push(pair(x)), 0);
        expect(seen).toEqual(m);
        break;
      }
      case 'find': {
        const found = pair(call(a, 'find', (x: unknown) => Object.is((pair(x) as P)[0], model.round(s.v))));
        expect(found).toEqual(m.find(([p]) => Object.is(p, model.round(s.v))));
        break;
      }
    }
    check(a, model.items);
    expect([...call(a, 'entries')].map(([i, v]) => [i, pair(v)])).toEqual([...model.items.entries()]);
  }
}

describe('typed arrays of tracked numbers against a model of plain arrays', () => {
  for (const C of [Float64Array, Float32Array]) {
    test(C.name, () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
          inside((i) => run(C as typeof Float64Array, steps, i));
        }),
        { numRuns: 300 },
      );
    });
  }
});

describe('typed arrays without tracked numbers', () => {
  test('every function of the typed arrays has an entry', () => {
    const missing: string[] = [];
    const holders: [string, object][] = [
      ['%TypedArray%', TypedArrayConstructor],
      ['%TypedArray%.prototype', typedArrayPrototype],
      ['ArrayBuffer', ArrayBuffer],
      ['ArrayBuffer.prototype', ArrayBuffer.prototype],
      ['SharedArrayBuffer.prototype', SharedArrayBuffer.prototype],
      ['DataView.prototype', DataView.prototype],
      ...typedArrayConstructors.map(([name, C]): [string, object] => [name, C]),
    ];
    for (const [name, holder] of holders) {
      for (const key of Reflect.ownKeys(holder)) {
        const d = Reflect.getOwnPropertyDescriptor(holder, key) as PropertyDescriptor;
        for (const f of [d.value, d.get, d.set]) {
          if (typeof f === 'function' && f !== Array.prototype.toString && entryOf(f) === undefined) {
            missing.push(`${name}.${String(key)}`);
          }
        }
      }
    }
    expect(missing).toEqual([]);
  });

  test('conversions happen in the order of the language', () => {
    const log: string[] = [];
    const spy = (name: string, v: number) => ({
      valueOf() {
        log.push(name);
        return v;
      },
    });
    inside(() => {
      const a = make(Float64Array, 4);
      call(a, 'fill', spy('value', 3), spy('start', 1), spy('end', 2));
      expect([...a]).toEqual([0, 3, 0, 0]);
      call(a, 'copyWithin', spy('target', 0), spy('from', 1), spy('to', 2));
      expect([...a]).toEqual([3, 3, 0, 0]);
    });
    expect(log).toEqual(['value', 'start', 'end', 'target', 'from', 'to']);
  });

  test('native errors', () => {
    inside(({ box }) => {
      const { map, fill } = typedArrayPrototype as any;
      expect(() => map.call([], () => 1)).toThrow(TypeError);
      for (const receiver of [[], {}, 1, undefined, box(1, 1)]) {
        expect(() => call({ m: fill } as any, 'm')).toThrow(TypeError);
        expect(() => (entryOf(map) as any).twin.call(receiver, () => 1)).toThrow(TypeError);
      }
      const a = make(Float64Array, 2);
      expect(() => call(a, 'map')).toThrow(TypeError);
      expect(() => call(a, 'sort', 3)).toThrow(TypeError);
      expect(() => call(a, 'reduce', (x: unknown) => x)).not.toThrow();
      expect(() => call(make(Float64Array, 0), 'reduce', (x: unknown) => x)).toThrow(TypeError);
      expect(() => call(a, 'set', [1, 2, 3])).toThrow(RangeError);
      expect(() => call(a, 'set', [1], -1)).toThrow(RangeError);
      expect(() => call(a, 'set', make(BigInt64Array, 1))).toThrow(TypeError);
      expect(() => make(Float64Array, -1)).toThrow(RangeError);
      expect(() => make(Float64Array, Symbol())).toThrow(TypeError);
    });
  });

  test('searches compare primals', () => {
    inside(({ box }) => {
      const a = make(Float64Array, [1, 2, 3]);
      set(a, 1, box(5, 1));
      expect(call(a, 'indexOf', box(5, 9))).toBe(1);
      expect(call(a, 'includes', box(5, 9))).toBe(true);
      expect(call(a, 'includes', box(2, 9))).toBe(false);
      expect(call(a, 'lastIndexOf', 5)).toBe(1);
      expect(call(a, 'join', '|')).toBe('1|5|3');
      expect(call(a, 'at', box(-2, 1))).toBe(get(a, 1));
    });
  });

  test('species and subclasses', () => {
    class Vector extends Float64Array {
      get norm(): number {
        return Math.hypot(...this);
      }
    }
    inside(({ box }) => {
      const v = Reflect.construct(Vector, [3]) as Vector;
      set(v, 0, box(3, 1));
      const w = call(v, 'map', (x: unknown) => x);
      expect(w).toBeInstanceOf(Vector);
      expect(pairs(w)).toEqual([
        [3, 1],
        [0, 0],
        [0, 0],
      ]);
      expect(call(v, 'subarray', 1)).toBeInstanceOf(Vector);
      expect(call(v, 'slice', 0, 1)).toBeInstanceOf(Vector);
      expect(pair(get(call(v, 'slice', 0, 1), 0))).toEqual([3, 1]);
    });
  });

  test('from array-likes, iterables and sets', () => {
    inside(({ box }) => {
      expect(pairs(make(Float64Array, new Set([1, box(2, 3)])))).toEqual([
        [1, 0],
        [2, 3],
      ]);
      expect(pairs(make(Float64Array, { length: 2, 0: box(2, 3), 1: '7' }))).toEqual([
        [2, 3],
        [7, 0],
      ]);
      expect(pairs(call(Float64Array, 'from', { length: box(1, 1), 0: box(2, 3) }))).toEqual([[2, 3]]);
      expect(make(Float64Array, box(2, 1)).length).toBe(2);
      expect([...make(Int32Array, [box(2.5, 1)])]).toEqual([2]);
    });
  });
});
