/**
 * `Error` and its kinds. Messages are texts of primals; a cause or a list of errors is held as it is.
 * Invariant: an error that is thrown through the gradient is the user's own object.
 */
import { iter } from '../iteration.ts';
import { str } from '../operators.ts';
import { get, hasProperty, isBox, isObject, scalar, text } from './adapt.ts';
import { callOrConstruct, entry, type Native, passing } from './entries.ts';
import { define } from './registry.ts';

function withCause(options: unknown): unknown {
  if (!isObject(options) || isBox(options)) return undefined;
  return hasProperty(options, 'cause') ? { cause: get(options, 'cause') } : {};
}

for (const Kind of [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]) {
  define(
    Kind,
    function (this: unknown, message?: unknown, options?: unknown): unknown {
      return callOrConstruct(Kind, this, [text(message), withCause(options)], new.target ?? (Kind as Function));
    },
    'primal',
  );
}
define(
  AggregateError,
  function (this: unknown, errors: unknown, message?: unknown, options?: unknown): unknown {
    const list = isObject(errors) && !isBox(errors) ? iter(errors) : scalar(errors);
    return callOrConstruct(
      AggregateError,
      this,
      [list, text(message), withCause(options)],
      new.target ?? (AggregateError as Function),
    );
  },
  'primal',
);
const Suppressed = (globalThis as { SuppressedError?: Native }).SuppressedError;
if (Suppressed !== undefined) {
  define(
    Suppressed,
    function (this: unknown, error: unknown, suppressed: unknown, message?: unknown): unknown {
      return callOrConstruct(Suppressed, this, [error, suppressed, text(message)], new.target ?? Suppressed);
    },
    'primal',
  );
}
entry(
  Error.prototype,
  'toString',
  'primal',
  (native) =>
    function (this: unknown): unknown {
      if (!isObject(this) || isBox(this)) return Reflect.apply(native, scalar(this), []);
      const name = get(this, 'name');
      const message = get(this, 'message');
      const title = name === undefined ? 'Error' : str(name);
      const text = message === undefined ? '' : str(message);
      return title === '' ? text : text === '' ? title : `${title}: ${text}`;
    },
);
entry(
  Error,
  'captureStackTrace',
  'passes',
  (native) =>
    function (this: unknown, o: unknown, ...rest: unknown[]): unknown {
      return Reflect.apply(native, this, [isBox(o) ? scalar(o) : o, ...rest]);
    },
);
passing(Error, ['isError']);
passing(Error.prototype, ['stack']);
