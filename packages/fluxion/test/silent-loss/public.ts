/**
 * Calls built-ins inside a differentiated function, as a user's program does: through capture, rewriting and the dispatch table.
 */
import { jvp } from '../../src/index.ts';
import { fault, type Outcome, outcome, plainly } from './judge.ts';
import type { Found } from './reflection.ts';
import type { Variant } from './variants.ts';

/** The widest is for numbers that are stored in few bits. */
export const steps = [2 ** -4, 1e-3, 1e-5];

interface Evaluated {
  readonly value: Outcome;
  readonly tangent: { readonly numbers?: readonly number[] };
}

/** The call under judgement: one function is differentiated for all of them, so that it is captured once. */
const job: { found?: Found; variant?: Variant } = {};

function program(x: number): Promise<Outcome> {
  return outcome(plainly, job.found as Found, job.variant as Variant, x);
}

/** Judges one variant of a call at `x0`. */
export async function judge(found: Found, variant: Variant, x0: number): Promise<string | undefined> {
  const plain = await outcome(plainly, found, variant, x0);
  const again = await outcome(plainly, found, variant, x0);
  if ('numbers' in plain && 'numbers' in again && plain.numbers.join() !== again.numbers.join()) return undefined;
  const plus: Outcome[] = [];
  const minus: Outcome[] = [];
  for (const h of steps) {
    plus.push(await outcome(plainly, found, variant, x0 + h));
    minus.push(await outcome(plainly, found, variant, x0 - h));
  }
  job.found = found;
  job.variant = variant;
  let evaluated: Evaluated;
  try {
    evaluated = (await jvp(program as never, [x0] as never, [1] as never)) as unknown as Evaluated;
  } catch (error) {
    return fault({ error }, plain, plus, minus, steps, Number as never);
  }
  const { value, tangent } = evaluated;
  if ('error' in value) return fault(value, plain, plus, minus, steps, Number as never);
  const parts = value.numbers.map((v, i) => ({ value: v as number, tangent: Number(tangent.numbers?.[i] ?? 0) }));
  return fault(
    { ...value, numbers: parts },
    plain,
    plus,
    minus,
    steps,
    (part) => part as { value: number; tangent: number },
  );
}
