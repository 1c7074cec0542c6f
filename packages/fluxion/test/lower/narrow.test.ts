/** After a test a variable is known not to be null or undefined, until it is assigned. */
import { describe, expect, it } from 'vitest';
import type { Op, Region } from '../../src/ir/ops.ts';
import { regionsOf } from '../../src/ir/ops.ts';
import { lower } from '../../src/lower/lowering.ts';
import { agrees } from './harness.ts';

interface Link {
  v: number;
  next: Link | null;
}
const chain = (...vs: number[]): Link | null => vs.reduceRight<Link | null>((next, v) => ({ v, next }), null);

function guards(f: Function, ...args: unknown[]): number {
  let found = 0;
  const visit = (region: Region): void => {
    for (const op of region.ops as readonly Op[]) {
      if (op.op === 'guard') found++;
      regionsOf(op).forEach(visit);
    }
  };
  for (const func of lower(f, args).module.functions.values()) visit(func.body);
  return found;
}

describe('what a test proves', () => {
  it('holds in its branch, behind a branch that leaves, in a loop', () => {
    const sum = (head: Link | null): number => {
      let s = 0;
      for (let at = head; at !== null; at = at.next) s += at.v;
      let at = head;
      while (at) {
        s += at.v;
        at = at.next;
      }
      return s;
    };
    agrees(sum, [chain(1, 2, 3)], [chain(4)]);
    expect(guards(sum, chain(1, 2, 3))).toBe(0);
    const second = (head: Link | null): number => {
      if (head === null) return -1;
      const { next } = head;
      return next !== null && next.v > 0 ? next.v : head.v;
    };
    agrees(second, [chain(1, 2, 3)], [chain(4)], [chain(1, -2)]);
    expect(guards(second, chain(1, 2, 3))).toBe(0);
    agrees(
      (a: number[], i: number) => {
        const hit = a[i];
        if (hit === undefined) return -1;
        return hit * 2;
      },
      [[1, 2], 1],
      [[1, 2], 5],
    );
  });
  it('ends where the variable is assigned', () => {
    agrees(
      (head: Link | null) => {
        let at = head;
        let s = 0;
        if (at !== null) {
          at = at.next;
          s += at === null ? 100 : at.v;
        }
        return s + (at === null ? 10 : 20);
      },
      [chain(1, 2, 3)],
      [chain(4)],
    );
    agrees(
      (a: number[], i: number) => {
        let x: number | undefined = a[i];
        if (x !== undefined && (x = a[i + 1]) !== undefined) return x;
        return x === undefined ? -1 : x;
      },
      [[1, 2], 0],
      [[1, 2], 1],
      [[1, 2], 2],
    );
  });
});

describe('a test for numbers', () => {
  it('leaves the number of what may be undefined or an object', () => {
    class Rows {
      data: Float64Array;
      constructor(from: Rows | number, length?: number) {
        if (from instanceof Rows) this.data = from.data.slice();
        else if (Number.isInteger(length) && (length as number) >= 0)
          this.data = new Float64Array(length as number).fill(from);
        else this.data = new Float64Array(1);
      }
    }
    agrees(
      (x: number) => {
        const rows = new Rows(x, 3);
        rows.data[1] *= 2;
        const copy = new Rows(rows);
        return copy.data[1] + copy.data.length + new Rows(x).data.length * 10;
      },
      [2],
    );
  });
});

it('the class of an array makes others like it', () => {
  const scratch = (y: number[] | Float64Array): number => {
    const made = new (y.constructor as ArrayConstructor)(y.length);
    for (let i = 0; i < y.length; i++) made[i] = y[i] * 2;
    return made[0] + made[y.length - 1];
  };
  agrees((y: Float64Array) => scratch(y), [Float64Array.of(1, 2, 3)]);
  agrees((y: number[]) => scratch(y), [[1, 2, 3]]);
});

it("a test that somebody has put in the place of the engine's proves nothing", () => {
  const { isInteger } = Number;
  const g = (x: number): number => {
    const y = x > 4 ? undefined : x;
    return Number.isInteger(y) ? (y === undefined ? 100 * x : 2 * y) : -x;
  };
  try {
    Number.isInteger = (value) => value !== 2;
    agrees(g, [5], [3]);
  } finally {
    Number.isInteger = isInteger;
  }
  agrees(g, [5], [3]);
});
