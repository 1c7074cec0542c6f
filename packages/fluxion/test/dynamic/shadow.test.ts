import { describe, expect, test } from 'vitest';
import { iter } from '../../src/dynamic/iteration.ts';
import { S } from '../../src/dynamic/numbers/box.ts';
import { get, set } from '../../src/dynamic/properties.ts';
import { attachShadow, boxesOf, readShadow } from '../../src/dynamic/shadow.ts';
import { typedArrayPrototype } from '../../src/dynamic/views.ts';
import { call, inside, make, pair, pairs } from './inside.ts';

const code = (f: () => unknown): string => {
  try {
    f();
  } catch (e) {
    return (e as { code?: string }).code ?? String(e);
  }
  return 'no error';
};

describe('tracked numbers in typed memory', () => {
  test('a Float64Array gives back what was stored', () => {
    inside(({ box }) => {
      const a = make(Float64Array, 3);
      set(a, 1, box(2.5, 7));
      expect(a[1]).toBe(2.5);
      expect(pairs(a)).toEqual([
        [0, 0],
        [2.5, 7],
        [0, 0],
      ]);
      set(a, 1, 4);
      expect(pair(get(a, 1))).toEqual([4, 0]);
    });
  });

  test('narrow elements round the primal and pass the derivative', () => {
    inside(({ box }) => {
      const a = make(Float32Array, 1);
      set(a, 0, box(0.1, 3));
      expect(pair(get(a, 0))).toEqual([Math.fround(0.1), 3]);
    });
  });

  test('integer elements are piecewise constant', () => {
    inside(({ box }) => {
      const a = make(Int32Array, 1);
      set(a, 0, box(2.7, 3));
      expect(get(a, 0)).toBe(2);
    });
  });

  test('what is out of range is dropped', () => {
    inside(({ box }) => {
      const a = make(Float64Array, 1);
      set(a, 5, box(2, 3));
      set(a, -1, box(2, 3));
      set(a, 0.5, box(2, 3));
      set(a, '1', box(2, 3));
      expect(Reflect.ownKeys(a).filter((k) => typeof k === 'string')).toEqual(['0']);
      expect(get(a, 5)).toBe(undefined);
    });
  });

  test('a BigInt element refuses a tracked number as it refuses a number', () => {
    inside(({ box }) => {
      const a = make(BigInt64Array, 1);
      expect(() => set(a, 0, box(2, 3))).toThrow(TypeError);
    });
  });

  test('views of one buffer see each other', () => {
    inside(({ box }) => {
      const a = make(Float64Array, 4);
      const b = call(a, 'subarray', 1, 3);
      set(b, 0, box(5, 2));
      expect(pair(get(a, 1))).toEqual([5, 2]);
      const c = make(Float64Array, get(a, 'buffer'), 8);
      expect(pair(get(c, 0))).toEqual([5, 2]);
      set(c, 0, 1);
      expect(pair(get(a, 1))).toEqual([1, 0]);
      expect(Object.hasOwn(typedArrayPrototype, S)).toBe(false);
    });
  });

  test('views that native code made before are seen, too', () => {
    const a = new Float64Array(4);
    const b = a.subarray(2);
    inside(({ box }) => {
      set(a, 2, box(5, 2));
      expect(pair(get(b, 0))).toEqual([5, 2]);
      expect(Object.hasOwn(typedArrayPrototype, S)).toBe(true);
    });
    expect(Object.hasOwn(typedArrayPrototype, S)).toBe(false);
    expect((a as any)[S]).toBe(undefined);
    expect((b as any)[S]).toBe(undefined);
  });

  test('bits are not reinterpreted', () => {
    inside(({ box }) => {
      const a = make(Float64Array, 2);
      const bytes = make(Uint8Array, get(a, 'buffer'));
      const singles = make(Float32Array, get(a, 'buffer'));
      set(a, 1, box(5, 2));
      expect(get(bytes, 0)).toBe(0);
      expect(code(() => get(bytes, 9))).toBe('BitReinterpretation');
      expect(code(() => get(singles, 2))).toBe('BitReinterpretation');
      expect(code(() => set(bytes, 9, 1))).toBe('BitReinterpretation');
      call(bytes, 'fill', 0);
      expect(get(a, 1)).toBe(0);
      expect(get(bytes, 9)).toBe(0);
    });
  });

  test('a native write behind our back is noticed', () => {
    inside(({ box }) => {
      const a = make(Float64Array, 2);
      set(a, 0, box(5, 2));
      a[0] = 6;
      expect(code(() => get(a, 0))).toBe('LostDerivative');
    });
  });

  test('NaN is kept', () => {
    inside(({ box }) => {
      const a = make(Float64Array, 1);
      set(a, 0, box(Number.NaN, 2));
      expect(pair(get(a, 0))).toEqual([Number.NaN, 2]);
    });
  });

  test('old memory is put back where it was captured, and untracked afterwards', () => {
    const a = Float64Array.of(1, 2, 3);
    inside(({ box }) => {
      set(a, 0, box(5, 2));
      set(a, 1, 9);
    });
    // Not known to be captured: the program's effects stay.
    expect([...a]).toEqual([5, 9, 3]);
    expect(Reflect.ownKeys(a)).toEqual(['0', '1', '2']);
  });

  test('stand-ins', () => {
    inside(({ box }) => {
      const a = new Float64Array(3);
      attachShadow(a, [box(1, 1), 2, box(3, 3)]);
      expect([...a]).toEqual([1, 2, 3]);
      expect(boxesOf(a).map(pair)).toEqual([
        [1, 1],
        [2, 0],
        [3, 3],
      ]);
      expect(pair(readShadow(a, 2))).toEqual([3, 3]);
      expect([...(iter(a) as Iterable<unknown>)].map(pair)).toEqual([
        [1, 1],
        [2, 0],
        [3, 3],
      ]);
    });
  });

  test('a frozen length does not hide a shadow: arrays that take no properties', () => {
    inside(({ box }) => {
      const a = Object.preventExtensions(new Float64Array(3));
      set(a, 0, box(5, 2));
      expect(pair(get(a, 0))).toEqual([5, 2]);
    });
    expect(Object.hasOwn(typedArrayPrototype, S)).toBe(false);
  });

  test('a loop sees what is stored while it runs', () => {
    inside(({ box }) => {
      const a = make(Float64Array, 2);
      const seen: unknown[] = [];
      for (const v of iter(a) as Iterable<unknown>) {
        seen.push(pair(v));
        set(a, 1, box(3, 4));
      }
      expect(seen).toEqual([
        [0, 0],
        [3, 4],
      ]);
    });
  });

  test('resize, transfer', () => {
    const make16 = (): any => make(ArrayBuffer, 16, { maxByteLength: 32 });
    inside(({ box }) => {
      const b = make16();
      const a = make(Float64Array, b);
      set(a, 1, box(3, 4));
      call(b, 'resize', 8);
      expect(get(a, 1)).toBe(undefined);
      call(b, 'resize', 16);
      expect(get(a, 1)).toBe(0);
      if (!('transfer' in ArrayBuffer.prototype)) return;
      set(a, 1, box(3, 4));
      const c = make(Float64Array, call(b, 'transfer'));
      expect(pair(get(c, 1))).toEqual([3, 4]);
      expect(get(a, 1)).toBe(undefined);
    });
  });
});

