/**
 * What 'auto' means: the dynamic tier answers until both have given the same once, and from then on the compiled one.
 * Invariant: nobody who has not asked for the compiled tier by name is given a number of it before the two tiers have agreed on a
 * call of the same specialisation, of the same kind.
 */
import { type Outline, outlineOf } from '../dynamic/outline.ts';
import { Decline } from '../lower/decline.ts';
import { attempt, mayCompile } from './attempt.ts';
import { Unsuited } from './heap.ts';
import type { Options } from './options.ts';
import type { Specialisation } from './specialisation.ts';
import { onAuto, tierFor } from './tier.ts';

/** An answer of the compiled tier, and whose it is. */
export interface Compiled<T> {
  readonly answer: T;
  readonly specialisation: Specialisation;
}

/** One kind of derivative on both tiers. */
export interface Tiers<T> {
  /** How many calls the dynamic tier answers before it is compiled: more than one where that takes long. */
  readonly patience?: number;
  /** Throws Decline or Left, with nothing done; if `careful`, also where somebody could notice that f runs. */
  compiled(careful: boolean): Compiled<T>;
  dynamic(): T | Promise<T>;
  /** Whether the answers are the same to rounding; what is f's own value bit for bit, if it is `exact`. */
  agree(compiled: T, dynamic: T, exact: boolean): boolean;
}

/**
 * The answer of the tier whose turn it is. `f`: the user's function that is derived from; `args`: all that is given to it, and its tangents;
 * `kind`: which derivative it is, and by which arguments.
 */
export function agreed<T>(
  f: Function,
  args: readonly unknown[],
  options: Options | undefined,
  kind: string,
  { compiled, dynamic, agree, patience = 1 }: Tiers<T>,
): T | Promise<T> {
  const tier = tierFor(options);
  const first = tier === 'auto' ? onAuto.first : tier;
  if (first === 'dynamic' || !mayCompile(args)) return dynamic();
  if (first === 'compiled') return attempt<T | Promise<T>>(f, options, dynamic, () => compiled(false).answer);
  if (isBetter(f, kind) || callsOf(f, kind) <= patience) return dynamic();
  return attempt<T | Promise<T>>(f, options, dynamic, () => {
    const { answer, specialisation } = known(f, kind, () => compiled(true));
    if (specialisation.agreed.has(kind)) return answer;
    const { now } = onAuto;
    const begun = now();
    compiled(true);
    const halfway = now();
    const meaning = dynamic();
    if (meaning instanceof Promise || !agree(answer, meaning, !specialisation.takesDerivatives))
      specialisation.giveUp('the two tiers do not agree');
    else if (halfway - begun > now() - halfway) setBetter(f, kind);
    else specialisation.agreed.add(kind);
    return meaning;
  });
}

/** Throws where f changes or calls what is outside of it: then it runs as often as it is asked to, on the tier that was asked for. */
export function withoutEffects(specialisation: Specialisation): void {
  if (specialisation.hasEffects) throw new Unsuited(outside);
}

export const outside = 'it changes or calls what is outside of it';

/** What of a function the dynamic tier answers at once: it is not compiled, or captured data takes longer to copy in than to use. */
const better = new WeakMap<Function, Set<string>>();

function isBetter(f: Function, kind: string): boolean {
  return better.get(f)?.has(kind) === true;
}

function setBetter(f: Function, kind: string): void {
  const kinds = better.get(f);
  if (kinds === undefined) better.set(f, new Set([kind]));
  else kinds.add(kind);
}

function known<T>(f: Function, kind: string, compiled: () => T): T {
  try {
    return compiled();
  } catch (e) {
    if (e instanceof Decline || e instanceof Unsuited) setBetter(f, kind);
    throw e;
  }
}

const calls = new WeakMap<Function, Map<string, number>>();

/** This call counted. A function that is differentiated once only, as one that is made anew for each step, is not worth compiling. */
function callsOf(f: Function, kind: string): number {
  let kinds = calls.get(f);
  if (kinds === undefined) calls.set(f, (kinds = new Map()));
  const count = (kinds.get(kind) ?? 0) + 1;
  kinds.set(kind, count);
  return count;
}

/** Numbers that differ by rounding, as it is to the largest of them. */
export function areClose(a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean {
  if (a.length !== b.length) return false;
  let norm = 0;
  for (let i = 0; i < b.length; i++) norm = Math.max(norm, Math.abs(b[i] as number));
  for (let i = 0; i < a.length; i++) {
    if (!(Math.abs((a[i] as number) - (b[i] as number)) <= 1e-9 * norm)) return false;
  }
  return true;
}

/** Two results of f: the same numbers, bit for bit if they are to be `exact`, in the same places of objects that are alike. */
export function areSame(a: unknown, b: unknown, exact: boolean): boolean {
  const [x, y] = [outlineOf(a), outlineOf(b)];
  if (!areAlike(x.outline, y.outline, new Set())) return false;
  if (!exact) return areClose(x.leaves, y.leaves);
  return x.leaves.length === y.leaves.length && x.leaves.every((v, i) => Object.is(v, y.leaves[i]));
}

/** Numbers count as they are met, so that what is reached twice is told from what is there twice. */
function areAlike(a: Outline | undefined, b: Outline | undefined, seen: Set<Outline>): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (seen.has(a)) return true;
  seen.add(a);
  const parts = (p: readonly (Outline | undefined)[], q: readonly (Outline | undefined)[]): boolean =>
    p.length === q.length && p.every((part, i) => areAlike(part, q[i], seen));
  const keys = (p: readonly unknown[], q: readonly unknown[]): boolean =>
    p.length === q.length && p.every((key, i) => Object.is(key, q[i]));
  const isOneKind = (p: object, q: object): boolean => Object.getPrototypeOf(p) === Object.getPrototypeOf(q);
  switch (a.kind) {
    case 'leaf':
      return b.kind === 'leaf' && a.index === b.index;
    case 'nothing':
      return b.kind === 'nothing' && (Object.is(a.source, b.source) || typeof a.source === 'object');
    case 'list':
      return b.kind === 'list' && isOneKind(a.source, b.source) && parts(a.parts, b.parts);
    case 'record':
      return b.kind === 'record' && isOneKind(a.source, b.source) && keys(a.keys, b.keys) && parts(a.parts, b.parts);
    case 'map':
      return b.kind === 'map' && keys(a.keys, b.keys) && parts(a.parts, b.parts);
    case 'set':
      return b.kind === 'set' && parts(a.parts, b.parts);
    case 'floats':
    case 'bytes':
      return b.kind === a.kind && isOneKind(a.source, b.source) && a.source.byteLength === b.source.byteLength;
  }
}
