/**
 * A level is one derivative being taken: every tracked number belongs to exactly one.
 * Invariant: ids only grow, so among the operands of an operation the innermost derivative is the one with the largest id,
 * and two derivatives can never be confused with each other.
 */
import { fluxionError } from '../../errors/error.ts';
import type { Tape } from '../tape.ts';

/** What a level must know of the run (one outermost call of `grad`, `jvp`, … or a nested one) that it belongs to. */
export interface LevelRun {
  /** The outermost run; itself for an outermost one. */
  readonly root: LevelRun;
  readonly ended: boolean;
}

export interface Level {
  readonly id: number;
  readonly kind: 'reverse' | 'forward';
  readonly parent: Level | undefined;
  readonly run: LevelRun;
  /** The tape of a reverse level; undefined for a forward one. */
  readonly tape: Tape | undefined;
  /** The tape while operators may record on it inline: the level goes on and nobody listens to the operations. */
  readonly hot: Tape | undefined;
  /** Whether operators may make dual numbers inline: a forward level that goes on. */
  readonly dual: boolean;
  ended: boolean;
  /** An own function property: it makes `structuredClone` and `postMessage` of any tracked number throw. */
  readonly poison: () => never;
}

let lastId = 0;

function poison(): never {
  throw fluxionError('LostDerivative', { operation: 'a native copy' });
}

class NewLevel implements Level {
  readonly id: number;
  readonly kind: 'reverse' | 'forward';
  readonly parent: Level | undefined;
  readonly run: LevelRun;
  readonly tape: Tape | undefined;
  hot: Tape | undefined;
  dual: boolean;
  over: boolean;
  readonly poison: () => never;

  constructor(kind: 'reverse' | 'forward', run: LevelRun, parent: Level | undefined, tape: Tape | undefined) {
    this.id = ++lastId;
    this.kind = kind;
    this.parent = parent;
    this.run = run;
    this.tape = tape;
    this.hot = tape === undefined || tape.onRecord !== undefined ? undefined : tape;
    this.dual = kind === 'forward';
    this.over = false;
    this.poison = poison;
  }

  get ended(): boolean {
    return this.over;
  }

  set ended(ended: boolean) {
    this.over = ended;
    this.dual = !ended && this.kind === 'forward';
    this.hot = ended || this.tape === undefined || this.tape.onRecord !== undefined ? undefined : this.tape;
  }
}

/** A level that records on `tape`; a listener of the tape must have been set before. */
export function reverseLevel(run: LevelRun, parent: Level | undefined, tape: Tape): Level {
  return new NewLevel('reverse', run, parent, tape);
}

export function forwardLevel(run: LevelRun, parent: Level | undefined): Level {
  return new NewLevel('forward', run, parent, undefined);
}
