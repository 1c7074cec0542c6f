/** What is read again in the reverse sweep instead of kept: right only where nobody has written to it since, by whatever name. */
import { describe, expect, test } from 'vitest';
import { grad } from '../../src/index.ts';

const x = Float64Array.from([0.3, -1.2, 2.1, 0.7]);

/** Products of elements of two arrays, of which the second may be the first. */
function products(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 1; i < a.length; i++) {
    sum += a[i] * a[i - 1] * b[i];
    b[i - 1] = a[i] * sum;
  }
  return sum + b[0] * a[0];
}

class Holder {
  data: Float64Array;
  constructor(data: Float64Array) {
    this.data = data;
  }
  push(i: number, v: number): void {
    this.data[i] = v * this.data[i];
  }
}

const programs: Record<string, (x: Float64Array) => number> = {
  'a new array is written': (x) => products(x, new Float64Array(4).fill(2)),
  'a copy is written': (x) => products(x, x.slice()),
  'the argument itself is written': (x) => products(x, x),
  'a part of the argument is written': (x) => products(x.subarray(0, 3), x.subarray(1)),
  'one of two is written': (x) => products(x, x[0] > 0 ? x : new Float64Array(4)) + products(x, new Float64Array(4)),
  'one of two is written in a loop': (x) => {
    let to: Float64Array = new Float64Array(4).fill(2);
    let sum = 0;
    for (let i = 0; i < 4; i++) {
      sum += x[i] * x[i] * to[i];
      to[i] = sum + x[i];
      if (i === 1) to = x;
    }
    return sum * x[2];
  },
  'the argument is written through a new object': (x) => {
    const holder = new Holder(x);
    const other = new Holder(new Float64Array(4).fill(2));
    let sum = 0;
    for (let i = 0; i < 4; i++) {
      sum += x[i] * x[i] * other.data[i];
      holder.push(i, sum);
      other.push(i, x[i]);
    }
    return sum * x[3];
  },
  'new objects hold new arrays': (x) => {
    const holders = [new Holder(new Float64Array(4).fill(1)), new Holder(new Float64Array(4).fill(3))];
    let sum = 0;
    for (let i = 0; i < 8; i++) {
      const holder = holders[i % 2];
      sum += x[i >> 1] * x[i >> 1] * holder.data[i >> 1];
      holder.push(i >> 1, x[i >> 1] + sum);
    }
    return sum + products(holders[0].data, holders[1].data);
  },
  'a function that calls itself writes to its array and to that of its caller': (x) => {
    const descend = (a: Float64Array, depth: number): number => {
      if (depth === 3) return a[0] * a[1];
      const b = a.slice();
      b[depth] = a[depth + 1] * a[depth];
      const below = descend(b, depth + 1);
      if (depth > 0) a[depth] = below * b[0];
      return below * a[depth] * a[depth + 1];
    };
    return descend(x, 0);
  },
};

describe('the two tiers agree where', () => {
  test.each(Object.entries(programs))('%s', (_, f) => {
    const expected = grad(f, { tier: 'dynamic' })(x);
    const found = grad(f, { tier: 'compiled' })(x);
    const largest = Math.max(...expected.map(Math.abs));
    expect(largest).toBeGreaterThan(0.1);
    expected.forEach((slope, i) => expect(Math.abs(found[i] - slope)).toBeLessThan(1e-13 * largest));
  });
});
