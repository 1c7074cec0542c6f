/**
 * Random programs that take derivatives themselves: of functions of numbers, arrays, typed arrays and objects, in all modes, inside each other,
 * in loops, over active variables, with mutation.
 * Invariant: a program depends on its seed alone, and its numbers stay small enough to be compared.
 */
import { Chance } from './chance.ts';
import { lines, type Statement } from './code/writer.ts';

/** A program, and the lists of arguments it is judged at. */
export interface NestedProgram {
  readonly seed: number;
  readonly outer: readonly Statement[];
  readonly main: Statement & object;
  readonly args: readonly (readonly unknown[])[];
}

/** As a function of the operators gives it. */
export function nestedText({ outer, main }: NestedProgram): string {
  return `${[...outer.map((s) => lines(s)), `return ${lines(main)};`].join('\n')}\n`;
}

type Kind = 'number' | 'array' | 'typed' | 'point';

interface Variable {
  readonly name: string;
  readonly kind: Kind;
  readonly mutable: boolean;
}

export function nestedProgramOf(seed: number): NestedProgram {
  return new Generator(seed).program();
}

const size = 3;

class Generator {
  private readonly seed: number;
  private readonly c: Chance;
  private names = 0;
  /** Derivatives still to be written: their cost is the product of what is inside. */
  private derivatives = 0;

  constructor(seed: number) {
    this.seed = seed;
    this.c = new Chance(seed);
  }

  program(): NestedProgram {
    const { c } = this;
    this.derivatives = 2 + c.below(4);
    const variables: Variable[] = [
      { name: 'x', kind: 'typed', mutable: false },
      { name: 'a', kind: 'array', mutable: false },
      { name: 'o', kind: 'point', mutable: false },
      { name: 't', kind: 'number', mutable: true },
    ];
    const outer: Statement[] = [];
    if (c.is(0.4)) {
      const name = this.name('outside');
      outer.push(`const ${name} = ${c.pick(['grad', 'derivative'])}((y, k) => Math.sin(y * k) + y * y);`);
      this.outside.push(name);
    }
    const body = this.statements(variables, 3 + c.below(4), 3);
    const sum = variables.filter(({ kind }) => kind === 'number').map(({ name }) => name);
    body.push(`return ${[...sum, 'x[0] * a[1]', 'o.u * o.v', 'x[2] * a[0]'].join(' + ')};`);
    const real = () => Math.round((c.next() * 3 - 1.5) * 1000) / 1000 + 1e-4 * c.next();
    const args = Array.from({ length: 2 }, () => [
      Float64Array.from({ length: size }, real),
      Array.from({ length: size }, real),
      { u: real(), v: real() },
      real(),
    ]);
    return { seed: this.seed, outer, main: { head: '(function main(x, a, o, t) {', body, tail: '})' }, args };
  }

  private readonly outside: string[] = [];

  private name(letter: string): string {
    return `${letter}${this.names++}`;
  }

  private of(variables: readonly Variable[], kind: Kind): Variable[] {
    return variables.filter((v) => v.kind === kind);
  }

  private statements(variables: Variable[], count: number, depth: number): Statement[] {
    return Array.from({ length: count }, () => this.statement(variables, depth));
  }

  private statement(variables: Variable[], depth: number): Statement {
    const { c } = this;
    const declare = (kind: Kind, text: string, mutable = false): string => {
      const name = this.name(kind[0]);
      variables.push({ name, kind, mutable });
      return `${mutable ? 'let' : 'const'} ${name} = ${text};`;
    };
    const mutable = this.of(variables, 'number').filter((v) => v.mutable);
    return c.way<Statement>(
      [4, () => declare('number', this.bounded(this.number(variables, depth)), c.is(0.5))],
      [2, () => declare('array', this.array(variables, depth))],
      [1, () => declare('typed', `Float64Array.from(${this.array(variables, depth)})`)],
      [1, () => declare('point', `{ u: ${this.number(variables, depth)}, v: ${this.number(variables, depth)} }`)],
      [1, () => this.write(variables, depth)],
      [
        mutable.length > 0 ? 2 : 0,
        () => {
          const { name } = c.pick(mutable);
          const own = [...variables];
          const inside = c.is(0.5) ? [this.statement(own, depth)] : [];
          const body = [...inside, `${name} = ${this.bounded(`${name} * 0.5 + ${this.number(own, depth)}`)};`];
          return c.is(0.5)
            ? { head: `for (let i = 0; i < ${1 + c.below(3)}; i++) {`, body, tail: '}' }
            : { head: `if (${this.number(variables, 0)} < 0.3) {`, body, tail: '}' };
        },
      ],
      [depth > 0 ? 1 : 0, () => this.pullback(variables, depth)],
    );
  }

