/**
 * Where variables have to be declared.
 * Invariant: each is declared before all that assigns or reads it, where all of that sees it.
 */
import type { Nesting } from './nesting.ts';
import type { FuncTree, Node, Tree } from './tree.ts';
import type { Variable, Variables } from './variables.ts';

/** The variables that must be declared before each node at the latest. */
export function firstUses(
  { root, definitions }: FuncTree,
  nesting: Nesting,
  variables: Variables,
): ReadonlyMap<Node, readonly Variable[]> {
  const found = new Map<Node, Variable[]>();
  const seen = new Set<Variable>();
  const order = new Map<Node, number>();
  const walk = (tree: Tree): void => {
    tree.nodes.forEach((node, i) => {
      order.set(node, i);
      node.trees.forEach(walk);
    });
  };
  walk(root);
  const visit = (tree: Tree): void => {
    const values = [...tree.params, ...tree.nodes.flatMap((node) => node.results)];
    for (const value of values) {
      const variable = variables.of(value);
      if (variable === undefined || seen.has(variable) || variable.isParameter) continue;
      seen.add(variable);
      const home = variables.declaredIn(variable);
      let first: Node | undefined;
      for (const lifetime of variable.lifetimes) {
        let node: Node | undefined;
        if (lifetime.tree === home) node = definitions.get(lifetime.value.id);
        else for (let t: Tree | undefined = lifetime.tree; t !== home; t = t!.outer) node = t!.owner;
        if (node !== undefined && (first === undefined || order.get(node)! < order.get(first)!)) first = node;
      }
      if (first === undefined) continue;
      const list = found.get(first);
      if (list === undefined) found.set(first, [variable]);
      else list.push(variable);
    }
    for (const node of tree.nodes) if (!nesting.isNested(node)) node.trees.forEach(visit);
  };
  visit(root);
  return found;
}
