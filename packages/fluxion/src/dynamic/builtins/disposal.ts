/**
 * DisposableStack and AsyncDisposableStack: what is to be disposed of is kept as it is, and disposed of by twins.
 * Invariant: `[Symbol.dispose]` is looked up once, when the resource is taken over, as the language has it.
 */
import { continuation } from '../run.ts';
import { type Callable, callback, callTwin, get, isBox, isObject, primalOf } from './adapt.ts';
import { callOrConstruct, entry, type Native, ownFunctions } from './entries.ts';
import { define, lookup } from './registry.ts';

const { apply } = Reflect;
const host = globalThis as unknown as Record<string, Native | undefined>;
const symbols = Symbol as unknown as Record<string, symbol | undefined>;

/** A resource as native code may dispose of it; resources without methods of the program's are themselves. */
function resource(value: unknown, names: readonly (symbol | undefined)[]): unknown {
  if (!isObject(value)) return value;
  if (isBox(value)) return primalOf(value);
  for (const name of names) {
    if (name === undefined) continue;
    const method = get(value, name);
    if (method === undefined || method === null) continue;
    if (typeof method !== 'function') return value;
    return { [name]: continuation(() => callTwin(method, value, [])) };
  }
  return value;
}

for (const [name, disposal] of [
  ['DisposableStack', [symbols.dispose]],
  ['AsyncDisposableStack', [symbols.asyncDispose, symbols.dispose]],
] as const) {
  const Stack = host[name];
  if (Stack === undefined) continue;
  define(
    Stack,
    function (this: unknown): unknown {
      return callOrConstruct(Stack, this, [], new.target);
    },
    'passes',
  );
  const proto = Stack.prototype as object;
  entry(
    proto,
    'use',
    'passes',
    (native) =>
      function (this: unknown, value: unknown): unknown {
        apply(native, this, [resource(value, disposal)]);
        return value;
      },
  );
  entry(
    proto,
    'adopt',
    'passes',
    (native) =>
      function (this: unknown, value: unknown, fn: unknown): unknown {
        return apply(native, this, [value, typeof fn === 'function' ? continuation(callback(fn) as Callable) : fn]);
      },
  );
  entry(
    proto,
    'defer',
    'passes',
    (native) =>
      function (this: unknown, fn: unknown): unknown {
        return apply(native, this, [typeof fn === 'function' ? continuation(callback(fn) as Callable) : primalOf(fn)]);
      },
  );
  for (const [key, native] of ownFunctions(proto)) {
    if (key !== 'constructor' && lookup(native) === undefined) define(native, native, 'passes');
  }
}
