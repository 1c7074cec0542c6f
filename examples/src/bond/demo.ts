/** Key-rate durations and convexity of a twelve-year bond; draws the durations. */
import * as Plot from '@observablehq/plot';
import { sideBySide, writePicture } from '../drawing.ts';
import { estimate, exampleBond, exampleCurve, keyRateRisk, price, yieldSensitivities } from './bond.ts';

const risk = keyRateRisk(exampleCurve, exampleBond);
const byYield = yieldSensitivities(exampleCurve, exampleBond);
console.log(
  `price ${risk.price.toFixed(4)}, duration ${risk.duration.toFixed(4)}, convexity ${risk.convexity.toFixed(3)}\n`,
);
console.log('key rate   duration   change of the yield');
exampleCurve.maturities.forEach((m, i) => {
  console.log(
    `${`${m} y`.padStart(8)} ${risk.durations[i].toFixed(5).padStart(10)} ${byYield[i].toFixed(5).padStart(21)}`,
  );
});

const steeper = exampleCurve.maturities.map((m) => 0.0005 * m - 0.003);
const moved = { ...exampleCurve, rates: exampleCurve.rates.map((r, i) => r + steeper[i]) };
console.log('\nafter a steepening of the curve:');
console.log(`  priced anew   ${price(moved, exampleBond).toFixed(4)}`);
console.log(`  estimated     ${estimate(risk, steeper).toFixed(4)}`);

const style = { background: 'transparent', color: '#1f2a44', fontSize: '12px', fontFamily: 'inherit' };
const bars = exampleCurve.maturities.map((m, i) => ({ key: `${m} y`, duration: risk.durations[i] }));
const picture = sideBySide(
  'Key-rate durations of a 12-year 4.25 % bond',
  'Relative loss of value per unit rise of each key rate.',
  [
    {
      width: 560,
      height: 320,
      marginBottom: 40,
      style,
      x: { type: 'band', domain: bars.map((b) => b.key), label: 'key rate' },
      y: { label: 'duration, years', grid: true },
      marks: [
        Plot.barY(bars, { x: 'key', y: 'duration', fill: '#3b6fb6', fillOpacity: 0.8 }),
        Plot.text(bars, { x: 'key', y: 'duration', text: (b) => b.duration.toFixed(2), dy: -8 }),
        Plot.ruleY([0]),
      ],
    },
  ],
);
console.log(`\ndrawn: ${writePicture('bond.svg', picture)}`);
