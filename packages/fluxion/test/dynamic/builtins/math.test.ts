import { describe, expect, test } from 'vitest';
import '../../../src/dynamic/builtins/bigint.ts';
import '../../../src/dynamic/builtins/math.ts';
import '../../../src/dynamic/builtins/number.ts';
import { entryOf, lookup } from '../../../src/dynamic/builtins/registry.ts';
import { hooks } from '../../../src/dynamic/hooks.ts';
import { isBox, numberOf, Tracked, type Value } from '../../../src/dynamic/numbers/box.ts';
import { reverseLevel } from '../../../src/dynamic/numbers/level.ts';
import { Tape } from '../../../src/dynamic/tape.ts';
import { forward, newRun, reverse } from '../numbers/derive.ts';

const run = newRun();
const level = reverseLevel(run, undefined, new Tape());
const tracked = (x: Value): Tracked => new Tracked(level, x, level.tape!.leaf());
const twin = (f: Function): ((...args: unknown[]) => any) => lookup(f) as never;
const functions = Object.getOwnPropertyNames(Math).filter((k) => typeof Math[k as 'sin'] === 'function');

describe('Math', () => {
  test('every function has a twin, and says what becomes of a derivative', () => {
    for (const name of functions) expect(entryOf(Math[name as 'sin']), name).toBeDefined();
    const primal = functions.filter((name) => entryOf(Math[name as 'sin'])!.classification === 'primal');
    expect(primal.sort()).toEqual(['ceil', 'clz32', 'floor', 'imul', 'round', 'sign', 'trunc']);
  });

  test.each(functions.filter((f) => f !== 'random' && f !== 'sumPrecise'))(
    '%s converts as the language does',
    (name) => {
      const native = Math[name as 'max'] as (...args: unknown[]) => number;
      const cases: unknown[][] = [
        [],
        [undefined],
        [null],
        ['0.5'],
        [true],
        [[2]],
        [{ valueOf: () => 0.25 }],
        [0.5, '2'],
        [1, 2, 3],
        [Number.NaN, 1],
        [-0, 0],
      ];
      for (const args of cases) expect(twin(native)(...args)).toEqual(native(...args));
      for (const bad of [[1n], [Symbol('s')], [Object.create(null)]]) {
        expect(() => twin(native)(...bad)).toThrow(TypeError);
      }
    },
  );

  test('the primal is what the native function gives, bit for bit', () => {
    for (const name of functions.filter((f) => f !== 'random' && f !== 'sumPrecise')) {
      const native = Math[name as 'max'] as (...args: number[]) => number;
      for (const x of [-0, 0, 0.3, -0.7, 2.5, 1e300, Number.POSITIVE_INFINITY, Number.NaN]) {
        for (const y of [0, -0, 1.5, Number.NaN]) {
          const v = twin(native)(tracked(x), tracked(y));
          expect(isBox(v) ? numberOf(v) : v, `${name}(${x}, ${y})`).toBe(native(x, y));
        }
      }
    }
  });

  test('max and min of many, with constants among them', () => {
    const max = twin(Math.max);
    expect(reverse((x, y) => max(x, 3, y), [1, 5])).toEqual([0, 1]);
    expect(reverse((x, y) => max(x, 7, y), [1, 5])).toEqual([0, 0]);
    expect(reverse((x, y) => max(x, y), [5, 5])).toEqual([1, 0]);
    expect(reverse((x) => max(x, x), [5])).toEqual([1]);
    expect(reverse((x) => max(0, x), [0])).toEqual([0]);
    expect(reverse((x) => max(x, 0), [0])).toEqual([1]);
    expect(reverse((x) => max(x, 0), [-0])).toEqual([1]);
    expect(reverse((x, y) => twin(Math.min)(x, y, 9), [4, 2])).toEqual([0, 1]);
    expect(forward((x, y) => max(x, y), [1, 2], [10, 20])).toBe(20);
    expect(reverse((x, y) => max(x, y), [Number.NaN, 2])).toEqual([Number.NaN, Number.NaN]);
    expect(max()).toBe(-Infinity);
  });

  test('hypot of many', () => {
    const hypot = twin(Math.hypot);
    expect(reverse((x, y) => hypot(x, y, 12), [3, 4])).toEqual([3 / 13, 4 / 13]);
    expect(reverse((x, y) => hypot(x, y), [0, 0])).toEqual([0, 0]);
    expect(hypot()).toBe(0);
  });

  test('what is piecewise constant is noted', () => {
    const noted: string[] = [];
    hooks.noteInactive = (what) => noted.push(what);
    try {
      expect(twin(Math.floor)(tracked(2.5))).toBe(2);
      expect(twin(Math.imul)(tracked(3), 4)).toBe(12);
      twin(Math.floor)(2.5);
      twin(Math.sin)(tracked(1));
    } finally {
      hooks.noteInactive = undefined;
    }
    expect(noted).toEqual(['Math.floor', 'Math.imul']);
  });
});

