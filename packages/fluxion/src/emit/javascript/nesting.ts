/**
 * Which operations are written inside the expression that uses them.
 * Invariant: an operation is nested only in the one place that uses it, in its own region, and only if nothing between can change what it
 * reads; constants are written wherever they are used.
 */
import type { Value } from '../../ir/ops.ts';
import type { Space } from '../../ir/types.ts';
import { type FuncTree, headProperty, isPure, type Node, type Tree } from './tree.ts';

/** How much one statement may hold. */
const mostOperations = 12;

export class Nesting {
  /** By the result's id: written where it is used. */
  private readonly nested = new Set<number>();
  private readonly effects = new Map<Node, Effect>();
  private readonly tree: FuncTree;

  constructor(tree: FuncTree) {
    this.tree = tree;
    this.decide(tree.root);
  }

  isNested(node: Node): boolean {
    return node.results.length === 1 && this.nested.has(node.results[0].id);
  }

  private decide(tree: Tree): void {
    const { nodes } = tree;
    for (const node of nodes) for (const inner of node.trees) this.decide(inner);
    /** Of each value: the node that uses it, or the end. */
    const user = new Map<number, Node | 'end'>();
    for (const node of nodes) for (const value of node.operands) user.set(value.id, node);
    if (tree.end.kind !== 'never') for (const value of tree.end.values) user.set(value.id, 'end');
    /** The statement in which a nested node ends up, and how much is in each. */
    const statement = new Map<Node, number>();
    const held = new Map<number, number>();
    for (let i = nodes.length - 1; i >= 0; i--) {
      const node = nodes[i];
      statement.set(node, i);
      const { op, results } = node;
      const [result] = results;
      if (op.op === 'const') {
        this.nested.add(result.id);
        continue;
      }
      if (results.length !== 1 || result.name !== undefined || this.tree.uses.get(result.id) !== 1) continue;
      if (!isPure(op) && op.op !== 'load' && !this.isChoice(node)) continue;
      const by = user.get(result.id);
      if (by === undefined) continue;
      const at = by === 'end' ? nodes.length : statement.get(by)!;
      const size = (held.get(at) ?? 0) + 1 + (held.get(i) ?? 0);
      if (size > (by !== 'end' && by.op.op === 'loop' ? 4 : mostOperations)) continue;
      if (by !== 'end' && by.op.op === 'if' && !this.isNested(by) && size > 8) continue;
      const reads = this.effect(node).reads;
      if (reads.size > 0 && this.changes(nodes, i + 1, at, reads)) continue;
      this.nested.add(result.id);
      statement.set(node, at);
      held.set(at, size);
    }
  }

  /** An `if` of which each side is one expression, unless it adds to something. */
  private isChoice({ op, trees }: Node): boolean {
    const [a, b] = trees.map((t) => this.added(t));
    return (
      (a === undefined || a !== b) &&
      op.op === 'if' &&
      op.results.length === 1 &&
      trees.every((t) => t.end.kind === 'yield' && t.nodes.length <= 6 && t.nodes.every((n) => this.isNested(n)))
    );
  }

  /** What a side adds to, or hands on. */
  private added({ end }: Tree): Value | undefined {
    if (end.kind !== 'yield' || end.values.length !== 1) return undefined;
    const node = this.tree.definitions.get(end.values[0].id);
    if (node?.op.op === 'const') return undefined;
    const isSum = node?.op.op === 'math' && (node.op.fn === 'add' || node.op.fn === 'sub');
    return isSum ? node.operands[0] : end.values[0];
  }

  private changes(nodes: readonly Node[], from: number, to: number, reads: ReadonlySet<Space>): boolean {
    for (let i = from; i < to; i++) {
      const { writes, calls } = this.effect(nodes[i]);
      if (calls) return true;
      for (const space of reads) if (writes.has(space)) return true;
    }
    return false;
  }

  private effect(node: Node): Effect {
    let effect = this.effects.get(node);
    if (effect === undefined) {
      effect = { reads: new Set(), writes: new Set(), calls: false };
      const { op } = node;
      if (op.op === 'load' && !op.space.constant && !isFixed(op.space)) effect.reads.add(op.space);
      if (op.op === 'store' || op.op === 'copy') effect.writes.add(op.space);
      if (op.op === 'call') effect.calls = true;
      for (const inner of node.trees) {
        for (const each of inner.nodes) {
          const { reads, writes, calls } = this.effect(each);
          for (const space of reads) effect.reads.add(space);
          for (const space of writes) effect.writes.add(space);
          effect.calls ||= calls;
        }
      }
      this.effects.set(node, effect);
    }
    return effect;
  }
}

interface Effect {
  readonly reads: Set<Space>;
  readonly writes: Set<Space>;
  calls: boolean;
}

function isFixed(space: Space): boolean {
  const property = headProperty(space);
  return property === 'start' || property === 'buffer';
}
