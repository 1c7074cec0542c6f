/** What a program puts on the prototypes of arrays and objects does not get into what the library keeps for itself. */
import { afterEach, expect, test } from 'vitest';
import { grad, valueAndGrad } from '../../src/index.ts';

afterEach(() => {
  for (const key of [0, 1, 2]) delete (Array.prototype as any)[key];
  delete (Object.prototype as any).get;
});

const log = new Set<unknown>();
const state = { sum: 0, items: [1, 2] };

function pollute(descriptor: PropertyDescriptor): void {
  for (const key of [0, 1, 2]) Object.defineProperty(Array.prototype, key, { ...descriptor, configurable: true });
}

function clean(): void {
  for (const key of [0, 1, 2]) delete (Array.prototype as any)[key];
}

/** Writes to what is older, and makes an element an accessor, while Array.prototype has elements. */
function between(x: number, descriptor: PropertyDescriptor): number {
  state.sum = 0;
  clean(); // parsed while that is possible
  const list = [1];
  pollute(descriptor);
  try {
    state.sum = 2 * x;
    state.items[1] = x;
    Object.defineProperty(list, '0', { get: () => 3 * x, configurable: true });
  } finally {
    clean();
  }
  return state.sum * state.items[1] + list[0];
}

test('setters on Array.prototype receive nothing of ours', () => {
  const f = (x: number) => between(x, { set: (v) => log.add(v) });
  f(1);
  expect(valueAndGrad(f)(2)).toEqual({ value: 14, grad: 11 });
  expect(log.size).toBe(0);
  expect(state).toEqual({ sum: 0, items: [1, 1] });
});

test('getters on Array.prototype are in nobody’s way', () => {
  const f = (x: number) => between(x, { get: () => 5 });
  f(1);
  expect(valueAndGrad(f)(2)).toEqual({ value: 14, grad: 11 });
  expect(state).toEqual({ sum: 0, items: [1, 1] });
});

test('a `get` on Object.prototype does not make an accessor of a length that is defined', () => {
  const f = (x: number): number => {
    const list = [x, x, x];
    const attributes = Object.assign(Object.create(null), { value: 2 });
    (Object.prototype as any).get = () => 7;
    Object.defineProperty(list, 'length', attributes);
    delete (Object.prototype as any).get;
    return list.reduce((a, b) => a + b, 0);
  };
  expect(grad(f)(2)).toBe(2);
});
