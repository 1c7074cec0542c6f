/**
 * What a program is given. Invariant: the arguments of two calls are of the same types, but of other sizes, contents and ways to be
 * aliased; each call makes its own.
 */
import { Chance } from '../chance.ts';
import { wholeTypes } from './typed.ts';
import type { Variable, Writer } from './writer.ts';

export interface Parameter {
  readonly variable: Variable;
  /** An argument for it; `others` are those made before, by name. */
  make(c: Chance, others: ReadonlyMap<string, unknown>): unknown;
}

/** Sizes at least; there may be so many more. */
const typedSize = 6;
const arraySize = 5;
const more = 4;

export function parameters(w: Writer): Parameter[] {
  const { c } = w;
  const edgy = w.edgy;
  const edges = [0, -0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, -1e308, 2 ** 31, 2 ** 53 + 2, 1e-320];
  const real = (from: Chance): number => {
    if (edgy && from.is(0.08)) return from.pick(edges);
    return Math.round((from.next() * 3 - 1.5) * 1000) / 1000 + 1e-4 * from.next();
  };
  const size = (from: Chance, least: number): number => least + (from.is(0.5) ? 0 : from.below(more));
  const reals = (from: Chance, n: number): number[] => Array.from({ length: n }, () => real(from));
  const point = (from: Chance) => ({ u: real(from), v: real(from), q: { w: real(from) } });
  const tree = (from: Chance, depth: number): unknown =>
    depth === 0 || from.is(0.3) ? null : { w: real(from), left: tree(from, depth - 1), right: tree(from, depth - 1) };
  const made: Parameter[] = [];
  const add = (name: string, kind: Variable['kind'], at: number, make: Parameter['make'], mutable = false): void => {
    made.push({ variable: { name, kind, mutable, size: at }, make });
  };

  add('x', 'floats', typedSize, (from) => Float64Array.from(reals(from, size(from, typedSize))));
  add('a', 'array', arraySize, (from) => reals(from, size(from, arraySize)));
  add('o', 'point', 0, (from) => point(from));
  add('t', 'number', 0, (from) => real(from), true);
  if (c.is(0.15)) add('y', 'floats', 4, (from) => Float32Array.from(reals(from, size(from, 4))));
  if (c.is(0.15)) {
    const name = c.pick(wholeTypes);
    add('z', 'ints', 4, (from) => {
      const Kind = globalThis[name] as Int32ArrayConstructor;
      return Kind.from({ length: size(from, 4) }, () => from.below(2 ** from.below(33)));
    });
  }
  if (c.is(0.2)) add('m', 'rows', 2, (from) => Array.from({ length: size(from, 2) }, () => reals(from, size(from, 2))));
  if (c.is(0.15)) add('k', 'int', 0, (from) => from.below(7) - 2, true);
  if (c.is(0.1)) add('s', 'text', 0, (from) => from.pick(['up', 'down', 'left']), true);
  if (c.is(0.1)) add('c', 'flag', 0, (from) => from.is(0.5), true);
  if (c.is(0.1)) add('r', 'maybe', 0, (from) => (from.is(0.5) ? undefined : real(from)), true);
  if (c.is(0.15)) add('b', 'array', 3, (from) => reals(from, size(from, 3)));
  if (w.classes.has('total') && c.is(0.5))
    add('l', 'tree', 0, (from) => ({ w: real(from), left: tree(from, 2), right: tree(from, 1) }));
  if (w.classes.has('area') && c.is(0.5))
    add('d', 'shape', 0, (from) =>
      from.is(0.5) ? { kind: 'disc', r: real(from) } : { kind: 'bar', a: real(from), b: real(from) },
    );
  // One object under two arguments.
  if (c.is(0.04)) add('p', 'point', 0, (_, others) => others.get('o'));
  if (c.is(0.03)) add('w', 'floats', typedSize, (_, others) => others.get('x'));
  if (c.is(0.03)) add('v', 'floats', 3, (_, others) => (others.get('x') as Float64Array).subarray(1, 4));
  if (c.is(0.03)) add('n', 'array', arraySize, (_, others) => others.get('a'));
  // One object twice in one argument.
  if (c.is(0.05))
    add('f', 'rows', 2, (from) => {
      const row = reals(from, 3);
      return [row, reals(from, 2), row];
    });
  return made;
}

/** The arguments of the call `nth`. */
export function argumentsFor(list: readonly Parameter[], seed: number, nth: number): unknown[] {
  const c = new Chance(seed * 31 + nth);
  const others = new Map<string, unknown>();
  return list.map(({ variable, make }) => {
    const value = make(c, others);
    others.set(variable.name, value);
    return value;
  });
}
