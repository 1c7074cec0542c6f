/**
 * Generators that a loop goes through where they are called: the generator's body is written in the loop's place, and the loop's body at each
 * of its yields.
 * Invariant: each piece of code sees the variables, `this` and the ways out of the function that it was written in, whoever runs it.
 */
import { type ClassNode, children, type FunctionNode, isClass, isFunction, type Node } from '../../syntax/ast.ts';
import type { Binding } from '../../syntax/scope.ts';
import type { Activation } from '../activation.ts';
import { append } from '../builtins/growing.ts';
import { evaluate } from '../expressions.ts';
import { bindParameters } from '../function.ts';
import { arrayTypeAt, newArray } from '../lists/arrays.ts';
import { itemAt, iterationOf } from '../lists/iterables.ts';
import type { Unit } from '../program/code.ts';
import { statements } from '../statements.ts';
import {
  type Abstract,
  type Closure,
  capturesOf,
  type Env,
  frozen,
  neverValue,
  type ObjectValue,
  undefinedValue,
} from '../values.ts';
import { overList } from './loops.ts';

/** A call of a generator function, not run yet. */
export interface GeneratorCall {
  readonly closure: Closure;
  readonly self: Abstract;
  readonly args: readonly Abstract[];
  readonly node: Node;
}

/** What code belongs to: the function it was written in, and who takes what that yields. */
interface Context {
  readonly unit: Unit;
  readonly closure: Closure;
  readonly env: Env;
  readonly constructing: Activation['constructing'];
  readonly going: Going | undefined;
}

/** A generator that is being gone through. */
export interface Going {
  readonly closure: Closure;
  /** Who goes through it. */
  readonly consumer: Context;
  /** The ways out that are the consumer's. */
  readonly depth: number;
  /** What happens to each value. */
  readonly take: (value: Abstract) => void;
  /** Variables of the consumer that this changes. */
  readonly assigned: readonly Binding[];
}

/** The generator function that a value is. */
export function generatorOf(act: Activation, fn: Abstract, node: Node): Closure | undefined {
  if (fn.kind === 'constant' && typeof fn.value === 'function') {
    const shape = act.lowering.unitFor(fn.value)?.shape;
    return shape?.generator && !shape.async ? act.lowering.closureOf(fn.value, act.place(node)) : undefined;
  }
  if (fn.kind !== 'closure') return undefined;
  const own = fn.closure.code.node;
  return isClass(own) || !own.generator || own.async ? undefined : fn.closure;
}

/** Goes through a generator; gives what it returns. */
export function goThrough(
  act: Activation,
  { closure, self, args, node }: GeneratorCall,
  assigned: readonly Binding[],
  take: (value: Abstract) => void,
): Abstract {
  const consumer = contextOf(act);
  for (let around: Going | undefined = act.going; around !== undefined; around = around.consumer.going) {
    if (around.closure.code === closure.code)
      return act.decline('a generator that goes through itself is not compiled', node);
  }
  const { code } = closure;
  const own = code.node as FunctionNode;
  if (has(own.body, (n) => n.type === 'TryStatement')) return act.decline('a generator with try is not compiled', own);
  const restore = act.env.vars.mark();
  for (const [binding, value] of capturesOf(closure)) if (binding !== 'this') act.env.vars.set(binding, value);
  const going: Going = { closure, consumer, depth: act.targets.length, take, assigned };
  const env = inside(consumer.env, self, closure.home as Abstract | undefined);
  enter(act, { unit: code.unit, closure, env, constructing: undefined, going });
  try {
    return act.block('return', [], () => {
      bindParameters(act, own, args.map(frozen));
      statements(act, own.body.type === 'BlockStatement' ? own.body.body : []);
      return undefined;
    });
  } finally {
    enter(act, consumer);
    // The consumer's variables are as it left them; those of the generator are gone, or again those of another run of it.
    restore(assigned);
  }
}

/** What is yielded is taken by the consumer, in its own context. */
export function lowerYield(act: Activation, node: Node & { type: 'YieldExpression' }): Abstract {
  const { going } = act;
  if (going === undefined)
    return act.decline('yield is compiled where for…of goes through the generator at once', node);
  if (!node.delegate) {
    const value = node.argument ? evaluate(act, node.argument) : undefinedValue;
    if (!act.dead) give(act, going, frozen(value));
    return act.dead ? neverValue : undefinedValue;
  }
  const iteration = iterationOf(act, node.argument!);
  if (act.dead) return neverValue;
  const pass = (value: Abstract): void => give(act, going, value);
  if ('generator' in iteration) return goThrough(act, iteration.generator, going.assigned, pass);
  if ('value' in iteration) return act.decline('yield* is compiled of arrays and generators', node);
  overList(act, node, iteration, going.assigned, (i) => pass(itemAt(act, iteration, i, node)));
  return undefinedValue;
}

function give(act: Activation, going: Going, value: Abstract): void {
  const own = contextOf(act);
  const hidden = act.targets.splice(going.depth);
  enter(act, going.consumer);
  try {
    going.take(value);
  } finally {
    enter(act, own);
    act.targets.push(...hidden);
  }
}

/** All that a generator yields, as an array. */
export function collect(act: Activation, generator: GeneratorCall): ObjectValue {
  const { node } = generator;
  const list = newArray(act, arrayTypeAt(act, node, 'values'), act.b.int(0));
  goThrough(act, generator, [], (value) => void append(act, list, [value], node));
  return list;
}

function contextOf({ unit, closure, env, constructing, going }: Activation): Context {
  return { unit, closure, env, constructing, going };
}

/** The same variables, as all have them who are under way, and a `this` of its own. */
function inside(around: Env, self: Abstract | undefined, home: Abstract | undefined): Env {
  return {
    get vars() {
      return around.vars;
    },
    set vars(vars) {
      around.vars = vars;
    },
    self,
    home,
  };
}

function enter(act: Activation, { unit, closure, env, constructing, going }: Context): void {
  act.env = env;
  act.unit = unit;
  act.closure = closure;
  act.constructing = constructing;
  act.going = going;
}

/** Whether the function itself has such a node, functions inside it apart. */
function has(node: Node, test: (node: Node) => boolean): boolean {
  if (test(node)) return true;
  return children(node).some((child) => !isFunction(child) && !isClass(child as ClassNode) && has(child, test));
}
