/** A name that stands for a getter of the global object is asked for once. */
import { expect, test } from 'vitest';
import { grad } from '../../../src/index.ts';

test('typeof', () => {
  const asked: string[] = [];
  Object.defineProperty(globalThis, 'askedOnce', { get: () => asked.push('askedOnce'), configurable: true });
  try {
    const f = new Function('x', 'return typeof askedOnce === "number" ? x : 0') as (x: number) => number;
    expect(grad(f)(1)).toBe(1);
    expect(asked).toEqual(['askedOnce']);
  } finally {
    delete (globalThis as any).askedOnce;
  }
});
