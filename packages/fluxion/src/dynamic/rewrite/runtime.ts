/**
 * Every runtime function that twin code may call, as the rewriter emits it. The factory takes an object with (at least) these,
 * the *instance runtime*; the dispatch table provides the shared ones, each instance adds its own.
 * Invariant: what is not said here is not called. On values in which nothing is tracked each does what the language does.
 */
/** What one place in twin code that reads or writes a property remembers. */
export interface Site {
  k: object | null;
}

export interface TwinRuntime {
  // --- Operators: called when an operand is not (surely) a plain number. Boxes, BigInts, strings, objects by their twins.
  add(a: unknown, b: unknown): unknown;
  sub(a: unknown, b: unknown): unknown;
  mul(a: unknown, b: unknown): unknown;
  div(a: unknown, b: unknown): unknown;
  mod(a: unknown, b: unknown): unknown;
  pow(a: unknown, b: unknown): unknown;
  /** `-a`, `+a` */
  neg(a: unknown): unknown;
  plus(a: unknown): unknown;
  /** ToNumeric(a) ± 1; ToNumeric(a), the value of `a++`. */
  inc(a: unknown): unknown;
  dec(a: unknown): unknown;
  num(a: unknown): unknown;
  /** Bit operators never give a tracked number. */
  bitand(a: unknown, b: unknown): unknown;
  bitor(a: unknown, b: unknown): unknown;
  bitxor(a: unknown, b: unknown): unknown;
  shl(a: unknown, b: unknown): unknown;
  shr(a: unknown, b: unknown): unknown;
  ushr(a: unknown, b: unknown): unknown;
  bitnot(a: unknown): unknown;
  lt(a: unknown, b: unknown): boolean;
  gt(a: unknown, b: unknown): boolean;
  le(a: unknown, b: unknown): boolean;
  ge(a: unknown, b: unknown): boolean;
  eq(a: unknown, b: unknown): boolean;
  ne(a: unknown, b: unknown): boolean;
  seq(a: unknown, b: unknown): boolean;
  sne(a: unknown, b: unknown): boolean;
  truthy(a: unknown): boolean;
  typeof(a: unknown): string;
  /** What `${a}` becomes (a symbol throws). */
  str(a: unknown): string;
  /** A template's text, when it is complete. */
  text(a: string): string;
  /** ToString, where digits may touch. */
  whole(a: unknown): string;
  /** What `switch` compares: the primal of a tracked number, the original of a stand-in, anything else itself. */
  key(a: unknown): unknown;

  /** Throws again what a `catch` of the user's is not for: that the derivative is refused. */
  refused(thrown: unknown): void;

  // --- Properties
  /** An object whose `[S]` is not undefined is read and written through the table only. */
  readonly S: symbol;
  /** A native read of `o.k` is right (also if o is null or undefined: it then throws natively). */
  g(o: unknown, k: PropertyKey, site?: Site): boolean;
  /** What a place remembers of the objects it met; while `kindOf(o) === site.k`, native reads (or writes of numbers) are right there. */
  newSite(): Site;
  kindOf(o: unknown): unknown;
  get(o: unknown, k: unknown): unknown;
  set(o: unknown, k: unknown, v: unknown, site?: Site): void;
  setSloppy(o: unknown, k: unknown, v: unknown, site?: Site): void;
  /** Strict write to an object made by the code that runs. */
  setYoung(o: unknown, k: unknown, v: unknown): void;
  delete(o: unknown, k: unknown): boolean;
  deleteSloppy(o: unknown, k: unknown): boolean;
  in(k: unknown, o: unknown): boolean;
  instanceof(a: unknown, c: unknown): boolean;
  /** ToPropertyKey(k); with `base`, where a null or undefined base throws first (the read that follows would). */
  toKey(k: unknown, base?: unknown): PropertyKey;
  /** What `{...o}` may copy natively. */
  spread(o: unknown): unknown;
  /** `{a, ...r} = o`: a new object without the keys. */
  rest(o: unknown, keys: readonly PropertyKey[]): object;
  /** Throws the TypeError of destructuring for null and undefined, gives anything else back. */
  obj<T>(o: T): T;
  /**
   * The object whose private name `name` is meant where `o` lacks it: the original of a stand-in; anything else itself, so that
   * the native error follows. A stand-in can not be written.
   */
  original(o: unknown, name: string, written?: boolean): unknown;
  /** The object that `make` makes; its methods find it in the cell. */
  withHome(make: (cell: { home?: object }) => object): object;
  nameClass(made: Function, inner: string, name: string): void;
  superGet(home: unknown, k: unknown, receiver: unknown): unknown;
  superSet(home: unknown, k: unknown, v: unknown, receiver: unknown): unknown;
  superSetSloppy(home: unknown, k: unknown, v: unknown, receiver: unknown): unknown;
  /** What `for in` may walk natively. */
  forIn(o: unknown): unknown;

