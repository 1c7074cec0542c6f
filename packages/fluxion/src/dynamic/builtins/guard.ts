/**
 * What twin code runs for a native function that nobody has described: the native itself, if nothing tracked can meet it.
 * Invariant: no tracked number goes into unknown native code, at any depth; callbacks that go in run as twins; and what the
 * program captured is read again afterwards, for native code may have changed it.
 */
import { bumpEpoch } from '../../capture/capture.ts';
import { fluxionError } from '../../errors/error.ts';
import { memoryReceived } from '../journal.ts';
import { mentionsTracked } from '../reach.ts';
import { currentRun } from '../run.ts';
import { isBox, isObject } from './adapt.ts';
import { later } from './later.ts';
import { nameOf } from './names.ts';
import { findTracked } from './search.ts';

function check(fn: Function, thisArg: unknown, args: readonly unknown[]): void {
  if (currentRun() === undefined) return;
  const found = thisArg === globalThis ? false : findTracked(thisArg);
  if (found !== false) {
    const reason =
      found === 'tracked'
        ? 'it is called on an object that holds tracked numbers'
        : 'so much hangs on the object it is called on that tracked numbers in it could not be ruled out';
    throw fluxionError('NoRule', { name: nameOf(fn), reason });
  }
  if (memoryReceived() && isWasmExport(fn)) {
    throw fluxionError('NoRule', { name: nameOf(fn), reason: 'memory that it may share holds tracked numbers' });
  }
  if (!args.some(isObject)) return;
  const why = args.some(isBox) ? 'a tracked number' : mentionsTracked(args.filter((arg) => typeof arg !== 'function'));
  if (why !== undefined) throw fluxionError('NoRule', { name: nameOf(fn), reason: `it is given ${why}` });
}

/** WebAssembly names its functions by their numbers. */
function isWasmExport(fn: Function): boolean {
  return /^\d+$/.test(fn.name);
}

/** The twin of an undescribed native function. */
export function guard(fn: Function): Function {
  return function (this: unknown, ...args: unknown[]): unknown {
    check(fn, this, args);
    try {
      return Reflect.apply(fn, this, args.map(later));
    } finally {
      bumpEpoch();
    }
  };
}

/** The same for `new`. */
export function guardConstruct(fn: Function): Function {
  return function (this: unknown, ...args: unknown[]): unknown {
    check(fn, undefined, args);
    try {
      return Reflect.construct(fn, args.map(later), new.target ?? fn);
    } finally {
      bumpEpoch();
    }
  };
}
