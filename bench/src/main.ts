/**
 * `npm run bench`: what derivatives cost. All ratios are measured in this process after a warm-up that
 * pollutes the inline caches; what needs a fresh process has one. `npm run bench -- ratios` measures one part only.
 */
import { cpus } from 'node:os';
import { printComparisons } from './comparison.ts';
import { compiled } from './compiled/compiled.ts';
import { firstGradient } from './first-gradient/first-gradient.ts';
import { gradbench } from './gradbench/gradbench.ts';
import { latency, latencyCells } from './latency/latency.ts';
import { pollute } from './pollute.ts';
import { functionB, untrackedBodies, untrackedProduct } from './ratios.ts';
import { printCells, printTable, type Row } from './table.ts';
import { tapeLengths } from './tape/tape.ts';

/** Parts that print one table together. */
const figures: Record<string, () => Row[]> = {
  ratios: () => {
    pollute();
    return [...functionB(), ...untrackedProduct(), ...untrackedBodies()];
  },
  first: firstGradient,
  tape: tapeLengths,
};

/** Parts that print a table of their own. */
const comparisons = { compiled, gradbench };

const parts = [...Object.keys(figures), 'latency', ...Object.keys(comparisons)];
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !parts.includes(name));
if (unknown !== undefined) {
  console.error(`There is no part ${unknown}. The parts: ${parts.join(', ')}.`);
  process.exit(2);
}

console.log(`Node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}\n`);
const names = wanted.length > 0 ? wanted : parts;
const rows = names.flatMap((name) => figures[name]?.() ?? []);
if (rows.length > 0) printTable(rows);
if (names.includes('latency')) {
  console.log(
    '\nlatency: the first compiled gradient of a new function, by the clock; processor time, and that of its stages',
  );
  const { head, cells } = latencyCells(latency());
  printCells(head, cells);
}
for (const [name, comparison] of Object.entries(comparisons)) {
  if (!names.includes(name)) continue;
  console.log(`\n${name}: the function, and its derivative`);
  pollute();
  printComparisons(comparison());
}
