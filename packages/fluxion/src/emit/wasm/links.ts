/**
 * What the functions of a module refer to: imports, each other, functions of our own that they call, and globals, all by number.
 * Invariant: numbers are known before the first function is written, so that nothing is patched.
 */
import { type Func, type Host, type Module, type Region, regionsOf } from '../../ir/ops.ts';
import type { Level } from '../../ir/types.ts';
import type { PrimitiveName } from '../../rules/rule.ts';
import { table } from '../../rules/table.ts';
import { type Assistant, assistantsOf, importsOf } from './math.ts';
import { regionCount } from './memory.ts';

/** A function that JavaScript gives. */
export type Import =
  | { readonly kind: 'leave' }
  | { readonly kind: 'math'; readonly fn: PrimitiveName; readonly arity: number }
  | { readonly kind: 'host'; readonly host: Host; readonly index: number };

export class Links {
  readonly levels: readonly Level[];
  readonly regions: number;
  readonly imports: Import[] = [{ kind: 'leave' }];
  readonly functions: readonly Func[];
  readonly assistants: Assistant[] = [];
  private readonly numbers = new Map<string, number>();

  constructor(module: Module, entries: readonly string[]) {
    this.levels = module.levels;
    this.regions = regionCount(module.levels);
    const reached = new Map<string, Func>();
    const wanted = new Set<Assistant>();
    const add = (name: string) => {
      if (reached.has(name)) return;
      const func = module.functions.get(name);
      if (func === undefined) throw new Error(`No function ${name}`);
      reached.set(name, func);
      walk(func.body);
    };
    const walk = (region: Region) => {
      for (const op of region.ops) {
        if (op.op === 'call') add(op.callee);
        if (op.op === 'host') this.import(`host ${op.host}`, this.host(module, op.host));
        for (const assistant of assistantsOf(op)) wanted.add(assistant);
        if (op.op === 'math') this.primitive(op.fn, op.args.length);
        for (const inner of regionsOf(op)) walk(inner);
      }
    };
    for (const name of entries) add(name);
    for (const assistant of wanted) for (const [fn, arity] of assistant.imports ?? []) this.primitive(fn, arity, true);
    this.functions = [...reached.values()];
    this.assistants.push(...wanted);
    let number = this.imports.length;
    for (const { name } of this.functions) this.numbers.set(`func ${name}`, number++);
    for (const { name } of this.assistants) this.numbers.set(`assistant ${name}`, number++);
  }

  get leave(): number {
    return 0;
  }

  math(fn: PrimitiveName, arity: number): number {
    return this.number(`math ${fn} ${arity}`);
  }

  hostCall(host: number): number {
    return this.number(`host ${host}`);
  }

  func(name: string): number {
    return this.number(`func ${name}`);
  }

  assistant(name: string): number {
    return this.number(`assistant ${name}`);
  }

  /** The address up to which a region is filled. */
  top(region: number): number {
    return 2 * region;
  }

  limit(region: number): number {
    return 2 * region + 1;
  }

  shift(level: number): number {
    return 2 * this.regions + level;
  }

  get globals(): number {
    return 2 * this.regions + this.levels.length;
  }

  private number(key: string): number {
    const number = this.numbers.get(key);
    if (number === undefined) throw new Error(`Nothing is linked as ${key}`);
    return number;
  }

  private host(module: Module, index: number): Import {
    return { kind: 'host', host: module.hosts[index], index };
  }

  private primitive(fn: PrimitiveName, arity: number, always = false): void {
    if (!always && !importsOf(fn, arity)) return;
    this.import(`math ${fn} ${arity}`, { kind: 'math', fn, arity });
  }

  private import(key: string, what: Import): void {
    if (this.numbers.has(key)) return;
    this.numbers.set(key, this.imports.length);
    this.imports.push(what);
  }
}

/** The JavaScript function behind a primitive: the engine's own where there is one, so that the bits are f's. */
export function engineFunction(fn: PrimitiveName): (...xs: number[]) => number {
  if (fn === 'pow') return Math.pow;
  return table[fn].value as (...xs: number[]) => number;
}
