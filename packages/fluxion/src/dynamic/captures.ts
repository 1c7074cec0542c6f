/**
 * What a function can reach through the variables it closes over, asked before its original runs in place of its twin.
 * Invariant: nothing here runs the program's code; what can't be looked into counts as tracked as soon as anything may be.
 */
import { capture, isLoader, proxyParts } from '../capture/capture.ts';
import type { Binding, Captured, LiveBinding } from '../capture/captured.ts';
import { lookup } from './builtins/registry.ts';
import { contentsOf, eachObject } from './contents.ts';
import { hooks } from './hooks.ts';
import { anythingHidden, anythingWritten, currentJournal } from './journal.ts';
import { isBox } from './numbers/box.ts';
import { anyOriginals, isStaleOriginal } from './originals.ts';
import { isProxy, madeProxy } from './proxies.ts';
import { PROLOGUE } from './rewrite/records.ts';
import { isBuffer, isObject, storage } from './strip.ts';
import { captureOf, isHostGlobal, namesAround, rewrittenOf, shapeOf } from './twin.ts';

const toText = Function.prototype.toString;
const { getPrototypeOf } = Object;
const { getOwnPropertyDescriptor, ownKeys } = Reflect;

/** What is the same for every realm's functions; anything else a function has as a property is the program's. */
const ordinary = new Set<PropertyKey>(['length', 'name', 'prototype', 'arguments', 'caller']);

/** Globals through which everything can be reached. */
const doors = new Set(['globalThis', 'global', 'self', 'window', 'eval', 'Function', 'process']);

/** The variables that may change and hold primitives now; `undefined`: it closes over more than primitives and such functions. */
type Enclosed = readonly LiveBinding[] | undefined;
const enclosed = new WeakMap<Function, { readonly live: Enclosed }>();

/** Whether the original of `f`, called like this, meets nothing but plain numbers and what it makes itself. */
export function seesOnlyPlain(f: Function, thisArg: unknown, args: readonly unknown[]): boolean {
  return isSelfContained(f) && (isPlainData(thisArg) || !/\bthis\b/.test(toText.call(f))) && args.every(isPlainData);
}

/** Whether nothing but primitive values can be had by `f` except through its arguments and `this`. */
function isSelfContained(f: Function): boolean {
  let known = enclosed.get(f);
  if (known === undefined) {
    const live: LiveBinding[] = [];
    known = { live: closesOverPrimitives(f, live, new Set()) ? live : undefined };
    enclosed.set(f, known);
  }
  return known.live?.every((b) => !isObject(valueOf(b))) === true;
}

function closesOverPrimitives(f: Function, live: LiveBinding[], seen: Set<Function>): boolean {
  if (seen.has(f) || lookup(f) !== undefined) return true;
  seen.add(f);
  const captured = sourceOf(f);
  if (captured === undefined || ownKeys(f).some((key) => !ordinary.has(key))) return false;
  if (shapeOf(captured.source).kind === 'class' || looksAround(captured)) return false;
  for (const [name, kind] of namesAround(captured)) {
    if (kind === 'global') {
      if (!isHostGlobal(name) || doors.has(name)) return false;
      continue;
    }
    const b = captured.binding(name);
    if (b === undefined) return false;
    const value = valueOf(b);
    if (isObject(value)) {
      if (b.kind === 'live' || typeof value !== 'function' || !closesOverPrimitives(value, live, seen)) return false;
    } else if (b.kind === 'live') live.push(b);
  }
  return true;
}

/** Whether it uses what surrounds it other than by variables. */
function looksAround(captured: Captured): boolean {
  const { usesSuper, privateNames } = rewrittenOf(captured);
  if (usesSuper || privateNames.length > 0 || /\bimport\b/.test(captured.source)) return true;
  return shapeOf(captured.source).kind === 'arrow' && /\b(?:this|arguments|new\s*\.\s*target)\b/.test(captured.source);
}

/** The capture of a function of the program's that runs as it was written. */
function sourceOf(f: Function): Captured | undefined {
  if (PROLOGUE.test(toText.call(f)) || isLoader(f) || capture(f).native) return undefined;
  const captured = captureOf(f);
  return captured.location?.url.startsWith('node:') ? undefined : captured;
}

function valueOf(b: Binding): unknown {
  if (b.kind === 'constant') return b.value;
  try {
    return b.get();
  } catch {
    return undefined;
  }
}

/** A way from the captures of a function to something tracked. */
export interface Found {
  readonly binding: string | undefined;
  readonly detail: string;
}

