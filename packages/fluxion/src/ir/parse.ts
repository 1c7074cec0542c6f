/**
 * The text form of the IR, read. Values may be called by any name (`%x`); those called by a number keep it as their id.
 * Invariant: a text that `print` gave is read as a module that prints as the same text. What a text means is not checked
 * here beyond its grammar and its names: that is the verifier's.
 */
import type { PrimitiveName } from '../rules/rule.ts';
import { newLabel } from './build.ts';
import type {
  Checkpoint,
  ConversionName,
  Derivation,
  DerivePart,
  End,
  Func,
  Host,
  IntegerName,
  Label,
  Module,
  Op,
  Place,
  Reason,
  Region,
  Role,
  Test,
  Value,
} from './ops.ts';
import {
  type CellKind,
  type Level,
  nullRef,
  type Shape,
  type Space,
  shadowOf,
  type Type,
  undefinedRef,
} from './types.ts';

export interface ParseOptions {
  /** What the hosts of the text call, by name. */
  readonly hosts?: Readonly<Record<string, (...args: number[]) => unknown>>;
}

/** A module with what its text calls spaces and shapes, for whoever puts objects into its memory. */
export interface Parsed extends Module {
  readonly spaces: ReadonlyMap<string, Space>;
  readonly shapes: ReadonlyMap<string, Shape>;
}

export function parse(text: string, options: ParseOptions = {}): Parsed {
  return new Parser(text, options).module();
}

const token =
  /[ \t\r\n]+|\/\/[^\n]*|("(?:[^"\\]|\\.)*"|->|%[\p{L}\p{N}_$.]+|@\d+:\d+|-?(?:\d[\d.]*(?:e[+-]?\d+)?|Infinity)(?![\p{L}_$])|[\p{L}_$][\p{L}\p{N}_$.]*|[(){}[\],:=])/uy;

interface Token {
  readonly text: string;
  readonly offset: number;
}

class Parser {
  private readonly tokens: Token[] = [];
  private at = 0;
  private readonly source: string;
  private readonly options: ParseOptions;
  private readonly levels: Level[] = [];
  private readonly spaces = new Map<string, Space>();
  private readonly shapes = new Map<string, Shape>();
  private readonly derivations: Derivation[] = [];
  private readonly reasons: Reason[] = [];
  private readonly hosts: Host[] = [];
  private values = new Map<string, Value>();
  private labels = new Map<string, Label>();
  private nextId = 0;

  constructor(source: string, options: ParseOptions) {
    this.source = source;
    this.options = options;
    token.lastIndex = 0;
    for (let offset = 0; offset < source.length; offset = token.lastIndex) {
      token.lastIndex = offset;
      const match = token.exec(source);
      if (match === null) throw this.fault(`unreadable ${JSON.stringify(source[offset])}`, offset);
      if (match[1] !== undefined) this.tokens.push({ text: match[1], offset });
    }
  }

  module(): Parsed {
    const functions = new Map<string, Func>();
    while (this.at < this.tokens.length) {
      const word = this.next();
      if (word === 'level') this.level();
      else if (word === 'space') this.spaceDeclaration();
      else if (word === 'shape') this.shape();
      else if (word === 'reason') this.reason();
      else if (word === 'derivation') this.derivation();
      else if (word === 'host') this.host();
      else if (word === 'func') {
        const func = this.func();
        functions.set(func.name, func);
      } else throw this.unexpected('a declaration');
    }
    const { levels, spaces, shapes, reasons, hosts } = this;
    return { functions, levels, spaces, shapes, reasons, hosts };
  }

  private level(): void {
    const index = this.number();
    this.expect(':');
    const mode = this.next();
    if (mode !== 'forward' && mode !== 'reverse') throw this.unexpected('a mode');
    this.levels[index] = { index, mode, lanes: mode === 'forward' ? this.number() : 1 };
  }

