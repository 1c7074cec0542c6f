/** What is written out gives what the rule gives. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hotMath } from '../../../src/dynamic/builtins/hot-math.ts';
import { apply1 } from '../../../src/dynamic/numbers/apply.ts';
import type { UnaryRule } from '../../../src/rules/rule.ts';
import { unaryRules } from '../../../src/rules/table.ts';
import { reverse } from '../numbers/derive.ts';

describe('functions of Math written out', () => {
  for (const [name, hot] of Object.entries(hotMath)) {
    test(name, () => {
      const rule = unaryRules[name as 'sin'] as UnaryRule;
      fc.assert(
        fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
          expect(hot(x)).toBe(rule.value(x));
          expect(reverse((v) => hot(v), [x])).toEqual(reverse((v) => apply1(rule, v!), [x]));
        }),
      );
      expect(hot('2')).toBe(rule.value(2));
      expect(hot(Number.NaN)).toBeNaN();
    });
  }
});
