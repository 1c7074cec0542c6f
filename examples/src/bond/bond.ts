/**
 * A coupon bond on a curve of key rates. Its key-rate durations say how the price answers to each point of the curve,
 * its convexity how that answer changes: a gradient and a Hessian of the pricing function.
 *
 * Rates are continuously compounded zero rates per year, times in years, prices per `face`.
 */
import { grad, hessian, valueAndGrad } from 'fluxion';

export interface Curve {
  /** The key maturities, ascending. */
  maturities: number[];
  rates: number[];
}

export interface Bond {
  face: number;
  /** Yearly coupon as a share of the face value. */
  coupon: number;
  couponsPerYear: number;
  maturity: number;
}

/** The curve's rate at a time: linear between key maturities, flat beyond them. */
export function rateAt({ maturities, rates }: Curve, time: number): number {
  if (time <= maturities[0]) return rates[0];
  for (let i = 1; i < maturities.length; i++) {
    if (time <= maturities[i]) {
      const share = (time - maturities[i - 1]) / (maturities[i] - maturities[i - 1]);
      return rates[i - 1] * (1 - share) + rates[i] * share;
    }
  }
  return rates[rates.length - 1];
}

/** When the bond pays, and what. */
export function* cashFlows({
  face,
  coupon,
  couponsPerYear,
  maturity,
}: Bond): Generator<{ time: number; amount: number }> {
  const count = Math.round(maturity * couponsPerYear);
  for (let i = 1; i <= count; i++) {
    const amount = (face * coupon) / couponsPerYear;
    yield { time: i / couponsPerYear, amount: i === count ? amount + face : amount };
  }
}

/** Present value of all that the bond pays. */
export function price(curve: Curve, bond: Bond): number {
  let total = 0;
  for (const { time, amount } of cashFlows(bond)) total += amount * Math.exp(-rateAt(curve, time) * time);
  return total;
}

export interface KeyRateRisk {
  price: number;
  /** Relative loss of value per unit rise of each key rate. Their sum is the effective duration. */
  durations: number[];
  duration: number;
  /** Second derivative of the price by each pair of key rates, over the price. */
  convexities: number[][];
  convexity: number;
}

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

export function keyRateRisk(curve: Curve, bond: Bond): KeyRateRisk {
  const priceOf = (rates: number[]) => price({ ...curve, rates }, bond);
  const { value, grad: slopes } = valueAndGrad(priceOf)(curve.rates);
  const durations = slopes.map((slope) => -slope / value);
  const convexities = hessian(priceOf)(curve.rates).map((row) => row.map((v) => v / value));
  return {
    price: value,
    durations,
    duration: sum(durations),
    convexities,
    convexity: sum(convexities.map(sum)),
  };
}

/** The one rate at which the bond has this price, by Newton's method. */
export function yieldToMaturity(target: number, bond: Bond): number {
  const flows = [...cashFlows(bond)];
  let y = bond.coupon;
  for (let i = 0; i < 50; i++) {
    const value = sum(flows.map(({ time, amount }) => amount * Math.exp(-y * time)));
    const slope = sum(flows.map(({ time, amount }) => -time * amount * Math.exp(-y * time)));
    const step = (value - target) / slope;
    y -= step;
    if (Math.abs(step) < 1e-12) break;
  }
  return y;
}

/** How the yield answers to the key rates, through the price and Newton's iterations. */
export const yieldSensitivities = (curve: Curve, bond: Bond): number[] =>
  grad((rates: number[]) => yieldToMaturity(price({ ...curve, rates }, bond), bond))(curve.rates);

/** The same bond after a change of the curve, from first and second derivatives. */
export function estimate({ price, durations, convexities }: KeyRateRisk, shift: number[]): number {
  const first = sum(shift.map((d, i) => -durations[i] * d));
  const second = sum(shift.map((d, i) => sum(shift.map((e, j) => convexities[i][j] * d * e)))) / 2;
  return price * (1 + first + second);
}

export const exampleCurve: Curve = {
  maturities: [0.5, 1, 2, 3, 5, 7, 10, 20, 30],
  rates: [0.0431, 0.0409, 0.0378, 0.0371, 0.0377, 0.0391, 0.0411, 0.0468, 0.0472],
};

export const exampleBond: Bond = { face: 100, coupon: 0.0425, couponsPerYear: 2, maturity: 12 };
