/** Runs a function of a module twice, in the interpreter and as JavaScript text, on arguments made for both. */
import { evaluate, preludeFor } from '../../../src/emit/javascript/prelude.ts';
import { type JavaScript, javaScript } from '../../../src/emit/javascript/source.ts';
import { interpret, Left, Memory } from '../../../src/ir/interpret.ts';
import type { Module } from '../../../src/ir/ops.ts';
import { type Level, type Space, shadowOf } from '../../../src/ir/types.ts';

/** A number, or the contents of elements with those of their shadow. */
export type Argument =
  | number
  | boolean
  | { readonly space: Space; readonly contents: readonly number[]; readonly shadow?: readonly number[] };

export interface Outcome {
  readonly left: number | undefined;
  readonly results: readonly unknown[];
  /** Elements and their shadows. */
  readonly memory: readonly (readonly number[])[];
}

export interface Both {
  readonly interpreted: Outcome;
  readonly ran: Outcome;
  readonly source: JavaScript;
}

/** Results that are references are left out of the comparison. */
export function runBoth(module: Module, entry: string, args: readonly Argument[], level?: Level): Both {
  const source = javaScript(module, entry);
  const func = module.functions.get(entry)!;
  const plain = (results: readonly unknown[]): unknown[] =>
    results.flatMap((r, i) => (func.results[i] === 'ref' ? [] : [typeof r === 'boolean' ? Number(r) : r]));

  const memory = new Memory();
  const refs = args.map((a) => {
    if (typeof a !== 'object') return Number(a);
    const ref = memory.elements(a.space, a.contents);
    if (level) a.shadow?.forEach((v, i) => memory.write(shadowOf(a.space, level), ref, v, i));
    return ref;
  });
  let left: number | undefined;
  let results: readonly number[] = [];
  try {
    results = interpret(module, entry, refs, { memory }).results;
  } catch (error) {
    if (!(error instanceof Left)) throw error;
    left = error.index;
  }
  const interpreted = {
    left,
    results: left === undefined ? plain(results) : [],
    memory: args.flatMap((a, i) => {
      if (typeof a !== 'object') return [];
      const own = memory.contents(a.space, refs[i]);
      return level && a.space.cell === 'f64' ? [own, memory.contents(shadowOf(a.space, level), refs[i])] : [own];
    }),
  };

  const thrown: { reason?: number } = {};
  const prelude = preludeFor(module, source.hosts, (reason) => {
    thrown.reason = reason;
    throw thrown;
  });
  const objects = args.map((a, i) => {
    if (typeof a !== 'object') return func.params[i].type === 'ref' ? null : a;
    const array = a.space.cell === 'f64' ? Float64Array.from(a.contents) : Int32Array.from(a.contents);
    if (level && a.shadow) (prelude.shadow(array) as Float64Array).set(a.shadow);
    return array;
  });
  let own: unknown;
  try {
    own = evaluate(source.text, source.entry, prelude)(...source.parameters.map((i) => objects[i]));
  } catch (error) {
    if (error !== thrown) throw error;
  }
  const list = func.results.length === 1 ? [own] : ((own ?? []) as unknown[]);
  const ran = {
    left: thrown.reason,
    results: thrown.reason === undefined ? plain(list) : [],
    memory: objects.flatMap((o, i) => {
      const a = args[i];
      if (typeof a !== 'object') return [];
      const contents = [...(o as Float64Array)];
      return level && a.space.cell === 'f64'
        ? [contents, [...(prelude.shadow(o as object) as Float64Array)]]
        : [contents];
    }),
  };
  return { interpreted, ran, source };
}
