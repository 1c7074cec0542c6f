/** Texts that are known while lowering, and properties that numbers and texts have or lack. */
import { it } from 'vitest';
import { agrees } from './harness.ts';

it('methods of known texts are what the engine gives', () => {
  agrees(
    (x: number) => {
      const kind = 'Float64Array';
      let sum = 0;
      if (kind.endsWith('Array') && !kind.includes('Big') && kind.startsWith('Float')) sum += x;
      sum += kind.indexOf('64') * x + kind.charCodeAt(0);
      const [a, b] = 'a,b,c'.split(',');
      if (a === 'a' && b !== 'c') sum *= 2;
      return kind.slice(5, 7).padStart(3, '0') === '064' ? sum : -sum;
    },
    [2],
  );
});

it('kinds of objects are told apart by their tag', () => {
  const tag = Object.prototype.toString;
  const sum = (value: number | number[] | Float64Array | { x: number }): number => {
    switch (tag.call(value)) {
      case '[object Array]':
        return (value as number[])[0];
      case '[object Float64Array]':
        return (value as Float64Array)[0] * 2;
      case '[object Object]':
        return (value as { x: number }).x * 3;
      default:
        return (value as number) * 4;
    }
  };
  agrees((x: number) => [sum(x), sum([x]), sum(Float64Array.of(x)), sum({ x })], [3]);
});

it('what numbers, texts and truth values do not have is undefined', () => {
  const isMatrix = (value: unknown): boolean => value !== null && (value as { klass?: string }).klass === 'Matrix';
  agrees((x: number) => (isMatrix(x) || isMatrix('a') || isMatrix(true) || isMatrix(x > 1) ? 1 : x), [3]);
});
