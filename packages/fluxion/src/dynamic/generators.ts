/**
 * Generators that were made before the gradient: their bodies go on as the original code, so they are held to what holds for
 * originals that run natively.
 * Invariant: a generator of twin code is known to be one. Any other is resumed only if no tracked number is sent into it, nothing
 * that existed before the gradient has received one, and no argument that it may see has been written.
 */
import { bumpEpoch } from '../capture/capture.ts';
import { fluxionError } from '../errors/error.ts';
import { olderReceived } from './journal.ts';
import { writtenOriginal } from './originals.ts';
import { OwnSet } from './own.ts';
import { mentionsTracked } from './reach.ts';
import { currentRun } from './run.ts';
import { isObject } from './strip.ts';

type Callable = (this: unknown, ...args: unknown[]) => unknown;

const { getPrototypeOf } = Object;
const generatorFunctions = new OwnSet<object>([getPrototypeOf(function* () {}), getPrototypeOf(async function* () {})]);

/** Generators of twin code, and the iterators that helpers made of something inside a gradient. */
const young = new WeakSet<object>();
/** What older generators have handed out: they may still hold it. */
const handedOut = new WeakMap<object, object[]>();

/** The twin of `f`, which notes what it makes if that is a generator. */
export function making(f: Function, twin: Callable): Callable {
  if (!generatorFunctions.has(getPrototypeOf(f) as object)) return twin;
  return function (...args) {
    return noteYoung(Reflect.apply(twin, this, args));
  };
}

/** Notes that twin code has made this iterator. */
export function noteYoung<T>(made: T): T {
  if (isObject(made)) young.add(made);
  return made;
}

/** Whether resuming `generator` runs nothing but twin code. */
export function isYoungGenerator(generator: object): boolean {
  return young.has(generator);
}

/** The twin of `next`, `return` or `throw` of generators and of helpers' iterators. */
export function resuming(native: Function): Callable {
  return function (...args) {
    if (!isObject(this) || young.has(this) || currentRun() === undefined) return Reflect.apply(native, this, args);
    const held = handedOut.get(this) ?? [];
    const detail = mentionsTracked([...args, ...held]) ?? olderReceived() ?? writtenOriginal();
    if (detail !== undefined) {
      throw fluxionError('LostDerivative', {
        operation: 'a generator that was made before the gradient',
        detail: `it goes on as it was written, and may meet ${detail}`,
        fix: 'Call the generator function inside the differentiated function.',
      });
    }
    try {
      const result: unknown = Reflect.apply(native, this, args);
      note(this, held, result);
      return result;
    } finally {
      bumpEpoch();
    }
  };
}

function note(generator: object, held: object[], result: unknown): void {
  const value = isObject(result) ? Reflect.getOwnPropertyDescriptor(result, 'value')?.value : undefined;
  if (result instanceof Promise) {
    result.then(
      (step: unknown) => note(generator, handedOut.get(generator) ?? [], step),
      () => {},
    );
  }
  if (!isObject(value) || held.includes(value)) return;
  held.push(value);
  handedOut.set(generator, held);
}
