/** Generators that were made before the gradient go on as the original code: right where nothing tracked can meet them, else refused. */
import { describe, expect, test } from 'vitest';
import { grad } from '../../src/index.ts';

const codeOf = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return (error as { code?: string }).code ?? error;
  }
};

function* numbers(): Generator<number, number, number | undefined> {
  for (let n = 1; n < 100; n++) n += (yield n) ?? 0;
  return 0;
}

describe('made before, and nothing tracked in its reach', () => {
  test('goes on where it was, and has gone on afterwards', () => {
    const it = numbers();
    expect(it.next().value).toBe(1);
    expect(grad((x: number) => x * (it.next().value as number) + x * (it.next().value as number))(3)).toBe(2 + 3);
    expect(it.next().value).toBe(4);
  });
  test('by for of, spread, destructuring, yield* and Array.from', () => {
    const upTo = function* (n: number) {
      for (let i = 1; i <= n; i++) yield i;
    };
    const made = [upTo(3), upTo(3), upTo(3), upTo(3), upTo(3)];
    const f = (x: number) => {
      let s = 0;
      for (const v of made[0]) s += v * x;
      for (const v of [...made[1]]) s += v * x;
      const [a, b] = made[2];
      const through = (function* () {
        yield* made[3];
      })();
      for (const v of through) s += v * x;
      return s + a * b * x + Array.from(made[4], (v) => v * x).reduce((p, q) => p + q, 0);
    };
    expect(grad(f)(3)).toBe(6 + 6 + 2 + 6 + 6);
  });
  test('what it changes is seen', () => {
    const state = { n: 1 };
    let count = 0;
    const it = (function* () {
      while (true) {
        state.n *= 2;
        yield ++count;
      }
    })();
    const f = (x: number) => {
      it.next();
      it.next();
      return x * state.n * count;
    };
    expect(grad(f)(3)).toBe(4 * 2);
  });
  test('return and throw', () => {
    const it = numbers();
    it.next();
    const f = (x: number) => {
      try {
        it.throw(new Error('stop'));
      } catch {
        return x * 2;
      }
      return x;
    };
    expect(grad(f)(3)).toBe(2);
    expect(it.next().done).toBe(true);
  });
  test('new objects with tracked numbers are no reason to refuse', () => {
    const it = numbers();
    const put = (o: { v: number }, v: number) => {
      o.v = v;
      return o;
    };
    expect(grad((x: number) => put({ v: 0 }, x).v * (it.next().value as number))(3)).toBe(1);
  });
});

describe('made before, and something tracked may meet it', () => {
  test('a tracked number sent into it', () => {
    const it = numbers();
    it.next();
    expect(codeOf(() => grad((x: number) => (it.next(x).value as number) * x)(3))).toBe('LostDerivative');
  });
  test('an older object that holds one', () => {
    const state = { v: 1 };
    const it = (function* () {
      while (true) yield state.v ? 7 : 1;
    })();
    const f = (x: number) => {
      state.v = x;
      return x * (it.next().value as number);
    };
    expect(codeOf(() => grad(f)(3))).toBe('LostDerivative');
    expect(state.v).toBe(1);
  });
  test('older typed memory that holds one, by each way to resume', () => {
    const memory = new Float64Array(1);
    const made = () =>
      (function* () {
        while (true) yield memory[0];
      })();
    const ways: ((it: Generator<number>) => number)[] = [
      (it) => it.next().value as number,
      (it) => {
        for (const v of it) return v;
        return 0;
      },
      (it) => {
        const [v] = it;
        return v;
      },
      (it) => (it.return(1), 1),
      (it) =>
        (function* () {
          yield* it;
        })().next().value as unknown as number,
    ];
    for (const way of ways) {
      const it = made();
      const begun = made();
      begun.next();
      for (const old of [it, begun]) {
        const f = (x: number) => {
          memory[0] = x;
          return x * way(old);
        };
        expect(codeOf(() => grad(f)(3))).toBe('LostDerivative');
      }
    }
    expect(memory[0]).toBe(0);
  });
  test('an argument that has been written', () => {
    const each = function* (a: ArrayLike<number>) {
      for (let i = 0; i < a.length; i++) yield a[i];
    };
    const f = (it: Generator<number>) => (x: number[] | Float64Array) => {
      x[0] = 5;
      return x[1] * (it.next().value as number);
    };
    const list = [2, 3];
    expect(codeOf(() => grad(f(each(list)) as (x: number[]) => number)(list))).toBe('LostDerivative');
    const floats = Float64Array.of(2, 3);
    expect(codeOf(() => grad(f(each(floats)) as (x: Float64Array) => number)(floats))).toBe('LostDerivative');
    const g = (it: Generator<number>) => (x: number[]) => x[1] * (it.next().value as number);
    expect(grad(g(each(list)))(list)).toEqual([0, 2]);
  });
  test('what it has handed out, and may still hold', () => {
    const it = (function* () {
      const own = new Float64Array(1);
      while (true) {
        yield own;
        yield own[0] as never;
      }
    })();
    const f = (x: number) => {
      const own = it.next().value as Float64Array;
      own[0] = x;
      return x * (it.next().value as never as number);
    };
    expect(codeOf(() => grad(f)(3))).toBe('LostDerivative');
  });
});

