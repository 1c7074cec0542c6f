/**
 * Which values share a variable of the text, so that what goes round a loop or comes out of a branch is one variable that is assigned.
 * Invariant: two values of one variable are never both needed at one point of the program.
 */
import type { Value } from '../../ir/ops.ts';
import type { Counting } from './counting.ts';
import type { Nesting } from './nesting.ts';
import type { FuncTree, Node, Tree } from './tree.ts';

type Span = readonly [from: number, to: number];

interface Lifetime {
  readonly value: Value;
  /** The point where it is defined, and the tree it is defined in. */
  readonly at: number;
  readonly tree: Tree;
  readonly spans: Span[];
}

export interface Variable {
  readonly values: Value[];
  readonly lifetimes: Lifetime[];
  /** The user's. */
  name: string | undefined;
  readonly isParameter: boolean;
}

export class Variables {
  private readonly variables = new Map<number, Variable>();
  private readonly lifetimes = new Map<number, Lifetime>();
  private readonly starts = new Map<Tree, number>();
  private readonly spans = new Map<Node, Span>();
  private readonly function: FuncTree;
  private readonly nesting: Nesting;
  private readonly counting: Counting;
  private point = 0;

  constructor(tree: FuncTree, nesting: Nesting, counting: Counting) {
    this.counting = counting;
    this.function = tree;
    this.nesting = nesting;
    this.place(tree.root);
    this.use(tree.root);
    for (const value of tree.func.params) this.start(value, true);
    for (const lifetime of this.lifetimes.values())
      if (!this.variables.has(lifetime.value.id)) this.start(lifetime.value, false);
    this.unite(tree.root);
  }

  /** Undefined for what is written where it is used. */
  of(value: Value): Variable | undefined {
    return this.variables.get(value.id);
  }

  same(a: Value, b: Value): boolean {
    const one = this.of(a);
    return one !== undefined && one === this.of(b);
  }

  isUsed(value: Value): boolean {
    return (this.function.uses.get(value.id) ?? 0) > 0;
  }

  private start(value: Value, isParameter: boolean): void {
    const lifetime = this.lifetimes.get(value.id)!;
    const variable: Variable = {
      values: [value],
      lifetimes: [lifetime],
      name: value.name,
      isParameter,
    };
    this.variables.set(value.id, variable);
  }

  private define(value: Value, at: number, tree: Tree): void {
    this.lifetimes.set(value.id, { value, at, tree, spans: [[at, at]] });
  }

  /** Gives every point of the program its number, and notes where values are defined. */
  private place(tree: Tree): void {
    this.starts.set(tree, ++this.point);
    if (tree.owner === undefined) for (const value of this.function.func.params) this.define(value, this.point, tree);
    for (const value of tree.params) this.define(value, this.point, tree);
    for (const node of tree.nodes) {
      if (this.nesting.isNested(node)) continue;
      const from = ++this.point;
      for (const inner of node.trees) {
        this.place(inner);
        this.point++;
      }
      const to = node.trees.length === 0 ? from : ++this.point;
      this.spans.set(node, [from, to]);
      for (const value of node.results) this.define(value, to, tree);
    }
    this.ends.set(tree, ++this.point);
  }
  private readonly ends = new Map<Tree, number>();

  private use(tree: Tree): void {
    for (const node of tree.nodes) {
      if (this.nesting.isNested(node)) continue;
      for (const value of node.operands) this.read(value, tree, this.spans.get(node)![0]);
      for (const inner of node.trees) this.use(inner);
    }
    if (tree.end.kind !== 'never') for (const value of tree.end.values) this.read(value, tree, this.ends.get(tree)!);
  }

  /** The value is needed at a point, or what is needed for the expression that is written there. */
  private read(value: Value, tree: Tree, at: number): void {
    const node = this.function.definitions.get(value.id);
    if (node !== undefined && this.nesting.isNested(node)) {
      for (const operand of node.operands) this.read(operand, tree, at);
      for (const inner of node.trees) {
        for (const each of inner.nodes) for (const operand of each.operands) this.readOuter(operand, inner, tree, at);
        if (inner.end.kind === 'yield') for (const v of inner.end.values) this.readOuter(v, inner, tree, at);
      }
      return;
    }
    const lifetime = this.lifetimes.get(value.id);
    if (lifetime === undefined) throw new Error(`%${value.id} is used and never defined`);
    let here: Tree = tree;
    let to = at;
    while (here !== lifetime.tree) {
      lifetime.spans.push([this.starts.get(here)!, to]);
      const owner = here.owner;
      if (owner === undefined) throw new Error(`%${value.id} is used outside of its region`);
      const span = this.spans.get(owner)!;
      if (owner.op.op === 'loop') lifetime.spans.push(span);
      to = span[0];
      here = owner.tree;
    }
    lifetime.spans.push([lifetime.at, to]);
  }

