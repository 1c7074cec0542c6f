/**
 * Random programs of known types: loops, branches, early exits, arrays, typed arrays and views, objects, classes, closures, calls,
 * recursion and mutation; and arguments for them.
 * Invariant: a program depends on its seed alone, ends, uses only what it declares, and keeps its numbers small enough to be compared.
 */
import { Chance } from './chance.ts';

/** A statement, or one with statements inside. */
export type Statement = string | { readonly head: string; readonly body: readonly Statement[]; readonly tail: string };

export interface Program {
  readonly seed: number;
  /** Functions and classes that `main` reaches as captured bindings. */
  readonly outer: readonly Statement[];
  readonly main: Statement & object;
  /** Several lists of arguments; the ways they take may differ. */
  readonly args: readonly (readonly unknown[])[];
}

type Kind = 'number' | 'index' | 'typed' | 'array' | 'point' | 'node' | 'closure';

interface Variable {
  readonly name: string;
  readonly kind: Kind;
  /** May be assigned. */
  readonly mutable: boolean;
  /** Arrays: how many elements there are at least. Indexes: what they stay below. */
  readonly size: number;
}

interface Place {
  readonly variables: Variable[];
  /** Loops around here, innermost last, with their labels. */
  readonly loops: readonly string[];
  /** What `return` gives: a number, or nothing may be returned here. */
  readonly returns: boolean;
  readonly depth: number;
  /** In the body of a callback or a closure: how much calls may cost. */
  readonly isInner: boolean;
}

interface Callee {
  readonly name: string;
  readonly recursive: boolean;
}

export function text(program: Program): string {
  return `${[...program.outer.map((s) => lines(s)), `return ${lines(program.main)};`].join('\n')}\n`;
}

function lines(statement: Statement, indent = ''): string {
  if (typeof statement === 'string') return indent + statement;
  const body = statement.body.map((s) => lines(s, `${indent}  `));
  return [`${indent}${statement.head}`, ...body, `${indent}${statement.tail}`].join('\n');
}

export function programOf(seed: number): Program {
  return new Generator(seed).program();
}

const typedSize = 6;
const arraySize = 5;

class Generator {
  private readonly seed: number;
  private readonly c: Chance;
  private readonly callees: Callee[] = [];
  private names = 0;
  private budget = 0;
  private hasClass = false;

  constructor(seed: number) {
    this.seed = seed;
    this.c = new Chance(seed);
  }

  program(): Program {
    const { c } = this;
    const outer: Statement[] = [];
    if (c.is(0.3)) outer.push(this.pointClass());
    if (c.is(0.6)) outer.push(this.helper(false));
    if (c.is(0.4)) outer.push(this.helper(true));
    this.budget = 6 + c.below(24);
    const variables: Variable[] = [
      { name: 'x', kind: 'typed', mutable: false, size: typedSize },
      { name: 'a', kind: 'array', mutable: false, size: arraySize },
      { name: 'o', kind: 'point', mutable: false, size: 0 },
      { name: 't', kind: 'number', mutable: true, size: 0 },
    ];
    const place: Place = { variables, loops: [], returns: true, depth: 0, isInner: false };
    const body = this.statements(place, 3 + c.below(6));
    body.push(...this.ending(place));
    const real = () => Math.round((c.next() * 3 - 1.5) * 1000) / 1000 + 1e-4 * c.next();
    const args = Array.from({ length: 2 }, () => [
      Float64Array.from({ length: typedSize }, real),
      Array.from({ length: arraySize }, real),
      { u: real(), v: real(), q: { w: real() } },
      real(),
    ]);
    return { seed: this.seed, outer, main: { head: '(function main(x, a, o, t) {', body, tail: '})' }, args };
  }

  /** All that the program has changed is part of what it gives. */
  private ending(place: Place): Statement[] {
    const sum = this.name('sum');
    return [
      `let ${sum} = ${this.number(place, 3)} + t * o.u - o.v * o.q.w;`,
      `for (const e of x) ${sum} += Math.sin(e + ${this.atom(place)});`,
      `for (let i = 0; i < a.length; i++) ${sum} += a[i] * Math.cos(i);`,
      `return ${[sum, ...this.of(place, 'number').map((v) => v.name)].join(' + ')};`,
    ];
  }

