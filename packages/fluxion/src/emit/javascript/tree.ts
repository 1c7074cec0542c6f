/**
 * A function as the text will have it: conversions that mean nothing in JavaScript, heads of arrays and unused operations are gone, what
 * fills a new object is part of making it.
 * Invariant: operands are resolved, so two values that the text can't tell apart are one.
 */
import type { Func, Label, Op, Place, Region, Value } from '../../ir/ops.ts';
import { regionsOf } from '../../ir/ops.ts';
import type { Space } from '../../ir/types.ts';
import { arrayLength, typedBuffer, typedLength, typedStart } from '../../lower/types/cells.ts';
import type { Heads } from './heads.ts';

export interface Tree {
  readonly params: readonly Value[];
  nodes: Node[];
  end: TreeEnd;
  /** The node that this is a region of. */
  readonly owner: Node | undefined;
  readonly outer: Tree | undefined;
}

export type TreeEnd =
  | { readonly kind: 'yield'; readonly values: readonly Value[] }
  | { readonly kind: 'br'; readonly label: Label; readonly values: readonly Value[] }
  | { readonly kind: 'never' };

export interface Node {
  readonly op: Op;
  readonly tree: Tree;
  readonly operands: readonly Value[];
  readonly results: readonly Value[];
  readonly trees: readonly Tree[];
  readonly at: Place | undefined;
  /** For new objects: what their fields begin with. */
  readonly fills: ReadonlyMap<Space, Value>;
}

export interface FuncTree {
  readonly func: Func;
  readonly root: Tree;
  readonly definitions: ReadonlyMap<number, Node>;
  readonly uses: ReadonlyMap<number, number>;
}

const pure: ReadonlySet<Op['op']> = new Set(['const', 'math', 'compare', 'int', 'convert', 'select', 'offset']);

/** No effect, and the same result wherever it stands. */
export function isPure(op: Op): boolean {
  return pure.has(op.op);
}

/** Heads are read as properties of the elements: `x.length`. */
export function headProperty(space: Space): 'length' | 'start' | 'buffer' | undefined {
  if (space === typedLength || space === arrayLength) return 'length';
  return space === typedStart ? 'start' : space === typedBuffer ? 'buffer' : undefined;
}

export function treeOf(func: Func, heads: Heads): FuncTree {
  return new Growing(func, heads).grow();
}

class Growing {
  private readonly func: Func;
  private readonly heads: Heads;
  private readonly stands = new Map<number, Value>();
  private readonly definitions = new Map<number, Node>();
  private readonly uses = new Map<number, number>();
  private readonly ops = new Map<number, Op>();
  private readonly skipped = new Set<Op>();

  constructor(func: Func, heads: Heads) {
    this.func = func;
    this.heads = heads;
  }

  grow(): FuncTree {
    const { func, definitions, uses } = this;
    this.prepare(func.body);
    const root = this.tree(func.body, undefined, undefined);
    this.count(root);
    this.prune(root);
    return { func, root, definitions, uses };
  }

  /** Finds what stands for what. An index is a number that has been checked: its conversion is left out where nothing else uses it. */
  private prepare(body: Region): void {
    const other = new Set<number>();
    const indexes: Op[] = [];
    const walk = (region: Region): void => {
      for (const op of region.ops) {
        for (const value of op.results) this.ops.set(value.id, op);
        if (op.op === 'convert' && op.fn === 'toNumber') this.stands.set(op.results[0].id, op.args[0]);
        else if (op.op === 'convert' && op.fn === 'toIndex') indexes.push(op);
        else if (op.op === 'int' && this.isFirst(op)) this.stands.set(op.results[0].id, op.args[0]);
        else if (op.op === 'load' && this.heads.isData(op.space)) this.stands.set(op.results[0].id, op.args[0]);
        const made = this.heads.made.get(op);
        if (made !== undefined) {
          this.stands.set(op.results[0].id, made.data);
          this.skipped.add(op);
          for (const part of made.skipped) this.skipped.add(part);
        }
        if ('args' in op) {
          op.args.forEach((value, i) => {
            const isIndex =
              ((op.op === 'load' || op.op === 'store') && op.space.kind === 'elements' && i === 1) ||
              (op.op === 'compare' && op.test === 'lt' && op.unsigned === true && i === 0);
            if (!isIndex) other.add(value.id);
          });
        }
        if (op.op === 'loop' && op.trips) other.add(op.trips.id);
        for (const inner of regionsOf(op)) walk(inner);
        if (op.op === 'loop') this.passUnchanged(op);
      }
      if (region.end.kind !== 'never') for (const value of region.end.values) other.add(value.id);
    };
    walk(body);
    for (const op of indexes)
      if (op.op === 'convert' && !other.has(op.results[0].id)) this.stands.set(op.results[0].id, op.args[0]);
  }

  /** n - 0, and the larger of a length and 0. */
  private isFirst({ fn, args }: Op & { op: 'int' }): boolean {
    const other = this.ops.get(args[1]?.id);
    if (other?.op !== 'const' || other.value !== 0) return false;
    if (fn === 'add' || fn === 'sub') return true;
    const first = this.ops.get(this.resolve(args[0]).id);
    return fn === 'max' && first?.op === 'load' && headProperty(first.space) === 'length';
  }

