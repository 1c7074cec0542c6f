/**
 * What a program captures: variables and objects that it reads and writes, and that others change between its calls; functions that
 * the host runs.
 */
import type { Code, Statement, Variable, Writer } from './writer.ts';

export interface Captured {
  /** Their declarations. */
  readonly declared: readonly Statement[];
  readonly variables: readonly Variable[];
  /** What changes them from outside, between two calls. */
  readonly changes: readonly string[];
  /** An expression for all that can be seen of them. */
  readonly seen: readonly string[];
}

export const captured: Code = {
  numbers(w) {
    return [[w.classes.has('draw') ? 0.4 : 0, () => 'draw()']];
  },

  statements(w) {
    return [
      [
        w.classes.has('counts') ? 0.5 : 0,
        () => [w.c.pick(['counts.calls++;', 'counts.calls += 2;', 'counts.seen.push(counts.calls);'])],
      ],
      [w.classes.has('note') ? 0.5 : 0, () => [`note(${w.c.below(9)});`]],
    ];
  },
};

export function capturing(w: Writer): Captured {
  const { c } = w;
  const declared: Statement[] = [];
  const variables: Variable[] = [];
  const changes: string[] = [];
  const seen: string[] = [];
  const add = (text: string, variable: Variable | undefined, change: string, look: string): void => {
    declared.push(text);
    if (variable !== undefined) variables.push(variable);
    changes.push(change);
    seen.push(look);
  };
  const fixed = (name: string, kind: Variable['kind'], size = 0): Variable => ({ name, kind, mutable: false, size });
  if (c.is(0.25)) add('let factor = 1.25;', fixed('factor', 'number'), 'factor = -0.75;', 'factor');
  if (c.is(0.2)) add('const base = 0.8;', fixed('base', 'number'), '', 'base');
  if (c.is(0.12))
    add('const table = [0.5, -0.25, 1.5];', fixed('table', 'fixed', 3), 'table[1] = 2; table.push(0.125);', 'table');
  if (c.is(0.12))
    add('const cells = Float64Array.of(0.3, 0.6, -0.9);', fixed('cells', 'floats', 3), 'cells[0] = 1.75;', 'cells');
  if (c.is(0.1)) add('const codes = Int16Array.of(3, 1, 2);', fixed('codes', 'ints', 3), 'codes[2] = -7;', 'codes');
  if (c.is(0.12))
    add(
      'const place = { u: 0.4, v: -1.1, q: { w: 0.2 } };',
      fixed('place', 'point'),
      'place.u = -2; place.q = { w: 3 };',
      'place',
    );
  if (c.is(0.1)) add("let mode = 'up';", fixed('mode', 'text'), "mode = 'down';", 'mode');
  if (c.is(0.12)) {
    w.classes.add('counts');
    add('const counts = { calls: 0, seen: [] };', undefined, 'counts.calls = 10;', 'counts');
  }
  if (c.is(0.1)) {
    w.classes.add('draw');
    add('let state = 7;', undefined, 'state = 11;', 'state');
    declared.push({
      head: 'function draw() {',
      body: ['state = (state * 16807) % 2147483647;', 'return state / 2147483647;'],
      tail: '}',
    });
  }
  if (c.is(0.08)) {
    w.classes.add('note');
    add('let notes = 0;', undefined, 'notes += 100;', 'notes');
    declared.push({ head: 'function note(k) {', body: ['notes = (notes * 10 + k) % 1000003;'], tail: '}' });
  }
  return { declared, variables, changes, seen };
}
