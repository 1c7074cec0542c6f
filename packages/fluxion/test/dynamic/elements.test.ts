import { describe, expect, test } from 'vitest';
import { hasElementsOnly } from '../../src/dynamic/elements.ts';

const long = (): number[] => Array.from({ length: 100 }, (_, i) => i / 7);
const having = (properties: PropertyDescriptorMap, array = long()): number[] =>
  Object.defineProperties(array, properties);

describe.each([
  ['a short array', (): number[] => [1, 2, 3]],
  ['a long array', long],
])('%s', (_, make) => {
  test('has its elements only', () => {
    expect(hasElementsOnly(make())).toBe(true);
    expect(hasElementsOnly(Object.freeze(make()) as number[])).toBe(true);
  });

  test.each<[string, PropertyDescriptorMap]>([
    ['an enumerable property', { more: { value: 1, enumerable: true } }],
    ['a hidden property', { more: { value: 1, enumerable: false } }],
    ['an accessor', { more: { get: () => 1, configurable: true } }],
    ['a symbol', { [Symbol('more')]: { value: 1 } }],
    ['a hidden symbol', { [Symbol.toStringTag]: { value: 'x', enumerable: false } }],
    ['a property that looks like an index', { '-1': { value: 1 } }],
    ['a constructor of its own', { constructor: { value: Array } }],
  ])('with %s it has more', (_, properties) => {
    expect(hasElementsOnly(having(properties, make()))).toBe(false);
  });

  test('of a subclass, or without a prototype', () => {
    class List extends Array<number> {}
    expect(hasElementsOnly(List.from(make()))).toBe(true);
    expect(hasElementsOnly(Object.setPrototypeOf(make(), null) as number[])).toBe(true);
  });
});

test('no code of the user runs', () => {
  const trap = (): never => {
    throw new Error('ran');
  };
  expect(hasElementsOnly(having({ more: { get: trap, enumerable: true } }))).toBe(false);
  const elements = long() as unknown[];
  elements[3] = {
    toString: trap,
    [Symbol.for('nodejs.util.inspect.custom')]: trap,
    get x(): number {
      return trap();
    },
  };
  elements[4] = new Proxy({}, { get: trap, ownKeys: trap, getPrototypeOf: trap });
  expect(hasElementsOnly(elements)).toBe(true);
});
