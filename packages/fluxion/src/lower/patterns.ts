/**
 * Variables: reading, writing and binding them, and the patterns of destructuring.
 * Invariant: a variable that a closure shares and that is assigned lives in a cell; every other is a value of its activation.
 */
import type { Identifier, Node, Pattern } from '../syntax/ast.ts';
import { unparen } from '../syntax/ast.ts';
import type { Binding } from '../syntax/scope.ts';
import type { Activation } from './activation.ts';
import { isReadAsList } from './calls/rest.ts';
import { evaluate } from './expressions.ts';
import { elementOf } from './lists/arrays.ts';
import { restOf } from './lists/lists.ts';
import { assignMember, memberOf, recordWithout } from './objects/members.ts';
import { isUndefined } from './operators.ts';
import { freeVariable } from './outside/free.ts';
import { declarationOf, livesInCell } from './program/code.ts';
import { irTypes } from './types/cells.ts';
import { CellVariable } from './types/growth.ts';
import { type Abstract, type Closure, coerce, flatten, neverValue, rebuild, typeOf, undefinedValue } from './values.ts';

const cells = new WeakMap<Binding, boolean>();
function inCell(binding: Binding): boolean {
  let known = cells.get(binding);
  if (known === undefined) cells.set(binding, (known = livesInCell(binding)));
  return known;
}

/** The variable an identifier means, where it is one of lowered code. */
export function bindingOf(act: Activation, node: Identifier): Binding | undefined {
  return act.unit.analysis.references.get(node)?.binding;
}

/** Gives a variable its first value. */
export function declare(act: Activation, binding: Binding, value: Abstract): void {
  const early = act.lowering.early.has(binding);
  if (early && act.env.vars.get(binding)?.kind === 'cell') {
    writeCell(act, binding, value);
    return;
  }
  if (!inCell(binding) && !early) {
    act.env.vars.set(binding, value);
    return;
  }
  makeCell(act, binding, value);
}

function makeCell(act: Activation, binding: Binding, value: Abstract): void {
  const cell = act.lowering.site(binding, () => new CellVariable(act.lowering.growth, binding.name));
  cell.content.add(typeOf(value));
  const ref = act.b.alloc(cell.shape);
  act.env.vars.set(binding, { kind: 'cell', cell, ref });
  if (value.kind !== 'never') writeCell(act, binding, value);
}

/**
 * A function that is put into memory takes along what it closes over; variables around it that get their value later live in
 * memory too, from here on.
 */
export function captureEarly(act: Activation, closure: Closure): void {
  if (closure.env.vars !== act.env.vars) return;
  for (const binding of closure.code.free) {
    if (act.env.vars.has(binding) || binding.kind === 'self' || binding.kind === 'param') continue;
    act.lowering.early.add(binding);
    makeCell(act, binding, neverValue);
  }
}

/** A fresh variable with the value of the old one: for each round of a loop whose variable closures share. */
export function renew(act: Activation, binding: Binding): void {
  const held = act.env.vars.get(binding);
  if (held?.kind === 'cell') declare(act, binding, readVariable(act, binding)!);
}

export function readVariable(act: Activation, binding: Binding): Abstract | undefined {
  const held = act.env.vars.get(binding);
  if (held?.kind !== 'cell') return held;
  const { cell, ref } = held;
  const { type } = cell.content;
  return rebuild(
    type,
    irTypes(type).map((_, i) => act.b.load(cell.spaces[i], ref)),
  );
}

function writeCell(act: Activation, binding: Binding, value: Abstract): void {
  const held = act.env.vars.get(binding);
  if (held?.kind !== 'cell') throw new Error(`${binding.name} is no cell`);
  held.cell.content.add(typeOf(value));
  const { type } = held.cell.content;
  const carried = flatten(coerce(act.b, value, type, act.lowering));
  act.changes(held.cell);
  carried.forEach((v, i) => void act.b.store(held.cell.spaces[i], held.ref, v));
}

export function writeVariable(act: Activation, binding: Binding, value: Abstract): void {
  if (act.env.vars.get(binding)?.kind === 'cell') writeCell(act, binding, value);
  else act.env.vars.set(binding, value);
}

