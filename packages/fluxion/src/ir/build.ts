/**
 * Making IR: a builder that appends operations to the region being written.
 * Invariant: ids are given out once per builder; an operation that is returned has been appended, and types have been checked.
 */
import type { PrimitiveName } from '../rules/rule.ts';
import type {
  Checkpoint,
  ConversionName,
  Derivation,
  DerivePart,
  End,
  Func,
  IntegerName,
  Label,
  Op,
  Place,
  Region,
  Test,
  Value,
} from './ops.ts';
import { type Level, type Shape, type Space, type Type, typeOfCell } from './types.ts';

let nextLabel = 1;
export function newLabel(): Label {
  return { id: nextLabel++ };
}

/** The operations that pass a region on its way: what is given to `region` as the body. */
export class Builder {
  /** Put on the operations built from here on. */
  at: Place | undefined;
  private ops: Op[] = [];
  private readonly ids: { next: number };

  /** Builders that share `ids` may use each other's values. */
  constructor(ids: { next: number } = { next: 0 }) {
    this.ids = ids;
  }

  value(type: Type, name?: string): Value {
    return { id: this.ids.next++, type, name };
  }

  append<T extends Op>(op: T): T {
    this.ops.push(op);
    return op;
  }

  /** Writes a region: `write` appends its operations and tells how it ends. */
  region(params: readonly Value[], write: () => End): Region {
    const ops: Op[] = [];
    let end: End = { kind: 'never' };
    this.draft(() => {
      end = write();
    }, ops);
    return { params, ops, end };
  }

  /** Writes operations aside, to be made a region of once it is known how it ends. */
  draft(write: () => void, ops: Op[] = []): Op[] {
    const outer = this.ops;
    this.ops = ops;
    try {
      write();
    } finally {
      this.ops = outer;
    }
    return ops;
  }

  func(name: string, params: readonly Value[], results: readonly Type[], write: () => readonly Value[]): Func {
    return { name, params, results, body: this.region([], () => ({ kind: 'yield', values: write() })) };
  }

  const(type: Type, value: number): Value {
    const result = this.value(type);
    this.append({ op: 'const', value, results: [result], at: this.at });
    return result;
  }

  number(value: number): Value {
    return this.const('f64', value);
  }

  int(value: number): Value {
    return this.const('i32', value);
  }

  bool(value: boolean): Value {
    return this.const('bool', value ? 1 : 0);
  }

  math(fn: PrimitiveName, ...args: Value[]): Value {
    for (const a of args) expect(a, 'f64', fn);
    const result = this.value('f64');
    this.append({ op: 'math', fn, args, results: [result], at: this.at });
    return result;
  }

  compare(test: Test, a: Value, b: Value, unsigned?: boolean): Value {
    expect(b, a.type, test);
    const result = this.value('bool');
    this.append({ op: 'compare', test, args: [a, b], unsigned, results: [result], at: this.at });
    return result;
  }

  integer(fn: IntegerName, ...args: Value[]): Value {
    const result = this.value(args[0].type);
    for (const a of args) expect(a, args[0].type, fn);
    this.append({ op: 'int', fn, args, results: [result], at: this.at });
    return result;
  }

  not(a: Value): Value {
    return this.integer('xor', a, this.bool(true));
  }

  convert(fn: ConversionName, a: Value): Value {
    const [from, to] = conversions[fn];
    expect(a, from, fn);
    const result = this.value(to);
    this.append({ op: 'convert', fn, args: [a], results: [result], at: this.at });
    return result;
  }

  select(condition: Value, a: Value, b: Value): Value {
    expect(condition, 'bool', 'select');
    expect(b, a.type, 'select');
    const result = this.value(a.type);
    this.append({ op: 'select', args: [condition, a, b], results: [result], at: this.at });
    return result;
  }

  alloc(shape: Shape): Value {
    const result = this.value('ref');
    this.append({ op: 'alloc', shape, results: [result], at: this.at });
    return result;
  }

  elements(space: Space, count: Value, tape?: Level): Value {
    expect(count, 'i32', 'elements');
    const result = this.value('ref');
    this.append({ op: 'elements', space, args: [count], tape, results: [result], at: this.at });
    return result;
  }

