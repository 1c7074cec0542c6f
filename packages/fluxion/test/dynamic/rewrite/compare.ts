/** Runs a function and its twin on the same plain values, and compares what they return, throw and leave in a trace. */
import { expect } from 'vitest';
import { type TwinOptions, twinOfText } from './twin-of.ts';

interface Outcome {
  result?: unknown;
  error?: string;
  trace: unknown[];
}

/** `source` is a function of `(t, ...args)`, where `t(label, value)` notes the label and gives the value back. */
export function compare(source: string, args: readonly unknown[] = [], options: TwinOptions = {}): unknown {
  const strict = options.strict ?? true;
  const native = (0, eval)(`${strict ? "'use strict'; " : ''}(${source})`) as Function;
  const a = observe(native, args);
  const b = observe(twinOfText(source, { self: native, ...options }), args);
  expect(b).toEqual(a);
  return a.result;
}

export async function compareAsync(source: string, args: readonly unknown[] = []): Promise<unknown> {
  const native = (0, eval)(`'use strict'; (${source})`) as Function;
  const a = await observeAsync(native, args);
  const b = await observeAsync(twinOfText(source, { self: native }), args);
  expect(b).toEqual(a);
  return a.result;
}

function observe(f: Function, args: readonly unknown[]): Outcome {
  const trace: unknown[] = [];
  const t = (label: unknown, value: unknown) => {
    trace.push(label);
    // A random program may not end by itself.
    if (trace.length > 500) throw new RangeError('too long');
    return value;
  };
  try {
    return { result: f(t, ...args), trace };
  } catch (e) {
    return { error: (e as Error)?.constructor?.name ?? String(e), trace };
  }
}

async function observeAsync(f: Function, args: readonly unknown[]): Promise<Outcome> {
  const trace: unknown[] = [];
  const t = (label: unknown, value: unknown) => {
    trace.push(label);
    return value;
  };
  try {
    return { result: await f(t, ...args), trace };
  } catch (e) {
    return { error: (e as Error)?.constructor?.name ?? String(e), trace };
  }
}
