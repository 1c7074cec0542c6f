/**
 * `npm run soak -- [COUNT] [SEED]`: random programs on both tiers; prints what disagrees, made small, and why programs were declined
 * or left the compiled tier.
 */
import { compile, judge, type Verdict } from './compare.ts';
import { extrasFor } from './observe.ts';
import { type Program, programOf, text } from './program.ts';
import { shrink } from './shrink.ts';

const [count = 20_000, seed = 1] = process.argv.slice(2).map(Number);
const batch = 50;
const declined = new Map<string, number>();
const left = new Map<string, number>();
const threw = new Map<string, number>();
const skipped = new Map<string, number>();
const found = new Map<string, string>();
let whole = 0;
let agreed = 0;
let disagreed = 0;

/** Without what differs from program to program. */
const kind = (message: string) =>
  message
    .split('\n')[0]
    .replace(/-?\d[\d.e+-]*/g, '#')
    .slice(0, 140);
/** One more program for each of the kinds of messages. */
const add = (to: Map<string, number>, messages: readonly string[]) => {
  for (const what of new Set(messages.map(kind))) to.set(what, (to.get(what) ?? 0) + 1);
};
const table = (title: string, of: Map<string, number>) => {
  if (of.size === 0) return;
  console.log(`\n${title}`);
  for (const [what, n] of [...of].sort((a, b) => b[1] - a[1])) console.log(`${String(n).padStart(7)}  ${what}`);
};

function take(program: Program, verdict: Verdict): void {
  if (verdict.kind === 'skipped') add(skipped, [verdict.why]);
  else if (verdict.kind === 'agrees') {
    agreed++;
    if (verdict.declined.length === 0 && verdict.left.length === 0) whole++;
    add(declined, verdict.declined);
    add(left, verdict.left);
    add(threw, verdict.threw);
  } else {
    disagreed++;
    const extras = extrasFor(program.seed);
    const { step } = verdict;
    console.log(`\nseed ${program.seed}, ${step}: ${verdict.what.slice(0, 2000)}`);
    if ((found.get(step)?.length ?? 0) > 3) return;
    const small = shrink(program, (p) => {
      const v = judge(p, extras);
      return v.kind === 'disagrees' && v.step === step;
    });
    const v = judge(small, extras);
    console.log(`${v.kind === 'disagrees' ? v.what.slice(0, 2000) : ''}\n${text(small)}`);
    found.set(step, `${found.get(step) ?? ''}.`);
  }
}

for (let from = 0; from < count; from += batch) {
  const programs = Array.from({ length: Math.min(batch, count - from) }, (_, i) => programOf(seed + from + i));
  const made = compile(programs);
  for (const [i, program] of programs.entries()) take(program, judge(program, extrasFor(program.seed), made[i]));
  const done = from + programs.length;
  if (done % 1000 < batch) console.log(`${done} programs, ${whole} compiled wholly, ${disagreed} disagree`);
}
console.log(
  `\n${count} programs from seed ${seed}: ${agreed} agree, ${whole} of them compiled wholly; ${disagreed} disagree`,
);
table('Declined by the compiled tier:', declined);
table('Left the compiled tier:', left);
table('Ended by an error:', threw);
table('Not compared:', skipped);
if (disagreed > 0) process.exitCode = 1;
