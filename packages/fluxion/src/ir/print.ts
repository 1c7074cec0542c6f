/**
 * The text form of the IR, to be read, compared in tests and parsed again.
 * Invariant: the same module gives the same text in every process; what `parse` makes of the text prints as that text.
 */
import {
  type Call,
  type Derivation,
  type End,
  type Func,
  type Label,
  type Module,
  type Op,
  type Place,
  type Region,
  regionsOf,
  type Value,
} from './ops.ts';
import { nullRef, type Shape, type Space, type Type, undefinedRef } from './types.ts';

export interface PrintOptions {
  /** Places in the source behind the operations, as `@unit:offset`. */
  readonly places?: boolean;
}

export function print(module: Module, options: PrintOptions = {}): string {
  const names = new Names(module);
  const lines: string[] = [];
  for (const { index, mode, lanes } of module.levels) {
    lines.push(`level ${index}: ${mode}${mode === 'forward' ? ` ${lanes}` : ''}`);
  }
  for (const space of names.spaces.keys()) {
    if (space.shadows !== undefined) continue;
    const place = space.kind === 'field' ? `field ${space.slot}` : 'elements';
    lines.push(`space ${names.space(space)}: ${space.cell} ${place}${space.constant ? ' constant' : ''}`);
  }
  for (const shape of names.shapes.keys()) {
    const tape = shape.tape === undefined ? '' : ` tape ${shape.tape.index}`;
    const fields = shape.fields.map((s) => names.space(s)).join(', ');
    lines.push(`shape ${names.shapes.get(shape)}${tape} {${fields === '' ? '' : ` ${fields} `}}`);
  }
  module.reasons.forEach(({ code, message, at }, n) => {
    lines.push(`reason ${n}: ${code} ${JSON.stringify(message)}${at === undefined ? '' : place(at)}`);
  });
  for (const [{ callee, level, params, spaces }, n] of names.derivations) {
    const active = spaces.size === 0 ? '' : ` spaces { ${[...spaces].map((s) => names.space(s)).join(', ')} }`;
    lines.push(`derivation ${n}: ${quoted(callee)} level ${level.index} (${params.join(', ')})${active}`);
  }
  module.hosts.forEach(({ name, params, results }, n) => {
    lines.push(`host ${n}: ${JSON.stringify(name)} (${params.join(', ')})${arrow(results)}`);
  });
  for (const func of module.functions.values()) {
    if (lines.length > 0) lines.push('');
    lines.push(...new FuncText(names, func, options).lines());
  }
  return `${lines.join('\n')}\n`;
}

/** One function, as it stands in the text of the module. */
export function printFunc(module: Module, name: string, options: PrintOptions = {}): string {
  const func = module.functions.get(name);
  if (func === undefined) throw new Error(`No function ${name}`);
  return `${new FuncText(new Names(module), func, options).lines().join('\n')}\n`;
}

/** The first line of an operation, for messages. */
export function printOp(module: Module, func: Func, op: Op): string {
  return new FuncText(new Names(module), func, {}).head(op);
}

export function printSpace(space: Space): string {
  return spaceText(space, (s) => quoted(s.name));
}

export function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function spaceText(space: Space, name: (root: Space) => string): string {
  const { shadows } = space;
  if (shadows === undefined) return name(space);
  const { level, lane } = shadows;
  const mark = level.mode === 'reverse' ? `d${level.index}` : `t${level.index}.${lane}`;
  return `${mark}(${spaceText(shadows.space, name)})`;
}

const plainName = /^[\p{L}_$][\p{L}\p{N}_$.]*$/u;
const valueName = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

function quoted(name: string): string {
  return plainName.test(name) ? name : JSON.stringify(name);
}

function place({ unit, offset }: Place): string {
  return ` @${unit}:${offset}`;
}

function arrow(types: readonly Type[]): string {
  return types.length === 0 ? '' : ` -> ${types.join(', ')}`;
}

