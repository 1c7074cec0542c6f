/** Fits a predator-prey model through an ODE solver from npm, and draws it. */
import * as Plot from '@observablehq/plot';
import { sideBySide, writePicture } from '../drawing.ts';
import { Random } from '../random.ts';
import { fitRates, observe, populations, trueRates } from './predator-prey.ts';

const observations = observe(new Random(11));
const start = { birth: 0.8, hunting: 0.3, death: 0.6, growth: 0.13 };
const began = performance.now();
const fitted = fitRates(start, observations, (round, logs, squares) =>
  console.log(
    `  round ${String(round).padStart(2)}   ${logs.map((v) => Math.exp(v).toFixed(4)).join('  ')}   ${squares.toExponential(3)}`,
  ),
);
console.log(`  ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
for (const [name, value] of Object.entries(fitted))
  console.log(`  ${name.padEnd(8)} ${value.toFixed(4)}   (true ${trueRates[name as keyof typeof trueRates]})`);

const times = Array.from({ length: 400 }, (_, i) => (i + 1) / 20);
const curves = populations(fitted, times).flatMap(([prey, predators], i) => [
  { time: times[i], count: prey, kind: 'prey' },
  { time: times[i], count: predators, kind: 'predators' },
]);
const dots = observations.flatMap(({ time, counts: [prey, predators] }) => [
  { time, count: prey, kind: 'prey' },
  { time, count: predators, kind: 'predators' },
]);
const picture = sideBySide(
  'Predators and prey, fitted through an ODE solver from npm',
  'Dots: 20 noisy observations of each. Lines: the model with the rates found. Orange: prey, blue: predators.',
  [
    {
      width: 760,
      height: 340,
      marginBottom: 40,
      style: { background: 'transparent', color: '#1f2a44', fontSize: '12px', fontFamily: 'inherit' },
      y: { grid: true },
      color: { domain: ['prey', 'predators'], range: ['#d9642c', '#3b6fb6'] },
      marks: [
        Plot.line(curves, { x: 'time', y: 'count', stroke: 'kind', strokeWidth: 2.2 }),
        Plot.dot(dots, { x: 'time', y: 'count', fill: 'kind', stroke: 'white', r: 4 }),
      ],
    },
  ],
);
console.log(`\n  drawn: ${writePicture('predator-prey.svg', picture)}`);
