/** Learns a Gaussian process' settings through a linear-algebra package from npm, and draws its prediction. */
import * as Plot from '@observablehq/plot';
import { sideBySide, writePicture } from '../drawing.ts';
import { Random } from '../random.ts';
import { learn, observeWave, predict, type Settings } from './gaussian-process.ts';

const { x, y } = observeWave(30, new Random(4));
const start: Settings = { logAmplitude: 0.7, logLength: -1.5, logNoise: 0 };
const show = (s: Settings) =>
  `amplitude ${Math.exp(s.logAmplitude).toFixed(3)}, length ${Math.exp(s.logLength).toFixed(3)}, noise ${Math.exp(s.logNoise).toFixed(3)}`;

const began = performance.now();
const learnt = learn(start, x, y, {
  report: (round, value, settings) => {
    if (round % 10 === 1)
      console.log(
        `  round ${String(round).padStart(2)}   -log p = ${value.toFixed(3).padStart(7)}   ${show(settings)}`,
      );
  },
});
console.log(`  learnt                       ${show(learnt)}   in ${((performance.now() - began) / 1000).toFixed(1)} s`);

const at = Array.from({ length: 201 }, (_, i) => i / 20);
const draw = (settings: Settings, title: string): Plot.PlotOptions => {
  const band = predict(settings, x, y, at).map(({ mean, sd }, i) => ({
    x: at[i],
    mean,
    low: mean - 2 * sd,
    high: mean + 2 * sd,
  }));
  return {
    width: 460,
    height: 320,
    marginBottom: 40,
    style: { background: 'transparent', color: '#1f2a44', fontSize: '12px', fontFamily: 'inherit' },
    y: { domain: [-2.5, 2.5], label: title, grid: true },
    marks: [
      Plot.areaY(band, { x: 'x', y1: 'low', y2: 'high', fill: '#3b6fb6', fillOpacity: 0.18, clip: true }),
      Plot.line(band, { x: 'x', y: 'mean', stroke: '#3b6fb6', strokeWidth: 2.2 }),
      Plot.dot(
        x.map((v, i) => [v, y[i]]),
        { fill: '#1f2a44', stroke: 'white', r: 3.5 },
      ),
    ],
  };
};
const picture = sideBySide(
  'A Gaussian process before and after learning its settings',
  'Line and band: mean and two standard deviations of the prediction.',
  [draw(start, 'before'), draw(learnt, 'after')],
);
console.log(`\n  drawn: ${writePicture('gaussian-process.svg', picture)}`);
