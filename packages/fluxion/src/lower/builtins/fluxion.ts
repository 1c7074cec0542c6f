/**
 * Fluxion's own operators inside a lowered function. They make themselves known here, since lowering is below them.
 * Invariant: an operator that is not lowered is declined by name.
 */
import type { Value } from '../../ir/ops.ts';
import type { Activation } from '../activation.ts';
import { derivedFrom } from '../derivatives/derived.ts';
import { type Abstract, constantValue, undefinedValue } from '../values.ts';
import { derivativeBuiltin, derivativeNamed } from './derivative.ts';
import type { Builtin } from './table.ts';

type Operator = 'stopGradient' | 'checkpoint';
const operators = new Map<Function, Operator>();
let isOwn: (fn: Function) => boolean = () => false;
/** Functions that `checkpoint` has made, and what each stands for. */
const checkpointed = new WeakMap<Function, Function>();

/** Which functions are the library's own, beside those that are registered by name. */
export function recogniseOwn(test: (fn: Function) => boolean): void {
  isOwn = test;
}

export function registerOperator(fn: Function, name: Operator): void {
  operators.set(fn, name);
}

export function registerCheckpoint(made: Function, of: Function): void {
  checkpointed.set(made, of);
}

export function checkpointOf(fn: Function): Function | undefined {
  return checkpointed.get(fn);
}

/** What comes back from the host is a constant for every derivative. */
function stopped(act: Activation, value: Value): Value {
  const host = act.lowering.host('stopGradient', itself, ['f64'], ['f64']);
  return act.b.host(host, [value], ['f64'])[0];
}
const itself = (x: number): number => x;

const stopGradient: Builtin = (act, args, node) => {
  const value: Abstract = args[0] ?? undefinedValue;
  switch (value.kind) {
    case 'number':
      return { kind: 'number', value: stopped(act, value.value) };
    case 'maybe':
      return { ...value, value: stopped(act, value.value) };
    case 'constant':
    case 'boolean':
    case 'string':
    case 'never':
      return value;
    default:
      return act.decline('stopGradient of something that is no number is not compiled', node);
  }
};

const checkpoint: Builtin = (act, args, node) => {
  const f: Abstract = args[0] ?? constantValue(undefined);
  if (f.kind === 'closure') return { kind: 'closure', closure: { ...f.closure, checkpoint: true } };
  if (f.kind !== 'constant' || typeof f.value !== 'function')
    return act.decline('checkpoint of something that is no function', node);
  // A checkpoint of a checkpoint is one; what has no source keeps nothing.
  if (checkpointed.has(f.value)) return f;
  const unit = act.lowering.unitFor(f.value);
  if (unit === undefined) return f;
  if ([...unit.analysis.free.values()].some(({ write }) => write))
    return act.decline('checkpoint of a function that writes to variables around it', node);
  return {
    kind: 'closure',
    closure: { ...act.lowering.closureOf(f.value, act.place(node)), checkpoint: true },
  };
};

export function operatorOf(fn: Function): Builtin | undefined {
  const name = operators.get(fn);
  if (name !== undefined) return name === 'stopGradient' ? stopGradient : checkpoint;
  const derivative = derivativeNamed(fn);
  if (derivative !== undefined) return derivativeBuiltin(derivative);
  if (!isOwn(fn) || checkpointed.has(fn) || derivedFrom(fn) !== undefined) return undefined;
  const what = fn.name === '' ? 'a function of the library' : fn.name;
  return (act, _args, node) => act.decline(`${what} inside the function is not compiled`, node);
}
