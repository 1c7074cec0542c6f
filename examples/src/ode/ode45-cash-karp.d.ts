/** The package brings no types; these are of the part used here. */
declare module 'ode45-cash-karp' {
  interface Integrator {
    y: number[];
    t: number;
    /** Takes one step, not beyond `limit`; false once it is there. */
    step(limit: number): boolean;
  }
  export default function ode45(
    start: number[],
    slope: (out: number[], y: number[], t: number) => void,
    t: number,
    dt: number,
    options?: { tol?: number; verbose?: boolean },
  ): Integrator;
}
