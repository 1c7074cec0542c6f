/**
 * Assignments: of one value, and of several at once.
 * Invariant: of those that are assigned at once, none is overwritten before it is read.
 */
import type { Value } from '../../ir/ops.ts';
import type { Expressions } from './expressions.ts';
import { compact } from './lines.ts';
import type { Naming } from './naming.ts';
import type { FuncTree, Node, Tree } from './tree.ts';
import type { Variable, Variables } from './variables.ts';

export class Assignments {
  private readonly tree: FuncTree;
  private readonly variables: Variables;
  private readonly naming: Naming;
  private readonly e: Expressions;
  private readonly say: (line: string) => void;

  /** `say` is given each line. */
  constructor(tree: FuncTree, variables: Variables, naming: Naming, e: Expressions, say: (line: string) => void) {
    this.tree = tree;
    this.variables = variables;
    this.naming = naming;
    this.e = e;
    this.say = say;
  }

  /** What has to be done for the targets to have those values. */
  moves(targets: readonly Value[], values: readonly Value[]): [Value, Value][] {
    const moves: [Value, Value][] = [];
    targets.forEach((target, i) => {
      if (!this.variables.isUsed(target) && this.variables.of(target)?.values.length === 1) return;
      if (!this.variables.same(target, values[i])) moves.push([target, values[i]]);
    });
    return moves;
  }

  /** Assigns all at once, in an order in which none is overwritten before it is read. In `home` variables may be declared here. */
  assign(targets: readonly Value[], values: readonly Value[], home: Tree | undefined): void {
    const pending = this.moves(targets, values).map(([target, value]) => ({
      target,
      value,
      variable: this.variables.of(target)!,
      reads: this.reads(value),
    }));
    while (pending.length > 0) {
      let at = pending.findIndex((m) => !pending.some((other) => other !== m && other.reads.has(m.variable)));
      if (at < 0) {
        at = 0;
        const { variable } = pending[0];
        const old = this.naming.named.get(variable)!;
        const name = this.naming.scopes.declare(`${old}_before`);
        this.say(`const ${name} = ${old};`);
        this.naming.saved.set(variable, name);
        for (const move of pending) move.reads.delete(variable);
      }
      const [{ target, value, variable }] = pending.splice(at, 1);
      if (!this.naming.named.has(variable)) {
        const text = this.e.text(value);
        if (home === undefined)
          throw new Error(`${this.tree.func.name}: %${target.id} is assigned before it is declared`);
        const word =
          variable.values.length === 1 && home === this.variables.declaredIn(variable) && home.params.includes(target)
            ? 'const'
            : 'let';
        this.say(`${word} ${this.naming.declare(variable, target)} = ${text};`);
      } else {
        const target = this.naming.named.get(variable)!;
        this.say(this.assignment(target, value, variable));
      }
    }
    this.naming.saved.clear();
  }

  private assignment(target: string, value: Value, variable: Variable | undefined): string {
    return compact(target, this.e.of(value).text, this.leading(value, target, variable));
  }

  /** `s = s + e` is `s += e`: the sign and the rest, if the value begins with what is assigned. `defining`: the operation that gives it. */
  leading(
    value: Value,
    target: string,
    variable: Variable | undefined,
    defining?: Node,
  ): { sign: string; rest: string } | undefined {
    const node = this.e.nestedNode(value) ?? defining;
    if (node?.op.op !== 'math' || (node.results[0] !== value && node !== defining)) return undefined;
    const sign = { add: '+', sub: '-', mul: '*', div: '/' }[node.op.fn as string];
    if (sign === undefined || this.e.text(node.operands[0]) !== target) return undefined;
    if (variable !== undefined && this.variables.of(node.operands[0]) !== variable) return undefined;
    return { sign, rest: this.e.text(node.operands[1]) };
  }

  /** The variables that an expression reads. */
  reads(value: Value): Set<Variable> {
    const found = new Set<Variable>();
    const visit = (v: Value): void => {
      const node = this.e.nestedNode(v);
      if (node === undefined) {
        const variable = this.variables.of(v);
        if (variable !== undefined) found.add(variable);
        return;
      }
      node.operands.forEach(visit);
      for (const inner of node.trees) {
        for (const each of inner.nodes) each.operands.forEach(visit);
        if (inner.end.kind === 'yield') inner.end.values.forEach(visit);
      }
    };
    visit(value);
    return found;
  }
}
