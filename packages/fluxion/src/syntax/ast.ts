/**
 * The shape of the syntax tree (acorn's) and one generic walk over it.
 * Invariant: `children` gives every child that is present, in the order of the source.
 */
import type * as acorn from 'acorn';

export type {
  ArrayExpression,
  ArrayPattern,
  AssignmentExpression,
  AssignmentPattern,
  AssignmentProperty,
  BinaryExpression,
  BlockStatement,
  CallExpression,
  CatchClause,
  ChainExpression,
  Class,
  ClassDeclaration,
  ClassExpression,
  Expression,
  ExpressionStatement,
  ForInStatement,
  ForOfStatement,
  ForStatement,
  FunctionDeclaration,
  FunctionExpression,
  Identifier,
  Literal,
  LogicalExpression,
  MemberExpression,
  MethodDefinition,
  NewExpression,
  ObjectExpression,
  ObjectPattern,
  Pattern,
  PrivateIdentifier,
  Program,
  Property,
  PropertyDefinition,
  RestElement,
  SpreadElement,
  Statement,
  StaticBlock,
  Super,
  SwitchStatement,
  TaggedTemplateExpression,
  TemplateLiteral,
  ThrowStatement,
  TryStatement,
  UnaryExpression,
  UpdateExpression,
  VariableDeclaration,
  YieldExpression,
} from 'acorn';

export type Node = acorn.AnyNode;
export type FunctionNode = acorn.FunctionDeclaration | acorn.FunctionExpression | acorn.ArrowFunctionExpression;
export type ClassNode = acorn.ClassDeclaration | acorn.ClassExpression;

const keysOf = new Map<string, readonly string[]>();

/** The fields of a node that can hold nodes: the parser gives all nodes of a type the same. */
function childKeys(node: Node): readonly string[] {
  let known = keysOf.get(node.type);
  if (known === undefined) keysOf.set(node.type, (known = Object.keys(node).filter((k) => !skipped.has(k))));
  return known;
}
const skipped = new Set(['type', 'start', 'end', 'raw', 'kind', 'operator', 'name', 'regex', 'bigint', 'directive']);

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

/** The children of `node` in the order of the source. A shorthand property gives its one node once. */
export function children(node: Node): Node[] {
  const found: Node[] = [];
  for (const key of childKeys(node)) {
    const value = (node as unknown as Record<string, unknown>)[key];
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) found.push(item);
    } else if (isNode(value)) {
      if (key === 'value' && node.type === 'Property' && node.shorthand) found.length = 0;
      found.push(value);
    }
  }
  let sorted = true;
  for (let i = 1; i < found.length; i++) if (found[i - 1].start > found[i].start) sorted = false;
  return sorted ? found : found.sort((a, b) => a.start - b.start);
}

export function isFunction(node: Node): node is FunctionNode {
  return (
    node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression' || node.type === 'FunctionDeclaration'
  );
}

export function isClass(node: Node): node is ClassNode {
  return node.type === 'ClassDeclaration' || node.type === 'ClassExpression';
}

/** The expression inside any parentheses. */
export function unparen(node: Node): Node {
  let inner = node;
  while (inner.type === 'ParenthesizedExpression') inner = inner.expression as Node;
  return inner;
}

/** An arrow, function or class without a name of its own, written here directly: the language names it after its target. */
export function isAnonymousFunction(node: Node): boolean {
  // Parentheses do not hide a function from being named.
  const inner = unparen(node);
  if (inner.type === 'ArrowFunctionExpression') return true;
  return (inner.type === 'FunctionExpression' || inner.type === 'ClassExpression') && !inner.id;
}
