/** Random programs on both tiers; `npm run soak` judges more of them. */
import { describe, expect, test } from 'vitest';
import { judge, shrink } from './compare.ts';
import { programOf, text } from './program.ts';

const runs = Number(process.env.FLUXION_RUNS ?? 200);

describe('random programs', () => {
  test('both tiers, both modes', () => {
    let compiled = 0;
    let compared = 0;
    for (let seed = 1; seed <= runs; seed++) {
      const program = programOf(seed);
      const verdict = judge(program);
      if (verdict.kind === 'disagrees') {
        const small = shrink(program, (p) => judge(p).kind === 'disagrees');
        const now = judge(small);
        expect.fail(`seed ${seed}: ${now.kind === 'disagrees' ? now.what : ''}\n${text(small)}`);
      }
      if (verdict.kind !== 'agrees') continue;
      compared++;
      if (verdict.compiled) compiled++;
    }
    expect(compared).toBeGreaterThan(0.9 * runs);
    expect(compiled).toBeGreaterThan(0.9 * compared);
  }, 240_000);

  test('a program is that of its seed', () => {
    expect(text(programOf(7))).toBe(text(programOf(7)));
    expect(text(programOf(7))).not.toBe(text(programOf(8)));
  });

  test('what disagrees is made small', () => {
    const program = programOf(11);
    const small = shrink(program, (p) => text(p).includes('return'));
    expect(text(small).split('\n').length).toBeLessThan(text(program).split('\n').length);
    expect(text(small)).toContain('return');
  });
});
