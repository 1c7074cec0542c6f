/** Texts that are made of tracked numbers, joined, cut up, and read again: refused, wherever the digits went. */
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { grad } from '../../src/index.ts';

const lost = expect.objectContaining({ code: 'LostDerivative' });

describe('a number that went through a longer text is refused', () => {
  const programs: Record<string, (x: number) => number> = {
    'cut out by slice': (x) => Number.parseFloat(`v=${x}`.slice(2)),
    'a sum of strings': (x) => {
      const text = `${x}`;
      const line = 'v=' + text + ';';
      return Number(line.slice(2, -1));
    },
    'digits put before it': (x) => Number(`1${x}`),
    'digits put behind it': (x) => Number(`${x}5`),
    'digits put behind it, the strings being made before': (x) => {
      const text = String(x);
      return Number(text + '5');
    },
    'two numbers side by side': (x) => Number(`${x}${3}`),
    'by padStart': (x) => Number(String(x).padStart(9, '1')),
    'by concat': (x) => Number('1'.concat(x as never)),
    'by repeat': (x) => Number(`${x}`.repeat(1)),
    'a joined list': (x) => Number(['1', x].join('')),
    'a joined list of strings': (x) => Number([String(x), '5'].join('')),
    'a typed array': (x) => Number(new Float64Array([x]).join()),
    'a joined typed array': (x) => Number(new Float64Array([x, 1]).join('')),
    'a joined typed array, in its language': (x) =>
      Number(new Float64Array([x / 3]).toLocaleString('en-US', { maximumFractionDigits: 20 } as never)),
    'a list with separators': (x) => [x, 1].join(';').split(';').map(Number)[0]!,
    'the first digit': (x) => Number(String(x)[0]),
    'digit by digit': (x) => {
      let n = 0;
      for (const c of String(x)) if (c >= '0' && c <= '9') n = n * 10 + Number(c);
      return n;
    },
    'digit by digit, by index': (x) => {
      const text = `${x}`;
      let n = 0;
      for (let i = 0; i < text.length; i++) if (/\d/.test(text[i]!)) n = n * 10 + +text[i]!;
      return n;
    },
    'character codes': (x) => {
      const text = `${x}`;
      let n = 0;
      for (let i = 0; i < text.length; i++) if (/\d/.test(text.charAt(i))) n = n * 10 + text.charCodeAt(i) - 48;
      return n;
    },
    'spread characters': (x) => [...`${x}`].filter((c) => /\d/.test(c)).reduce((n, c) => n * 10 + Number(c), 0),
    'without its point': (x) => Number(`${x}.0`.replace('.', '')) / 100,
    'by a callback of replace': (x) => {
      let n = 0;
      `<${x}>`.replace(/\d/g, (d) => {
        n = n * 10 + Number(d);
        return d;
      });
      return n;
    },
    'by matchAll': (x) => {
      let n = 0;
      for (const m of `<${x}>`.matchAll(/\d/g)) n = n * 10 + Number(m[0]);
      return n;
    },
    'by an exponential': (x) => Number(x.toExponential()),
    'by the digits of an exponential': (x) => Number(x.toExponential().split('e')[0]),
    'by toPrecision with all digits': (x) => Number(x.toPrecision(17)),
    'by toFixed with all digits': (x) => Number(x.toFixed(20)),
    'by toLocaleString': (x) => Number(x.toLocaleString('en-US', { maximumFractionDigits: 20, useGrouping: false })),
    'by Intl': (x) => Number(new Intl.NumberFormat('en-US', { maximumFractionDigits: 20 }).format(x).replace(/,/g, '')),
    'by the key of an object': (x) => Number(Object.keys({ [x]: 1 })[0]),
    'by a key that was set': (x) => {
      const o: Record<string, number> = {};
      o[x] = 1;
      let n = 0;
      for (const [k] of Object.entries(o)) n += +k;
      for (const k in o) n += +k;
      return n;
    },
    'by a key, in a loop': (x) => {
      const o: Record<string, number> = { [x]: 1 };
      let n = 0;
      for (const k in o) n += +k;
      return n;
    },
    'by JSON': (x) => JSON.parse(`[${x}5]`)[0],
    'by a BigInt': (x) => Number(BigInt(`${x}`.replace('.', '').replace('-', ''))),
    'by typed memory': (x) => {
      const a = new Float64Array(1);
      a[0] = `1${x}`.slice(0) as never;
      return a[0]!;
    },
    'with a radix': (x) => {
      const text = x.toString(2);
      let n = 0;
      for (const c of text) if (c === '0' || c === '1') n = n * 2 + (c === '1' ? 1 : 0);
      return n * 0 + Number(text);
    },
  };
  const whole = new Set(['with a radix', 'without its point']);
  for (const [name, f] of Object.entries(programs)) {
    test(name, () => {
      for (const x of whole.has(name) ? [2.5, 0.1 + 0.2] : [2.5, 2, 37, 0.1 + 0.2, 12345]) {
        expect(() => grad(f)(x), `at ${x}`).toThrow(lost);
      }
    });
  }
});

