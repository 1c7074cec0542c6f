/**
 * The names of one function's variables: the user's where there are any, else short ones that tell what a value is; and of its shadows.
 * Invariant: a variable gets its name where it is declared, and keeps it to the end of that scope.
 */
import type { Value } from '../../ir/ops.ts';
import type { Level } from '../../ir/types.ts';
import type { Counting } from './counting.ts';
import { shadowText } from './expressions.ts';
import type { Heads } from './heads.ts';
import { marksOf, type Properties, Scopes } from './names.ts';
import { type FuncTree, headProperty, type Node, type Tree } from './tree.ts';
import type { Variable, Variables } from './variables.ts';

/** Fields of the tape that lead from round to round. */
const links = /\.tape\d+\.\d+\.(previous|newest)\d*$/;

/** What names are made from, beside the function itself. */
export interface Shared {
  readonly heads: Heads;
  readonly properties: Properties;
  readonly levels: readonly Level[];
  readonly callees: ReadonlyMap<string, string>;
  readonly hosts: readonly string[];
}

export class Naming {
  readonly named = new Map<Variable, string>();
  /** What a variable held before it was assigned, while several are assigned at once. */
  readonly saved = new Map<Variable, string>();
  readonly scopes: Scopes;
  private readonly shadows = new Map<string, string>();
  /** Of each value: the shadows of it that the function uses. */
  private readonly wanted = new Map<number, Map<string, readonly string[]>>();
  /** What carried values begin with. */
  private readonly firsts = new Map<number, Value>();
  /** Values that are added to an adjoint in memory, and the load of it: they are adjoints of what was read there. */
  private readonly addends = new Map<number, Node>();
  private readonly tree: FuncTree;
  private readonly variables: Variables;
  private readonly counting: Counting;
  private readonly common: Shared;

  constructor(tree: FuncTree, variables: Variables, counting: Counting, common: Shared) {
    this.tree = tree;
    this.variables = variables;
    this.counting = counting;
    this.common = common;
    this.scopes = new Scopes(common.callees.values());
    this.findShadows(tree.root);
    this.findFirsts(tree.root);
    this.findAddends(tree.root);
  }

  shadowName(value: Value, marks: readonly string[]): string | undefined {
    return this.shadows.get(`${value.id} ${marks.join()}`);
  }

  nameOf(value: Value): string {
    const variable = this.variables.of(value);
    const name = variable && (this.saved.get(variable) ?? this.named.get(variable));
    if (name === undefined) throw new Error(`${this.tree.func.name}: %${value.id} has no variable here`);
    return name;
  }
  declare(variable: Variable, value: Value): string {
    const wanted = this.isRound(variable) ? 'round' : (variable.name ?? this.wish(value, variable));
    const counts = wanted === undefined && variable.values.some((v) => v.type === 'i32' && this.counting.isCounter(v));
    const name =
      wanted !== undefined ? this.scopes.declare(wanted) : counts ? this.scopes.letter() : this.scopes.number('t');
    this.named.set(variable, name);
    return name;
  }

  /** A frame of the tape that a round of a loop has, or one after the other. */
  private isRound({ values }: Variable): boolean {
    return values.some((value) => {
      if (value.type !== 'ref') return false;
      const node = this.tree.definitions.get(value.id);
      if (node !== undefined) {
        const { op } = node;
        if (op.op === 'alloc')
          return op.shape.tape !== undefined && op.shape.fields.some((f) => /\.previous$/.test(f.name));
        return op.op === 'load' && links.test(op.space.name);
      }
      const from = this.firsts.get(value.id);
      const first = from && this.tree.definitions.get(from.id);
      return first?.op.op === 'load' && links.test(first.op.space.name);
    });
  }
  /** A short name that tells what the value is. */
  private wish(value: Value, variable: Variable): string | undefined {
    const adjoint = variable.values.map(({ id }) => this.addends.get(id)).find((load) => load !== undefined);
    if (adjoint !== undefined) return this.cell(adjoint);
    let node = this.tree.definitions.get(value.id);
    for (const other of variable.values) node ??= this.tree.definitions.get(other.id);
    if (node === undefined) {
      if (value.type === 'ref') return 'object';
      return this.tree.func.params.includes(value) ? 'dresult' : undefined;
    }
    const { op, operands } = node;
    switch (op.op) {
      case 'load':
        return this.cell(node);
      case 'math': {
        if (['add', 'sub', 'mul', 'div', 'mod', 'pow', 'neg'].includes(op.fn)) return undefined;
        const argument = this.simple(operands[0]);
        return argument === undefined || argument.length > 8 ? op.fn : `${op.fn}_${argument}`;
      }
      case 'alloc':
        if (op.shape.tape !== undefined)
          return op.shape.fields.some((f) => /\.previous$/.test(f.name)) ? 'round' : 'frame';
        return /^object\d*$/.test(op.shape.name) ? 'object' : op.shape.name.replace(/\d+$/, '');
      case 'elements':
        return op.tape === undefined ? 'list' : 'tape';
      case 'offset':
        return 'view';
      case 'compare':
        return 'test';
      case 'call':
        return 'result';
      case 'host':
        return this.common.hosts[op.host];
      default:
        return undefined;
    }
  }

