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
/** So long, about, each contestant runs at most before and while it is measured: a slow one has fewer rounds, three at least. */
const patienceMilliseconds = 1500;

let sink: unknown;

export function measure(contestants: readonly Contestant[]): Timing[] {
  const plans = contestants.map(calibrate);
  const samples = contestants.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    contestants.forEach((contestant, which) => {
      const { repeats, rounds } = plans[which];
      if (round >= rounds) return;
      globalThis.gc?.({ type: 'minor' } as never);
      samples[which].push(timeOf(contestant, repeats, round));
    });
  }
  return contestants.map(({ name }, which) => ({ name, microseconds: median(samples[which]) }));
}

/** Warms it up, and finds how many calls fill a round, and how many rounds there is time for. */
function calibrate(contestant: Contestant): { repeats: number; rounds: number } {
  const start = performance.now();
  const elapsed = (): number => performance.now() - start;
  let calls = 0;
  while (elapsed() < 400 || (calls < 20 && elapsed() < patienceMilliseconds)) sink = contestant.run(calls++);
  const each = elapsed() / calls;
  const repeats = Math.max(1, Math.round(roundMilliseconds / each));
  return { repeats, rounds: Math.min(rounds, Math.max(3, Math.round(patienceMilliseconds / (repeats * each)))) };
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