describe('what only looks like one is not refused', () => {
  test('a small integer that has been printed', () => {
    const f = (x: number) => {
      const seen = [`step ${x}`, 'loss ' + x, `${x} of 10`];
      let sum = x * seen.length;
      for (const n of '1,2,3'.split(',')) sum += Number(n) * x;
      return sum + Number.parseFloat('2 kg');
    };
    expect(grad(f)(1)).toBe(9);
    expect(grad(f)(2)).toBe(9);
  });

  test('constants beside it in one text', () => {
    const f = (x: number) => {
      const [name, , scale] = `a,${x},7`.split(',');
      return x * Number(scale) + name!.length;
    };
    expect(grad(f)(2.5)).toBe(7);
    expect(grad(f)(0.125)).toBe(7);
  });

  test('an integer as an index', () => {
    const table = [5, 6, 7];
    const names: Record<string, number> = { 1: 10, 2: 20 };
    const f = (x: number) => table[x]! * x + (names[x] ?? 0) + Number('1');
    expect(grad(f)(1)).toBe(6);
  });

  test('a memo by text keys', () => {
    const f = (x: number) => {
      const memo = new Map<string, number>();
      const fib = (n: number): number => {
        const key = `${n}`;
        const known = memo.get(key);
        if (known !== undefined) return known;
        const value = n < 2 ? n * x : fib(n - 1) + fib(n - 2);
        memo.set(key, value);
        return value;
      };
      return fib(10);
    };
    expect(grad(f)(3)).toBe(55);
  });

  test('rounded texts: their derivative is zero', () => {
    expect(grad((x: number) => Number(x.toFixed(2)) + x)(2.5)).toBe(1);
    expect(grad((x: number) => Number(x.toPrecision(3)) + x)(2.51)).toBe(1);
    expect(grad((x: number) => Number(x.toExponential(2)) + x)(2.51)).toBe(1);
    expect(grad((x: number) => Number(x.toLocaleString('en-US')) + x)(2.51234567)).toBe(1);
    expect(grad((x: number) => Number.parseInt(`${x}px`, 10) + x)(2.51)).toBe(1);
  });

  test('anything, once the gradient is over', () => {
    expect(grad((x: number) => x * `${x}`.length)(2.5)).toBe(3);
    expect(Object.getOwnPropertySymbols(String.prototype)).toEqual([Symbol.iterator]);
    expect(grad((x: number) => x * Number('2.5'))(4)).toBe(2.5);
  });
});

test('where String.prototype is frozen, a tracked number is not made a text', () => {
  const source = `
    import { grad } from '${new URL('../../src/index.ts', import.meta.url).href}';
    Object.freeze(String.prototype);
    try { grad((x) => Number(String(x)[0]))(3); } catch (e) { console.log(e.code); }
    console.log(grad((x) => x * x)(3));`;
  const args = ['--conditions=fluxion-source', '--import', 'tsx', '--input-type=module', '--eval', source];
  expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toBe('LostDerivative\n6\n');
});
