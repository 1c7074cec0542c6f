/**
 * The bodies of functions that derivative operators give: arguments copied, the derivative of the function asked for, gradients and tangents
 * read out of the shadows of the copies and of the results.
 * Invariant: what an evaluation leaves in memory that goes on after it is not met by the next: variables that are shared have their
 * shadows cleared before, results are copied where their shadows are not 0.
 */
import type { Derivation, Role, Value } from '../../ir/ops.ts';
import { type Level, type Space, shadowOf, type Type } from '../../ir/types.ts';
import type { FunctionNode, Node } from '../../syntax/ast.ts';
import type { Activation } from '../activation.ts';
import { callValue, neverComesBack, widened } from '../calls/calls.ts';
import { countedLoop } from '../flow/counted.ts';
import { insistedOn } from '../function.ts';
import {
  arrayOf,
  arrayTypeAt,
  dataOf,
  elementByNumber,
  elementTypeOf,
  lengthOf,
  newArray,
  spaceOf,
  storeAt,
} from '../lists/arrays.ts';
import { isList } from '../lists/lists.ts';
import { elementsOfTuple, isTuple } from '../lists/tuples.ts';
import type { Instance } from '../lowering.ts';
import { makeRecord } from '../objects/members.ts';
import { numberValue } from '../operators.ts';
import type { Derives, FunctionCode } from '../program/code.ts';
import { irTypes } from '../types/cells.ts';
import { CellVariable } from '../types/growth.ts';
import { spacesOf } from '../types/spaces.ts';
import { objectOf } from '../types/types.ts';
import {
  type Abstract,
  type Closure,
  cellsOf,
  coerce,
  constantValue,
  flatten,
  neverValue,
  rebuild,
  typeOf,
  undefinedValue,
  usable,
} from '../values.ts';
import { closureOver, codeFor, heldBy } from './derived.ts';
import { checkVariable, clearBeside, copyOf, direct, isCopied, structureBeside } from './standin.ts';

/** What a function that an operator gave does with its arguments. */
export function lowerDerived(act: Activation, code: FunctionCode, given: readonly Abstract[]): Abstract {
  const { node } = code;
  const derives = code.derives!;
  const [f] = heldBy(act.closure);
  if (f.kind === 'never') return neverValue;
  switch (derives.operator) {
    case 'plain':
      return plain(act, f, given, derives, node);
    case 'pair':
      return act.decline('a pair is no function', node);
    case 'grad':
    case 'valueAndGrad':
      return gradient(act, f, given, derives, node);
    case 'derivative': {
      const index = onlyOne(act, derives, given, node);
      return tangent(act, f, given, (i) => (i === index ? constantValue(1) : undefined), node).tangent;
    }
    case 'jvp':
      return jvp(act, f, given, derives, node);
    case 'hvp': {
      const [x = undefinedValue, direction = undefinedValue, ...rest] = given;
      const args = [x, ...rest];
      const index = onlyOne(act, derives, args, node);
      return tangent(act, gradientOf(act, f, index, node), args, (i) => (i === index ? direction : undefined), node)
        .tangent;
    }
    case 'hessian':
      return hessian(act, f, given, derives, node);
    case 'vjp':
      return vjp(act, f, given, derives, node);
    case 'pullback':
      return pullback(act, given, node);
    case 'jacobian':
      return jacobian(act, f, given, derives, node);
  }
}

/** A part of an operator's function, as a closure over `values`. */
function partOf(
  act: Activation,
  what: string,
  derives: Derives,
  node: Node,
  names: string[],
  values: Abstract[],
): Closure {
  const key = `${what} of ${act.instance.name}`;
  return closureOver(codeFor(act.lowering, key, act.unit, node, derives, names), ...values);
}

function gradientOf(act: Activation, f: Abstract, wrt: number, node: Node): Abstract {
  return { kind: 'closure', closure: partOf(act, 'gradient', { operator: 'grad', wrt }, node, ['f'], [f]) };
}

