/**
 * Checks what a module has to be for every pass to rely on it.
 * Invariant: what passes has each value defined once and before its uses, in a region that encloses them, operations and region ends
 * of the right types, branches to enclosing blocks, and calls that agree with their callees. All faults are told, not the first.
 */
import { table } from '../rules/table.ts';
import { conversions } from './build.ts';
import {
  type Derive,
  type Func,
  type Label,
  type Module,
  type Op,
  operandsOf,
  type Region,
  type Value,
} from './ops.ts';
import { printOp, printSpace } from './print.ts';
import { type Level, nullRef, type Shape, type Space, type Type, typeOfCell, undefinedRef } from './types.ts';

export function verify(module: Module): void {
  const faults = faultsOf(module);
  if (faults.length > 0) throw new Error(`The IR has ${faults.length} faults:\n${faults.join('\n')}`);
}

export function faultsOf(module: Module): string[] {
  const faults: string[] = [];
  module.levels.forEach((level, n) => {
    if (level.index !== n) faults.push(`level ${level.index} stands in place ${n}`);
    if (level.lanes < 1 || (level.mode === 'reverse' && level.lanes !== 1)) {
      faults.push(`level ${n} has ${level.lanes} lanes`);
    }
  });
  for (const [name, func] of module.functions) {
    if (name !== func.name) faults.push(`${func.name} is filed under ${name}`);
    new FuncCheck(module, func, faults).run();
  }
  return faults;
}

/** Where a fault is, worked out only if there is one. */
type Where = string | (() => string);

const reserved: readonly number[] = [nullRef, undefinedRef];

class FuncCheck {
  private readonly module: Module;
  private readonly func: Func;
  private readonly faults: string[];
  /** Every value defined so far, to find second definitions. */
  private readonly defined = new Set<number>();
  /** Those that are visible where the check has got to. */
  private readonly visible = new Map<number, Type>();
  private readonly blocks: { readonly label: Label; readonly results: readonly Value[] }[] = [];
  private readonly shapes = new Set<Shape>();
  private readonly spaces = new Set<Space>();

  constructor(module: Module, func: Func, faults: string[]) {
    this.module = module;
    this.func = func;
    this.faults = faults;
  }

  run(): void {
    const { func } = this;
    for (const param of func.params) this.define(param, 'its parameters');
    if (func.body.params.length > 0) this.fault('its region has parameters');
    this.region(func.body, func.results, 'its body');
  }

  private region(region: Region, yields: readonly Type[], where: Where): void {
    const inner: Value[] = [...region.params];
    for (const param of region.params) this.define(param, where);
    for (const op of region.ops) {
      this.op(op);
      for (const result of op.results) this.define(result, () => this.text(op));
      inner.push(...op.results);
    }
    this.end(region, yields, where);
    for (const { id } of inner) this.visible.delete(id);
  }

  private end({ end }: Region, yields: readonly Type[], where: Where): void {
    if (end.kind === 'never') return;
    for (const value of end.values) this.use(value, () => `the end of ${told(where)}`);
    if (end.kind === 'yield') {
      this.types(end.values, yields, () => `the end of ${told(where)}`);
      return;
    }
    const block = this.blocks.find(({ label }) => label === end.label);
    if (block === undefined) this.fault(`${told(where)} branches to a block that does not enclose it`);
    else this.types(end.values, typesOf(block.results), () => `the branch at the end of ${told(where)}`);
  }

  private op(op: Op): void {
    for (const value of operandsOf(op)) this.use(value, () => this.text(op));
    const problem = this.problem(op);
    if (problem !== undefined) this.fault(`${this.text(op)}: ${problem}`);
  }

