/**
 * The time to the first compiled gradient of a function that is new, in a process that has compiled others; and what each stage has of it.
 * The whole is measured with the built library, the stages with its sources; processor time, all threads.
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
  /** Compiled before anything is measured. */
  readonly warm: readonly File[];
  readonly cases: Readonly<Record<string, readonly File[]>>;
}

interface Case {
  readonly name: string;
  readonly make: (seed: number) => Program;
  readonly count: number;
  /** Milliseconds. */
  readonly aim?: number;
}

const cases: readonly Case[] = [
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
  /** Milliseconds of processor time, least and median. */
  readonly least: number;
  readonly median: number;
  /** By the clock, least and median: what is waited for, on a machine that does nothing else. */
  readonly clock: { readonly least: number; readonly median: number };
  /** Medians by stage. */
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
    const warm = Array.from({ length: 30 }, (_, n) => write((s) => numeric(n % 3 === 2 ? 100 : 10 + n, s)));
    const files = Object.fromEntries(
      cases.map(({ name, make, count }) => [name, Array.from({ length: count }, () => write(make))]),
    );
    writeFileSync(join(folder, 'cases.json'), JSON.stringify({ warm, cases: files } satisfies Cases));
    const whole = measureInChild<Record<string, { milliseconds: number; processor: number }[]>>('./latency/whole.mjs', [
      folder,
    ]);
    const source = ['--conditions=fluxion-source', '--import', 'tsx'];
    const stages = measureInChild<Record<string, Record<string, number>[]>>('./latency/stages.ts', [folder], source);
    return cases.map(({ name, aim }) => {
      const processor = whole[name].map((m) => m.processor);
      const clock = whole[name].map((m) => m.milliseconds);
      const names = Object.keys(stages[name][0]);
      return {
        what: name,
        aim,
        least: Math.min(...processor),
        median: median(processor),
        clock: { least: Math.min(...clock), median: median(clock) },
        stages: new Map(names.map((stage) => [stage, median(stages[name].map((s) => s[stage]))])),
      };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The aims are for the median. */
export function latencyCells(measured: readonly Latency[]): { head: string[]; cells: string[][] } {
  const stages = [...measured[0].stages.keys()];
  return {
    head: ['', 'least', 'median', 'aim', 'met', 'by the clock, least', 'median', ...stages.map((name) => name), ''],
    cells: measured.map(({ what, aim, least, median, clock, stages: by }) => [
      what,
      `${short(least)} ms`,
      `${short(median)} ms`,
      aim === undefined ? '' : `≤ ${short(aim)} ms`,
      aim === undefined ? '' : median <= aim ? 'yes' : 'NO',
      `${short(clock.least)} ms`,
      `${short(clock.median)} ms`,
      ...stages.map((name) => short(by.get(name)!)),
      '',
    ]),
  };
}
