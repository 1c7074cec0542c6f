/** Hangs ropes of several lengths between two hooks, and draws them. */
import * as Plot from '@observablehq/plot';
import { sideBySide, writePicture } from '../drawing.ts';
import { hang, height, hooks, rope, ropeLength } from './rope.ts';

const lines: { x: number; y: number; length: string }[] = [];
for (const length of [4.5, 5.5, 7, 9]) {
  const handles = hang(length);
  console.log(
    `  rope of ${length}: length ${ropeLength(handles).toFixed(3)}, its weight at ${height(handles).toFixed(3)}`,
  );
  lines.push(
    ...rope(handles)
      .getLUT(80)
      .map(({ x, y }) => ({ x, y, length: String(length) })),
  );
}
const picture = sideBySide('Ropes hung by gradients', 'Four lengths between two hooks.', [
  {
    width: 520,
    height: 460,
    marginBottom: 40,
    style: { background: 'transparent', color: '#1f2a44', fontSize: '12px', fontFamily: 'inherit' },
    aspectRatio: 1,
    grid: true,
    color: { range: ['#3b6fb6', '#d9642c', '#4c9a6a', '#8a5aa8'] },
    marks: [
      Plot.line(lines, { x: 'x', y: 'y', stroke: 'length', strokeWidth: 3 }),
      Plot.dot(hooks, { x: 'x', y: 'y', r: 6, fill: '#1f2a44' }),
    ],
  },
]);
console.log(`\n  drawn: ${writePicture('rope.svg', picture)}`);