describe('DataView', () => {
  test('the same type and order give back what was written', () => {
    inside(({ box }) => {
      const v = make(DataView, make(ArrayBuffer, 32));
      call(v, 'setFloat64', 3, box(1.5, 2));
      expect(pair(call(v, 'getFloat64', 3))).toEqual([1.5, 2]);
      expect(code(() => call(v, 'getFloat64', 3, true))).toBe('BitReinterpretation');
      expect(code(() => call(v, 'getUint8', 4))).toBe('BitReinterpretation');
      expect(call(v, 'getUint8', 2)).toBe(0);
      call(v, 'setFloat32', 20, box(0.1, 2), true);
      expect(pair(call(v, 'getFloat32', 20, true))).toEqual([Math.fround(0.1), 2]);
      call(v, 'setFloat64', 3, 2);
      expect(call(v, 'getFloat64', 3)).toBe(2);
      call(v, 'setInt8', 0, box(3.7, 1));
      expect(call(v, 'getInt8', 0)).toBe(3);
      expect(() => call(v, 'setFloat64', 30, box(1, 1))).toThrow(RangeError);
    });
  });

  test('it shares with typed arrays, in the order of the machine', () => {
    inside(({ box }) => {
      const b = make(ArrayBuffer, 16);
      const a = make(Float64Array, b);
      const v = make(DataView, b);
      call(v, 'setFloat64', 8, box(1.5, 2), true);
      expect(pair(get(a, 1))).toEqual([1.5, 2]);
      set(a, 0, box(2, 5));
      expect(pair(call(v, 'getFloat64', 0, true))).toEqual([2, 5]);
    });
  });
});
