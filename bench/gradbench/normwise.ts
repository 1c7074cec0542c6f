/**
 * The comparison of results that GradBench should have: lists of numbers by their largest difference over the largest expected
 * number, so that small gradients are compared as strictly as large ones.
 */

/** The numbers of nested lists, or undefined where there is something else among them. */
function numbersOf(value: unknown): number[] | undefined {
  if (typeof value === 'number') return [value];
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>);
  if (!Array.isArray(value)) return undefined;
  const parts = value.map(numbersOf);
  return parts.includes(undefined) ? undefined : (parts as number[][]).flat();
}

/**
 * The largest difference over the largest expected number; of an object, the worst of its fields. NaN where the two have not the
 * same numbers of numbers, or one of them is NaN.
 */
export function normwiseError(found: unknown, expected: unknown): number {
  const wanted = numbersOf(expected);
  if (wanted === undefined) {
    if (typeof expected !== 'object' || typeof found !== 'object' || !expected || !found) return Number.NaN;
    const keys = Object.keys(expected);
    if (keys.length !== Object.keys(found).length) return Number.NaN;
    const field = (object: object, key: string): unknown => (object as Record<string, unknown>)[key];
    return Math.max(...keys.map((key) => normwiseError(field(found, key), field(expected, key))));
  }
  const numbers = numbersOf(found);
  if (numbers === undefined || numbers.length !== wanted.length) return Number.NaN;
  const difference = wanted.reduce((most, value, i) => Math.max(most, Math.abs(numbers[i] - value)), 0);
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return difference === 0 ? 0 : difference / largest;
}
