/** The product of two square matrices, as one writes it: nothing in it is tracked when only a factor beside it is. */
export function multiply(a: readonly number[][], b: readonly number[][], n: number): number[][] {
  const c: number[][] = [];
  for (let i = 0; i < n; i++) {
    const row: number[] = [];
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += a[i][k] * b[k][j];
      row.push(sum);
    }
    c.push(row);
  }
  return c;
}
