/** Generators that a loop goes through where they are called; what else is done with them is declined. */
import { describe, expect, it } from 'vitest';
import { grad } from '../../src/index.ts';
import { agrees, declined } from './harness.ts';

function* range(from: number, to: number): Generator<number> {
  for (let i = from; i < to; i++) yield i;
}

function* flows(rates: number[]): Generator<{ time: number; amount: number }> {
  let total = 0;
  for (const [i, rate] of rates.entries()) {
    total += rate;
    if (total > 100) return;
    yield { time: i / 2, amount: total };
  }
  yield { time: rates.length, amount: total * 10 };
}

class Grid {
  readonly rows: number;
  readonly columns: number;
  readonly data: number[];
  constructor(rows: number, columns: number, data: number[]) {
    this.rows = rows;
    this.columns = columns;
    this.data = data;
  }
  *entries(): Generator<[number, number, number]> {
    for (let i = 0; i < this.rows; i++)
      for (let j = 0; j < this.columns; j++) yield [i, j, this.data[i * this.columns + j]];
  }
  trace(): number {
    let sum = 0;
    for (const [i, j, value] of this.entries()) if (i === j) sum += value;
    return sum;
  }
}

describe('a generator in for…of', () => {
  it('gives its values one by one', () => {
    agrees(
      (n: number) => {
        let sum = 0;
        for (const i of range(1, n)) sum = sum * 2 + i;
        return sum;
      },
      [5],
      [0],
      [3.5],
    );
  });

  it('is left by break, continue, return and labels of the loop', () => {
    agrees(
      (n: number, stop: number) => {
        let sum = 0;
        outer: for (const i of range(0, n)) {
          if (i % 3 === 1) continue;
          for (const j of range(0, i)) {
            if (j === 2) continue outer;
            if (i + j > stop) break outer;
            sum += i * 10 + j;
          }
          if (sum > 1000) return -sum;
          if (i === stop) break;
        }
        return sum;
      },
      [10, 20],
      [10, 5],
      [10, 4],
      [100, 90],
    );
  });

  it('nested in itself has two runs of its own variables', () => {
    agrees(
      (n: number) => {
        let sum = 0;
        for (const i of range(0, n))
          for (const j of range(i, n)) for (const k of range(j, n)) sum = sum * 1.5 + i + j + k;
        return sum;
      },
      [4],
      [0],
    );
  });

  it('sees what the loop changes between its steps, and the loop what it changes', () => {
    agrees(
      (xs: number[]) => {
        let limit = 3;
        let steps = 0;
        function* taking(): Generator<number> {
          for (let i = 0; i < limit; i++) {
            steps += 10;
            yield xs[i];
          }
          steps += 1000;
        }
        let sum = 0;
        for (const x of taking()) {
          sum += x;
          xs[2] += x;
          if (x < 0) limit = 5;
          steps++;
        }
        return [sum, steps, limit, ...xs];
      },
      [[1, 2, 3, 4, 5]],
      [[1, -2, 3, 4, 5]],
    );
  });

  it('returns early, and goes on behind its loop', () => {
    agrees(
      (rates: number[]) => {
        let sum = 0;
        for (const { time, amount } of flows(rates)) sum += amount * Math.exp(-0.1 * time);
        return sum;
      },
      [[1, 2, 3]],
      [[60, 50, 3]],
      [[]],
    );
  });

  it('is a method, with its own `this` and that of the loop', () => {
    const grid = new Grid(2, 2, [1, 2, 3, 4]);
    agrees(
      (data: number[]) => {
        const own = new Grid(2, 2, data);
        const scaled = {
          factor: 3,
          sum(): number {
            let sum = 0;
            for (const [i, j, value] of own.entries()) sum += this.factor * value * (i + 2 * j);
            return sum;
          },
        };
        return [own.trace(), scaled.sum(), grid.trace()];
      },
      [[1, 2, 3, 4]],
    );
  });

  it('hands closures the variables and `this` they were written with', () => {
    agrees(
      (n: number) => {
        function* mapped(to: number, f: (x: number) => number): Generator<number> {
          for (let i = 0; i < to; i++) yield f(i);
        }
        const counter = {
          by: n,
          run(): number {
            let calls = 0;
            let sum = 0;
            for (const v of mapped(n, (x) => x * this.by + calls++)) sum += v;
            return sum * 100 + calls;
          },
        };
        return counter.run();
      },
      [4],
      [0],
    );
  });

  it('delegates to generators and lists', () => {
    agrees(
      (xs: number[]) => {
        function* two(): Generator<number, number> {
          yield 1;
          yield 2;
          return 7;
        }
        function* all(): Generator<number> {
          yield* xs;
          const last = yield* two();
          yield last;
          yield* range(0, xs.length);
        }
        let text = 0;
        for (const x of all()) text = text * 3 + x;
        return text;
      },
      [[4, 5]],
      [[]],
    );
  });

  it('is spread into an array', () => {
    agrees((n: number) => [100, n, ...range(0, n)], [3], [0]);
  });

  it('has defaults, patterns and rest parameters', () => {
    agrees(
      (n: number) => {
        function* some({ from = 1, to = 4 }: { from?: number; to?: number }, ...more: number[]): Generator<number> {
          for (let i = from; i < to; i++) yield i;
          for (const m of more) yield m * 2;
        }
        let sum = 0;
        for (const x of some({ to: n }, 5, 6)) sum = sum * 2 + x;
        return sum;
      },
      [3],
      [6],
    );
  });
});

it('gradients through generators are those of the dynamic tier', () => {
  const f = (rates: number[]): number => {
    let sum = 0;
    for (const { time, amount } of flows(rates)) {
      if (amount > 5) continue;
      for (const j of range(0, 3)) sum += amount ** 2 * Math.exp(-0.1 * time * rates[j % rates.length]);
    }
    return sum;
  };
  for (const rates of [[1, 2, 3], [0.5, 0.25, 0.125, 0.1], [4]]) {
    const compiled = grad(f, { tier: 'compiled' })(rates);
    grad(f, { tier: 'dynamic' })(rates).forEach((d, i) => {
      expect(compiled[i]).toBeCloseTo(d, 12);
    });
  }
});

describe('declined', () => {
  it('a generator that is kept', () => {
    expect(
      declined((n: number) => {
        const it = range(0, n);
        let sum = 0;
        for (const x of it) sum += x;
        return sum;
      }, 3),
    ).toMatch(/range is a generator, compiled only where for…of calls it/);
  });

  it('one that goes through itself', () => {
    interface Tree {
      value: number;
      children: Tree[];
    }
    function* walk(tree: Tree): Generator<number> {
      yield tree.value;
      for (const child of tree.children) yield* walk(child);
    }
    expect(
      declined(
        (tree: Tree) => {
          let sum = 0;
          for (const v of walk(tree)) sum += v;
          return sum;
        },
        { value: 1, children: [{ value: 2, children: [] }] },
      ),
    ).toMatch(/goes through itself/);
  });

  it('one that has to clean up when it is left', () => {
    function* careful(): Generator<number> {
      try {
        yield 1;
      } finally {
        void 0;
      }
    }
    expect(
      declined((n: number) => {
        for (const v of careful()) return v * n;
        return 0;
      }, 3),
    ).toMatch(/a generator with try/);
  });
});