describe('made inside the gradient', () => {
  test('carries tracked numbers, however it was made', () => {
    const state = { v: 1 };
    const outside = function* (x: number) {
      yield x * state.v;
    };
    class Bag {
      v: number;
      constructor(v: number) {
        this.v = v;
      }
      *[Symbol.iterator]() {
        yield this.v;
      }
      *#hidden() {
        yield this.v * 2;
      }
      static *of(v: number) {
        yield v * 3;
      }
      hidden() {
        return this.#hidden();
      }
    }
    const made: ((x: number) => Iterator<number>)[] = [
      (x) => outside(x),
      (x) =>
        (function* () {
          yield x * state.v;
        })(),
      (x) => {
        function* own() {
          yield x * state.v;
        }
        return own();
      },
      (x) => {
        const own = function* self(again: boolean): Generator<number> {
          if (again) yield* self(false);
          else yield x * state.v;
        };
        return own(true);
      },
      (x) => outside.call(undefined, x),
      (x) => Reflect.apply(outside, undefined, [x]),
      (x) => outside.bind(undefined, x)(),
      (x) => [x].map(outside)[0],
      (x) => new Bag(x * state.v)[Symbol.iterator](),
      (x) =>
        ({
          *items() {
            yield x * state.v;
          },
        }).items(),
    ];
    for (const make of made) {
      const f = (x: number) => {
        state.v = x;
        const it = make(x);
        return it.next().value as number;
      };
      expect(grad(f)(3)).toBe(6);
    }
    const f = (x: number) => {
      state.v = x;
      let s = 0;
      for (const v of new Bag(x)) s += v;
      for (const v of new Bag(x).hidden()) s += v;
      for (const v of Bag.of(x)) s += v;
      return s;
    };
    expect(grad(f)(3)).toBe(6);
  });
});

describe('async generators', () => {
  async function* numbers() {
    for (let i = 1; ; i++) yield i;
  }
  test('made before', async () => {
    const it = numbers();
    await it.next();
    expect(await grad(async (x: number) => x * ((await it.next()).value as number))(3)).toBe(2);
    const f = async (x: number) => {
      for await (const v of it) if (v > 4) return x * v;
      return x;
    };
    expect(await grad(f)(3)).toBe(5);
    const memory = new Float64Array(1);
    const old = (async function* () {
      while (true) yield memory[0];
    })();
    const g = async (x: number) => {
      memory[0] = x;
      return x * ((await old.next()).value as number);
    };
    await expect(grad(g)(3)).rejects.toMatchObject({ code: 'LostDerivative' });
  });
  test('made inside', async () => {
    const memory = new Float64Array(1);
    const f = async (x: number) => {
      memory[0] = x;
      const it = (async function* () {
        while (true) yield memory[0];
      })();
      for await (const v of it) return x * v;
      return 0;
    };
    expect(await grad(f)(3)).toBe(6);
  });
});
