/**
 * Statements other than loops. Invariant: after a statement that never ends normally the activation is dead, and nothing more is lowered.
 */
import type { ClassNode, FunctionNode, Node, Statement, SwitchStatement, TryStatement } from '../syntax/ast.ts';
import type { Activation, Target } from './activation.ts';
import { lowerClass } from './classes.ts';
import { codeOf } from './code.ts';
import { condition, evaluate } from './expressions.ts';
import { doLoop, forLoop, forOfLoop, whileLoop } from './loops.ts';
import { strictEquals } from './operators.ts';
import { bindPattern, declare } from './patterns.ts';
import { type Abstract, undefinedValue } from './values.ts';

export function statements(act: Activation, list: readonly Node[]): void {
  hoist(act, list);
  for (const statement of list) {
    if (act.dead) return;
    lowerStatement(act, statement as Statement);
  }
}

/** Function declarations have their values from the start; `var`s are undefined until assigned. */
function hoist(act: Activation, list: readonly Node[]): void {
  for (const node of list) {
    const own = node.type === 'LabeledStatement' ? node.body : node;
    if (own.type === 'FunctionDeclaration' && own.id) declareFunction(act, own as FunctionNode, own.id.name);
  }
  for (const node of list) hoistVars(act, node);
}

function hoistVars(act: Activation, node: Node): void {
  switch (node.type) {
    case 'VariableDeclaration':
      if (node.kind !== 'var') return;
      for (const { id } of node.declarations) {
        if (id.type !== 'Identifier') continue;
        const scope = act.unit.analysis.references.get(id)?.binding ?? varBinding(act, id.name, node);
        if (scope !== undefined && !act.env.vars.has(scope)) declare(act, scope, undefinedValue);
      }
      return;
    case 'ForStatement':
      if (node.init) hoistVars(act, node.init);
      hoistVars(act, node.body);
      return;
    case 'ForOfStatement':
    case 'ForInStatement':
      hoistVars(act, node.left);
      hoistVars(act, node.body);
      return;
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'LabeledStatement':
      hoistVars(act, node.body);
      return;
    case 'IfStatement':
      hoistVars(act, node.consequent);
      if (node.alternate) hoistVars(act, node.alternate);
      return;
    case 'BlockStatement':
      for (const s of node.body) hoistVars(act, s);
      return;
    case 'SwitchStatement':
      for (const c of node.cases) for (const s of c.consequent) hoistVars(act, s);
      return;
  }
}

function varBinding(act: Activation, name: string, node: Node) {
  let found: ReturnType<typeof lookup>;
  for (const scope of new Set(act.unit.analysis.scopes.values())) {
    const { start, end } = scope.node;
    if (scope.kind !== 'function' || start > node.start || end < node.end) continue;
    const here = lookup(scope, name);
    if (here !== undefined) found = here;
  }
  return found;
}

function lookup(scope: { bindings: ReadonlyMap<string, import('../syntax/scope.ts').Binding> }, name: string) {
  return scope.bindings.get(name);
}

function declareFunction(act: Activation, node: FunctionNode, name: string): void {
  for (const scope of new Set(act.unit.analysis.scopes.values())) {
    const binding = scope.bindings.get(name);
    if (binding?.declarations.includes(node) || binding?.declarations.includes(node.id as Node)) {
      const value: Abstract = { kind: 'closure', closure: { code: codeOf(act.unit, node), env: act.env } };
      if (node.async || node.generator) return;
      declare(act, binding, value);
      return;
    }
  }
}