/** The function itself. A number that it gives is one even where it is known; of a pair, the parts are carried one by one. */
function plain(act: Activation, f: Abstract, given: readonly Abstract[], { aux }: Derives, node: Node): Abstract {
  const result = usable(callValue(act, f, undefinedValue, given, node));
  if (act.dead || result.kind === 'never') return neverValue;
  if (aux !== true) return unfolded(act, insistedOn(act, result, node as FunctionNode));
  const parts = isTuple(result)
    ? elementsOfTuple(act, result, node)
    : isList(result)
      ? [0, 1].map((i) => elementByNumber(act, result, constantValue(i), node))
      : act.decline('a function with hasAux returns no pair', node);
  const [value = undefinedValue, beside = undefinedValue] = parts;
  const pair = partOf(act, 'pair', { operator: 'pair' }, node, ['value', 'aux'], [unfolded(act, value), beside]);
  return { kind: 'closure', closure: pair };
}

function unfolded(act: Activation, value: Abstract): Abstract {
  const isNumber = value.kind === 'constant' && typeof value.value === 'number';
  return isNumber ? { kind: 'number', value: act.b.number(value.value as number) } : value;
}

/** A call of a function whose derivative is asked for. */
interface Asked {
  readonly instance: Instance;
  /** The arguments, copies where the derivative is by them. */
  readonly given: readonly Abstract[];
  /** All that is given to the function, in the order of its parameters. */
  readonly values: readonly Value[];
  readonly of: Derivation;
  /** For each argument the place of its first value among `values`. */
  readonly at: readonly number[];
}

function ask(
  act: Activation,
  f: Abstract,
  args: readonly Abstract[],
  wrt: readonly number[],
  mode: Level['mode'],
  node: Node,
  aux = false,
): Asked {
  const { lowering, b } = act;
  // One for all who ask for derivatives of the same function, so that it is differentiated once.
  const code = codeFor(lowering, aux ? 'plain pair' : 'plain', act.unit, node, { operator: 'plain', aux }, ['f']);
  const closure = closureOver(code, f);
  const given = args.map((arg, i) => {
    const value = coerce(b, arg, widened(typeOf(usable(arg))), lowering);
    if (!wrt.includes(i)) return value;
    checkVariable(act, value, node);
    return copyOf(act, value, node);
  });
  const instance = lowering.instance(closure, undefined, given.map(typeOf));
  act.changes(...instance.effects.all());
  const captured = flatten({ kind: 'closure', closure });
  const values = [act.globals, ...captured];
  const cells = cellsOf(closure);
  const params: Role[] = ['given', ...cells.map((cell): Role => (cell === undefined ? 'given' : 'cell'))];
  const at = given.map((value, i) => {
    const own = flatten(value);
    const here = values.length;
    values.push(...own);
    const role: Role = value.kind === 'number' ? 'active' : isCopied(value) ? 'copy' : 'given';
    params.push(...own.map(() => (wrt.includes(i) ? role : 'given')));
    return here;
  });
  const copies = given.filter((value, i) => wrt.includes(i) && isCopied(value)).map(typeOf);
  const spaces = new Set([...spacesOf(copies)].filter((space) => space.cell === 'f64'));
  const level = lowering.level(act.instance, mode);
  return { instance, given, values, of: { callee: instance.name, level, params, spaces }, at };
}

/** Variables that the function shares with others: an evaluation begins with nothing beside them. */
function clearVariables(act: Activation, f: Abstract, level: Level): void {
  const { b } = act;
  if (f.kind !== 'closure') return;
  const values = flatten(f);
  cellsOf(f.closure).forEach((cell, i) => {
    for (const space of cell?.spaces ?? [])
      if (space.cell === 'f64') b.store(shadowOf(space, level), values[i], b.number(0));
  });
}

const isNumber = (type: Type): boolean => type === 'f64';

/** The adjoint of each argument, from those of the numbers among the parameters. */
function gradientsFrom(
  act: Activation,
  { given, values, at, of }: Pick<Asked, 'given' | 'at' | 'of'> & { values: readonly Pick<Value, 'type'>[] },
  adjoints: readonly Value[],
  wrt: readonly number[],
  node: Node,
): Abstract[] {
  return wrt.map((i) => {
    const before = values.slice(0, at[i]).filter(({ type }) => type === 'f64').length;
    const own = given[i].kind === 'number' ? adjoints[before] : undefined;
    return structureBeside(act, given[i], { space: (space) => shadowOf(space, of.level), own }, node);
  });
}

