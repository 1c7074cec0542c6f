// Derivatives of random programs, to second order: tapes, shadows and shadows of shadows as they are really used.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { forward } from '../../src/differentiate/forward.ts';
import { reverse } from '../../src/differentiate/reverse.ts';
import type { Module } from '../../src/ir/ops.ts';
import { type Level, type Space, shadowOf } from '../../src/ir/types.ts';
import { checkpointed } from '../differentiate/checkpointed.ts';
import { activeOf, levelFor, type Program } from '../differentiate/derivatives.ts';
import { programs } from '../differentiate/programs.ts';
import { compiled, type Given, interpreted } from './both.ts';

interface Derivative {
  readonly module: Module;
  readonly entry: string;
}

function reversed({ module, entry }: Derivative, params: readonly boolean[], spaces: ReadonlySet<Space>): Derivative {
  const made = reverse(module, entry, { params, spaces }, levelFor(module, 'reverse'));
  return { module: made.module, entry: made.gradient };
}

function pushed(d: Derivative, params: readonly boolean[], spaces: ReadonlySet<Space>, lanes: number): Derivative {
  return forward(d.module, d.entry, { params, spaces }, levelFor(d.module, 'forward', lanes));
}

const allParams = ({ module, entry }: Derivative) => module.functions.get(entry)!.params.map((p) => p.type === 'f64');

function shadowsIn(space: Space, levels: readonly Level[]): Space[] {
  return levels.reduce<Space[]>(
    (found, level) => [
      ...found,
      ...found.flatMap((s) => Array.from({ length: level.lanes }, (_, lane) => shadowOf(s, level, lane))),
    ],
    [space],
  );
}

/** The arguments in the order of the parameters; numbers that a derivative takes in addition are small and all different. */
function given({ args }: Program, { module, entry }: Derivative): Given[] {
  const { params } = module.functions.get(entry)!;
  const others = args.filter((a) => typeof a !== 'number');
  const numbers = args.filter((a) => typeof a === 'number');
  let extra = 0;
  return params.map(({ type }) => {
    if (type === 'f64') return numbers.shift() ?? 0.25 + extra++ / 8;
    const next = others.shift()!;
    return typeof next === 'object' && 'int' in next ? next.int : next;
  });
}

const kinds: Record<string, (program: Program) => Derivative> = {
  gradient: (p) => reversed(p, activeOf(p).params, activeOf(p).spaces),
  'two tangents': (p) => pushed(p, activeOf(p).params, activeOf(p).spaces, 2),
  'forward over reverse': (p) => {
    const first = kinds.gradient(p);
    const spaces = [...activeOf(p).spaces].flatMap((s) => shadowsIn(s, first.module.levels));
    return pushed(first, allParams(first), new Set(spaces), 3);
  },
  'reverse over forward': (p) => {
    const first = kinds['two tangents'](p);
    const spaces = [...activeOf(p).spaces].flatMap((s) => shadowsIn(s, first.module.levels));
    return reversed(first, allParams(first), new Set(spaces));
  },
  'reverse over reverse': (p) => {
    const first = kinds.gradient(p);
    const spaces = [...activeOf(p).spaces].flatMap((s) => shadowsIn(s, first.module.levels));
    return reversed(first, allParams(first), new Set(spaces));
  },
};

function agree(kind: string, program: Program): void {
  const derivative = kinds[kind](program);
  const { module, entry } = derivative;
  const args = given(program, derivative);
  const watched = (space: Space) => (space.cell === 'f64' ? shadowsIn(space, module.levels) : [space]);
  const expected = interpreted(module, entry, args, watched);
  expect(compiled(module, entry, args, watched)).toEqual(expected);
  // Once more where the first has been, in regions that are too small at first.
  const small = module.levels.reduce((sizes, { mode }) => (mode === 'reverse' ? [...sizes, 8] : sizes), [64, 512]);
  expect(compiled(module, entry, args, watched, small)).toEqual(expected);
}

test.each(Object.keys(kinds))('%s: WebAssembly and the interpreter agree', (kind) => {
  fc.assert(
    fc.property(programs, (program) => agree(kind, program)),
    { numRuns: Number(process.env.FLUXION_RUNS ?? 15) },
  );
});

test.each(Object.keys(kinds))('%s: the same where memory is given back on the way', (kind) => {
  agree(kind, checkpointed);
});