  /** What a nested choice reads from around itself. */
  private readOuter(value: Value, inner: Tree, tree: Tree, at: number): void {
    const node = this.function.definitions.get(value.id);
    if (node !== undefined && node.tree === inner) return;
    this.read(value, tree, at);
  }

  private unite(tree: Tree): void {
    // Innermost first: what is united there has the shorter lives.
    for (const node of tree.nodes) {
      if (this.nesting.isNested(node)) continue;
      for (const inner of node.trees) this.unite(inner);
      const { op } = node;
      if (op.op === 'loop') {
        const [test, body] = node.trees;
        const passed = test.end.kind === 'yield' ? test.end.values.slice(1) : [];
        const next = body.end.kind === 'yield' ? body.end.values : [];
        passed.forEach((value, i) => this.join(value, body.params[i]));
        next.forEach((value, i) => this.join(value, test.params[i]));
        passed.forEach((value, i) => this.join(value, node.results[i]));
        // What is counted down from is not what counts.
        const counts = this.counting.countdowns.get(node)?.index;
        node.operands.forEach((value, i) => {
          if (i !== counts) this.join(value, test.params[i]);
        });
      } else if (op.op === 'if') {
        for (const inner of node.trees)
          if (inner.end.kind === 'yield') inner.end.values.forEach((value, i) => this.join(value, node.results[i]));
      } else if (op.op === 'block') {
        this.joinEnds(node.trees[0], node, op.label.id, true);
      }
    }
  }

  private joinEnds(tree: Tree, block: Node, label: number, isBody: boolean): void {
    const { end } = tree;
    if (end.kind === 'br' ? end.label.id === label : end.kind === 'yield' && isBody)
      (end as { values: readonly Value[] }).values.forEach((value, i) => this.join(value, block.results[i]));
    for (const node of tree.nodes) for (const inner of node.trees) this.joinEnds(inner, block, label, false);
  }

  private join(a: Value, b: Value | undefined): void {
    const one = this.of(a);
    const other = b && this.of(b);
    if (one === undefined || other === undefined || one === other || a.type !== b!.type) return;
    if (!this.isUsed(a) || !this.isUsed(b!)) return;
    if (one.name !== undefined && other.name !== undefined && one.name !== other.name) return;
    // A parameter keeps its meaning.
    if ((one.isParameter || other.isParameter) && (one.name === undefined || one.name !== other.name)) return;
    if (one.isParameter && other.isParameter) return;
    for (const x of one.lifetimes) for (const y of other.lifetimes) if (overlap(x, y)) return;
    const [kept, gone] = other.isParameter ? [other, one] : [one, other];
    kept.values.push(...gone.values);
    kept.lifetimes.push(...gone.lifetimes);
    kept.name ??= gone.name;
    for (const value of gone.values) this.variables.set(value.id, kept);
  }

  /** The tree in which a variable is declared: what goes into a loop is declared around it. */
  declaredIn(variable: Variable): Tree {
    let found: Tree | undefined;
    for (const { value, tree } of variable.lifetimes) {
      const isCarried = tree.owner?.trees[0] === tree && tree.params.includes(value);
      const own = isCarried ? tree.owner!.tree : tree;
      found = found === undefined ? own : common(found, own);
    }
    return found!;
  }
}

function depth(tree: Tree): number {
  let n = 0;
  for (let t: Tree | undefined = tree; t !== undefined; t = t.outer) n++;
  return n;
}

function common(a: Tree, b: Tree): Tree {
  let x = a;
  let y = b;
  while (depth(x) > depth(y)) x = x.outer!;
  while (depth(y) > depth(x)) y = y.outer!;
  while (x !== y) {
    x = x.outer!;
    y = y.outer!;
  }
  return x;
}

function overlap(a: Lifetime, b: Lifetime): boolean {
  if (a.at === b.at) return true;
  return a.spans.some(([from, to]) => b.spans.some(([start, end]) => from < end && start < to));
}
