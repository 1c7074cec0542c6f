/**
 * From a function value to what a call of it runs in twin code, and likewise for `new`.
 * Invariant: function and class values stay the original objects; only calling or constructing them finds the twin.
 */
import { bumpEpoch, capture, isLoader } from '../capture/capture.ts';
import { fluxionError } from '../errors/error.ts';
import { userRule } from '../rules/user.ts';
import { answered, answering, mayBeAnswered, noteCallees, type PastCall } from './answered.ts';
import { isConstructor } from './builtins/adapt.ts';
import { printing } from './builtins/console.ts';
import { guard, guardConstruct } from './builtins/guard.ts';
import { lookup } from './builtins/registry.ts';
import { capturesTracked, seesOnlyPlain } from './captures.ts';
import { classTwin, privateAccess } from './classes.ts';
import { making } from './generators.ts';
import { hooks } from './hooks.ts';
import { isBox, primalOf } from './numbers/box.ts';
import { calleeText } from './positions.ts';
import { g, get, getFrom } from './properties.ts';
import { isProxy } from './proxies.ts';
import { mentionsTracked } from './reach.ts';
import { originalText } from './rewrite/records.ts';
import { PROLOGUE } from './rewrite/rewrite.ts';
import { ruleTwin } from './rule.ts';
import { currentRun } from './run.ts';
import { isObject } from './strip.ts';
import { captureOf, instantiate, rewrittenOf, shapeOf, unwritable } from './twin.ts';

type Callable = (this: unknown, ...args: unknown[]) => unknown;

let twins = new WeakMap<object, Callable>();
let makers = new WeakMap<object, Function>();

const own = new WeakSet<object>();

/** Makes `fn` run as it is when twin code calls it: the library's own functions, which know tracked numbers. */
export function runsAsItIs<F extends Function>(fn: F): F {
  own.add(fn);
  return fn;
}

export function isOwn(fn: Function): boolean {
  return own.has(fn);
}

/** Forgets every twin: a rule has been defined, and twins hold on to those they call. */
export function forgetTwins(): void {
  twins = new WeakMap();
  makers = new WeakMap();
  plainTwins = new WeakMap();
}

/** The twin of `f`, to be called. What is no function gives one that throws as the language would, after the arguments. */
export function t(f: unknown): Callable {
  if (typeof f !== 'function') return notCallable;
  return twins.get(f) ?? resolve(f, undefined);
}

/** The twin of method `k` of `o`. */
export function m(o: unknown, k: PropertyKey): Callable {
  const f = g(o, k) ? (o as Record<PropertyKey, unknown>)[k] : get(o, k);
  if (typeof f !== 'function') return notCallable;
  return twins.get(f) ?? resolve(f, o);
}

/** The twin of a function already read from `receiver` (getters, private methods). */
export function twinFor(f: unknown, receiver: unknown): Callable {
  if (typeof f !== 'function') return notCallable;
  return twins.get(f) ?? resolve(f, receiver);
}

function notCallable(): never {
  throw new TypeError(`${calleeText() ?? 'value'} is not a function`);
}

export function callTwin(f: unknown, thisArg: unknown, args: readonly unknown[]): unknown {
  return Reflect.apply(twinFor(f, thisArg), thisArg, args as unknown[]);
}

/** Runs `work`, whose first calls of some functions have happened already: they are given the outcomes of those. */
export function afterCalls<T>(calls: readonly PastCall[], work: () => T): T {
  if (calls.length === 0) return work();
  if (noteCallees(calls)) forgetTwins();
  return answering(calls, work);
}

function remember(f: Function, twin: Callable): Callable {
  const made = making(f, twin);
  const run = mayBeAnswered(f) ? answered(f, made) : made;
  twins.set(f, run);
  return run;
}

function resolve(f: Function, receiver: unknown): Callable {
  if (own.has(f)) return remember(f, f as Callable);
  if (receiver !== undefined && receiver === (globalThis as { console?: unknown }).console)
    return remember(f, printing(f) as Callable);
  const rule = userRule(f);
  return remember(f, rule === undefined ? withoutRule(f, receiver) : ruleTwin(f, rule));
}

function withoutRule(f: Function, receiver: unknown): Callable {
  const entry = lookup(f);
  if (entry !== undefined) return entry as Callable;
  const text = sourceText(f);
  if (text === undefined) return nativeTwin(f);
  if (PROLOGUE.test(text)) return f as Callable;
  const shape = shapeOf(text);
  if (shape.kind === 'class') {
    return () => {
      throw new TypeError(`Class constructor ${f.name} cannot be invoked without 'new'`);
    };
  }
  return userTwin(f, receiver);
}

