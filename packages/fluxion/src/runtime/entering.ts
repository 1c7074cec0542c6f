/**
 * The beginning of an evaluation on the compiled tier: a specialisation that the arguments fit, and they copied into its memory.
 * Invariant: nothing has happened that anybody can see, whatever is thrown here.
 */
import { fluxionError } from '../errors/error.ts';
import { Decline } from '../lower/decline.ts';
import { guardHolds } from '../lower/outside/guards.ts';
import { positionOf } from '../lower/program/places.ts';
import { CopyIn, Mismatch } from './copyin.ts';
import { allowing, type Evaluation } from './evaluation.ts';
import { type Heap, Left, OutOfMemory } from './heap.ts';
import { currentLog } from './hostlog.ts';
import type { Options } from './options.ts';
import { mayWrite } from './spaces.ts';
import { type Specialisation, specialisationsOf, specialise } from './specialisation.ts';

export interface Entered {
  readonly specialisation: Specialisation;
  readonly roots: readonly CopyIn[];
  readonly globals: CopyIn;
  readonly given: number[];
}

/** Copies the arguments in, for the first specialisation they fit; compiles another if they fit none. */
export function enter(f: Function, args: readonly unknown[], open: (s: Specialisation) => Evaluation): Entrance {
  const known = specialisationsOf(f);
  for (let i = 0; i < known.length; i++) {
    const entrance = tryIn(known[i], args, open);
    if (entrance !== undefined) return entrance;
  }
  const entrance = tryIn(specialise(f, args), args, open);
  if (entrance === undefined) throw new Decline('its arguments are not of the types that they were found to be of');
  return entrance;
}

export interface Entrance {
  readonly entered: Entered;
  readonly evaluation: Evaluation;
}

/** Undefined if the arguments do not fit. */
function tryIn(
  specialisation: Specialisation,
  args: readonly unknown[],
  open: (s: Specialisation) => Evaluation,
): Entrance | undefined {
  const { lowered } = specialisation;
  if (lowered.args.length !== args.length) return undefined;
  for (const guard of lowered.guards) if (!guardHolds(guard)) return undefined;
  const evaluation = open(specialisation);
  evaluation.keep(lowered.texts);
  try {
    const entered = copyIn(specialisation, args, evaluation);
    if (specialisation.givenUp) throw new Decline(`it left the compiled tier too often: ${specialisation.lastFailure}`);
    return { entered, evaluation };
  } catch (e) {
    evaluation.close();
    if (e instanceof Mismatch) return undefined;
    throw evaluation.outOf(e);
  }
}

function copyIn(specialisation: Specialisation, args: readonly unknown[], evaluation: Evaluation): Entered {
  const { lowered, written } = specialisation;
  const { segment: heap } = evaluation;
  const globals = lowered.globals.length === 0 ? noObjects : new CopyIn(heap, specialisation.tag, written.size > 0);
  const given = [
    lowered.globals.length === 0
      ? heap.object(lowered.globalsShape)
      : globals.globals(lowered.globalsShape, lowered.globals),
  ];
  const roots: CopyIn[] = [];
  for (let i = 0; i < args.length; i++) {
    const type = lowered.args[i];
    if (type.kind === 'number') {
      const arg = args[i];
      if (typeof arg !== 'number') throw new Mismatch();
      given.push(arg);
      roots.push(noObjects);
    } else {
      const root = new CopyIn(heap, specialisation.tag, written.size > 0);
      given.push(...root.values(type, args[i]));
      roots.push(root);
    }
  }
  if (written.size > 0) writable([globals, ...roots], specialisation);
  return { specialisation, roots, globals, given };
}

/** What copying a number in has made. */
const noObjects = new CopyIn(undefined as unknown as Heap, () => 0, false);

/**
 * One object under two roots is two here: that is right as long as nobody writes to it. And what is frozen is not so here: a write to it
 * throws in JavaScript.
 */
function writable(roots: readonly CopyIn[], { written }: Specialisation): void {
  const seen = new Map<object, { readonly root: CopyIn; writes: boolean }>();
  for (const root of roots) {
    for (const { object, type } of root.copied) {
      const writes = mayWrite(type, written);
      if (writes && !takesWrites(object)) throw new Left('an object is frozen, and something like it is written');
      // Views of other element types are of other spaces, and see what is written all the same.
      const memory = type.kind === 'typed' ? (object as Float64Array).buffer : object;
      const owner = seen.get(memory);
      if (owner === undefined) seen.set(memory, { root, writes });
      else if (owner.root === root) owner.writes ||= writes;
      else if (writes || owner.writes)
        throw new Left('one object is reached by two ways, and something like it is written');
    }
  }
}

function takesWrites(object: object): boolean {
  if (!Object.isExtensible(object)) return false;
  if (Array.isArray(object)) return Object.getOwnPropertyDescriptor(object, 'length')!.writable === true;
  if (ArrayBuffer.isView(object)) return true;
  return Object.values(Object.getOwnPropertyDescriptors(object)).every(({ writable }) => writable !== false);
}

/** A derivative that needs more is refused, unless `maxMemory` says otherwise. */
const defaultMemory = 2 ** 30;

/** Runs `evaluate` in an evaluation that has enough memory. */
export function withMemory<T>(options: Options | undefined, evaluate: () => T): T {
  const limit = options?.maxMemory ?? defaultMemory;
  for (;;) {
    try {
      currentLog()?.rewind();
      return allowing(limit, evaluate);
    } catch (e) {
      if (!(e instanceof OutOfMemory)) throw e;
      if (e.needed > limit) throw fluxionError('MemoryLimit', { limit });
    }
  }
}

export function call(
  specialisation: Specialisation,
  evaluation: Evaluation,
  name: string,
  given: readonly number[],
): number[] {
  try {
    return evaluation.call(name, given);
  } catch (e) {
    if (e instanceof Left) {
      specialisation.failed(e);
      e.position ??= positionOf(specialisation.lowered.units, e.at);
    }
    throw e;
  }
}
