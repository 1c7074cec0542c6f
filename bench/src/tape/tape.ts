/** How time and memory grow with the length of the tape, each length in a process of its own. */
import { measureInChild } from '../child.ts';
import type { Row } from '../table.ts';

interface Measured {
  readonly milliseconds: number;
  readonly bytes: number;
}

export function tapeLengths(): Row[] {
  const lengths = [1e3, 1e4, 1e5, 1e6, 1e7];
  const flags = ['--expose-gc'];
  const measured = lengths.map((n) =>
    measureInChild<Measured>('./tape/tape.mjs', [String(n), String(Math.min(200, Math.max(3, 2e6 / n)))], flags),
  );
  const each = measured.map(({ milliseconds }, i) => (milliseconds * 1e6) / lengths[i]);
  const gigabytes = measured.at(-1)!.bytes / 2 ** 30;
  return [
    {
      what: 'tape of 10 million operations, memory',
      figure: gigabytes,
      unit: ' GB',
      target: 1,
      detail: 'the peak of the process, less what it had before; no value kept',
    },
    {
      what: 'cost of an operation, dearest length to cheapest, 10³ to 10⁷',
      figure: Math.max(...each) / Math.min(...each),
      unit: '×',
      detail: `${each.map((ns) => ns.toFixed(0)).join(', ')} ns`,
    },
  ];
}
