/**
 * Times several ways of doing one thing against each other: in turns, so that all meet the same state of the machine, and as
 * the median over rounds. What is timed is processor time, so that other work of the machine counts less. Every call gets the
 * next of its inputs, so that no branch predictor learns the answer.
 */

export interface Contestant {
  readonly name: string;
  /** Does it once, with the input of this number. Returns something, so that nothing can be left out as unused. */
  run(input: number): unknown;
}

export interface Timing {
  readonly name: string;
  /** Median over the rounds. */
  readonly microseconds: number;
}

const rounds = 25;
const roundMilliseconds = 12;

let sink: unknown;

export function measure(contestants: readonly Contestant[]): Timing[] {
  const repeats = contestants.map(calibrate);
  const samples = contestants.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    contestants.forEach((contestant, which) => {
      globalThis.gc?.({ type: 'minor' } as never);
      samples[which].push(timeOf(contestant, repeats[which], round));
    });
  }
  return contestants.map(({ name }, which) => ({ name, microseconds: median(samples[which]) }));
}

/** Warms it up, and finds how many calls fill a round. */
function calibrate(contestant: Contestant): number {
  const end = performance.now() + 400;
  let calls = 0;
  const start = performance.now();
  while (performance.now() < end || calls < 20) sink = contestant.run(calls++);
  const each = (performance.now() - start) / calls;
  return Math.max(1, Math.round(roundMilliseconds / each));
}

function timeOf({ run }: Contestant, repeats: number, round: number): number {
  const start = process.cpuUsage();
  for (let i = 0; i < repeats; i++) sink = run(round * repeats + i);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / repeats;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** Keeps the last result alive. */
export const lastResult = (): unknown => sink;

/** Reproducible numbers in [-1, 1). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    // xorshift32 (Marsaglia 2003)
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 31 - 1;
  };
}
