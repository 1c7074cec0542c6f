/** Random programs on both tiers; `npm run soak` judges more of them. */
import { describe, expect, test } from 'vitest';
import { compile, judge } from './compare.ts';
import { extrasFor } from './observe.ts';
import { programOf, text } from './program.ts';
import { shrink } from './shrink.ts';

const runs = Number(process.env.FLUXION_RUNS ?? 200);

describe('random programs', () => {
  test('both tiers, both modes', () => {
    const programs = Array.from({ length: runs }, (_, i) => programOf(i + 1));
    const made = compile(programs);
    let whole = 0;
    for (const [i, program] of programs.entries()) {
      const extras = extrasFor(program.seed);
      const verdict = judge(program, extras, made[i]);
      if (verdict.kind === 'disagrees') {
        const small = shrink(program, (p) => judge(p, extras).kind === 'disagrees');
        const now = judge(small, extras);
        expect.fail(
          `seed ${program.seed}: ${now.kind === 'disagrees' ? `${now.step}: ${now.what}` : ''}\n${text(small)}`,
        );
      }
      if (verdict.kind === 'agrees' && verdict.declined.length === 0 && verdict.left.length === 0) whole++;
    }
    expect(whole).toBeGreaterThan(0.6 * runs);
  }, 240_000);

  test('a program is that of its seed', () => {
    expect(text(programOf(7))).toBe(text(programOf(7)));
    expect(text(programOf(7))).not.toBe(text(programOf(8)));
    expect(programOf(7).args(1)).toEqual(programOf(7).args(1));
    expect(programOf(7).args(1)).not.toEqual(programOf(7).args(2));
  });

  test('what disagrees is made small', () => {
    const program = programOf(11);
    const small = shrink(program, (p) => text(p).includes('Math.'));
    expect(text(small).split('\n').length).toBeLessThan(text(program).split('\n').length);
    expect(text(small)).toContain('Math.');
  });
});
