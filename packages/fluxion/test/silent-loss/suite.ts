/**
 * The suite over all built-ins, for one way of calling them: one test per family.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allFunctions, type Found } from './reflection.ts';
import { type Variant, variants, where } from './variants.ts';

type Judge = (found: Found, variant: Variant, x: number) => Promise<string | undefined>;

/**
 * What gives something else each time can't be compared; printing and waiting are not to be done thousands of times, and what
 * they are given is tried on their kin.
 */
const passedOver =
  /^Math\.random$|^Date\.now$|^Temporal\.Now|^Atomics\.wait|^console\.(clear|time\w*|profile\w*|context|createTask|count\w*|group\w*|trace)$/;

const families = new Map<string, Found[]>();
for (const found of allFunctions()) {
  if (passedOver.test(found.path)) continue;
  const family = found.path.replace(/^(get|set) /, '').split(/[.[]/, 1)[0] as string;
  families.set(family, [...(families.get(family) ?? []), found]);
}

/** Where this console prints: the test runner's has streams of its own. */
const { _stdout = process.stdout, _stderr = process.stderr } = console as unknown as Record<string, NodeJS.WriteStream>;
const streams = [_stdout, _stderr, process.stdout, process.stderr];
const writes = streams.map((stream) => stream.write);
const ignored = (): void => {};

beforeAll(() => {
  process.on('unhandledRejection', ignored);
  process.on('warning', ignored);
  for (const stream of streams) stream.write = () => true;
});
afterAll(() => {
  streams.forEach((stream, i) => {
    stream.write = writes[i] as typeof stream.write;
  });
  process.off('unhandledRejection', ignored);
});

async function faultsOf(functions: readonly Found[], judged: Judge): Promise<string[]> {
  const faults: string[] = [];
  for (const found of functions) {
    for (const variant of variants(found.path)) {
      const fault = await judged(found, variant, 1.3);
      if (fault !== undefined) faults.push(`${found.path} with a tracked number as ${where(variant)}: ${fault}`);
    }
  }
  return faults;
}

/** Declares the tests. */
export function holdAll(judged: Judge): void {
  test.each([...families.keys()])('%s', { timeout: 240_000 }, async (family) => {
    expect(await faultsOf(families.get(family) ?? [], judged)).toEqual([]);
  });
}