  private spaceDeclaration(): void {
    const name = this.name();
    this.expect(':');
    const cell = this.next() as CellKind;
    const kind = this.next();
    if (kind !== 'field' && kind !== 'elements') throw this.unexpected('field or elements');
    const slot = kind === 'field' ? this.number() : 0;
    this.spaces.set(name, { name, cell, kind, slot, constant: this.accept('constant') });
  }

  private shape(): void {
    const name = this.name();
    const tape = this.accept('tape') ? this.levelAt(this.number()) : undefined;
    const fields: Space[] = [];
    this.expect('{');
    while (!this.accept('}')) {
      if (fields.length > 0) this.expect(',');
      fields.push(this.space());
    }
    this.shapes.set(name, { name, fields, tape });
  }

  private reason(): void {
    const n = this.number();
    this.expect(':');
    const code = this.next() as Reason['code'];
    this.reasons[n] = { code, message: this.name(), at: this.place() };
  }

  private derivation(): void {
    const n = this.number();
    this.expect(':');
    const callee = this.name();
    this.expect('level');
    const level = this.levelAt(this.number());
    const params = this.parens(() => this.next() as Role);
    const spaces = new Set<Space>();
    if (this.accept('spaces')) {
      this.expect('{');
      while (!this.accept('}')) {
        if (spaces.size > 0) this.expect(',');
        spaces.add(this.space());
      }
    }
    this.derivations[n] = { callee, level, params, spaces };
  }

  private host(): void {
    const n = this.number();
    this.expect(':');
    const name = this.name();
    const params = this.parens(() => this.type());
    const results = this.arrow();
    const missing = () => {
      throw new Error(`The host ${name} is only named in this text`);
    };
    this.hosts[n] = { name, params, results, callee: this.options.hosts?.[name] ?? missing };
  }

  private func(): Func {
    this.values = new Map();
    this.labels = new Map();
    this.nextId = this.firstFreeId();
    const name = this.name();
    const params = this.parens(() => this.definition());
    const results = this.arrow();
    return { name, params, results, body: this.region([]) };
  }

  /** Behind every id that is written out in the function that begins here. */
  private firstFreeId(): number {
    let free = 0;
    for (let n = this.at; n < this.tokens.length && this.tokens[n].text !== 'func'; n++) {
      const id = writtenId(this.tokens[n].text);
      if (id !== undefined) free = Math.max(free, id + 1);
    }
    return free;
  }

  private region(params: readonly Value[]): Region {
    const ops: Op[] = [];
    this.expect('{');
    for (;;) {
      const end = this.end();
      if (end !== undefined) {
        this.expect('}');
        return { params, ops, end };
      }
      ops.push(this.op());
    }
  }

  private end(): End | undefined {
    if (this.accept('never')) return { kind: 'never' };
    if (this.accept('yield')) return { kind: 'yield', values: this.uses() };
    if (!this.accept('br')) return undefined;
    const name = this.next();
    const label = this.labels.get(name);
    if (label === undefined) throw this.unexpected('the label of an enclosing block');
    return { kind: 'br', label, values: this.uses(), at: this.place() };
  }

  private op(): Op {
    const defined: (readonly [name: string, type: Type])[] = [];
    while (this.peek().startsWith('%')) {
      if (defined.length > 0 && this.peek() === ',') this.next();
      defined.push(this.typed());
      if (!this.accept(',')) {
        this.expect('=');
        break;
      }
    }
    // The results of an operation are not visible in its regions, so they get their names behind it.
    const results: Value[] = [];
    const op = this.operation(results, defined.length === 1 ? defined[0][1] : undefined);
    for (const [name, type] of defined) results.push(this.define(name, type));
    return op;
  }

