/** Arrays: what is lowered gives what the function gives. */
import { describe, expect, it } from 'vitest';
import { Left } from '../../src/ir/interpret.ts';
import { agrees, declined, lowered } from './harness.ts';

const some = [
  [[3, -1.5, 4, 1, -5, 9, 2.5]],
  [[0.5]],
  [[2, 2, -0, 0, Number.NaN, 1]],
] as const satisfies readonly (readonly [number[]])[];
const lists = some.map(([a]) => [[...a]]);

/** Why the run left the tier. */
function left(f: Function, ...args: unknown[]): string {
  try {
    lowered(f, ...args);
  } catch (e) {
    if (e instanceof Left) return e.reason.code;
    throw e;
  }
  return 'stayed';
}

describe('elements', () => {
  it('are read and written', () => {
    agrees(
      (a: number[]) => {
        const b = a.slice();
        b[0] = b[b.length - 1] + 1;
        b[0] += 2;
        b[0]++;
        return b;
      },
      ...lists,
    );
  });
  it('are undefined beyond the end where that is asked for', () => {
    agrees((a: number[]) => (a[1] ?? 7) + (a[6] ?? 8) * 2 + (a[-1] ?? 9) + (a[0.5] ?? 10), ...lists);
    agrees(
      (a: number[]) => {
        const x = a[3];
        if (x === undefined) return -1;
        return x * 2;
      },
      ...lists,
    );
    agrees((a: number[]) => (a[5] || 3) + (a[1] === undefined ? 1 : 2), ...lists);
    agrees((a: { v: number }[], i: number) => a[i]?.v ?? 5, [[{ v: 1 }], 0], [[{ v: 1 }], 3]);
  });
  it('leave the tier beyond the end otherwise', () => {
    expect(left((a: number[]) => a[5] * 2, [1, 2])).toBe('bounds');
    expect(
      left(
        (a: number[]) => {
          a[5] = 2;
          return a[0];
        },
        [1, 2],
      ),
    ).toBe('bounds');
  });
  it('grow an array that is written behind its end', () => {
    agrees(
      (n: number) => {
        const a: number[] = [];
        for (let i = 0; i < n; i++) a[i] = i * i;
        a[a.length] = 5;
        return a;
      },
      [0],
      [1],
      [9],
    );
    agrees(
      (a: number[]) => {
        const b = a.map((x) => x);
        b[b.length] = 1;
        b[b.length] = 2;
        return b;
      },
      ...lists,
    );
  });
  it('may be booleans, texts, objects, arrays', () => {
    agrees(
      (a: number[]) => {
        const b = a.map((x) => x > 1);
        b[0] = !b[0];
        return b;
      },
      ...lists,
    );
    agrees((a: number[]) => a.map((x) => (x > 1 ? 'big' : 'small')), ...lists);
    agrees((a: number[]) => a.map((x, i) => ({ x, i })), ...lists);
    agrees(
      (n: number) => {
        const m: number[][] = [];
        for (let i = 0; i < n; i++) {
          const row: number[] = [];
          for (let j = 0; j < n; j++) row.push(i * 10 + j);
          m.push(row);
        }
        for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) [m[i][j], m[j][i]] = [m[j][i], m[i][j]];
        return m;
      },
      [0],
      [1],
      [4],
    );
  });
  it('may be undefined among numbers', () => {
    agrees(
      (n: number) => {
        const a = [1, undefined, n];
        let s = 0;
        for (const x of a) s += x ?? 100;
        return s;
      },
      [3],
    );
    agrees(
      (n: number) => {
        const fib = (k: number, memo: (number | undefined)[]): number => {
          if (k < 2) return k;
          const hit = memo[k];
          if (hit !== undefined) return hit;
          const made = fib(k - 1, memo) + fib(k - 2, memo);
          memo[k] = made;
          return made;
        };
        return fib(n, new Array(n + 1).fill(undefined));
      },
      [12],
    );
  });
});