function gradient(act: Activation, f: Abstract, args: readonly Abstract[], derives: Derives, node: Node): Abstract {
  const { b } = act;
  const { aux, operator } = derives;
  const wrt = indexesOf(act, derives, args, node);
  const asked = ask(act, f, args, wrt, 'reverse', node, aux);
  const { instance, of, values } = asked;
  const { result: type } = instance;
  if (type.kind === 'never') return neverComesBack(act);
  clearVariables(act, f, of.level);
  const types = irTypes(type);
  const count = types.filter(isNumber).length;
  // The number comes first, and it alone is followed.
  const seeds = Array.from({ length: count }, (_, i) => b.number(i === 0 ? 1 : 0));
  const numbers = values.filter((v) => v.type === 'f64').map((v) => v.type);
  const out = b.derive('gradient', of, [...values, ...seeds], [...types, ...numbers]);
  const result = rebuild(type, out.slice(0, types.length));
  const [value, beside] = result.kind === 'closure' ? heldBy(result.closure) : [result];
  if (value.kind !== 'number') return act.decline('what is differentiated does not return a number', node);
  const gradients = gradientsFrom(act, asked, out.slice(types.length), wrt, node);
  const grad = typeof derives.wrt === 'object' ? arrayOf(act, node, gradients) : gradients[0];
  if (operator === 'grad' || grad.kind === 'never') return grad;
  const parts: [string, Abstract][] = [
    ['value', value],
    ['grad', grad],
  ];
  if (aux === true) parts.push(['aux', beside]);
  return makeRecord(act, node, parts);
}

/** The value and the tangent along a direction for each argument, if it has one. */
function tangent(
  act: Activation,
  f: Abstract,
  args: readonly Abstract[],
  direction: (index: number) => Abstract | undefined,
  node: Node,
  /** Puts the direction beside a copy, if it is not given as a structure. */
  put?: (copy: Abstract, space: (space: Space) => Space) => void,
): { value: Abstract; tangent: Abstract } {
  const { b } = act;
  const directions = args.map((_, i) => {
    const one = direction(i);
    const isNone = one?.kind === 'constant' && (one.value === undefined || one.value === null);
    return isNone ? undefined : one;
  });
  if (directions.some((one) => one?.kind === 'never')) return { value: neverValue, tangent: neverValue };
  const wrt = args.map((_, i) => i).filter((i) => directions[i] !== undefined);
  const asked = ask(act, f, args, wrt, 'forward', node);
  const { instance, of, values, given, at } = asked;
  const { result: type } = instance;
  if (type.kind === 'never') return { value: neverComesBack(act), tangent: neverValue };
  if (type.kind === 'union' || type.kind === 'closure' || type.kind === 'maybe')
    act.decline('what is differentiated returns one of several things, or a function', node);
  clearVariables(act, f, of.level);
  const { level } = of;
  const beside = (space: Space): Space => shadowOf(space, level);
  const own = new Map<number, Value>();
  for (const i of wrt) {
    const one = directions[i]!;
    if (given[i].kind === 'number') own.set(at[i], numberValue(act, one, node));
    else if (put !== undefined) put(given[i], beside);
    else direct(act, given[i], one, (space, cell, number) => storeIn(act, beside(space), cell, number), node);
  }
  const zero = b.number(0);
  const doubled = values.flatMap((v, i) => (v.type === 'f64' ? [v, own.get(i) ?? zero] : [v]));
  const types = irTypes(type);
  const out = b.derive(
    'tangent',
    of,
    doubled,
    types.flatMap((t): Type[] => (t === 'f64' ? [t, t] : [t])),
  );
  let next = 0;
  let moved: Value | undefined;
  const primals = types.map((t) => {
    const value = out[next++];
    if (t === 'f64') moved = out[next++];
    return value;
  });
  const result = rebuild(type, primals);
  checkVariable(act, result, node);
  return {
    value: copyOf(act, result, node),
    tangent: structureBeside(act, result, { space: beside, own: moved }, node),
  };
}

