/**
 * Number, its methods, and the global functions that make numbers of values or ask about them.
 * Invariants: a conversion that gives back the number itself passes the derivative; questions (`isNaN`) and texts (`toFixed`) take the
 * primal; what would keep only the primal of a number that goes on as a number is refused.
 */
import { fluxionError } from '../../errors/error.ts';
import { binaryRules } from '../../rules/table.ts';
import { refuseReadBack, toNumber, toNumeric, toPrimitive, toString, writeNumber } from '../conversions.ts';
import { noteInactive } from '../hooks.ts';
import { apply2 } from '../numbers/apply.ts';
import { isBox, numberOf, primalOf } from '../numbers/box.ts';
import { refusePart, writeAs } from '../texts.ts';
import { locales, options, refuse } from './adapt.ts';
import { define } from './registry.ts';

type Native = (this: unknown, ...args: unknown[]) => unknown;

const { apply, construct } = Reflect;

/** `Number(x)` passes the derivative; `new Number(x)` can hold only a plain number. */
function NumberTwin(this: unknown, ...args: unknown[]): unknown {
  const numeric = args.length === 0 ? 0 : toNumeric(args[0]);
  if (new.target === undefined) return typeof numeric === 'bigint' ? Number(numeric) : numeric;
  if (isBox(numeric)) {
    throw fluxionError('LostDerivative', {
      operation: 'new Number(x)',
      fix: 'Use the number itself: `x` or `Number(x)`, without `new`.',
    });
  }
  return construct(Number, [numeric], (new.target as Function) === NumberTwin ? Number : new.target);
}
define(Number, NumberTwin, 'differentiates');

for (const name of ['isFinite', 'isInteger', 'isNaN', 'isSafeInteger'] as const) {
  const native: (x: unknown) => boolean = Number[name];
  define(native, (x: unknown) => native(primalOf(x)), 'primal');
}

define(globalThis.isNaN, (x: unknown) => Number.isNaN(numberOf(toNumber(x))), 'primal');
define(globalThis.isFinite, (x: unknown) => Number.isFinite(numberOf(toNumber(x))), 'primal');

/** Writing a double and reading it again is the identity, so of a number parseFloat is that number. */
const { parseFloat: nativeParseFloat, parseInt: nativeParseInt } = Number;
define(
  nativeParseFloat,
  (v: unknown) => {
    const primitive = toPrimitive(v, 'string');
    // -0 is written as 0.
    if (isBox(primitive)) return numberOf(primitive) === 0 ? apply2(binaryRules.add, primitive, 0) : primitive;
    const text = toString(primitive);
    refuseReadBack(text);
    return nativeParseFloat(text);
  },
  'differentiates',
);

define(
  nativeParseInt,
  (v: unknown, radix: unknown) => {
    const primitive = toPrimitive(v, 'string');
    if (isBox(primitive)) noteInactive('parseInt');
    const text = isBox(primitive) ? String(numberOf(primitive)) : toString(primitive);
    refusePart(text);
    return nativeParseInt(text, numberOf(toNumber(radix)));
  },
  'primal',
);

/** Texts: the primal's. A rounded text is piecewise constant, and may be read back as a number; one with all digits may not. */
for (const name of ['toExponential', 'toFixed', 'toPrecision', 'toLocaleString'] as const) {
  const native = Number.prototype[name] as Native;
  define(
    native,
    function (this: unknown, ...args: unknown[]): unknown {
      const given = name === 'toLocaleString' ? [locales(args[0]), options(args[1])] : args.map(digits);
      if (!isBox(this)) return apply(native, this, given);
      noteInactive(`Number.prototype.${name}`);
      return writeAs(this, (n) => apply(native, n, given) as string);
    },
    'primal',
  );
}

/** A count of digits or a radix; converted once, and left undefined where it is. */
function digits(v: unknown): unknown {
  return v === undefined ? undefined : numberOf(toNumber(v));
}

const nativeToString = Number.prototype.toString as Native;
define(
  nativeToString,
  function (this: unknown, radix: unknown): unknown {
    const base = digits(radix);
    if (!isBox(this)) return apply(nativeToString, this, [base]);
    const n = numberOf(this);
    const text = apply(nativeToString, n, [base]);
    if (base === undefined || base === 10) return writeNumber(this);
    noteInactive('Number.prototype.toString');
    // Read by hand, digit by digit, it would be the number again.
    return Number.isInteger(n) || !Number.isFinite(n) ? text : refuse('Number.prototype.toString with a radix');
  },
  'primal',
);

const nativeValueOf = Number.prototype.valueOf as Native;
define(
  nativeValueOf,
  function (this: unknown): unknown {
    return isBox(this) ? this : apply(nativeValueOf, this, []);
  },
  'passes',
);