  // Functions and classes around the program.

  private name(letter: string): string {
    return `${letter}${this.names++}`;
  }

  private pointClass(): Statement {
    this.hasClass = true;
    const scale = this.c.pick(['this.u *= k;', 'this.u += Math.sin(k);', 'this.v = this.u * k;']);
    return {
      head: 'class Point {',
      body: [
        { head: 'constructor(u, v) {', body: ['this.u = u;', 'this.v = v;', 'this.q = { w: u * v };'], tail: '}' },
        { head: 'move(k) {', body: [scale, 'return this.v - k;'], tail: '}' },
        { head: 'get size() {', body: ['return Math.hypot(this.u, this.v, 0.1);'], tail: '}' },
      ],
      tail: '}',
    };
  }

  private helper(recursive: boolean): Statement {
    const name = this.name(recursive ? 'deep' : 'help');
    this.budget = 3 + this.c.below(6);
    const variables: Variable[] = [
      { name: 'p', kind: 'number', mutable: true, size: 0 },
      { name: 'q', kind: 'number', mutable: true, size: 0 },
    ];
    const place: Place = { variables, loops: [], returns: !recursive, depth: 1, isInner: true };
    const body: Statement[] = [];
    if (recursive) body.push(`if (n <= 0) return ${this.number(place, 1)};`);
    body.push(...this.statements(place, 1 + this.c.below(3)));
    if (recursive) {
      const call = `${name}(n - 1, ${this.bounded(place, 1)}, ${this.bounded(place, 1)})`;
      body.push(`return ${this.bounded(place, 1)} + 0.5 * ${call};`);
    } else body.push(`return ${this.number(place, 2)};`);
    this.callees.push({ name, recursive });
    return { head: `function ${name}(${recursive ? 'n, ' : ''}p, q) {`, body, tail: '}' };
  }

  // Expressions.

  private of(place: Place, kind: Kind): Variable[] {
    return place.variables.filter((v) => v.kind === kind);
  }

  private constant(): string {
    return this.c.pick(['1', '0.5', '2', '-1', '0.3', '-0.7', '1.5', '0.1', '3', '0']);
  }

  /** An index below a size. */
  private index(place: Place, size: number): string {
    const { c } = this;
    const fitting = this.of(place, 'index').filter((v) => v.size <= size);
    const any = this.of(place, 'index');
    return c.way(
      [2, () => String(c.below(size))],
      [fitting.length > 0 ? 5 : 0, () => c.pick(fitting).name],
      [any.length > 0 ? 1 : 0, () => `(${c.pick(any).name} + ${c.below(3)}) % ${size}`],
      [any.length > 0 ? 0.3 : 0, () => `(${c.pick(any).name} * 3 | 0) % ${size}`],
    );
  }

  /** A number that is not far from 0. */
  private bounded(place: Place, depth: number): string {
    const { c } = this;
    const e = () => this.number(place, depth - 1);
    return c.way(
      [4, () => `Math.${c.pick(['sin', 'cos', 'tanh', 'atan'])}(${e()})`],
      [1, () => `${this.atom(place)} / (1.5 + Math.abs(${e()}))`],
      [1, () => this.atom(place)],
    );
  }

  private atom(place: Place): string {
    const { c } = this;
    const numbers = this.of(place, 'number');
    const lists = [...this.of(place, 'typed'), ...this.of(place, 'array')];
    const points = this.of(place, 'point');
    const indexes = this.of(place, 'index');
    const element = () => {
      const list = c.pick(lists);
      return `${list.name}[${this.index(place, list.size)}]`;
    };
    return c.way(
      [numbers.length > 0 ? 5 : 0, () => c.pick(numbers).name],
      [lists.length > 0 ? 4 : 0, element],
      [points.length > 0 ? 2 : 0, () => `${c.pick(points).name}.${c.pick(['u', 'v', 'q.w'])}`],
      [indexes.length > 0 ? 0.7 : 0, () => c.pick(indexes).name],
      [1.5, () => this.constant()],
      [lists.length > 0 ? 0.3 : 0, () => `${c.pick(lists).name}.length`],
    );
  }

