/**
 * The types of the public face: what shape a derivative has, what options an operator takes, what it gives back.
 * Invariant: these types describe run-time values exactly. Wherever a type says `undefined` the value holds
 * `undefined`, and a derivative is always a fresh, mutable object that shares nothing with the argument.
 */

// biome-ignore-all lint/suspicious/noExplicitAny: parameters of unknown functions are inferred through `any[]`.

import type { CheckReport, Options, Tier } from '../runtime/options.ts';

export type { CheckedPart, CheckReport, Options, Tier } from '../runtime/options.ts';

/** Storage of whole numbers: nothing written there moves continuously, so it has no derivative. */
type WholeNumberArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** Objects with internal state that is no number of the program. */
type Opaque =
  | WholeNumberArray
  | ArrayBuffer
  | SharedArrayBuffer
  | DataView
  | Date
  | RegExp
  | Promise<unknown>
  | WeakMap<WeakKey, unknown>
  | WeakSet<WeakKey>
  | WeakRef<WeakKey>
  | ((...args: any[]) => unknown)
  | (abstract new (
      ...args: any[]
    ) => unknown);

type NotANumber = string | boolean | bigint | symbol | null | undefined;

type IsAny<T> = 0 extends 1 & T ? true : false;

/**
 * The derivative of a number-valued function with respect to a `T`: a `T` with each number replaced by a partial
 * derivative, and everything that is no number by `undefined`.
 *
 * | `T` | `Gradient<T>` |
 * |---|---|
 * | `number` | `number` |
 * | `Float64Array`, `Float32Array` | the same |
 * | `number[]`, `number[][]`, tuples | the same, never readonly |
 * | `{ a: number; name: string }` | `{ a: number; name: undefined }` |
 * | class instance | an object of the same class, made without its constructor, its own fields as for objects |
 * | `Map<K, V>` | `Map<K, Gradient<V>>`, with the same keys |
 * | `Set<V>` | `Map<V, Gradient<V>>`, keyed by the member: two members may have equal derivatives |
 * | integer typed arrays, `Date`, functions, … | `undefined` |
 * | a union | the union of its members' gradients |
 *
 * A number on which the result does not depend gives 0.
 */
export type Gradient<T> =
  IsAny<T> extends true
    ? any
    : unknown extends T
      ? unknown
      : T extends number
        ? number
        : T extends NotANumber
          ? undefined
          : T extends Float64Array
            ? Float64Array
            : T extends Float32Array
              ? Float32Array
              : T extends Opaque
                ? undefined
                : T extends ReadonlyMap<infer K, infer V>
                  ? Map<K, Gradient<V>>
                  : T extends ReadonlySet<infer V>
                    ? Map<V, Gradient<V>>
                    : { -readonly [K in keyof T]: Gradient<T[K]> };

/** One gradient per argument of the argument list `A`. */
export type Gradients<A extends readonly unknown[]> = { -readonly [K in keyof A]: Gradient<A[K]> };

/**
 * A direction in the space of `T`, as the caller hands it in (a tangent of an argument, a cotangent of a result).
 * Like {@link Gradient}, but lenient: readonly is welcome, a missing field or `undefined` means zero, and what stands
 * in the place of something that is no number is not looked at. So both a `Gradient<T>` and a `T` are tangents of `T`.
 */
export type Tangent<T> =
  IsAny<T> extends true
    ? any
    : unknown extends T
      ? unknown
      : T extends number
        ? number
        : T extends NotANumber
          ? unknown
          : T extends Float64Array
            ? Float64Array
            : T extends Float32Array
              ? Float32Array
              : T extends Opaque
                ? unknown
                : T extends ReadonlyMap<infer K, infer V>
                  ? ReadonlyMap<K, Tangent<V>>
                  : T extends ReadonlySet<infer V>
                    ? ReadonlyMap<V, Tangent<V>> | ReadonlySet<V>
                    : T extends readonly unknown[]
                      ? { readonly [K in keyof T]: Tangent<T[K]> | undefined }
                      : { readonly [K in keyof T]?: Tangent<T[K]> | undefined };

/** A cotangent of a result: the weights with which its numbers enter the pullback. Shaped like a {@link Tangent}. */
export type Cotangent<R> = Tangent<R>;

/** One tangent per argument; the last ones may be left out (zero). */
export type Tangents<A extends readonly unknown[]> = { readonly [K in keyof A]?: Tangent<A[K]> | undefined };

