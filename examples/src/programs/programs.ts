/**
 * The programs of "A differentiable programming system to bridge machine learning and scientific computing" (Innes et
 * al. 2019): loops, recursion and early returns, differentiated as they stand.
 */

/** x to the power of n, by a loop that changes its variables. */
export function powByLoop(x: number, n: number): number {
  let result = 1;
  while (n > 0) {
    n -= 1;
    result *= x;
  }
  return result;
}

/** x to the power of n, by recursion. */
export function powByRecursion(x: number, n: number): number {
  return n === 0 ? 1 : x * powByRecursion(x, n - 1);
}

/** x to the power of n, by squaring: recursion with a branch on the exponent. */
export function powBySquaring(x: number, n: number): number {
  if (n === 0) return 1;
  const half = powBySquaring(x, Math.floor(n / 2));
  return n % 2 === 0 ? half * half : half * half * x;
}

/** x to the power of n, through an object that is written in each round. */
export function powByMutation(x: number, n: number): number {
  const state = { value: 1 };
  for (let i = 0; i < n; i++) state.value = state.value * x;
  return state.value;
}

/** The sine by its Taylor series, which stops as soon as a term is too small to matter. */
export function taylorSine(x: number): number {
  let sum = 0;
  let sign = -1;
  let factorial = 1;
  for (let i = 1; i <= 19; i++) {
    factorial *= i;
    if (i % 2 === 0) continue;
    const term = x ** i / factorial;
    if (Math.abs(term) < 1e-8) return sum;
    sign = -sign;
    sum += sign * term;
  }
  return sum;
}

/** Recursion, mutation, aliasing and a branch on the data in one: what such systems are asked to prove. */
export function everythingAtOnce(x: number[]): number {
  const log: number[] = [];
  const visit = (values: number[], depth: number): number => {
    const alias = values;
    alias[0] = values[0] * 1.1 + depth;
    if (values.length === 1) {
      log.push(alias[0]);
      return values[0] > 2 ? Math.sin(values[0]) : values[0] ** 2;
    }
    const middle = values.length >> 1;
    const left = visit(values.slice(0, middle), depth + 1);
    const right = visit(values.slice(middle), depth + 1);
    values[0] += left;
    return left < right ? left * right : left - right + alias[0];
  };
  return visit(x, 0) + log.reduce((sum, v) => sum + v * v, 0);
}
