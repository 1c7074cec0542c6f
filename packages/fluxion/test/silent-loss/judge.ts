/**
 * Judges one call: the numbers in its result, receiver and arguments afterwards, tracked, against those of the plain call and their
 * differences. A native error must be the plain call's; any FluxionError is a named refusal.
 */
import { FluxionError } from '../../src/errors/error.ts';
import type { Found } from './reflection.ts';
import { build, type Variant } from './variants.ts';

/** How calls are made and numbers found: as the language does it (in a differentiated function too), or on the entries directly. */
export interface Mode {
  call(fn: Function, receiver: unknown, args: unknown[], constructing: boolean): unknown;
  build(variant: Variant, x: unknown): { receiver: unknown; args: unknown[] };
  /** Reads a property as the program does. */
  get(o: object, k: PropertyKey): unknown;
  isNumber(v: unknown): boolean;
}

export const plainly: Mode = {
  call: (fn, receiver, args, constructing) =>
    constructing ? Reflect.construct(fn, args) : Reflect.apply(fn, receiver, args),
  build,
  get: (o, k) => Reflect.get(o, k),
  isNumber: (v) => typeof v === 'number',
};

/** Constructors are constructed, but for those that only make sense as functions. */
export function construct({ fn, path }: Found): boolean {
  if (/^(String|Number|Boolean|Symbol|BigInt|Object|Function|Array|%\w*Function%)$/.test(path)) return false;
  return /^[A-Z]|^%TypedArray%$/.test(path.slice(path.lastIndexOf('.') + 1)) && Object.hasOwn(fn, 'prototype');
}

export type Outcome = { numbers: unknown[]; kinds: string[] } | { error: unknown };

export async function outcome(mode: Mode, found: Found, variant: Variant, x: unknown): Promise<Outcome> {
  try {
    const { receiver, args } = mode.build(variant, x);
    const result = mode.call(found.fn, receiver, args, construct(found));
    const numbers: unknown[] = [];
    const kinds: string[] = [];
    await collect(mode, await settled(result), numbers, kinds, new Set());
    for (const value of [receiver, ...args]) await collect(mode, value, numbers, kinds, new Set());
    if (typeof result === 'object' && result !== null && 'ref' in result && 'unref' in result)
      clearTimeout(result as never);
    return { numbers, kinds };
  } catch (error) {
    return { error };
  }
}

async function settled(result: unknown): Promise<unknown> {
  if (!(result instanceof Promise)) return result;
  return Promise.race([result, new Promise((done) => setTimeout(done, 20, 'pending'))]);
}

async function collect(
  mode: Mode,
  value: unknown,
  numbers: unknown[],
  kinds: string[],
  seen: Set<unknown>,
): Promise<void> {
  if (mode.isNumber(value)) {
    numbers.push(value);
    return;
  }
  kinds.push(value === null ? 'null' : typeof value);
  if (typeof value !== 'object' || value === null || seen.has(value) || seen.size > 200) return;
  seen.add(value);
  const visit = (v: unknown) => collect(mode, v, numbers, kinds, seen);
  if (value instanceof Promise) return visit(await settled(value.catch((e) => e)));
  if (ArrayBuffer.isView(value)) {
    if ('length' in value)
      for (let i = 0; i < Math.min(value.length as number, 20); i++) await visit(mode.get(value, i));
    return;
  }
  if (value instanceof Map) for (const [k, v] of value) await visit(k), await visit(v);
  if (value instanceof Set) for (const v of value) await visit(v);
  if (typeof (value as { next?: unknown }).next === 'function' && !('set' in value)) {
    const it = value as AsyncIterator<unknown>;
    for (let i = 0; i < 5; i++) {
      const step = await it.next();
      if (typeof step !== 'object' || step === null || step.done) break;
      await visit(step.value);
    }
    return;
  }
  if (value instanceof WeakRef) return visit(value.deref());
  if (value instanceof Date) return visit(value.getTime());
  for (const k of Reflect.ownKeys(value)) {
    const d = Reflect.getOwnPropertyDescriptor(value, k);
    if (d === undefined || k === 'stack' || (typeof k === 'symbol' && k.description?.startsWith('fluxion'))) continue;
    if ('value' in d) await visit(d.value);
  }
}

/** What is wrong with a call; undefined if it is right or refused by name. */
export function fault(
  tracked: Outcome,
  plain: Outcome,
  plus: readonly Outcome[],
  minus: readonly Outcome[],
  steps: readonly number[],
  part: (v: unknown) => { value: number; tangent: number },
): string | undefined {
  if ('error' in tracked) {
    if (tracked.error instanceof FluxionError) return undefined;
    if (!('error' in plain)) return `throws ${show(tracked.error)} where the plain call returns`;
    const [a, b] = [tracked.error, plain.error];
    if (a instanceof Error && b instanceof Error && a.constructor !== b.constructor)
      return `throws ${show(a)} instead of ${show(b)}`;
    return undefined;
  }
  if ('error' in plain) return `returns where the plain call throws ${show(plain.error)}`;
  if (tracked.numbers.length !== plain.numbers.length)
    return `gives ${tracked.numbers.length} numbers instead of ${plain.numbers.length}`;
  if (tracked.kinds.join() !== plain.kinds.join())
    return `gives ${tracked.kinds.join()} instead of ${plain.kinds.join()}`;
  for (let i = 0; i < tracked.numbers.length; i++) {
    const { value, tangent } = part(tracked.numbers[i]);
    const expected = plain.numbers[i] as number;
    if (!Object.is(value, expected) && Math.abs(value - expected) > 1e-12 * Math.abs(expected))
      return `number ${i} is ${value} instead of ${expected}`;
    let best = Number.POSITIVE_INFINITY;
    let slope = Number.NaN;
    steps.forEach((h, s) => {
      const [up, down] = [plus[s], minus[s]];
      if (up === undefined || down === undefined || 'error' in up || 'error' in down) return;
      const estimate = ((up.numbers[i] as number) - (down.numbers[i] as number)) / (2 * h);
      const error = Math.abs(estimate - tangent);
      if (error < best) {
        best = error;
        slope = estimate;
      }
    });
    if (best === Number.POSITIVE_INFINITY) continue;
    if (best > 1e-4 * Math.max(1, Math.abs(tangent)))
      return `number ${i} has the derivative ${tangent}, and differences give ${slope}`;
  }
  return undefined;
}

function show(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message.split('\n')[0]}` : String(error);
}