function storeIn(act: Activation, space: Space, cell: readonly Value[], value: Value): void {
  const [object, index] = cell;
  if (index === undefined) act.b.store(space, object, value);
  else act.b.store(space, object, index, value);
}

function jvp(act: Activation, f: Abstract, given: readonly Abstract[], { moves = [] }: Derives, node: Node): Abstract {
  const args = given.slice(0, moves.length);
  let next = moves.length;
  const tangents = moves.map((does) => (does ? given[next++] : undefined));
  const out = tangent(act, f, args, (i) => tangents[i], node);
  if (out.value.kind === 'never' || out.tangent.kind === 'never') return neverValue;
  return makeRecord(act, node, [
    ['value', out.value],
    ['tangent', out.tangent],
  ]);
}

function hessian(act: Activation, f: Abstract, args: readonly Abstract[], derives: Derives, node: Node): Abstract {
  const { b } = act;
  const index = onlyOne(act, derives, args, node);
  const x = args[index];
  const inner = gradientOf(act, f, index, node);
  const along = (put?: (copy: Abstract, space: (space: Space) => Space) => void): Abstract =>
    tangent(act, inner, args, (i) => (i === index ? constantValue(1) : undefined), node, put).tangent;
  if (x.kind === 'number' || (x.kind === 'constant' && typeof x.value === 'number')) return along();
  if (!isList(x) || elementTypeOf(x).kind !== 'number')
    return act.decline('the Hessian by anything but a number or a list of numbers is not compiled', node);
  return listOf(act, lengthOf(act, x), node, (i) =>
    along((copy, beside) => {
      if (copy.kind === 'object') b.store(beside(spaceOf(copy)), dataOf(act, copy), i, b.number(1));
    }),
  );
}

/** A new array with what `make` gives for each index. */
function listOf(act: Activation, length: Value, node: Node, make: (i: Value) => Abstract): Abstract {
  const type = arrayTypeAt(act, node, 'rows');
  const list = newArray(act, type, length);
  countedLoop(act, node, act.b.int(0), length, (i) => {
    storeAt(act, list, i, make(i), node);
  });
  return { ...list, type: objectOf(type.root) };
}

/** f's value, and all that sweeps back through it need. */
function forwardSweep(act: Activation, f: Abstract, args: readonly Abstract[], wrt: readonly number[], node: Node) {
  const asked = ask(act, f, args, wrt, 'reverse', node);
  const { result: type } = asked.instance;
  if (type.kind === 'never') {
    neverComesBack(act);
    return undefined;
  }
  if (type.kind === 'union' || type.kind === 'closure' || type.kind === 'maybe')
    act.decline('what is differentiated returns one of several things, or a function', node);
  const out = act.b.derive('forward', asked.of, asked.values, [...irTypes(type), 'ref']);
  const result = rebuild(type, out.slice(0, -1));
  checkVariable(act, result, node);
  return { asked, result, frame: out[out.length - 1] };
}

/** One sweep back; adjoints of the result's memory have been put beside it. */
function reverseSweep(
  act: Activation,
  asked: Omit<Asked, 'instance' | 'values'> & { values: readonly Pick<Value, 'type'>[] },
  frame: Value,
  seeds: readonly Value[],
  wrt: readonly number[],
  node: Node,
): Abstract[] {
  const numbers = asked.values.filter((v) => v.type === 'f64').map((v) => v.type);
  const adjoints = act.b.derive('reverse', asked.of, [frame, ...seeds], numbers);
  return gradientsFrom(act, asked, adjoints, wrt, node);
}

/** Copies and shared variables with nothing beside them. */
function clearAll(
  act: Activation,
  f: Abstract,
  given: readonly Abstract[],
  level: Level,
  wrt: readonly number[],
  node: Node,
) {
  clearVariables(act, f, level);
  for (const i of wrt) clearBeside(act, given[i], (space) => shadowOf(space, level), node);
}

