/** The time that each stage of the compiled tier takes, of functions that are new to a process which has compiled others. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { capture } from '../../../packages/fluxion/src/capture/capture.ts';
import { reverse } from '../../../packages/fluxion/src/differentiate/reverse.ts';
import { emit } from '../../../packages/fluxion/src/emit/wasm/emit.ts';
import { grad } from '../../../packages/fluxion/src/index.ts';
import type { Level } from '../../../packages/fluxion/src/ir/types.ts';
import { lower } from '../../../packages/fluxion/src/lower/lowering.ts';
import { unitOf } from '../../../packages/fluxion/src/lower/program/code.ts';
import { optimize } from '../../../packages/fluxion/src/optimize/pipeline.ts';
import { Code } from '../../../packages/fluxion/src/runtime/evaluation.ts';
import { Specialisation } from '../../../packages/fluxion/src/runtime/specialisation.ts';
import type { Cases, File } from './latency.ts';

type F = (x: number[], ...rest: number[]) => number;

const folder = process.argv[2];
const { runs } = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as Cases;

async function load({ file, depth }: File): Promise<{ f: F; args: [number[], ...number[]] }> {
  const { f } = (await import(pathToFileURL(join(folder, file)).href)) as { f: F };
  return { f, args: [[0.3, -0.7, 1.1, 0.2], ...(depth === undefined ? [] : [depth])] };
}

/** Milliseconds by stage. */
type Stages = Record<string, number>;

function stagesOf(f: F, args: [number[], ...number[]]): Stages {
  const stages: Stages = {};
  const timed = <T>(stage: string, run: () => T): T => {
    const before = process.cpuUsage();
    const result = run();
    const { user, system } = process.cpuUsage(before);
    stages[stage] = (user + system) / 1000;
    return result;
  };
  const captured = timed('capture', () => capture(f));
  if (captured.native) throw new Error('a function with source has been expected');
  timed('parse', () => unitOf(captured, 0));
  const lowered = timed('lower', () => lower(f, args));
  const specialisation = timed('optimise before', () => new Specialisation(lowered));
  const level: Level = { index: 0, mode: 'reverse', lanes: 1 };
  const made = timed('differentiate', () =>
    reverse(specialisation.primal, lowered.entry, specialisation.active([0]), level, { pullback: false }),
  );
  const module = timed('optimise after', () => optimize(made.module, 'after'));
  timed('emit', () => emit(module, [made.gradient]));
  // That emits once more.
  timed('engine', () => new Code(module, [made.gradient]));
  stages.engine = Math.max(0, stages.engine - stages.emit);
  // And that does all of it again but capturing and parsing, so only its second call tells what a call takes.
  const gradient = grad(f, { tier: 'compiled' });
  gradient(...args);
  timed('call', () => gradient(...args));
  return stages;
}

const measured: Record<string, Stages[]> = {};
for (const { name, files } of runs) {
  measured[name] = [];
  for (const program of files) {
    const { f, args } = await load(program);
    await new Promise((resolve) => setTimeout(resolve, 20));
    measured[name].push(stagesOf(f, args));
  }
}
console.log(JSON.stringify(measured));
