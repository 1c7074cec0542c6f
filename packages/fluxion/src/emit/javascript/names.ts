/**
 * The names of the text: of functions, of properties, of variables in their scopes.
 * Invariant: a name that is given out is visible as that one thing wherever it is used; reserved words and what the text calls are never given.
 */
import { type Func, type Module, type Op, type Region, regionsOf } from '../../ir/ops.ts';
import type { Level, Space } from '../../ir/types.ts';

const reserved = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for
  function if implements import in instanceof interface let new null package private protected public return static super switch this
  throw true try typeof undefined var void while with yield Math Array Number Boolean Infinity NaN Object
  Float64Array Int32Array Int16Array Uint16Array Int8Array Uint8Array`.split(/\s+/),
);

/** What the text takes from the prelude. */
export const preludeNames = ['shadow', 'leave', 'within', 'index', 'start', 'copy', 'host', 'sumPrecise', 'f16round'];

const identifier = /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u;

export function isIdentifier(text: string): boolean {
  return identifier.test(text);
}

/** The nearest thing to an identifier. */
export function identifierFor(text: string): string {
  // A tangent is named x' in the IR.
  const [, own, primes] = /^(.*?)('*)$/s.exec(text)!;
  const cleaned = ('t'.repeat(primes.length) + own).replace(/[^\p{ID_Continue}$]+/gu, '_').replace(/^_+(?=.)|_+$/g, '');
  if (cleaned === '') return 'value';
  return identifier.test(cleaned) ? cleaned : `_${cleaned}`;
}

export class Scopes {
  private readonly open: Set<string>[] = [];

  constructor(taken: Iterable<string>) {
    this.open.push(new Set([...reserved, ...preludeNames, ...taken]));
  }

  inside<T>(write: () => T): T {
    this.open.push(new Set());
    try {
      return write();
    } finally {
      this.open.pop();
    }
  }

  /** The name, or the name with the first number that makes it free. */
  declare(wanted: string): string {
    const base = identifierFor(wanted);
    let name = base;
    for (let n = 2; this.open.some((scope) => scope.has(name)); n++)
      name = /\d$/.test(base) ? `${base}_${n}` : base + n;
    this.open[this.open.length - 1].add(name);
    return name;
  }

  /** The first letter that is free, as counters have them. */
  letter(): string {
    const free = ['i', 'j', 'k', 'l'].find((name) => !this.open.some((scope) => scope.has(name)));
    return this.declare(free ?? 'i');
  }

  /** The first of `letter1`, `letter2`, … that is free. */
  number(letter: string): string {
    let n = 1;
    while (this.open.some((scope) => scope.has(letter + n))) n++;
    return this.declare(letter + n);
  }
}

/** Names of functions: the user's, with what has been made of them. */
export function functionNames(module: Module, names: readonly string[]): Map<string, string> {
  const scopes = new Scopes([]);
  const only = module.levels.length < 2;
  const found = new Map<string, string>();
  for (const name of names) {
    const [, own, made = ''] = /^(.*?)\.\d+((?:\.\w+)*)$/.exec(name) ?? [name, name];
    const user = own === 'anonymous' ? 'f' : own;
    const parts = made.split('.').filter((part) => part !== '' && part !== 'inner');
    const words = parts.map((part) => (only ? part.replace(/\d+$/, '') : part));
    found.set(name, scopes.declare([user, ...words].join('_')));
  }
  return found;
}

/** What stands before the name of an adjoint (`dx`) or tangent. */
export function markOf(levels: readonly Level[], level: Level, lane: number): string {
  const same = levels.filter((l) => l.mode === level.mode);
  const n = Math.max(
    0,
    same.findIndex((l) => l.index === level.index),
  );
  return `${level.mode === 'reverse' ? 'd' : 't'}${n === 0 ? '' : n + 1}${level.lanes > 1 ? `_${lane}` : ''}`;
}

/** The marks of a space of shadows, the one next to the user's memory first. */
export function marksOf(levels: readonly Level[], space: Space): string[] {
  const marks: string[] = [];
  for (let s = space; s.shadows !== undefined; s = s.shadows.space)
    marks.unshift(markOf(levels, s.shadows.level, s.shadows.lane));
  return marks;
}

export function rootOf(space: Space): Space {
  let root = space;
  while (root.shadows !== undefined) root = root.shadows.space;
  return root;
}

/** Properties of objects: the end of the space's name, or on the tape what is kept there; two of one object have different ones. */
export class Properties {
  private readonly known = new Map<Space, string>();
  private readonly taken = new Set<string>();
  private readonly hints: ReadonlyMap<Space, string>;

  /** `hints`: what is stored in spaces whose names tell nothing. */
  constructor(hints: ReadonlyMap<Space, string>) {
    this.hints = hints;
  }

  of(space: Space): string {
    const root = rootOf(space);
    let name = this.known.get(root);
    if (name !== undefined) return name;
    const dot = root.name.lastIndexOf('.');
    const family = dot < 0 ? root.name : root.name.slice(0, dot);
    const own = root.name.slice(dot + 1);
    const plain = /^var |^global\.|\.tape\d+\./.test(root.name)
      ? own.replace(/^var (.*?)\d*$/, '$1').replace(/\d+$/, '')
      : own;
    const base = plain === '' ? (this.hints.get(root) ?? 'kept') : plain;
    name = base;
    for (let n = 2; this.taken.has(`${family}.${name}`); n++) name = `${base}${n}`;
    this.taken.add(`${family}.${name}`);
    this.known.set(root, name);
    return name;
  }
}

const words: Readonly<Record<string, string>> = {
  add: 'sum',
  sub: 'difference',
  mul: 'product',
  div: 'quotient',
  mod: 'rest',
  pow: 'power',
  neg: 'negative',
  toIndex: 'index',
};

/** For each field that something is stored in: a word for what it is. */
export function hintsFor(functions: Iterable<Func>): Map<Space, string> {
  const hints = new Map<Space, string>();
  for (const func of functions) {
    const definitions = new Map<number, Op>();
    const walk = (region: Region): void => {
      for (const op of region.ops) {
        for (const value of op.results) definitions.set(value.id, op);
        if (op.op === 'store' && op.space.kind === 'field') {
          const made = definitions.get(op.args[1].id);
          const word =
            made &&
            ('fn' in made ? (words[made.fn] ?? made.fn) : { compare: 'test', call: 'result' }[made.op as string]);
          const name =
            made?.op === 'load' && made.space.kind === 'field' ? made.space.name.replace(/^.*\./, '') : undefined;
          const hint = op.args[1].name ?? word ?? name ?? (made?.op === 'load' ? 'element' : undefined);
          if (hint !== undefined && !hints.has(op.space)) hints.set(op.space, identifierFor(hint));
        }
        for (const inner of regionsOf(op)) walk(inner);
      }
    };
    walk(func.body);
  }
  return hints;
}