/** So many objects are looked at; behind them there may be anything. */
const searchLimit = 2_000;
const tooMuch = 'more than could be searched for tracked numbers';

/** The way by which the original of `f` could meet a tracked number besides its arguments; `undefined` if there is none. */
export function capturesTracked(f: Function): Found | undefined {
  if ((!anythingWritten() && !anyOriginals()) || isSelfContained(f)) return undefined;
  const captured = sourceOf(f);
  if (captured === undefined) return undefined;
  const seen = new Set<object>([f]);
  for (const [binding, value] of surroundings(captured)) {
    const detail = findTracked(value, seen);
    if (detail !== undefined) return { binding, detail };
  }
  if (!anythingWritten()) return undefined;
  if (looksAround(captured)) return { binding: undefined, detail: 'what `this`, `super` or a private field leads to' };
  return anythingHidden() ? { binding: undefined, detail: 'what a private field or a WeakMap holds' } : undefined;
}

function* surroundings(captured: Captured): Iterable<[string, unknown]> {
  for (const [name, kind] of namesAround(captured)) {
    if (kind !== 'global') {
      const b = captured.binding(name);
      if (b !== undefined) yield [name, valueOf(b)];
    } else if (!isHostGlobal(name)) {
      yield [name, getOwnPropertyDescriptor(globalThis, name)?.value];
    }
  }
}

function findTracked(from: unknown, seen: Set<object>): string | undefined {
  const open: unknown[] = [from];
  const push = (x: unknown): void => void (isObject(x) && !seen.has(x) && open.push(x));
  while (open.length > 0) {
    const v = open.pop();
    if (!isObject(v) || seen.has(v) || v === globalThis) continue;
    if (seen.size > searchLimit) return tooMuch;
    seen.add(v);
    const found = trackedItself(v);
    if (found !== undefined) return found;
    if (isProxy(v)) {
      const parts = madeProxy(v) ?? proxyParts(v);
      push(parts?.target);
      push(parts?.handler);
      continue;
    }
    if (typeof v === 'function') {
      if (lookup(v) !== undefined || PROLOGUE.test(toText.call(v))) continue;
      const parts = capture(v);
      if (parts.native) {
        const { bound } = parts;
        if (bound !== undefined) [bound.target, bound.boundThis, ...bound.boundArgs].forEach(push);
        continue;
      }
      if (parts.location?.url.startsWith('node:')) continue;
      for (const [, value] of surroundings(parts)) push(value);
      if (anythingWritten() && looksAround(parts)) return 'what `this`, `super` or a private field leads to';
    }
    eachObject(contentsOf(v), push);
    const proto = getPrototypeOf(v);
    if (proto !== null && !isIntrinsic(proto)) push(proto);
  }
  return undefined;
}

function trackedItself(v: object): string | undefined {
  if (isBox(v)) return 'a tracked number';
  if (hooks.identityOf(v) !== v || isStaleOriginal(v)) return 'an argument that is differentiated';
  if ((ArrayBuffer.isView(v) || isBuffer(v)) && storage.isTracked(v)) return 'a typed array that holds tracked numbers';
  for (let j = currentJournal(); j !== undefined; j = j.parent) {
    if (j.objects.get(v)?.boxed) return 'an object that has received a tracked number';
  }
  return undefined;
}

/** A prototype of the engine's, which leads to nothing of the program's. */
function isIntrinsic(proto: object): boolean {
  const made: unknown = getOwnPropertyDescriptor(proto, 'constructor')?.value;
  return proto === Object.prototype || (typeof made === 'function' && lookup(made) !== undefined);
}

/** Whether a value is made of numbers, texts, arrays, records and typed arrays only: it leads no code to anything else. */
function isPlainData(value: unknown): boolean {
  const open: unknown[] = [value];
  const seen = new Set<object>();
  while (open.length > 0) {
    const v = open.pop();
    if (!isObject(v) || seen.has(v)) continue;
    if (typeof v === 'function' || isBox(v) || isProxy(v) || hooks.identityOf(v) !== v) return false;
    if (ArrayBuffer.isView(v) || isBuffer(v)) {
      if (storage.isTracked(v)) return false;
      continue;
    }
    const proto = getPrototypeOf(v);
    if (proto !== null && proto !== Object.prototype && proto !== Array.prototype) return false;
    if (isStaleOriginal(v)) return false;
    seen.add(v);
    eachObject(contentsOf(v), (x) => open.push(x));
  }
  return true;
}