  /** What the cell that a load reads is called. */
  private cell({ op, operands }: Node): string | undefined {
    if (op.op !== 'load') return undefined;
    const marks = marksOf(this.common.levels, op.space).reverse().join('');
    const base = this.simple(operands[0]);
    if (this.common.heads.isField(op.space)) {
      return base === undefined ? headProperty(op.space) : `${base}_${headProperty(op.space)}`;
    }
    if (op.space.kind === 'field') return marks + this.common.properties.of(op.space);
    if (base === undefined) return undefined;
    const index = this.simple(operands[1]);
    return index === undefined ? `${marks}${base}_` : `${marks}${base}_${index}`;
  }

  /** A variable's name, or a small constant. */
  private simple(value: Value): string | undefined {
    const n = this.constant(value);
    if (n !== undefined) return Number.isInteger(n) && n >= 0 && n < 1000 ? String(n) : undefined;
    const variable = this.variables.of(value);
    return variable && this.named.get(variable);
  }

  /** The declarations of a value's shadows, as far as the function uses them. */
  declareShadows(value: Value): string[] {
    const lines: string[] = [];
    for (const [key, marks] of this.wanted.get(value.id) ?? []) {
      const inner = marks.slice(0, -1);
      const base = inner.length === 0 ? this.nameOf(value) : this.shadows.get(`${value.id} ${inner.join()}`)!;
      const mark = marks[marks.length - 1];
      const wanted = `${mark}${base}`;
      const name = this.scopes.declare(wanted === 'do' ? 'd_o' : wanted);
      lines.push(`const ${name} = ${shadowText(base, mark)};`);
      this.shadows.set(`${value.id} ${key}`, name);
    }
    return lines;
  }

  private constant(value: Value): number | undefined {
    const node = this.tree.definitions.get(value.id);
    return node?.op.op === 'const' ? node.op.value : undefined;
  }

  private findFirsts(tree: Tree): void {
    for (const node of tree.nodes) {
      if (node.op.op === 'loop')
        node.operands.forEach((value, i) => this.firsts.set(node.trees[0].params[i].id, value));
      for (const inner of node.trees) this.findFirsts(inner);
    }
  }

  private findAddends(tree: Tree): void {
    for (const node of tree.nodes) {
      const { op, operands } = node;
      const sum = op.op === 'store' ? this.tree.definitions.get(operands[operands.length - 1].id) : undefined;
      if (sum?.op.op === 'math' && sum.op.fn === 'add') {
        const [before, addend] = sum.operands;
        const load = this.tree.definitions.get(before.id);
        if (load?.op.op === 'load' && 'space' in op && load.op.space === op.space && op.space.shadows !== undefined)
          this.addends.set(addend.id, load);
      }
      for (const inner of node.trees) this.findAddends(inner);
    }
  }

  private findShadows(tree: Tree): void {
    for (const node of tree.nodes) {
      const { op, operands } = node;
      if ('space' in op && op.op !== 'elements' && op.space.shadows !== undefined) {
        const objects = op.op === 'copy' ? [operands[0], operands[2]] : [operands[0]];
        for (const object of objects) this.want(object, marksOf(this.common.levels, op.space));
      }
      for (const inner of node.trees) this.findShadows(inner);
    }
  }

  private want(object: Value, marks: readonly string[]): void {
    const variable = this.variables.of(object);
    const isFixed = variable !== undefined && variable.values.length === 1;
    const node = this.tree.definitions.get(object.id);
    const isParameter = this.tree.func.params.includes(object);
    if (!isFixed || (node === undefined && !isParameter)) return;
    if (marks.length > 1) this.want(object, marks.slice(0, -1));
    let all = this.wanted.get(object.id);
    if (all === undefined) this.wanted.set(object.id, (all = new Map()));
    all.set(marks.join(), marks);
  }
}
