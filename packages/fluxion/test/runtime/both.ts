/** Calls answered by both tiers, compared: what 'auto' is to mean once the compiled tier comes first. */
import { expect } from 'vitest';
import { onAuto } from '../../src/runtime/tier.ts';

function asking<T>(
  first: 'compiled' | 'dynamic',
  work: () => T,
): { readonly got: T; readonly left: readonly string[] } {
  const left: string[] = [];
  const before = { ...onAuto };
  onAuto.first = first;
  onAuto.left = (why) => left.push(why.message);
  try {
    return { got: work(), left };
  } finally {
    Object.assign(onAuto, before);
  }
}

/** What `work` gives where the compiled tier is asked first, and why calls left it. */
export function compiledFirst<T>(work: () => T): { readonly got: T; readonly left: readonly string[] } {
  return asking('compiled', work);
}

/** The outcome of some calls, an error included. */
export function outcome(work: () => unknown): unknown {
  try {
    return { value: work() };
  } catch (e) {
    return { thrown: e };
  }
}

/** `scene` makes its state anew, does its calls and gives all there is to see. Gives why the compiled tier was left. */
export function sameOnBoth(scene: () => unknown): readonly string[] {
  const { got: wanted } = asking('dynamic', () => outcome(scene));
  const { got, left } = compiledFirst(() => outcome(scene));
  expect(got).toStrictEqual(wanted);
  return left;
}
