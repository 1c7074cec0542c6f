/**
 * Both modes on IR programs, run in the interpreter: every module is verified, every derivative found in more than one way.
 */
import { forward } from '../../src/differentiate/forward.ts';
import { reverse } from '../../src/differentiate/reverse.ts';
import { interpret, Memory } from '../../src/ir/interpret.ts';
import type { Module } from '../../src/ir/ops.ts';
import { type Level, type Space, shadowOf } from '../../src/ir/types.ts';
import { verify } from '../../src/ir/verify.ts';

/** An argument: a number (f64 parameters are active), an integer, or the contents of elements of a space. */
export type Argument =
  | number
  | { readonly int: number }
  | { readonly space: Space; readonly contents: readonly number[] };

export interface Program {
  readonly module: Module;
  readonly entry: string;
  readonly args: readonly Argument[];
}

const isElements = (a: Argument): a is { space: Space; contents: readonly number[] } =>
  typeof a === 'object' && 'space' in a;

export function levelFor(module: Module, mode: Level['mode'], lanes = 1): Level {
  return { index: module.levels.length, mode, lanes };
}

export function activeOf({ args }: Program): { params: boolean[]; spaces: Set<Space> } {
  const spaces = new Set<Space>();
  for (const a of args) if (isElements(a) && a.space.cell === 'f64') spaces.add(a.space);
  return { params: args.map((a) => typeof a === 'number'), spaces };
}

/** The active numbers of the arguments, flat. */
export function inputsOf({ args }: Program): number[] {
  return args.flatMap((a) => (typeof a === 'number' ? [a] : isElements(a) && a.space.cell === 'f64' ? a.contents : []));
}

/** The same program at other inputs. */
export function at(program: Program, inputs: readonly number[]): Program {
  let next = 0;
  const args = program.args.map((a): Argument => {
    if (typeof a === 'number') return inputs[next++];
    if (!isElements(a) || a.space.cell !== 'f64') return a;
    return { space: a.space, contents: a.contents.map(() => inputs[next++]) };
  });
  return { ...program, args };
}

/** Puts the arguments into memory; `extra` gives what follows each number. */
export function place(program: Program, memory: Memory, extra: (input: number) => number[] = () => []): number[] {
  let next = 0;
  return program.args.flatMap((a) => {
    if (typeof a === 'number') return [a, ...extra(next++)];
    if (!isElements(a)) return [(a as { int: number }).int];
    const ref = memory.elements(a.space, a.contents);
    if (a.space.cell === 'f64') next += a.contents.length;
    return [ref];
  });
}

export interface Outcome {
  readonly values: readonly number[];
  readonly memory: readonly (readonly number[])[];
}

/** The results, and what is in the elements that were handed in. */
export function run(program: Program): Outcome {
  const memory = new Memory();
  const args = place(program, memory);
  const values = interpret(program.module, program.entry, args, { memory }).results;
  return { values, memory: contents(program, memory, args) };
}

function contents(program: Program, memory: Memory, args: readonly number[], view: (space: Space) => Space = (s) => s) {
  return program.args.flatMap((a, i) =>
    isElements(a) && a.space.cell === 'f64' ? [memory.contents(view(a.space), args[i])] : [],
  );
}

/** Weights for all that comes out, so that one number is differentiated. */
export interface Weights {
  readonly values: readonly number[];
  readonly memory: readonly (readonly number[])[];
}

export function weightsFor(program: Program, seed = 1): Weights {
  const { values, memory } = run(program);
  let state = seed;
  const next = () => Math.round(Math.sin(state++ * 12.9898) * 1e4) / 1e4;
  const types = program.module.functions.get(program.entry)!.results;
  return {
    values: values.map((_, i) => (types[i] === 'f64' ? next() : 0)),
    memory: memory.map((m) => m.map(next)),
  };
}

export function weighed({ values, memory }: Outcome, weights: Weights): number {
  let sum = 0;
  values.forEach((v, i) => {
    if (weights.values[i] !== 0) sum += v * weights.values[i];
  });
  memory.forEach((m, i) => {
    m.forEach((v, j) => {
      sum += v * weights.memory[i][j];
    });
  });
  return sum;
}

export function byDifferences(program: Program, weights: Weights, step = 1e-5): number[] {
  const inputs = inputsOf(program);
  return inputs.map((_, i) => {
    const moved = (by: number) =>
      weighed(
        run(
          at(
            program,
            inputs.map((x, j) => (j === i ? x + by : x)),
          ),
        ),
        weights,
      );
    const [near, far] = [step, 2 * step].map((h) => (moved(h) - moved(-h)) / (2 * h));
    return (4 * near - far) / 3;
  });
}

