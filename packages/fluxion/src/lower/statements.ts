/**
 * Statements other than loops. Invariant: after a statement that never ends normally the activation is dead, and nothing more is lowered.
 */
import {
  type ClassNode,
  type ForInStatement,
  type ForOfStatement,
  type FunctionNode,
  type Node,
  type Pattern,
  type Statement,
  type SwitchStatement,
  unparen,
} from '../syntax/ast.ts';
import type { Activation, Target } from './activation.ts';
import { condition, evaluate } from './expressions.ts';
import { leaveTo, lowerThrow, lowerTry } from './flow/exceptions.ts';
import { doLoop, forLoop, forOfLoop, loopOver, whileLoop } from './flow/loops.ts';
import { assume, assuming } from './flow/narrow.ts';
import { makeTuple } from './lists/tuples.ts';
import { lowerClass } from './objects/classes.ts';
import { isDictionaryObject, namesOf, valuesOf } from './objects/dictionaries.ts';
import { entriesOf, keysOf } from './objects/members.ts';
import { strictEquals } from './operators.ts';
import { bindLiteral, bindPattern, declare } from './patterns.ts';
import { codeOf, declarationOf } from './program/code.ts';
import { oneOf } from './unions.ts';
import { type Abstract, constantValue, undefinedValue } from './values.ts';

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
    if (own.type === 'FunctionDeclaration' && own.id) declareFunction(act, own as FunctionNode);
  }
  for (const node of list) hoistVars(act, node);
}

