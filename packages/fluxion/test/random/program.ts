/**
 * Random programs of known types, and arguments for them; what they are made of is in code/, one file a kind.
 * Invariant: a program depends on its seed alone, ends, and uses only what it declares.
 */
import { Chance } from './chance.ts';
import { arithmetic } from './code/arithmetic.ts';
import { captured, capturing } from './code/captured.ts';
import { collections } from './code/collections.ts';
import { control } from './code/control.ts';
import { exceptions } from './code/exceptions.ts';
import { functions, helpers } from './code/functions.ts';
import { lists } from './code/lists.ts';
import { classes, objects, shapeFunction, treeFunction } from './code/objects.ts';
import { argumentsFor, type Parameter, parameters } from './code/parameters.ts';
import { typed } from './code/typed.ts';
import { lines, type Place, type Statement, type Variable, Writer } from './code/writer.ts';

export type { Statement } from './code/writer.ts';

export interface Program {
  readonly seed: number;
  /** Variables, functions and classes that `main` captures. */
  readonly outer: readonly Statement[];
  readonly main: Statement & object;
  /** Changes what is captured, from outside. */
  readonly changes: readonly string[];
  /** All that can be seen of what is captured. */
  readonly seen: readonly string[];
  /** The arguments of a call, made anew: calls of other numbers have other contents and sizes. */
  args(nth: number): unknown[];
}

/** The program as a function of nothing gives it. */
export interface Made {
  main(...args: unknown[]): number;
  change(): void;
  seen(): unknown;
}

export function text({ outer, main, changes, seen }: Program): string {
  const made = [
    `const main = ${lines(main)};`,
    `const change = () => { ${changes.join(' ')} };`,
    `const seen = () => [${seen.join(', ')}];`,
    'return { main, change, seen };',
  ];
  return `${[...outer.map((s) => lines(s)), ...made].join('\n')}\n`;
}

const kinds = [arithmetic, control, lists, typed, objects, functions, collections, exceptions, captured];

export function programOf(seed: number): Program {
  const c = new Chance(seed);
  const w = new Writer(c, kinds, c.is(0.25));
  const around = capturing(w);
  const outer: Statement[] = [...around.declared];
  if (c.is(0.35)) outer.push(...classes(w));
  if (c.is(0.2)) outer.push(shapeFunction(w));
  if (c.is(0.2)) outer.push(treeFunction(w));
  outer.push(...helpers(w, around.variables));
  const given = parameters(w);
  w.budget = 6 + c.below(26);
  const variables: Variable[] = [...around.variables, ...given.map((p) => p.variable)];
  const place: Place = { variables, loops: [], blocks: [], returns: true, depth: 0, isInner: false };
  const body = w.statements(place, 3 + c.below(7));
  body.push(...ending(w, place, given));
  return {
    seed,
    outer,
    main: { head: `(function main(${given.map((p) => p.variable.name).join(', ')}) {`, body, tail: '})' },
    changes: around.changes,
    seen: around.seen,
    args: (nth) => argumentsFor(given, seed, nth),
  };
}

/** All that the program has changed is part of what it gives. */
function ending(w: Writer, place: Place, given: readonly Parameter[]): Statement[] {
  const sum = w.name('sum');
  const body: Statement[] = [
    `let ${sum} = ${w.number(place, 3)} + t * o.u - o.v * o.q.w;`,
    `for (const e of x) ${sum} += Math.sin(e + ${w.atom(place)});`,
    `for (let i = 0; i < a.length; i++) ${sum} += a[i] * Math.cos(i);`,
  ];
  for (const { variable } of given) {
    const { name, kind } = variable;
    if (kind === 'rows') body.push(`for (const row of ${name}) for (const e of row) ${sum} += Math.sin(e);`);
    else if (kind === 'ints' || (kind === 'floats' && name !== 'x'))
      body.push(`for (const e of ${name}) ${sum} += e * 0.3;`);
    else if (kind === 'tree') body.push(`${sum} += total(${name}, 0.7);`);
    else if (kind === 'shape') body.push(`${sum} += area(${name});`);
  }
  const more = [...w.of(place, 'number'), ...w.of(place, 'int')].map((v) => v.name);
  return [...body, `return ${[sum, ...more].join(' + ')};`];
}