describe('holes', () => {
  it('are written before they are read', () => {
    agrees(
      (n: number) => {
        const a = new Array(n);
        for (let i = 0; i < n; i++) a[i] = i * 2;
        let s = 0;
        for (let i = 0; i < n; i++) s += a[i];
        return s;
      },
      [0],
      [5],
    );
    agrees(
      (n: number) => {
        const m = new Array(n);
        for (let i = 0; i < n; i++) m[i] = new Array(n).fill(i);
        m[0][0] = 9;
        return m[0][0] + m[n - 1][0];
      },
      [1],
      [5],
    );
  });
  it('leave the tier when they are read', () => {
    expect(
      left((n: number) => {
        const a = new Array(n);
        a[0] = 1;
        return a[1] + a[0];
      }, 3),
    ).toBe('hole');
  });
  it('are undefined where that is asked for', () => {
    agrees(
      (n: number) => {
        const memo = new Array<number>(n);
        memo[1] = 5;
        return (memo[0] ?? 1) + (memo[1] ?? 2) + (memo[2] === undefined ? 10 : 20);
      },
      [3],
    );
  });
  it('are passed over', () => {
    agrees(
      (n: number) => {
        const a = new Array<number>(n);
        a[1] = 5;
        a[3] = 7;
        let s = 0;
        a.forEach((x, i) => {
          s += x * i;
        });
        return s + a.filter((x) => x > 0).length + a.reduceRight((p, x) => p + x, 0) + a.indexOf(7);
      },
      [6],
    );
  });
});

describe('methods that change an array', () => {
  it('push, pop, shift, unshift', () => {
    agrees(
      (a: number[]) => {
        const b = [...a];
        const n = b.push(1, 2, 3);
        const x = b.pop()!;
        const y = b.shift()!;
        const m = b.unshift(x, y);
        b.push();
        return [...b, n, m, x, y];
      },
      ...lists,
    );
    agrees(
      (n: number) => {
        const queue = [0];
        let steps = 0;
        while (queue.length > 0) {
          const k = queue.shift()!;
          steps += k;
          if (k < n) queue.push(k + 1, k + 2);
        }
        return steps;
      },
      [1],
      [5],
    );
    agrees(() => {
      const a: number[] = [];
      const x = a.pop();
      const y = a.shift();
      return x === undefined && y === undefined ? a.push(4) : 0;
    });
    expect(
      left(() => {
        const a: number[] = [1];
        a.pop();
        return a.pop()! * 2;
      }),
    ).toBe('bounds');
  });
  it('push with spread lists', () => {
    agrees(
      (a: number[]) => {
        const b = [1];
        b.push(...a, 5, ...a.map((x) => x * 2));
        b.push(...b, ...b);
        return b;
      },
      ...lists,
    );
  });
  it('splice', () => {
    agrees(
      (a: number[], at: number, n: number) => {
        const b = [...a];
        const out = b.splice(at, n, 10, 20);
        const tail = b.splice(-1);
        return [b, out, tail];
      },
      [[1, 2, 3, 4, 5], 1, 2],
      [[1, 2, 3], -2, 9],
      [[1], 5, 1],
      [[1, 2, 3], 0.7, -1],
      [[1, 2, 3], Number.NaN, Number.NaN],
    );
  });
  it('length', () => {
    agrees(
      (a: number[]) => {
        const b = [...a, 1];
        b.length = 1;
        b.push(7);
        const n = b.length;
        b.length = 0;
        b.push(8);
        return [n, b.length, b[0]];
      },
      ...lists,
    );
  });
  it('fill, copyWithin, reverse', () => {
    agrees((a: number[]) => [...a].fill(7, 1, -1), ...lists);
    agrees((a: number[]) => [...a].copyWithin(1, 0), ...lists);
    agrees((a: number[]) => [...a, 1, 2, 3].copyWithin(0, -2, 99), ...lists);
    agrees((a: number[]) => [...a].reverse(), ...lists);
  });
  it('sort', () => {
    agrees((a: number[]) => [...a].sort((x, y) => x - y), [[3, -1.5, 4, 1, -5, 9, 2.5]], [[]], [[1]], [[2, 1]]);
    agrees(
      (n: number) => {
        const a: { k: number; i: number }[] = [];
        let s = 7;
        for (let i = 0; i < n; i++) {
          s = (s * 48271) % 2147483647;
          a.push({ k: s % 5, i });
        }
        a.sort((p, q) => q.k - p.k);
        return a;
      },
      [0],
      [1],
      [2],
      [33],
      [100],
    );
  });
});

