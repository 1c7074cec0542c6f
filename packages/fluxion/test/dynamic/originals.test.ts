/** An argument that the function also reaches by another name, where some of its numbers do not move. */
import { describe, expect, test } from 'vitest';
import { jvp } from '../../src/index.ts';

describe('forward mode along a direction with zeros, the argument captured too', () => {
  test('what is captured stays a constant: an array', () => {
    const captured = [1, 2];
    const f = (x: number[]): number => x[0] * captured[1] * captured[0];
    expect(jvp(f, [captured], [[1, 0]]).tangent).toBe(2);
    expect(jvp(f, [captured], [[0, 1]]).tangent).toBe(0);
  });

  test('what is captured stays a constant: an object, read in any order', () => {
    const captured = { a: 3, b: 5 };
    const f = (x: { a: number; b: number }): number => x.a * captured.a * captured.b * Object.values(captured)[1];
    expect(jvp(f, [captured], [{ a: 1, b: 0 }]).tangent).toBe(75);
  });

  test('what is captured stays a constant: an array whose methods are called', () => {
    const captured = [1, 2];
    const f = (x: number[]): number => x[0] * captured.map((v, i) => v + x[i])[0];
    expect(jvp(f, [captured], [[1, 0]]).tangent).toBe(3);
  });

  test('a number that moves and is overwritten by an equal constant is followed', () => {
    const captured = [1, 2];
    const f = (x: number[]): number => {
      x[0] = 1;
      return captured[0] * x[1];
    };
    expect(jvp(f, [captured], [[1, 1]]).tangent).toBe(1);
  });
});
