/**
 * The commonest functions of Math with value and derivative written out for a number tracked in reverse mode: by way of the
 * table each costs two calls more, which is a fifth of the time of a loop of sines.
 * Invariant: each gives what its rule gives, bit for bit (a test holds it to that); every other case goes to the rule.
 */
import type { UnaryRule } from '../../rules/rule.ts';
import { unaryRules } from '../../rules/table.ts';
import { toNumber } from '../conversions.ts';
import { apply1 } from '../numbers/apply.ts';
import { Box, type Tracked, type Value } from '../numbers/box.ts';

const { sin, cos, exp } = Math;

function byRule(rule: UnaryRule, x: unknown): Value {
  return apply1(rule, toNumber(x));
}

export const hotMath: Readonly<Record<string, (x: unknown) => Value>> = {
  sin(x) {
    if (typeof x === 'number') return sin(x);
    if (Box.is(x)) {
      const { level, primal } = x;
      const tape = level.hot;
      if (tape !== undefined && typeof primal === 'number') {
        return new Box(level, sin(primal), tape.unary((x as Tracked).index, cos(primal)));
      }
    }
    return byRule(unaryRules.sin, x);
  },
  cos(x) {
    if (typeof x === 'number') return cos(x);
    if (Box.is(x)) {
      const { level, primal } = x;
      const tape = level.hot;
      if (tape !== undefined && typeof primal === 'number') {
        return new Box(level, cos(primal), tape.unary((x as Tracked).index, -sin(primal)));
      }
    }
    return byRule(unaryRules.cos, x);
  },
  exp(x) {
    if (typeof x === 'number') return exp(x);
    if (Box.is(x)) {
      const { level, primal } = x;
      const tape = level.hot;
      if (tape !== undefined && typeof primal === 'number') {
        const result = exp(primal);
        return new Box(level, result, tape.unary((x as Tracked).index, result));
      }
    }
    return byRule(unaryRules.exp, x);
  },
};
