/**
 * What the parts of a random program share: the choices, the names, what is in sight at a place, and the kinds of code there are.
 * Invariant: what is written uses only what is in sight, and costs a bounded number of steps.
 */
import type { Chance } from '../chance.ts';

/** A statement, or one with statements inside. */
export type Statement = string | { readonly head: string; readonly body: readonly Statement[]; readonly tail: string };

/**
 * `number`: any; `index`: from 0 up to less than `size`; `int`: a whole number of 32 bits; `floats`, `ints`: typed arrays; `rows`: an array
 * of arrays of numbers; `fixed`: an array that may not grow here; `maybe`: a number or undefined; `point`: `{ u, v, q: { w } }`; `shape`: objects told apart by `kind`;
 * `perhaps`: a point or null; `closure`: takes a number and gives one; `map`, `set`: of numbers; `record`: numbers by names found out at run
 * time; `functions`: an array of closures; `mixed`: an array of numbers, null, texts and arrays.
 */
export type Kind =
  | 'number'
  | 'index'
  | 'int'
  | 'flag'
  | 'text'
  | 'maybe'
  | 'floats'
  | 'ints'
  | 'array'
  | 'fixed'
  | 'rows'
  | 'point'
  | 'shape'
  | 'perhaps'
  | 'tree'
  | 'closure'
  | 'map'
  | 'set'
  | 'record'
  | 'functions'
  | 'mixed';

export interface Variable {
  readonly name: string;
  readonly kind: Kind;
  /** May be assigned. */
  readonly mutable: boolean;
  /** Arrays: how many elements there are at least. Indexes: what they stay below. */
  readonly size: number;
}

export interface Place {
  readonly variables: Variable[];
  /** Loops around here, innermost last, with their labels. */
  readonly loops: readonly string[];
  /** Labels of blocks around here that can be left. */
  readonly blocks: readonly string[];
  /** `return` gives a number here; else nothing may be returned. */
  readonly returns: boolean;
  readonly depth: number;
  /** In the body of a callback or a closure: how much calls may cost. */
  readonly isInner: boolean;
}

/** A function that gives a number. */
export interface Callee {
  readonly name: string;
  /** Its arguments; `depth` is for those that call themselves. */
  readonly parameters: readonly ('bounded' | 'number' | 'depth' | 'rest' | 'optional' | 'closure' | 'array')[];
  readonly recursive: boolean;
}

export type Way<T> = readonly [weight: number, make: () => T];

/** A kind of code: what it adds to each kind of place. */
export interface Code {
  atoms?(w: Writer, place: Place): Way<string>[];
  numbers?(w: Writer, place: Place, depth: number): Way<string>[];
  /** Whole numbers of 32 bits. */
  ints?(w: Writer, place: Place, depth: number): Way<string>[];
  conditions?(w: Writer, place: Place, depth: number): Way<string>[];
  statements?(w: Writer, place: Place): Way<Statement[]>[];
}

export class Writer {
  readonly c: Chance;
  readonly callees: Callee[] = [];
  /** Classes of the program. */
  readonly classes = new Set<string>();
  /** Whether what is not finite, large or -0 is sought. */
  readonly edgy: boolean;
  /** Statements that may still be written. */
  budget = 0;
  private names = 0;
  private readonly kinds: readonly Code[];

  constructor(c: Chance, kinds: readonly Code[], edgy: boolean) {
    this.c = c;
    this.kinds = kinds;
    this.edgy = edgy;
  }

  name(letter: string): string {
    return `${letter}${this.names++}`;
  }

  of(place: Place, ...kinds: Kind[]): Variable[] {
    return place.variables.filter((v) => kinds.includes(v.kind));
  }

  mutable(place: Place, ...kinds: Kind[]): Variable[] {
    return this.of(place, ...kinds).filter((v) => v.mutable);
  }

  declare(place: Place, kind: Kind, letter: string, size = 0, mutable = false): string {
    const name = this.name(letter);
    place.variables.push({ name, kind, mutable, size });
    return name;
  }

  // Expressions.

  atom(place: Place): string {
    return this.c.way(...this.kinds.flatMap((k) => k.atoms?.(this, place) ?? []));
  }

  number(place: Place, depth: number): string {
    if (depth <= 0) return this.atom(place);
    return this.c.way(...this.kinds.flatMap((k) => k.numbers?.(this, place, depth) ?? []));
  }