export function readIdentifier(act: Activation, node: Identifier): Abstract {
  const binding = bindingOf(act, node);
  if (binding === undefined && node.name === 'arguments' && act.given !== undefined) {
    if (isReadAsList(act, node)) return act.given;
    return act.decline('`arguments` is compiled where it is read as a list only; use a rest parameter', node);
  }
  if (binding === undefined) return freeVariable(act, node);
  const value = readVariable(act, binding);
  if (value !== undefined) return value;
  return act.decline(`${node.name} is used before it has a value`, node);
}

/** Assigns to what stands on the left. */
export function assign(act: Activation, target: Node, value: Abstract): void {
  const left = unparen(target);
  switch (left.type) {
    case 'Identifier': {
      const binding = bindingOf(act, left);
      if (binding === undefined) act.decline(`${left.name} is captured and assigned`, left);
      if (binding.kind === 'const') act.decline(`${left.name} is a constant`, left);
      writeVariable(act, binding, value);
      return;
    }
    case 'MemberExpression':
      assignMember(act, left, value);
      return;
    default:
      bindPattern(act, left as Pattern, value, false);
  }
}

/** Takes a value apart: into new variables (`fresh`) or into what the pattern names. */
export function bindPattern(act: Activation, pattern: Pattern, value: Abstract, fresh: boolean): void {
  switch (pattern.type) {
    case 'Identifier': {
      const scopes = act.unit.analysis;
      const binding = fresh ? declarationOf(act.unit, pattern) : scopes.references.get(pattern)?.binding;
      if (binding === undefined) act.decline(`${pattern.name} can't be assigned`, pattern);
      if (fresh) declare(act, binding, value);
      else assign(act, pattern, value);
      return;
    }
    case 'AssignmentPattern':
      bindPattern(act, pattern.left, defaulted(act, value, pattern.right), fresh);
      return;
    case 'ArrayPattern':
      pattern.elements.forEach((element, i) => {
        if (element === null) return;
        if (element.type === 'RestElement') bindPattern(act, element.argument, restOf(act, pattern, value, i), fresh);
        else bindPattern(act, element, elementOf(act, element, value, i), fresh);
      });
      return;
    case 'ObjectPattern': {
      const taken: string[] = [];
      for (const p of pattern.properties) {
        if (p.type === 'RestElement') {
          bindPattern(act, p.argument, recordWithout(act, p, value, taken), fresh);
          continue;
        }
        const key = p.computed ? evaluate(act, p.key) : undefined;
        const name = key === undefined ? keyText(p.key) : key.kind === 'constant' ? String(key.value) : undefined;
        if (name === undefined) act.decline('a computed key in a pattern is not known', p);
        taken.push(name);
        bindPattern(act, p.value, memberOf(act, value, name, p), fresh);
      }
      return;
    }
    case 'MemberExpression':
      assign(act, pattern, value);
      return;
    default:
      act.decline(`${pattern.type} is not compiled`, pattern);
  }
}

/**
 * `[x, y] = [y, x]` where nobody sees the array: each value goes where it belongs, and no array is made. False if that is not what it is.
 */
export function bindLiteral(act: Activation, pattern: Node, right: Node, fresh: boolean): boolean {
  const left = unparen(pattern);
  const literal = unparen(right);
  if (left.type !== 'ArrayPattern' || literal.type !== 'ArrayExpression') return false;
  if (literal.elements.some((e) => e === null || e.type === 'SpreadElement')) return false;
  if (left.elements.some((e) => e?.type === 'RestElement')) return false;
  const values = literal.elements.map((e) => evaluate(act, e!));
  if (act.dead) return true;
  left.elements.forEach((element, i) => {
    if (element !== null) bindPattern(act, element, values[i] ?? undefinedValue, fresh);
  });
  return true;
}

function keyText(key: Node): string | undefined {
  if (key.type === 'Identifier') return key.name;
  return key.type === 'Literal' ? String(key.value) : undefined;
}

/** The default where the value is undefined. */
function defaulted(act: Activation, value: Abstract, right: Node): Abstract {
  const missing = isUndefined(act, value);
  if (missing === true) return evaluate(act, right);
  if (missing === false) return value;
  return act.branch(
    missing,
    () => evaluate(act, right),
    () => (value.kind === 'maybe' ? { kind: 'number', value: value.value } : definedObject(value)),
  );
}

function definedObject(value: Abstract): Abstract {
  if (value.kind !== 'object') return value;
  return { ...value, type: { ...value.type, orUndefined: false } };
}