function hoistVars(act: Activation, node: Node): void {
  switch (node.type) {
    case 'VariableDeclaration':
      if (node.kind !== 'var') return;
      for (const { id } of node.declarations) {
        if (id.type !== 'Identifier') continue;
        const binding = declarationOf(act.unit, id);
        if (binding !== undefined && !act.env.vars.has(binding)) declare(act, binding, undefinedValue);
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
    case 'TryStatement':
      hoistVars(act, node.block);
      if (node.handler) hoistVars(act, node.handler.body);
      if (node.finalizer) hoistVars(act, node.finalizer);
      return;
  }
}

function declareFunction(act: Activation, node: FunctionNode): void {
  const binding = declarationOf(act.unit, node.id as Node);
  if (binding === undefined || node.async) return;
  declare(act, binding, {
    kind: 'closure',
    closure: { code: codeOf(act.unit, node), env: act.env, home: act.env.home },
  });
}

/** Longer chains of `else if` are not nested: whatever walks through them later would go too deep. */
const longest = 128;

function isLongChain(first: Statement): boolean {
  let node: Statement | null | undefined = first;
  for (let n = 0; n < longest; n++) {
    if (node?.type !== 'IfStatement') return false;
    node = node.alternate;
  }
  return true;
}

/** `if … else if … else …` as one block, which each branch leaves. */
function longChain(act: Activation, first: Statement): void {
  act.block('chain', [], (target) => {
    let node: Statement | null | undefined = first;
    for (; node?.type === 'IfStatement'; node = node.alternate) {
      act.b.at = act.place(node);
      const { test, consequent } = node;
      const held = condition(act, test);
      if (act.dead) return undefined;
      const way = (): undefined => {
        assuming(act, test, true, () => lowerStatement(act, consequent));
        if (!act.dead) act.leave(target);
      };
      if (held === true) return way();
      if (held === false) continue;
      act.branch(held, way, () => undefined);
      assume(act, test, false);
    }
    if (node) lowerStatement(act, node);
    return undefined;
  });
}

export function lowerStatement(act: Activation, node: Statement): void {
  act.b.at = act.place(node);
  switch (node.type) {
    case 'EmptyStatement':
    case 'DebuggerStatement':
    case 'FunctionDeclaration':
      return;
    case 'ExpressionStatement':
      expressionStatement(act, unparen(node.expression));
      return;
    case 'VariableDeclaration':
      for (const d of node.declarations) {
        if (d.init && bindLiteral(act, d.id, d.init, true)) continue;
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
      leaveTo(act, act.targets.findLast((t) => t.kind === 'return')!, value);
      return;
    }
    case 'IfStatement': {
      if (isLongChain(node)) {
        longChain(act, node);
        return;
      }
      const test = condition(act, node.test);
      if (act.dead) return;
      const ended = [false, false];
      const way = (body: Node | null | undefined, outcome: boolean) => (): undefined => {
        assuming(act, node.test, outcome, () => void (body && lowerStatement(act, body as Statement)));
        ended[outcome ? 0 : 1] = act.dead;
      };
      const then = way(node.consequent, true);
      const otherwise = way(node.alternate, false);
      if (typeof test === 'boolean') (test ? then : otherwise)();
      else {
        act.branch(test, then, otherwise);
        if (!act.dead && ended[0] !== ended[1]) assume(act, node.test, ended[1]);
      }
      return;
    }
    case 'ForStatement':
      forLoop(act, node, []);
      return;
    case 'ForOfStatement':
      if (!forOfNames(act, node, [])) forOfLoop(act, node, []);
      return;
    case 'ForInStatement':
      forIn(act, node, []);
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
      leaveTo(act, targetFor(act, 'break', node.label?.name, node));
      return;
    case 'ContinueStatement':
      leaveTo(act, targetFor(act, 'continue', node.label?.name, node));
      return;
    case 'SwitchStatement':
      lowerSwitch(act, node, []);
      return;
    case 'ThrowStatement':
      lowerThrow(act, node);
      return;
    case 'TryStatement':
      lowerTry(act, node);
      return;
    case 'ClassDeclaration':
      bindPattern(act, node.id!, lowerClass(act, node as ClassNode), true);
      return;
    default:
      act.decline(`${node.type} is not compiled`, node);
  }
}

/** An expression whose value nobody sees. */
export function expressionStatement(act: Activation, node: Node): void {
  if (node.type === 'AssignmentExpression' && node.operator === '=' && bindLiteral(act, node.left, node.right, false)) {
    return;
  }
  evaluate(act, node);
}

function labeled(act: Activation, body: Statement, names: readonly string[]): void {
  switch (body.type) {
    case 'ForStatement':
      forLoop(act, body, names);
      return;
    case 'ForOfStatement':
      if (!forOfNames(act, body, names)) forOfLoop(act, body, names);
      return;
    case 'ForInStatement':
      forIn(act, body, names);
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

/** Over the properties of an object of fixed shape: written out for each of them. */
function forIn(act: Activation, node: ForInStatement, names: readonly string[]): void {
  const object = evaluate(act, node.right);
  if (act.dead || (object.kind === 'constant' && (object.value === null || object.value === undefined))) return;
  if (object.kind === 'object' && isDictionaryObject(object)) {
    loopOver(act, node, { list: namesOf(act, object, node.right), what: 'values' }, names);
    return;
  }
  if (object.kind !== 'object' || object.type.type.kind !== 'record') {
    act.decline('for…in over something that is no object of fixed shape is not compiled', node.right);
  }
  for (const { prototype } of object.type.type.root.variants) {
    for (let p = prototype; p !== null; p = act.lowering.guards.prototypeOf(p)) {
      if (Object.keys(p).length > 0) act.decline('for…in over inherited properties is not compiled', node.right);
    }
  }
  byKeys(act, object, node.right, (listed) => unrolled(act, node, listed.map(constantValue), names));
}

/** On a way of its own for the objects of each list of keys. */
function byKeys(act: Activation, object: Abstract, node: Node, use: (keys: string[]) => void): void {
  const root = object.kind === 'object' && object.type.type.kind === 'record' ? object.type.type.root : undefined;
  const groups = new Map<string, number[]>();
  for (const variant of root?.variants ?? []) {
    const key = variant.keys.filter((k) => !k.startsWith('#')).join('\n');
    groups.set(key, [...(groups.get(key) ?? []), root!.tagOf(variant)]);
  }
  if (root === undefined || object.kind !== 'object' || groups.size === 1) {
    use(keysOf(act, object, node));
    return;
  }
  const tag = act.b.load(root.tag!, object.ref);
  const tags = [...groups.values()];
  oneOf(act, tag, tags, node, (i) => {
    use(keysOf(act, object, node, (v) => tags[i].includes(root.tagOf(v))));
    return undefinedValue;
  });
}

/** `for (const k of Object.keys(o))`, and entries: written out, so that each name is known. */
function forOfNames(act: Activation, node: ForOfStatement, names: readonly string[]): boolean {
  const call = unparen(node.right);
  if (call.type !== 'CallExpression' || call.arguments.length !== 1 || call.optional) return false;
  const callee = unparen(call.callee);
  if (callee.type !== 'MemberExpression' || callee.computed || unparen(callee.object).type !== 'Identifier')
    return false;
  const { name } = callee.property as { name: string };
  if ((callee.object as { name: string }).name !== 'Object' || (name !== 'keys' && name !== 'entries')) return false;
  const fn = evaluate(act, callee);
  if (fn.kind !== 'constant' || (fn.value !== Object.keys && fn.value !== Object.entries)) return false;
  if (call.arguments[0].type === 'SpreadElement') return false;
  const object = evaluate(act, call.arguments[0]);
  if (act.dead) return true;
  if (object.kind === 'object' && isDictionaryObject(object)) {
    const list = namesOf(act, object, call);
    if (name === 'keys') loopOver(act, node, { list, what: 'values' }, names);
    else loopOver(act, node, { list, what: 'entries', beside: valuesOf(act, object, call) }, names);
    return true;
  }
  if (name === 'keys') byKeys(act, object, call, (listed) => unrolled(act, node, listed.map(constantValue), names));
  else {
    const entries = entriesOf(act, object, call);
    unrolled(
      act,
      node,
      entries.map(
        ([key, value]) =>
          () =>
            makeTuple(act, call, [constantValue(key), value]),
      ),
      names,
      entries,
    );
  }
  return true;
}

function unrolled(
  act: Activation,
  node: ForInStatement | ForOfStatement,
  values: readonly (Abstract | (() => Abstract))[],
  names: readonly string[],
  entries?: readonly (readonly [string, Abstract])[],
): void {
  const { left } = node;
  const target = left.type === 'VariableDeclaration' ? left.declarations[0].id : left;
  const fresh = left.type === 'VariableDeclaration';
  act.block('break', names, () => {
    values.forEach((value, i) => {
      if (act.dead) return;
      act.block('continue', names, () => {
        const pattern = unparen(target);
        if (entries && pattern.type === 'ArrayPattern' && pattern.elements.length <= 2) {
          // Taken apart at once: no pair is made.
          const parts = [constantValue(entries[i][0]), entries[i][1]];
          pattern.elements.forEach((e, n) => {
            if (e) bindPattern(act, e, parts[n], fresh);
          });
        } else bindPattern(act, target as Pattern, typeof value === 'function' ? value() : value, fresh);
        lowerStatement(act, node.body);
        return undefined;
      });
    });
    return undefined;
  });
}