  private number(place: Place, depth: number): string {
    const { c } = this;
    if (depth <= 0) return this.atom(place);
    const e = () => this.number(place, depth - 1);
    const closures = this.of(place, 'closure');
    const arrays = this.of(place, 'array');
    const points = this.of(place, 'point');
    const callees = this.callees.filter((f) => !place.isInner || !f.recursive);
    const call = () => {
      const { name, recursive } = c.pick(callees);
      return `${name}(${recursive ? `${c.below(4)}, ` : ''}${this.bounded(place, depth - 1)}, ${e()})`;
    };
    return c.way(
      [3, () => this.atom(place)],
      [5, () => `(${e()} ${c.pick(['+', '-', '*', '+', '*'])} ${e()})`],
      [5, () => this.bounded(place, depth)],
      [0.7, () => `Math.exp(${this.bounded(place, depth - 1)})`],
      [0.7, () => `Math.sqrt(0.1 + Math.abs(${e()}))`],
      [0.7, () => `Math.log(1.1 + Math.abs(${e()}))`],
      [0.7, () => `Math.${c.pick(['max', 'min', 'hypot'])}(${e()}, ${e()})`],
      [0.4, () => `Math.atan2(${e()}, 2 + Math.abs(${e()}))`],
      [0.7, () => `(${this.atom(place)}) ** ${c.pick(['2', '3'])}`],
      [0.5, () => `Math.${c.pick(['floor', 'round', 'sign', 'abs', 'trunc', 'fround'])}(${e()})`],
      [0.3, () => `(${e()}) % ${c.pick(['1.7', '2.3'])}`],
      [0.3, () => `-(${e()})`],
      [1.2, () => `(${this.condition(place, 1)} ? ${e()} : ${e()})`],
      [callees.length > 0 ? 2 : 0, call],
      [closures.length > 0 ? 2 : 0, () => `${c.pick(closures).name}(${this.bounded(place, depth - 1)})`],
      [
        arrays.length > 0 ? 0.4 : 0,
        () => `${c.pick(arrays).name}.reduce((s, e) => s + ${this.callback(place, depth)}, 0)`,
      ],
      [this.hasClass && points.length > 0 ? 0.3 : 0, () => `new Point(${e()}, ${e()}).size`],
      [0.3, () => `(${this.condition(place, 0)} ? 1 : 0)`],
      [0.2, () => `(${e()} | 0)`],
      [arrays.length > 0 ? 0.3 : 0, () => `(${c.pick(arrays).name}[${c.pick([0, 2, 9])}] ?? ${e()})`],
    );
  }

  /** With `e`, an element, in sight. */
  private callback(place: Place, depth: number): string {
    const variables = [...place.variables, { name: 'e', kind: 'number', mutable: false, size: 0 } as const];
    return `Math.sin(e) * ${this.number({ ...place, variables, isInner: true }, Math.min(1, depth - 1))}`;
  }

  private condition(place: Place, depth: number): string {
    const { c } = this;
    const n = (d: number) => this.number(place, d);
    const indexes = this.of(place, 'index');
    const compare = () => `${n(1)} ${c.pick(['<', '>', '<=', '>='])} ${n(1)}`;
    if (depth <= 0) return compare();
    return c.way(
      [5, compare],
      [indexes.length > 0 ? 1.5 : 0, () => `${c.pick(indexes).name} % 2 === ${c.below(2)}`],
      [1, () => `(${this.condition(place, depth - 1)} && ${this.condition(place, depth - 1)})`],
      [1, () => `(${this.condition(place, depth - 1)} || ${this.condition(place, depth - 1)})`],
      [0.5, () => `!(${this.condition(place, depth - 1)})`],
    );
  }

  // Statements.

  private statements(place: Place, count: number): Statement[] {
    const made: Statement[] = [];
    for (let i = 0; i < count && this.budget > 0; i++) made.push(...this.statement(place));
    return made;
  }

  /** Statements with variables of their own. */
  private inside(place: Place, more: Partial<Place> = {}, variables: readonly Variable[] = []): Statement[] {
    const inner = { ...place, ...more, variables: [...place.variables, ...variables], depth: place.depth + 1 };
    return this.statements(inner, 1 + this.c.below(3));
  }

