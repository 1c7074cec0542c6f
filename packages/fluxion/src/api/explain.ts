/** What a derivative is made of: the tier that answers, why, and the code that it runs. */
import { listenInactive } from '../dynamic/inactive.ts';
import { isBox } from '../dynamic/numbers/box.ts';
import { texts as errorTexts } from '../errors/catalogue.ts';
import { shortPath } from '../errors/error.ts';
import { numbersOf, reverse } from '../runtime/evaluate.ts';
import { explained, type Texts } from '../runtime/explained.ts';
import { inTurn } from '../runtime/inturn.ts';
import { indexesOf } from './arguments.ts';
import { configurable } from './configurable.ts';
import type { AnyFunction, ExplainOperator, Explanation, GradOptions, Reason, Wrt } from './types.ts';
import { vjp } from './vjp.ts';

function line({ message, where }: Reason): string {
  return where === undefined
    ? `  ${message}`
    : `  ${message}\n    at ${shortPath(where.file)}:${where.line}:${where.column}`;
}

const mostLines = 60;

/** What is said of that which the text calls. */
const legends = [
  ['shadow(', 'shadow(a) holds the derivatives by what a holds'],
  ['leave(', 'leave(): the dynamic tier answers instead'],
] as const;

/** The gradient's code, its middle left out where it is long. */
function derivativeLines(tier: Explanation['tier'], text: string): string[] {
  if (text === '') return [];
  const lines = text.trimEnd().split('\n');
  const more = lines.length - mostLines;
  const shown = more <= 1 ? lines : [...lines.slice(0, mostLines), `… ${more} more lines`];
  const legend = legends.filter(([called]) => lines.some((l) => l.includes(called))).map(([, means]) => means);
  return [
    '',
    tier === 'compiled' ? 'derivative:' : 'derivative, if compiled:',
    ...(legend.length > 0 ? [`  // ${legend.join('; ')}`] : []),
    ...shown.map((l) => `  ${l}`.trimEnd()),
    '',
    'More: .derivative, .ir (after each stage), .wat; on the command line --derivative, --ir, --wat.',
  ];
}

/** With the texts that `String(…)` and Node's `console.log` show, and those that are written when they are read. */
function explanation(tier: Explanation['tier'], reasons: readonly Reason[], texts: Texts | undefined): Explanation {
  const parts = {
    tier,
    reasons,
    get derivative() {
      return texts?.derivative ?? '';
    },
    get ir() {
      return texts?.stages;
    },
    get wat() {
      return texts?.wat;
    },
  };
  const text = (): string =>
    [`tier: ${tier}`, ...reasons.map(line), ...derivativeLines(tier, parts.derivative)].join('\n');
  const hidden = { value: text, enumerable: false };
  return Object.defineProperties(parts as Explanation, {
    toString: hidden,
    [Symbol.for('nodejs.util.inspect.custom')]: hidden,
  });
}

/**
 * Runs f once, with every argument tracked (or those that `explain.with({ wrt })` names), and tells which tier answers such a call; for each
 * thing that keeps f from being compiled, or that nothing is differentiated through, the source line; and what is compiled: the derivative
 * to be read, the intermediate representation after each stage, the WebAssembly. Prints well: `console.log(explain(f, x))`.
 *
 * @example
 * ```ts
 * explain((x: number) => Math.floor(x) * x, 2.5).reasons.length; // 1: Math.floor
 * ```
 */
export const explain = configurable<GradOptions<Wrt>>('explain', ['wrt'], (f, args, options) => {
  const wrt = options?.wrt === undefined ? args.map((_, i) => i) : indexesOf('explain', options.wrt, args.length);
  const { tier, note: reason, texts } = explained(f, args, wrt, options);
  const reasons: Reason[] = reason === undefined ? [] : [reason];
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
      const { code, what } = errorTexts('NotDependent', {});
      reasons.push({ code, message: `${what}.` });
    }
    return explanation(tier, reasons, texts);
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
