/** Numbers that go through a string: the text is the primal's, and reading the number back is refused. */
import { describe, expect, test } from 'vitest';
import { grad } from '../../src/index.ts';

const lost = expect.objectContaining({ code: 'LostDerivative' });

describe('a tracked number written and read back is refused', () => {
  const programs: Record<string, (x: number) => number> = {
    'as it is': (x) => Number(String(x)),
    'with a unit': (x) => Number.parseFloat(`${x}px`),
    'with a sign': (x) => Number(`-${x}`),
    'with an exponent': (x) => Number(`${x}e3`),
    'joined by +, and cut out again': (x) => Number(`a${x}`.slice(1)),
    'with zeros before it': (x) => Number(String(x).padStart(8, '0')),
    'from a list': (x) => Number([x, 1].join(',').split(',')[0]),
    'out of the text of a colour': (x) => Number.parseFloat((/rgb\(([^,]+)/.exec(`rgb(${x}, 3)`) as string[])[1]),
    'by JSON': (x) => JSON.parse(JSON.stringify({ a: x })).a,
    'by JSON put together by hand': (x) => JSON.parse(`{"a": [1, ${x}]}`).a[1],
    'by the message of an error': (x) => {
      try {
        throw new Error(`at ${x}`);
      } catch (error) {
        return Number((error as Error).message.slice(3));
      }
    },
  };
  for (const [name, f] of Object.entries(programs)) {
    test(name, () => {
      for (const x of [2.5, -0.75, 0.1 + 0.2, 12345]) expect(() => grad(f)(x), `at ${x}`).toThrow(lost);
    });
  }
});

test('a fraction as a key is as well', () => {
  expect(() => grad((x: number) => Number(Object.keys({ [x]: 1 })[0]))(2.5)).toThrow(lost);
  expect(() =>
    grad((x: number) => {
      const counts: Record<string, number> = {};
      counts[x] = 1;
      let sum = 0;
      for (const key in counts) sum += +key;
      return sum;
    })(-0.25),
  ).toThrow(lost);
});

describe('what is no such thing is not', () => {
  test('texts that are only written', () => {
    const seen: string[] = [];
    const f = (x: number) => {
      seen.push(`x = ${x}`, `${x}px`, `${'rate '}${x}`);
      return x * x;
    };
    expect(grad(f)(2.5)).toBe(5);
    expect(seen).toEqual(['x = 2.5', '2.5px', 'rate 2.5']);
  });

  test('other numbers read while some have been written', () => {
    const f = (x: number) => {
      void `${x} of ${x * 4}`;
      return x * Number('3.5') * JSON.parse('[1, 2, 10]')[2] + Number.parseFloat('7px');
    };
    expect(grad(f)(2.5)).toBe(35);
    expect(grad(f)(2.5)).toBe(35);
  });

  test('rounded texts: their derivative is zero', () => {
    expect(grad((x: number) => Number(x.toFixed(1)) + x)(2.51)).toBe(1);
    expect(grad((x: number) => Number.parseInt(`${x}`, 10) + x)(2.51)).toBe(1);
  });
});
