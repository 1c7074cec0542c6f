/**
 * Loops. Invariant: what a round changes goes round as values of the loop; everything else is as it was before.
 */
import type { Value } from '../../ir/ops.ts';
import type { ForInStatement, ForOfStatement, ForStatement, Node, Statement } from '../../syntax/ast.ts';
import { children, unparen } from '../../syntax/ast.ts';
import type { Binding } from '../../syntax/scope.ts';
import type { Activation } from '../activation.ts';
import { condition } from '../expressions.ts';
import { arrayTypeOf, elementOf, lengthOf } from '../lists/arrays.ts';
import { entryAt, type Iteration, itemAt, iterationOf } from '../lists/iterables.ts';
import { isTuple, tupleLength } from '../lists/tuples.ts';
import { fromInt32 } from '../operators.ts';
import { assign, bindPattern, renew } from '../patterns.ts';
import { assignedWithin } from '../program/code.ts';
import { expressionStatement, lowerStatement } from '../statements.ts';
import { lengthEffect } from '../types/effects.ts';
import { type Abstract, constantValue } from '../values.ts';
import { type Counter, type Counting, counterOf, counting, updatesOf } from './counter.ts';
import { goThrough } from './generators.ts';
import { assume } from './narrow.ts';

/** The variables declared outside that something inside assigns. */
export function assignedIn(act: Activation, ...nodes: (Node | null | undefined)[]): Binding[] {
  const inside = nodes.filter((n): n is Node => n !== null && n !== undefined);
  const found = assignedWithin(act.unit, inside);
  // What is done with what is yielded happens inside.
  if (act.going !== undefined && inside.some((n) => mentions(n, 'YieldExpression')))
    for (const binding of act.going.assigned) found.add(binding);
  return [...found].filter((binding) => act.env.vars.has(binding));
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
    act.round(node, () => {
      act.loop(
        node,
        carried,
        [],
        () => test(act, node.test),
        () => {
          assume(act, node.test, true);
          round(act, node.body, names);
          return [];
        },
      );
    });
    if (alwaysTrue(node.test)) act.stop();
  });
}

