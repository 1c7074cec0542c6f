/**
 * How the derivative of a function is called: which functions stand for it, and what they take and give.
 * Invariant: fixed before any call is written, so recursion needs nothing special.
 */
import type { Func } from '../ir/ops.ts';
import type { Activity } from './activity.ts';

/** The parameters and results of a function that have derivatives of their own, by their places. */
export interface Interface {
  readonly params: readonly number[];
  readonly results: readonly number[];
}

/** The entry has all numbers, other functions the active ones. */
export function interfaceOf(func: Func, activity: Activity | undefined): Interface {
  const params = func.params.flatMap((value, i) =>
    value.type === 'f64' && (activity === undefined || activity.value(func, value)) ? [i] : [],
  );
  const { end } = func.body;
  const yielded = end.kind === 'yield' ? end.values : [];
  const results = func.results.flatMap((type, i) =>
    type === 'f64' && (activity === undefined || (yielded.length > 0 && activity.value(func, yielded[i]))) ? [i] : [],
  );
  return { params, results };
}
