/**
 * Callbacks that native code keeps and calls in its own time: timers, listeners, finalisers.
 * Invariant: one wrapper per function while its gradient lasts (so that a listener can be removed again); it runs the twin inside
 * the gradient it was registered in, and the original once that gradient has ended.
 */
import { twinOf } from '../hooks.ts';
import { continuation, currentRun, type Run } from '../run.ts';
import type { Callable } from './adapt.ts';
import { defineTransient } from './registry.ts';

const wrappers = new WeakMap<object, { readonly run: Run | undefined; readonly wrapper: Callable }>();
const nativeText = /\{\s*\[native code\]\s*\}\s*$/;
const textOf = Function.prototype.toString;

/** A bound function looks native and may lead to one of the program's. */
function isBound(fn: Function): boolean {
  return fn.name.startsWith('bound ');
}

/** Whether native code is what runs when `fn` is called, or a bound function. */
function isNative(fn: Function): boolean {
  return nativeText.test(textOf.call(fn));
}

/** What native code gets in place of a callback it keeps. */
export function later(fn: unknown): unknown {
  if (typeof fn !== 'function' || (isNative(fn) && !isBound(fn))) return fn;
  const run = currentRun();
  const known = wrappers.get(fn);
  if (known !== undefined && known.run === run) return known.wrapper;
  const inside = continuation(twinOf(fn) as Callable);
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    return Reflect.apply(run === undefined || run.ended ? (fn as Callable) : inside, this, args);
  };
  defineTransient(wrapper, wrapper);
  wrappers.set(fn, { run, wrapper });
  return wrapper;
}