  private declare(place: Place, kind: Kind, letter: string, size = 0, mutable = false): string {
    const name = this.name(letter);
    place.variables.push({ name, kind, mutable, size });
    return name;
  }

  private statement(place: Place): Statement[] {
    this.budget--;
    const { c } = this;
    const numbers = this.of(place, 'number').filter((v) => v.mutable);
    const lists = [...this.of(place, 'typed'), ...this.of(place, 'array')];
    const typed = this.of(place, 'typed').filter((v) => v.size > 2);
    const arrays = this.of(place, 'array');
    const points = this.of(place, 'point');
    const mayNest = place.depth < 3;
    const has = (list: readonly unknown[], weight: number) => (list.length > 0 ? weight : 0);
    return c.way<Statement[]>(
      [3, () => this.newNumber(place)],
      [has(numbers, 4), () => [this.assignment(place, c.pick(numbers).name)]],
      [has(lists, 3), () => [this.elementStore(place, c.pick(lists))]],
      [has(points, 2), () => [this.assignment(place, `${c.pick(points).name}.${c.pick(['u', 'v', 'q.w'])}`)]],
      [mayNest ? 3 : 0, () => this.branch(place)],
      [mayNest ? 3.5 : 0, () => this.loop(place)],
      [has(place.loops, 1.5), () => [this.jump(place)]],
      [place.returns ? 0.8 : 0, () => [`if (${this.condition(place, 1)}) return ${this.number(place, 1)};`]],
      [1, () => this.newPoint(place)],
      [1, () => this.newList(place)],
      [has(typed, 0.8), () => this.view(place, c.pick(typed))],
      [has(arrays, 0.8), () => [this.growth(place, c.pick(arrays))]],
      [
        has(numbers, 0.5),
        () => [
          `[${c.pick(numbers).name}, ${c.pick(numbers).name}] = [${this.bounded(place, 1)}, ${this.atom(place)}];`,
        ],
      ],
      [place.isInner ? 0 : 1, () => this.closure(place)],
      [mayNest ? 0.5 : 0, () => this.choice(place)],
      [place.isInner ? 0 : 0.5, () => this.linked(place)],
      [has(arrays, 0.4), () => [this.forEach(place, c.pick(arrays))]],
      [has(points, 0.4), () => this.alias(place, c.pick(points))],
    );
  }

  private newNumber(place: Place): Statement[] {
    const value = this.number(place, 2);
    return [`let ${this.declare(place, 'number', 'n', 0, true)} = ${value};`];
  }

  private assignment(place: Place, target: string): string {
    return this.c.way(
      [2, () => `${target} = ${this.bounded(place, 2)};`],
      [3, () => `${target} += ${this.bounded(place, 2)};`],
      [1, () => `${target} *= ${this.bounded(place, 1)};`],
      [1, () => `${target} -= ${this.bounded(place, 1)};`],
    );
  }

  private elementStore(place: Place, list: Variable): string {
    return this.assignment(place, `${list.name}[${this.index(place, list.size)}]`);
  }

  private branch(place: Place): Statement[] {
    const then = { head: `if (${this.condition(place, 2)}) {`, body: this.inside(place), tail: '}' };
    if (this.c.is(0.4)) return [then];
    return [then, { head: 'else {', body: this.inside(place), tail: '}' }];
  }

