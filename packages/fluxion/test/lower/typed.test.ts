/** Typed arrays: what is lowered gives what the function gives. */
import { describe, expect, it } from 'vitest';
import { Left } from '../../src/ir/interpret.ts';
import { agrees, declined, lowered } from './harness.ts';

const x = (): Float64Array => new Float64Array([3, -1.5, 4, 1, -5, 9, 2.5]);
const lists = [[x()], [new Float64Array([0.5])], [new Float64Array([2, 2, -0, 0, Number.NaN, 1])]];

function left(f: Function, ...args: unknown[]): string {
  try {
    lowered(f, ...args);
  } catch (e) {
    if (e instanceof Left) return e.reason.code;
    throw e;
  }
  return 'stayed';
}

describe('element types', () => {
  const values = [
    1.5,
    -1.5,
    300.7,
    70000.2,
    -40000,
    3e9,
    2 ** 40 + 3,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -0,
    0.5,
    254.5,
    255.5,
  ];
  it('round as the language does', () => {
    agrees((a: number[]) => new Float64Array(a), [values]);
    agrees((a: number[]) => new Float32Array(a), [values]);
    agrees((a: number[]) => new Int32Array(a), [values]);
    agrees((a: number[]) => new Uint32Array(a), [values]);
    agrees((a: number[]) => new Int16Array(a), [values]);
    agrees((a: number[]) => new Uint16Array(a), [values]);
    agrees((a: number[]) => new Int8Array(a), [values]);
    agrees((a: number[]) => new Uint8Array(a), [values]);
    agrees((a: number[]) => new Uint8ClampedArray(a), [values]);
  });
  it('give numbers back', () => {
    agrees(
      (a: Uint32Array, b: Int8Array, c: Float32Array) => a[0] * 2 + b[1] + c[1] / 3,
      [new Uint32Array([4e9]), new Int8Array([1, -7]), new Float32Array([1, 0.1])],
    );
  });
  it('become each other', () => {
    agrees((a: Float64Array) => [...new Int32Array(a)], ...lists);
    agrees((a: Float64Array) => new Float32Array(new Int16Array(a)), ...lists);
    agrees((a: Int32Array) => new Float64Array(a), [new Int32Array([1, -2])]);
    agrees(
      (a: Float64Array) => {
        const out = new Uint8Array(a.length);
        out.set(a);
        return out;
      },
      ...lists,
    );
  });
});

describe('making them', () => {
  it('of lengths, lists and elements', () => {
    agrees((n: number) => new Float64Array(n), [0], [3], [2.7], [Number.NaN]);
    agrees(() => new Float64Array());
    agrees((a: Float64Array) => new Float64Array(a), ...lists);
    agrees((n: number) => Float64Array.of(n, 2, n), [3]);
    agrees((a: Float64Array) => Float64Array.from(a, (v, i) => v * i), ...lists);
    agrees((a: number[]) => Float64Array.from(a), [[1, 2]]);
    agrees((n: number) => Float64Array.from({ length: n }, (_, i) => i / 2), [3]);
    agrees((n: number) => Int32Array.from([n, 1.5], (v) => v * 2), [3]);
    expect(left((n: number) => new Float64Array(n).length, -1)).toBe('throw');
  });
  it('on one buffer', () => {
    agrees(
      (n: number) => {
        const buffer = new ArrayBuffer(n * 8);
        const all = new Float64Array(buffer);
        const tail = new Float64Array(buffer, 8);
        const one = new Float64Array(buffer, 16, 1);
        all[1] = 5;
        tail[1] = 7;
        one[0] += 1;
        return [all.length, tail.length, one.length, tail[0], all[2]];
      },
      [3],
      [5],
    );
    expect(
      declined((n: number) => {
        const buffer = new ArrayBuffer(n * 8);
        return new Float64Array(buffer).length + new Int32Array(buffer).length;
      }, 2),
    ).toContain('different element types');
  });
});

describe('methods', () => {
  it('set, fill, slice, copyWithin, subarray', () => {
    agrees(
      (a: Float64Array) => {
        const b = new Float64Array(a.length + 2);
        b.set(a);
        b.set(a.subarray(0, 1), 2);
        b.set([7], 1);
        return b;
      },
      ...lists,
    );
    agrees((a: Float64Array) => new Float64Array(a).fill(2, -2), ...lists);
    agrees((a: Float64Array) => a.slice(1, -1), ...lists);
    agrees((a: Float64Array) => a.slice().copyWithin(0, 1), ...lists);
    agrees(
      (a: Float64Array) => {
        const b = a.slice();
        const view = b.subarray(1);
        const inner = view.subarray(0, 2);
        for (let i = 0; i < inner.length; i++) inner[i] = i + 10;
        b.set(view, 0);
        return b;
      },
      ...lists,
    );
    expect(left((a: Float64Array) => a.set([1, 2, 3], 0), new Float64Array(2))).toBe('throw');
  });
  it('at, includes, indexOf, reverse, sort', () => {
    agrees((a: Float64Array) => [a.at(0), a.at(-1)], ...lists);
    agrees((a: Float64Array) => a.at(99) ?? 5, ...lists);
    agrees(
      (a: Float64Array) => [a.includes(Number.NaN), a.indexOf(Number.NaN), a.indexOf(9), a.lastIndexOf(2)],
      ...lists,
    );
    agrees((a: Float64Array) => a.slice().reverse(), ...lists);
    agrees((a: Float64Array) => a.slice().sort(), ...lists);
    agrees((a: Float64Array) => a.slice(0, 3).sort((p, q) => q - p), ...lists);
    agrees((a: number[]) => new Uint32Array(a).sort(), [[4e9, 3, 2 ** 31, 7]]);
    agrees((a: number[]) => new Int8Array(a).sort(), [[5, -3, 100, -128]]);
  });
  it('that call a function', () => {
    agrees((a: Float64Array) => a.map((v, i) => v * i), ...lists);
    agrees((a: Int16Array) => a.map((v) => v * 1.5), [new Int16Array([1, 3])]);
    agrees((a: Float64Array) => a.filter((v) => v > 0), ...lists);
    agrees((a: Float64Array) => a.reduce((p, v) => p + v), ...lists);
    agrees((a: Float64Array) => a.reduceRight((p, v, i) => p * 0.5 + v * i, 1), ...lists);
    agrees((a: Float64Array) => [a.some((v) => v > 8), a.every((v) => v > -6)], ...lists);
    agrees((a: Float64Array) => [a.find((v) => v > 3) ?? -1, a.findIndex((v) => v > 3)], ...lists);
    agrees(
      (a: Float64Array) => {
        let s = 0;
        a.forEach((v, i, all) => {
          s += v * i * all.length;
        });
        return s;
      },
      ...lists,
    );
  });
  it('properties', () => {
    agrees((a: Float64Array) => a.byteLength + a.BYTES_PER_ELEMENT + Float32Array.BYTES_PER_ELEMENT, ...lists);
  });
});

describe('beyond the end', () => {
  it('writes are lost, reads are undefined', () => {
    agrees(
      (a: Float64Array) => {
        const b = a.slice();
        b[b.length] = 5;
        b[-1] = 6;
        b[0.5] = 7;
        return b;
      },
      ...lists,
    );
    agrees((a: Float64Array) => (a[2] ?? -3) + (a[99] ?? 1), ...lists);
    expect(left((a: Float64Array) => a[2] * 2, new Float64Array(1))).toBe('bounds');
  });
});
