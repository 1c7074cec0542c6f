/**
 * Random small programs: text of functions of three numbers with loops, branches, early exits, arrays, objects, closures, classes,
 * recursion and mutation. Values stay of order one, so that central differences can judge.
 * Invariant: a program is a function of its seed list alone, terminates, and uses no randomness of its own.
 */
import fc from 'fast-check';

/** Turns a list of random choices into a program, so that fast-check can shrink the list. */
export class Chooser {
  #at = 0;
  readonly choices: readonly number[];

  constructor(choices: readonly number[]) {
    this.choices = choices;
  }

  /** A number from 0 to n − 1; 0 when the choices have run out, which every rule takes for its simplest case. */
  pick(n: number): number {
    const c = this.choices[this.#at++];
    return c === undefined ? 0 : c % n;
  }

  get left(): number {
    return this.choices.length - this.#at;
  }
}

interface Scope {
  readonly numbers: string[];
  readonly arrays: string[];
  readonly objects: string[];
  readonly closures: string[];
  readonly loops: number;
  readonly inFunction: boolean;
}

export class Generator {
  readonly #c: Chooser;
  #names = 0;
  #label = 0;

  constructor(c: Chooser) {
    this.#c = c;
  }

  #name(): string {
    return `v${this.#names++}`;
  }

  #constant(): string {
    return ['1', '0.5', '2', '-1', '0.3', '-0.7', '1.5'][this.#c.pick(7)];
  }