/** Names of spaces and shapes, in the order in which the module comes upon them; a second one of a name gets a number. */
class Names {
  readonly spaces = new Map<Space, string>();
  readonly shapes = new Map<Shape, string>();
  readonly derivations = new Map<Derivation, number>();
  private readonly taken = new Set<string>();

  constructor(module: Module) {
    for (const func of module.functions.values()) this.region(func.body);
  }

  space(space: Space): string {
    return spaceText(space, (root) => this.spaces.get(root) ?? quoted(root.name));
  }

  shape(shape: Shape): string {
    return this.shapes.get(shape) ?? quoted(shape.name);
  }

  private region(region: Region): void {
    for (const op of region.ops) {
      if (op.op === 'alloc' && !this.shapes.has(op.shape)) {
        this.shapes.set(op.shape, this.fresh('shape', op.shape.name));
        for (const space of op.shape.fields) this.declare(space);
      }
      if ('space' in op) this.declare(op.space);
      if (op.op === 'call' && typeof op.checkpoint === 'object')
        for (const space of Object.values(op.checkpoint)) this.declare(space);
      if (op.op === 'derive' && !this.derivations.has(op.of)) {
        this.derivations.set(op.of, this.derivations.size);
        for (const space of op.of.spaces) this.declare(space);
      }
      for (const inner of regionsOf(op)) this.region(inner);
    }
  }

  private declare(space: Space): void {
    let root = space;
    while (root.shadows !== undefined) root = root.shadows.space;
    if (!this.spaces.has(root)) this.spaces.set(root, this.fresh('space', root.name));
  }

  private fresh(what: string, name: string): string {
    let free = name;
    for (let n = 2; this.taken.has(`${what} ${free}`); n++) free = `${name}#${n}`;
    this.taken.add(`${what} ${free}`);
    return quoted(free);
  }
}

class FuncText {
  private readonly values = new Map<number, string>();
  private readonly labels = new Map<Label, number>();
  private readonly out: string[] = [];
  private readonly names: Names;
  private readonly func: Func;
  private readonly places: boolean;

  constructor(names: Names, func: Func, options: PrintOptions) {
    this.names = names;
    this.func = func;
    this.places = options.places === true;
    this.nameValues();
  }

  lines(): string[] {
    const { func } = this;
    this.out.push(
      `func ${quoted(func.name)}(${func.params.map((v) => this.typed(v)).join(', ')})${arrow(func.results)} {`,
    );
    this.inside(func.body, '  ');
    this.out.push('}');
    return this.out;
  }

  head(op: Op): string {
    const results = op.results.length === 0 ? '' : `${op.results.map((v) => this.typed(v)).join(', ')} = `;
    return results + this.operation(op);
  }

  private operation(op: Op): string {
    const names = this.names;
    switch (op.op) {
      case 'const':
        return `const ${constantText(op.results[0].type, op.value)}`;
      case 'math':
      case 'int':
      case 'convert':
        return `${op.op}.${op.fn} ${this.list(op.args)}`.trimEnd();
      case 'compare':
        return `compare.${op.test}${op.unsigned === true ? '.unsigned' : ''} ${this.list(op.args)}`;
      case 'select':
        return `select ${this.list(op.args)}`;
      case 'alloc':
        return `alloc ${names.shape(op.shape)}`;
      case 'elements':
        return `elements ${names.space(op.space)}[${this.list(op.args)}]${op.tape === undefined ? '' : ` tape ${op.tape.index}`}`;
      case 'offset':
      case 'load':
        return `${op.op} ${names.space(op.space)}[${this.list(op.args)}]`;
      case 'store':
        return `store ${names.space(op.space)}[${this.list(op.args.slice(0, -1))}] = ${this.use(op.args[op.args.length - 1])}`;
      case 'copy': {
        const [to, toIndex, from, fromIndex, count] = op.args;
        return `copy ${names.space(op.space)}[${this.list([to, toIndex])}] = [${this.list([from, fromIndex])}] count ${this.use(count)}`;
      }
      case 'guard':
        return `guard ${this.use(op.args[0])} else ${op.reason}`;
      case 'mark':
        return 'mark';
      case 'release':
        return `release ${this.use(op.args[0])}`;
      case 'call':
        return `call${op.checkpoint === undefined ? '' : '.checkpoint'} ${quoted(op.callee)}(${this.list(op.args)})${this.array(op)}`;
      case 'derive':
        return `derive ${op.part} ${names.derivations.get(op.of)}(${this.list(op.args)})`;
      case 'host':
        return `host ${op.host}(${this.list(op.args)})`;
      case 'if':
        return `if ${this.use(op.args[0])}`;
      case 'loop':
        return `loop${op.args.length > 0 ? ` ${this.list(op.args)}` : ''}${op.trips === undefined ? '' : ` trips ${this.use(op.trips)}`}`;
      case 'block':
        return `block ${this.label(op.label)}`;
    }
  }

