/**
 * The time to the first compiled gradient of a function that is new, in a process that has compiled others; and what each stage has of it.
 * The whole is measured with the built library, the stages with its sources. By the clock is what is waited for; processor time has the
 * engine's own threads in it, which compile and collect garbage meanwhile.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureInChild } from '../child.ts';
import { short } from '../table.ts';
import { median } from '../timing.ts';
import { branches, chain, numeric, type Program, recursion, straightLine } from './programs.ts';

export interface File {
  readonly file: string;
  readonly depth?: number | undefined;
}

export interface Cases {
  /** In this order: compiled unmeasured, or measured. */
  readonly runs: readonly { readonly name: string; readonly measured: boolean; readonly files: readonly File[] }[];
}

interface Case {
  readonly name: string;
  readonly make: (seed: number) => Program;
  readonly count: number;
  readonly measured?: false;
  /** Milliseconds. */
  readonly aim?: number;
}

/** Of 10 to 37 lines, each third of 100. */
const others = (seed: number): Program => numeric(seed % 3 === 2 ? 100 : 10 + (seed % 28), seed);

const cases: readonly Case[] = [
  { name: '30 others', make: others, count: 30, measured: false },
  { name: '10 lines, after 30 others', make: (seed) => numeric(10, seed), count: 20 },
  { name: '100 lines, after 50', make: (seed) => numeric(100, seed), count: 20 },
  { name: '130 others', make: others, count: 130, measured: false },
  { name: '10 lines', make: (seed) => numeric(10, seed), count: 40, aim: 3 },
  { name: '100 lines', make: (seed) => numeric(100, seed), count: 30, aim: 15 },
  { name: '1000 lines', make: (seed) => numeric(1000, seed), count: 5 },
  { name: '5000 straight lines', make: (seed) => straightLine(5000, seed), count: 3, aim: 2000 },
  { name: '500 branches', make: (seed) => branches(500, seed), count: 3, aim: 2000 },
  { name: '300 else-ifs', make: (seed) => chain(300, seed), count: 3 },
  { name: 'branching recursion', make: recursion, count: 10, aim: 25 },
];

export interface Latency {
  readonly what: string;
  readonly aim: number | undefined;
  /** Milliseconds by the clock, least and median: what is waited for, on a machine that does nothing else. */
  readonly least: number;
  readonly median: number;
  /** Of processor time. */
  readonly processor: { readonly least: number; readonly median: number };
  /** Medians by stage, of processor time. */
  readonly stages: ReadonlyMap<string, number>;
}

export function latency(): Latency[] {
  const folder = mkdtempSync(join(tmpdir(), 'fluxion-bench-'));
  try {
    let seed = 0;
    const write = (make: Case['make']): File => {
      const { text, depth } = make(++seed);
      const file = `program-${seed}.mjs`;
      writeFileSync(join(folder, file), text);
      return { file, depth };
    };
    const runs = cases.map(({ name, make, count, measured = true }) => {
      return { name, measured, files: Array.from({ length: count }, () => write(make)) };
    });
    writeFileSync(join(folder, 'cases.json'), JSON.stringify({ runs } satisfies Cases));
    const whole = measureInChild<Record<string, { milliseconds: number; processor: number }[]>>('./latency/whole.mjs', [
      folder,
    ]);
    const source = ['--conditions=fluxion-source', '--import', 'tsx'];
    const stages = measureInChild<Record<string, Record<string, number>[]>>('./latency/stages.ts', [folder], source);
    const measured = cases.filter((one) => one.measured !== false);
    return measured.map(({ name, aim }) => {
      const processor = whole[name].map((m) => m.processor);
      const clock = whole[name].map((m) => m.milliseconds);
      const names = Object.keys(stages[name][0]);
      return {
        what: name,
        aim,
        least: Math.min(...clock),
        median: median(clock),
        processor: { least: Math.min(...processor), median: median(processor) },
        stages: new Map(names.map((stage) => [stage, median(stages[name].map((s) => s[stage]))])),
      };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The aims are for the median by the clock. */
export function latencyCells(measured: readonly Latency[]): { head: string[]; cells: string[][] } {
  const stages = [...measured[0].stages.keys()];
  return {
    head: ['', 'least', 'median', 'aim', 'met', 'processor, least', 'median', ...stages.map((name) => name), ''],
    cells: measured.map(({ what, aim, least, median, processor, stages: by }) => [
      what,
      `${short(least)} ms`,
      `${short(median)} ms`,
      aim === undefined ? '' : `≤ ${short(aim)} ms`,
      aim === undefined ? '' : median <= aim ? 'yes' : 'NO',
      `${short(processor.least)} ms`,
      `${short(processor.median)} ms`,
      ...stages.map((name) => short(by.get(name)!)),
      '',
    ]),
  };
}
