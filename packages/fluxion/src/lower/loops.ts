/**
 * Loops. Invariant: what a round changes goes round as values of the loop; everything else is as it was before.
 */
import type { Value } from '../ir/ops.ts';
import type { ForOfStatement, ForStatement, Node, Statement } from '../syntax/ast.ts';
import { children } from '../syntax/ast.ts';
import type { Binding } from '../syntax/scope.ts';
import type { Activation } from './activation.ts';
import { elementAt, lengthOf } from './arrays.ts';
import { condition, evaluate } from './expressions.ts';
import { assign, bindPattern, renew } from './patterns.ts';
import { lowerStatement } from './statements.ts';

/** The variables declared outside that something inside assigns. */
export function assignedIn(act: Activation, ...nodes: (Node | null | undefined)[]): Binding[] {
  const ranges = nodes.filter((n): n is Node => n !== null && n !== undefined);
  return [...act.env.vars.keys()].filter(
    (binding) =>
      binding.assignments.some(({ at }) => ranges.some((n) => at.start >= n.start && at.end <= n.end)) ||
      // A `var` with an initialiser inside is assigned there.
      (binding.kind === 'var' &&
        binding.declarations.some((d) => ranges.some((n) => d.start >= n.start && d.end <= n.end))),
  );
}

function test(act: Activation, node: Node | null | undefined): Value | undefined {
  if (!node) return undefined;
  const value = condition(act, node);
  return typeof value === 'boolean' ? act.b.bool(value) : value;
}

/** The body, in a block that `continue` leaves if there is one. */
function round(act: Activation, body: Statement, names: readonly string[]): void {
  if (mentions(body, 'ContinueStatement')) act.block('continue', names, () => void lowerStatement(act, body));
  else lowerStatement(act, body);
}

function mentions(node: Node, type: Node['type']): boolean {
  return node.type === type || children(node).some((child) => mentions(child, type));
}

/** The loop, in a block that `break` leaves if there is one. */
function breakable(act: Activation, body: Node, names: readonly string[], write: () => void): void {
  if (mentions(body, 'BreakStatement')) act.block('break', names, () => void write());
  else write();
}

export function whileLoop(act: Activation, node: Node & { type: 'WhileStatement' }, names: readonly string[]): void {
  breakable(act, node.body, names, () => {
    const carried = assignedIn(act, node);
    act.loop(
      node,
      carried,
      [],
      () => test(act, node.test),
      () => {
        round(act, node.body, names);
        return [];
      },
    );
    if (alwaysTrue(node.test)) act.stop();
  });
}

export function doLoop(act: Activation, node: Node & { type: 'DoWhileStatement' }, names: readonly string[]): void {
  breakable(act, node.body, names, () => {
    const carried = assignedIn(act, node);
    act.loop(
      node,
      carried,
      [],
      () => {
        round(act, node.body, names);
        return act.dead ? undefined : test(act, node.test);
      },
      () => [],
    );
  });
}

export function forLoop(act: Activation, node: ForStatement, names: readonly string[]): void {
  if (node.init) {
    if (node.init.type === 'VariableDeclaration') lowerStatement(act, node.init);
    else evaluate(act, node.init);
  }
  const own = [...(act.unit.analysis.scopes.get(node)?.bindings.values() ?? [])].filter((b) => b.kind === 'let');
  breakable(act, node.body, names, () => {
    const carried = [...new Set([...assignedIn(act, node.test, node.update, node.body), ...own])];
    act.loop(
      node,
      carried,
      [],
      () => test(act, node.test),
      () => {
        round(act, node.body, names);
        if (act.dead) return [];
        for (const binding of own) renew(act, binding);
        if (node.update) {
          act.b.at = act.place(node.update);
          evaluate(act, node.update);
        }
        return [];
      },
    );
    if (!node.test || alwaysTrue(node.test)) act.stop();
  });
}

/** Over arrays and typed arrays, whose length is asked at each round, as their iterators do. */
export function forOfLoop(act: Activation, node: ForOfStatement, names: readonly string[]): void {
  if (node.await) act.decline('for await is not compiled', node);
  const list = evaluate(act, node.right);
  if (act.dead || list.kind === 'never') return;
  if (list.kind !== 'object' || list.type.type.kind === 'record')
    act.decline('only arrays are looped over', node.right);
  breakable(act, node.body, names, () => {
    const carried = assignedIn(act, node.body, node.left);
    act.loop(
      node,
      carried,
      [act.b.int(0)],
      ([i]) => act.b.compare('lt', i, lengthOf(act, list)),
      ([i]) => {
        const element = elementAt(act, list, i, node);
        if (node.left.type === 'VariableDeclaration') bindPattern(act, node.left.declarations[0].id, element, true);
        else assign(act, node.left, element);
        round(act, node.body, names);
        return [act.b.integer('add', i, act.b.int(1))];
      },
    );
  });
}

function alwaysTrue(node: Node): boolean {
  return node.type === 'Literal' && node.value === true;
}