  private array({ checkpoint }: Call): string {
    if (checkpoint === undefined || checkpoint === 'numbers') return '';
    const { length, data, elements } = checkpoint;
    return ` array ${[length, data, elements].map((space) => this.names.space(space)).join(' ')}`;
  }

  private inside(region: Region, indent: string): void {
    for (const op of region.ops) this.op(op, indent);
    this.out.push(indent + this.end(region.end));
  }

  private op(op: Op, indent: string): void {
    const start = indent + this.head(op);
    const at = this.places && op.at !== undefined ? place(op.at) : '';
    const within = `${indent}  `;
    switch (op.op) {
      case 'if':
        this.out.push(`${start}${at} {`);
        this.inside(op.then, within);
        this.out.push(`${indent}} else {`);
        this.inside(op.else, within);
        break;
      case 'loop':
        this.out.push(`${start}${at} test (${op.test.params.map((v) => this.typed(v)).join(', ')}) {`);
        this.inside(op.test, within);
        this.out.push(`${indent}} body (${op.body.params.map((v) => this.typed(v)).join(', ')}) {`);
        this.inside(op.body, within);
        break;
      case 'block':
        this.out.push(`${start}${at} {`);
        this.inside(op.body, within);
        break;
      default:
        this.out.push(start + at);
        return;
    }
    this.out.push(`${indent}}`);
  }

  private end(end: End): string {
    if (end.kind === 'never') return 'never';
    const at = end.kind === 'br' && this.places && end.at !== undefined ? place(end.at) : '';
    const start = end.kind === 'br' ? `br ${this.label(end.label)}` : 'yield';
    return `${start}${end.values.length > 0 ? ` ${this.list(end.values)}` : ''}${at}`;
  }

  private label(label: Label): string {
    let n = this.labels.get(label);
    if (n === undefined) this.labels.set(label, (n = this.labels.size + 1));
    return `L${n}`;
  }

  private use(value: Value): string {
    return this.values.get(value.id) ?? `%${value.id}`;
  }

  private list(values: readonly Value[]): string {
    return values.map((v) => this.use(v)).join(', ');
  }

  private typed(value: Value): string {
    return `${this.use(value)}: ${value.type}`;
  }

  /** The user's name alone where only one value has it, else with the id behind it. */
  private nameValues(): void {
    const named: { id: number; name: string }[] = [];
    const count = new Map<string, number>();
    const see = (values: readonly Value[]) => {
      for (const { id, name } of values) {
        if (name === undefined || !valueName.test(name)) continue;
        named.push({ id, name });
        count.set(name, (count.get(name) ?? 0) + 1);
      }
    };
    const walk = (region: Region) => {
      see(region.params);
      for (const op of region.ops) {
        see(op.results);
        regionsOf(op).forEach(walk);
      }
    };
    see(this.func.params);
    walk(this.func.body);
    for (const { id, name } of named) this.values.set(id, count.get(name) === 1 ? `%${name}` : `%${name}.${id}`);
  }
}

function constantText(type: Type, value: number): string {
  if (type === 'bool' && (value === 0 || value === 1)) return value === 1 ? 'true' : 'false';
  if (type === 'ref' && value === nullRef) return 'null';
  if (type === 'ref' && value === undefinedRef) return 'undefined';
  return numberText(value);
}
