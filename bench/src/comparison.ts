/**
 * A function and its derivatives side by side: by each tier, and by hand where somebody has written it. A tier that declines a
 * function says why; results that differ are an error, and nothing is timed.
 */
import { FluxionError, type Tier } from 'fluxion';
import { normwiseError } from '../gradbench/normwise.ts';
import { printCells, short } from './table.ts';
import { type Contestant, measure } from './timing.ts';

/** Does it with the input of this number, which may be any number: the inputs are in rotation. */
type Run = (input: number) => unknown;

export interface Comparison {
  readonly what: string;
  /** The function itself. */
  readonly plain?: Run;
  readonly derivative: (tier: Exclude<Tier, 'auto'>) => Run;
  readonly byHand?: Run;
  /** The time of the compiled derivative over that of the function should be this at most. */
  readonly aim?: number;
  /** What native tools need, over what the function needs there. */
  readonly native?: number;
}

interface Compared {
  readonly comparison: Comparison;
  readonly times: ReadonlyMap<string, number>;
  /** Why there is no compiled derivative. */
  readonly declined?: string | undefined;
}

/** The derivative, or the reason why the tier gives none. */
function begin(comparison: Comparison, tier: Exclude<Tier, 'auto'>): Run | string {
  const run = comparison.derivative(tier);
  try {
    run(0);
    return run;
  } catch (error) {
    if (error instanceof FluxionError) return error.message.split('\n')[0].replace(/^\w+: /, '');
    throw error;
  }
}

function compare(comparison: Comparison): Compared {
  const { what, plain, byHand } = comparison;
  const dynamic = comparison.derivative('dynamic');
  const compiled = begin(comparison, 'compiled');
  const expected = dynamic(0);
  for (const other of [compiled, byHand]) {
    if (typeof other !== 'function') continue;
    const error = normwiseError(other(0), expected);
    if (!(error < 1e-9)) throw new Error(`${what}: the derivatives differ, ${error}`);
  }

  const contestants: Contestant[] = [];
  const add = (name: string, run: Run | string | undefined): void => {
    if (typeof run === 'function') contestants.push({ name, run });
  };
  add('plain', plain);
  add('compiled', compiled);
  add('dynamic', dynamic);
  add('by hand', byHand);
  const times = new Map(measure(contestants).map(({ name, microseconds }) => [name, microseconds]));
  return { comparison, times, declined: typeof compiled === 'string' ? compiled : undefined };
}

const time = (µs: number | undefined): string =>
  µs === undefined ? '–' : µs >= 1000 ? `${short(µs / 1000)} ms` : `${short(µs)} µs`;

const ratio = (a: number | undefined, b: number | undefined): string =>
  a === undefined || b === undefined ? '' : `${short(a / b)}×`;

/** Compares and prints: times, and in columns headed × the ratio to the function itself. */
export function printComparisons(comparisons: readonly Comparison[]): void {
  const head = [
    '',
    'function',
    'compiled',
    '×',
    'aim',
    'met',
    'dynamic',
    '×',
    'to compiled',
    'by hand',
    '×',
    'native ×',
    '',
  ];
  const rows = comparisons.map((comparison) => {
    const { times, declined } = compare(comparison);
    const { what, aim, native } = comparison;
    const [plain, compiled, dynamic, hand] = ['plain', 'compiled', 'dynamic', 'by hand'].map((name) => times.get(name));
    const met = aim === undefined || !plain ? '' : compiled && compiled / plain <= aim ? 'yes' : 'NO';
    return [
      what,
      time(plain),
      declined === undefined ? time(compiled) : 'declined',
      ratio(compiled, plain),
      aim === undefined ? '' : `≤ ${short(aim)}×`,
      met,
      time(dynamic),
      ratio(dynamic, plain),
      ratio(dynamic, compiled),
      hand === undefined ? '' : time(hand),
      ratio(hand, plain),
      native === undefined ? '' : `${short(native)}×`,
      declined === undefined ? '' : `declined: ${declined}`,
    ];
  });
  const used = head.map((_, column) => column === 0 || rows.some((row) => row[column] !== ''));
  const kept = (row: readonly string[]): string[] => row.filter((_, column) => used[column]);
  printCells(kept(head), rows.map(kept));
}