  private write(variables: Variable[], depth: number): string {
    const { c } = this;
    const list = c.pick([...this.of(variables, 'array'), ...this.of(variables, 'typed')]);
    return `${list.name}[${c.below(size)}] = ${this.bounded(this.number(variables, depth))};`;
  }

  private pullback(variables: Variable[], depth: number): Statement {
    const { c } = this;
    if (this.derivatives <= 0) return this.write(variables, 0);
    this.derivatives--;
    const name = this.name('back');
    const value = this.name('n');
    const kind = c.pick<Kind>(['number', 'array', 'typed']);
    const toArray = c.is(0.5);
    const f = toArray ? this.toArray(variables, kind, depth - 1) : this.toNumber(variables, kind, depth - 1);
    const pulls = Array.from({ length: 1 + c.below(2) }, () => {
      const seed = toArray ? this.array(variables, 0) : this.number(variables, 0);
      return `${name}.pullback(${seed})[0]${kind === 'number' ? '' : `[${c.below(size)}]`}`;
    });
    const own = `${name}.value${toArray ? `[${c.below(size)}]` : ''}`;
    const text = `const ${name} = vjp(${f}, ${this.value(variables, kind, 0)});`;
    const between = c.is(0.3) ? `${this.write(variables, 0)} ` : '';
    variables.push({ name: value, kind: 'number', mutable: false });
    return `${text} ${between}const ${value} = ${this.bounded([own, ...pulls].join(' + '))};`;
  }

  private bounded(text: string): string {
    return this.c.pick([`Math.sin(${text})`, `Math.tanh(${text})`, `(${text}) / (1 + Math.abs(${text}))`].slice(0, 2));
  }

  private value(variables: readonly Variable[], kind: Kind, depth: number): string {
    const known = this.of(variables, kind);
    switch (kind) {
      case 'number':
        return this.number(variables, depth);
      case 'array':
        return this.array(variables, depth);
      default:
        return this.c.pick(known).name;
    }
  }

  private atom(variables: readonly Variable[]): string {
    const { c } = this;
    const v = c.pick(variables);
    if (v.kind === 'number') return v.name;
    return v.kind === 'point' ? `${v.name}.${c.pick(['u', 'v'])}` : `${v.name}[${c.below(size)}]`;
  }

  private number(variables: readonly Variable[], depth: number): string {
    const { c } = this;
    const a = () => this.atom(variables);
    return c.way(
      [2, () => `${a()} * ${a()}`],
      [1, () => `${a()} + ${a()} * ${a()}`],
      [1, () => `Math.sin(${a()} * ${a()})`],
      [1, () => `Math.exp(-Math.abs(${a()}))`],
      [1, () => `(${a()} > ${a()} ? ${a()} * ${a()} : ${a()})`],
      [depth > 0 && this.derivatives > 0 ? 6 : 0, () => `${a()} * ${this.derivative(variables, depth)}`],
      [this.outside.length > 0 ? 1 : 0, () => `${c.pick(this.outside)}(${a()}, ${a()})`],
    );
  }

  private array(variables: readonly Variable[], depth: number): string {
    const { c } = this;
    const n = () => this.number(variables, 0);
    const known = this.of(variables, 'array');
    return c.way(
      [1, () => `[${n()}, ${n()}, ${n()}]`],
      [1, () => `${c.pick(known).name}.map((v, i) => v * ${this.atom(variables)} + i * 0.1)`],
      [1, () => `${c.pick(known).name}.slice()`],
      [
        depth > 0 && this.derivatives > 0 ? 2 : 0,
        () => {
          this.derivatives--;
          const from = this.array(variables, 0);
          return c.way(
            [2, () => `grad(${this.toNumber(variables, 'array', depth - 1)})(${from})`],
            [1, () => `derivative(${this.toArray(variables, 'number', depth - 1)})(${this.number(variables, 0)})`],
            [1, () => `hvp(${this.toNumber(variables, 'array', depth - 1)})(${from}, ${this.array(variables, 0)})`],
            [
              1,
              () =>
                `jvp(${this.toArray(variables, 'array', depth - 1)}, [${from}], [${this.array(variables, 0)}]).${c.pick(['tangent', 'value'])}`,
            ],
          );
        },
      ],
    );
  }