  private operation(results: Value[], type: Type | undefined): Op {
    const [word, fn, flag] = this.next().split('.');
    switch (word) {
      case 'const':
        return { op: 'const', value: this.constant(type), results, at: this.place() };
      case 'math':
        return { op: 'math', fn: fn as PrimitiveName, args: this.uses(), results, at: this.place() };
      case 'int':
        return { op: 'int', fn: fn as IntegerName, args: this.uses(), results, at: this.place() };
      case 'convert':
        return { op: 'convert', fn: fn as ConversionName, args: [this.use()], results, at: this.place() };
      case 'compare': {
        const args = this.uses() as [Value, Value];
        const unsigned = flag === 'unsigned' ? true : undefined;
        return { op: 'compare', test: fn as Test, unsigned, args, results, at: this.place() };
      }
      case 'select':
        return { op: 'select', args: this.uses() as [Value, Value, Value], results, at: this.place() };
      case 'alloc': {
        const shape = this.shapes.get(this.name());
        if (shape === undefined) throw this.unexpected('a declared shape');
        return { op: 'alloc', shape, results, at: this.place() };
      }
      case 'elements': {
        const space = this.space();
        const args = this.brackets() as [Value];
        const tape = this.accept('tape') ? this.levelAt(this.number()) : undefined;
        return { op: 'elements', space, args, tape, results, at: this.place() };
      }
      case 'offset':
        return {
          op: 'offset',
          space: this.space(),
          args: this.brackets() as [Value, Value],
          results,
          at: this.place(),
        };
      case 'load':
        return { op: 'load', space: this.space(), args: this.brackets(), results, at: this.place() };
      case 'store': {
        const space = this.space();
        const args = this.brackets();
        this.expect('=');
        return { op: 'store', space, args: [...args, this.use()], results, at: this.place() };
      }
      case 'copy': {
        const space = this.space();
        const [to, toIndex] = this.brackets();
        this.expect('=');
        const [from, fromIndex] = this.brackets();
        this.expect('count');
        return { op: 'copy', space, args: [to, toIndex, from, fromIndex, this.use()], results, at: this.place() };
      }
      case 'guard': {
        const condition = this.use();
        this.expect('else');
        return { op: 'guard', reason: this.number(), args: [condition], results, at: this.place() };
      }
      case 'mark':
        return { op: 'mark', results, at: this.place() };
      case 'release':
        return { op: 'release', args: [this.use()], results, at: this.place() };
      case 'call': {
        const callee = this.name();
        const args = this.parens(() => this.use());
        let checkpoint: Checkpoint | undefined = fn === 'checkpoint' ? 'numbers' : undefined;
        if (checkpoint !== undefined && this.accept('array'))
          checkpoint = { length: this.space(), data: this.space(), elements: this.space() };
        return { op: 'call', callee, checkpoint, args, results, at: this.place() };
      }
      case 'derive': {
        const part = this.next() as DerivePart;
        const of = this.derivations[this.number()];
        if (of === undefined) throw this.unexpected('a declared derivation');
        return { op: 'derive', part, of, args: this.parens(() => this.use()), results, at: this.place() };
      }
      case 'host':
        return { op: 'host', host: this.number(), args: this.parens(() => this.use()), results, at: this.place() };
      case 'if': {
        const args = [this.use()] as const;
        const at = this.place();
        const then = this.region([]);
        this.expect('else');
        return { op: 'if', args, then, else: this.region([]), results, at };
      }
      case 'loop': {
        const args = this.uses();
        const trips = this.accept('trips') ? this.use() : undefined;
        const at = this.place();
        this.expect('test');
        const test = this.region(this.parens(() => this.definition()));
        this.expect('body');
        return { op: 'loop', args, trips, test, body: this.region(this.parens(() => this.definition())), results, at };
      }
      case 'block': {
        const name = this.next();
        const label = newLabel();
        this.labels.set(name, label);
        return { op: 'block', label, at: this.place(), body: this.region([]), results };
      }
      default:
        throw this.unexpected('an operation');
    }
  }

  private space(): Space {
    const shadow = /^(?:d(\d+)|t(\d+)\.(\d+))$/.exec(this.peek());
    if (shadow !== null && this.tokens[this.at + 1]?.text === '(') {
      this.at += 2;
      const space = this.space();
      this.expect(')');
      return shadowOf(space, this.levelAt(Number(shadow[1] ?? shadow[2])), Number(shadow[3] ?? 0));
    }
    const space = this.spaces.get(this.name());
    if (space === undefined) throw this.unexpected('a declared space');
    return space;
  }

