/** The commands: each takes the target and the options as written, and gives the text to print. */
import type { Explanation } from 'fluxion';
import { parseWrt, readArguments } from './arguments.ts';
import { rowsOf, shortNumber, table, toJson } from './report.ts';
import { loadFunction, loadLibrary, parseTarget } from './target.ts';

export interface CommonOptions {
  readonly args?: string;
  readonly json?: boolean;
  readonly tier?: 'auto' | 'compiled' | 'dynamic';
  readonly wrt?: string;
  readonly verify?: boolean;
}

export interface ExplainOptions extends CommonOptions {
  readonly derivative?: boolean;
  readonly ir?: boolean;
  readonly wat?: boolean;
}

export interface GradOptions extends CommonOptions {
  readonly all?: boolean;
}

export async function gradCommand(where: string, options: GradOptions): Promise<string> {
  const target = parseTarget(where);
  const args = readArguments(options.args);
  const wrt = parseWrt(options.wrt, args.length);
  const f = await loadFunction(target);
  const { valueAndGrad } = await loadLibrary(target);
  const { tier, verify } = options;
  const { value, grad } = await valueAndGrad(f as (...args: unknown[]) => number, { wrt, tier, verify })(...args);

  if (options.json) return toJson({ value, gradient: grad });
  const indexes = typeof wrt === 'number' ? [wrt] : wrt;
  const parts = typeof wrt === 'number' ? [grad] : (grad as unknown[]);
  const rows = indexes.flatMap((index, i) => rowsOf(`args[${index}]`, parts[i], args[index]));
  const body =
    rows.length === 0 ? 'There is no number to differentiate with respect to.' : table(rows, options.all ?? false);
  return `value  ${shortNumber(value)}\n\n${body}`;
}

export async function explainCommand(where: string, options: ExplainOptions): Promise<string> {
  const target = parseTarget(where);
  const args = readArguments(options.args);
  const wrt = options.wrt === undefined ? undefined : parseWrt(options.wrt, args.length);
  const f = await loadFunction(target);
  const { explain } = await loadLibrary(target);
  const { tier: asked, verify } = options;
  const explanation = await explain.with({ wrt, tier: asked, verify })(f, ...args);
  if (options.json) {
    const { tier, reasons, derivative, ir, wat } = explanation;
    return toJson({ tier, reasons, derivative, ir: ir && allOf(ir), wat });
  }
  const texts = askedTexts(explanation, options);
  if (texts === undefined) return String(explanation);
  return texts.length > 0 ? texts.map((text) => text.trimEnd()).join('\n\n') : String(explanation);
}

/** The texts that options name; none where nothing is compiled, undefined where no option names any. */
function askedTexts(explanation: Explanation, { derivative, ir, wat }: ExplainOptions): string[] | undefined {
  if (!derivative && !ir && !wat) return undefined;
  const stages = ir ? explanation.ir : undefined;
  return [
    ...(derivative ? [explanation.derivative] : []),
    ...(stages ? stageNames.map((name) => `; ${name}\n\n${stages[name]}`) : []),
    ...(wat ? [explanation.wat ?? ''] : []),
  ].filter((text) => text !== '');
}

const stageNames = ['lowered', 'optimised', 'differentiated', 'emitted'] as const;

const allOf = (stages: NonNullable<Explanation['ir']>): Record<string, string> =>
  Object.fromEntries(stageNames.map((name) => [name, stages[name]]));
