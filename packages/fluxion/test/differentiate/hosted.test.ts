/** Calls of the host whose result depends on what is differentiated by are refused, not taken for constants. */
import { expect, it } from 'vitest';
import { reverse } from '../../src/differentiate/reverse.ts';
import type { Level } from '../../src/ir/types.ts';
import { Decline } from '../../src/lower/decline.ts';
import { lower } from '../../src/lower/lowering.ts';

it('an active argument of a host call is declined', () => {
  let seed = 1;
  const noisy = (x: number): number => {
    seed += x;
    return seed * x;
  };
  const level: Level = { index: 0, mode: 'reverse', lanes: 1 };
  const gradient = (f: (x: number, y: number) => number): void => {
    const { module, entry } = lower(f, [1, 2]);
    reverse(module, entry, { params: [false, true, false], spaces: new Set() }, level);
  };
  expect(() => gradient((x) => noisy(x))).toThrow(Decline);
  expect(() => gradient((x, y) => x * noisy(y))).not.toThrow();
});
