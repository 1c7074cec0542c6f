/**
 * The syntax tree of a script as the analysis of its scopes walks it.
 * Invariant: identifiers that are no references (property names, labels) are never among the children.
 */
import { type Node as AnyNode, isNode, type Pattern } from '../syntax/ast.ts';
import { bound } from '../syntax/scope.ts';

export type Node = AnyNode & Record<string, unknown>;

/** The identifiers that a pattern binds or assigns. */
export function patternNames(pattern: Node): string[] {
  const names: string[] = [];
  bound(pattern as unknown as Pattern, (id) => names.push(id.name));
  return names;
}

export function nameOf(node: Node): string {
  const { name, value } = node as unknown as { name?: string; value?: string };
  return name ?? value ?? '';
}

/** The child nodes in the order of evaluation; property names and labels, which are no references, are left out. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (const key in node) {
    const value = node[key];
    if (typeof value !== 'object' || value === null) continue;
    if (key === 'label' || ((key === 'property' || key === 'key') && !node.computed)) continue;
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) children.push(item as Node);
    } else if (isNode(value)) children.push(value as Node);
  }
  return children;
}
