/** Nonlinear least squares by the method of Levenberg and Marquardt; the derivatives are Fluxion's. */
import { jacobian } from 'fluxion';
import { Matrix, solve } from 'ml-matrix';

export interface LeastSquaresOptions {
  rounds?: number;
  /** Called before each round with the parameters and the sum of squares. */
  report?: ((round: number, x: number[], squares: number) => void) | undefined;
}

/** Parameters that make the sum of the squares of `residuals` least, near `start`. */
export function leastSquares(
  residuals: (x: number[]) => number[],
  start: number[],
  { rounds = 30, report }: LeastSquaresOptions = {},
): number[] {
  const derivatives = jacobian(residuals, { mode: 'forward' });
  const squares = (r: number[]) => r.reduce((sum, v) => sum + v * v, 0);

  let x = start;
  let r = residuals(x);
  let damping = 1e-2;
  for (let round = 1; round <= rounds; round++) {
    report?.(round, x, squares(r));
    const J = new Matrix(derivatives(x));
    const normal = J.transpose().mmul(J);
    const downhill = J.transpose().mmul(Matrix.columnVector(r)).mul(-1);

    let improved = false;
    for (let attempt = 0; attempt < 12 && !improved; attempt++) {
      const damped = normal.clone();
      x.forEach((_, i) => {
        damped.set(i, i, normal.get(i, i) * (1 + damping));
      });
      const step = solve(damped, downhill).to1DArray();
      const candidate = x.map((v, i) => v + step[i]);
      const reached = residuals(candidate);
      improved = squares(reached) < squares(r);
      damping *= improved ? 0.2 : 4;
      if (improved) {
        const gain = 1 - squares(reached) / squares(r);
        [x, r] = [candidate, reached];
        if (gain < 1e-10 || squares(r) < 1e-20) return x;
      }
    }
    if (!improved) return x;
  }
  return x;
}