  // --- Iteration
  iter(x: unknown): unknown;
  asyncIter(x: unknown): unknown;
  /** `iter(x)`, except that undefined stays (a default follows); `shape` is 0 or as for `nested`. */
  iterOrMissing(x: unknown, shape: unknown): unknown;
  /** `iter(x)` whose values stand for nested patterns: 0 as it is, 1 as `{v: value}`, a list as a nested iterable. */
  nested(x: unknown, shape: unknown): unknown;
  /** Each value as `{v: value}` (the head of a loop whose pattern is bound there); with a shape, `{v: nested(value, shape)}`. */
  wrapEach(x: unknown, shape: unknown): unknown;

  // --- Calls
  /** The twin of f, to be called; of what is no function: a function that throws the TypeError. */
  t(f: unknown): Function;
  /** The same for a method that has been read from `receiver`. Its `call` is that of Function.prototype. */
  twinFor(f: unknown, receiver: unknown): Function;
  /** A function that calls f with this `this`: the tag of a template. */
  bind(f: Function, thisArg: unknown): Function;
  /** What `new` gives of a function that returned `value`: a tracked number counts as the primitive it is. */
  constructed(value: unknown, self: unknown): unknown;
  /** `this` of sloppy code as a value. */
  sloppyThis(self: unknown): unknown;
  construct(c: unknown, args: readonly unknown[]): unknown;
  /** What a class of twin code extends in place of B. */
  super(b: unknown): unknown;
  import(specifier: unknown, options?: unknown): unknown;

  // --- Destructuring and assignment targets
  /** A key that no object has. */
  readonly none: symbol;
  /** An object whose property `v`, when assigned, writes `o[k]`; the key is converted when it is assigned. */
  ref(o: unknown, k: unknown): { v: unknown };
  refSloppy(o: unknown, k: unknown): { v: unknown };
  /** An object whose property `v`, when assigned, calls `write`. */
  target(write: (v: unknown) => void): { v: unknown };
  globalRef(name: string, write: (v: unknown) => void): { v: unknown };
  /** A copy of the rest of the arguments as the array that a rest parameter is. */
  values(o: object): unknown[];
  /** Global variable `name` is about to be written. */
  touchGlobal(name: string): void;
  /** Strict code assigns to the name of its function expression: throws the TypeError after the value is evaluated. */
  readOnly(name: string, value: unknown): never;
  unsupported(syntax: string): never;

  // --- Suspension
  activation(): { done(): void };
  suspend<T>(act: unknown, value: T): T;
  resume<T>(act: unknown, value?: T): T;
  /** `x` (from asyncIter) whose every step suspends the activation. */
  suspendEach(act: unknown, x: unknown): unknown;

  // --- The gradient's life
  /** `n` is not 0 while a gradient runs. */
  readonly q: { readonly n: number };
  /** A function of twin code (record `id`) is called after its gradient has ended. */
  ended(id: number): void;

  // --- Natives, as they were when the library was loaded
  readonly math: Math;
  readonly isArray: (x: unknown) => boolean;
  readonly TypedArray: Function;

  // --- Of the instance
  /** Live captures by name, `this`, `newTarget`, `arguments` of a root arrow, `meta` (import.meta). */
  readonly env: Record<string, unknown>;
  /** The original that the root stands for, where its text mentions its own name and nothing else declares it. */
  readonly self: unknown;
  /** Where `super` of a method standing alone begins. */
  readonly home: unknown;
  /** The superclass of a root class. */
  readonly parent: unknown;
  privateGet(o: unknown, name: string): unknown;
  privateSet(o: unknown, name: string, value: unknown): unknown;
  privateIn(name: string, o: unknown): boolean;
}