describe('methods that call a function', () => {
  it('map, filter, forEach', () => {
    agrees((a: number[]) => a.map((x, i, all) => x * i + all.length), ...lists);
    agrees((a: number[]) => a.map(Math.abs), ...lists);
    agrees((a: number[]) => a.filter((x) => x > 1), ...lists);
    agrees((a: number[]) => a.filter(Boolean), ...lists);
    agrees(
      (a: number[]) => {
        let s = 0;
        a.forEach((x, i) => {
          s += x * (i + 1);
        });
        return s;
      },
      ...lists,
    );
  });
  it('reduce, reduceRight', () => {
    agrees((a: number[]) => a.reduce((p, x) => p + x), ...lists);
    agrees((a: number[]) => a.reduce((p, x, i) => p * 2 + x * i, 1), ...lists);
    agrees((a: number[]) => a.reduceRight((p, x) => p * 0.5 + x), ...lists);
    agrees(
      (a: number[]) => a.reduce((p, x) => (p === undefined || x > p ? x : p), undefined as number | undefined) ?? -1,
      ...lists,
    );
    agrees((a: number[]) => a.reduce<number[]>((p, x) => [...p, x * 2], []), ...lists);
    agrees((a: number[]) => a.reduce((p, x) => ({ sum: p.sum + x, n: p.n + 1 }), { sum: 0, n: 0 }), ...lists);
    expect(left((a: number[]) => a.filter((x) => x > 100).reduce((p, x) => p + x), [1])).toBe('throw');
  });
  it('some, every, find and its kin', () => {
    agrees((a: number[]) => [a.some((x) => x > 3), a.every((x) => x > -9), a.some((x) => x > 99)], ...lists);
    agrees((a: number[]) => a.find((x) => x > 1) ?? -7, ...lists);
    agrees((a: number[]) => [a.findIndex((x) => x > 1), a.findIndex((x) => x > 99)], ...lists);
    agrees((a: number[]) => a.map((x) => ({ x })).find((o) => o.x === 4)?.x ?? 0, ...lists);
    agrees(
      (a: number[]) => (a as unknown as { findLast(f: (x: number) => boolean): number }).findLast((x) => x > 1) ?? 0,
      ...lists,
    );
    agrees(
      (a: number[]) =>
        (a as unknown as { findLastIndex(f: (x: number) => boolean): number }).findLastIndex((x) => x < 2),
      ...lists,
    );
  });
  it('includes, indexOf, lastIndexOf', () => {
    agrees((a: number[]) => [a.includes(2), a.includes(Number.NaN), a.includes(4, 3), a.includes(0, -3)], ...lists);
    agrees((a: number[]) => [a.indexOf(2), a.indexOf(Number.NaN), a.indexOf(1, 1), a.lastIndexOf(2)], ...lists);
    agrees((a: number[], x: number) => a.includes(x), [[1, Number.NaN], Number.NaN], [[1], Number.NaN], [[0], -0]);
    agrees((s: string) => ['a', 'b'].includes(s), ['a'], ['z']);
  });
  it('flat, flatMap', () => {
    agrees((a: number[]) => a.flatMap((x) => (x > 1 ? [x, x] : [])), ...lists);
    agrees((a: number[]) => a.flatMap((x) => x + 1), ...lists);
    agrees((a: number[]) => [a, [1, 2], a].flat(), ...lists);
    agrees((a: number[]) => [[a, [1]], [[2]]].flat(2), ...lists);
    agrees((a: number[]) => [[a, [1]], [[2]]].flat().length, ...lists);
  });
  it('follow the array as it changes', () => {
    agrees(
      (a: number[]) => {
        const b = [...a, 1, 2];
        let s = 0;
        b.forEach((x) => {
          s += x;
          if (b.length > 3) b.pop();
        });
        return s;
      },
      [[3, 4, 5, 6]],
      [[1, 2]],
    );
    agrees(
      (a: number[]) => {
        const b = [...a];
        let s = 0;
        b.forEach((x, i) => {
          if (i < 3) b.push(x * 2);
          s += x;
        });
        return [s, b.length];
      },
      [[3, 4, 5, 6]],
    );
    agrees(
      (a: number[]) => {
        const b = [...a];
        const out: number[] = [];
        for (const x of b) {
          if (b.length < 8) b.push(x + 1);
          out.push(x);
        }
        return out;
      },
      [[3, 4]],
    );
  });
});

