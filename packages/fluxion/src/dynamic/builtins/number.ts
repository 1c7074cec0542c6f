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
    return nativeParseInt(
      isBox(primitive) ? String(numberOf(primitive)) : toString(primitive),
      numberOf(toNumber(radix)),
    );
  },
  'primal',
);

/** Texts: the primal's. A rounded text is piecewise constant, and may be read back as a number. */
for (const name of ['toExponential', 'toFixed', 'toPrecision', 'toLocaleString'] as const) {
  const native = Number.prototype[name] as Native;
  define(
    native,
    function (this: unknown, ...args: unknown[]): unknown {
      if (isBox(this)) noteInactive(`Number.prototype.${name}`);
      return apply(native, primalOf(this), name === 'toLocaleString' ? args : args.map(digits));
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
    const text = apply(nativeToString, numberOf(this), [base]);
    return base === undefined || base === 10 ? writeNumber(this) : (noteInactive('Number.prototype.toString'), text);
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