/**
 * `f` as it was written, for code of a rule: the original where it can see nothing but its arguments, or writes what the capture
 * can't write and nothing tracked is in its reach; else its twin.
 */
function callPlain(f: Function, thisArg: unknown, args: readonly unknown[]): unknown {
  if (currentRun() === undefined || seesOnlyPlain(f, thisArg, args)) return runOriginal(f, thisArg, args);
  let twin = plainTwins.get(f);
  if (twin === undefined) plainTwins.set(f, (twin = withoutRule(f, thisArg)));
  return Reflect.apply(twin, thisArg, args as unknown[]);
}

let plainTwins = new WeakMap<Function, Callable>();

function runOriginal(f: Function, thisArg: unknown, args: readonly unknown[]): unknown {
  try {
    return Reflect.apply(f, thisArg, args as unknown[]);
  } finally {
    bumpEpoch();
  }
}

const toText = Function.prototype.toString;

/** The source of `f`; undefined if it has none (native code, bound functions, proxies). */
function sourceText(f: Function): string | undefined {
  // Twin-born functions are recognised by the text that runs, without a capture: a program may make many.
  const text = toText.call(f);
  if (PROLOGUE.test(text)) return text;
  if (isLoader(f)) return undefined;
  const captured = capture(f);
  if (captured.native) return undefined;
  // Parts of Node that happen to be written in JavaScript: they close over what no capture can have.
  return captured.location?.url.startsWith('node:') ? undefined : captured.source;
}

function nativeTwin(f: Function): Callable {
  const captured = capture(f);
  const bound = captured.native ? captured.bound : undefined;
  if (bound !== undefined) {
    return function (...args) {
      return callTwin(bound.target, bound.boundThis, [...bound.boundArgs, ...args]);
    };
  }
  const parts = captured.native ? captured.proxy : undefined;
  if (parts !== undefined) {
    return function (...args) {
      const trap = get(parts.handler, 'apply');
      if (trap === undefined || trap === null) return callTwin(parts.target, this, args);
      return callTwin(trap, parts.handler, [parts.target, this, args]);
    };
  }
  return guard(f) as Callable;
}

function userTwin(f: Function, receiver: unknown): Callable {
  const captured = captureOf(f);
  const rewritten = rewrittenOf(captured);
  const lost = unwritable(captured, rewritten);
  if (lost.length > 0 && !roots.has(f)) return runNatively(f, lost);
  const needsHome = rewritten.usesSuper || rewritten.privateNames.length > 0;
  const home = needsHome ? (captured.home?.() ?? homeOf(f, receiver)) : undefined;
  const privates = rewritten.privateNames.length > 0 ? privateAccess(home, f) : undefined;
  return instantiate(captured, { home, privates }) as Callable;
}

/** Functions handed to the public face: they run as twins even if they write what cannot be written (the write then says so). */
const roots = new WeakSet<Function>();
export function asRoot(f: Function): void {
  if (roots.has(f)) return;
  roots.add(f);
  twins.delete(f);
}