  /** A derivative that is a number. */
  private derivative(variables: readonly Variable[], depth: number): string {
    const { c } = this;
    this.derivatives--;
    const inner = depth - 1;
    const n = () => this.number(variables, inner > 0 && c.is(0.3) ? inner : 0);
    const at = c.below(size);
    return c.way(
      [3, () => `${c.pick(['grad', 'derivative'])}(${this.toNumber(variables, 'number', inner)})(${n()})`],
      [
        2,
        () => {
          const kind = c.pick<Kind>(['array', 'typed', 'point']);
          const part = kind === 'point' ? `.${c.pick(['u', 'v'])}` : `[${at}]`;
          return `grad(${this.toNumber(variables, kind, inner)})(${this.value(variables, kind, 0)})${part}`;
        },
      ],
      [1, () => `valueAndGrad(${this.toNumber(variables, 'number', inner)})(${n()}).${c.pick(['value', 'grad'])}`],
      [
        1,
        () =>
          `jvp(${this.toNumber(variables, 'array', inner)}, [${this.array(variables, 0)}], [${this.array(variables, 0)}]).tangent`,
      ],
      [
        1,
        () =>
          `hessian(${this.toNumber(variables, 'array', inner)})(${this.array(variables, 0)})[${at}][${c.below(size)}]`,
      ],
      [
        1,
        () =>
          `jacobian(${this.toArray(variables, 'array', inner)})(${this.array(variables, 0)})[${at}][${c.below(size)}]`,
      ],
      [1, () => `derivative(derivative(${this.toNumber(variables, 'number', inner)}))(${n()})`],
      [1, () => `grad((p, q) => Math.sin(p * q) * ${this.atom(variables)}, { wrt: ${c.below(2)} })(${n()}, ${n()})`],
    );
  }

  private toNumber(variables: readonly Variable[], kind: Kind, depth: number): string {
    return this.lambda(variables, kind, (own) => this.bounded(this.number(own, depth)));
  }

  private toArray(variables: readonly Variable[], kind: Kind, depth: number): string {
    return this.lambda(
      variables,
      kind,
      (own, y) => `[${this.bounded(this.number(own, depth))}, ${y} * ${y}, ${this.number(own, 0)} * ${y}]`,
    );
  }

  /** A function of one argument over all that is around it. */
  private lambda(
    variables: readonly Variable[],
    kind: Kind,
    result: (variables: readonly Variable[], y: string) => string,
  ): string {
    const { c } = this;
    const y = this.name('y');
    const own: Variable[] = [...variables, { name: y, kind, mutable: false }, { name: y, kind, mutable: false }];
    const part = kind === 'number' ? y : kind === 'point' ? `${y}.u` : `${y}[${c.below(size)}]`;
    if (c.is(0.5)) return `(${y}) => ${result(own, part)}`;
    const body: string[] = [];
    if (c.is(0.5)) {
      const local = this.name('l');
      body.push(
        `let ${local} = ${part};`,
        `for (let k = 0; k < 2; k++) ${local} = Math.sin(${local} * ${this.atom(own)}) + ${part};`,
      );
      own.push({ name: local, kind: 'number', mutable: true });
    }
    if (c.is(0.2) && kind !== 'number') body.push(`${part} = ${part} * ${part} + 0.1;`);
    const shared = this.of(variables, 'number').filter((v) => v.mutable);
    if (c.is(0.15) && shared.length > 0) {
      const { name } = c.pick(shared);
      body.push(`${name} = Math.sin(${name} + ${part});`);
    }
    const text = result(own, part);
    return `(${y}) => { ${body.join(' ')} return ${text.startsWith('[') ? text : `${text} + ${part}`}; }`;
  }
}
