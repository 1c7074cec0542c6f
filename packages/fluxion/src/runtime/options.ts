/** What a caller may ask of every operator, and what a comparison with differences reports; shared with the public face. */

/**
 * Who computes a derivative. `'auto'` takes the fastest tier that can, `'compiled'` throws with the reasons rather than
 * fall back, `'dynamic'` is the tier that defines the meaning.
 */
export type Tier = 'auto' | 'compiled' | 'dynamic';

/** Options that every operator takes. */
export interface Options {
  /** Who computes it; default `'auto'`. */
  readonly tier?: Tier | undefined;
  /**
   * Compare the result with the other tier and with central differences, and throw `Disagreement` at the first
   * difference, `NonFiniteGradient` at the first NaN or infinity. Many times slower; default `false`.
   */
  readonly verify?: boolean | undefined;
  /** The largest number of operations that reverse mode may record; beyond it, `TapeLimit` is thrown. */
  readonly maxTape?: number | undefined;
  /** The most bytes that one derivative may use on the compiled tier, adjoints and all; beyond it, `MemoryLimit` is thrown. Default 1 GiB. */
  readonly maxMemory?: number | undefined;
}

/** The names of the options that every operator takes: whatever else is named in a call is refused. */
export const optionNames: readonly string[] = ['tier', 'verify', 'maxTape', 'maxMemory'] satisfies (keyof Options)[];

/** One number of a gradient, compared. */
export interface CheckedPart {
  /** Where it stands: `[0].weights[3]` is in the first argument. */
  readonly path: string;
  readonly derivative: number;
  /** By central differences over a grid of step sizes; the best of them. */
  readonly differences: number;
  readonly relativeError: number;
}

/** Result of `checkGrad` and `checkRule`, which throw when there is a disagreement. */
export interface CheckReport {
  readonly parts: readonly CheckedPart[];
  readonly largestError: number;
}
