/** Counted loops: their counters, rounds and what is known of indices. */
import { describe, expect, it } from 'vitest';
import { interpret, Left } from '../../src/ir/interpret.ts';
import { type Op, type Region, regionsOf } from '../../src/ir/ops.ts';
import { lower } from '../../src/lower/lowering.ts';
import { agrees, lowered } from './harness.ts';

void interpret;

function opsOf(f: Function, ...args: unknown[]): Op[] {
  const all: Op[] = [];
  const visit = (region: Region): void => {
    for (const op of region.ops) {
      all.push(op);
      regionsOf(op).forEach(visit);
    }
  };
  for (const func of lower(f, args).module.functions.values()) visit(func.body);
  return all;
}

/** For each loop, whether its rounds are known before it. */
function counted(f: Function, ...args: unknown[]): boolean[] {
  return opsOf(f, ...args).flatMap((op) => (op.op === 'loop' ? [op.trips !== undefined] : []));
}

function count(kind: Op['op'], f: Function, ...args: unknown[]): number {
  return opsOf(f, ...args).filter((op) => op.op === kind).length;
}

describe('counters', () => {
  it('go as the program counts', () => {
    agrees(
      (a: number, b: number) => {
        const seen: number[] = [];
        for (let i = 0; i < b; i++) seen.push(i);
        for (let i = 1; i <= b; i += 2) seen.push(i);
        for (let i = 10; i > b; i--) seen.push(i);
        for (let i = 10; i >= b; i -= 3) seen.push(i);
        for (let i = 0; b > i; ++i) seen.push(i);
        for (let i = a; i < b; i++) seen.push(i);
        return seen;
      },
      [0, 5],
      [-2, 4.5],
      [0.5, 3],
      [3, 0],
      [2, -7],
      [0, 11],
      [0, 9.999],
      [Number.NaN, 4],
      [1, Number.NaN],
      [-0, 2],
    );
  });
  it('are seen after the loop', () => {
    agrees(
      (n: number) => {
        let i = 0;
        for (; i < n; i++) if (i * i > 20) break;
        var j: number;
        for (j = n; j > 2; j--);
        return i * 100 + j;
      },
      [0],
      [3],
      [9],
      [4.5],
    );
  });
  it('with more to the test, several updates, continue', () => {
    agrees(
      (a: number[], n: number) => {
        let s = 0;
        for (let i = 0, j = a.length - 1; i < n && a[i] > 0; i++, j--) {
          if (i === 1) continue;
          s += a[i] * a[j];
        }
        return s;
      },
      [[1, 2, 3, -1, 5], 4],
      [[1, 2], 2],
      [[-1], 1],
    );
  });
  it('that the body changes are numbers', () => {
    agrees(
      (n: number) => {
        let s = 0;
        for (let i = 0; i < n; i++) {
          s += i;
          if (i % 3 === 0) i += 1.5;
        }
        return s;
      },
      [10],
    );
    agrees(
      (n: number) => {
        const fs: (() => number)[] = [];
        let s = 0;
        for (let i = 0; i < n; i++) {
          const f = () => i * 2;
          fs.length;
          s += f();
        }
        return s;
      },
      [4],
    );
  });
  it('never pass 32 bits unnoticed', () => {
    const f = (start: number, end: number): number => {
      let rounds = 0;
      for (let i = start | 0; i < end; i++) rounds++;
      return rounds;
    };
    agrees(f, [2147483640, 2147483647], [2147483640, 2147483646.5]);
    expect(() => lowered(f, 2147483640, 2147483650)).toThrow(Left);
    agrees(
      (start: number, end: number) => {
        let rounds = 0;
        for (let i = start | 0; i >= end; i -= 7) rounds++;
        return rounds;
      },
      [-2147483600, -2147483630],
    );
  });
});

