import { expect, test } from 'vitest';
import { describe } from '../../src/errors/describe.ts';

class Model {}

test.each<[unknown, string]>([
  [undefined, 'undefined'],
  [null, 'null'],
  [3, 'the number 3'],
  [-0, 'the number -0'],
  [3n, 'the bigint 3n'],
  ['a"b', 'the string "a\\"b"'],
  [Symbol('s'), 'a symbol'],
  [function f() {}, 'the function `f`'],
  [[1, 2, 3], 'an array of length 3'],
  [new Float64Array(2), 'a Float64Array of length 2'],
  [new Int8Array(2), 'an Int8Array of length 2'],
  [{}, 'an empty object'],
  [{ a: 1, b: 2 }, 'an object { a, b }'],
  [Object.create(null), 'an empty object'],
  [new Model(), 'a Model'],
  [Promise.resolve(1), 'a promise'],
])('%s', (value, text) => {
  expect(describe(value)).toBe(text);
});

test('runs no code of the value', () => {
  const trap = (): never => {
    throw new Error('ran');
  };
  const hostile = {
    get constructor() {
      return trap();
    },
    get x() {
      return trap();
    },
    toString: trap,
    valueOf: trap,
  };
  expect(describe(hostile)).toBe('an object { constructor, x, toString, valueOf }');
  expect(describe(new Proxy({}, { getPrototypeOf: trap, ownKeys: trap }))).toBe('an object');
});
