/**
 * The beginning of an evaluation on the compiled tier: a specialisation that the arguments fit, and they copied into its memory.
 * Invariant: nothing has happened that anybody can see, whatever is thrown here.
 */
import { fluxionError } from '../errors/error.ts';
import { Decline } from '../lower/decline.ts';
import { guardHolds } from '../lower/guards.ts';
import { positionOf } from '../lower/places.ts';
import { CopyIn, Mismatch } from './copyin.ts';
import type { Evaluation } from './evaluation.ts';
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
export function enter(
  f: Function,
  args: readonly unknown[],
  open: (s: Specialisation) => Evaluation,
): { entered: Entered; evaluation: Evaluation } {
  const tried = new Set<Specialisation>();
  for (;;) {
    const next = specialisationsOf(f).find((s) => !tried.has(s)) ?? specialise(f, args);
    if (tried.has(next)) throw new Decline('its arguments are not of the types that they were found to be of');
    tried.add(next);
    const evaluation = open(next);
    try {
      const entered = evaluation.within(() => copyIn(next, args, evaluation));
      if (next.givenUp) throw new Decline(`it left the compiled tier too often: ${next.lastFailure}`);
      return { entered, evaluation };
    } catch (e) {
      evaluation.close();
      if (!(e instanceof Mismatch)) throw e;
    }
  }
}

function copyIn(specialisation: Specialisation, args: readonly unknown[], evaluation: Evaluation): Entered {
  const { lowered } = specialisation;
  if (lowered.args.length !== args.length || !lowered.guards.every(guardHolds)) throw new Mismatch();
  const { segment: heap } = evaluation;
  const globals = new CopyIn(heap, specialisation.tag);
  const given = [globals.globals(lowered.globalsShape, lowered.globals)];
  const roots = args.map((arg, i) => {
    if (lowered.args[i].kind === 'number') {
      if (typeof arg !== 'number') throw new Mismatch();
      given.push(arg);
      return noObjects;
    }
    const root = new CopyIn(heap, specialisation.tag);
    given.push(...root.values(lowered.args[i], arg));
    return root;
  });
  writable([globals, ...roots], specialisation);
  return { specialisation, roots, globals, given };
}

/** What copying a number in has made. */
const noObjects = new CopyIn(undefined as unknown as Heap, () => 0);

/**
 * One object under two roots is two here: that is right as long as nobody writes to it. And what is frozen is not so here: a write to it
 * throws in JavaScript.
 */
function writable(roots: readonly CopyIn[], { written }: Specialisation): void {
  if (written.size === 0) return;
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
  for (;;) {
    try {
      currentLog()?.rewind();
      return evaluate();
    } catch (e) {
      if (!(e instanceof OutOfMemory)) throw e;
      const limit = options?.maxMemory ?? defaultMemory;
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