function vjp(act: Activation, f: Abstract, args: readonly Abstract[], derives: Derives, node: Node): Abstract {
  const wrt = derives.wrt === undefined ? args.map((_, i) => i) : indexesOf(act, derives, args, node);
  const swept = forwardSweep(act, f, args, wrt, node);
  if (swept === undefined) return neverValue;
  const { asked, result, frame } = swept;
  const { lowering } = act;
  lowering.pullbacks.set(act.instance, { ...asked, wrt, single: typeof derives.wrt === 'number' });
  const cell = lowering.site(`frame of ${act.instance.name}`, () => new CellVariable(lowering.growth, 'frame'));
  const { instance } = act;
  const back = partOf(
    act,
    `pullback by ${args.length}`,
    { operator: 'pullback', kept: instance },
    node,
    ['f', 'frame', 'result', ...args.map((_, i) => `argument ${i}`)],
    [f, { kind: 'cell', cell, ref: frame }, result, ...asked.given],
  );
  return makeRecord(act, node, [
    ['value', copyOf(act, result, node)],
    ['pullback', { kind: 'closure', closure: back }],
  ]);
}

function pullback(act: Activation, [cotangent = undefinedValue]: readonly Abstract[], node: Node): Abstract {
  const { b } = act;
  const kept = act.lowering.pullbacks.get(act.closure.code.derives!.kept as Instance);
  const [f, frame, result, ...given] = heldBy(act.closure);
  if (kept === undefined || frame.kind !== 'cell' || cotangent.kind === 'never') return neverValue;
  const { of, wrt, single } = kept;
  clearAll(act, f, given, of.level, wrt, node);
  const seeds: Value[] = [];
  if (result.kind === 'number') {
    const none = cotangent.kind === 'constant' && (cotangent.value === undefined || cotangent.value === null);
    seeds.push(none ? b.number(0) : numberValue(act, cotangent, node));
  } else {
    const add = (space: Space, cell: readonly Value[], number: Value): void => {
      const adjoint = shadowOf(space, of.level);
      storeIn(act, adjoint, cell, b.math('add', b.load(adjoint, cell[0], cell[1]), number));
    };
    direct(act, result, cotangent, add, node);
  }
  const gradients = reverseSweep(act, { ...kept, given }, frame.ref, seeds, wrt, node);
  return single ? gradients[0] : arrayOf(act, node, gradients);
}

function jacobian(act: Activation, f: Abstract, args: readonly Abstract[], derives: Derives, node: Node): Abstract {
  const { b } = act;
  const index = onlyOne(act, derives, args, node);
  const x = args[index];
  if (x.kind === 'number' || (x.kind === 'constant' && typeof x.value === 'number'))
    return tangent(act, f, args, (i) => (i === index ? constantValue(1) : undefined), node).tangent;
  const swept = forwardSweep(act, f, args, [index], node);
  if (swept === undefined) return neverValue;
  const { asked, result, frame } = swept;
  const { level } = asked.of;
  const row = (seeds: readonly Value[], put?: () => void): Abstract => {
    clearAll(act, f, asked.given, level, [index], node);
    put?.();
    return reverseSweep(act, asked, frame, seeds, [index], node)[0];
  };
  if (result.kind === 'number') return row([b.number(1)]);
  if (!isList(result) || elementTypeOf(result).kind !== 'number')
    return act.decline('the Jacobian of anything but a number or a list of numbers is not compiled', node);
  const data = dataOf(act, result);
  return listOf(act, lengthOf(act, result), node, (i) =>
    row([], () => b.store(shadowOf(spaceOf(result), level), data, i, b.number(1))),
  );
}

function indexesOf(act: Activation, { wrt }: Derives, args: readonly Abstract[], node: Node): readonly number[] {
  const list = wrt === undefined ? [0] : typeof wrt === 'number' ? [wrt] : [...wrt];
  const wrong = list.some((i) => !Number.isInteger(i) || i < 0 || i >= args.length);
  if (wrong || new Set(list).size !== list.length)
    act.decline('wrt names an argument that is not there, or one twice', node);
  return list;
}

function onlyOne(act: Activation, derives: Derives, args: readonly Abstract[], node: Node): number {
  if (typeof derives.wrt === 'object') act.decline('wrt names several arguments', node);
  return indexesOf(act, derives, args, node)[0];
}
