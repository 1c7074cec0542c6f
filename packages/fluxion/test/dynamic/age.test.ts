/** What a gradient has to put back and could not see, or could not put back: it is seen, or refused. */
import { describe, expect, test } from 'vitest';
import { grad } from '../../src/index.ts';

const codeOf = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return (error as { code?: string }).code ?? error;
  }
};

describe('names on long arrays', () => {
  test('are put back with the elements', () => {
    for (const length of [3, 64, 65, 1_000]) {
      const list = Object.assign(
        Array.from({ length }, (_, i) => i),
        { total: 1, gone: 2 },
      );
      const f = (x: number) => {
        list[1] = x;
        list.total = x * 2;
        delete (list as { gone?: number }).gone;
        (list as unknown as { more: number }).more = x;
        return list[1] * list.total;
      };
      expect(grad(f)(3)).toBe(12);
      expect([list[1], list.total, list.gone, Object.keys(list).length]).toEqual([1, 1, 2, length + 2]);
    }
  });
  test('are put back where only they were written, and on an argument that is not differentiated', () => {
    const long = () =>
      Object.assign(
        Array.from({ length: 100 }, () => 1),
        { n: 1 },
      );
    const captured = long();
    const f = (x: number) => {
      captured.n = x;
      return x * captured.n;
    };
    expect(grad(f)(3)).toBe(6);
    expect(captured.n).toBe(1);
    const g = (x: number, a: { n: number }) => {
      a.n = 5;
      return x * a.n;
    };
    const argument = long();
    expect(grad(g)(3, argument)).toBe(5);
    expect(argument.n).toBe(1);
  });
  test('of typed arrays, too', () => {
    for (const length of [3, 65, 1_000]) {
      const view = Object.assign(new Float64Array(length), { n: 1 });
      const f = (x: number) => {
        view.n = x;
        view[0] = x;
        return view[0] * view.n;
      };
      expect(grad(f)(3)).toBe(6);
      expect([view[0], view.n]).toEqual([0, 1]);
      const g = (x: number, a: { n: number }) => {
        a.n = 5;
        return x * a.n;
      };
      expect(grad(g)(3, view)).toBe(5);
      expect(view.n).toBe(1);
    }
  });
  test('hold tracked numbers in results', () => {
    const made: { list?: number[] & { n?: number } } = {};
    const f = (x: number) => {
      const list: number[] & { n?: number } = Array.from({ length: 100 }, () => 1);
      list.n = x;
      made.list = list;
      return x * list.n;
    };
    expect(grad(f)(3)).toBe(6);
    expect(made.list?.n).toBe(3);
  });
  test('arrays with holes', () => {
    const list: number[] = [];
    list[99] = 1;
    const f = (x: number) => {
      list[5] = x;
      return x * list[5];
    };
    expect(grad(f)(3)).toBe(6);
    expect(Object.keys(list)).toEqual(['99']);
  });
});

describe('what is locked with a tracked number in it', () => {
  test('an older object is refused', () => {
    const state: { v: number; k?: number } = { v: 1 };
    const ways: ((x: number) => void)[] = [
      (x) => {
        state.v = x;
        Object.freeze(state);
      },
      (x) => void Object.defineProperty(state, 'k', { value: x }),
      (x) => void Reflect.defineProperty(state, 'k', { value: x, enumerable: true }),
      (x) => void Object.defineProperties(state, { k: { value: x } }),
    ];
    for (const lock of ways) {
      const f = (x: number) => {
        lock(x);
        return x * x;
      };
      expect(codeOf(() => grad(f)(3))).toBe('LostDerivative');
      expect(state).toEqual({ v: 1 });
      expect(Object.isFrozen(state)).toBe(false);
    }
  });
  test('an older object without one, and new objects, are not', () => {
    const state = { v: 1 };
    const put = (o: { v: number }, v: number) => {
      o.v = v;
      return o;
    };
    const f = (x: number) => {
      Object.freeze(state);
      const made = Object.freeze(put({ v: 0 }, x));
      const fixed = Object.defineProperty({} as { v: number }, 'v', { value: x });
      return made.v * fixed.v * state.v;
    };
    expect(grad(f)(3)).toBe(6);
    expect(Object.isFrozen(state)).toBe(true);
  });
});

describe('a native method on an object with much in it', () => {
  const withMany = (length: number, at: (i: number) => number) =>
    Object.assign(new URLSearchParams('a=2'), { data: Array.from({ length }, (_, i) => ({ v: at(i) })) });
  test('is called where nothing in it is tracked', () => {
    expect(grad((x: number) => x * Number(withMany(5_000, () => 1).get('a')))(3)).toBe(2);
  });
  test('is refused where something is, however far away', () => {
    const f = (x: number) => x * Number(withMany(5_000, (i) => (i === 4_999 ? x : 1)).get('a'));
    expect(codeOf(() => grad(f)(3))).toBe('NoRule');
  });
  test('is refused where that can not be seen', () => {
    const f = (x: number) => x * Number(withMany(150_000, () => 1).get('a'));
    expect(codeOf(() => grad(f)(3))).toBe('NoRule');
  });
});
