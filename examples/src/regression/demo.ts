/**
 * `npm run demo`: the gradient of a Bayesian regression's negative log posterior, and the posterior sampled with it,
 * printed and drawn to examples/out/regression.svg.
 */
import * as Plot from '@observablehq/plot';
import { grad } from 'fluxion';
import { sideBySide, writePicture } from '../drawing.ts';
import { exactMoments } from './exact.ts';
import { samplePosterior, summarise } from './posterior.ts';
import { negLogPosterior, type Params, priors, simulate } from './regression.ts';

const data = simulate();
const start: Params = { alpha: -6.3, beta: 3.9, sigma: 1.6 };

console.log('A straight line through 20 points, with its priors: y ~ Normal(alpha + beta x, sigma)\n');

const gradient = grad(negLogPosterior)(start, priors, data);
console.log('  gradient of the negative log posterior at', start);
console.log('  ', gradient, '\n');

const began = performance.now();
const { draws, acceptance, gradients, stepSize } = samplePosterior(data);
const seconds = (performance.now() - began) / 1000;
const exact = exactMoments(data);

const names = ['alpha', 'beta', 'sigma'] as const;
console.log(`  ${draws.length} draws by Hamiltonian Monte Carlo: ${gradients} gradients in ${seconds.toFixed(1)} s,`);
console.log(`  acceptance ${acceptance.toFixed(2)}, step ${stepSize.toFixed(2)}\n`);
console.log('          mean   ± error   exact mean     sd   exact sd    5 %    95 %');
for (const name of names) {
  const s = summarise(draws.map((d) => d[name]));
  const columns = [s.mean, s.error, exact.mean[name], s.sd, exact.sd[name], s.low, s.high];
  const widths = [9, 10, 13, 7, 11, 7, 8];
  console.log(`  ${name.padEnd(5)}${columns.map((v, i) => v.toFixed(3).padStart(widths[i])).join('')}`);
}

// Lines of the posterior over the data, with the band that holds 90 % of them at each x.
const xs = Array.from({ length: 61 }, (_, i) => -3 + i / 10);
const band = xs.map((x) => {
  const { low, high, mean } = summarise(draws.map((d) => d.alpha + d.beta * x));
  return { x, low, high, mean };
});
const lines = draws
  .filter((_, i) => i % Math.floor(draws.length / 60) === 0)
  .flatMap((d, z) => [-3, 3].map((x) => ({ x, y: d.alpha + d.beta * x, z })));

const ink = '#1f2a44';
const blue = '#3b6fb6';
const orange = '#d9642c';
const style = { background: 'transparent', color: ink, fontSize: '12px', fontFamily: 'inherit' };

const fit: Plot.PlotOptions = {
  width: 430,
  height: 380,
  marginBottom: 40,
  style,
  x: { label: 'x', domain: [-3, 3], nice: true },
  y: { label: 'y', grid: true },
  marks: [
    Plot.areaY(band, { x: 'x', y1: 'low', y2: 'high', fill: blue, fillOpacity: 0.15 }),
    Plot.line(lines, { x: 'x', y: 'y', z: 'z', stroke: blue, strokeOpacity: 0.18 }),
    Plot.line(band, { x: 'x', y: 'mean', stroke: blue, strokeWidth: 2.5 }),
    Plot.line([-3, 3], { x: (x) => x, y: (x) => 0.5 - x / 2, stroke: orange, strokeWidth: 2, strokeDasharray: '6 4' }),
    Plot.dot(
      data.x.map((x, i) => ({ x, y: data.y[i] })),
      { x: 'x', y: 'y', r: 4, fill: ink, stroke: 'white' },
    ),
  ],
};

const joint: Plot.PlotOptions = {
  width: 380,
  height: 380,
  marginBottom: 40,
  style,
  x: { label: 'alpha' },
  y: { label: 'beta' },
  marks: [
    Plot.density(draws, { x: 'alpha', y: 'beta', fill: 'density', fillOpacity: 0.16, thresholds: 12, bandwidth: 14 }),
    Plot.density(draws, { x: 'alpha', y: 'beta', stroke: blue, strokeWidth: 0.8, thresholds: 8, bandwidth: 14 }),
    Plot.dot(draws, { x: 'alpha', y: 'beta', r: 1, fill: ink, fillOpacity: 0.25 }),
    Plot.dot([exact.mean], { x: 'alpha', y: 'beta', r: 6, stroke: orange, strokeWidth: 3, symbol: 'times' }),
  ],
  color: { scheme: 'blues' },
};

const widest = Math.max(...draws.map((d) => d.sigma));
const scale: Plot.PlotOptions = {
  width: 330,
  height: 380,
  marginBottom: 40,
  style,
  x: { label: 'sigma', domain: [1, widest], nice: true },
  y: { label: 'density' },
  marks: [
    Plot.rectY(
      draws,
      Plot.binX<Plot.RectYOptions>(
        { y: (bin: Params[], { x1, x2 }: { x1: number; x2: number }) => bin.length / draws.length / (x2 - x1) },
        { x: 'sigma', fill: blue, fillOpacity: 0.35, thresholds: 36 },
      ),
    ),
    Plot.line(
      exact.sigma.filter((p) => p.sigma > 1 && p.sigma < widest),
      {
        x: 'sigma',
        y: 'density',
        stroke: orange,
        strokeWidth: 2.5,
      },
    ),
    Plot.ruleY([0]),
  ],
};

const picture = sideBySide(
  'Bayesian linear regression, sampled with its gradient',
  'Blue: Hamiltonian Monte Carlo, 2000 draws. Orange: the line that made the data; the exact posterior mean; the exact density of sigma.',
  [fit, joint, scale],
);
console.log(`\n  drawn: ${writePicture('regression.svg', picture)}`);