describe('rounds', () => {
  it('are known where the bound does not change', () => {
    expect(
      counted((x: Float64Array) => {
        let s = 0;
        for (let i = 0; i < x.length; i++) s += x[i];
        return s;
      }, new Float64Array(2)),
    ).toEqual([true]);
    expect(
      counted(
        (x: number[], o: { n: number }) => {
          let s = 0;
          for (let i = 0; i < x.length - 1; i++) for (let j = i + 1; j < o.n; j++) s += x[i];
          return s;
        },
        [1, 2],
        { n: 2 },
      ),
    ).toEqual([true, true]);
    expect(
      counted((n: number) => {
        let s = 0;
        for (let i = 0; i <= Math.sqrt(n); i += 3) s += i;
        for (let i = n - 1; i >= 0; i--) s += i;
        return s;
      }, 5),
    ).toEqual([true, false]);
    expect(
      counted(
        (m: number[][]) => {
          let s = 0;
          for (let i = 0; i < m.length; i++) for (let j = 0; j < m[i].length; j++) s += m[i][j];
          for (const row of m) for (const v of row) s += v;
          return s;
        },
        [[1]],
      ),
    ).toEqual([true, true, true, true]);
  });
  it('are not where it may', () => {
    agrees(
      (a: number[]) => {
        const b = [...a];
        let s = 0;
        for (let i = 0; i < b.length; i++) {
          if (b.length < 9) b.push(b[i] + 1);
          s += b[i];
        }
        return s;
      },
      [[1, 2]],
      [[]],
    );
    agrees(
      (a: number[]) => {
        const b = [...a];
        const drop = () => b.pop();
        let s = 0;
        for (let i = 0; i < b.length; i++) {
          s += b[i];
          drop();
        }
        return s;
      },
      [[1, 2, 3, 4, 5]],
    );
    agrees(
      (n: number) => {
        const o = { n };
        let s = 0;
        for (let i = 0; i < o.n; i++) {
          if (i === 2) o.n -= 2;
          s += i;
        }
        return s;
      },
      [6],
    );
  });
});

describe('indices', () => {
  it('below the length need no check', () => {
    const sum = (x: Float64Array): number => {
      let s = 0;
      for (let i = 0; i < x.length; i++) s += x[i];
      return s;
    };
    expect(count('guard', sum, new Float64Array(2))).toBe(0);
    const pairs = (x: Float64Array): number => {
      const n = x.length;
      let s = 0;
      for (let i = 0; i < n - 1; i++) s += (x[i + 1] - x[i]) ** 2;
      for (let i = n - 1; i >= 0; i--) s += x[i];
      return s;
    };
    expect(count('guard', pairs, new Float64Array(2))).toBe(0);
    agrees(pairs, [new Float64Array([1, 2, 4, 8])], [new Float64Array(0)]);
    const scale = (x: number[]): number => {
      const y = x.map((v) => v * 2);
      for (let i = 0; i < y.length; i++) y[i] += x[i];
      return y[0];
    };
    agrees(scale, [[1, 2, 3]]);
  });
  it('of rows need no check against the own length', () => {
    const twice = (m: number[][]): number => {
      let s = 0;
      for (let i = 0; i < m.length; i++) for (let j = 0; j < m[i].length; j++) s += m[i][j] *= 2;
      return s;
    };
    expect(count('guard', twice, [[1]])).toBe(0);
    const rows = (): number[][] => [[1, 2], [3], [], [4, 5, 6]];
    expect(lowered(twice, rows())).toBe(twice(rows()));
  });
  it('see a row that is replaced meanwhile', () => {
    const f = (x: number): number => {
      const m = [[x, 2], [3]];
      let s = 0;
      for (let i = 0; i < m.length; i++) {
        for (let j = 0; j < m[i].length; j++) {
          s += m[i][j];
          if (j === 0 && m[i][0] < 9) m[i] = [10, 20, 30];
        }
      }
      const row = m[0];
      m[0] = m[1];
      m.push([7]);
      s += m[0][0] + row[0];
      m.shift();
      return s + m[0][0] * m[1][0];
    };
    agrees(f, [1], [10]);
  });
  it('of an array whose length changes are checked', () => {
    const f = (a: number[]): number => {
      const b = [...a];
      let s = 0;
      for (let i = 0; i < b.length; i++) {
        b.pop();
        s += b[i] ?? 100;
      }
      return s;
    };
    agrees(f, [[1, 2, 3]], [[1]]);
    const g = (a: number[]): number => {
      const b = [...a];
      const n = b.length;
      b.length = 0;
      let s = 0;
      for (let i = 0; i < n; i++) s += b[i] ?? 1;
      return s;
    };
    agrees(g, [[1, 2, 3]]);
    const h = (a: number[]): number => {
      const b = [...a];
      let s = 0;
      for (let k = 0; k < 2; k++) {
        const n = b.length;
        for (let i = 0; i < n; i++) {
          s += b[i] ?? 10;
          if (i === 0) b.pop();
        }
      }
      return s;
    };
    agrees(h, [[1, 2, 3]]);
  });
});
