/**
 * The few places where lower parts of the dynamic tier call upper ones (an operator runs the user's `valueOf`).
 * Invariant: nothing here imports anything; the upper part fills its slot when it is loaded, and until then a slot does what
 * the language does natively.
 */

export interface Hooks {
  /** Calls `f` as its twin. */
  callTwin(f: Function, thisArg: unknown, args: readonly unknown[]): unknown;
  /** Calls `f` as it was written, whether or not it has a rule: what it is given holds no tracked number of this derivative. */
  callPlain(f: Function, thisArg: unknown, args: readonly unknown[]): unknown;
  /** Constructs `C` as its twin; `newTarget` is an original and defaults to `C`. */
  constructTwin(C: Function, args: readonly unknown[], newTarget?: Function): unknown;
  /** The function to run in place of `f`: a built-in's implementation, a rewritten twin, or `f` itself if twin-born. */
  twinOf(f: Function): Function;
  /** Reads a property as twin code does: getters and traps run as twins, shadowed elements come out tracked. */
  get(target: unknown, key: PropertyKey): unknown;
  /** Writes a property as strict twin code does. */
  set(target: unknown, key: PropertyKey, value: unknown): void;
  /** The original of a stand-in; anything else is itself. Used where identity is compared. */
  identityOf(value: object): object;
  /** The class that a heritage (what a class of twin code extends) stands for; anything else is itself. */
  heritageOf<T>(value: T): T;
  /** The text that the user wrote for a function of twin code; undefined for any other. */
  originalText(f: Function): string | undefined;
  /** Told of each use that is piecewise constant, while somebody (explain) listens; undefined costs nothing. */
  noteInactive: ((what: string) => void) | undefined;
  /** Told of the arguments of each outermost derivative when it has ended; the tests look for what it has left behind. */
  afterRun: ((args: readonly unknown[]) => void) | undefined;
}

export const hooks: Hooks = {
  callTwin: (f, thisArg, args) => Reflect.apply(f, thisArg, args as unknown[]),
  callPlain: (f, thisArg, args) => Reflect.apply(f, thisArg, args as unknown[]),
  constructTwin: (C, args, newTarget) => Reflect.construct(C, args as unknown[], newTarget ?? C),
  twinOf: (f) => f,
  get: (target, key) => (target as Record<PropertyKey, unknown>)[key],
  set: (target, key, value) => {
    (target as Record<PropertyKey, unknown>)[key] = value;
  },
  identityOf: (value) => value,
  heritageOf: (value) => value,
  originalText: () => undefined,
  noteInactive: undefined,
  afterRun: undefined,
};

/** Reports a use of a tracked number whose derivative is zero by nature, such as a bit operation. */
export function noteInactive(what: string): void {
  if (hooks.noteInactive !== undefined) hooks.noteInactive(what);
}

export function callTwin(f: Function, thisArg: unknown, args: readonly unknown[]): unknown {
  return hooks.callTwin(f, thisArg, args);
}

export function constructTwin(C: Function, args: readonly unknown[], newTarget?: Function): unknown {
  return hooks.constructTwin(C, args, newTarget);
}

export function twinOf(f: Function): Function {
  return hooks.twinOf(f);
}