  private levelAt(index: number): Level {
    const level = this.levels[index];
    if (level === undefined) throw this.unexpected('a declared level');
    return level;
  }

  private constant(type: Type | undefined): number {
    const word = this.next();
    if (word === 'true' || word === 'false') return word === 'true' ? 1 : 0;
    if (word === 'null') return nullRef;
    if (word === 'undefined') return undefinedRef;
    const value = Number(word);
    if (word !== 'NaN' && Number.isNaN(value)) throw this.unexpected(`a constant ${type ?? ''}`);
    return value;
  }

  private typed(): readonly [string, Type] {
    const name = this.next();
    if (!name.startsWith('%')) throw this.unexpected('a value');
    this.expect(':');
    return [name, this.type()];
  }

  private definition(): Value {
    return this.define(...this.typed());
  }

  private define(text: string, type: Type): Value {
    const name = /^%([\p{L}_$][\p{L}\p{N}_$]*)(?:\.\d+)?$/u.exec(text)?.[1];
    const value: Value = { id: writtenId(text) ?? this.nextId++, type, name };
    this.values.set(text, value);
    return value;
  }

  private use(): Value {
    const value = this.values.get(this.next());
    if (value === undefined) throw this.unexpected('a value defined above');
    return value;
  }

  private uses(): Value[] {
    const found: Value[] = [];
    if (!this.peek().startsWith('%')) return found;
    // A definition may follow an operation without operands: `%x: …` and `%x, %y: …` are no uses.
    if (this.tokens[this.at + 1]?.text === ':') return found;
    do found.push(this.use());
    while (this.accept(','));
    return found;
  }

  private brackets(): Value[] {
    this.expect('[');
    const found = this.uses();
    this.expect(']');
    return found;
  }

  private parens<T>(item: () => T): T[] {
    const found: T[] = [];
    this.expect('(');
    while (!this.accept(')')) {
      if (found.length > 0) this.expect(',');
      found.push(item());
    }
    return found;
  }

  private arrow(): Type[] {
    const types: Type[] = [];
    if (!this.accept('->')) return types;
    do types.push(this.type());
    while (this.accept(','));
    return types;
  }

  private type(): Type {
    const word = this.next();
    if (word !== 'f64' && word !== 'i32' && word !== 'bool' && word !== 'ref') throw this.unexpected('a type');
    return word;
  }

  private place(): Place | undefined {
    if (!this.peek().startsWith('@')) return undefined;
    const [unit, offset] = this.next().slice(1).split(':').map(Number);
    return { unit, offset };
  }

  private name(): string {
    const word = this.next();
    return word.startsWith('"') ? (JSON.parse(word) as string) : word;
  }

  private number(): number {
    const value = Number(this.next());
    if (Number.isNaN(value)) throw this.unexpected('a number');
    return value;
  }

  private peek(): string {
    return this.tokens[this.at]?.text ?? '';
  }

  private next(): string {
    if (this.at >= this.tokens.length) throw this.fault('the text ends too early', this.source.length);
    return this.tokens[this.at++].text;
  }

  private accept(text: string): boolean {
    if (this.peek() !== text) return false;
    this.at++;
    return true;
  }

  private expect(text: string): void {
    if (this.next() !== text) throw this.unexpected(JSON.stringify(text));
  }

  /** The token just read is not what was needed. */
  private unexpected(wanted: string): Error {
    const { text, offset } = this.tokens[this.at - 1];
    return this.fault(`${JSON.stringify(text)} where ${wanted} is needed`, offset);
  }

  private fault(message: string, offset: number): Error {
    const line = this.source.slice(0, offset).split('\n').length;
    return new Error(`IR, line ${line}: ${message}\n${this.source.split('\n')[line - 1]}`);
  }
}

function writtenId(text: string): number | undefined {
  const id = /^%(?:.*\.)?(\d+)$/.exec(text)?.[1];
  return id === undefined ? undefined : Number(id);
}
