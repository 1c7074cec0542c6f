/**
 * Texts of functions of a given size, no two alike, so that nothing that is kept of one serves another.
 * Invariant: each is a function of a `number[]` of four that gives a number, finite near its example; what it is depends on the seed alone.
 */
import { randomNumbers } from '../timing.ts';

export interface Program {
  /** The text of a module that exports `f`. */
  readonly text: string;
  /** How many calls in one another it makes, if it recurses: given to it behind the array. */
  readonly depth?: number;
}

/** Draws whole numbers below `n`. */
type Draw = (n: number) => number;

function drawing(seed: number): Draw {
  const next = randomNumbers(seed * 2654435761 + 1);
  for (let i = 0; i < 8; i++) next();
  return (n) => Math.min(n - 1, Math.floor(((next() + 1) / 2) * n));
}

const calls = ['Math.sin', 'Math.cos', 'Math.tanh', 'Math.atan', 'Math.sqrt', 'Math.log1p', 'squash', 'blend'];

/** An expression that stays within a few units of 0, whatever the variables are, and depends on one of them. */
function expression(draw: Draw, names: readonly string[], depth: number): string {
  const variable = (): string => names[Math.max(draw(names.length), draw(names.length))];
  const leaf = (): string => (draw(5) === 0 ? constant(draw) : variable());
  if (depth === 0) return variable();
  const inner = (): string => expression(draw, names, depth - 1);
  switch (draw(7)) {
    case 0:
      return `(${inner()} + ${leaf()}) * 0.5`;
    case 1:
      return `${inner()} - 0.3 * ${leaf()}`;
    case 2: {
      const factor = leaf();
      return `(${inner()} * ${factor}) / (1 + ${factor} ** 2)`;
    }
    case 3:
      return `Math.max(${inner()}, ${leaf()})`;
    default: {
      const call = calls[draw(calls.length)];
      if (call === 'blend') return `blend(${inner()}, ${leaf()})`;
      if (call === 'Math.sqrt') return `Math.sqrt(1 + (${inner()}) ** 2)`;
      return call === 'Math.log1p' ? `Math.log1p(Math.abs(${inner()}))` : `${call}(${inner()})`;
    }
  }
}

const constant = (draw: Draw): string => `${(draw(1900) + 50) / 1000}`;

const helpers = `const squash = (u) => u / (1 + Math.abs(u));
function blend(a, b) {
  const w = 1 / (1 + Math.exp(-a));
  return w * a + (1 - w) * b;
}
`;

const reads = ['const a = x[0];', 'const b = x[1];', 'const c = x[2];'];

/** What numeric code is made of: assignments, sums in loops, branches, arrays, small functions that are called. */
export function numeric(lines: number, seed: number): Program {
  const draw = drawing(seed);
  const body = [...reads, 'let s = x[3];'];
  const names = ['a', 'b', 'c', 's'];
  const free = lines - 3;
  while (body.length < free) {
    const name = `v${names.length}`;
    const kind = body.length + 6 > free ? 0 : draw(10);
    const e = (depth = 2): string => expression(draw, names.slice(-12), depth);
    if (kind === 0) {
      body.push(`s = 0.5 * s + ${e()};`);
    } else if (kind === 1) {
      body.push(`let ${name} = ${e(1)};`, `if (${e(1)} > ${constant(draw)}) {`, `  ${name} = ${e()};`, '} else {');
      body.push(`  s += ${e(1)};`, '}');
      names.push(name);
    } else if (kind === 2) {
      body.push(`let ${name} = 0;`, 'for (let i = 0; i < x.length; i++) {', `  ${name} += x[i] * ${e(1)};`, '}');
      names.push(name);
    } else if (kind === 3) {
      body.push(`const w${name} = [${e(1)}, ${e(1)}, ${e(1)}];`, `let ${name} = ${constant(draw)};`);
      body.push(`for (const w of w${name}) ${name} = ${name} * 0.5 + w * s;`);
      names.push(name);
    } else {
      body.push(`const ${name} = ${e()};`);
      names.push(name);
    }
  }
  return { text: functionOf([...body, `return s + ${names.slice(-4).join(' + ')};`]) };
}

/** One assignment a line, and nothing else. */
export function straightLine(lines: number, seed: number): Program {
  const draw = drawing(seed);
  const body = [...reads, 'const s = x[3];'];
  const names = ['a', 'b', 'c', 's'];
  while (body.length < lines - 3) {
    const name = `v${names.length}`;
    body.push(`const ${name} = ${expression(draw, names.slice(-12), 1)};`);
    names.push(name);
  }
  return { text: functionOf([...body, `return ${names.slice(-12).join(' + ')};`]) };
}

/** So many branches, one after the other. */
export function branches(count: number, seed: number): Program {
  const draw = drawing(seed);
  const body = [...reads, 'let s = x[3];'];
  const e = (): string => expression(draw, ['a', 'b', 'c', 's'], 1);
  for (let n = 0; n < count; n++) body.push(`if (${e()} > ${constant(draw)}) s = 0.9 * s + ${e()};`);
  return { text: functionOf([...body, 'return s;']) };
}

/** So many branches, each in the `else` of the one before it. */
export function chain(count: number, seed: number): Program {
  const draw = drawing(seed);
  const e = (): string => expression(draw, ['a', 'b', 'c', 's'], 1);
  const cases = Array.from({ length: count }, (_, n) => `if (k < ${n + 1}) s = ${e()};`);
  const body = [...reads, 'let s = x[3];', `const k = ${count / 2} + a;`, cases.join('\nelse ')];
  return { text: functionOf([...body, 'return s;']) };
}

/** A function that calls itself from several branches: what grows without bound in tools that follow paths. */
export function recursion(seed: number): Program {
  const draw = drawing(seed);
  const e = (): string => expression(draw, ['a', 'b'], 1);
  const call = (): string => `step(${e()}, ${e()}, n - 1)`;
  const cases = Array.from(
    { length: 5 },
    () => `  if (${e()} > ${constant(draw)}) r += ${call()};\n  else r -= ${call()};`,
  );
  return {
    text: `${helpers}function step(a, b, n) {
  if (n === 0) return a * b;
  let r = ${e()};
${cases.join('\n')}
  return r;
}
export function f(x, n) {
  return step(x[0], x[1], n) + step(x[2], x[3], n);
}
`,
    depth: 2,
  };
}

function functionOf(body: readonly string[]): string {
  return `${helpers}export function f(x) {\n${body.map((line) => `  ${line.replaceAll('\n', '\n  ')}\n`).join('')}}\n`;
}