  offset(space: Space, base: Value, index: Value): Value {
    expect(base, 'ref', 'offset');
    expect(index, 'i32', 'offset');
    const result = this.value('ref');
    this.append({ op: 'offset', space, args: [base, index], results: [result], at: this.at });
    return result;
  }

  load(space: Space, object: Value, index?: Value): Value {
    const args = this.cell(space, object, index);
    const result = this.value(typeOfCell(space.cell));
    this.append({ op: 'load', space, args, results: [result], at: this.at });
    return result;
  }

  /** `store(space, object, value)` for a field, `store(space, object, index, value)` for an element. */
  store(space: Space, object: Value, ...rest: [Value] | [index: Value, value: Value]): void {
    const value = rest[rest.length - 1];
    expect(value, typeOfCell(space.cell), `store ${space.name}`);
    const args = [...this.cell(space, object, rest.length === 2 ? rest[0] : undefined), value];
    this.append({ op: 'store', space, args, results: [], at: this.at });
  }

  copy(space: Space, to: Value, toIndex: Value, from: Value, fromIndex: Value, count: Value): void {
    this.append({ op: 'copy', space, args: [to, toIndex, from, fromIndex, count], results: [], at: this.at });
  }

  guard(condition: Value, reason: number): void {
    expect(condition, 'bool', 'guard');
    this.append({ op: 'guard', reason, args: [condition], results: [], at: this.at });
  }

  derive(part: DerivePart, of: Derivation, args: readonly Value[], results: readonly Type[]): Value[] {
    const values = results.map((type) => this.value(type));
    this.append({ op: 'derive', part, of, args, results: values, at: this.at });
    return values;
  }

  call(callee: string, args: readonly Value[], results: readonly Type[], checkpoint?: Checkpoint): Value[] {
    const values = results.map((type) => this.value(type));
    this.append({ op: 'call', callee, checkpoint, args, results: values, at: this.at });
    return values;
  }

  mark(): Value {
    const mark = this.value('ref', 'mark');
    this.append({ op: 'mark', results: [mark], at: this.at });
    return mark;
  }

  release(mark: Value): void {
    this.append({ op: 'release', args: [mark], results: [], at: this.at });
  }

  host(host: number, args: readonly Value[], results: readonly Type[]): Value[] {
    const values = results.map((type) => this.value(type));
    this.append({ op: 'host', host, args, results: values, at: this.at });
    return values;
  }

  /** The regions have been written with `region`, and yield values of these types. */
  if(condition: Value, types: readonly Type[], then: Region, otherwise: Region): Value[] {
    expect(condition, 'bool', 'if');
    const results = types.map((type) => this.value(type));
    this.append({ op: 'if', args: [condition], then, else: otherwise, results, at: this.at });
    return results;
  }

  loop(args: readonly Value[], types: readonly Type[], test: Region, body: Region, trips?: Value): Value[] {
    const results = types.map((type) => this.value(type));
    this.append({ op: 'loop', args, test, body, trips, results, at: this.at });
    return results;
  }

  block(label: Label, types: readonly Type[], body: Region): Value[] {
    const results = types.map((type) => this.value(type));
    this.append({ op: 'block', label, body, results, at: this.at });
    return results;
  }

  private cell(space: Space, object: Value, index: Value | undefined): Value[] {
    expect(object, 'ref', space.name);
    if ((space.kind === 'elements') !== (index !== undefined))
      throw new Error(`${space.name}: wrong number of arguments`);
    if (index === undefined) return [object];
    expect(index, 'i32', space.name);
    return [object, index];
  }
}

export const conversions: Readonly<Record<ConversionName, readonly [from: Type, to: Type]>> = {
  toNumber: ['i32', 'f64'],
  toNumberUnsigned: ['i32', 'f64'],
  toInt32: ['f64', 'i32'],
  toIndex: ['f64', 'i32'],
  booleanToInt: ['bool', 'i32'],
  isNonzero: ['i32', 'bool'],
  isNull: ['ref', 'bool'],
};

function expect(value: Value, type: Type, what: string): void {
  if (value.type !== type) throw new Error(`${what}: %${value.id} is ${value.type} where ${type} is needed`);
}
