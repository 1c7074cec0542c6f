/** What a derivative is made of: the tier that ran, and what has been kept from it. */
import { runsAsItIs } from '../dynamic/calls.ts';
import { listenInactive } from '../dynamic/inactive.ts';
import { isBox } from '../dynamic/numbers/box.ts';
import { texts } from '../errors/catalogue.ts';
import { numbersOf, reverse } from '../runtime/evaluate.ts';
import { tierFor, whyNotCompiled } from '../runtime/tier.ts';
import { checkFunction } from './arguments.ts';
import type { ExplainOperator, Explanation, Reason } from './types.ts';

function line(reason: Reason): string {
  const where =
    reason.where === undefined ? '' : `  ${reason.where.file}:${reason.where.line}:${reason.where.column}\n    `;
  return `  ${where}${reason.message}`;
}

/** With the texts that `String(…)` and Node's `console.log` show; they are no part of what is explained. */
function printable(parts: Omit<Explanation, 'toString'>): Explanation {
  const text = (): string => [`tier: ${parts.tier}`, ...parts.reasons.map(line)].join('\n');
  const hidden = { value: text, enumerable: false };
  return Object.defineProperties(parts as Explanation, {
    toString: hidden,
    [Symbol.for('nodejs.util.inspect.custom')]: hidden,
  });
}

/**
 * Runs f once and tells which tier ran, and for each thing that kept a part from a faster tier or made it inactive, the
 * source line. Prints well: `console.log(explain(f, x))`.
 *
 * @example
 * ```ts
 * explain((x: number) => Math.floor(x) * x, 2.5).reasons.length; // 2: the tier, and Math.floor
 * ```
 */
export const explain: ExplainOperator = runsAsItIs((f: Function, ...args: unknown[]) => {
  checkFunction('explain', f);
  const tier = tierFor(undefined);
  const reasons: Reason[] = [{ code: 'NotCompiled', message: `Not compiled: ${whyNotCompiled}.` }];
  const stop = listenInactive((what, where) => {
    const at = where && { file: where.file, line: where.line, column: where.column };
    const message = `${what} has derivative zero: nothing flows back through it.`;
    if (!reasons.some((r) => r.message === message && r.where?.file === at?.file && r.where?.line === at?.line)) {
      reasons.push({ code: 'Inactive', message, where: at });
    }
  });
  const depends = (result: unknown): boolean => {
    const { leaves } = numbersOf(result);
    return leaves.length === 0 || leaves.some(isBox);
  };
  const finish = (dependent: boolean): Explanation => {
    stop();
    if (!dependent) {
      const { code, what } = texts('NotDependent', {});
      reasons.push({ code, message: `${what}.` });
    }
    return printable({ tier, reasons, derivative: '' });
  };
  try {
    const wrt = args.map((_, i) => i);
    const done = reverse(f, args, wrt, undefined, ({ result }) => depends(result));
    return done instanceof Promise ? done.then(finish) : finish(done);
  } catch (error) {
    stop();
    throw error;
  }
}) as never;
