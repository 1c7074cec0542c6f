/**
 * `npm run bench`: the table of what the dynamic tier costs. All ratios are measured in this process after a warm-up that
 * pollutes the inline caches; what needs a fresh process has one. `npm run bench -- ratios` measures one part only.
 */
import { cpus } from 'node:os';
import { firstGradient } from './first-gradient/first-gradient.ts';
import { pollute } from './pollute.ts';
import { functionB, untrackedProduct } from './ratios.ts';
import { printTable, type Row } from './table.ts';
import { tapeLengths } from './tape/tape.ts';

const parts: Record<string, () => Row[]> = {
  ratios: () => {
    pollute();
    return [...functionB(), ...untrackedProduct()];
  },
  first: firstGradient,
  tape: tapeLengths,
};

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !(name in parts));
if (unknown !== undefined) {
  console.error(`There is no part ${unknown}. The parts: ${Object.keys(parts).join(', ')}.`);
  process.exit(2);
}

console.log(`Node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}\n`);
const names = wanted.length > 0 ? wanted : Object.keys(parts);
printTable(names.flatMap((name) => parts[name]()));
