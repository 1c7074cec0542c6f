/**
 * The built-ins by which a program makes another kind of object of one that exists: accessors, prototypes.
 * Invariant: places in twin code that take an object for plain data learn of it before anything reads it again.
 */
import { reshaped } from '../plain.ts';
import { define, entryOf } from './registry.ts';

const legacy = Object.prototype as unknown as Record<string, unknown>;

const reshaping: readonly (readonly [native: unknown, receiver: boolean])[] = [
  [Object.defineProperty, false],
  [Object.defineProperties, false],
  [Object.setPrototypeOf, false],
  [Reflect.defineProperty, false],
  [Reflect.setPrototypeOf, false],
  [Error.captureStackTrace, false],
  [legacy.__defineGetter__, true],
  [legacy.__defineSetter__, true],
  [Object.getOwnPropertyDescriptor(Object.prototype, '__proto__')?.set, true],
];

for (const [native, receiver] of reshaping) {
  const entry = typeof native === 'function' ? entryOf(native) : undefined;
  if (entry === undefined) continue;
  const { twin, classification } = entry;
  define(
    native,
    function (this: unknown, ...args: unknown[]): unknown {
      try {
        return Reflect.apply(twin, this, args);
      } finally {
        reshaped(receiver ? this : args[0]);
      }
    },
    classification,
  );
}