  /** What goes round a loop as it is, is what it was before the loop. */
  private passUnchanged({ args, test, body, results }: Op & { op: 'loop' }): void {
    if (test.end.kind !== 'yield') return;
    const passed = test.end.values.slice(1);
    test.params.forEach((param, i) => {
      const places = passed.flatMap((v, j) => (this.resolve(v) === param ? [j] : []));
      if (body.end.kind === 'yield') {
        const next = this.resolve(body.end.values[i]);
        if (!places.some((j) => body.params[j] === next)) return;
      }
      const first = this.resolve(args[i]);
      this.stands.set(param.id, first);
      for (const j of places) {
        this.stands.set(body.params[j].id, first);
        this.stands.set(results[j].id, first);
      }
    });
  }

  private resolve(value: Value): Value {
    let v = value;
    for (let next = this.stands.get(v.id); next !== undefined; next = this.stands.get(v.id)) v = next;
    return v;
  }

  private all(values: readonly Value[]): Value[] {
    return values.map((v) => this.resolve(v));
  }

  private tree(region: Region, owner: Node | undefined, outer: Tree | undefined): Tree {
    const tree: Tree = { params: region.params, nodes: [], end: { kind: 'never' }, owner, outer };
    const folded = new Map<Op, ReadonlyMap<Space, Value>>();
    const moved = new Map<Op, Op>();
    region.ops.forEach((op, i) => {
      if (op.op === 'alloc' && !this.skipped.has(op)) this.fold(region, i, op, folded, moved);
    });
    for (const op of region.ops) {
      const alloc = moved.get(op);
      if (alloc !== undefined) this.add(tree, alloc, folded.get(alloc));
      const isStood = regionsOf(op).length === 0 && op.results.length > 0 && this.stands.has(op.results[0].id);
      if (this.skipped.has(op) || isStood || folded.has(op)) continue;
      this.add(tree, op, undefined);
    }
    const { end } = region;
    if (end.kind === 'yield') tree.end = { kind: 'yield', values: this.all(end.values) };
    if (end.kind === 'br') tree.end = { kind: 'br', label: end.label, values: this.all(end.values) };
    return tree;
  }

  /** What is stored in a new object right behind its allocation is part of making it. */
  private fold(
    region: Region,
    at: number,
    alloc: Op & { op: 'alloc' },
    folded: Map<Op, ReadonlyMap<Space, Value>>,
    moved: Map<Op, Op>,
  ): void {
    const ref = alloc.results[0];
    const fills = new Map<Space, Value>();
    let last: Op | undefined;
    for (let i = at + 1; i < region.ops.length; i++) {
      const op = region.ops[i];
      const isFill =
        op.op === 'store' &&
        op.args[0] === ref &&
        op.args[1] !== ref &&
        !fills.has(op.space) &&
        alloc.shape.fields.includes(op.space);
      if (isFill) {
        fills.set(op.space, this.resolve(op.args[1]));
        this.skipped.add(op);
        last = op;
      } else if (
        !(isPure(op) || op.op === 'elements' || op.op === 'alloc' || op.op === 'load' || this.skipped.has(op)) ||
        ('args' in op && op.args.some((v) => this.resolve(v) === ref))
      )
        break;
    }
    if (last === undefined) return;
    folded.set(alloc, fills);
    moved.set(last, alloc);
  }

  private add(tree: Tree, op: Op, fills: ReadonlyMap<Space, Value> | undefined): void {
    const trees: Tree[] = [];
    const args = 'args' in op ? this.all(op.args) : [];
    const operands = fills === undefined ? args : [...args, ...fills.values()];
    const node: Node = { op, tree, operands, results: op.results, trees, at: op.at, fills: fills ?? new Map() };
    for (const value of op.results) this.definitions.set(value.id, node);
    for (const inner of regionsOf(op)) trees.push(this.tree(inner, node, tree));
    tree.nodes.push(node);
  }

  private use(value: Value, by: number): number {
    const count = (this.uses.get(value.id) ?? 0) + by;
    this.uses.set(value.id, count);
    return count;
  }

  private count(tree: Tree): void {
    for (const node of tree.nodes) {
      for (const value of node.operands) this.use(value, 1);
      for (const inner of node.trees) this.count(inner);
    }
    if (tree.end.kind !== 'never') for (const value of tree.end.values) this.use(value, 1);
  }

  /** Takes out what has no effect and no use; and the uses with it. */
  private prune(tree: Tree): void {
    for (const node of tree.nodes) for (const inner of node.trees) this.prune(inner);
    for (let i = tree.nodes.length - 1; i >= 0; i--) {
      const { op, results, operands } = tree.nodes[i];
      const idle = isPure(op) || op.op === 'load' || op.op === 'alloc' || op.op === 'elements';
      if (!idle || results.some((v) => (this.uses.get(v.id) ?? 0) > 0)) continue;
      for (const value of operands) this.use(value, -1);
      tree.nodes.splice(i, 1);
    }
  }
}