export function byForward(program: Program, weights: Weights): number[] {
  const level = levelFor(program.module, 'forward');
  const pushed = forward(program.module, program.entry, activeOf(program), level);
  verify(pushed.module);
  const inputs = inputsOf(program);
  const types = program.module.functions.get(program.entry)!.results;
  return inputs.map((_, i) => {
    const memory = new Memory();
    const args = place(program, memory, (n) => [n === i ? 1 : 0]);
    seedTangents(program, memory, args, level, (n) => (n === i ? 1 : 0));
    const { results } = interpret(pushed.module, pushed.entry, args, { memory });
    const plain = argumentsAlone(program, args, 1);
    const tangents: number[] = [];
    let at = 0;
    for (const type of types) {
      at++;
      tangents.push(type === 'f64' ? results[at++] : 0);
    }
    return weighed({ values: tangents, memory: contents(program, memory, plain, (s) => shadowOf(s, level)) }, weights);
  });
}

/** The arguments without what follows the numbers. */
function argumentsAlone(program: Program, args: readonly number[], extra: number): number[] {
  let next = 0;
  return program.args.map((a) => {
    const value = args[next++];
    if (typeof a === 'number') next += extra;
    return value;
  });
}

function seedTangents(
  program: Program,
  memory: Memory,
  args: readonly number[],
  level: Level,
  tangent: (input: number) => number,
) {
  const plain = argumentsAlone(program, args, level.lanes);
  let next = 0;
  program.args.forEach((a, i) => {
    if (typeof a === 'number') next++;
    else if (isElements(a) && a.space.cell === 'f64')
      a.contents.forEach((_, j) => memory.write(shadowOf(a.space, level), plain[i], tangent(next++), j));
  });
}

export interface Pulled {
  readonly outcome: Outcome;
  /** The gradient of each call of the pullback. */
  readonly gradients: readonly (readonly number[])[];
}

/** By `forward` and then `reverse`, which is called `times` over. */
export function byPullback(program: Program, weights: Weights, times = 1): Pulled {
  const level = levelFor(program.module, 'reverse');
  const reversed = reverse(program.module, program.entry, activeOf(program), level);
  verify(reversed.module);
  const memory = new Memory();
  const args = place(program, memory);
  const { results } = interpret(reversed.module, reversed.forward, args, { memory });
  const outcome = { values: results.slice(0, -1), memory: contents(program, memory, args) };
  const gradients = Array.from({ length: times }, () => {
    seedAdjoints(program, memory, args, level, weights);
    const adjoints = interpret(
      reversed.module,
      reversed.reverse,
      [results[results.length - 1], ...seeds(program, weights)],
      {
        memory,
      },
    ).results;
    return gathered(program, memory, args, level, adjoints);
  });
  return { outcome, gradients };
}

export function byGradient(program: Program, weights: Weights): Pulled {
  const level = levelFor(program.module, 'reverse');
  const reversed = reverse(program.module, program.entry, activeOf(program), level);
  verify(reversed.module);
  const memory = new Memory();
  const args = place(program, memory);
  seedAdjoints(program, memory, args, level, weights);
  const { results } = interpret(reversed.module, reversed.gradient, [...args, ...seeds(program, weights)], { memory });
  const own = program.module.functions.get(program.entry)!.results.length;
  return {
    outcome: { values: results.slice(0, own), memory: contents(program, memory, args) },
    gradients: [gathered(program, memory, args, level, results.slice(own))],
  };
}

export function seeds(program: Program, weights: Weights): number[] {
  const types = program.module.functions.get(program.entry)!.results;
  return weights.values.filter((_, i) => types[i] === 'f64');
}

export function seedAdjoints(
  program: Program,
  memory: Memory,
  args: readonly number[],
  level: Level,
  weights: Weights,
) {
  let next = 0;
  program.args.forEach((a, i) => {
    if (!isElements(a) || a.space.cell !== 'f64') return;
    weights.memory[next++].forEach((w, j) => memory.write(shadowOf(a.space, level), args[i], w, j));
  });
}

export function gathered(
  program: Program,
  memory: Memory,
  args: readonly number[],
  level: Level,
  adjoints: readonly number[],
): number[] {
  const params = program.module.functions.get(program.entry)!.params;
  let next = 0;
  return program.args.flatMap((a, i) => {
    if (params[i].type === 'f64') return [adjoints[next++]];
    return isElements(a) && a.space.cell === 'f64' ? memory.contents(shadowOf(a.space, level), args[i]) : [];
  });
}

/** The largest difference of two gradients, over the size of the first (at least 1). */
export function apart(a: readonly number[], b: readonly number[]): number {
  const size = Math.max(1, ...a.map(Math.abs));
  return Math.max(0, ...a.map((x, i) => (Object.is(x, b[i]) ? 0 : Math.abs(x - b[i]) / size)));
}

/** The program whose results are those of the gradient: its inputs, then the weights, are arguments of it. */
export function gradientProgram(program: Program, weights: Weights): Program & { readonly level: Level } {
  const level = levelFor(program.module, 'reverse');
  const reversed = reverse(program.module, program.entry, activeOf(program), level);
  return {
    module: reversed.module,
    entry: reversed.gradient,
    args: [...program.args, ...seeds(program, weights)],
    level,
  };
}
