/**
 * Which carried values of loops are counters: what is known of them, and how a loop's head may be written.
 * Invariant: a counter is an integer from 0 to 2^31 - 2 wherever the body of its loop reads it.
 */
import type { Value } from '../../ir/ops.ts';
import type { FuncTree, Node, Tree } from './tree.ts';

/** A loop that counts down to 0: which of its values, and the operation that takes 1 from it. */
export interface Countdown {
  readonly index: number;
  readonly current: Node;
  /** The values that must be one variable: what is carried, in the test, in the body and on, and the loop's result. */
  readonly own: readonly Value[];
}

export class Counting {
  readonly countdowns = new Map<Node, Countdown>();
  private readonly counters = new Set<number>();
  private readonly tree: FuncTree;

  constructor(tree: FuncTree) {
    this.tree = tree;
    this.find(tree.root);
  }

  isCounter(value: Value): boolean {
    return this.counters.has(value.id);
  }

  /** Integers that begin at a constant of at least 0 and only go up by constants, or that only go down while they are above 0. */
  private find(tree: Tree): void {
    for (const node of tree.nodes) {
      for (const inner of node.trees) this.find(inner);
      if (node.op.op !== 'loop') continue;
      const [test, body] = node.trees;
      if (test.end.kind !== 'yield' || body.end.kind !== 'yield') continue;
      const countdown = this.countdownOf(node);
      if (countdown !== undefined) {
        this.countdowns.set(node, countdown);
        this.counters.add(countdown.current.results[0].id);
      }
      const next = body.end.values;
      const passed = test.end.values.slice(1);
      test.params.forEach((param, i) => {
        const k = passed.indexOf(param);
        const from = this.constant(node.operands[i]);
        if (k < 0 || from === undefined || !(from >= 0) || !Number.isInteger(from)) return;
        const step = this.step(next[i], body.params[k]);
        if (step === undefined || step < 0 || !Number.isInteger(step)) return;
        if (param.type === 'i32' && (step !== 1 || !this.isBounded(test, param))) return;
        this.counters.add(param.id);
        this.counters.add(body.params[k].id);
      });
    }
  }

  /** A carried number that goes on while it is above 0, and is used only after 1 has been taken from it. */
  private countdownOf(node: Node): Countdown | undefined {
    const [test, body] = node.trees;
    if (test.end.kind !== 'yield' || body.end.kind !== 'yield') return undefined;
    const goes = this.tree.definitions.get(test.end.values[0].id);
    if (goes?.op.op !== 'compare' || goes.op.test !== 'gt' || this.constant(goes.operands[1]) !== 0) return undefined;
    const [param] = goes.operands;
    const index = test.params.indexOf(param);
    const k = test.end.values.indexOf(param) - 1;
    if (index < 0 || k < 0 || param.type !== 'i32') return undefined;
    const inBody = body.params[k];
    const next = body.end.values[index];
    const current = this.tree.definitions.get(next.id);
    if (current?.tree !== body || this.tree.uses.get(inBody.id) !== 1 || this.step(next, inBody) !== -1)
      return undefined;
    if (this.tree.uses.get(param.id) !== 2 || (this.tree.uses.get(node.results[k].id) ?? 0) > 0) return undefined;
    return { index, current, own: [param, inBody, next, node.results[k]] };
  }
  /** The loop goes on only while the value is less than another. */
  isBounded(test: Tree, value: Value): boolean {
    if (test.end.kind !== 'yield') return false;
    const node = this.tree.definitions.get(test.end.values[0].id);
    return (
      node?.op.op === 'compare' && node.op.test === 'lt' && node.op.unsigned !== true && node.operands[0] === value
    );
  }

  /** What is added to a carried value in each round. */
  step(next: Value, current: Value): number | undefined {
    const node = this.tree.definitions.get(next.id);
    if (node === undefined || (node.op.op !== 'math' && node.op.op !== 'int') || node.results[0].type === 'bool')
      return undefined;
    const { fn } = node.op;
    const [a, b] = node.operands;
    if (fn === 'add' && a === current) return this.constant(b);
    if (fn === 'add' && b === current) return this.constant(a);
    if (fn !== 'sub' || a !== current) return undefined;
    const step = this.constant(b);
    return step === undefined ? undefined : -step;
  }

  isDownBounded(test: Tree, value: Value, step: number): boolean {
    if (step !== -1 || test.end.kind !== 'yield') return false;
    const node = this.tree.definitions.get(test.end.values[0].id);
    if (node?.op.op !== 'compare' || node.op.unsigned === true || node.operands[0] !== value) return false;
    return (
      node.op.test === 'gt' || (node.op.test === 'ge' && (this.constant(node.operands[1]) ?? -(2 ** 31)) > -(2 ** 31))
    );
  }

  private constant(value: Value): number | undefined {
    const node = this.tree.definitions.get(value.id);
    return node?.op.op === 'const' ? node.op.value : undefined;
  }
}
