/**
 * The syntax tree of a script as the analysis of its scopes walks it.
 * Invariant: identifiers that are no references (property names, labels) are never among the children.
 */
import type { AnyNode } from 'acorn';

export type Node = AnyNode & Record<string, unknown>;

export function hasUseStrict(body: readonly Node[]): boolean {
  for (const statement of body) {
    const { directive } = statement as { directive?: string };
    if (directive === undefined) return false;
    if (directive === 'use strict') return true;
  }
  return false;
}

/** The identifiers that a pattern binds or assigns. */
export function patternNames(pattern: Node): string[] {
  switch (pattern.type as string) {
    case 'Identifier':
      return [(pattern as unknown as { name: string }).name];
    case 'ObjectPattern':
      return (pattern.properties as unknown as Node[]).flatMap((p) =>
        patternNames((p.type === 'Property' ? p.value : p.argument) as Node),
      );
    case 'ArrayPattern':
      return (pattern.elements as unknown as (Node | null)[]).flatMap((p) => (p ? patternNames(p) : []));
    case 'AssignmentPattern':
      return patternNames(pattern.left as Node);
    case 'RestElement':
      return patternNames(pattern.argument as Node);
    case 'ParenthesizedExpression':
      return patternNames(pattern.expression as Node);
    default:
      return [];
  }
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
      for (const item of value) if (isNode(item)) children.push(item);
    } else if (isNode(value)) children.push(value);
  }
  return children;
}

function isNode(value: unknown): value is Node {
  return typeof (value as { type?: unknown } | null)?.type === 'string';
}
