/** Why a test that fails does: each failure is listed on the page with one of these. */
import type { Recorded } from './report.ts';
import type { Outcome } from './worker.ts';

interface Explanation {
  readonly mode?: Recorded['mode'];
  readonly path?: RegExp;
  readonly reason?: RegExp;
  readonly why: string;
}

const broken =
  'the test breaks built-ins (accessors or deleted methods on Array.prototype, Object.prototype, Map.prototype) on which the library itself stands';

const explanations: readonly Explanation[] = [
  {
    mode: 'plain',
    path: /cpn-(class|obj)|S11\.6\.1_A3\.2_T1\.2/,
    why: 'the text of a function is asked for; the plain runtime shows the twin’s (the dynamic tier shows the original’s)',
  },
  {
    reason:
      /which has only a getter|Invalid property descriptor|Cannot assign to read only|(splice|clear|act|get|set|push|has|call|join|some) is not a function/,
    why: broken,
  },
  {
    reason: /Maximum call stack|did not end within/,
    path: /array-prototype|precise-|iterable-calls-set|err-array|does-not-use-prototype/,
    why: broken,
  },
  {
    path: /yield-star-.*(next|return|throw|async)/,
    why: '`then` of a step’s result is read once more than the language does, when the gradient is left around the step',
  },
  { path: /monkey-patched-promise/, why: '`then` of a patched Promise.prototype runs as its twin, one tick later' },
  {
    path: /private-.*-multiple-evaluations-of-class-eval-indirect/,
    why: 'private names of a class made twice by indirect eval: the inspector does not show which of the two declared one',
  },
  {
    reason: /trap called|\[ownKeys|getPrototypeOf|proxy that has been revoked/,
    why: 'a Proxy is asked once more, or in another order, than by the engine: its traps are run as twins',
  },
  {
    path: /lookup-own-proto-err|__lookup(Getter|Setter)__/,
    why: 'the key is converted before `this` is looked at',
  },
  { path: /typeof\/get-value/, why: 'the test defines a global that can not be removed before its second mode runs' },
  {
    mode: 'tracked',
    reason: /ConcurrentMutation/,
    why: 'refused by name (ConcurrentMutation) when the evaluation ends; the cause has not been looked into',
  },
  { path: /head-lhs-let/, why: 'the parser does not know `for ([let][1] in o)`' },
  { path: /iter-prototype/, why: 'the iterator of a typed array that the tier makes has a prototype of its own' },
  {
    mode: 'tracked',
    reason: /GradientEnded/,
    why: 'the test calls its function after the evaluation has ended, which is refused by name',
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
