/**
 * What a derivative rule is. Each primitive is described once: its value, and its partial derivatives as expressions over the
 * primitives themselves, written against an interface (`Arithmetic`) and not against numbers.
 * Invariant: a rule never looks at a value with JavaScript's own operators, so the same description can be read with numbers,
 * with tracked numbers (which gives every higher order) and with a builder of intermediate code.
 */

/**
 * Every primitive, over values of type V and truth values of type C. Numbers, tracked numbers and code builders implement it.
 */
export interface Arithmetic<V, C> {
  constant(n: number): V;

  add(x: V, y: V): V;
  sub(x: V, y: V): V;
  mul(x: V, y: V): V;
  div(x: V, y: V): V;
  mod(x: V, y: V): V;
  pow(x: V, y: V): V;
  neg(x: V): V;

  abs(x: V): V;
  acos(x: V): V;
  acosh(x: V): V;
  asin(x: V): V;
  asinh(x: V): V;
  atan(x: V): V;
  atanh(x: V): V;
  atan2(y: V, x: V): V;
  cbrt(x: V): V;
  ceil(x: V): V;
  clz32(x: V): V;
  cos(x: V): V;
  cosh(x: V): V;
  exp(x: V): V;
  expm1(x: V): V;
  floor(x: V): V;
  fround(x: V): V;
  f16round(x: V): V;
  hypot(...xs: V[]): V;
  imul(x: V, y: V): V;
  log(x: V): V;
  log10(x: V): V;
  log1p(x: V): V;
  log2(x: V): V;
  max(...xs: V[]): V;
  min(...xs: V[]): V;
  round(x: V): V;
  sign(x: V): V;
  sin(x: V): V;
  sinh(x: V): V;
  sqrt(x: V): V;
  sumPrecise(...xs: V[]): V;
  tan(x: V): V;
  tanh(x: V): V;
  trunc(x: V): V;

  lt(x: V, y: V): C;
  le(x: V, y: V): C;
  eq(x: V, y: V): C;
  and(a: C, b: C): C;
  or(a: C, b: C): C;
  not(a: C): C;
  /** `a` where the condition holds, else `b`; both have been computed, and only the chosen one has a derivative. */
  select(condition: C, a: V, b: V): V;
}

export type PrimitiveName = Exclude<
  keyof Arithmetic<unknown, unknown>,
  'constant' | 'lt' | 'le' | 'eq' | 'and' | 'or' | 'not' | 'select'
>;

interface Described {
  readonly name: PrimitiveName;
  /**
   * smooth: differentiable wherever it is finite. kinked: has points without a derivative, where a convention rules.
   * constant: piecewise constant, the derivative is zero everywhere by convention.
   */
  readonly kind: 'smooth' | 'kinked' | 'constant';
  /** The derivative chosen where there is none, in words; for the page of conventions. */
  readonly convention?: string;
  /** The conventions as data: at these arguments, these partial derivatives. */
  readonly edges?: readonly { readonly at: readonly number[]; readonly partials: readonly number[] }[];
  /** Where random arguments may be drawn from, one interval for each argument; inside, the function is smooth. */
  readonly domain: readonly (readonly [from: number, to: number])[];
  /** Further points at which the rule is tested, none of them at a kink. */
  readonly samples: readonly (readonly number[])[];
}

export type UnaryPartial = <V, C>(o: Arithmetic<V, C>, x: V, result: V) => V;
export type BinaryPartial = <V, C>(o: Arithmetic<V, C>, x: V, y: V, result: V) => V;
export type VariadicPartials = <V, C>(o: Arithmetic<V, C>, xs: readonly V[], result: V) => readonly V[];

export interface UnaryRule extends Described {
  readonly arity: 1;
  readonly value: (x: number) => number;
  readonly partials: readonly [UnaryPartial];
}

export interface BinaryRule extends Described {
  readonly arity: 2;
  readonly value: (x: number, y: number) => number;
  readonly partials: readonly [BinaryPartial, BinaryPartial];
  /**
   * For each operand, the constants in the place of the other with which the result does not depend on it at all (`x * 0`). Then
   * nothing is recorded, so an infinite derivative further back meets no zero.
   */
  readonly idle?: readonly [left: ((y: number) => boolean) | undefined, right: ((x: number) => boolean) | undefined];
}

/** A rule for any number of arguments; `partials` gives all of them at once. */
export interface VariadicRule extends Described {
  readonly arity: 'any';
  readonly value: (...xs: number[]) => number;
  readonly partials: VariadicPartials;
  /** The result is one of the operands: one with a partial derivative of 0 has not been chosen, and is not recorded. */
  readonly chooses?: boolean;
}

export type Rule = UnaryRule | BinaryRule | VariadicRule;

/** The partial derivative of what is piecewise constant. */
export const zero: UnaryPartial & BinaryPartial = <V, C>(o: Arithmetic<V, C>): V => o.constant(0);

export const one: UnaryPartial & BinaryPartial = <V, C>(o: Arithmetic<V, C>): V => o.constant(1);

/** `v` where the condition holds and NaN elsewhere: outside the domain a derivative must not look like one. */
export function where<V, C>(o: Arithmetic<V, C>, condition: C, v: V): V {
  return o.select(condition, v, o.constant(Number.NaN));
}
