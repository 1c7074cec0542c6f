/**
 * What a run of f on the compiled tier has given: the result as the caller may have it, and what captured objects have become.
 * Invariant: nothing of it refers to the memory of the run, but for the addresses of the result's numbers.
 */
import { type Outline, structureOf } from '../dynamic/outline.ts';
import type { JsType } from '../lower/types/types.ts';
import type { CopyIn } from './copyin.ts';
import { CopyOut } from './copyout.ts';
import type { Entered } from './entering.ts';
import type { Evaluation } from './evaluation.ts';
import { Left, OutOfMemory } from './heap.ts';
import { leafCells } from './leaves.ts';

export interface Outcome {
  readonly value: unknown;
  readonly outline: Outline;
  /** By leaf, where the number stands; 0 for one that is not in memory. */
  readonly cells: Uint32Array;
  /** Whether it is a number that was handed over as itself, the first of the values returned. */
  readonly isNumber: boolean;
  /** Takes back what has been done to captured objects. */
  undo(): void;
}

/** Reads the result from the values that carry it, and gives captured objects what was done to them. */
export function outcomeOf(
  entered: Entered,
  evaluation: Evaluation,
  wrt: readonly number[],
  carried: readonly number[],
): Outcome {
  const { specialisation, globals, roots } = entered;
  const { result: type } = specialisation.lowered;
  const { segment: heap } = evaluation;
  const copy = new CopyOut(heap, specialisation.text, existingOf(globals));
  if (type.kind === 'object' || type.kind === 'union') {
    const before = [globals, ...roots.filter((_, i) => !wrt.includes(i))];
    copy.foreign = new Set(before.flatMap(({ at }) => [...at.values()]));
  }
  const value = copy.value(type, carried);
  const undo = writeBack(entered, evaluation, wrt, copy);
  const { outline, count } = structureOf(value);
  const isNumber = typeof value === 'number' && type.kind !== 'constant';
  if (outline.kind === 'leaf' || count === 0) return { value, outline, cells: new Uint32Array(count), isNumber, undo };
  const { at } = copy;
  const dataOf = (array: object): number => copy.dataAt(at.get(array)!, ArrayBuffer.isView(array));
  const cells = leafCells(memberOf(type, carried), outline, count, { heap, at, dataOf });
  return { value, outline, cells, isNumber, undo };
}

/** The type of a value that may be of several, by the numbers that carry it. */
function memberOf(type: JsType, carried: readonly number[]): JsType {
  return type.kind === 'union' ? type.members[carried[0]] : type;
}

/** Does what comes after a run that may have changed captured objects; takes that back where the dynamic tier has to answer. */
export function orUndo<T>(undo: () => void, work: () => T): T {
  try {
    return work();
  } catch (e) {
    // What is no business of the other tier has happened for good.
    if (e instanceof Left || e instanceof OutOfMemory) undo();
    throw e;
  }
}

/** Captured objects get what the program has done to them. Gives what takes it back, should the evaluation be given up. */
export function writeBack(
  { specialisation, globals, roots }: Entered,
  evaluation: Evaluation,
  wrt: readonly number[],
  reading?: CopyOut,
): () => void {
  if (specialisation.written.size === 0 || globals.copied.length === 0) return nothing;
  const copy = reading ?? new CopyOut(evaluation.segment, specialisation.text, existingOf(globals));
  const writing = specialisation.writing(wrt);
  copy.foreign = new Set(roots.flatMap(({ at }) => [...at.values()]));
  const done: (() => void)[] = [];
  const undo = (): void => {
    while (done.length > 0) done.pop()!();
  };
  try {
    for (const { object, type, ref } of globals.copied) {
      const one = copy.into(object, type, ref, writing);
      if (one !== undefined) done.push(one);
    }
  } catch (e) {
    undo();
    if (e instanceof Left) specialisation.failed(e);
    throw e;
  }
  return undo;
}

const nothing = (): void => {};

/** Objects that the caller has already, by where they stand. */
function existingOf(globals: CopyIn): Map<number, object> {
  return new Map([...globals.at].map(([object, ref]) => [ref, object] as const));
}
