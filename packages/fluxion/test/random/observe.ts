/**
 * What can be seen of a program through its derivatives: values, gradients, tangents, pullbacks, second derivatives, errors, and what it
 * captured, over several calls between which its arguments and captures change.
 * Invariant: the same steps in the same order for every tier, each observation under the name of its step.
 */
import { hvp, jvp, valueAndGrad, vjp } from '../../src/index.ts';
import type { Made, Program } from './program.ts';

/** `exact`: to be equal bit for bit; `numbers`: to be equal up to rounding. */
export interface Observation {
  readonly step: string;
  readonly exact: unknown;
  readonly numbers: readonly number[];
}

/** Which steps are gone beside gradients, which all programs are asked for. */
export interface Extras {
  readonly forward: boolean;
  readonly pullback: boolean;
  readonly second: boolean;
}

/** Each is asked for by so many of the seeds. */
export function extrasFor(seed: number): Extras {
  return { forward: seed % 2 === 0, pullback: seed % 4 === 1, second: seed % 7 === 0 };
}

/** All numbers in a value, in order; each object once. */
export function numbersIn(value: unknown, seen = new Set<unknown>()): number[] {
  if (typeof value === 'number') return [value];
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  if (ArrayBuffer.isView(value)) return [...(value as Float64Array)];
  const parts = Array.isArray(value) ? value : Object.values(value);
  return parts.flatMap((part) => numbersIn(part, seen));
}

/** A value without its numbers, and which objects of it are one object. */
function outline(value: unknown, seen = new Map<unknown, number>()): unknown {
  if (typeof value === 'number') return 0;
  if (typeof value !== 'object' || value === null) return String(value);
  const known = seen.get(value);
  if (known !== undefined) return `#${known}`;
  seen.set(value, seen.size);
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} ${(value as Float64Array).length}`;
  if (Array.isArray(value)) return value.map((part) => outline(part, seen));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, outline(part, seen)]));
}

/** Tangents of the arguments: a number of its own for each number that can move. */
export function tangentsOf(value: unknown, next: () => number, seen = new Map<unknown, unknown>()): unknown {
  if (typeof value === 'number') return next();
  if (typeof value !== 'object' || value === null) return undefined;
  if (seen.has(value)) return seen.get(value);
  if (value instanceof Float64Array || value instanceof Float32Array) return Float64Array.from(value, next);
  if (ArrayBuffer.isView(value)) return undefined;
  const made: Record<string, unknown> | unknown[] = Array.isArray(value) ? [] : {};
  seen.set(value, made);
  for (const [key, part] of Object.entries(value))
    (made as Record<string, unknown>)[key] = tangentsOf(part, next, seen);
  return made;
}

interface Pulled {
  readonly value: number;
  pullback(seed: number): unknown;
}

const direction = (args: readonly unknown[]): unknown[] => {
  let step = 0;
  return args.map((arg) => tangentsOf(arg, () => Math.sin(1 + 7.3 * step++)));
};

/** What a call gave, or how it ended. */
function attempted(step: string, call: () => Omit<Observation, 'step'>): Observation {
  try {
    return { step, ...call() };
  } catch (e) {
    const { name, message, code } = e as { name?: string; message?: string; code?: string };
    return { step, exact: { threw: code ?? `${name}: ${message}` }, numbers: [] };
  }
}

function capturedAfter(step: string, made: Made): Observation {
  return attempted(`${step}, captured`, () => ({ exact: JSON.stringify(made.seen()), numbers: [] }));
}

/** The values alone, as the plain program gives them. */
export function plainly(program: Program, made: Made): Observation[] {
  const value = (step: string, nth: number): Observation[] => [
    attempted(step, () => ({ exact: made.main(...program.args(nth)), numbers: [] })),
    capturedAfter(step, made),
  ];
  const first = value('first', 0);
  made.change();
  return [...first, ...value('second', 1), ...value('third', 2)];
}

export function observe(program: Program, made: Made, extras: Extras): Observation[] {
  const { main } = made;
  const all = program.args(0).map((_, i) => i);
  const seen: Observation[] = [];
  const note = (step: string, call: () => Omit<Observation, 'step'>): void => {
    seen.push(attempted(step, call));
    // What has been done to captured objects is seen in the state of things after it.
    seen.push(capturedAfter(step, made));
  };
  const gradient = (nth: number) => (): Omit<Observation, 'step'> => {
    const args = program.args(nth);
    const before = JSON.stringify(args);
    const result = valueAndGrad(main as never, { wrt: all } as never)(...(args as never[])) as unknown as {
      value: number;
      grad: unknown;
    };
    const changed = before === JSON.stringify(args) ? '' : 'an argument was changed';
    return { exact: [result.value, outline(result.grad), changed], numbers: numbersIn(result.grad) };
  };
  note('first', gradient(0));
  made.change();
  note('second', gradient(1));
  note('third', gradient(2));
  if (extras.forward) {
    note('forward', () => {
      const args = program.args(2);
      const { value, tangent } = jvp(main as never, args as never, direction(args) as never) as never as {
        value: number;
        tangent: number;
      };
      return { exact: value, numbers: [tangent] };
    });
  }
  if (extras.pullback) {
    // Without a pullback the later steps end as the first one did.
    let pull: (seed: number) => unknown = () => undefined;
    const pulled = ({ value, pullback }: Pulled) => {
      pull = pullback;
      const cotangents = pullback(1);
      return { exact: [value, outline(cotangents)], numbers: numbersIn(cotangents) };
    };
    note('pullback', () => {
      try {
        const made = vjp(main as never, ...(program.args(0) as never[])) as never as Pulled;
        return pulled(made);
      } catch (e) {
        pull = () => {
          throw e;
        };
        throw e;
      }
    });
    note('between two calls of it', gradient(1));
    note('pullback again', () => {
      const cotangents = pull(-2);
      return { exact: outline(cotangents), numbers: numbersIn(cotangents) };
    });
    note('and again', () => {
      const cotangents = pull(1);
      return { exact: outline(cotangents), numbers: numbersIn(cotangents) };
    });
  }
  if (extras.second) {
    note('second derivative', () => {
      const [x, ...rest] = program.args(1);
      const [along] = direction([x]);
      const product = hvp(main as never)(x as never, along as never, ...(rest as never[]));
      return { exact: outline(product), numbers: numbersIn(product) };
    });
  }
  return seen;
}

/** The derivative along the direction that `forward` takes, from the gradient at the same arguments. */
export function along(program: Program, gradient: readonly number[]): { sum: number; scale: number } {
  const moved = numbersIn(direction(program.args(2)));
  return {
    sum: gradient.reduce((sum, g, i) => sum + g * moved[i], 0),
    scale: gradient.reduce((sum, g, i) => sum + Math.abs(g * moved[i]), 1),
  };
}
