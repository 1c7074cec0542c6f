/** The node around a node, parentheses aside. Invariant: one walk over a function's text, when it is first asked for. */
import { children, type Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';

const known = new WeakMap<Node, WeakMap<Node, Node>>();

export function parentOf(act: Activation, node: Node): Node | undefined {
  const root = act.unit.analysis.unit.node;
  let parents = known.get(root);
  if (parents === undefined) {
    parents = new WeakMap();
    note(root, parents);
    known.set(root, parents);
  }
  let parent = parents.get(node);
  while (parent?.type === 'ParenthesizedExpression') parent = parents.get(parent);
  return parent;
}

function note(node: Node, parents: WeakMap<Node, Node>): void {
  for (const child of children(node)) {
    parents.set(child, node);
    note(child, parents);
  }
}