  /** What is wrong with an operation; its regions are gone through as well. */
  private problem(op: Op): string | undefined {
    switch (op.op) {
      case 'const':
        return op.results.length !== 1 ? 'needs one result' : constantProblem(op.results[0].type, op.value);
      case 'math': {
        const arity = table[op.fn]?.arity;
        if (arity === undefined) return 'no such primitive';
        if (arity !== 'any' && arity !== op.args.length) return `takes ${arity} arguments`;
        return this.signature(
          op,
          op.args.map(() => 'f64'),
          ['f64'],
        );
      }
      case 'compare': {
        const type = op.args[0]?.type;
        const ordered = type === 'f64' || type === 'i32';
        if (!ordered && op.test !== 'eq' && op.test !== 'ne') return `${type} has no order`;
        if (op.unsigned === true && type !== 'i32') return `${type} is not unsigned`;
        return this.signature(op, [type, type], ['bool']);
      }
      case 'int':
        return this.integer(op.fn, op);
      case 'convert': {
        const types = conversions[op.fn];
        return types === undefined ? 'no such conversion' : this.signature(op, [types[0]], [types[1]]);
      }
      case 'select': {
        const type = op.args[1]?.type;
        return this.signature(op, ['bool', type, type], [type]);
      }
      case 'alloc':
        return this.shape(op.shape) ?? this.signature(op, [], ['ref']);
      case 'elements':
        return (
          this.space(op.space, 'elements') ??
          (op.space.shadows !== undefined ? 'a shadow is made with what it shadows' : undefined) ??
          (op.tape !== undefined ? this.level(op.tape, true) : undefined) ??
          this.signature(op, ['i32'], ['ref'])
        );
      case 'offset':
        return this.space(op.space, 'elements') ?? this.signature(op, ['ref', 'i32'], ['ref']);
      case 'load':
        return this.space(op.space) ?? this.signature(op, cellOf(op.space), [typeOfCell(op.space.cell)]);
      case 'store':
        return this.space(op.space) ?? this.signature(op, [...cellOf(op.space), typeOfCell(op.space.cell)], []);
      case 'copy':
        return this.space(op.space, 'elements') ?? this.signature(op, ['ref', 'i32', 'ref', 'i32', 'i32'], []);
      case 'guard':
        if (this.module.reasons[op.reason] === undefined) return `no reason ${op.reason}`;
        return this.signature(op, ['bool'], []);
      case 'mark':
        return this.signature(op, [], ['ref']);
      case 'release':
        return this.signature(op, ['ref'], []);
      case 'call': {
        const callee = this.module.functions.get(op.callee);
        if (callee === undefined) return 'no such function';
        return this.signature(op, typesOf(callee.params), callee.results);
      }
      case 'derive':
        return this.derive(op);
      case 'host': {
        const host = this.module.hosts[op.host];
        return host === undefined ? 'no such host' : this.signature(op, host.params, host.results);
      }
      case 'if':
        if (op.then.params.length + op.else.params.length > 0) return 'its regions have parameters';
        this.region(op.then, typesOf(op.results), () => `${this.text(op)}, then`);
        this.region(op.else, typesOf(op.results), () => `${this.text(op)}, else`);
        return op.args[0]?.type === 'bool' ? undefined : 'its condition is no bool';
      case 'loop': {
        const carried = typesOf(op.test.params);
        const passed = typesOf(op.body.params);
        this.region(op.test, ['bool', ...passed], () => `${this.text(op)}, test`);
        this.region(op.body, carried, () => `${this.text(op)}, body`);
        if (op.trips !== undefined && op.trips.type !== 'i32') return 'its trips are no i32';
        if (!same(typesOf(op.args), carried)) return `starts with ${typesOf(op.args)} and carries ${carried}`;
        return same(typesOf(op.results), passed) ? undefined : `results ${typesOf(op.results)}, its body has ${passed}`;
      }
      case 'block':
        if (op.body.params.length > 0) return 'its region has parameters';
        if (this.blocks.some(({ label }) => label === op.label)) return 'its label is that of an enclosing block';
        this.blocks.push(op);
        this.region(op.body, typesOf(op.results), () => this.text(op));
        this.blocks.pop();
        return undefined;
    }
  }

  private derive(op: Derive): string | undefined {
    const { callee: name, level, params: roles, spaces } = op.of;
    const callee = this.module.functions.get(name);
    if (callee === undefined) return 'no such function';
    const params = typesOf(callee.params);
    if (roles.length !== params.length) return `has ${roles.length} roles for ${params.length} parameters`;
    const wrong = roles.findIndex((role, i) =>
      role === 'active' ? params[i] !== 'f64' : role !== 'given' && params[i] !== 'ref',
    );
    if (wrong >= 0) return `parameter ${wrong} is ${params[wrong]}, and ${roles[wrong]}`;
    for (const space of spaces) if (space.cell !== 'f64') return `${printSpace(space)} is not active`;
    if ((op.part === 'tangent') !== (level.mode === 'forward') || level.lanes !== 1)
      return `is no ${op.part} of that level`;
    const numbers = (types: readonly Type[]) => types.filter((type) => type === 'f64');
    const twice = (types: readonly Type[]) => types.flatMap((type): Type[] => (type === 'f64' ? [type, type] : [type]));
    const { results } = callee;
    const problem = this.level(level, false);
    if (problem !== undefined) return problem;
    switch (op.part) {
      case 'tangent':
        return this.signature(op, twice(params), twice(results));
      case 'gradient':
        return this.signature(op, [...params, ...numbers(results)], [...results, ...numbers(params)]);
      case 'forward':
        return this.signature(op, params, [...results, 'ref']);
      case 'reverse':
        return this.signature(op, ['ref', ...numbers(results)], numbers(params));
    }
  }

