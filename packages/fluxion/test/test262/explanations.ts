/** Why a test that fails does: each failure is listed on the page with one of these. */
import type { Recorded } from './report.ts';
import type { Outcome } from './worker.ts';

interface Explanation {
  readonly mode?: Recorded['mode'];
  readonly path?: RegExp;
  readonly reason?: RegExp;
  readonly why: string;
}

/** The first that fits is the one. */
const explanations: readonly Explanation[] = [
  {
    mode: 'plain',
    path: /cpn-(class|obj)|S11\.6\.1_A3\.2_T1\.2/,
    why: 'the text of a function is asked for; the plain runtime shows the twin’s (the dynamic tier shows the original’s)',
  },
  {
    path: /private-.*-multiple-evaluations-of-class-eval-indirect/,
    why: 'a class is made twice by indirect eval, and a private name of the one is asked for on the other: the inspector shows names, and not which class declared them; the access fails as it should, in some cases with another error',
  },
  {
    path: /monkey-patched-promise/,
    why: '`then` of a patched Promise.prototype is called for a promise that is awaited, one tick later than natively: the patch runs as its twin',
  },
  {
    reason: /can not be parsed can not be differentiated/,
    why: 'the test puts elements, or names that syntax trees have, on Array.prototype or Object.prototype before a function of its harness is called for the first time: the parser (acorn) fails there, which is refused by name (UnsupportedSyntax)',
  },
  {
    path: /10\.6-11-b-1/,
    why: 'the same, and the parser gives a tree that is not whole: its analysis throws',
  },
  {
    path: /tamper-with|Map\/map\.js|assign-descriptor|hasOwn\/descriptor/,
    why: 'the test exchanges a global constructor (`Object`, `Map`) or takes a function of it away, which the library calls while it analyses a function met for the first time',
  },
  {
    path: /prop-desc|prototype\/(set\/set|get\/get|add\/add|has\/has|delete\/delete|values\/values|clear\/clear|constructor)\.js|prototype\/Symbol\.iterator\.js|array-prototype\.js/,
    why: 'the test takes a method of Array.prototype, Map.prototype or Set.prototype away (verifyProperty deletes what it has verified), and then a function of its harness is called for the first time: parser, scope analysis and capture stand on these methods',
  },
  {
    reason:
      /\b(map|filter|push|pop|some|every|concat|slice|indexOf|findIndex|includes|startsWith|values|has|add|set|get|call|join|keys|is)( is| returned)? not a function|is not iterable/,
    why: 'the test takes a method of Array.prototype, Map.prototype or Set.prototype away (verifyProperty deletes what it has verified), and then a function of its harness is called for the first time: parser, scope analysis and capture stand on these methods',
  },
  {
    path: /Map\/(get-set-method-failure|iterator-close-(failure-)?after-set-failure|iterable-calls-set)|Set\/set-(get-add-method-failure|iterator-close-after-add-failure|iterable-calls-add)/,
    why: '`set` or `add` of the prototype is made to throw, and then an error class is met for the first time: the protocol of the inspector and the scope analysis keep Maps and Sets',
  },
  {
    path: /does-not-use-prototype-properties|sort\/precise-|uses-keys-not-iterator|uses-define-semantics|modified-array-iterator/,
    why: 'setters on Array.prototype or Object.prototype that throw or record, or a patched `next` of array iterators, are met by the capture and the parser, which use arrays and iterate over them like any program',
  },
  {
    reason: /Cannot (set property|assign to read only property) '?\d/,
    why: 'the test leaves an accessor or a read-only element on Array.prototype or Object.prototype: capture and parser append to arrays',
  },
  {
    path: /proxy-revoked-during-get-call/,
    why: 'a Proxy of a Proxy that is revoked by the inner `get`: Proxies that twin code makes have every trap, and the engine checks the target after a trap',
  },
  { path: /head-lhs-let/, why: 'the parser does not know `for ([let][1] in o)`' },
  {
    path: /13\.2-18-1|methods-called-as-functions|typeof\/get-value/,
    why: 'the test defines a global, or an accessor on Function.prototype, that stands in the way of the library or can not be removed before its second mode runs',
  },
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
