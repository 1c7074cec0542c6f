/** What comes from another realm (a vm context): right, or refused. */
import vm from 'node:vm';
import { describe, expect, test } from 'vitest';
import { grad } from '../../src/index.ts';

const context = vm.createContext({});
const inside = <T>(text: string): T => vm.runInContext(text, context) as T;

describe('another realm', () => {
  test('its functions of numbers are differentiated', () => {
    const f = inside<(x: number) => number>('(x) => { let s = 0; for (const k of [1, 2]) s += k * x * x; return s; }');
    expect(grad(f)(3)).toBe(18);
  });

  test.each(['new Float64Array([1, 2])', 'new Float32Array([1, 2])', 'new Map([["a", 1]])', 'new Set([1])'])(
    '%s as an argument is refused',
    (text) => {
      const value = inside<object>(text);
      expect(() => grad((v: { at: object }) => (v.at === value ? 1 : 2))({ at: value })).toThrow(
        expect.objectContaining({ code: 'BadArgument' }),
      );
    },
  );

  test('its memory can not take a number that depends on the input', () => {
    const view = inside<Float64Array>('globalThis.view = new Float64Array(2)');
    const read = inside<() => number>('globalThis.other = new Float64Array(view.buffer), () => other[0]');
    const f = (x: number): number => {
      view[0] = x;
      return read() * x;
    };
    expect(() => grad(f)(3)).toThrow(expect.objectContaining({ code: 'LostDerivative' }));
    expect(grad((x: number) => read() * x + view[1]!)(3)).toBe(0);
  });
});
