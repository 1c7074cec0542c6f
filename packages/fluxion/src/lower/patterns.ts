/**
 * Variables: reading, writing and binding them, and the patterns of destructuring.
 * Invariant: a variable that a closure shares and that is assigned lives in a cell; every other is a value of its activation.
 */
import type { Identifier, Node, Pattern } from '../syntax/ast.ts';
import { unparen } from '../syntax/ast.ts';
import type { Binding } from '../syntax/scope.ts';
import type { Activation } from './activation.ts';
import { elementOf, restOf } from './arrays.ts';
import { livesInCell } from './code.ts';
import { evaluate } from './expressions.ts';
import { freeVariable } from './free.ts';
import { assignMember, memberOf, recordWithout } from './members.ts';
import { isUndefined } from './operators.ts';
import { CellVariable, irTypes } from './types.ts';
import { type Abstract, coerce, flatten, rebuild, typeOf } from './values.ts';

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
  if (!inCell(binding)) {
    act.env.vars.set(binding, value);
    return;
  }
  const cell = act.lowering.site(binding, () => new CellVariable(act.lowering.growth, binding.name));
  cell.content.add(typeOf(value));
  const ref = act.b.alloc(cell.shape);
  act.env.vars.set(binding, { kind: 'cell', cell, ref });
  writeCell(act, binding, value);
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
      const binding = fresh ? declarationOf(act, pattern) : scopes.references.get(pattern)?.binding;
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
        else bindPattern(act, element, elementOf(act, pattern, value, i), fresh);
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

const declared = new WeakMap<Node, Binding>();
/** The variable that a declaring identifier declares. */
function declarationOf(act: Activation, id: Identifier): Binding | undefined {
  const known = declared.get(id);
  if (known !== undefined) return known;
  const { scopes } = act.unit.analysis;
  let best: Binding | undefined;
  let size = Number.POSITIVE_INFINITY;
  for (const scope of new Set(scopes.values())) {
    const binding = scope.bindings.get(id.name);
    if (binding === undefined) continue;
    const { start, end } = scope.node;
    const holds = binding.declarations.includes(id) || (start <= id.start && end >= id.end);
    if (holds && end - start < size) {
      best = binding;
      size = end - start;
    }
  }
  if (best !== undefined) declared.set(id, best);
  return best;
}
