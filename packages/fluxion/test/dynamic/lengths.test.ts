/** Writes to lengths and to elements beyond the end: converted as often as the language does, and no more. */
import { expect, test } from 'vitest';
import { grad, valueAndGrad } from '../../src/index.ts';

test('a length that is an object is converted twice', () => {
  const hints: string[] = [];
  grad((x: number) => {
    const list = [x, x, x];
    const length = {
      [Symbol.toPrimitive](hint: string) {
        hints.push(hint);
        return 1;
      },
    };
    (list as any).length = length;
    return list.length * x;
  })(2);
  expect(hints).toEqual(['number', 'number']);
});

test('a length that forbids itself while it is converted is not written', () => {
  const left: number[] = [];
  const g = grad((x: number) => {
    const list = [x, x, x];
    const length = {
      valueOf() {
        Object.defineProperty(list, 'length', { writable: false });
        return 0;
      },
    };
    const done = Reflect.set(list, 'length', length);
    left.push(list.length);
    return done ? 0 : x;
  })(2);
  expect([g, left]).toEqual([1, [3]]);
});

test('beyond the end of a typed array that is a prototype: converted and passed over', () => {
  const results: unknown[] = [];
  grad((x: number) => {
    const receiver = new Float64Array(2);
    const below = Object.create(receiver);
    let asked = 0;
    const value = {
      valueOf() {
        asked++;
        return x;
      },
    };
    results.push(Reflect.set(below, 100, value, receiver), asked);
    results.push(Reflect.set({}, 100, value, receiver), asked);
    return x;
  })(2);
  expect(results).toEqual([true, 1, false, 1]);
});

test('memory that is given away while the gradient waits', async () => {
  const f = async (x: number): Promise<number> => {
    const list = new Float64Array([x, 2]);
    const sum = list[0] * list[1];
    structuredClone(list.buffer, { transfer: [list.buffer] });
    await null;
    return sum * x + list.length;
  };
  expect(await valueAndGrad(f)(3)).toEqual({ value: 18, grad: 12 });
});
