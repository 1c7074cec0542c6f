/**
 * Giving back what has been allocated since a mark: an object that holds how far each region was filled.
 * Invariant: what is given back is 0 with all its shadows, as what has never been used; so whoever is given it next need not ask.
 */
import type { Links } from './links.ts';
import type { Assistant } from './math.ts';
import { cellsRegion, plainRegion } from './memory.ts';

/** The filled end of each region, in 4 bytes. */
export function bytesOfMark({ regions }: Links): number {
  return 8 * Math.ceil(regions / 2);
}

/** A part of the memory that follows from a region by going to the mirrors of these levels, innermost first. */
interface Part {
  readonly region: number;
  readonly levels: readonly number[];
}

export const release: Assistant = {
  name: 'release',
  params: ['i32'],
  results: [],
  locals: [],
  write(code, links) {
    const from = (region: number) => {
      code.index('local.get', 0);
      code.access('i32.load', 2, 4 * region);
    };
    const clear = ({ region, levels }: Part) => {
      let lanes = 1;
      from(region);
      for (const level of levels) {
        code.int(links.levels[level].lanes);
        code.op('i32.mul');
        code.index('global.get', links.shift(level));
        code.op('i32.add');
        lanes *= links.levels[level].lanes;
      }
      code.int(0);
      code.index('global.get', links.top(region));
      from(region);
      code.op('i32.sub');
      code.int(lanes);
      code.op('i32.mul');
      code.op('memory.fill');
      code.u8(0);
    };
    const below: Part[] = [{ region: cellsRegion, levels: [] }];
    const all = [...below];
    let tape = cellsRegion;
    links.levels.forEach(({ mode }, level) => {
      const mirrors = below.map(({ region, levels }) => ({ region, levels: [...levels, level] }));
      const own = mode === 'reverse' ? [{ region: ++tape, levels: [] }] : [];
      below.push(...mirrors, ...own);
      all.push(...mirrors, ...own);
    });
    for (const part of all) clear(part);
    for (let region = cellsRegion; region < links.regions; region++) {
      from(region);
      code.index('global.set', links.top(region));
    }
    // The mark itself is the first that was allocated after it.
    code.index('local.get', 0);
    code.int(0);
    code.index('global.get', links.top(plainRegion));
    code.index('local.get', 0);
    code.op('i32.sub');
    code.op('memory.fill');
    code.u8(0);
    code.index('local.get', 0);
    code.index('global.set', links.top(plainRegion));
  },
};
