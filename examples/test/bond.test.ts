import { derivative } from 'fluxion';
import { describe, expect, it } from 'vitest';
import {
  exampleBond as bond,
  cashFlows,
  exampleCurve as curve,
  estimate,
  keyRateRisk,
  price,
  rateAt,
  yieldSensitivities,
  yieldToMaturity,
} from '../src/bond/bond.ts';
import { expectGradient } from './differences.ts';

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

describe('key-rate durations of a bond', () => {
  const risk = keyRateRisk(curve, bond);
  const priceOf = (rates: number[]) => price({ ...curve, rates }, bond);

  it('are the gradient of the price', () => {
    expect(risk.price).toBe(price(curve, bond));
    expectGradient(
      priceOf,
      curve.rates,
      risk.durations.map((d) => -d * risk.price),
    );
  });

  it('are zero beyond the keys that surround the payments', () => {
    expect(Math.abs(risk.durations[8])).toBe(0);
    expect(risk.durations.slice(0, 8).every((d) => d > 0)).toBe(true);
  });

  it('sum to the duration of the closed form: the mean time of the discounted payments', () => {
    const flows = [...cashFlows(bond)];
    const weights = flows.map(({ time, amount }) => amount * Math.exp(-rateAt(curve, time) * time));
    const duration = sum(flows.map(({ time }, i) => time * weights[i])) / sum(weights);
    const convexity = sum(flows.map(({ time }, i) => time ** 2 * weights[i])) / sum(weights);
    expect(risk.duration).toBeCloseTo(duration, 12);
    expect(risk.convexity).toBeCloseTo(convexity, 10);
    const parallel = (shift: number) => priceOf(curve.rates.map((r) => r + shift));
    expect(derivative(parallel)(0)).toBeCloseTo(-duration * risk.price, 10);
    expect(derivative(derivative(parallel))(0)).toBeCloseTo(convexity * risk.price, 8);
  });

  it('estimate the price after a move of the curve', () => {
    const shift = curve.maturities.map((m) => 0.0005 * m - 0.003);
    const moved = priceOf(curve.rates.map((r, i) => r + shift[i]));
    expect(Math.abs(moved - risk.price)).toBeGreaterThan(0.5);
    expect(estimate(risk, shift)).toBeCloseTo(moved, 3);
  });

  it('and the yield differentiates through its Newton iterations', () => {
    const y = yieldToMaturity(risk.price, bond);
    const flat = price({ ...curve, rates: curve.rates.map(() => y) }, bond);
    expect(flat).toBeCloseTo(risk.price, 10);
    const got = yieldSensitivities(curve, bond);
    expectGradient((rates: number[]) => yieldToMaturity(priceOf(rates), bond), curve.rates, got);
    // The implicit function theorem: dy = dP / P'(y).
    const slope = -keyRateRisk({ ...curve, rates: curve.rates.map(() => y) }, bond).duration * risk.price;
    got.forEach((v, i) => {
      expect(v).toBeCloseTo((-risk.durations[i] * risk.price) / slope, 8);
    });
  });
});