  private loop(place: Place): Statement[] {
    const { c } = this;
    const label = this.name('l');
    const loops = [...place.loops, label];
    const arrays = [...this.of(place, 'array'), ...this.of(place, 'typed')];
    const count = 1 + c.below(place.depth > 0 ? 3 : 5);
    const counted = (): Statement[] => {
      const i = this.name('i');
      const variable: Variable = { name: i, kind: 'index', mutable: false, size: count };
      const step = c.is(0.15) ? 2 : 1;
      const head = c.is(0.25)
        ? `${label}: for (let ${i} = ${count - 1}; ${i} >= 0; ${i}--) {`
        : `${label}: for (let ${i} = 0; ${i} < ${count}; ${step === 1 ? `${i}++` : `${i} += 2`}) {`;
      return [{ head, body: this.inside(place, { loops }, [variable]), tail: '}' }];
    };
    const overLength = (): Statement[] => {
      const i = this.name('i');
      const list = c.pick(arrays);
      const variable: Variable = { name: i, kind: 'index', mutable: false, size: list.size };
      // A list that grows in the round would never end.
      const variables = place.variables.map((v) =>
        v === list && v.kind === 'array' ? { ...v, kind: 'typed' as const, size: Math.min(2, v.size) } : v,
      );
      const head = `${label}: for (let ${i} = 0; ${i} < Math.min(${list.name}.length, ${list.size}); ${i}++) {`;
      const plain = `${label}: for (let ${i} = 0; ${i} < ${list.name}.length; ${i}++) {`;
      const body = this.inside({ ...place, variables }, { loops }, [variable]);
      return [{ head: list.kind === 'typed' ? plain : head, body, tail: '}' }];
    };
    const overElements = (): Statement[] => {
      const list = c.pick(arrays);
      const e = this.name('e');
      const variables = place.variables.map((v) =>
        v.kind === 'array' ? { ...v, kind: 'typed' as const, size: Math.min(2, v.size) } : v,
      );
      const body = this.inside({ ...place, variables }, { loops }, [
        { name: e, kind: 'number', mutable: false, size: 0 },
      ]);
      return [{ head: `${label}: for (const ${e} of ${list.name}) {`, body, tail: '}' }];
    };
    const guarded = (): Statement[] => {
      const k = this.name('k');
      const body = this.inside(place, { loops }, []);
      const condition = `${k} < ${count} && ${this.condition(place, 1)}`;
      if (c.is(0.3))
        return [
          `let ${k} = 0;`,
          { head: `${label}: do {`, body: [`${k}++;`, ...body], tail: `} while (${condition});` },
        ];
      return [`let ${k} = 0;`, { head: `${label}: while (${condition}) {`, body: [`${k}++;`, ...body], tail: '}' }];
    };
    const endless = (): Statement[] => {
      const k = this.name('k');
      const body = [`if (++${k} > ${count}) break;`, ...this.inside(place, { loops }, [])];
      return [`let ${k} = 0;`, { head: `${label}: while (true) {`, body, tail: '}' }];
    };
    return c.way<Statement[]>(
      [4, counted],
      [arrays.length > 0 ? 2 : 0, overLength],
      [arrays.length > 0 ? 1 : 0, overElements],
      [2, guarded],
      [0.7, endless],
    );
  }

  private jump(place: Place): string {
    const { c } = this;
    const word = c.pick(['break', 'continue']);
    const label = c.is(0.4) ? ` ${c.pick(place.loops)}` : '';
    return `if (${this.condition(place, 1)}) ${word}${label};`;
  }

  private newPoint(place: Place): Statement[] {
    const [u, v, w] = [this.number(place, 1), this.number(place, 1), this.bounded(place, 1)];
    const isInstance = this.hasClass && this.c.is(0.5);
    const name = this.declare(place, 'point', 'p');
    if (!isInstance) return [`const ${name} = { u: ${u}, v: ${v}, q: { w: ${w} } };`];
    const made = `const ${name} = new Point(${u}, ${v});`;
    if (this.c.is(0.5)) return [made];
    return [made, `let ${this.declare(place, 'number', 'n', 0, true)} = ${name}.move(${w});`];
  }

  private newList(place: Place): Statement[] {
    const { c } = this;
    const size = 2 + c.below(3);
    const elements = Array.from({ length: size }, () => this.number(place, 1)).join(', ');
    const arrays = this.of(place, 'array');
    return c.way<Statement[]>(
      [2, () => [`const ${this.declare(place, 'array', 'a', size)} = [${elements}];`]],
      [1, () => [`const ${this.declare(place, 'typed', 'x', size)} = new Float64Array(${size});`]],
      [1, () => [`const ${this.declare(place, 'typed', 'x', size)} = Float64Array.of(${elements});`]],
      [
        arrays.length > 0 ? 0.7 : 0,
        () => {
          const from = c.pick(arrays);
          const body = this.callback(place, 1);
          return [`const ${this.declare(place, 'array', 'a', from.size)} = ${from.name}.map((e) => ${body});`];
        },
      ],
      [
        arrays.length > 0 ? 0.4 : 0,
        () => {
          const from = c.pick(arrays);
          return [`const ${this.declare(place, 'array', 'a', from.size)} = [...${from.name}];`];
        },
      ],
    );
  }