  number(s: Scope, depth: number): string {
    const leaf = (): string => {
      const n = s.numbers;
      return this.#c.pick(5) === 4 ? this.#constant() : n[this.#c.pick(n.length)];
    };
    if (depth <= 0 || this.#c.left <= 0) return leaf();
    const e = (): string => this.number(s, depth - 1);
    switch (this.#c.pick(19)) {
      case 0:
        return leaf();
      case 1:
        return `(${e()} + ${e()})`;
      case 2:
        return `(${e()} - ${e()})`;
      case 3:
        return `Math.tanh(${e()} * ${e()})`;
      case 4:
        return `Math.sin(${e()})`;
      case 5:
        return `(${e()} / (1 + (${leaf()}) ** 2))`;
      case 6:
        return `Math.sqrt(1 + (${leaf()}) ** 2)`;
      case 7:
        return `(${this.condition(s, depth - 1)} ? ${e()} : ${e()})`;
      case 8:
        return s.arrays.length > 0 ? `${s.arrays[this.#c.pick(s.arrays.length)]}[${this.#c.pick(3)}]` : e();
      case 9:
        return s.objects.length > 0
          ? `${s.objects[this.#c.pick(s.objects.length)]}.${['a', 'b'][this.#c.pick(2)]}`
          : e();
      case 10:
        return s.closures.length > 0 ? `${s.closures[this.#c.pick(s.closures.length)]}(${e()})` : e();
      case 11:
        return `Math.exp(-((${leaf()}) ** 2))`;
      case 12:
        return `Math.max(${e()}, ${e()})`;
      case 13:
        return `Math.atan2(${e()}, 1.5 + (${leaf()}) ** 2)`;
      case 14:
        return `half(${e()}, ${this.#c.pick(4)})`;
      case 15:
        return `new Pair(${e()}, ${e()}).${['mix()', 'sum', 'twist(0.5).sum'][this.#c.pick(3)]}`;
      case 16:
        return `-(${leaf()})`;
      case 17:
        return s.arrays.length > 0
          ? `Math.tanh(${s.arrays[this.#c.pick(s.arrays.length)]}.${['map((t, i) => t * (i + 1)).reduce((p, q) => p + q, 0)', 'reduce((p, q) => p * q, 1)', 'filter((t) => t > 0).length', 'at(-1)'][this.#c.pick(4)]})`
          : e();
      default:
        return `((${leaf()} && ${e()}) || ${e()})`;
    }
  }

  condition(s: Scope, depth: number): string {
    const e = (): string => this.number(s, Math.min(depth, 1));
    switch (this.#c.pick(5)) {
      case 0:
        return `${e()} > ${this.#constant()}`;
      case 1:
        return `${e()} < ${e()}`;
      case 2:
        return `!(${e()} >= ${this.#constant()})`;
      case 3:
        return `(${e()} > 0 && ${e()} < 1)`;
      default:
        return `(${e()} > 1 || ${e()} < -0.2)`;
    }
  }

  block(s: Scope, statements: number, depth: number): string {
    const inner: Scope = {
      ...s,
      numbers: [...s.numbers],
      arrays: [...s.arrays],
      objects: [...s.objects],
      closures: [...s.closures],
    };
    let text = '';
    for (let k = 0; k < statements && this.#c.left > 0; k++) text += `${this.statement(inner, depth)}\n`;
    return text;
  }

  /** May add names to `s`. */
  statement(s: Scope, depth: number): string {
    const target = (): string => {
      const own = s.numbers.filter((n) => !/^i/.test(n));
      return own[this.#c.pick(own.length)];
    };
    switch (this.#c.pick(depth > 0 ? 18 : 7)) {
      case 0: {
        const value = this.number(s, 3);
        const name = this.#name();
        s.numbers.push(name);
        return `let ${name} = ${value};`;
      }
      case 1:
        return `${target()} = ${this.number(s, 3)};`;
      case 2:
        return `${target()} ${['+=', '-='][this.#c.pick(2)]} ${this.number(s, 2)};`;
      case 3: {
        const value = `[${this.number(s, 1)}, ${this.number(s, 1)}, ${this.number(s, 1)}]`;
        const name = this.#name();
        s.arrays.push(name);
        return `const ${name} = ${this.#c.pick(2) === 0 ? value : `Float64Array.from(${value})`};`;
      }
      case 4: {
        const name = this.#name();
        const text = `const ${name} = { a: ${this.number(s, 1)}, b: ${this.number(s, 1)} };`;
        s.objects.push(name);
        return text;
      }
      case 5:
        if (s.arrays.length === 0) return `${target()} *= 0.9;`;
        return `${s.arrays[this.#c.pick(s.arrays.length)]}[${this.#c.pick(3)}] ${['=', '+='][this.#c.pick(2)]} ${this.number(s, 2)};`;
      case 6:
        if (s.objects.length === 0) return `${target()} = Math.tanh(${target()});`;
        return `${s.objects[this.#c.pick(s.objects.length)]}.${['a', 'b'][this.#c.pick(2)]} ${['=', '-='][this.#c.pick(2)]} ${this.number(s, 2)};`;
      case 7:
        return `if (${this.condition(s, 2)}) {\n${this.block(s, 2, depth - 1)}}${this.#c.pick(2) === 0 ? '' : ` else {\n${this.block(s, 2, depth - 1)}}`}`;
      case 8: {
        const i = `i${this.#names++}`;
        const inner = { ...s, numbers: [...s.numbers, i], loops: s.loops + 1 };
        return `for (let ${i} = 0; ${i} < ${1 + this.#c.pick(3)}; ${i}++) {\n${this.block(inner, 2, depth - 1)}}`;
      }
      case 9: {
        const i = `i${this.#names++}`;
        const inner = { ...s, loops: s.loops + 1 };
        return `{ let ${i} = 0;\nwhile (${i}++ < ${1 + this.#c.pick(4)}) {\nif (${this.condition(s, 1)}) ${['break', 'continue'][this.#c.pick(2)]};\n${this.block(inner, 2, depth - 1)}} }`;
      }
      case 10: {
        const name = this.#name();
        const p = this.#name();
        const inner = { ...s, numbers: [...s.numbers, p], inFunction: true };
        const text = `const ${name} = (${p}) => {\n${this.block(inner, 2, depth - 1)}return Math.tanh(${this.number(inner, 2)}); };`;
        s.closures.push(name);
        return text;
      }
      case 11:
        return `try {\n${this.block(s, 1, depth - 1)}if (${this.condition(s, 1)}) throw [${this.number(s, 1)}];\n${target()} += 0.1; } catch (e) { ${target()} = e[0] * 0.5; } finally { ${target()} *= 0.8; }`;
      case 12:
        return `switch (Math.floor(Math.abs(${target()} * 3)) % 3) { case 0: ${target()} += ${this.number(s, 1)}; case 1: ${target()} *= 0.5; break; default: ${target()} -= 0.2; }`;
      case 13: {
        const label = `l${this.#label++}`;
        const i = `i${this.#names++}`;
        return `${label}: for (let ${i} = 0; ${i} < 3; ${i}++) { for (const t of [0.3, -0.4]) { if (${target()} * t > 0.2) continue ${label}; ${target()} += t * ${this.number(s, 1)}; if (${this.condition(s, 1)}) break ${label}; } }`;
      }
      case 14:
        return `if (${this.condition(s, 1)}) return Math.tanh(${this.number(s, 2)});`;
      case 15: {
        const [a, b] = [target(), target()];
        return a === b ? `${a} = -${a};` : `[${a}, ${b}] = [${b}, ${a} * 0.9];`;
      }
      case 16: {
        const values = `[${this.number(s, 1)}, ...gen(${target()}), 0.2]`;
        const name = this.#name();
        const rest = this.#name();
        s.numbers.push(name);
        s.arrays.push(rest);
        return `let [${name} = 0.4, ...${rest}] = ${values};`;
      }
      default:
        return s.arrays.length > 0
          ? `for (const t of ${s.arrays[this.#c.pick(s.arrays.length)]}) ${target()} += Math.sin(t) * 0.5;`
          : `${target()} = ${target()} * 0.7 + 0.1;`;
    }
  }

  program(): string {
    const scope: Scope = {
      numbers: ['x', 'y', 'z'],
      arrays: ['xs'],
      objects: [],
      closures: [],
      loops: 0,
      inFunction: false,
    };
    const body = this.block(scope, 12, 2);
    return `(xs) => {
class Pair {
  #b;
  constructor(a, b) { this.a = a; this.#b = b; }
  get sum() { return this.a + this.#b; }
  mix() { return Math.sin(this.a) * this.#b * 0.5; }
  twist(k) { this.#b *= k; return this; }
}
function half(t, n) { return n === 0 ? Math.tanh(t) : half(t * 0.5 + 0.1, n - 1) + 0.1; }
function* gen(t) { yield t * 0.5; yield Math.sin(t); }
let [x, y, z] = xs;
${body}return Math.tanh(x * 0.3 + y * 0.5 - z * 0.2 + xs[0] * 0.1);
}`;
  }
}

/** Text of random programs of one list of three numbers. */
export const programs: fc.Arbitrary<string> = fc
  .array(fc.nat({ max: 5039 }), { minLength: 5, maxLength: 160 })
  .map((choices) => new Generator(new Chooser(choices)).program());
