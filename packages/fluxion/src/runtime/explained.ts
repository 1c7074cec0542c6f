/**
 * What the compiled tier makes of a call: the text of each stage, or why it declines, with the user's line.
 * Invariant: nothing that anybody could notice is done, and a text is written only when it is read.
 */

import { derivativeSource, type LineOf, lineIn } from '../emit/javascript/source.ts';
import { wasmText } from '../emit/wasm/text.ts';
import { originalLine, originalLocation, type Position } from '../errors/original.ts';
import type { Module } from '../ir/ops.ts';
import { print } from '../ir/print.ts';
import { Decline } from '../lower/decline.ts';
import { lower } from '../lower/lowering.ts';
import type { Unit } from '../lower/program/code.ts';
import { positionOf } from '../lower/program/places.ts';
import { irTypes } from '../lower/types/cells.ts';
import { optimize } from '../optimize/pipeline.ts';
import { gradients } from './adjoints.ts';
import { mayCompile } from './attempt.ts';
import { call, enter, withMemory } from './entering.ts';
import { Evaluation } from './evaluation.ts';
import { onlyByName } from './gradient.ts';
import type { Left } from './heap.ts';
import type { Options, Tier } from './options.ts';
import type { CompiledForward, Specialisation } from './specialisation.ts';
import { isDeclined, mustDecline, tierFor, triesCompiling } from './tier.ts';

/** A module after each stage, as text. */
export interface Stages {
  /** As lowered from the source. */
  readonly lowered: string;
  /** Optimised, as it is differentiated. */
  readonly optimised: string;
  /** Value and gradient, as differentiated. */
  readonly differentiated: string;
  /** Optimised again, as WebAssembly is made of it. */
  readonly emitted: string;
}

/** Why the tier is not the fastest: as a reason of `explain`. */
export interface Note {
  readonly code: string;
  readonly message: string;
  readonly where?: { readonly file: string; readonly line: number; readonly column: number } | undefined;
}

export interface Explained {
  /** Who answers such a call. */
  readonly tier: Exclude<Tier, 'auto'>;
  readonly note: Note | undefined;
  /** Absent where nothing is compiled. */
  readonly texts: Texts | undefined;
}

/** The texts of a gradient's code. */
export class Texts {
  private readonly specialisation: Specialisation;
  private readonly wrt: readonly number[];
  /** As it is lowered for such arguments. */
  private readonly lowered: Module;
  private readonly code: CompiledForward;

  constructor(specialisation: Specialisation, wrt: readonly number[], lowered: Module) {
    this.specialisation = specialisation;
    this.wrt = wrt;
    this.lowered = lowered;
    this.code = specialisation.gradient(wrt);
  }

  get stages(): Stages {
    const { specialisation, wrt, lowered } = this;
    const emitted = () => this.emitted;
    return {
      get lowered() {
        return print(lowered);
      },
      get optimised() {
        return print(specialisation.primal);
      },
      get differentiated() {
        return print(specialisation.differentiated(wrt).differentiated);
      },
      get emitted() {
        return print(emitted());
      },
    };
  }

  private get emitted(): Module {
    const { differentiated, entry } = this.specialisation.differentiated(this.wrt);
    return optimize(differentiated, 'after', { entries: [entry] });
  }

  get derivative(): string {
    return derivativeSource(this.emitted, this.code.entry, linesOf(this.specialisation.lowered.units));
  }

  get wat(): string {
    return wasmText(this.code.code.compiled);
  }
}

/** The lines of the file that the user wrote; of the code that runs where that can't be had. */
function linesOf(units: readonly Unit[]): LineOf {
  const known = new Map<string, string | undefined>();
  return (place) => {
    const key = `${place.unit}:${place.offset}`;
    if (!known.has(key)) {
      const position = positionOf(units, place);
      const { captured, shape } = units[place.unit];
      const line = position === undefined ? undefined : originalLine(position);
      known.set(key, line ?? lineIn(captured.source, place.offset - shape.offset));
    }
    return known.get(key);
  };
}

/** Compiles f for these arguments. Throws NotCompiled where that was asked for by name and can't be had. */
export function explained(
  f: Function,
  args: readonly unknown[],
  wrt: readonly number[],
  options: Options | undefined,
): Explained {
  if (tierFor(options) === 'dynamic') {
    return {
      tier: 'dynamic',
      note: notCompiled("the dynamic tier is asked for by `tier: 'dynamic'`."),
      texts: undefined,
    };
  }
  if (!mayCompile(args)) {
    return { tier: 'dynamic', note: notCompiled('another derivative is being taken around it.'), texts: undefined };
  }
  let met: Specialisation | undefined;
  try {
    const specialisation = withMemory(options, () => tried(f, args, wrt, (s) => (met = s)));
    const texts = new Texts(specialisation, wrt, lower(f, args).module);
    if (triesCompiling(options)) return { tier: 'compiled', note: undefined, texts };
    const why = onlyByName(specialisation);
    if (why === undefined) return { tier: 'compiled', note: undefined, texts };
    const note = notCompiled(`${why}, so only \`tier: 'compiled'\` compiles it.`);
    return { tier: 'dynamic', note, texts };
  } catch (e) {
    if (!isDeclined(e)) throw e;
    if (met !== undefined && e.position === undefined) e.position = positionOf(met.lowered.units, e.at);
    mustDecline(f, options, e);
    return { tier: 'dynamic', note: noteOf(f, e), texts: undefined };
  }
}

/** Goes as far as can be done unnoticed: where f has effects, its arguments are copied in and no more. */
function tried(
  f: Function,
  args: readonly unknown[],
  wrt: readonly number[],
  meet: (specialisation: Specialisation) => void,
): Specialisation {
  const { entered, evaluation } = enter(f, args, (s) => {
    meet(s);
    return new Evaluation(s.gradient(wrt).code);
  });
  const { specialisation, given } = entered;
  try {
    if (specialisation.hasEffects) return specialisation;
    const { level, entry } = specialisation.gradient(wrt);
    const floats = irTypes(specialisation.lowered.result).filter((t) => t === 'f64').length;
    const seeds = new Array<number>(floats).fill(1);
    const out = call(specialisation, evaluation, entry, [...given, ...seeds]);
    const results = irTypes(specialisation.lowered.result).length;
    gradients(entered, args, wrt, out.slice(results), level, false);
    return specialisation;
  } finally {
    evaluation.close();
  }
}

function notCompiled(reason: string, position?: Position): Note {
  const message = `Not compiled: ${reason}`;
  if (position === undefined) return { code: 'NotCompiled', message };
  const { file, line, column } = originalLocation(position);
  return { code: 'NotCompiled', message, where: { file, line, column } };
}

function noteOf(f: Function, e: Decline | Left): Note {
  const inside = e instanceof Decline && e.functionName !== f.name ? e.functionName : undefined;
  const message = inside === undefined ? e.message : `in ${inside}, ${e.message}`;
  return notCompiled(`${message}.`, e.position);
}
