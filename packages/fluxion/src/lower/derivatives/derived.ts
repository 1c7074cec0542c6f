/**
 * Functions that derivative operators give, as values of lowered code: closures over the function that they are a derivative of.
 * Invariant: what the operator does to them is in their code, so each specialisation of one is a function of the module like any other.
 */
import type { Node } from '../../syntax/ast.ts';
import { Decline } from '../decline.ts';
import type { Lowering } from '../lowering.ts';
import { type Derives, derivedCode, type FunctionCode, type OperatorName, type Unit } from '../program/code.ts';
import type { Abstract, Closure } from '../values.ts';
import { Variables } from '../variables.ts';

/** What an operator outside of compiled code has made a function of. */
export interface Derived {
  readonly operator: OperatorName;
  readonly of: Function;
  readonly options: object | undefined;
}

const made = new WeakMap<Function, Derived>();

/** The operators make what they give known here, since lowering is below them. */
export function registerDerived(fn: Function, operator: OperatorName, of: Function, options: object | undefined): void {
  made.set(fn, { operator, of, options });
}

/** What an operator has made the function of, if one has. */
export function derivedFrom(fn: Function): Derived | undefined {
  return made.get(fn);
}

/** A closure over `f`, and over more if the code has more variables. */
export function closureOver(code: FunctionCode, ...values: readonly Abstract[]): Closure {
  const vars = new Variables();
  values.forEach((value, i) => void vars.set(code.free[i], value));
  return { code, env: { vars } };
}

/** What a closure that an operator gave closes over, in the order of `closureOver`. */
export function heldBy({ code, env }: Closure): Abstract[] {
  return code.free.map((binding) => env.vars.get(binding) ?? { kind: 'never' });
}

/** The code for a place in the program, or a part of it. */
export function codeFor(lowering: Lowering, key: unknown, unit: Unit, at: Node, derives: Derives, names: string[]) {
  return lowering.site(key, () => derivedCode(unit, at, derives, names));
}

/** A derivative that was made outside, as a closure; undefined for every other function. */
export function closureOfDerived(lowering: Lowering, fn: Function): Closure | undefined {
  const derived = made.get(fn);
  if (derived === undefined) return undefined;
  const { operator, of } = derived;
  const unit = unitBelow(lowering, of);
  if (unit === undefined) throw new Decline(`${operator} of ${of.name || 'a function'}, which has no source`);
  const derives = { operator, ...optionsOf(lowering, derived) };
  const code = codeFor(lowering, lowering.hostKey(fn, 'derived'), unit, unit.shape.node, derives, ['f']);
  return closureOver(code, { kind: 'constant', value: of });
}

/** The text that a derivative of a derivative of … is a derivative of. */
function unitBelow(lowering: Lowering, fn: Function): Unit | undefined {
  let of = fn;
  for (let next = made.get(of); next !== undefined; next = made.get(of)) of = next.of;
  return lowering.unitFor(of);
}

function optionsOf({ guards }: Lowering, { operator, options }: Derived): Pick<Derives, 'wrt' | 'aux'> {
  if (options === undefined) return {};
  const read = (name: string): unknown => guards.read(options, name);
  if (read('verify') === true) throw new Decline(`${operator} with verify inside the function is not compiled`);
  if (operator === 'jacobian' && read('mode') === 'forward')
    throw new Decline('jacobian in forward mode inside the function is not compiled');
  return { wrt: read('wrt') as Derives['wrt'], aux: read('hasAux') === true };
}