/**
 * The derivative of a result of type `R`, where each number of the result has a derivative of type `G`: the structure
 * of `R` with each number replaced by a `G`. A typed array becomes an array of `G`.
 *
 * `Jacobian<number[], number[]>` is `number[][]` (rows are outputs), `Jacobian<Float64Array, Float64Array>` is
 * `Float64Array[]`, `Jacobian<{ u: number; v: number }, [number, number]>` is `{ u: [number, number]; v: … }`.
 */
export type Jacobian<R, G> =
  IsAny<R> extends true
    ? any
    : unknown extends R
      ? unknown
      : R extends number
        ? G
        : R extends NotANumber
          ? undefined
          : R extends Float64Array | Float32Array
            ? G[]
            : R extends Opaque
              ? undefined
              : R extends ReadonlyMap<infer K, infer V>
                ? Map<K, Jacobian<V, G>>
                : R extends ReadonlySet<infer V>
                  ? Map<V, Jacobian<V, G>>
                  : { -readonly [K in keyof R]: Jacobian<R[K], G> };

/** The matrix of second derivatives with respect to a `T`: the gradient of each part of the gradient. */
export type Hessian<T> = Jacobian<Gradient<T>, Gradient<T>>;

// ---------------------------------------------------------------------------------------------------------------
// Functions that can be differentiated, and which arguments are meant

/** What a function differentiated by `grad` may return; an async one gives a promise of its gradient. */
export type ScalarResult = number | Promise<number>;

/** With `hasAux`, the function returns the number to differentiate and, beside it, anything else. */
export type AuxResult = readonly [number, unknown] | Promise<readonly [number, unknown]>;

/** A number-valued function. */
export type ScalarFunction = (...args: any[]) => ScalarResult;

/** Any function at all. */
export type AnyFunction = (...args: any[]) => unknown;

/** Which arguments to differentiate with respect to: an index, or a list of indexes. */
export type Wrt = number | readonly number[];

/** The gradient for a `wrt`: that of one argument for an index, a tuple of them for a list. */
export type GradientAt<A extends readonly unknown[], W extends Wrt> = W extends readonly number[]
  ? { -readonly [I in keyof W]: W[I] extends number ? Gradient<A[W[I]]> : never }
  : W extends number
    ? Gradient<A[W]>
    : never;

/** `T`, or a promise of it where the function is async. */
export type Lift<R, T> = R extends PromiseLike<unknown> ? Promise<T> : T;

/** What comes after the first argument. */
export type Rest<A extends readonly unknown[]> = A extends readonly [unknown?, ...infer B] ? B : never;

// ---------------------------------------------------------------------------------------------------------------
// Options

/** Options of `grad`. */
export interface GradOptions<W extends Wrt = number> extends Options {
  /** Index of the argument to differentiate with respect to, or a list of indexes; default 0. */
  readonly wrt?: W | undefined;
}

/** Options of `valueAndGrad`. */
export interface ValueAndGradOptions<W extends Wrt = number, H extends boolean = boolean> extends GradOptions<W> {
  /** The function returns `[number, aux]`; only the number is differentiated. Default `false`. */
  readonly hasAux?: H | undefined;
}

/** Options of the operators that differentiate by one argument. */
export interface OneArgumentOptions<W extends number = number> extends Options {
  /** Index of the argument to differentiate with respect to; default 0. */
  readonly wrt?: W | undefined;
}

/** Options of `jacobian`. */
export interface JacobianOptions<W extends number = number> extends OneArgumentOptions<W> {
  /** One forward pass per input, or one reverse pass per output; default `'auto'`: whichever are fewer. */
  readonly mode?: 'auto' | 'forward' | 'reverse' | undefined;
}

// ---------------------------------------------------------------------------------------------------------------
// What the operators give back

/** Result of `valueAndGrad`. */
export interface ValueAndGrad<G> {
  /** The function's value. */
  value: number;
  /** The gradient at the same arguments. */
  grad: G;
}

/** Result of `valueAndGrad` with `hasAux`. */
export interface ValueGradAndAux<G, X> extends ValueAndGrad<G> {
  /** The second part of the function's result, as it was without differentiation. */
  aux: X;
}

type Aux<R> = Awaited<R> extends readonly [number, infer X] ? X : never;

/** `grad(f)`: takes f's arguments. */
export type Grad<A extends any[], R, W extends Wrt> = (...args: A) => Lift<R, GradientAt<A, W>>;

/** `valueAndGrad(f)`: takes f's arguments. */
export type ValueAndGradOf<A extends any[], R, W extends Wrt> = (...args: A) => Lift<R, ValueAndGrad<GradientAt<A, W>>>;

