/** `npm run soak -- [COUNT] [SEED]`: random programs on both tiers; prints what disagrees, made small, and why programs were declined. */
import { judge, shrink } from './compare.ts';
import { programOf, text } from './program.ts';

const [count = 20_000, seed = 1] = process.argv.slice(2).map(Number);
const declined = new Map<string, number>();
const skipped = new Map<string, number>();
const found = new Map<string, string>();
let compiled = 0;
let agreed = 0;
let disagreed = 0;

const add = (to: Map<string, number>, what: string) => to.set(what, (to.get(what) ?? 0) + 1);
/** Without what differs from program to program. */
const kind = (message: string) =>
  message
    .split('\n')[0]
    .replace(/-?\d[\d.e+-]*/g, '#')
    .slice(0, 140);
const table = (title: string, of: Map<string, number>) => {
  if (of.size === 0) return;
  console.log(`\n${title}`);
  for (const [what, n] of [...of].sort((a, b) => b[1] - a[1])) console.log(`${String(n).padStart(7)}  ${what}`);
};

for (let i = 0; i < count; i++) {
  const program = programOf(seed + i);
  const verdict = judge(program);
  if (verdict.kind === 'skipped') add(skipped, kind(verdict.why));
  else if (verdict.kind === 'agrees') {
    agreed++;
    if (verdict.compiled) compiled++;
    else add(declined, kind(verdict.why ?? ''));
  } else {
    disagreed++;
    const what = kind(verdict.what);
    if (!found.has(what) && found.size < 20) {
      const small = shrink(program, (p) => {
        const v = judge(p);
        return v.kind === 'disagrees' && kind(v.what) === what;
      });
      const v = judge(small);
      found.set(what, `seed ${seed + i}: ${v.kind === 'disagrees' ? v.what : ''}\n${text(small)}`);
      console.log(`\n${found.get(what)}`);
    }
  }
  if ((i + 1) % 1000 === 0) console.log(`${i + 1} programs, ${compiled} compiled, ${disagreed} disagree`);
}
console.log(
  `\n${count} programs from seed ${seed}: ${agreed} agree, ${compiled} of them compiled; ${disagreed} disagree`,
);
table('Declined:', declined);
table('Not compared:', skipped);
if (disagreed > 0) process.exitCode = 1;
