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

test('methods put on Map.prototype and Set.prototype run on the program’s own collections', () => {
  const natives = { set: Map.prototype.set, get: Map.prototype.get, add: Set.prototype.add, has: Set.prototype.has };
  const calls = { set: 0, get: 0, add: 0, has: 0 };
  const restore = () => {
    Object.assign(Map.prototype, { set: natives.set, get: natives.get });
    Object.assign(Set.prototype, { add: natives.add, has: natives.has });
  };
  const f = (x: number): number => {
    restore(); // parsed while that is possible
    Map.prototype.set = function (this: Map<unknown, unknown>, k: unknown, v: unknown) {
      calls.set++;
      return natives.set.call(this, k, v);
    };
    Map.prototype.get = function (this: Map<unknown, unknown>, k: unknown) {
      calls.get++;
      return natives.get.call(this, k);
    };
    Set.prototype.add = function (this: Set<unknown>, v: unknown) {
      calls.add++;
      return natives.add.call(this, v);
    };
    Set.prototype.has = function (this: Set<unknown>, v: unknown) {
      calls.has++;
      return natives.has.call(this, v);
    };
    const made = new Map([['a', 2 * x]]);
    made.set('b', x);
    const members = new Set([x]);
    members.add(2 * x);
    state.sum = made.get('a') as number;
    state.items[1] = made.get('b') as number;
    const result = state.sum * state.items[1] + (members.has(x) ? members.size : 0);
    restore();
    return result;
  };
  try {
    expect(f(2)).toBe(10);
    const natively = { ...calls };
    Object.assign(calls, { set: 0, get: 0, add: 0, has: 0 });
    expect(valueAndGrad(f)(2)).toEqual({ value: 10, grad: 8 });
    expect(calls).toEqual(natively);
  } finally {
    restore();
  }
});