  /** A number that is not far from 0. */
  bounded(place: Place, depth: number): string {
    const { c } = this;
    const e = () => this.number(place, depth - 1);
    return c.way(
      [4, () => `Math.${c.pick(['sin', 'cos', 'tanh', 'atan'])}(${e()})`],
      [1, () => `${this.atom(place)} / (1.5 + Math.abs(${e()}))`],
      [1, () => this.atom(place)],
    );
  }

  /** A whole number of 32 bits. */
  int(place: Place, depth: number): string {
    return this.c.way(...this.kinds.flatMap((k) => k.ints?.(this, place, depth) ?? []));
  }

  /** An index below a size. */
  index(place: Place, size: number): string {
    const { c } = this;
    const any = this.of(place, 'index');
    const fitting = any.filter((v) => v.size <= size);
    const ints = this.of(place, 'int');
    return c.way(
      [2, () => String(c.below(size))],
      [fitting.length > 0 ? 5 : 0, () => c.pick(fitting).name],
      [any.length > 0 ? 1 : 0, () => `(${c.pick(any).name} + ${c.below(3)}) % ${size}`],
      [any.length > 0 ? 0.3 : 0, () => `(${c.pick(any).name} * 3 | 0) % ${size}`],
      [ints.length > 0 ? 0.7 : 0, () => `(${c.pick(ints).name} >>> 1) % ${size}`],
      [ints.length > 0 && size >= 2 ? 0.7 : 0, () => `${c.pick(ints).name} & ${size >= 4 ? 3 : 1}`],
      [this.edgy ? 0.1 : 0, () => c.pick(['-1', String(size + 9), '0.5', '-0'])],
    );
  }

  condition(place: Place, depth: number): string {
    return this.c.way(...this.kinds.flatMap((k) => k.conditions?.(this, place, depth) ?? []));
  }

  /** With `e`, an element, in sight. */
  callback(place: Place, depth: number): string {
    const inner = this.with(place, { isInner: true }, [{ name: 'e', kind: 'number', mutable: false, size: 0 }]);
    return `Math.sin(e) * ${this.number(inner, Math.min(1, depth - 1))}`;
  }

  // Statements.

  statements(place: Place, count: number): Statement[] {
    const made: Statement[] = [];
    for (let i = 0; i < count && this.budget > 0; i++) made.push(...this.statement(place));
    return made;
  }

  private statement(place: Place): Statement[] {
    this.budget--;
    return this.c.way<Statement[]>(...this.kinds.flatMap((k) => k.statements?.(this, place) ?? []));
  }

  with(place: Place, more: Partial<Place>, variables: readonly Variable[] = []): Place {
    return { ...place, ...more, variables: [...(more.variables ?? place.variables), ...variables] };
  }

  /** Statements with variables of their own. */
  inside(place: Place, more: Partial<Place> = {}, variables: readonly Variable[] = []): Statement[] {
    const inner = this.with(place, { ...more, depth: place.depth + 1 }, variables);
    return this.statements(inner, 1 + this.c.below(3));
  }

  assignment(place: Place, target: string): string {
    return this.c.way(
      [2, () => `${target} = ${this.bounded(place, 2)};`],
      [3, () => `${target} += ${this.bounded(place, 2)};`],
      [1, () => `${target} *= ${this.bounded(place, 1)};`],
      [1, () => `${target} -= ${this.bounded(place, 1)};`],
      [0.2, () => `${target} /= 1.5 + Math.abs(${this.number(place, 1)});`],
      [0.2, () => `${target} %= ${this.c.pick(['1.7', '2.3', '1'])};`],
      [0.15, () => `${target}${this.c.pick(['++', '--'])};`],
      [0.1, () => `${target} ${this.c.pick(['??=', '||=', '&&='])} ${this.bounded(place, 1)};`],
      [0.1, () => `${target} **= 2;`],
    );
  }
}

/** A weight where there is something to choose from. */
export function has(list: readonly unknown[], weight: number): number {
  return list.length > 0 ? weight : 0;
}

export function lines(statement: Statement, indent = ''): string {
  if (typeof statement === 'string') return indent + statement;
  const body = statement.body.map((s) => lines(s, `${indent}  `));
  return [`${indent}${statement.head}`, ...body, `${indent}${statement.tail}`].join('\n');
}
