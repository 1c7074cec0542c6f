/** Texts that compiled code makes: what they mean while a run goes on, and that they are not kept for ever. */
import { expect, it } from 'vitest';
import { grad, vjp } from '../../src/index.ts';
import { specialisationsOf } from '../../src/runtime/specialisation.ts';

const labelled = (x: number): number => {
  const label = `x = ${x}`;
  return label.endsWith('= 2') ? x : label === 'x = 3' ? x * x : x ** 3;
};

it('texts that runs have made are forgotten when they are many', () => {
  const gradient = grad(labelled, { tier: 'compiled' });
  for (let i = 0; i < 3000; i++) gradient(10 + i / 7);
  const [{ lowered }] = specialisationsOf(labelled);
  expect(lowered.texts.list.length).toBeLessThan(1100);
  expect([2, 3, 4].map((x) => gradient(x))).toEqual([1, 6, 48]);
});

it('none is forgotten while a pullback is held', () => {
  const cubed = (x: number): { label: string; value: number } => ({ label: `x = ${x}`, value: x ** 3 });
  const { value, pullback } = vjp.with({ tier: 'compiled' })(cubed, 2);
  for (let i = 0; i < 1500; i++) vjp.with({ tier: 'compiled' })(cubed, 10 + i / 7);
  expect(value).toEqual({ label: 'x = 2', value: 8 });
  expect(pullback({ label: undefined, value: 1 } as never)).toEqual([12]);
});
