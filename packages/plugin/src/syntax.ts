/**
 * Small questions to the syntax tree.
 */
import type { AnyNode, Pattern } from 'acorn';

export function hasUseStrict(body: readonly AnyNode[]): boolean {
  return directivesOf(body).some((directive) => directive.directive === 'use strict');
}

export function directivesOf(body: readonly AnyNode[]): { directive: string; end: number }[] {
  const found: { directive: string; end: number }[] = [];
  for (const statement of body) {
    if (statement.type !== 'ExpressionStatement' || typeof statement.directive !== 'string') break;
    found.push({ directive: statement.directive, end: statement.end });
  }
  return found;
}

export function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

export function namesOf(pattern: Pattern): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'AssignmentPattern':
      return namesOf(pattern.left);
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element == null ? [] : namesOf(element)));
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        namesOf(property.type === 'RestElement' ? property.argument : property.value),
      );
    case 'RestElement':
      return namesOf(pattern.argument);
    default:
      return [];
  }
}
