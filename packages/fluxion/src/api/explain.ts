/** What a derivative is made of: the tier that ran, and what has been kept from it. */
import { listenInactive } from '../dynamic/inactive.ts';
import { isBox } from '../dynamic/numbers/box.ts';
import { texts } from '../errors/catalogue.ts';
import { shortPath } from '../errors/error.ts';
import { numbersOf, reverse } from '../runtime/evaluate.ts';
import { inTurn } from '../runtime/inturn.ts';
import { tierFor, whyNotCompiled } from '../runtime/tier.ts';
import { indexesOf } from './arguments.ts';
import { configurable } from './configurable.ts';
import type { AnyFunction, ExplainOperator, Explanation, GradOptions, Reason, Wrt } from './types.ts';
import { vjp } from './vjp.ts';

function line({ message, where }: Reason): string {
  return where === undefined
    ? `  ${message}`
    : `  ${message}\n    at ${shortPath(where.file)}:${where.line}:${where.column}`;
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
 * Runs f once, with every argument tracked (or those that `explain.with({ wrt })` names), and tells which tier ran, and for each thing that kept a part from a faster tier or made it inactive, the
 * source line. Prints well: `console.log(explain(f, x))`.
 *
 * @example
 * ```ts
 * explain((x: number) => Math.floor(x) * x, 2.5).reasons.length; // 2: the tier, and Math.floor
 * ```
 */
export const explain = configurable<GradOptions<Wrt>>('explain', ['wrt'], (f, args, options) => {
  const wrt = options?.wrt === undefined ? args.map((_, i) => i) : indexesOf('explain', options.wrt, args.length);
  tierFor(options);
  const tier = 'dynamic';
  const reasons: Reason[] = [{ code: 'NotCompiled', message: `Not compiled: ${whyNotCompiled}.` }];
  const note: Parameters<typeof listenInactive>[0] = (what, where) => {
    const at = where && { file: where.file, line: where.line, column: where.column };
    const message = `${what} has derivative zero: nothing flows back through it.`;
    if (!reasons.some((r) => r.message === message && r.where?.file === at?.file && r.where?.line === at?.line)) {
      reasons.push({ code: 'Inactive', message, where: at });
    }
  };
  const depends = (result: unknown): boolean => {
    const { leaves } = numbersOf(result);
    return leaves.length === 0 || leaves.some(isBox);
  };
  const finish = (dependent: boolean): Explanation => {
    if (!dependent) {
      const { code, what } = texts('NotDependent', {});
      reasons.push({ code, message: `${what}.` });
    }
    return printable({ tier, reasons, derivative: '' });
  };
  return inTurn(
    (function* () {
      if (options?.verify === true) yield vjp.with(options)(f as AnyFunction, ...args);
      const stop = listenInactive(note);
      try {
        return finish((yield reverse(f, args, wrt, options, ({ result }) => depends(result))) as boolean);
      } finally {
        stop();
      }
    })(),
  );
}) as unknown as ExplainOperator;
