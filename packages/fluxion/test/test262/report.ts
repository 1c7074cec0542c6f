/** The page docs/test262.md, made from recorded runs: figures, what was excluded and why, and every failure with its reason. */
import { explain } from './explanations.ts';
import type { Outcome } from './worker.ts';

export interface Recorded {
  readonly mode: 'normal' | 'plain' | 'tracked';
  /** 1: every test; n: every n-th. */
  readonly every: number;
  readonly node: string;
  readonly suite: string;
  readonly outcomes: readonly Outcome[];
}

const titles = {
  normal: 'The dynamic tier on plain numbers',
  plain: 'The rewriter alone',
  tracked: 'Tracked literals',
};

const about = {
  normal: 'Each test is the body of a function whose twin runs inside a gradient, on plain numbers.',
  plain:
    'The twin runs with a runtime in which every operation is the native one: what fails here is wrong in the text that the rewriter makes.',
  tracked:
    'Every numeric literal of the test body is a tracked number. A named error is an answer that says what the derivative would be lost in; nothing else may be wrong.',
};

export function reportOf(runs: readonly Recorded[]): string {
  const parts = [
    '# test262',
    '',
    '<!-- Written by `npm run test262 -- --report docs/test262.md RUN.json…`; not to be edited by hand. -->',
    '',
    'The conformance suite of the language ([tc39/test262](https://github.com/tc39/test262)), run through the rewriter. To run it: clone the suite,',
    'then `npm run test262 -- --checkout DIR [PATH…] [--plain] [--tracked] [--every N] [--out RUN.json]`.',
    'A test without flags runs as sloppy and as strict code; it passes if both pass.',
    '',
    ...joined(runs).flatMap(section),
  ];
  return `${parts.join('\n').trimEnd()}\n`;
}

/** Runs of one mode as one: of a test that was run more than once the last outcome counts. */
function joined(runs: readonly Recorded[]): Recorded[] {
  const modes = new Map<Recorded['mode'], Recorded[]>();
  for (const run of runs) modes.set(run.mode, [...(modes.get(run.mode) ?? []), run]);
  return [...modes.values()].map((parts) => {
    const last = new Map(parts.flatMap((part) => part.outcomes.map((o) => [o.path, o] as const)));
    const outcomes = [...last.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    return { ...(parts[0] as Recorded), outcomes };
  });
}

function section(run: Recorded): string[] {
  const { outcomes } = run;
  const named = (o: Outcome) => run.mode === 'tracked' && o.status === 'fail' && isNamed(o);
  const areas = new Map<string, { pass: number; named: number; fail: number }>();
  for (const o of outcomes) {
    if (o.status === 'excluded') continue;
    const area = o.path.split('/').slice(0, 2).join('/');
    const count = areas.get(area) ?? { pass: 0, named: 0, fail: 0 };
    areas.set(area, count);
    if (named(o)) count.named++;
    else count[o.status]++;
  }
  const total = { pass: 0, named: 0, fail: 0 };
  for (const c of areas.values()) {
    total.pass += c.pass;
    total.named += c.named;
    total.fail += c.fail;
  }
  const row = (name: string, c: typeof total) => {
    const ran = c.pass + c.named + c.fail;
    const share = ((100 * (c.pass + c.named)) / Math.max(1, ran)).toFixed(2);
    return run.mode === 'tracked'
      ? `| ${name} | ${ran} | ${c.pass} | ${c.named} | ${c.fail} | ${share} % |`
      : `| ${name} | ${ran} | ${c.pass} | ${c.fail} | ${share} % |`;
  };
  const head =
    run.mode === 'tracked'
      ? ['| | run | pass | named error | other | |', '|---|---|---|---|---|---|']
      : ['| | run | pass | fail | |', '|---|---|---|---|---|'];
  const which = run.every === 1 ? 'every test' : `every ${run.every}th test`;
  const excluded = tally(outcomes.filter((o) => o.status === 'excluded').map((o) => o.reason ?? ''));
  const failures = outcomes.filter((o) => o.status === 'fail' && !named(o));
  return [
    `## ${titles[run.mode]}`,
    '',
    about[run.mode],
    `Node ${run.node}, test262 ${run.suite}, ${which}.`,
    '',
    ...head,
    ...[...areas].map(([name, c]) => row(name, c)),
    row('**all**', total),
    '',
    'Excluded:',
    '',
    ...excluded.map(([reason, n]) => `- ${n}: ${reason}`),
    '',
    ...(run.mode === 'tracked' ? namedErrors(outcomes.filter(named)) : []),
    ...(failures.length === 0 ? [] : ['Failures, by reason:', '', ...byReason(failures, run.mode), '']),
  ];
}

function isNamed(o: Outcome): boolean {
  return /\b(LostDerivative|NoRule|NotDifferentiable|BitReinterpretation|UnsupportedSyntax|AmbiguousAlias|NotANumber)\b/.test(
    o.reason ?? '',
  );
}

function namedErrors(outcomes: readonly Outcome[]): string[] {
  const texts = outcomes.map((o) => (o.reason ?? '').replace(/^(sloppy|strict): /, '').replace(/^(\w+): \1: /, '$1: '));
  return ['Named errors:', '', ...tally(texts).map(([text, n]) => `- ${n}: ${text}`), ''];
}

function byReason(failures: readonly Outcome[], mode: Recorded['mode']): string[] {
  const groups = new Map<string, Outcome[]>();
  for (const o of failures) {
    const why = explain(o, mode) ?? 'not explained yet';
    groups.set(why, [...(groups.get(why) ?? []), o]);
  }
  return [...groups].flatMap(([why, list]) => [
    `- ${why} (${list.length})`,
    ...list.map(
      (o) =>
        `  - \`${o.path}\`: ${(o.reason ?? '')
          .split('\n')[0]
          .slice(0, 160)
          .replace(/[|<>`]/g, ' ')}`,
    ),
  ]);
}

function tally(texts: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const t of texts) counts.set(t, (counts.get(t) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}