  private view(place: Place, list: Variable): Statement[] {
    const from = this.c.below(list.size - 1);
    const to = from + 1 + this.c.below(list.size - from);
    return [`const ${this.declare(place, 'typed', 'x', to - from)} = ${list.name}.subarray(${from}, ${to});`];
  }

  /** Arrays get longer; what they lose again is what they got. */
  private growth(place: Place, list: Variable): string {
    const { c } = this;
    return c.way(
      [2, () => `${list.name}.push(${this.bounded(place, 1)});`],
      [1, () => `${list.name}[${list.name}.length] = ${this.bounded(place, 1)};`],
      [1, () => `if (${list.name}.length > ${list.size}) ${list.name}.pop();`],
    );
  }

  private closure(place: Place): Statement[] {
    const { c } = this;
    const p = this.name('p');
    const parameter: Variable = { name: p, kind: 'number', mutable: false, size: 0 };
    const inner: Place = {
      ...place,
      variables: [...place.variables.filter((v) => v.kind !== 'closure'), parameter],
      loops: [],
      isInner: true,
      returns: false,
    };
    const result = this.number(inner, 2);
    const numbers = this.of(place, 'number').filter((v) => v.mutable);
    const effect = numbers.length > 0 && c.is(0.6) ? [this.assignment(inner, c.pick(numbers).name)] : [];
    const g = this.declare(place, 'closure', 'g');
    if (effect.length === 0) return [`const ${g} = (${p}) => ${result};`];
    return [{ head: `const ${g} = (${p}) => {`, body: [...effect, `return ${result};`], tail: '};' }];
  }

  private choice(place: Place): Statement[] {
    const indexes = this.of(place, 'index');
    const by = indexes.length > 0 ? `${this.c.pick(indexes).name} % 3` : `Math.floor(${this.number(place, 1)})`;
    const arm = (label: string): Statement => ({
      head: `${label}: {`,
      body: [...this.inside(place, { loops: [] }), ...(this.c.is(0.7) ? ['break;'] : [])],
      tail: '}',
    });
    return [{ head: `switch (${by}) {`, body: [arm('case 0'), arm('case 1'), arm('default')], tail: '}' }];
  }

  /** A list of nodes, followed to its end. */
  private linked(place: Place): Statement[] {
    const [head, node, i] = [this.name('list'), this.name('node'), this.name('i')];
    const numbers = this.of(place, 'number').filter((v) => v.mutable);
    const into = numbers.length > 0 ? this.c.pick(numbers).name : this.name('n');
    const declared = numbers.length > 0 ? [] : [`let ${into} = 0;`];
    const index: Variable = { name: i, kind: 'index', mutable: false, size: 3 };
    const value = this.bounded({ ...place, variables: [...place.variables, index] }, 1);
    return [
      ...declared,
      `let ${head} = null;`,
      {
        head: `for (let ${i} = 0; ${i} < 3; ${i}++) {`,
        body: [`${head} = { w: ${value}, next: ${head} };`],
        tail: '}',
      },
      {
        head: `for (let ${node} = ${head}; ${node} !== null; ${node} = ${node}.next) {`,
        body: [`${node}.w *= ${this.bounded(place, 1)};`, `${into} += ${node}.w;`],
        tail: '}',
      },
    ];
  }

  private forEach(place: Place, list: Variable): Statement {
    const numbers = this.of(place, 'number').filter((v) => v.mutable);
    const target = numbers.length > 0 ? this.c.pick(numbers).name : `${list.name}[0]`;
    return { head: `${list.name}.forEach((e) => {`, body: [`${target} += ${this.callback(place, 1)};`], tail: '});' };
  }

  private alias(place: Place, point: Variable): Statement[] {
    return [`const ${this.declare(place, 'point', 'p')} = ${point.name};`];
  }
}
