/** Aims a trebuchet at a wall, then trains a network that aims at any distance in any wind; draws the throws. */
import * as Plot from '@observablehq/plot';
import { sideBySide, writePicture } from '../drawing.ts';
import { Random } from '../random.ts';
import { aim, decide, drawSituation, missed, trainController } from './control.ts';
import { throwStone } from './trebuchet.ts';

const { controls, misses } = aim(90, -3);
console.log('Aiming at 90 m against a wind of 3 m/s. Each throw missed by, in metres:');
console.log(`  ${misses.map((m) => m.toFixed(2)).join('   ')}`);
console.log(
  `  with an angle of ${((controls.releaseAngle * 180) / Math.PI).toFixed(1)}° and ${controls.weight.toFixed(0)} kg\n`,
);

const random = new Random(3);
const began = performance.now();
const losses: { round: number; loss: number }[] = [];
const controller = trainController(random, { report: (round, loss) => losses.push({ round, loss }) });
const fresh = Array.from({ length: 50 }, () => drawSituation(random));
console.log(`A network trained through the simulation, ${((performance.now() - began) / 1000).toFixed(1)} s:`);
console.log(`  root mean square miss of 50 new throws: ${(10 * Math.sqrt(missed(controller, fresh))).toFixed(2)} m`);

const throws: { x: number; y: number; name: string }[] = [];
const targets: { x: number; name: string }[] = [];
for (const [target, wind] of [
  [45, 4],
  [60, -4],
  [75, 0],
  [95, 3],
]) {
  const name = `wind ${wind} m/s`;
  const distance = throwStone(decide(controller, target, wind), wind, undefined, (x, y) => throws.push({ x, y, name }));
  targets.push({ x: target, name });
  console.log(`  target ${target} m, wind ${String(wind).padStart(2)} m/s: ${distance.toFixed(1)} m`);
}

const style = { background: 'transparent', color: '#1f2a44', fontSize: '12px', fontFamily: 'inherit' };
const picture = sideBySide(
  'A trebuchet aimed by gradients through its simulation',
  'A network turns target and wind into counterweight and release angle. Crosses: where the stone should come down.',
  [
    {
      width: 760,
      height: 260,
      marginBottom: 40,
      style,
      x: { label: 'metres', domain: [-10, 112] },
      y: { label: 'metres', domain: [0, 28], grid: true },
      color: { legend: false, range: ['#3b6fb6', '#d9642c', '#4c9a6a', '#8a5aa8'] },
      marks: [
        Plot.ruleY([0]),
        Plot.line(throws, { x: 'x', y: 'y', stroke: 'name', strokeWidth: 2.2, curve: 'natural' }),
        Plot.dot(targets, { x: 'x', y: 0, stroke: 'name', symbol: 'times', r: 6, strokeWidth: 3 }),
        Plot.text(targets, {
          x: 'x',
          y: 0,
          text: 'name',
          fill: 'name',
          dx: 9,
          dy: -10,
          textAnchor: 'start',
          fontWeight: 600,
        }),
      ],
    },
    {
      width: 300,
      height: 260,
      marginBottom: 40,
      style,
      x: { label: 'round' },
      y: { type: 'log', label: 'mean square miss, (10 m)²', grid: true, ticks: 4, tickFormat: '.2~f' },
      marks: [Plot.line(losses, { x: 'round', y: 'loss', stroke: '#3b6fb6', strokeWidth: 2 })],
    },
  ],
);
console.log(`  drawn: ${writePicture('trebuchet.svg', picture)}`);
