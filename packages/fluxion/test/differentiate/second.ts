/**
 * Second derivatives of IR programs along a direction, by every nesting of the modes: the Hessian of the weighed results times it.
 */
import { forward } from '../../src/differentiate/forward.ts';
import { reverse } from '../../src/differentiate/reverse.ts';
import { interpret, Memory } from '../../src/ir/interpret.ts';
import { type Level, type Space, shadowOf } from '../../src/ir/types.ts';
import { verify } from '../../src/ir/verify.ts';
import {
  type Argument,
  activeOf,
  at,
  byGradient,
  inputsOf,
  type Program,
  place,
  seedAdjoints,
  seeds,
  type Weights,
} from './derivatives.ts';

interface Nested {
  readonly program: Program;
  readonly weights: Weights;
  readonly direction: readonly number[];
}

const inner = (mode: Level['mode']): Level => ({ index: 0, mode, lanes: 1 });
const outer = (mode: Level['mode']): Level => ({ index: 1, mode, lanes: 1 });

const isElements = (a: Argument): a is { space: Space; contents: readonly number[] } =>
  typeof a === 'object' && 'space' in a && a.space.cell === 'f64';

/** For each argument in order, its inputs: what `number` and `array` give, flat. */
function eachInput(
  program: Program,
  number: (input: number) => number,
  array: (place: number, space: Space, first: number) => readonly number[],
): number[] {
  let next = 0;
  return program.args.flatMap((a, i) => {
    if (typeof a === 'number') return [number(next++)];
    if (!isElements(a)) return [];
    next += a.contents.length;
    return array(i, a.space, next - a.contents.length);
  });
}

/** Writes the direction into the shadows of the arguments. */
function direct({ program, direction }: Nested, memory: Memory, refs: readonly number[], shadow: (s: Space) => Space) {
  eachInput(
    program,
    () => 0,
    (i, space, first) => {
      const { contents } = program.args[i] as { contents: readonly number[] };
      contents.forEach((_, j) => memory.write(shadow(space), refs[i], direction[first + j], j));
      return [];
    },
  );
}

/** The arguments as they were handed over, without the tangents between them. */
function withoutTangents(program: Program, args: readonly number[]): number[] {
  let next = 0;
  return program.args.map((a) => {
    const value = args[next++];
    if (typeof a === 'number') next++;
    return value;
  });
}

const results = (program: Program) => program.module.functions.get(program.entry)!.results;

export function forwardOverReverse(nested: Nested): number[] {
  const { program, weights, direction } = nested;
  const [low, high] = [inner('reverse'), outer('forward')];
  const active = activeOf(program);
  const reversed = reverse(program.module, program.entry, active, low);
  const pushed = forward(reversed.module, reversed.gradient, active, high);
  verify(pushed.module);
  const memory = new Memory();
  const args = place(program, memory, (n) => [direction[n]]);
  const refs = withoutTangents(program, args);
  direct(nested, memory, refs, (s) => shadowOf(s, high));
  seedAdjoints(program, memory, refs, low, weights);
  const cotangents = seeds(program, weights).flatMap((s) => [s, 0]);
  const all = interpret(pushed.module, pushed.entry, [...args, ...cotangents], { memory }).results;
  const numbers = results(program).filter((t) => t === 'f64').length;
  let next = results(program).length + numbers + 1;
  return eachInput(
    program,
    () => all[(next += 2) - 2],
    (i, space) => memory.contents(shadowOf(shadowOf(space, low), high), refs[i]),
  );
}

export function reverseOverForward(nested: Nested): number[] {
  const { program, weights, direction } = nested;
  const [low, high] = [inner('forward'), outer('reverse')];
  const active = activeOf(program);
  const pushed = forward(program.module, program.entry, active, low);
  const params = program.args.flatMap((a, i) => (typeof a === 'number' ? [active.params[i], false] : [false]));
  const reversed = reverse(pushed.module, pushed.entry, { params, spaces: active.spaces }, high);
  verify(reversed.module);
  const memory = new Memory();
  const args = place(program, memory, (n) => [direction[n]]);
  const refs = withoutTangents(program, args);
  direct(nested, memory, refs, (s) => shadowOf(s, low));
  let array = 0;
  program.args.forEach((a, i) => {
    if (!isElements(a)) return;
    weights.memory[array++].forEach((w, j) => memory.write(shadowOf(shadowOf(a.space, low), high), refs[i], w, j));
  });
  const cotangents = seeds(program, weights).flatMap((s) => [0, s]);
  const all = interpret(reversed.module, reversed.gradient, [...args, ...cotangents], { memory }).results;
  let next = pushed.module.functions.get(pushed.entry)!.results.length;
  return eachInput(
    program,
    () => all[(next += 2) - 2],
    (i, space) => memory.contents(shadowOf(space, high), refs[i]),
  );
}

/** As a gradient, and as a pullback that is called twice. */
export function reverseOverReverse(nested: Nested): number[][] {
  const { program, weights, direction } = nested;
  const [low, high] = [inner('reverse'), outer('reverse')];
  const active = activeOf(program);
  const first = reverse(program.module, program.entry, active, low);
  const second = reverse(first.module, first.gradient, active, high);
  verify(second.module);
  const cotangents = [
    ...results(program).flatMap((t) => (t === 'f64' ? [0] : [])),
    ...eachInput(
      program,
      (n) => direction[n],
      () => [],
    ),
  ];
  const start = () => {
    const memory = new Memory();
    const refs = place(program, memory);
    seedAdjoints(program, memory, refs, low, weights);
    return { memory, refs };
  };
  const gather = (memory: Memory, refs: readonly number[], adjoints: readonly number[]) => {
    let next = 0;
    return eachInput(
      program,
      () => adjoints[next++],
      (i, space) => memory.contents(shadowOf(space, high), refs[i]),
    );
  };
  const found: number[][] = [];
  {
    const { memory, refs } = start();
    direct(nested, memory, refs, (s) => shadowOf(shadowOf(s, low), high));
    const args = [...refs, ...seeds(program, weights), ...cotangents];
    const all = interpret(second.module, second.gradient, args, { memory }).results;
    found.push(gather(memory, refs, all.slice(first.module.functions.get(first.gradient)!.results.length)));
  }
  const { memory, refs } = start();
  const all = interpret(second.module, second.forward, [...refs, ...seeds(program, weights)], { memory }).results;
  for (let call = 0; call < 2; call++) {
    program.args.forEach((a, i) => {
      if (isElements(a)) a.contents.forEach((_, j) => memory.write(shadowOf(a.space, high), refs[i], 0, j));
    });
    direct(nested, memory, refs, (s) => shadowOf(shadowOf(s, low), high));
    const adjoints = interpret(second.module, second.reverse, [all[all.length - 1], ...cotangents], { memory }).results;
    found.push(gather(memory, refs, adjoints));
  }
  return found;
}

export function differencesOfGradients({ program, weights, direction }: Nested, step = 1e-5): number[] {
  const inputs = inputsOf(program);
  const moved = (by: number) =>
    byGradient(
      at(
        program,
        inputs.map((x, i) => x + by * direction[i]),
      ),
      weights,
    ).gradients[0];
  const [up, down] = [moved(step), moved(-step)];
  return up.map((x, i) => (x - down[i]) / (2 * step));
}
