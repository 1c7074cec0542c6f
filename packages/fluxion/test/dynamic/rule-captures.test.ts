import { describe, expect, test } from 'vitest';
import { defineRule, derivative, grad, jvp, vjp } from '../../src/index.ts';

const lost = expect.objectContaining({ code: 'LostDerivative' });

/** As lost, naming what is to be found in the message. */
function losing(f: () => unknown, ...texts: string[]): void {
  expect(f).toThrow(lost);
  for (const text of texts) expect(f).toThrow(text);
}

describe('a function with a rule that reads memory from around it', () => {
  const memory = new Float64Array(1);
  const scaled = defineRule((x: number) => x * memory[0]!, { partials: [() => memory[0]!] });

  test('is refused where that memory depends on the input', () => {
    losing(
      () =>
        grad((x: number) => {
          memory[0] = x;
          return scaled(x);
        })(3),
      '`memory`',
    );
    expect(memory[0]).toBe(0);
    losing(() =>
      jvp(
        (x: number) => {
          memory[0] = x;
          return scaled(x);
        },
        [3],
        [1],
      ),
    );
    losing(() =>
      vjp(
        (x: number, y: number) => {
          memory[0] = y;
          return scaled(x);
        },
        3,
        2,
      ),
    );
  });

  test('counts with what is in it where only plain numbers are', () => {
    memory[0] = 5;
    expect(grad((x: number) => scaled(x) * x)(3)).toBe(30);
    memory[0] = 0;
    expect(
      grad((x: number) => {
        memory[0] = 7;
        return scaled(x);
      })(3),
    ).toBe(7);
    memory[0] = 0;
  });

  test('called with plain numbers gives what depends on the memory', () => {
    const g = grad((x: number) => {
      memory[0] = x * x;
      return scaled(2) + x;
    });
    expect(g(3)).toBe(13);
  });

  test('through other functions, objects and methods', () => {
    const store = { at: new Float64Array(2), read: () => store.at[1]! };
    class Table {
      read(): number {
        return store.at[1]!;
      }
    }
    const table = new Table();
    const byFunction = defineRule((x: number) => x + store.read(), { partials: [() => 1] });
    const byMethod = defineRule((x: number) => x + table.read(), { partials: [() => 1] });
    for (const f of [byFunction, byMethod]) {
      losing(() =>
        grad((x: number) => {
          store.at[1] = x;
          return f(x);
        })(3),
      );
      expect(grad((x: number) => f(x))(3)).toBe(1);
    }
  });

  test('in the rule alone', () => {
    const k = new Float64Array([2]);
    const f = defineRule((x: number) => 2 * x, { partials: [() => k[0]!] });
    losing(() =>
      grad((x: number) => {
        k[0] = x;
        return f(x);
      })(3),
    );
    const g = defineRule((x: number) => 2 * x, { jvp: ([dx]) => dx * k[0]! });
    losing(() =>
      derivative((x: number) => {
        k[0] = x;
        return g(x);
      })(3),
    );
  });

  test('of an outer derivative, in an inner one', () => {
    const k = new Float64Array([2]);
    const f = defineRule((x: number) => k[0]! * x, { partials: [() => k[0]!] });
    // d/dy of d/dx (y x) is 1.
    const second = derivative((y: number) => {
      k[0] = y;
      return derivative((x: number) => f(x))(3);
    });
    expect(second(4)).toBe(1);
  });

  test('captured by a closure that the differentiated function makes', () => {
    losing(() =>
      grad((x: number) => {
        const f = defineRule((y: number) => y * x, { partials: [() => 1] });
        return f(x);
      })(3),
    );
    // Given a plain number it is its own code.
    expect(
      grad((x: number) => {
        const f = defineRule((y: number) => y * x, { partials: [() => 1] });
        return f(4);
      })(3),
    ).toBe(4);
  });

  test('as an argument that has been written', () => {
    const data = [1, 2];
    const f = defineRule((x: number) => x * data[0]!, { partials: [() => 1] });
    losing(() =>
      grad((d: number[]) => {
        d[0] = d[1]! * 5;
        return f(d[1]!);
      })(data),
    );
    expect(grad((d: number[]) => f(d[1]!))(data)).toEqual([0, 1]);
  });
});

describe('a function with a rule', () => {
  test('that changes its arguments is refused', () => {
    const f = defineRule(
      (v: number[]) => {
        v[0] = v[0]! * 2;
        return v[0]!;
      },
      { vjp: (ct) => [[2 * ct]] },
    );
    expect(() => grad((x: number) => f([x]))(3)).toThrow(/changes argument 0/);
  });

  test('that changes what it captured is read again afterwards', () => {
    let calls = 0;
    const f = defineRule(
      (x: number) => {
        calls += 1;
        return x;
      },
      { partials: [() => 1] },
    );
    const g = (x: number): number => {
      const before = calls;
      return f(x) * x + calls - before;
    };
    expect(grad(g)(3)).toBe(6);
    expect(calls).toBe(1);
  });
});

describe('a function that assigns to variables around it and runs as it is', () => {
  test('is refused where memory it reads depends on the input', () => {
    const memory = new Float64Array(1);
    let calls = 0;
    const read = (): number => {
      calls += 1;
      return memory[0]!;
    };
    const f = (x: number): number => {
      memory[0] = x;
      return read() * x;
    };
    losing(() => grad(f)(3), '`memory`', '`read`');
    expect(grad((x: number) => read() * x + calls * 0)(3)).toBe(0);
  });

  test('runs where what it reads has nothing to do with the input', () => {
    const state = { seed: 1, table: [3, 5, 7] };
    const other = new Float64Array(1);
    let drawn = 0;
    const draw = (): number => {
      drawn += 1;
      state.seed = (state.seed * 16_807) % 2_147_483_647;
      return state.table[state.seed % 3]!;
    };
    const f = (x: number): number => {
      other[0] = x;
      const list = [{ x }];
      return list[0]!.x * draw() * 0 + other[0]! * x;
    };
    expect(grad(f)(3)).toBe(6);
    expect(drawn).toBe(1);
  });
});

test('a WebAssembly function is refused while memory that it may share depends on the input', async () => {
  const { Module, Instance, Memory } = (
    globalThis as unknown as { WebAssembly: Record<string, new (...a: unknown[]) => object> }
  ).WebAssembly as never as {
    Module: new (bytes: Uint8Array) => object;
    Instance: new (m: object, imports: object) => { exports: Record<string, (at: number) => number> };
    Memory: new (d: { initial: number }) => { buffer: ArrayBuffer };
  };
  // (import "e" "m" (memory 1)) (func (export "f") (param i32) (result f64) local.get 0 f64.load)
  const bytes = Uint8Array.of(
    0,
    97,
    115,
    109,
    1,
    0,
    0,
    0,
    1,
    6,
    1,
    96,
    1,
    127,
    1,
    124,
    2,
    8,
    1,
    1,
    101,
    1,
    109,
    2,
    0,
    1,
    3,
    2,
    1,
    0,
    7,
    5,
    1,
    1,
    102,
    0,
    0,
    10,
    9,
    1,
    7,
    0,
    32,
    0,
    43,
    3,
    0,
    11,
  );
  const memory = new Memory({ initial: 1 });
  const load = new Instance(new Module(bytes), { e: { m: memory } }).exports.f!;
  const view = new Float64Array(memory.buffer);
  view[1] = 4;
  expect(grad((x: number) => load(8) * x)(3)).toBe(4);
  expect(() =>
    grad((x: number) => {
      view[1] = x;
      return load(8) * x;
    })(3),
  ).toThrow(expect.objectContaining({ code: 'NoRule' }));
});
