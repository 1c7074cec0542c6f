/** The two functions that the articles on Enzyme and Mooncake measure: one straight, one with a branch per element. */

/** A: the sum of sin(x) + cos(x²). */
export function straight(x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += Math.sin(x[i]) + Math.cos(x[i] ** 2);
  return sum;
}

/** B: the sum of sin(x) where x is positive, of cos(x) elsewhere. */
export function branching(x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    if (x[i] > 0) {
      sum += Math.sin(x[i]);
    } else {
      sum += Math.cos(x[i]);
    }
  }
  return sum;
}

/** A again as one would write it with array methods. */
export const straightByMethods = (x: number[]): number =>
  x.map((v) => Math.sin(v) + Math.cos(v ** 2)).reduce((a, b) => a + b, 0);