  private integer(fn: string, op: Op & { readonly op: 'int' }): string | undefined {
    const arity = fn === 'clz' ? 1 : 2;
    const type = op.args[0]?.type;
    const logical = fn === 'and' || fn === 'or' || fn === 'xor';
    if (type !== 'i32' && !(type === 'bool' && logical)) return `not for ${type}`;
    return this.signature(op, Array.from({ length: arity }).fill(type) as Type[], [type]);
  }

  private signature(op: Op & { readonly args?: readonly Value[] }, takes: readonly Type[], gives: readonly Type[]) {
    const args = typesOf(op.args ?? []);
    if (!same(args, takes)) return `takes (${takes.join(', ')}), is given (${args.join(', ')})`;
    const results = typesOf(op.results);
    if (!same(results, gives)) return `gives (${gives.join(', ')}), is read as (${results.join(', ')})`;
    return undefined;
  }

  private shape(shape: Shape): string | undefined {
    if (this.shapes.has(shape)) return undefined;
    this.shapes.add(shape);
    const slots = new Set<number>();
    for (const space of shape.fields) {
      const problem = this.space(space, 'field');
      if (problem !== undefined) return problem;
      if (space.shadows !== undefined) return `${printSpace(space)} is a shadow, which the shape has by itself`;
      if (slots.has(space.slot)) return `two fields of ${shape.name} are in slot ${space.slot}`;
      slots.add(space.slot);
    }
    return shape.tape === undefined ? undefined : this.level(shape.tape, true);
  }

  private space(space: Space, kind?: Space['kind']): string | undefined {
    if (kind !== undefined && space.kind !== kind) return `${printSpace(space)} is not of kind ${kind}`;
    if (this.spaces.has(space)) return undefined;
    this.spaces.add(space);
    if (!Number.isInteger(space.slot) || space.slot < 0) return `${printSpace(space)} has slot ${space.slot}`;
    if (space.shadows === undefined) return undefined;
    const { level, lane } = space.shadows;
    if (lane < 0 || lane >= level.lanes) return `${printSpace(space)} is in lane ${lane} of ${level.lanes}`;
    const below = space.shadows.space.shadows?.level.index ?? -1;
    if (level.index <= below) return `${printSpace(space)} shadows a level that is not below its own`;
    return this.level(level, false) ?? this.space(space.shadows.space);
  }

  private level(level: Level, tape: boolean): string | undefined {
    const known = this.module.levels[level.index];
    if (known === undefined) return `the module has no level ${level.index}`;
    if (known.mode !== level.mode || known.lanes !== level.lanes) return `level ${level.index} is not the module's`;
    return tape && level.mode !== 'reverse' ? `level ${level.index} has no tape` : undefined;
  }

  private types(values: readonly Value[], wanted: readonly Type[], where: Where): void {
    const given = typesOf(values);
    if (!same(given, wanted)) this.fault(`${told(where)} gives (${given.join(', ')}) for (${wanted.join(', ')})`);
  }

  private define(value: Value, where: Where): void {
    if (this.defined.has(value.id)) this.fault(`%${value.id} is defined a second time in ${told(where)}`);
    this.defined.add(value.id);
    this.visible.set(value.id, value.type);
  }

  private use(value: Value, where: Where): void {
    const type = this.visible.get(value.id);
    if (type === undefined) {
      const why = this.defined.has(value.id) ? 'is defined in another region' : 'is not defined';
      this.fault(`%${value.id} ${why} where it is used, in ${told(where)}`);
    } else if (type !== value.type) {
      this.fault(`%${value.id} is ${type}, and used as ${value.type} in ${told(where)}`);
    }
  }

  private text(op: Op): string {
    return printOp(this.module, this.func, op);
  }

  private fault(message: string): void {
    this.faults.push(`${this.func.name}: ${message}`);
  }
}

function constantProblem(type: Type, value: number): string | undefined {
  if (type === 'bool') return value === 0 || value === 1 ? undefined : 'a bool is 0 or 1';
  if (type === 'i32') return (value | 0) === value && !Object.is(value, -0) ? undefined : 'not an i32';
  if (type === 'ref') return reserved.includes(value) ? undefined : 'not one of the reserved references';
  return undefined;
}

function cellOf(space: Space): Type[] {
  return space.kind === 'field' ? ['ref'] : ['ref', 'i32'];
}

function typesOf(values: readonly Value[]): Type[] {
  return values.map((v) => v.type);
}

function same(a: readonly Type[], b: readonly Type[]): boolean {
  return a.length === b.length && a.every((type, n) => type === b[n]);
}

function told(where: Where): string {
  return typeof where === 'string' ? where : where();
}