/** `valueAndGrad(f, { hasAux: true })`: takes f's arguments. */
export type ValueGradAndAuxOf<A extends any[], R, W extends Wrt> = (
  ...args: A
) => Lift<R, ValueGradAndAux<GradientAt<A, W>, Aux<R>>>;

/** Result of `vjp`: the value, and the linear map from cotangents of the value to cotangents of the arguments. */
export interface Vjp<A extends readonly unknown[], R, W extends Wrt = never> {
  value: R;
  /** May be called any number of times; gives one cotangent per argument, or those that `wrt` names. */
  pullback(cotangent: Cotangent<R>): [W] extends [never] ? Gradients<A> : GradientAt<A, W>;
}

/** Result of `jvp`: the value, and its derivative along the given tangents. */
export interface Jvp<R> {
  value: R;
  tangent: Gradient<R>;
}

/** Result of `prepare`. All results are buffers that the next call overwrites: copy what you want to keep. */
export interface Prepared<A extends any[], R, W extends Wrt = 0> {
  /** The function's value. */
  value(...args: A): R;
  /** The gradient with respect to the first argument, or those that `wrt` names. */
  grad(...args: A): Lift<R, GradientAt<A, W>>;
  /** Both at once. */
  valueAndGrad(...args: A): Lift<R, ValueAndGrad<GradientAt<A, W>>>;
}

/** A derivative rule given by the user. At least one of `partials`, `vjp`, `jvp` is there. */
export interface Rule<A extends any[], R> {
  /**
   * For a number-valued function of numbers: one function per argument, giving the partial derivative from the
   * arguments. Serves both modes, and is itself differentiated for higher orders.
   */
  readonly partials?: { readonly [K in keyof A]: (...args: A) => number } | undefined;
  /** The cotangent of each argument from the cotangent of the value: `vjp(cotangent, value, ...args)`. */
  readonly vjp?: ((cotangent: Gradient<R>, value: R, ...args: A) => Tangents<A>) | undefined;
  /** The tangent of the value from the tangents of the arguments: `jvp(tangents, value, ...args)`. */
  readonly jvp?: ((tangents: Gradients<A>, value: R, ...args: A) => Tangent<R>) | undefined;
}

/** A place in the user's source. Lines and columns count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing that kept a part of the program from a faster tier, or made it inactive. */
export interface Reason {
  readonly code: string;
  readonly message: string;
  readonly where?: SourcePosition | undefined;
}

/** The intermediate representation after each stage, as text. */
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

/** Result of `explain`; prints well. */
export interface Explanation {
  /** The tier that answers such a call of `grad`. */
  readonly tier: Exclude<Tier, 'auto'>;
  readonly reasons: readonly Reason[];
  /**
   * The gradient as it is compiled, in JavaScript with the function's own names; empty where nothing is compiled. `shadow(a)` holds the
   * derivative by what `a` holds, `dresult` is the derivative by the result (1 for a gradient).
   */
  readonly derivative: string;
  /** The compiled tier's intermediate representation after each stage; absent where nothing is compiled. */
  readonly ir: Stages | undefined;
  /** The WebAssembly text; absent where nothing is compiled. */
  readonly wat: string | undefined;
  toString(): string;
}

// ---------------------------------------------------------------------------------------------------------------
// The operators' own types

/** Type of `grad`. */
export type GradOperator = <A extends any[], R extends ScalarResult, const W extends Wrt = 0>(
  f: (...args: A) => R,
  options?: GradOptions<W>,
) => Grad<A, R, W>;

/** Type of `valueAndGrad`. */
export interface ValueAndGradOperator {
  <A extends any[], R extends AuxResult, const W extends Wrt = 0>(
    f: (...args: A) => R,
    options: ValueAndGradOptions<W, true> & { readonly hasAux: true },
  ): ValueGradAndAuxOf<A, R, W>;
  <A extends any[], R extends ScalarResult, const W extends Wrt = 0>(
    f: (...args: A) => R,
    options?: ValueAndGradOptions<W, false>,
  ): ValueAndGradOf<A, R, W>;
}

/** Type of `vjp`. */
export interface VjpOperator {
  <A extends any[], R>(f: (...args: A) => R, ...args: A): Lift<R, Vjp<A, Awaited<R>>>;
  /** The same, with options; the pullback gives the cotangents of the arguments that `wrt` names. */
  with<const W extends Wrt = never>(
    options: GradOptions<W>,
  ): <A extends any[], R>(f: (...args: A) => R, ...args: A) => Lift<R, Vjp<A, Awaited<R>, W>>;
}

