/**
 * What the text of a derivative calls, for running it: shadows, leaving, and the few operations that JavaScript has no short form for.
 * Invariant: an object has one shadow of each kind, found by the object alone; views of one buffer have views of one shadow.
 */
import type { Module } from '../../ir/ops.ts';
import { table } from '../../rules/table.ts';

export interface Prelude {
  readonly shadow: (object: object, mark?: string) => object;
  readonly leave: (reason: number) => never;
  readonly within: (index: number, length: number) => boolean;
  readonly index: (value: number) => number;
  readonly start: (view: Float64Array) => number;
  readonly copy: (to: Cells, toIndex: number, from: Cells, fromIndex: number, count: number) => void;
  readonly host: Readonly<Record<string, (...args: (number | boolean)[]) => unknown>>;
  readonly sumPrecise: (...xs: number[]) => number;
  readonly f16round: (x: number) => number;
}

type Cells = Record<number, unknown> & { readonly length: number };

/** `leave` is told the number of the reason, and must throw. `hosts` are the names that the text has for the module's. */
export function preludeFor(module: Module, hosts: readonly string[], leave: (reason: number) => never): Prelude {
  return {
    shadow: shadows(),
    leave,
    within: (i, n) => Number.isInteger(i) && i >= 0 && i < n,
    index: (x) => (x >= 0 && x < 2 ** 31 && Number.isInteger(x) ? x | 0 : -1),
    start: (view) => view.byteOffset / view.BYTES_PER_ELEMENT,
    copy(to, toIndex, from, fromIndex, count) {
      const cells = Array.from({ length: count }, (_, i) => from[fromIndex + i]);
      cells.forEach((cell, i) => {
        to[toIndex + i] = cell;
      });
    },
    host: Object.fromEntries(module.hosts.map((host, i) => [hosts[i], hostCall(host)])),
    sumPrecise: table.sumPrecise.value as (...xs: number[]) => number,
    f16round: table.f16round.value as (x: number) => number,
  };
}

function hostCall({ callee, results }: Module['hosts'][number]): (...args: (number | boolean)[]) => unknown {
  return (...args) => {
    const result = callee(...args.map(Number));
    if (results.length > 1) return result;
    const [type] = results;
    return type === 'bool' ? (Number(result) | 0) !== 0 : type === 'f64' ? Number(result) : Number(result) | 0;
  };
}

function shadows(): Prelude['shadow'] {
  const known = new Map<string, WeakMap<object, object>>();
  return (object, mark = 'd') => {
    if (object === null || object === undefined) return object;
    let all = known.get(mark);
    if (all === undefined) known.set(mark, (all = new WeakMap()));
    const view = ArrayBuffer.isView(object) ? (object as Float64Array) : undefined;
    const owner = view === undefined ? object : view.buffer;
    let own = all.get(owner);
    if (own === undefined) {
      own = view === undefined ? zeros(object) : new ArrayBuffer(view.buffer.byteLength);
      all.set(owner, own);
    }
    return view === undefined ? own : new Float64Array(own as ArrayBuffer, view.byteOffset, view.length);
  };
}

function zeros(object: object): object {
  return Object.fromEntries(Object.keys(object).map((key) => [key, 0]));
}

/** The functions of a text that has been written by `javaScript`. */
export function evaluate(text: string, entry: string, prelude: Prelude): (...args: unknown[]) => unknown {
  const names = Object.keys(prelude);
  const make = new Function(...names, `'use strict';\n${text}\nreturn ${entry};`) as (...parts: unknown[]) => unknown;
  return make(...names.map((name) => prelude[name as keyof Prelude])) as (...args: unknown[]) => unknown;
}