/** An original that writes bindings the capture cannot write runs natively, if nothing tracked can meet it. */
function runNatively(f: Function, names: string[]): Callable {
  return function (...args) {
    const operation = `a call of ${f.name === '' ? 'a function' : `\`${f.name}\``} that assigns to variables around it`;
    const given = mentionsTracked([this, ...args]);
    if (given !== undefined) throw fluxionError('LostDerivative', { operation, binding: names[0], detail: given });
    const found = capturesTracked(f);
    if (found !== undefined) {
      const { binding, detail } = found;
      throw fluxionError('LostDerivative', {
        operation,
        binding: binding ?? names[0],
        detail: `it may read ${detail}`,
      });
    }
    const result = runOriginal(f, this, args);
    if (userRule(f) !== undefined) return result;
    if ((typeof result === 'object' && result !== null) || typeof result === 'function') {
      throw fluxionError('UnwritableBinding', { name: names[0], functionName: f.name });
    }
    return result;
  };
}

/** The object a method was defined on: where `super` starts. Found by identity along the receiver's prototype chain. */
export function homeOf(f: Function, receiver: unknown): object | undefined {
  let o: object | null = receiver === null || receiver === undefined ? null : Object(receiver);
  for (; o !== null; o = Object.getPrototypeOf(o)) {
    const named = Object.getOwnPropertyDescriptor(o, f.name);
    if (named?.value === f) return o;
    for (const key of Reflect.ownKeys(o)) {
      const d = Object.getOwnPropertyDescriptor(o, key);
      if (d !== undefined && (d.value === f || d.get === f || d.set === f)) return o;
    }
  }
  return undefined;
}

/** `new C(...args)` in twin code, and `super(...args)` with the class under construction as `newTarget`. */
export function construct(C: unknown, args: readonly unknown[], newTarget: unknown = C): unknown {
  if (typeof C !== 'function') throw new TypeError(`${calleeText() ?? 'value'} is not a constructor`);
  const maker = makers.get(C) ?? resolveMaker(C);
  const made: unknown = Reflect.construct(maker, args, newTarget as Function);
  if (newTarget === C && maker !== C && errorClasses.has(C) && made instanceof Error) recapture(made);
  return made;
}

const errorClasses = new WeakSet<Function>();

/** Whether instances of `C` are errors, as far as that is seen without asking a Proxy. */
function makesErrors(C: Function): boolean {
  let at: unknown = isProxy(C) ? undefined : Object.getOwnPropertyDescriptor(C, 'prototype')?.value;
  while (typeof at === 'object' && at !== null && !isProxy(at)) {
    if (at === Error.prototype) return true;
    at = Object.getPrototypeOf(at);
  }
  return false;
}

/** The engine begins the stack of an error below its `new.target`, which is not on the stack if its twin body runs. */
function recapture(error: Error): void {
  const own = Object.getOwnPropertyDescriptor(error, 'stack');
  if (own === undefined || own.configurable !== true || Object.isFrozen(error)) return;
  if (typeof error.stack === 'string' && !/\n\s+at |@/.test(error.stack)) Error.captureStackTrace?.(error, construct);
}

function resolveMaker(C: Function): Function {
  const maker = makerOf(C);
  makers.set(C, maker);
  if (makesErrors(C)) errorClasses.add(C);
  return maker;
}

function makerOf(C: Function): Function {
  const entry = lookup(C);
  if (entry !== undefined) return isConstructor(entry) ? entry : C;
  const text = sourceText(C);
  if (text === undefined) {
    const captured = capture(C);
    const bound = captured.native ? captured.bound : undefined;
    if (bound !== undefined) {
      return function (this: unknown, ...args: unknown[]) {
        return construct(
          bound.target,
          [...bound.boundArgs, ...args],
          (new.target as unknown) === C ? bound.target : new.target,
        );
      };
    }
    const parts = captured.native ? captured.proxy : undefined;
    if (parts !== undefined) {
      return function (...args: unknown[]) {
        const trap = get(parts.handler, 'construct');
        if (trap === undefined || trap === null) return construct(parts.target, args, new.target);
        const made = callTwin(trap, parts.handler, [parts.target, args, new.target]);
        if (!isObject(made) || isBox(made)) throw new TypeError(`proxy [[Construct]] must return an object`);
        return made;
      };
    }
    return isConstructor(C) ? (guardConstruct(C) as Function) : C;
  }
  if (PROLOGUE.test(text) || twins.get(C) === (C as unknown)) return C;
  if (shapeOf(text).kind === 'class') return classTwin(C);
  return isConstructor(C) ? (twinFor(C, undefined) as Function) : C;
}

const heritages = new WeakMap<object, object>();
const originals = new WeakMap<object, object>();

/**
 * What a class of twin code extends in place of `B`: looks like B in every way, but `super(...)` runs B's twin. A class
 * that is itself of twin code, null, and what is no constructor stand for themselves.
 */
export function superClass(B: unknown): unknown {
  if (typeof B !== 'function' || !isConstructor(B)) return B;
  const text = lookup(B) === undefined ? sourceText(B) : undefined;
  if (text !== undefined && PROLOGUE.test(text)) return B;
  let heritage = heritages.get(B);
  if (heritage === undefined) {
    const handler: ProxyHandler<Function> = {
      construct: (_target, args, newTarget) => construct(B, args, newTarget) as object,
    };
    // Native code reads the prototype, and decides by what it is.
    if (!isProxy(B) && Object.getOwnPropertyDescriptor(B, 'prototype')?.get !== undefined) {
      handler.get = (_target, k, receiver) =>
        k === 'prototype' ? primalOf(get(B, k)) : getFrom(B, k, receiver === heritage ? B : receiver);
    }
    heritage = new Proxy(B, handler);
    heritages.set(B, heritage);
    originals.set(heritage, B);
  }
  return heritage;
}

/** The class a heritage stands for; anything else is itself. */
export function heritageOf<T>(o: T): T {
  return typeof o === 'function' ? ((originals.get(o) as T | undefined) ?? o) : o;
}

hooks.callTwin = callTwin;
hooks.constructTwin = construct as typeof hooks.constructTwin;
hooks.callPlain = callPlain;
hooks.twinOf = t;
hooks.heritageOf = heritageOf;
hooks.originalText = (f) => originalText(toText.call(f));