/** Type of `jvp`. */
export type JvpOperator = <A extends any[], R>(
  f: (...args: A) => R,
  args: A,
  tangents: Tangents<A>,
  options?: Options,
) => Lift<R, Jvp<Awaited<R>>>;

/** Type of `derivative`. */
export interface DerivativeOperator {
  <B extends any[], R>(
    f: (x: number, ...rest: B) => R,
    options?: Options & { readonly wrt?: 0 | undefined },
  ): (x: number, ...rest: B) => Lift<R, Gradient<Awaited<R>>>;
  <A extends any[], R>(
    f: (...args: A) => R,
    options: OneArgumentOptions,
  ): (...args: A) => Lift<R, Gradient<Awaited<R>>>;
}

/** Type of `jacobian`: of all of f's outputs with respect to one argument. */
export interface JacobianOperator {
  <X, B extends any[], R>(
    f: (x: X, ...rest: B) => R,
    options?: JacobianOptions<0>,
  ): (x: X, ...rest: B) => Lift<R, Jacobian<Awaited<R>, Gradient<X>>>;
  <A extends any[], R, const W extends number>(
    f: (...args: A) => R,
    options: JacobianOptions<W>,
  ): (...args: A) => Lift<R, Jacobian<Awaited<R>, Gradient<A[W]>>>;
}

/** Type of `hessian`: with respect to one argument. */
export interface HessianOperator {
  <X, B extends any[], R extends ScalarResult>(
    f: (x: X, ...rest: B) => R,
    options?: OneArgumentOptions<0>,
  ): (x: X, ...rest: B) => Lift<R, Hessian<X>>;
  <A extends any[], R extends ScalarResult, const W extends number>(
    f: (...args: A) => R,
    options: OneArgumentOptions<W>,
  ): (...args: A) => Lift<R, Hessian<A[W]>>;
}

/** Type of `hvp`: the Hessian with respect to one argument, times a direction. */
export interface HvpOperator {
  <X, B extends any[], R extends ScalarResult>(
    f: (x: X, ...rest: B) => R,
    options?: OneArgumentOptions<0>,
  ): (x: X, direction: Tangent<X>, ...rest: B) => Lift<R, Gradient<X>>;
  <A extends any[], R extends ScalarResult, const W extends number>(
    f: (...args: A) => R,
    options: OneArgumentOptions<W>,
  ): (x: A[0], direction: Tangent<A[W]>, ...rest: Rest<A>) => Lift<R, Gradient<A[W]>>;
}

/** Type of `prepare`. */
export interface PrepareOperator {
  <A extends any[], R extends ScalarResult>(f: (...args: A) => R, ...example: A): Prepared<A, R>;
  /** The same, with options. */
  with<const W extends Wrt = 0>(
    options: GradOptions<W>,
  ): <A extends any[], R extends ScalarResult>(f: (...args: A) => R, ...example: A) => Prepared<A, R, W>;
}

/** Type of `checkpoint`: the same function, whose insides are computed again in the reverse sweep. */
export type CheckpointOperator = <F extends AnyFunction>(f: F) => F;

/** Type of `stopGradient`: the same value, of which nothing is differentiated. */
export type StopGradientOperator = <T>(x: T) => T;

/** Type of `defineRule`; gives back `f`. */
export type DefineRuleOperator = <A extends any[], R>(f: (...args: A) => R, rule: Rule<A, R>) => (...args: A) => R;

/** Type of `checkRule`: compares f's rule with differences of f; throws `RuleMismatch`. */
export interface CheckRuleOperator {
  <A extends any[], R>(f: (...args: A) => R, ...args: A): Lift<R, CheckReport>;
  /** The same, with options. */
  with(options: GradOptions<Wrt>): <A extends any[], R>(f: (...args: A) => R, ...args: A) => Lift<R, CheckReport>;
}

/** Type of `checkGrad`: compares f's gradient with differences; throws `Disagreement`. */
export interface CheckGradOperator {
  <A extends any[], R extends ScalarResult>(f: (...args: A) => R, ...args: A): Lift<R, CheckReport>;
  /** The same, with options; `wrt` names the arguments, of which all are checked otherwise. */
  with(
    options: GradOptions<Wrt>,
  ): <A extends any[], R extends ScalarResult>(f: (...args: A) => R, ...args: A) => Lift<R, CheckReport>;
}

/** Type of `explain`. */
export interface ExplainOperator {
  <A extends any[], R>(f: (...args: A) => R, ...args: A): Lift<R, Explanation>;
  /** The same, with options. */
  with(options: GradOptions<Wrt>): <A extends any[], R>(f: (...args: A) => R, ...args: A) => Lift<R, Explanation>;
}
