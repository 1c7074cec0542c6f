/** Texts that are made while a program runs, and objects that are numbers or texts by their own methods. */
import { expect, it } from 'vitest';
import { grad } from '../../src/index.ts';
import { judged } from './judged.ts';

class Interval {
  lo: number;
  hi: number;
  constructor(lo: number, hi = lo) {
    this.lo = lo;
    this.hi = hi;
  }
  plus(o: Interval) {
    return new Interval(this.lo + o.lo, this.hi + o.hi);
  }
  valueOf() {
    return this.hi - this.lo;
  }
  toString() {
    return `[${this.lo}, ${this.hi}]`;
  }
}

judged([
  [
    'label',
    (o: { x: number; label: string; count: number }) => {
      o.label = `step ${o.label}`;
      o.count += 1;
      o.x = o.x ** 2 * o.count;
      return o.x + (o.label === 'step a' ? o.x : 0);
    },
    { x: 1.5, label: 'a', count: 2 },
  ],
  [
    'lines',
    (x: number) => {
      const lines: string[] = [];
      const y = x * x;
      lines.push(`y = ${y}`, 'y is ' + y, String(y), y.toFixed(1), y.toString());
      return y + lines.length + lines[0].length * x;
    },
    3,
  ],
  [
    'order',
    (x: number, s: string[]) => {
      let t = 0;
      for (const a of s)
        for (const b of s)
          if (a < b) t += x;
          else if (a >= b) t += 2;
      return t;
    },
    3,
    ['b', 'a', 'c'],
  ],
  [
    'key',
    (x: number[]) => {
      const m = new Map<string, number>();
      x.forEach((v, i) => m.set(`k${i % 2}`, (m.get(`k${i % 2}`) ?? 0) + v * v));
      return m.get('k0')! * m.get('k1')!;
    },
    [1, 2, 3],
  ],
  [
    'methods',
    (x: number, s: string) => {
      const u = s.toUpperCase();
      return (
        (u === 'ABC' ? x : 2) * (s.includes('b') ? x : 1) +
        s.indexOf('c') * x +
        (s.slice(1) + '!').length +
        (s.startsWith('a', 0) ? 1 : 0) +
        s.padStart(5, '-').length
      );
    },
    3,
    'abc',
  ],
  [
    'interval',
    (x: number) => {
      const a = new Interval(x - 0.1, x * 0.2);
      const b = a.plus(new Interval(x));
      return (
        b.hi * 2 - b.lo + +(b as unknown as number) * (b as unknown as number) + ((b as unknown as number) > 0 ? x : 0)
      );
    },
    1.5,
  ],
  [
    'interval text',
    (x: number) => {
      const a = new Interval(x);
      return `${a}`.length * x;
    },
    1.5,
  ],
  [
    'describe',
    (x: number) => {
      const d = (v: number) => `area ${v.toFixed(2)}`;
      return x * d(x).length;
    },
    0.8,
  ],
  [
    'ternary texts',
    (x: number) => {
      const s = x > 1 ? 'big' : 'small';
      const t = s + (x > 2 ? '!' : '?');
      return t === 'big?' ? x * x : t.length * x;
    },
    1.5,
  ],
  [
    'enum switch',
    (x: number, op: string) => {
      switch (op + '1') {
        case 'mul1':
          return x * x;
        default:
          return x;
      }
    },
    1.5,
    'mul',
  ],
  [
    'performance',
    (x: number) => {
      const t = performance.now();
      const d = Date.now();
      const r = Math.random();
      return x * x + (t < 0 ? 1 : 0) + (d < 0 ? 1 : 0) + (r < 0 ? 1 : 0);
    },
    1.5,
  ],
  [
    'bool text',
    (x: number) => {
      const s = `${x > 1} ${undefined} ${null}`;
      return s === 'true undefined null' ? x * x : x;
    },
    1.5,
  ],
  [
    'string arr join',
    (x: number) => {
      const s = ['a', 'b'];
      return s.join('-') === 'a-b' ? x * x : x;
    },
    1.5,
  ],
]);

it('a number read from a text is declined', () => {
  expect(() => grad((x: number) => Number(`${x}`) * x, { tier: 'compiled' })(2)).toThrow(
    /a number is read from a text/,
  );
});

it('texts reach the host as they are, once each and in order', () => {
  let told = '';
  const tell = (text: string, n: number) => {
    told += `${text} ${n};`;
    return n;
  };
  const f = (x: number) => {
    tell(`at ${x}`, 1);
    tell(x > 1 ? 'large' : 'small', 2);
    return x * x;
  };
  expect(grad(f, { tier: 'compiled' })(3)).toBe(6);
  expect(told).toBe('at 3 1;large 2;');
});
