/**
 * BigInt. An integer of any size has no neighbours, so a tracked number can't become one with its derivative.
 * Invariant: making a BigInt of a tracked number is refused; where a number only counts bits or digits its primal does.
 */
import { fluxionError } from '../../errors/error.ts';
import { refuseReadBack, toIndex, toNumber, toPrimitive } from '../conversions.ts';
import { isBox, numberOf } from '../numbers/box.ts';
import { define } from './registry.ts';

type Native = (this: unknown, ...args: unknown[]) => unknown;

const { apply, construct } = Reflect;

function BigIntTwin(this: unknown, v: unknown): unknown {
  if (new.target !== undefined) return construct(BigInt as unknown as Function, [v]);
  const value = withoutBox(toPrimitive(v, 'number'), 'BigInt(x)');
  if (typeof value === 'string') refuseReadBack(value);
  return BigInt(value as number);
}
define(BigInt, BigIntTwin, 'refuses');

function withoutBox(primitive: unknown, operation: string): unknown {
  if (!isBox(primitive)) return primitive;
  throw fluxionError('NotDifferentiable', {
    operation,
    reason: 'an integer has no neighbours',
    fix: 'Use `stopGradient(x)` if only the value matters, or stay with numbers.',
  });
}

for (const name of ['asIntN', 'asUintN'] as const) {
  const native: Native = BigInt[name] as Native;
  define(
    native,
    (bits: unknown, v: unknown) => {
      const width = toIndex(bits);
      return apply(native, BigInt, [width, withoutBox(toPrimitive(v, 'number'), `BigInt.${name}`)]);
    },
    'refuses',
  );
}

const nativeToString = BigInt.prototype.toString as Native;
define(
  nativeToString,
  function (this: unknown, radix: unknown): unknown {
    return apply(nativeToString, this, [radix === undefined ? undefined : numberOf(toNumber(radix))]);
  },
  'primal',
);
define(BigInt.prototype.valueOf, BigInt.prototype.valueOf, 'passes');
define(BigInt.prototype.toLocaleString, BigInt.prototype.toLocaleString, 'passes');