describe('making arrays', () => {
  it('by Array', () => {
    agrees((n: number) => new Array(n).fill(0), [0], [4]);
    agrees((n: number) => Array(n).fill(1.5), [3]);
    agrees((n: number) => Array.from({ length: n }, (_, i) => i * 2), [0], [4], [2.7]);
    agrees((n: number) => Array.from({ length: n }, () => new Array(2).fill(n)), [3]);
    agrees((a: number[]) => Array.from(a, (x, i) => x + i), ...lists);
    agrees((a: number[]) => Array.from(a), ...lists);
    agrees((n: number) => Array.of(1, n, 3), [2]);
    agrees((a: number[]) => [Array.isArray(a), Array.isArray(a[0]), Array.isArray([1, 'x'])], ...lists);
    agrees((n: number) => [...Array(n).keys()], [4]);
    agrees(
      (n: number) =>
        Array(n)
          .fill(0)
          .map((_, i) => i),
      [4],
    );
    agrees(
      (n: number) =>
        Array(n)
          .fill(undefined)
          .map((_, i) => i + 1),
      [4],
    );
    agrees((a: number) => new Array(a, 2, 3), [1]);
  });
  it('from keys and entries', () => {
    agrees((a: number[]) => Array.from(a.keys()), ...lists);
    agrees((a: number[]) => Array.from(a.entries(), ([i, x]) => i * x), ...lists);
    agrees((a: Float64Array) => Array.from(a.values()), [new Float64Array([1, 2])]);
    expect(declined((a: number[]) => a.keys().next().value, [1])).toContain('looped over');
  });
  it('by copying', () => {
    agrees((a: number[]) => [...a, 1, ...a], ...lists);
    agrees((a: number[]) => a.concat([1, 2], 3, a), ...lists);
    agrees((a: number[]) => [a.slice(1), a.slice(-2), a.slice(1, -1), a.slice(5, 2), a.slice()], ...lists);
    agrees((a: number[]) => [...a.entries()].length + [...a.keys()].length, ...lists);
    agrees((a: Float64Array) => [...a, 1], [new Float64Array([1, 2])]);
  });
});

describe('going through arrays', () => {
  it('values, keys, entries', () => {
    agrees(
      (a: number[]) => {
        let s = 0;
        for (const x of a) s += x;
        for (const [i, x] of a.entries()) s += i * x;
        for (const i of a.keys()) s += i;
        for (const x of a.values()) s -= x / 2;
        return s;
      },
      ...lists,
    );
    agrees(
      (a: number[]) => {
        let s = 0;
        for (const x of a) {
          if (x < 0) continue;
          if (x > 5) break;
          s += x;
        }
        return s;
      },
      ...lists,
    );
    agrees(
      (a: number[][]) => {
        let s = 0;
        for (const [x, y = 3] of a) s += x * y;
        return s;
      },
      [[[1, 2], [3], [4, 5, 6]]],
    );
  });
  it('taken apart', () => {
    agrees(
      (a: number[]) => {
        const [x, y = 5, ...rest] = a;
        return [x, y, rest.length, ...rest];
      },
      ...lists,
    );
    agrees(
      (a: number[]) => {
        let [x, , z] = [a[0], 2, 3];
        [x, z] = [z, x];
        return x - z;
      },
      ...lists,
    );
    agrees(
      (a: number[]) => {
        const b = [...a, 1, 2];
        [b[0], b[1]] = [b[1], b[0]];
        return b;
      },
      ...lists,
    );
  });
});

describe('arrays of several kinds', () => {
  it('are known element by element', () => {
    agrees(
      (x: number) => {
        const t: [number, string, boolean] = [x, 'b', true];
        const [n, s, f] = t;
        return (f ? n : 0) + (s === 'b' ? 1 : 2) + t.length;
      },
      [3],
    );
    agrees(
      (x: number) => {
        const fs = [(y: number) => y + 1, (y: number) => y * x];
        let s = x;
        for (const f of fs) s = f(s);
        return fs.reduce((v, f) => f(v), s) + fs.map((f) => f(1)).length;
      },
      [3],
    );
  });
});

describe('what is declined', () => {
  it('says why', () => {
    expect(declined((a: number[]) => a.toLocaleString().length, [1])).toContain('toLocaleString');
    expect(declined((a: number[]) => a.sort()[0], [1])).toContain('comparator');
    expect(declined((a: number[]) => [1, , 2].length + a.length, [1])).toContain('holes');
  });
});
