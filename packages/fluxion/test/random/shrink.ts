/** A program that disagrees, made small. */
import type { Program, Statement } from './program.ts';

/** The program without what it can do without and still be as `is` says. */
export function shrink(program: Program, is: (p: Program) => boolean): Program {
  let best = program;
  for (let again = true; again; ) {
    again = false;
    for (const smaller of smallerThan(best)) {
      if (!is(smaller)) continue;
      best = smaller;
      again = true;
      break;
    }
  }
  return best;
}

function* smallerThan(program: Program): Generator<Program> {
  for (const outer of without(program.outer)) yield { ...program, outer };
  for (const body of without(program.main.body)) yield { ...program, main: { ...program.main, body } };
}

function* without(list: readonly Statement[]): Generator<readonly Statement[]> {
  for (let i = list.length - 1; i >= 0; i--) yield [...list.slice(0, i), ...list.slice(i + 1)];
  for (const [i, statement] of list.entries()) {
    if (typeof statement === 'string') continue;
    // What is inside, in place of the whole.
    yield [...list.slice(0, i), ...statement.body, ...list.slice(i + 1)];
    for (const body of without(statement.body))
      yield [...list.slice(0, i), { ...statement, body }, ...list.slice(i + 1)];
  }
}
