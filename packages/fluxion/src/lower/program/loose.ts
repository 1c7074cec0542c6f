/**
 * Expressions whose being undefined the program asks for: `a[i] ?? d`, `a[i] === undefined`, or a variable that is asked so.
 * Invariant: what is not named here leaves the tier where it would be undefined, so that it is a plain number everywhere else.
 */
import { children, type Identifier, isNode, type Node, unparen } from '../../syntax/ast.ts';
import type { Analysis, Binding } from '../../syntax/scope.ts';
import type { Activation } from '../activation.ts';

const known = new WeakMap<Analysis, ReadonlySet<Node>>();

/** Whether the value of this node may be undefined without harm. */
export function isLoose(act: Activation, node: Node): boolean {
  const { analysis } = act.unit;
  let loose = known.get(analysis);
  if (loose === undefined) known.set(analysis, (loose = new Search(analysis).run()));
  return loose.has(node);
}

class Search {
  private readonly loose = new Set<Node>();
  private readonly bindings = new Set<Binding>();
  private readonly analysis: Analysis;

  constructor(analysis: Analysis) {
    this.analysis = analysis;
  }

  run(): ReadonlySet<Node> {
    this.visit(this.analysis.unit.node);
    return this.loose;
  }

  private visit(node: Node): void {
    switch (node.type) {
      case 'LogicalExpression':
        if (node.operator !== '&&') this.mark(node.left);
        break;
      case 'AssignmentExpression':
        if (node.operator === '??=' || node.operator === '||=') this.mark(node.left);
        break;
      case 'BinaryExpression':
        if (/^[!=]==?$/.test(node.operator)) {
          if (this.isNothing(node.right)) this.mark(node.left);
          if (this.isNothing(node.left)) this.mark(node.right);
        }
        break;
      case 'UnaryExpression':
        if (node.operator === 'typeof') this.mark(node.argument);
        break;
      case 'MemberExpression':
        if (node.optional) this.mark(node.object);
        break;
      case 'CallExpression':
        if (node.optional) this.mark(node.callee);
        break;
      case 'ArrayPattern':
        for (const e of node.elements) if (e?.type === 'AssignmentPattern') this.loose.add(e);
        break;
    }
    for (const child of children(node)) this.visit(child);
  }

  private isNothing(side: Node): boolean {
    const node = unparen(side);
    if (node.type === 'Literal') return node.value === null;
    if (node.type === 'UnaryExpression') return node.operator === 'void';
    return node.type === 'Identifier' && node.name === 'undefined';
  }

  private mark(expression: Node): void {
    const node = unparen(expression);
    switch (node.type) {
      case 'Identifier':
        this.variable(node);
        return;
      case 'AssignmentExpression':
        if (node.operator === '=') this.mark(node.right);
        return;
      case 'ChainExpression':
        this.mark(node.expression);
        return;
      case 'ConditionalExpression':
        this.mark(node.consequent);
        this.mark(node.alternate);
        return;
      case 'MemberExpression':
      case 'CallExpression':
        this.loose.add(node);
        return;
    }
  }

  private variable(node: Identifier): void {
    const binding = this.analysis.references.get(node)?.binding;
    if (binding === undefined || this.bindings.has(binding)) return;
    this.bindings.add(binding);
    for (const init of binding.inits) if (isNode(init)) this.mark(init);
    for (const { operator, value } of binding.assignments)
      if (operator === '=' && value !== undefined) this.mark(value);
  }
}