describe('Number', () => {
  const x = tracked(2.5);
  const N = twin(Number);

  test('conversion passes the derivative', () => {
    expect(N(x)).toBe(x);
    expect(N('4')).toBe(4);
    expect(N()).toBe(0);
    expect(N(3n)).toBe(3);
    expect(N({ valueOf: () => x })).toBe(x);
    expect(() => N(Symbol('s'))).toThrow(TypeError);
  });

  test('new Number holds plain numbers only', () => {
    const make = (v: unknown, target: Function = Number): any => Reflect.construct(lookup(Number)!, [v], target);
    expect(make('4').valueOf()).toBe(4);
    expect(make('4')).toBeInstanceOf(Number);
    class Mine extends Number {}
    expect(make(4, Mine)).toBeInstanceOf(Mine);
    expect(() => make(x)).toThrow(expect.objectContaining({ code: 'LostDerivative' }));
  });

  test('questions are answered for the primal', () => {
    expect(twin(Number.isFinite)(x)).toBe(true);
    expect(twin(Number.isNaN)(tracked(Number.NaN))).toBe(true);
    expect(twin(Number.isInteger)(x)).toBe(false);
    expect(twin(Number.isSafeInteger)(tracked(3))).toBe(true);
    expect(twin(Number.isFinite)('1')).toBe(false);
    expect(twin(globalThis.isNaN)('a')).toBe(true);
    expect(twin(globalThis.isFinite)(x)).toBe(true);
    expect(() => twin(globalThis.isNaN)(1n)).toThrow(TypeError);
  });

  test('parseFloat of a number is that number, parseInt its integer part', () => {
    expect(twin(Number.parseFloat)(x)).toBe(x);
    expect(Object.is(numberOf(twin(Number.parseFloat)(tracked(-0))), 0)).toBe(true);
    expect(twin(Number.parseFloat)('3.5px')).toBe(3.5);
    expect(twin(Number.parseInt)(x)).toBe(2);
    expect(twin(Number.parseInt)('ff', 16)).toBe(255);
    expect(twin(Number.parseInt)('11', tracked(2))).toBe(3);
    expect(entryOf(globalThis.parseFloat)).toBeDefined();
  });

  test('texts are of the primal, with a tracked number as receiver or argument', () => {
    const p = Number.prototype;
    const call = (f: Function, self: unknown, ...args: unknown[]): unknown => Reflect.apply(lookup(f)!, self, args);
    expect(call(p.toFixed, x, 2)).toBe('2.50');
    expect(call(p.toFixed, 2.345, tracked(1))).toBe('2.3');
    expect(call(p.toPrecision, x, 3)).toBe('2.50');
    expect(call(p.toPrecision, x)).toBe('2.5');
    expect(call(p.toExponential, x)).toBe('2.5e+0');
    expect(call(p.toString, x)).toBe('2.5');
    expect(call(p.toString, tracked(255), 16)).toBe('ff');
    expect(call(p.toLocaleString, tracked(2500), 'en-US')).toBe('2,500');
    expect(call(p.valueOf, x)).toBe(x);
    expect(call(p.valueOf, Object(3))).toBe(3);
    expect(() => call(p.toFixed, 'a')).toThrow(TypeError);
    expect(() => call(p.toFixed, 1, 101)).toThrow(RangeError);
    expect(() => call(p.valueOf, {})).toThrow(TypeError);
  });

  test('a rounded text may be read back, the number itself may not', () => {
    const fixed = Reflect.apply(lookup(Number.prototype.toFixed)!, tracked(8.125), [2]);
    expect(N(fixed)).toBe(8.13);
    const text = Reflect.apply(lookup(Number.prototype.toString)!, tracked(8.375), []);
    for (const read of [Number, Number.parseFloat, Math.sin]) {
      expect(() => twin(read)(text)).toThrow(expect.objectContaining({ code: 'LostDerivative' }));
    }
  });
});

describe('BigInt', () => {
  test('of a tracked number is refused', () => {
    const B = twin(BigInt);
    expect(B(5)).toBe(5n);
    expect(B('0x10')).toBe(16n);
    expect(() => B(tracked(5))).toThrow(expect.objectContaining({ code: 'NotDifferentiable' }));
    expect(() => B(1.5)).toThrow(RangeError);
    expect(() => B(undefined)).toThrow(TypeError);
    expect(() => Reflect.construct(lookup(BigInt)!, [1])).toThrow(TypeError);
  });

  test('counts of bits and digits take the primal', () => {
    expect(twin(BigInt.asIntN)(tracked(8), 255n)).toBe(-1n);
    expect(twin(BigInt.asUintN)(8, 257n)).toBe(1n);
    expect(() => twin(BigInt.asUintN)(8, tracked(257))).toThrow(expect.objectContaining({ code: 'NotDifferentiable' }));
    expect(Reflect.apply(lookup(BigInt.prototype.toString)!, 255n, [tracked(16)])).toBe('ff');
  });
});
