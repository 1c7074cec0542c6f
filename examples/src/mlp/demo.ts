/** Trains a small network on two moons and draws where it decides; prints the loss on the way. */
import * as Plot from '@observablehq/plot';
import { sideBySide, writePicture } from '../drawing.ts';
import { Random } from '../random.ts';
import { accuracy, logit, makeNetwork, parameters, train, twoMoons } from './mlp.ts';

const random = new Random(5);
const examples = twoMoons(200, random);
const fresh = twoMoons(1000, random);
const network = makeNetwork([2, 8, 8, 1], random);

const losses: { epoch: number; loss: number }[] = [];
const began = performance.now();
const trained = train(network, examples, { epochs: 200, report: (epoch, loss) => losses.push({ epoch, loss }) });
const seconds = (performance.now() - began) / 1000;

console.log(`A network of ${parameters(network).length} weights, 200 epochs over 200 points: ${seconds.toFixed(1)} s`);
for (const { epoch, loss } of losses.filter(({ epoch }) => epoch === 1 || epoch % 40 === 0))
  console.log(`  epoch ${String(epoch).padStart(3)}   loss ${loss.toFixed(4)}`);
console.log(`  accuracy ${accuracy(trained, examples)} on its points, ${accuracy(trained, fresh)} on 1000 new ones`);

const ink = '#1f2a44';
const style = { background: 'transparent', color: ink, fontSize: '12px', fontFamily: 'inherit' };
const decision: Plot.PlotOptions = {
  width: 520,
  height: 400,
  marginBottom: 40,
  style,
  color: { type: 'linear', scheme: 'RdBu', domain: [0, 1], reverse: true },
  marks: [
    Plot.contour({
      fill: (x: number, y: number) => 1 / (1 + Math.exp(-logit(trained, [x, y]))),
      x1: -1.6,
      x2: 2.6,
      y1: -1.1,
      y2: 1.6,
      thresholds: 12,
      fillOpacity: 0.55,
    }),
    ...['#2166ac', '#b2182b'].map((fill, label) =>
      Plot.dot(
        examples.filter((e) => e.label === label),
        { x: (e) => e.point[0], y: (e) => e.point[1], fill, stroke: 'white', strokeWidth: 0.8, r: 4 },
      ),
    ),
  ],
};
const curve: Plot.PlotOptions = {
  width: 320,
  height: 400,
  marginBottom: 40,
  style,
  y: { type: 'log', label: 'loss', grid: true, ticks: 4, tickFormat: '.2~f' },
  x: { label: 'epoch' },
  marks: [Plot.line(losses, { x: 'epoch', y: 'loss', stroke: '#3b6fb6', strokeWidth: 2.5 })],
};
const picture = sideBySide(
  'Two moons, learnt by a perceptron of plain arrays',
  'The probability of class 1 as the trained network has it, and the loss on the way.',
  [decision, curve],
);
console.log(`  drawn: ${writePicture('mlp.svg', picture)}`);
