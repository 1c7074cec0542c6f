/**
 * Which fields constructors give their object before anything else can see it.
 * Invariant: a field that is named here is never read before it is written.
 */
import {
  type ClassNode,
  children,
  isClass,
  isFunction,
  type MethodDefinition,
  type Node,
  unparen,
} from '../../syntax/ast.ts';

export interface SureFields {
  /** Fields that every object has before anyone else sees it. */
  readonly names: ReadonlySet<string>;
  /** Those declared without a value that get theirs before anyone reads them: nobody sees that they were undefined. */
  readonly bare: ReadonlySet<string>;
}

/** `constructors`: the classes and functions that construct one object, the most derived first. */
export function surelyAssigned(constructors: readonly Node[]): SureFields {
  const search = new Search();
  for (const node of [...constructors].reverse()) {
    if (isClass(node)) search.ofClass(node);
    else if (isFunction(node) && node.body.type === 'BlockStatement') search.ofBody(node.body.body);
    if (search.seen) break;
  }
  return search;
}

class Search implements SureFields {
  readonly names = new Set<string>();
  readonly bare = new Set<string>();
  /** Something else may see the object from here on. */
  seen = false;
  private readonly pending = new Set<string>();

  ofClass(node: ClassNode): void {
    for (const m of node.body.body) {
      if (m.type !== 'PropertyDefinition' || m.static) continue;
      const { key } = m;
      const name = key.type === 'Identifier' ? key.name : key.type === 'PrivateIdentifier' ? `#${key.name}` : undefined;
      if (m.value) this.look(m.value);
      if (this.seen) return;
      if (name === undefined) continue;
      if (m.value) this.assign(name);
      else {
        this.names.add(name);
        this.bare.delete(name);
        this.pending.add(name);
      }
    }
    const made = node.body.body.find((m) => m.type === 'MethodDefinition' && m.kind === 'constructor');
    if (made !== undefined) this.ofBody((made as MethodDefinition).value.body.body);
  }

  ofBody(body: readonly Node[]): void {
    for (const statement of body) {
      if (statement.type === 'ExpressionStatement') {
        let expression = unparen(statement.expression);
        const assigned: string[] = [];
        while (expression.type === 'AssignmentExpression' && expression.operator === '=') {
          const name = ownField(expression.left);
          if (name === undefined) break;
          assigned.push(name);
          expression = unparen(expression.right);
        }
        this.look(expression);
        if (this.seen) return;
        for (const name of assigned) this.assign(name);
      } else {
        this.look(statement);
        if (leaves(statement)) this.seen = true;
      }
      if (this.seen) return;
    }
  }

  private assign(name: string): void {
    this.names.add(name);
    if (this.pending.delete(name)) this.bare.add(name);
  }

  /** Whether something other than the fields named is done with the object. */
  private look(node: Node): void {
    if (this.seen) return;
    const own = ownField(node);
    if (own !== undefined) {
      this.pending.delete(own);
      if (!this.names.has(own)) this.seen = true;
      return;
    }
    // A function held by a field gets the object as `this`.
    const calls = node.type === 'CallExpression' && ownField(node.callee) !== undefined;
    if (calls || node.type === 'ThisExpression' || (node.type === 'MemberExpression' && node.object.type === 'Super')) {
      this.seen = true;
      return;
    }
    if (isFunction(node) && node.type !== 'ArrowFunctionExpression') return;
    for (const child of children(node)) this.look(child);
  }
}

function ownField(node: Node): string | undefined {
  const target = unparen(node);
  if (target.type !== 'MemberExpression' || unparen(target.object).type !== 'ThisExpression') return undefined;
  if (target.property.type === 'PrivateIdentifier') return `#${target.property.name}`;
  return target.computed ? undefined : (target.property as { name: string }).name;
}

function leaves(node: Node): boolean {
  if (isFunction(node)) return false;
  return node.type === 'ReturnStatement' || children(node).some(leaves);
}