export function lowerStatement(act: Activation, node: Statement): void {
  act.b.at = act.place(node);
  switch (node.type) {
    case 'EmptyStatement':
    case 'DebuggerStatement':
    case 'FunctionDeclaration':
      return;
    case 'ExpressionStatement':
      evaluate(act, node.expression);
      return;
    case 'VariableDeclaration':
      for (const d of node.declarations) {
        if (d.init) bindPattern(act, d.id, evaluate(act, d.init), true);
        else if (node.kind !== 'var') bindPattern(act, d.id, undefinedValue, true);
      }
      return;
    case 'BlockStatement':
      statements(act, node.body);
      return;
    case 'ReturnStatement': {
      const value = node.argument ? evaluate(act, node.argument) : undefinedValue;
      if (act.dead) return;
      act.leave(act.targets.find((t) => t.kind === 'return')!, value);
      return;
    }
    case 'IfStatement': {
      const test = condition(act, node.test);
      if (act.dead) return;
      const then = (): undefined => void lowerStatement(act, node.consequent);
      const otherwise = (): undefined => void (node.alternate && lowerStatement(act, node.alternate));
      if (typeof test === 'boolean') (test ? then : otherwise)();
      else act.branch(test, then, otherwise);
      return;
    }
    case 'ForStatement':
      forLoop(act, node, []);
      return;
    case 'ForOfStatement':
      forOfLoop(act, node, []);
      return;
    case 'WhileStatement':
      whileLoop(act, node, []);
      return;
    case 'DoWhileStatement':
      doLoop(act, node, []);
      return;
    case 'LabeledStatement':
      labeled(act, node.body, [node.label.name]);
      return;
    case 'BreakStatement':
      act.leave(targetFor(act, 'break', node.label?.name, node));
      return;
    case 'ContinueStatement':
      act.leave(targetFor(act, 'continue', node.label?.name, node));
      return;
    case 'SwitchStatement':
      lowerSwitch(act, node, []);
      return;
    case 'ThrowStatement':
      act.guard(act.b.bool(false), 'throw', 'the function throws', node);
      act.stop();
      return;
    case 'TryStatement':
      tryStatement(act, node);
      return;
    case 'ClassDeclaration':
      bindPattern(act, node.id!, lowerClass(act, node as ClassNode), true);
      return;
    default:
      act.decline(`${node.type} is not compiled`, node);
  }
}

function labeled(act: Activation, body: Statement, names: readonly string[]): void {
  switch (body.type) {
    case 'ForStatement':
      forLoop(act, body, names);
      return;
    case 'ForOfStatement':
      forOfLoop(act, body, names);
      return;
    case 'WhileStatement':
      whileLoop(act, body, names);
      return;
    case 'DoWhileStatement':
      doLoop(act, body, names);
      return;
    case 'SwitchStatement':
      lowerSwitch(act, body, names);
      return;
    case 'LabeledStatement':
      labeled(act, body.body, [...names, body.label.name]);
      return;
    default:
      // A plain block can be left by its name only.
      act.block('chain', names, () => void lowerStatement(act, body));
  }
}

function targetFor(act: Activation, kind: 'break' | 'continue', name: string | undefined, node: Node): Target {
  for (let i = act.targets.length - 1; i >= 0; i--) {
    const target = act.targets[i];
    if (
      name === undefined
        ? target.kind === kind
        : target.names.includes(name) && (target.kind === kind || (kind === 'break' && target.kind === 'chain'))
    ) {
      return target;
    }
  }
  return act.decline('there is nothing to leave', node);
}

/** Blocks inside each other, one for each case, in the order of the source: falling through is going on. */
function lowerSwitch(act: Activation, node: SwitchStatement, names: readonly string[]): void {
  const value = evaluate(act, node.discriminant);
  const { cases } = node;
  act.block('break', names, () => {
    hoist(
      act,
      cases.flatMap((c) => c.consequent),
    );
    const chain: Target[] = [];
    const enter = (index: number): void => {
      if (index < 0) {
        dispatch();
        return;
      }
      act.block('chain', [], (target) => {
        chain[index] = target;
        enter(index - 1);
        return undefined;
      });
      if (act.dead) return;
      for (const statement of cases[index].consequent) {
        if (act.dead) return;
        lowerStatement(act, statement);
      }
    };
    const dispatch = (): void => {
      for (let i = 0; i < cases.length; i++) {
        const { test } = cases[i];
        if (!test) continue;
        const equal = strictEquals(act, value, evaluate(act, test), test);
        if (equal === true) {
          act.leave(chain[i]);
          return;
        }
        if (equal !== false) {
          act.branch(
            equal,
            () => void act.leave(chain[i]),
            () => undefined,
          );
        }
      }
      const other = cases.findIndex((c) => !c.test);
      if (other >= 0) act.leave(chain[other]);
      else act.leave(act.targets.findLast((t) => t.kind === 'break')!);
    };
    enter(cases.length - 1);
    return undefined;
  });
}

/** What throws leaves the tier, so the block runs as it is, and no handler is ever reached. */
function tryStatement(act: Activation, node: TryStatement): void {
  if (node.finalizer) {
    act.decline('try with finally is not compiled', node);
  }
  lowerStatement(act, node.block);
}
