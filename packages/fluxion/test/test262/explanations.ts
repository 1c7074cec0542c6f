/** Why a test that fails does: each failure is listed on the page with one of these. */
import type { Recorded } from './report.ts';
import type { Outcome } from './worker.ts';

interface Explanation {
  readonly mode?: Recorded['mode'];
  readonly path?: RegExp;
  readonly reason?: RegExp;
  readonly why: string;
}

const explanations: readonly Explanation[] = [
  {
    mode: 'plain',
    path: /cpn-(class|obj)|S11\.6\.1_A3\.2_T1\.2/,
    why: 'the text of a function is asked for; the plain runtime shows the twin’s (the dynamic tier shows the original’s)',
  },
  {
    reason: /which has only a getter|Invalid property descriptor|splice is not a function|Maximum call stack/,
    path: /built-ins\/|dstr\/.*-err-array-prototype/,
    why: 'the test breaks Array.prototype or Object.prototype, on which the library itself stands',
  },
  {
    path: /yield-star-.*(next|return|throw|async)/,
    why: '`then` of a step’s result is read once more than the language does, when the gradient is left around the step',
  },
  {
    path: /monkey-patched-promise/,
    why: '`then` of a patched Promise.prototype runs as its twin, one tick later',
  },
  {
    path: /private-static-method-brand-check-multiple-evaluations-of-class-eval-indirect/,
    why: 'a private static method of a class made by indirect eval: the inspector does not show it',
  },
  {
    path: /property-traps-order/,
    why: 'the order of the traps of a Proxy differs in one place from the engine’s',
  },
  {
    path: /head-lhs-let/,
    why: 'the parser does not know `for ([let][1] in o)`',
  },
];

export function explain(outcome: Outcome, mode: Recorded['mode']): string | undefined {
  const reason = outcome.reason ?? '';
  return explanations.find(
    (e) =>
      (e.mode === undefined || e.mode === mode) &&
      (e.path === undefined || e.path.test(outcome.path)) &&
      (e.reason === undefined || e.reason.test(reason)),
  )?.why;
}