export function doLoop(act: Activation, node: Node & { type: 'DoWhileStatement' }, names: readonly string[]): void {
  breakable(act, node.body, names, () => {
    const carried = assignedIn(act, node);
    act.round(node, () => {
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
  });
}

export function forLoop(act: Activation, node: ForStatement, names: readonly string[]): void {
  if (node.init) {
    if (node.init.type === 'VariableDeclaration') lowerStatement(act, node.init);
    else expressionStatement(act, node.init);
  }
  if (act.dead) return;
  const own = [...(act.unit.analysis.scopes.get(node)?.bindings.values() ?? [])].filter((b) => b.kind === 'let');
  breakable(act, node.body, names, () => {
    act.round(node, (effects) => {
      const carried = [...new Set([...assignedIn(act, node.test, node.update, node.body), ...own])];
      const counter = counterOf(act, node);
      const counted = counter && counting(act, node, counter, effects, carried);
      if (counter && counted) {
        countingLoop(act, node, names, counter, counted, carried, own);
        return;
      }
      act.loop(
        node,
        carried,
        [],
        () => test(act, node.test),
        () => {
          if (node.test) assume(act, node.test, true);
          round(act, node.body, names);
          if (act.dead) return [];
          for (const binding of own) renew(act, binding);
          if (node.update) update(act, node.update);
          return [];
        },
      );
    });
    if (!node.test || alwaysTrue(node.test)) act.stop();
  });
}

function update(act: Activation, node: Node): void {
  for (const one of updatesOf(node)) {
    act.b.at = act.place(one);
    expressionStatement(act, one);
  }
}

/** The counter goes round as an i32 of its own, and the variable is what it says. */
function countingLoop(
  act: Activation,
  node: ForStatement,
  names: readonly string[],
  { binding, update: counts, rest }: Counter,
  counted: Counting,
  carried: readonly Binding[],
  own: readonly Binding[],
): void {
  const [last] = act.loop(
    node,
    carried.filter((other) => other !== binding),
    [counted.start],
    ([i]) => {
      act.env.vars.set(binding, counted.inside(i));
      return rest.reduce<Value>((again, more) => {
        const both = act.branch(
          again,
          () => ({ kind: 'boolean', value: test(act, more)! }),
          () => ({ kind: 'boolean', value: act.b.bool(false) }),
        );
        return both.kind === 'boolean' ? both.value : again;
      }, counted.again(i));
    },
    ([i]) => {
      act.env.vars.set(binding, counted.inside(i));
      for (const more of rest) assume(act, more, true);
      round(act, node.body, names);
      if (act.dead) return [];
      for (const other of own) if (other !== binding) renew(act, other);
      let next = i;
      for (const one of updatesOf(node.update!)) {
        act.b.at = act.place(one);
        if (one === counts) {
          next = counted.next(i);
          act.env.vars.set(binding, fromInt32(act, next));
        } else expressionStatement(act, one);
      }
      return [next];
    },
    counted.trips,
    [binding.name],
  );
  act.env.vars.set(binding, counted.after(last));
}

/** Over arrays and typed arrays, whose length is asked at each round, as their iterators do. */
export function forOfLoop(act: Activation, node: ForOfStatement, names: readonly string[]): void {
  if (node.await) act.decline('for await is not compiled', node);
  loopOver(act, node, iterationOf(act, node.right), names);
}

/** The loop over what has been evaluated. */
export function loopOver(
  act: Activation,
  node: ForOfStatement | ForInStatement,
  iteration: ReturnType<typeof iterationOf>,
  names: readonly string[],
): void {
  if (act.dead) return;
  if ('value' in iteration) {
    overTuple(act, node, iteration.value, names);
    return;
  }
  breakable(act, node.body, names, () => {
    const carried = assignedIn(act, node.body, node.left);
    if ('generator' in iteration) {
      goThrough(act, iteration.generator, carried, (value) => {
        bindItem(act, node, value);
        round(act, node.body, names);
      });
      return;
    }
    overList(act, node, iteration, carried, (i) => {
      item(act, node, iteration, i);
      round(act, node.body, names);
    });
  });
}

/** `body` for each index of a list, whose length is asked at each round. */
export function overList(
  act: Activation,
  node: Node,
  { list, ended }: Iteration,
  carried: readonly Binding[],
  body: (i: Value) => void,
): void {
  const type = arrayTypeOf(list);
  act.round(node, (effects) => {
    if (ended !== undefined && effects.changes(ended)) {
      act.decline('taking entries out of a Map or Set that is gone through is not compiled', node);
    }
    const changes = type !== undefined && effects.changes(lengthEffect(type));
    const length = changes ? undefined : lengthOf(act, list);
    act.loop(
      node,
      carried,
      [act.b.int(0)],
      ([i]) => act.b.compare('lt', i, length ?? lengthOf(act, list)),
      ([i]) => {
        body(i);
        return [act.b.integer('add', i, act.b.int(1))];
      },
      length,
    );
  });
}

/** Binds what a round is given: of entries, index and element without an array around them. */
function item(act: Activation, node: ForOfStatement | ForInStatement, iteration: Iteration, i: Value): void {
  const fresh = node.left.type === 'VariableDeclaration';
  const target = node.left.type === 'VariableDeclaration' ? node.left.declarations[0].id : unparen(node.left);
  if (iteration.what === 'entries' && target.type === 'ArrayPattern' && target.elements.length <= 2) {
    const parts = entryAt(act, iteration, i, node);
    target.elements.forEach((pattern, n) => {
      if (pattern?.type === 'RestElement') act.decline('the rest of an entry is not compiled', node);
      if (pattern) bindPattern(act, pattern, parts[n], fresh);
    });
    return;
  }
  bindItem(act, node, itemAt(act, iteration, i, node));
}

function bindItem(act: Activation, { left }: ForOfStatement | ForInStatement, value: Abstract): void {
  if (left.type === 'VariableDeclaration') bindPattern(act, left.declarations[0].id, value, true);
  else assign(act, unparen(left), value);
}

/** Over an array of several kinds, or a text that is known: the body once for each element. */
function overTuple(
  act: Activation,
  node: ForOfStatement | ForInStatement,
  value: Abstract,
  names: readonly string[],
): void {
  if (value.kind === 'never') return;
  const text = value.kind === 'constant' && typeof value.value === 'string' ? [...value.value] : undefined;
  if (text === undefined && !isTuple(value)) act.decline('only arrays, Maps and Sets are looped over', node.right);
  breakable(act, node.body, names, () => {
    act.round(node, () => {
      for (let i = 0; i < (text?.length ?? tupleLength(value)!); i++) {
        if (act.dead) return;
        bindItem(act, node, text ? constantValue(text[i]) : elementOf(act, node, value, i));
        round(act, node.body, names);
      }
    });
  });
}

function alwaysTrue(node: Node): boolean {
  return node.type === 'Literal' && node.value === true;
}
